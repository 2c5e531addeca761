"""The worker process: reads requests from standard input, runs the pipeline, writes answers.

It ends when its standard input does, at once: every stage leaves a part to go on from. Whatever a
library prints goes to standard error, so that standard output holds answers alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Lock, Thread
from typing import Any, BinaryIO

import msgspec

from studio import pipeline
from studio.errors import OutOfMemoryError, StudioError
from studio.job import Cancelled, Job
from studio.worker.log import keep_story
from studio.worker.messages import (
    Alive,
    Answer,
    Bug,
    Done,
    Failed,
    Found,
    Listen,
    Progress,
    Run,
    Stop,
    Stopped,
    Told,
    read_request,
)

_PROGRESS_SECONDS = 0.1
# Who started us without asking anything yet lets us load meanwhile what songs will need.
_IDLE_SECONDS = 0.05


def main() -> int:
    """Serve until standard input ends. Returns the exit status."""
    answers = _answers_only()
    Server(sys.stdin.buffer, answers).serve()
    return 0


def _answers_only() -> BinaryIO:
    """Standard output for answers; what else is printed there goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


class Server:
    """One request at a time on the main thread; a second hears ``Listen`` and ``Stop``."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests = requests
        self._answers = answers
        self._write = Lock()
        self._queue: Queue[tuple[Run, Job]] = Queue()
        self._job: Job | None = None

    def serve(self) -> None:
        """Run what is asked, in order."""
        Thread(target=self._listen, daemon=True).start()
        with suppress(Empty):
            self._run(*self._queue.get(timeout=_IDLE_SECONDS))
        pipeline.prepare()
        while True:
            self._run(*self._queue.get())

    def _listen(self) -> None:
        for line in self._requests:
            match read_request(line):
                case Run() as run:
                    # Made here, so that a Stop right behind it finds it.
                    self._job = Job(_throttled(self._progress), self._told, self._found)
                    self._queue.put((run, self._job))
                case Listen(seconds):
                    if self._job is not None:
                        self._job.listen(seconds)
                case Stop():
                    if self._job is not None:
                        self._job.cancel()
        os._exit(0)

    def _run(self, run: Run, job: Job) -> None:
        with _Heartbeat(lambda: self._say(Alive())):
            answer = _answer(run, job)
        self._say(answer)

    def _progress(self, fraction: float, text: str) -> None:
        self._say(Progress(fraction, text))

    def _told(self, text: str) -> None:
        self._say(Told(text))

    def _found(self, name: str, facts: dict[str, Any]) -> None:
        self._say(Found(name, facts))

    def _say(self, answer: Answer) -> None:
        with self._write:
            self._answers.write(msgspec.json.encode(answer) + b"\n")
            self._answers.flush()


def _answer(run: Run, job: Job) -> Answer:
    """Do the task; every way it can end is one answer."""
    try:
        task = pipeline.task(run.task)
        options = msgspec.convert(run.arguments, task.options)
        result: Any = msgspec.to_builtins(task.work(options, job))
    except Cancelled:
        return Stopped()
    except MemoryError:
        return Failed(*OutOfMemoryError(what="The work", device="this machine").to_wire())
    except StudioError as error:
        return Failed(*error.to_wire())
    except Exception as error:
        return Bug(f"{type(error).__name__}: {error}", keep_story(error))
    return Done(result)


def _throttled(sink: Callable[[float, str], None]) -> Callable[[float, str], None]:
    """At most ten lines a second: the reader draws no faster."""
    last = 0.0

    def throttled(fraction: float, text: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PROGRESS_SECONDS:
            last = now
            sink(fraction, text)

    return throttled


class _Heartbeat:
    """Calls ``beat`` once a second while the block runs."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._over = Event()
        self._thread = Thread(target=self._go, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _go(self) -> None:
        while not self._over.wait(1.0):
            self._beat()
