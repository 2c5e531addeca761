"""A sheet: a page that slides in from the right over the lanes, and is no dialog.

Playing goes on, and the rest of the window can be used. Tab stays inside; plain keys belong to the
sheet, so that no letter acts on a lane one does not see; Esc closes, and the keyboard goes back to
where it was.
"""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from studio.gui import theme
from studio.gui.sheets import parts
from studio.gui.stops import stops, walk
from studio.gui.widgets.accessible import set_role
from studio.gui.widgets.buttons import icon_button
from studio.gui.widgets.card import Words

WIDTH, FULL_BELOW = 620, 1100
INSET = 20
_HELD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class Sheet(QWidget):
    """The base of all sheets: what lies behind it, the panel with its heading, and the way out.

    Attributes:
        body: The layout a sheet fills.
        foot, foot_bar: The layout of the bar below, and the bar; hidden until a sheet shows it.

    Signals:
        opened, closed: it came, it went.
    """

    opened = Signal()
    closed = Signal()

    def __init__(self, over: QWidget, title: str, about: str = "") -> None:
        """``over`` is the part of the window it covers."""
        super().__init__(over)
        self.setObjectName("sheet")
        self._before: QWidget | None = None
        self._leaving = False
        self.panel = _Panel(self)
        self.title = Words(title, theme.SHEET, theme.STRONG)
        self.about = Words(about, theme.SMALL, tone="text3")
        self.body = parts.column(spacing=theme.INSET)
        self.foot = QHBoxLayout()
        self._slide = QPropertyAnimation(self.panel, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.finished.connect(self._arrived)
        self._lay_out()
        self.set_title(title, about)
        over.installEventFilter(self)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether it is there, or on its way in."""
        return self.isVisible() and not self._leaving

    def set_title(self, title: str, about: str = "") -> None:
        """The heading, and a line below it."""
        self.title.setText(title)
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self.panel.setAccessibleName(title)
        self.setAccessibleName(title)

    def open(self) -> None:
        """Slide in, and take the keyboard."""
        if self.is_open:
            return
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self._leaving = False
        self._place()
        self.show()
        self.raise_()
        self._move(self._outside(), self._inside())
        first = self.first_focus()
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)
        self.opened.emit()

    def close_sheet(self) -> None:
        """Slide out, and give the keyboard back."""
        if not self.is_open:
            return
        self._leaving = True
        held = self._holds_focus()
        self._move(self.panel.pos(), self._outside())
        before = self._before
        if held and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None
        self.closed.emit()

    def first_focus(self) -> QWidget | None:
        """What gets the keyboard first: the first that Tab would reach after the cross."""
        ring = stops(self.panel)
        return ring[1] if len(ring) > 1 else (ring[0] if ring else None)

    def event(self, event: QEvent) -> bool:
        """Plain keys are the sheet's, and go no further."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self.takes(event):
            event.accept()
            return True
        return super().event(event)

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is the sheet's own instead of a shortcut of the window."""
        function_key = Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
        return not event.modifiers() & _HELD and not function_key

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See ``QWidget``."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round in the sheet."""
        return walk(self.panel, forward)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the panel closes it."""
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.close_sheet()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of what lies below."""
        resized = event.type() == QEvent.Type.Resize
        if resized and watched is self.parentWidget() and self.isVisible():
            self._place()
            self.panel.move(self._inside())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """What lies below is dimmed, once, however many sheets lie over one another."""
        over = self.parentWidget()
        sheets = [] if over is None else [w for w in over.children() if isinstance(w, Sheet)]
        if next((sheet for sheet in sheets if sheet.isVisible()), self) is not self:
            return
        QPainter(self).fillRect(event.rect(), theme.faded(theme.current().window, 0.45))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        titles = parts.column(spacing=2)
        titles.addWidget(self.title)
        titles.addWidget(self.about)
        head.addLayout(titles, 1)
        self.cross = icon_button("close", self.tr("Close"), "Esc", self.panel)
        self.cross.clicked.connect(self.close_sheet)
        head.addWidget(self.cross, 0, Qt.AlignmentFlag.AlignTop)
        main = QVBoxLayout()
        main.setContentsMargins(INSET, 16, INSET, 0)
        main.setSpacing(16)
        main.addLayout(head)
        main.addLayout(self.body, 1)
        self.foot_bar = _Foot(self.panel)
        self.foot_bar.setLayout(self.foot)
        self.foot.setContentsMargins(INSET, 12, INSET, 12)
        self.foot.setSpacing(theme.GAP)
        self.foot_bar.hide()
        whole = QVBoxLayout(self.panel)
        whole.setContentsMargins(1, 0, 1, 0)
        whole.setSpacing(0)
        whole.addLayout(main, 1)
        whole.addWidget(self.foot_bar)

    def _holds_focus(self) -> bool:
        now = QApplication.focusWidget()
        return now is None or now is self or self.isAncestorOf(now)

    def _place(self) -> None:
        """Cover what lies below; the panel stands at its trailing edge."""
        over = self.parentWidget()
        assert over is not None
        self.setGeometry(over.rect())
        full = self.window().width() < FULL_BELOW
        width = self.width() if full else min(WIDTH, self.width())
        self.panel.resize(width, self.height())

    def _inside(self) -> QPoint:
        leading = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        return QPoint(self.width() - self.panel.width() if leading else 0, 0)

    def _outside(self) -> QPoint:
        leading = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        return QPoint(self.width() if leading else -self.panel.width(), 0)

    def _move(self, start: QPoint, end: QPoint) -> None:
        self._slide.stop()
        duration = theme.motion(theme.SLIDE_MS)
        if not duration:
            self.panel.move(end)
            self._arrived()
            return
        self._slide.setDuration(duration)
        self._slide.setStartValue(start)
        self._slide.setEndValue(end)
        self._slide.start()

    def _arrived(self) -> None:
        if self._leaving:
            self.hide()
            self._leaving = False


class _Panel(QWidget):
    """What slides: an opaque surface with a hairline towards the lanes."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.setObjectName("sheetPanel")
        set_role(self, QAccessible.Role.Dialog)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(event.rect(), palette.panel)
        leading = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        painter.fillRect(0 if leading else self.width() - 1, 0, 1, self.height(), palette.edge)


class _Foot(QWidget):
    """The bar below, with a hairline above it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.window)
        painter.fillRect(0, 0, self.width(), 1, palette.line)
