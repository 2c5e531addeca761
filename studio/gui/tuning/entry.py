"""A field for one value, over the handle it belongs to; gone again after Enter or Escape."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget


class ValueEntry(QLineEdit):
    """Where a value is typed.

    Signals:
        entered(value): Enter, on a text that ``parsed`` understands.
        closed: it goes, with or without a value; the focus is back where it was.
    """

    entered = Signal(float)
    closed = Signal()

    def __init__(self, text: str, parsed: Callable[[str], float | None], owner: QWidget) -> None:
        super().__init__(text, owner)
        self._parsed = parsed
        self._is_open = True
        self.setObjectName("valueEntry")
        self.setAccessibleName(self.tr("Onset threshold, 0.20 to 0.90"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.selectAll()

    def show_at(self, middle: QPoint, inside: QRect) -> None:
        """Over ``middle``, as far as ``inside`` allows, with the focus."""
        self.resize(72, self.sizeHint().height())
        left = min(max(middle.x() - self.width() // 2, 0), inside.right() - self.width())
        self.move(left, middle.y() - self.height() // 2)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Escape closes the field, not what the window would close."""
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._enter()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._close()

    def _enter(self) -> None:
        value = self._parsed(self.text())
        if value is None:
            self.selectAll()
            said = self.tr("A threshold lies between 0.20 and 0.90.")
            QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), said, self)
            return
        self.entered.emit(value)
        self._close()

    def _close(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        owner = self.parentWidget()
        if self.hasFocus() and owner is not None:
            owner.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()
        self.closed.emit()
        self.deleteLater()
