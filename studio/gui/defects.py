"""A defect of ours: what nobody caught is kept in the log and said in a card, and work goes on."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Signal

from studio.gui.desk.desk import Desk
from studio.worker.client import BugError
from studio.worker.log import keep_story


class Defects(QObject):
    """Hears of every exception that no slot and no thread caught, from now on until ``close``.

    The same defect is kept and said once: one in a painter comes sixty times a second.
    """

    _met = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._known: set[tuple[str, str, int]] = set()
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook, threading.excepthook = self._caught, self._caught_in_thread
        self._met.connect(self._say)

    def close(self) -> None:
        """Let others hear again."""
        sys.excepthook, threading.excepthook = self._before

    def _caught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """On any thread."""
        if isinstance(error, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        place = _place(error)
        if place in self._known:
            return
        self._known.add(place)
        sys.__excepthook__(kind, error, trace)
        bug = BugError(f"{kind.__name__}: {error}", keep_story(error))
        bug.__cause__ = error
        self._met.emit(bug)

    def _caught_in_thread(self, what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None and not isinstance(what.exc_value, SystemExit):
            self._caught(what.exc_type, what.exc_value, what.exc_traceback)

    def _say(self, bug: BugError) -> None:
        self._desk.failed.emit("", bug)


def _place(error: BaseException) -> tuple[str, str, int]:
    """What it is, and the line that raised it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return repr(error), "", 0
    return type(error).__name__, trace.tb_frame.f_code.co_filename, trace.tb_lineno
