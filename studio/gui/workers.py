"""How the window asks the worker: requests that answer by signals, one after another in a line.

A line is one worker process and one thread that waits for it; the window's own thread never does.
What is asked in the background steps aside for what somebody waits for, and is asked again after.
"""

from __future__ import annotations

import time
from collections import deque
from threading import Condition, Thread
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.errors import StudioError
from studio.job import Cancelled, Job
from studio.worker.client import BugError, Worker
from studio.worker.log import keep_story

# Before this much is done, a guess of the time left says more about the start than about the rest.
_TELLING_FRACTION = 0.02
# How long the window waits at its end for a segment that is being computed.
_PATIENCE_SECONDS = 0.5


class Request(QObject):
    """One task asked of a worker. Its signals reach the window's thread.

    Signals:
        progress(fraction, text, left): ``left`` in seconds, or None while it cannot be told.
        told(text): a fact the user must hear.
        found(name, facts): a milestone; ``studio/pipeline/view.py`` lists them.
        done(result), failed(error), stopped(): exactly one of these, last. ``error`` is a
            StudioError or a BugError.
    """

    progress = Signal(float, str, object)
    told = Signal(str)
    found = Signal(str, object)
    done = Signal(object)
    failed = Signal(object)
    stopped = Signal()

    def __init__(
        self, task: str, arguments: dict[str, Any], what: str, background: bool = False
    ) -> None:
        """``what`` names it in errors, such as the song; ``background`` work steps aside."""
        super().__init__()
        self.task = task
        self.arguments = arguments
        self.what = what
        self.background = background
        self.over = False
        self._cancelled = False
        self._listening_at: float | None = None
        self._job = self._fresh()

    def cancel(self) -> None:
        """Stop it, or take it out of the line; ``stopped`` follows."""
        self._cancelled = True
        self._job.cancel()

    def forget(self) -> None:
        """Stop it, and say nothing more: nobody waits for it."""
        if not self.over:
            self.blockSignals(True)
            self.cancel()

    def listen(self, seconds: float) -> None:
        """Where the listener is: that part is computed first."""
        self._listening_at = seconds
        self._job.listen(seconds)

    def yield_to_others(self) -> None:
        """Stop for now; the line asks again later."""
        self._job.cancel()

    def run(self, worker: Worker) -> bool:
        """Ask ``worker`` and wait; called by the line's thread. False: it stepped aside."""
        if self._cancelled:
            return self._end(self.stopped)
        self._job = self._fresh()
        try:
            result = worker.run(self.task, self.arguments, self.what, self._job)
        except Cancelled:
            return self._end(self.stopped) if self._cancelled else False
        except (StudioError, BugError) as error:
            # A worker that died while it was asked to stop did stop.
            return self._end(self.stopped) if self._cancelled else self._end(self.failed, error)
        except Exception as error:  # a defect here must not leave the whole line waiting
            text = f"{type(error).__name__}: {error}"
            return self._end(self.failed, BugError(text, keep_story(error)))
        return self._end(self.done, result)

    def _fresh(self) -> Job:
        self._start: tuple[float, float] | None = None
        job = Job(self._progress, self.told.emit, self._found)
        if self._listening_at is not None:
            job.listen(self._listening_at)
        if self._cancelled:
            job.cancel()
        return job

    def _found(self, name: str, facts: dict[str, Any]) -> None:
        self.found.emit(name, facts)

    def _progress(self, fraction: float, text: str) -> None:
        now = time.monotonic()
        if self._start is None or fraction < self._start[1]:
            self._start = now, fraction
        since, begun = self._start
        left = None
        if fraction - begun > _TELLING_FRACTION:
            left = (now - since) * (1 - fraction) / (fraction - begun)
        self.progress.emit(fraction, text, left)

    def _end(self, signal: Any, *values: object) -> bool:
        self.over = True
        signal.emit(*values)
        self.deleteLater()  # after what was just said has been heard
        return True


class Line(QObject):
    """Requests, one after another, in one worker process that is started by the first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Request] = deque()
        self._running: Request | None = None
        self._wake = Condition()
        self._closing = False
        self._thread: Thread | None = None
        self._worker = Worker()

    def ask(self, request: Request) -> Request:
        """Put ``request``, whose signals are connected, into the line; nothing once it closes."""
        with self._wake:
            if self._closing:
                return request
            if request.background:
                self._waiting.append(request)
            else:
                waiting = enumerate(self._waiting)
                first = next((i for i, r in waiting if r.background), len(self._waiting))
                self._waiting.insert(first, request)
                if self._running is not None and self._running.background:
                    self._running.yield_to_others()
            self._wake.notify()
        if self._thread is None:
            self._thread = Thread(target=self._work, name="worker line", daemon=True)
            self._thread.start()
        return request

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked or running."""
        with self._wake:
            return self._running is None and not self._waiting

    def close(self) -> None:
        """Stop what runs, end the worker, and wait for both."""
        with self._wake:
            self._closing = True
            for request in self._waiting:
                request.cancel()
            if self._running is not None:
                self._running.cancel()
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(timeout=_PATIENCE_SECONDS)
            # Every stage leaves a part to go on from, so nothing is lost by not waiting longer.
            self._worker.kill()
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        with self._worker as worker:
            while (request := self._next()) is not None:
                finished = request.run(worker)
                with self._wake:
                    self._running = None
                    if not finished:
                        self._waiting.append(request)

    def _next(self) -> Request | None:
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
            if not self._waiting:
                return None
            self._running = self._waiting.popleft()
            return self._running
