"""A sentence that comes, stays eight seconds, and goes.

One at a time; never for an error that needs an act, and never the only place where something
stands. The pointer or the focus on it stops its clock.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPoint,
    QPropertyAnimation,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAccessible, QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.widgets.accessible import announce, set_role
from studio.gui.widgets.buttons import Plain, icon_button
from studio.gui.widgets.card import Card, Icon, Words

SHOWN_MS = 8000
_MARGIN, _SLIDE = 16, 12


class Toast(Card):
    """Lies over the lower right of its parent.

    Signals:
        acted(key): its button was pressed.
    """

    acted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("toast")
        set_role(self, QAccessible.Role.Notification)
        self._key = ""
        self._clock = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._clock.timeout.connect(self._time_is_up)
        self._slide = QPropertyAnimation(self, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._icon = Icon("speaker", "text2", self)
        self._sentence = Words("", theme.BASE, theme.STRONG, wrap=False)
        self._hint = Words("", theme.SMALL, tone="text2", wrap=False)
        self.button = Plain("")
        self.button.setObjectName("toastAction")
        self.button.clicked.connect(self._pressed)
        self.closer = icon_button("close", self.tr("Close"), "Esc")
        self.closer.clicked.connect(self.hide)
        self._lay_out()
        parent.installEventFilter(self)
        self.hide()

    def _lay_out(self) -> None:
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(theme.INSET)
        row.addWidget(self._icon)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(self._sentence)
        column.addWidget(self._hint)
        row.addLayout(column, 1)
        row.addWidget(self.button)
        row.addWidget(self.closer)

    def say(
        self, sentence: str, hint: str = "", action: tuple[str, str] | None = None, icon: str = ""
    ) -> None:
        """Show this instead of what is shown. ``action`` is the (key, words) of a button."""
        self._sentence.setText(sentence)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._icon.set_icon(icon)
        self._icon.setVisible(bool(icon))
        self._key, text = action or ("", "")
        self.button.setText(text)
        self.button.setVisible(action is not None)
        self.setAccessibleName(f"{sentence} {hint}".strip())
        self._row.activate()  # else a layout inside still knows the size of the last sentence
        self.adjustSize()
        self._appear()
        announce(self, self.accessibleName())
        self._clock.start()

    def _appear(self) -> None:
        home = self._home()
        milliseconds = 0 if self.isVisible() else theme.motion(theme.SLIDE_MS)
        start = home + QPoint(0, _SLIDE) if milliseconds else home
        self._slide.stop()
        self.move(start)
        self.show()
        self.raise_()
        if milliseconds:
            self._slide.setDuration(milliseconds)
            self._slide.setStartValue(start)
            self._slide.setEndValue(home)
            self._slide.start()

    def _home(self) -> QPoint:
        area = self._over.rect()
        right = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        x = area.right() + 1 - self.width() - _MARGIN if right else _MARGIN
        return QPoint(x, area.bottom() + 1 - self.height() - _MARGIN)

    def _pressed(self) -> None:
        self.hide()
        self.acted.emit(self._key)

    def _time_is_up(self) -> None:
        if self._is_attended():
            self._clock.start()
        else:
            self.hide()

    def _is_attended(self) -> bool:
        focus = self.window().focusWidget()
        focused = focus is not None and (focus is self or self.isAncestorOf(focus))
        return self.underMouse() or (focused and self.window().isActiveWindow())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Being read: the clock stops."""
        super().enterEvent(event)
        self._clock.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.isVisible():
            self._clock.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        del event
        self._clock.stop()
        self._slide.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._slide.stop()
            self.move(self._home())
        return False
