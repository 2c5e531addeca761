"""The ruler: musical time or minutes, the loop and its two ends, the playhead's triangle."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAccessible,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from studio.gui import theme, words
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline import chords, drawing, navigation
from studio.gui.timeline.chords import Label
from studio.gui.timeline.grid import Grid, grid
from studio.gui.widgets.accessible import set_role

_DRAG_PX = 4
_HEAD_PX = 6  # half the width of the playhead's triangle
_LABEL_GAP = 4
_REGION = 0.38
_END_PX: Final = 8
_STEPS_A_SECOND = 1000
_SHORTEST_LOOP = 0.05
_FREE_STEP = 0.01


def placed(axis: TimeAxis, seconds: float, modifiers: Qt.KeyboardModifier) -> float:
    """``seconds`` on the nearest beat, or where it is while Alt is held."""
    free = modifiers & Qt.KeyboardModifier.AltModifier
    return seconds if free else axis.snapped(seconds)


class Ruler(QWidget):
    """Drag over it to loop, snapped to beats but with Alt; click to bring the music there."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = axis
        self._grid: Grid | None = None
        self._chords: list[Label] = []
        self._pressed: float | None = None
        self._pressed_x = 0.0
        self._dragging = False
        self.setObjectName("ruler")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        set_role(self, QAccessible.Role.Grouping)
        self.setToolTip(self.tr("Drag to loop, with Alt off the beat. Click to play from there."))
        self.loop_ends = (LoopEnd(axis, 0, self), LoopEnd(axis, 1, self))
        axis.view_changed.connect(self._view_changed)
        axis.loop_changed.connect(self._view_changed)
        axis.playhead_moved.connect(self._playhead_moved)
        self._view_changed()

    def _view_changed(self) -> None:
        self._grid = None
        unit = self.tr("Ruler, minutes") if self._axis.tempo is None else self.tr("Ruler, bars")
        self.setAccessibleName(unit)
        self.setAccessibleDescription(chords.said(self._axis))
        for end in self.loop_ends:
            end.follow()
        self.update()

    def _playhead_moved(self, before: float, now: float) -> None:
        for seconds in (before, now):
            x = self._axis.x(seconds, self.width())
            if -_HEAD_PX <= x <= self.width() + _HEAD_PX:
                wide = 2 * _HEAD_PX + 4
                self.update(QRect(int(x) - _HEAD_PX - 2, 0, wide, self.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place lines and ends anew."""
        super().resizeEvent(event)
        self._view_changed()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what lies in the event's rectangle."""
        if self._grid is None:
            self._grid = grid(self._axis, self.width())
            self._chords = chords.labels(self._axis, self._grid, self.width())
        palette, rect = theme.current(), event.rect()
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(rect, palette.panel)
        self._paint_region(painter)
        self._paint_marks(painter, self._grid, rect)
        chords.paint(painter, self._chords, self.height() / 2 + 2, rect)
        painter.setBrush(palette.line)
        drawing.flat(painter, self.height() - 1, rect.left(), rect.right() + 1)
        self._paint_playhead(painter)
        painter.end()

    def _paint_region(self, painter: QPainter) -> None:
        if self._axis.loop is None:
            return
        palette, width = theme.current(), self.width()
        left, right = (min(max(self._axis.x(t, width), -2.0), width + 2.0) for t in self._axis.loop)
        colour = palette.fill if self._axis.looping else palette.edge
        ground = theme.mixed(palette.panel, colour, _REGION)
        painter.fillRect(QRectF(left, 0, right - left, self.height() - 1), ground)

    def _paint_marks(self, painter: QPainter, lines: Grid, rect: QRect) -> None:
        palette, high = theme.current(), self.height()
        painter.setFont(theme.font(theme.ASIDE, theme.MEDIUM))
        x = lines.x(self._axis, self.width())
        # A label reaches to the right of its line: those left of the rectangle count too.
        near = (x >= rect.left() - 80) & (x <= rect.right() + 2)
        for index in near.nonzero()[0]:
            at, label = float(x[index]), lines.labels[index]
            painter.setBrush(
                palette.edge if label else theme.mixed(palette.panel, palette.edge, 0.6)
            )
            drawing.upright(painter, at, high - (12 if label else 6), high - 1)
            if label:
                painter.setPen(palette.text2)
                painter.drawText(QPointF(at + _LABEL_GAP, high / 2 + 2), label)
                painter.setPen(Qt.PenStyle.NoPen)

    def _paint_playhead(self, painter: QPainter) -> None:
        x, high = self._axis.x(self._axis.playhead, self.width()), self.height()
        if not -_HEAD_PX <= x <= self.width() + _HEAD_PX:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.current().accent)
        top, foot = high - 10, high - 2
        corners = (QPointF(x - _HEAD_PX, top), QPointF(x + _HEAD_PX, top), QPointF(x, foot))
        painter.drawPolygon(QPolygonF(corners))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        drawing.upright(painter, x, foot - 2, high, 1.5)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a loop."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed_x, self._dragging = event.position().x(), False
        self._pressed = self._axis.seconds(self._pressed_x, self.width())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Loop from where the button went down to here."""
        x = event.position().x()
        if self._pressed is None or (not self._dragging and abs(x - self._pressed_x) < _DRAG_PX):
            return
        self._dragging = True
        here = self._axis.seconds(x, self.width())
        start = placed(self._axis, self._pressed, event.modifiers())
        self._axis.set_loop(start, placed(self._axis, here, event.modifiers()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click without a drag brings the music there."""
        if self._pressed is not None and not self._dragging:
            self._axis.seek(self._pressed)
        self._pressed, self._dragging = None, False

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, or scroll whichever way the wheel turns."""
        if not navigation.wheel(event, self._axis, self.width()):
            navigation.scroll(event, self._axis, self.width())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Fingers that zoom."""
        if isinstance(event, QNativeGestureEvent):
            around = self._axis.seconds(event.position().x(), self.width())
            return navigation.pinch(event, self._axis, around)
        return super().event(event)


class LoopEnd(QSlider):
    """Start (0) or end (1) of the loop: a slider over the song, in milliseconds.

    Arrows move it by a beat, with Shift by a bar, with Alt by 10 ms.
    """

    def __init__(self, axis: TimeAxis, which: int, ruler: Ruler) -> None:
        super().__init__(Qt.Orientation.Horizontal, ruler)
        self._axis, self._which, self._ruler = axis, which, ruler
        self.setObjectName("loopEnd" if which else "loopStart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setToolTip(self.tr("Drag, or move by a beat with the arrows, by a bar with Shift."))
        self.valueChanged.connect(self._value_changed)

    def follow(self) -> None:
        """Stand where the loop does; out of sight without one."""
        loop = self._axis.loop
        if loop is None:
            self.hide()
            return
        seconds = loop[self._which]
        self.blockSignals(True)
        self.setRange(0, round(self._axis.duration * _STEPS_A_SECOND))
        self.setValue(round(seconds * _STEPS_A_SECOND))
        self.blockSignals(False)
        self._name(seconds)
        ruler = self._ruler
        x = self._axis.x(seconds, ruler.width())
        self.setGeometry(round(x) - _END_PX // 2, 0, _END_PX, ruler.height())
        self.setVisible(-_END_PX < x < ruler.width() + _END_PX)

    def _name(self, seconds: float) -> None:
        which = self.tr("Loop end") if self._which else self.tr("Loop start")
        place = self._axis.bar_beat(seconds)
        if place is None:
            where = words.clock(seconds)
        elif place[1:] == (1, 0):
            where = self.tr("bar {bar}").format(bar=place[0])
        else:
            where = self.tr("bar {bar}, beat {beat}").format(bar=place[0], beat=place[1])
        self.setAccessibleName(f"{which}, {where}")

    def _move(self, seconds: float) -> None:
        """Put this end at ``seconds``, never past the other."""
        if self._axis.loop is None:
            return
        start, end = self._axis.loop
        if self._which:
            self._axis.set_loop(start, max(seconds, start + _SHORTEST_LOOP))
        else:
            self._axis.set_loop(min(seconds, end - _SHORTEST_LOOP), end)

    def _value_changed(self, value: int) -> None:
        self._move(value / _STEPS_A_SECOND)

    def event(self, event: QEvent) -> bool:
        """Arrows belong to the end that has the focus, not to the window's shortcuts."""
        return navigation.keeps_key(event, navigation.ARROWS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by a beat, a bar with Shift, 10 ms with Alt."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None or self._axis.loop is None:
            event.ignore()
            return
        here = self._axis.loop[self._which]
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move(here + way * _FREE_STEP)
            return
        bar = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        beats = 4 if self._axis.tempo is None else self._axis.tempo.beats_per_bar
        moved = self._axis.bars_later(here, way * (1.0 if bar else 1.0 / beats))
        self._move(self._axis.snapped(moved))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag this end along the ruler."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            x = self.mapTo(self._ruler, event.position()).x()
            seconds = self._axis.seconds(x, self._ruler.width())
            self._move(placed(self._axis, seconds, event.modifiers()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel is the ruler's."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The end itself, 2 px."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.accent if self._axis.looping else palette.text3)
        drawing.upright(painter, self.width() / 2, 0, self.height(), 2.0)
        painter.end()
