"""Which keys the control with focus keeps for itself, though the window has actions on them.

Arrows belong to the slider, list or table that has the focus, and elsewhere to the music. Space
plays, unless a button was reached by the keyboard: then it presses it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QRadioButton,
    QWidget,
)

from studio.gui import theme

_Key = Qt.Key
_ARROWS = {_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down}
_WALK = _ARROWS | {_Key.Key_Home, _Key.Key_End, _Key.Key_PageUp, _Key.Key_PageDown}
_ENTER = {_Key.Key_Return, _Key.Key_Enter}
_KEPT: tuple[tuple[type[QWidget], set[Qt.Key]], ...] = (
    (QAbstractSlider, _WALK | _ENTER | {_Key.Key_Delete}),
    (QAbstractItemView, _WALK | _ENTER | {_Key.Key_Delete, _Key.Key_Space}),
    (QComboBox, _ARROWS | _ENTER | {_Key.Key_Space}),
)


def keeps(widget: QWidget, key: int) -> bool:
    """Whether ``widget``, which has the focus, uses ``key`` (without Ctrl or Alt) itself."""
    if isinstance(widget, QAbstractButton):
        # Arrows go from one choice of a row to the next.
        walk = _ARROWS if isinstance(widget, QRadioButton) else set()
        return key in {_Key.Key_Space} | _ENTER | walk and theme.shows_focus(widget)
    return any(isinstance(widget, kind) and key in keys for kind, keys in _KEPT)


class KeyGuard(QObject):
    """Watches the widget with focus alone, so that no other event passes through here."""

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        app.focusChanged.connect(self._moved)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See ``QObject``: accepting a ShortcutOverride turns the shortcut into a key press."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~(
                Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
            )
            if not plain and isinstance(watched, QWidget) and keeps(watched, event.key()):
                event.accept()
                return True
        return False

    def _moved(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None:
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)
