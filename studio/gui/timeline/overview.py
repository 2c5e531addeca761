"""The whole song in one row: where the view lies in it, the loop, the playhead."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import (
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from studio.gui import theme
from studio.gui.state.song import SongState
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline import drawing, navigation, wave

_STEPS_A_SECOND = 100
_EDGE_PX, _DRAG_PX = 5, 4
_LOOP_PX = 3
_KEYS = navigation.ARROWS | {Qt.Key.Key_Home, Qt.Key.Key_End}


class SongOverview(QSlider):
    """A slider whose value is the start of the view, in hundredths of a second.

    Dragging the frame scrolls, dragging its edges zooms, a click brings the music there.
    """

    def __init__(self, axis: TimeAxis, song: SongState, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._axis, self._song = axis, song
        self._bright, self._dim = wave.Strip(), wave.Strip()
        self._stale = True
        self._pressed_x = 0.0
        self._hold = ""  # what is dragged: "frame", "start", "end" or nothing
        self._held: tuple[float, float] = (0.0, 0.0)
        self._moved = False
        self.setObjectName("songOverview")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        axis.view_changed.connect(self._view_changed)
        axis.loop_changed.connect(self.update)
        axis.playhead_moved.connect(self._playhead_moved)
        song.changed.connect(self.redraw)
        self.valueChanged.connect(self._value_changed)
        self._view_changed()

    def redraw(self) -> None:
        """The song's outline is another one: draw it anew."""
        self._stale = True
        self._view_changed()

    def x_of(self, seconds: float) -> float:
        """Where ``seconds`` lies in the row."""
        return seconds / max(self._axis.duration, 1e-9) * self.width()

    def seconds(self, x: float) -> float:
        """The time under ``x``, within the song."""
        share = x / max(1, self.width())
        return min(max(share, 0.0), 1.0) * self._axis.duration

    @property
    def shows_all(self) -> bool:
        """Whether the view holds the whole song, so that there is no frame."""
        return self._axis.span >= self._axis.duration * 0.9999

    def _view_changed(self) -> None:
        axis = self._axis
        self.blockSignals(True)
        self.setRange(0, round((axis.duration - axis.span) * _STEPS_A_SECOND))
        self.setPageStep(max(1, round(axis.span * _STEPS_A_SECOND)))
        self.setSingleStep(max(1, round(axis.span * _STEPS_A_SECOND / 10)))
        self.setValue(round(axis.start * _STEPS_A_SECOND))
        self.blockSignals(False)
        self.setAccessibleName(
            self.tr("Song overview, {start} to {end} of {whole} seconds").format(
                start=round(axis.start), end=round(axis.end), whole=round(axis.duration)
            )
        )
        self.update()

    def _value_changed(self, value: int) -> None:
        start = value / _STEPS_A_SECOND
        self._axis.show(start, start + self._axis.span)

    def _playhead_moved(self, before: float, now: float) -> None:
        for seconds in (before, now):
            self.update(drawing.playhead_rect(self.x_of(seconds), self.width(), self.height()))

    def changeEvent(self, event: QEvent) -> None:
        """Another palette asks for other colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._stale = True
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size asks for another image."""
        super().resizeEvent(event)
        self._stale = True

    # Drawing

    def _draw_strips(self) -> None:
        palette = theme.current()
        width, high = drawing.device_size(self)
        peaks, ratio = self._song.peaks, self.devicePixelRatioF()
        columns = wave.nothing(width)
        if peaks is not None and self._song.duration > 0:
            columns = peaks.columns(0.0, self._axis.duration, width)
        scale = wave.scale_of(self._song)
        bright = wave.Tones.of(palette.text2, palette.well)
        dim = wave.Tones.of(palette.edge, palette.window, 0.7)
        for strip, tones in ((self._bright, bright), (self._dim, dim)):
            rms, peak = (np.full(width, tone.rgba(), np.uint32) for tone in (tones.rms, tones.peak))
            strip.make(columns, high, scale, (rms, peak), ratio)
        self._stale = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what lies in the event's rectangle."""
        if self._stale or self._bright.image.devicePixelRatio() != self.devicePixelRatioF():
            self._draw_strips()
        palette, rect = theme.current(), event.rect()
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.shows_all:
            painter.fillRect(rect, palette.well)
            painter.drawImage(QPoint(0, 0), self._bright.image)
        else:
            self._paint_framed(painter, rect)
        self._paint_loop(painter)
        painter.setBrush(palette.line)
        drawing.flat(painter, self.height() - 1, 0, self.width())
        x = self.x_of(self._axis.playhead)
        drawing.paint_playhead(painter, x, self.width(), self.height())
        painter.end()

    def _paint_framed(self, painter: QPainter, rect: QRect) -> None:
        """The song dimmed but for the part in view, which has a frame."""
        palette, frame = theme.current(), self.frame()
        painter.fillRect(rect, palette.window)
        painter.drawImage(QPoint(0, 0), self._dim.image)
        painter.save()
        painter.setClipRect(frame, Qt.ClipOperation.IntersectClip)
        painter.fillRect(frame, palette.well)
        painter.drawImage(QPoint(0, 0), self._bright.image)
        painter.restore()
        painter.setPen(palette.text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(Qt.PenStyle.NoPen)

    def frame(self) -> QRectF:
        """Where the view lies in the row; never too narrow to be taken hold of."""
        left, right = self.x_of(self._axis.start), self.x_of(self._axis.end)
        short = max(0.0, 2.0 * _EDGE_PX - (right - left)) / 2
        ratio = self.devicePixelRatioF()
        left, right = (drawing.snapped(x, ratio) for x in (left - short, right + short))
        return QRectF(left, 0, right - left, self.height() - 1)

    def focus_rect(self) -> QRect:
        """The focus ring goes round the frame."""
        return self.rect() if self.shows_all else self.frame().toRect()

    def _paint_loop(self, painter: QPainter) -> None:
        if self._axis.loop is None:
            return
        left, right = (self.x_of(end) for end in self._axis.loop)
        palette = theme.current()
        colour = palette.accent if self._axis.looping else palette.text3
        top = self.height() - 1 - _LOOP_PX
        painter.fillRect(QRectF(left, top, max(2.0, right - left), _LOOP_PX), colour)

    # Hands

    def _part_at(self, x: float) -> str:
        if self.shows_all:
            return ""
        frame = self.frame()
        if abs(x - frame.left()) <= _EDGE_PX and x <= frame.center().x():
            return "start"
        if abs(x - frame.right()) <= _EDGE_PX:
            return "end"
        return "frame" if frame.left() < x < frame.right() else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the frame, of an edge, or of nothing."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._pressed_x, self._moved = event.position().x(), False
        self._hold = self._part_at(self._pressed_x)
        self._held = (self._axis.start, self._axis.end)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scroll or zoom by what is held."""
        x = event.position().x()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            at_edge = self._part_at(x) in {"start", "end"}
            shape = Qt.CursorShape.SizeHorCursor if at_edge else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            return
        if not self._moved and abs(x - self._pressed_x) < _DRAG_PX:
            return
        self._moved = True
        by = (x - self._pressed_x) / max(1, self.width()) * self._axis.duration
        start, end = self._held
        if self._hold == "frame":
            length = end - start
            start = min(max(start + by, 0.0), self._axis.duration - length)
            self._axis.show(start, start + length)
        elif self._hold == "start":
            self._axis.show(min(max(0.0, start + by), end - 0.1), end)
        elif self._hold == "end":
            self._axis.show(start, max(min(end + by, self._axis.duration), start + 0.1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click without a drag brings the music there."""
        if event.button() == Qt.MouseButton.LeftButton and not self._moved:
            self._axis.seek(self.seconds(event.position().x()))
        self._hold = ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer's place in the song, or scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            navigation.zoom(event, self._axis, self.seconds(event.position().x()))
        else:
            navigation.scroll(event, self._axis, self.width())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Fingers that zoom, and keys that scroll while it has the focus."""
        if navigation.keeps_key(event, _KEYS):
            return True
        if isinstance(event, QNativeGestureEvent):
            around = self.seconds(event.position().x())
            return navigation.pinch(event, self._axis, around)
        return super().event(event)
