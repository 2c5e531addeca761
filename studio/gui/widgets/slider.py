"""The one slider: a thin line, a round handle, a mark where it came from.

Arrows step, Shift makes the steps fine, Page Up and Down make them coarse, Home and End go to the
ends, Delete or a double click goes back to the default. Shift while dragging moves a tenth as far.
The wheel turns it only while it has the focus, so that scrolling past changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QWidget

from studio.gui import theme, words
from studio.gui.widgets.level import CURVE

HANDLE = 14
_HALO, _GROOVE, _SNAP = 2, 3, 0.04
_FORWARD = {Qt.Key.Key_Right, Qt.Key.Key_Up}
_BACK = {Qt.Key.Key_Left, Qt.Key.Key_Down}
_RESET = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}


class Slider(QSlider):
    """A horizontal slider over whole numbers, with its own look and manners.

    Args:
        name: What it sets; the accessible name is ``name, spoken(value)``.
        minimum, maximum, default: Its range, and where it starts and goes back to.
        step, fine: How far an arrow moves it, without and with Shift. A page is five steps.
        spoken: The value in words.
        mark: A value that a tick marks, and from which the line is drawn strong.
        snap: A value that holds the handle when dragged near it.
        curve: Exponent from the share of the range to the share of the way; 1 is even.

    Signals:
        reset_asked: it was set back to its default by hand.
    """

    reset_asked = Signal()

    def __init__(
        self,
        name: str,
        minimum: int = 0,
        maximum: int = 100,
        default: int = 0,
        *,
        step: int = 1,
        fine: int = 1,
        spoken: Callable[[int], str] = str,
        mark: int | None = None,
        snap: int | None = None,
        curve: float = 1.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._name, self._spoken = name, spoken
        self.default, self.mark, self.snap, self.fine = default, mark, snap, fine
        self._curve = curve
        self._grip: float | None = None  # share of the way, while dragged
        self._last_x = 0.0
        self.setRange(minimum, maximum)
        self.setSingleStep(step)
        self.setPageStep(5 * step)
        self.setValue(default)
        self.setObjectName("slider")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.valueChanged.connect(self.say)
        self.say()

    def set_name(self, name: str) -> None:
        """What it sets, when that changes."""
        self._name = name
        self.say()

    def reset(self) -> None:
        """Back to the default, as by Delete or a double click."""
        self.setValue(self.default)
        self.reset_asked.emit()

    def say(self) -> None:
        """Bring the accessible name up to the value."""
        self.setAccessibleName(f"{self._name}, {self._spoken(self.value())}")

    # Places: share of the way in [0, 1], left to right (right to left where the window is).

    def _share(self, value: float) -> float:
        part = (value - self.minimum()) / max(1, self.maximum() - self.minimum())
        return math.pow(part, self._curve)

    def _value(self, share: float) -> int:
        part = math.pow(min(max(share, 0.0), 1.0), 1 / self._curve)
        return round(self.minimum() + part * (self.maximum() - self.minimum()))

    def _mirrored(self) -> bool:
        return (self.layoutDirection() == Qt.LayoutDirection.RightToLeft) != (
            self.invertedAppearance()
        )

    def _x(self, share: float) -> float:
        way = self.width() - HANDLE
        return HANDLE / 2 + way * (1 - share if self._mirrored() else share)

    def _way(self, x: float) -> float:
        share = (x - HANDLE / 2) / max(1, self.width() - HANDLE)
        return 1 - share if self._mirrored() else share

    def handle_rect(self) -> QRectF:
        """Where the handle lies."""
        x, y = self._x(self._share(self.value())), self.height() / 2
        return QRectF(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE)

    def focus_rect(self) -> QRect:
        """The focus ring goes round the handle."""
        return self.handle_rect().toRect()

    # Hands.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x = event.position().x()
        on_handle = self.handle_rect().adjusted(-2, -6, 2, 6).contains(event.position())
        self._grip = self._share(self.value()) if on_handle else self._way(x)
        self._last_x = x
        self.setSliderDown(True)
        if not on_handle:
            self._drag_to(self._grip)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        x = event.position().x()
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        moved = self._way(x) - self._way(self._last_x)
        self._last_x = x
        self._grip += moved * (0.1 if fine else 1.0)
        self._drag_to(self._grip, snap=not fine)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None and event.button() == Qt.MouseButton.LeftButton:
            self._grip = None
            self.setSliderDown(False)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset()

    def _drag_to(self, share: float, snap: bool = True) -> None:
        value = self._value(share)
        if snap and self.snap is not None:
            near = abs(self._share(value) - self._share(self.snap)) < _SNAP
            value = self.snap if near else value
        self.setValue(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self._step(1 if turned > 0 else -1, fine)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        kept = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if event.modifiers() & kept:
            event.ignore()  # shortcuts of the window
        elif key in _FORWARD | _BACK:
            sideways = key in {Qt.Key.Key_Right, Qt.Key.Key_Left} and self._mirrored()
            forward = (key in _FORWARD) != sideways
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._step(1 if forward else -1, fine)
        elif key in _RESET:
            self.reset()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys that are ours here are kept from the window's one-letter shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~(
                Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
            )
            ours = _FORWARD | _BACK | _RESET | {Qt.Key.Key_Home, Qt.Key.Key_End}
            if plain and Qt.Key(event.key()) in ours:
                event.accept()
                return True
        return super().event(event)

    def _step(self, direction: int, fine: bool) -> None:
        self.setValue(self.value() + direction * (self.fine if fine else self.singleStep()))

    # Looks.

    def sizeHint(self) -> QSize:
        return QSize(96, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(32, 20)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isEnabled()
        centre = self.handle_rect().center()
        groove = groove_path(0, self.width(), self.height() / 2, centre)
        painter.fillPath(groove, palette.groove if on else palette.line)
        if self.mark is not None:
            self._paint_mark(painter, centre, palette.text2 if on else palette.line)
        paint_handle(painter, centre, on, on and (self.underMouse() or self.isSliderDown()))

    def _paint_mark(self, painter: QPainter, handle: QPointF, colour: QColor) -> None:
        assert self.mark is not None
        x = self._x(self._share(self.mark))
        low, high = sorted((x, handle.x()))
        painter.fillPath(groove_path(low, high, self.height() / 2, handle), colour)
        if abs(x - handle.x()) > HANDLE / 2 + _HALO:
            ratio = self.devicePixelRatioF()
            left = round((x - 0.5) * ratio) / ratio
            painter.fillRect(QRectF(left, self.height() / 2 - 5, 1, 10), colour)


def groove_path(start: float, end: float, y: float, *handles: QPointF) -> QPainterPath:
    """The line of a slider from ``start`` to ``end``, with a gap around its handles."""
    line = QPainterPath()
    line.addRoundedRect(QRectF(start, y - _GROOVE / 2, end - start, _GROOVE), 1.5, 1.5)
    for handle in handles:
        gap = QPainterPath()
        gap.addEllipse(handle, HANDLE / 2 + _HALO, HANDLE / 2 + _HALO)
        line = line.subtracted(gap)
    return line


def paint_handle(painter: QPainter, centre: QPointF, enabled: bool, lively: bool) -> None:
    """The round handle of sliders; ``lively`` under the pointer and while it is held."""
    palette = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    if lively:
        painter.setBrush(palette.groove)
        painter.drawEllipse(centre, HANDLE / 2 + _HALO, HANDLE / 2 + _HALO)
    painter.setBrush(palette.text if enabled else palette.pale)
    painter.drawEllipse(centre, HANDLE / 2, HANDLE / 2)


def volume(name: str, parent: QWidget | None = None) -> Slider:
    """A fader in tenths of a dB, −60 to +6, its mark at 0."""

    def spoken(tenths: int) -> str:
        silent = QCoreApplication.translate("Slider", "silent")
        return f"{words.db(tenths / 10)} dB" if tenths > -600 else silent

    return Slider(
        name,
        -600,
        60,
        step=10,
        spoken=spoken,
        mark=0,
        snap=0,
        curve=CURVE,
        parent=parent,
    )


def pan(name: str, parent: QWidget | None = None) -> Slider:
    """From −100, left, to 100, right; holds in the middle."""

    def spoken(value: int) -> str:
        if not value:
            return QCoreApplication.translate("Slider", "middle")
        left = QCoreApplication.translate("Slider", "{0} percent left")
        right = QCoreApplication.translate("Slider", "{0} percent right")
        return (left if value < 0 else right).format(abs(value))

    return Slider(name, -100, 100, step=5, spoken=spoken, mark=0, snap=0, parent=parent)


def crossfader(name: str, parent: QWidget | None = None) -> Slider:
    """From 0, the stem, to 100, the take; holds in the middle."""

    def spoken(value: int) -> str:
        return QCoreApplication.translate("Slider", "{0} percent take").format(value)

    return Slider(name, 0, 100, step=5, spoken=spoken, mark=50, snap=50, parent=parent)
