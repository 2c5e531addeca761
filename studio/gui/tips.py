"""Tooltips without the plain keys that are switched off.

A tooltip ends with its shortcut in brackets. Where plain letters are no shortcuts, those brackets
would promise what does not happen, and a screen reader would read them out; what holds Ctrl or Alt
stays.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui import actions

_WHOLE = "wholeTip"
_FORMAT = QKeySequence.SequenceFormat.NativeText


def without_plain_keys(tip: str) -> str:
    """``tip`` without brackets at the end of a line that hold plain keys alone."""
    return _plain_keys().sub("", tip)


@cache
def _plain_keys() -> re.Pattern[str]:
    keys = {
        QKeySequence(key).toString(_FORMAT)
        for declared in actions.DECLARED
        if declared.letter
        for key in declared.keys
    }
    one = "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
    return re.compile(rf" \((?:{one})(?: and (?:{one}))*\)$", re.MULTILINE)


class Tips(QObject):
    """Keeps the tooltips of all widgets in step with whether plain letters are shortcuts."""

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._app = app
        self._plain = True

    def use_letters(self, on: bool) -> None:
        """Whether plain letters are shortcuts from now on."""
        if on == self._plain:
            return
        self._plain = on
        if on:
            self._app.removeEventFilter(self)
        for widget in self._app.allWidgets():
            if on:
                self._give_back(widget)
            else:
                self._take_away(widget)
        if not on:
            self._app.installEventFilter(self)  # for those that are made or change from now on

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See ``QObject``. Nothing is watched while letters are shortcuts."""
        if event.type() == QEvent.Type.ToolTipChange and isinstance(watched, QWidget):
            self._take_away(watched)
        return False

    def _take_away(self, widget: QWidget) -> None:
        whole = widget.toolTip()
        short = without_plain_keys(whole)
        if short != whole:
            widget.setProperty(_WHOLE, whole)
            widget.setToolTip(short)

    def _give_back(self, widget: QWidget) -> None:
        whole = widget.property(_WHOLE)
        if isinstance(whole, str) and without_plain_keys(whole) == widget.toolTip():
            widget.setToolTip(whole)
        widget.setProperty(_WHOLE, None)
