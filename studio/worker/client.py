"""How window and terminal ask the worker. Light: never loads torch, not even indirectly.

A worker is one long-lived process; a run that kills it (a crash, no memory) is one error, and the
next run starts a fresh one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any

import msgspec

from studio.errors import OutOfMemoryError, StudioError, WorkerCrashedError
from studio.job import Cancelled, Job
from studio.paths import log_folder
from studio.worker.messages import (
    Answer,
    Bug,
    Done,
    Failed,
    Found,
    Listen,
    Progress,
    Request,
    Run,
    Stop,
    Stopped,
    Told,
    read_answer,
)

_POLL_SECONDS = 0.1
# How long a stopped run may take to end by itself: one segment of the slowest engine.
_STOP_SECONDS = 20.0
_ERROR_LINES = 200


class BugError(Exception):
    """A defect of ours in the worker. ``log`` is the file that holds its traceback."""

    def __init__(self, text: str, log: str) -> None:
        super().__init__(text)
        self.log = log


def command() -> list[str]:
    """What starts a worker: the same executable when frozen, this Python otherwise."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--worker"]
    # -P: a folder named "studio" where the user stands must not be taken for this package.
    return [sys.executable, "-P", "-m", "studio", "--worker"]


class Worker:
    """The worker process, started on the first run. A context manager: leaving it ends it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: Queue[Answer | None] = Queue()
        self._errors: deque[str] = deque(maxlen=_ERROR_LINES)
        self._threads: list[Thread] = []

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, task: str, arguments: dict[str, Any], what: str, job: Job) -> Any:
        """Do ``task`` in the worker; ``what`` names it in errors, such as the song.

        ``job`` is told what the task tells its own, and ``job.listen`` reaches the task.

        Returns: the task's result, as JSON values.

        Raises:
            StudioError: as the task raised it, or WorkerCrashedError.
            BugError: a defect of ours.
            Cancelled: after ``job.cancel()``.
        """
        self.start()
        self._say(Run(task, arguments), what)
        progress = (0.0, "")
        told: float | None = None
        while True:
            try:
                job.update(*progress)
                told = self._follow(job.listening_at, told, what)
                answer = self._answers.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            except Cancelled:
                self._stop(what)
                raise
            match answer:
                case None:
                    raise self._crashed(what)
                case Progress(fraction, text):
                    progress = (fraction, text)
                case Told(text):
                    job.note(text)
                case Found(name, facts):
                    job.found(name, **facts)
                case Done(result):
                    return result
                case Failed() | Bug() | Stopped():
                    self._recycle(answer)
                    raise _raised(answer)

    def _follow(self, listening_at: float | None, told: float | None, what: str) -> float | None:
        """Tell the worker where the listener is, where that is news; returns what it knows."""
        if listening_at is not None and listening_at != told:
            self._say(Listen(listening_at), what)
        return listening_at

    def kill(self) -> None:
        """End the worker at once, from any thread; ``run`` then raises WorkerCrashedError."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the worker. What it was doing stays on disk as a part to go on from."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()

    def start(self) -> None:
        """Start the process where none runs: it loads while nobody has asked for anything yet."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        self._answers, self._errors = Queue(), deque(maxlen=_ERROR_LINES)
        # A session of its own: Ctrl-C reaches the terminal's process, which asks us to stop.
        self._process = subprocess.Popen(
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._threads = [Thread(target=work, daemon=True) for work in (self._read, self._drain)]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        process, answers = self._process, self._answers
        assert process is not None
        assert process.stdout is not None
        try:
            for line in process.stdout:
                answer = read_answer(line)
                if answer is not None:
                    answers.put(answer)
        except msgspec.MsgspecError:
            process.kill()  # torn by its end, where this does nothing; else it talks nonsense
        finally:
            answers.put(None)

    def _drain(self) -> None:
        process, errors = self._process, self._errors
        assert process is not None
        assert process.stderr is not None
        errors.extend(line.decode(errors="replace").rstrip() for line in process.stderr)

    def _say(self, request: Request, what: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(msgspec.json.encode(request) + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._crashed(what) from error

    def _recycle(self, answer: Failed | Bug | Stopped) -> None:
        """A process that ran out of memory, or into a bug, is not asked again."""
        if isinstance(answer, Bug) or (
            isinstance(answer, Failed) and answer.code == OutOfMemoryError.code
        ):
            self.close()

    def _stop(self, what: str) -> None:
        """Ask the run to stop; end the process where it does not."""
        self._say(Stop(), what)
        deadline = time.monotonic() + _STOP_SECONDS
        try:
            while True:
                answer = self._answers.get(timeout=max(0.0, deadline - time.monotonic()))
                if answer is None or isinstance(answer, Done | Failed | Bug | Stopped):
                    return
        except Empty:
            assert self._process is not None
            self._process.kill()

    def _crashed(self, what: str) -> WorkerCrashedError:
        assert self._process is not None
        code = self._process.wait()
        for thread in self._threads:
            thread.join(timeout=2)
        log = log_folder() / "worker.log"
        _write_log(log, self._errors)
        return WorkerCrashedError(what=what, reason=_reason(code), log=str(log))


def _raised(answer: Failed | Bug | Stopped) -> BaseException:
    match answer:
        case Failed(code, facts):
            return StudioError.from_wire(code, facts)
        case Bug(text, log):
            return BugError(text, log)
        case Stopped():
            return Cancelled()


def _reason(code: int) -> str:
    if os.name == "posix" and code < 0:
        name = signal.Signals(-code).name
        if -code == signal.SIGKILL:
            return f"{name}: most likely the system had no memory left"
        return name
    return f"exit status {code}"


def _write_log(path: Path, lines: deque[str]) -> None:
    with suppress(OSError):  # a full disk: that the worker died is what counts
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
