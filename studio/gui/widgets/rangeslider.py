"""A slider with two handles, for a lowest and a highest.

Each handle is a slider of its own to the keyboard and to assistive technology; the mouse takes the
nearer one. Neither can pass the other.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGroupBox, QWidget

from studio.gui import theme
from studio.gui.widgets.slider import HANDLE, Slider, groove_path, paint_handle


class RangeSlider(QGroupBox):
    """Two handles on one line.

    Args:
        name: What it limits; its handles are called ``names``.
        minimum, maximum: The ends of the line, and the defaults of the handles.
        names: Of the lower and the upper handle.
        spoken: A value in words.

    Signals:
        changed(low, high): a handle moved.
        reset_asked: a handle went back to its default by hand.
    """

    changed = Signal(int, int)
    reset_asked = Signal()

    def __init__(
        self,
        name: str,
        minimum: int,
        maximum: int,
        names: tuple[str, str],
        spoken: Callable[[int], str] = str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._minimum, self._maximum = minimum, maximum
        self._held: _End | None = None
        self.setObjectName("rangeSlider")
        self.setAccessibleName(name)
        self.low_end = _End(names[0], minimum, maximum, minimum, spoken, self)
        self.high_end = _End(names[1], minimum, maximum, maximum, spoken, self)
        for end in (self.low_end, self.high_end):
            end.valueChanged.connect(self._moved)
            end.reset_asked.connect(self.reset_asked)

    def values(self) -> tuple[int, int]:
        """Lowest and highest."""
        return self.low_end.value(), self.high_end.value()

    def set_values(self, low: int, high: int) -> None:
        """Put both handles; ``changed`` is emitted once, if anything changed."""
        low = min(max(low, self._minimum), self._maximum)
        high = min(max(high, low), self._maximum)
        if (low, high) == self.values():
            return
        for end, value in ((self.low_end, low), (self.high_end, high)):
            end.blockSignals(True)
            end.setRange(self._minimum, self._maximum)
            end.setValue(value)
            end.say()
            end.blockSignals(False)
        self._moved()

    def _moved(self) -> None:
        low, high = self.values()
        for end, least, most in (
            (self.low_end, self._minimum, high),
            (self.high_end, low, self._maximum),
        ):
            end.blockSignals(True)
            end.setRange(least, most)
            end.blockSignals(False)
        self._place()
        self.update()
        self.changed.emit(low, high)

    def _x(self, value: int) -> float:
        share = (value - self._minimum) / max(1, self._maximum - self._minimum)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        return HANDLE / 2 + (self.width() - HANDLE) * share

    def _value(self, x: float) -> int:
        share = (x - HANDLE / 2) / max(1, self.width() - HANDLE)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        return round(self._minimum + share * (self._maximum - self._minimum))

    def _place(self) -> None:
        """Lay each handle's widget where its handle is drawn."""
        for end in (self.low_end, self.high_end):
            left = round(self._x(end.value()) - HANDLE / 2)
            end.setGeometry(QRect(left, (self.height() - HANDLE) // 2, HANDLE, HANDLE))

    def resizeEvent(self, event: object) -> None:
        del event
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.isEnabled():
            return
        x = event.position().x()
        low, high = self._x(self.low_end.value()), self._x(self.high_end.value())
        # On one spot, the side the pointer lies on decides.
        lower = abs(x - low) < abs(x - high) or (low == high and x < low)
        self._held = self.low_end if lower else self.high_end
        self._held.setFocus(Qt.FocusReason.MouseFocusReason)
        self._held.setSliderDown(True)
        self._held.setValue(self._value(x))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held.setValue(self._value(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._held.setSliderDown(False)
            self._held = None
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.set_values(self._minimum, self._maximum)
        self.reset_asked.emit()

    def sizeHint(self) -> QSize:
        return QSize(160, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(64, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, y = self.isEnabled(), self.height() / 2
        low = QPointF(self._x(self.low_end.value()), y)
        high = QPointF(self._x(self.high_end.value()), y)
        whole = groove_path(0, self.width(), y, low, high)
        painter.fillPath(whole, palette.groove if on else palette.line)
        left, right = sorted((low.x(), high.x()))
        between = groove_path(left, right, y, low, high)
        painter.fillPath(between, palette.text2 if on else palette.line)
        for end, centre in ((self.low_end, low), (self.high_end, high)):
            paint_handle(painter, centre, on, end is self._held)


class _End(Slider):
    """A handle: has the keys and the voice of a slider, and neither look nor mouse."""

    def __init__(
        self,
        name: str,
        minimum: int,
        maximum: int,
        default: int,
        spoken: Callable[[int], str],
        parent: QWidget,
    ) -> None:
        super().__init__(name, minimum, maximum, default, spoken=spoken, parent=parent)
        self.setPageStep(12)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def focus_rect(self) -> QRect:
        """All of it is handle."""
        return self.rect()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Drawn by the range."""
