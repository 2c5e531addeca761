"""The ring around what has the keyboard: 2 px of accent, 2 px outside, for keyboard users only.

One ``FocusRing`` per application draws it over the window, so no control has to leave room for
it. A widget that wants the ring elsewhere than around itself has ``focus_rect() -> QRect``; one
that draws its own sets the property ``ownFocus``.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui import theme

_OUTSIDE, _WIDTH = 2, 2
_REACH = _OUTSIDE + _WIDTH
_MOVES = {
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.ZOrderChange,
    QEvent.Type.ParentChange,
}


@runtime_checkable
class OwnShape(Protocol):
    """A widget whose ring goes round a part of it."""

    def focus_rect(self) -> QRect: ...


class FocusRing(QObject):
    """Keeps the ring around the focused widget of ``app``. Make one; it belongs to ``app``."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._watched: list[QWidget] = []
        self._ring: _Ring | None = None
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._forget()
        if now is None or not theme.shows_focus(now) or now.property("ownFocus"):
            return
        self._ring = _Ring(now)
        self._ring.destroyed.connect(self._ring_gone)
        widget: QWidget | None = now
        while widget is not None:
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = None if widget.isWindow() else widget.parentWidget()
        self._ring.place()

    def _forget(self) -> None:
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched.clear()
        if self._ring is not None:
            self._ring.hide()
            self._ring.deleteLater()
            self._ring = None

    def _ring_gone(self) -> None:
        self._ring = None
        self._watched.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the widget, and what it lies in, wherever they go."""
        painted = event.type() == QEvent.Type.Paint and bool(self._watched)
        if self._ring is not None and (
            event.type() in _MOVES or (painted and watched is self._watched[0])
        ):
            self._ring.place()
        return False


class _Ring(QWidget):
    """The ring itself, a child of the window that lets the mouse through."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around.window())
        self._around = around
        self.setObjectName("focusRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def place(self) -> None:
        """Lie around the widget as far as it can be seen; nowhere when it cannot."""
        around = self._around
        seen = around.visibleRegion().boundingRect()
        if seen.isEmpty():
            self.hide()
            return
        shape = around.focus_rect() if isinstance(around, OwnShape) else around.rect()
        shape = shape.intersected(seen.adjusted(-1, -1, 1, 1))
        shape.moveTopLeft(around.mapTo(self.window(), shape.topLeft()))
        wanted = shape.adjusted(-_REACH, -_REACH, _REACH, _REACH)
        # Where the widget fills the window, the ring lies inside it.
        wanted = wanted.intersected(self.window().rect())
        if wanted != self.geometry() or not self.isVisible():
            self.setGeometry(wanted)
            inner = QRect(QPoint(0, 0), wanted.size()).adjusted(_REACH, _REACH, -_REACH, -_REACH)
            self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))
            self.raise_()
            self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.current().accent, _WIDTH))
        half = _WIDTH / 2
        frame = QRectF(self.rect()).adjusted(half, half, -half, -half)
        square = frame.width() == frame.height()
        is_handle = square and isinstance(self._around, OwnShape)
        radius = frame.height() / 2 if is_handle else theme.RADIUS + _OUTSIDE + 1.0
        painter.drawRoundedRect(frame, radius, radius)
