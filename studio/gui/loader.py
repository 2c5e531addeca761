"""Short work off the window's thread, one thing after another: reading outlines, filling lanes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.errors import StudioError

Then = Callable[[Any], None]


class Loader(QObject):
    """One thread of its own; what it returns arrives on the window's thread.

    Signals:
        failed(error): a StudioError that the work raised.
    """

    failed = Signal(object)
    _ready = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="loader")
        self._round = 0
        self._ready.connect(self._deliver)

    def run(self, work: Callable[[], Any], then: Then) -> None:
        """Do ``work`` on the thread, and ``then(result)`` here, unless ``drop`` came between."""
        number = self._round
        self._threads.submit(self._work, number, work, then).add_done_callback(_raise)

    def drop(self) -> None:
        """Nobody waits any more for what was asked so far."""
        self._round += 1

    def close(self) -> None:
        """Wait for what runs, and end the thread."""
        self.drop()
        self._threads.shutdown(cancel_futures=True)

    def _work(self, number: int, work: Callable[[], Any], then: Then) -> None:
        if number != self._round:
            return
        try:
            result = work()
        except StudioError as error:
            self._ready.emit(number, error, None)
        else:
            self._ready.emit(number, result, then)

    def _deliver(self, number: int, result: object, then: Then | None) -> None:
        if number != self._round:
            return
        if then is None:
            self.failed.emit(result)
        else:
            then(result)


def _raise(future: Future[None]) -> None:
    """A defect of ours is not swallowed by the thread: it reaches the log."""
    if not future.cancelled() and (error := future.exception()) is not None:
        import sys

        sys.excepthook(type(error), error, error.__traceback__)
