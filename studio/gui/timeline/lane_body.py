"""The body of a lane: its waveform over the grid, and what is to be said of it in place.

The waveform is kept as an image; while the music plays only the two places of the playhead are
drawn, and while a song is separated only the columns that came.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QLinearGradient,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from studio.audio.peaks import Columns
from studio.gui import theme
from studio.gui.state.mixer import Mixer
from studio.gui.state.song import Lane, SongState
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline import drawing, fit_strip, navigation, wave
from studio.gui.timeline.grid import Grid, grid
from studio.gui.timeline.lane_cards import LaneCard
from studio.gui.timeline.samples import MappedWav

_SILENCED = 0.32  # opacity of a lane that is not heard
_TO_COME = 0.5  # opacity of the song's wave where the lane is not known yet
_GLOW_PX, _EDGE_PX = 30, 2.0
_CARD_INSET = 14


class LaneBody(QLabel):
    """One lane's outline over time; a label with a picture is a graphic to a screen reader.

    Signals:
        cancel_asked(name), retry_asked(name), dismiss_asked(name): what its card was told.
    """

    cancel_asked = Signal(str)
    retry_asked = Signal(str)
    dismiss_asked = Signal(str)

    def __init__(
        self,
        axis: TimeAxis,
        mixer: Mixer,
        song: SongState,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._axis, self._mixer, self._song, self._name = axis, mixer, song, name
        self._strip = wave.Strip()
        self._stale = True
        self._grid: Grid | None = None
        self._mapped: MappedWav | None = None
        self._scale = wave.scale_of(song)
        self._audible = True
        self._working: float | None = None
        self._fits: list[fit_strip.Fit] = []
        self._card: LaneCard | None = None
        self._set_up()
        axis.view_changed.connect(self._view_changed)
        axis.loop_changed.connect(self.update)
        axis.playhead_moved.connect(self._playhead_moved)
        mixer.changed.connect(self._mixer_changed)
        song.lane_changed.connect(self._lane_changed)
        song.progress_changed.connect(self._progress_changed)
        self._mixer_changed("")
        self._progress_changed()
        self._say()

    def _set_up(self) -> None:
        self.setObjectName(f"laneBody.{self._name}")
        self.setPixmap(QPixmap(1, 1))
        self.setAccessibleName(self.tr("Waveform, {name}").format(name=self.lane.stem.label))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def lane(self) -> Lane:
        """What is known of the lane."""
        return self._song.lane(self._name)

    def redraw(self) -> None:
        """The song's outline, and so the scale, is another one: draw the wave anew."""
        self._scale, self._stale = wave.scale_of(self._song), True
        self.update()

    # What changed

    def _view_changed(self) -> None:
        self._stale, self._grid = True, None
        self.update()

    def _mixer_changed(self, name: str) -> None:
        if self._name not in self._mixer.lanes:  # another song is being opened
            return
        audible = self._mixer.audible(self._name)
        if audible != self._audible:
            self._audible, self._stale = audible, True
            self.update()

    def _playhead_moved(self, before: float, now: float) -> None:
        for seconds in (before, now):
            x = self._axis.x(seconds, self.width())
            self.update(drawing.playhead_rect(x, self.width(), self.height()))

    def _progress_changed(self) -> None:
        for place in (self._working, self._song.working):
            if place is not None:
                left = math.floor(self._axis.x(place, self.width()))
                self.update(QRect(left - 4, 0, _GLOW_PX + 8, self.height()))
        self._working = self._song.working

    def _lane_changed(self, name: str) -> None:
        if name == self._name:
            self.follow_lane()

    def follow_lane(self) -> None:
        """Show what is known of the lane now; of its outline only the columns that changed."""
        self._say()
        if self.lane.wav is None:
            self._mapped = None  # a file that is written anew must not be held
        self._progress_changed()  # a lane that became whole has no edge any more
        if self.lane.fits != self._fits:
            self._fits = list(self.lane.fits)
            self.update(self._fit_rect())
        columns, tones = self._outline()
        if self._stale or len(columns[0]) != len(self._strip.columns[0]):
            self.redraw()
            return
        changed = self._strip.mend(columns, self._scale, tones)
        if changed is not None:
            ratio = self.devicePixelRatioF()
            left, right = math.floor(changed[0] / ratio), math.ceil(changed[1] / ratio)
            self.update(QRect(left, 0, right - left, self.height()))

    def changeEvent(self, event: QEvent) -> None:
        """Another palette asks for other colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._stale = True
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size asks for another image."""
        super().resizeEvent(event)
        self._view_changed()
        self._place_card()

    # What it says

    def _say(self) -> None:
        """The card inside, as the lane's state asks, and the bad stretches in words."""
        wanted = LaneCard.kind_for(self.lane)
        if self._card is not None and self._card.kind != wanted:
            self._card.hide()
            self._card.deleteLater()
            self._card = None
        if self._card is None and wanted:
            self._card = LaneCard(wanted, self)
            self._card.cancelled.connect(lambda: self.cancel_asked.emit(self._name))
            self._card.retried.connect(lambda: self.retry_asked.emit(self._name))
            self._card.dismissed.connect(lambda: self.dismiss_asked.emit(self._name))
        if self._card is not None:
            self._card.tell(self.lane)
            self._card.show()
            self._place_card()
        self.setAccessibleDescription(fit_strip.description(self._axis, self.lane.fits))

    def _place_card(self) -> None:
        if self._card is None:
            return
        self._card.set_room(self.height() - 3)
        size = self._card.sizeHint()
        wide = min(size.width(), max(0, self.width() - 2 * _CARD_INSET))
        high = min(size.height(), self.height() - 3)
        x, y = self.width() - wide - _CARD_INSET, (self.height() - high) // 2
        self._card.setGeometry(x, y, wide, high)

    # The waveform

    def _outline(self) -> tuple[Columns, tuple[wave.Pixels, wave.Pixels]]:
        """The columns in view and their colours."""
        width, _ = drawing.device_size(self)
        share = width / (self.width() * self.devicePixelRatioF())
        start, end = self._axis.start, self._axis.start + self._axis.span * share
        palette, opacity = theme.current(), 1.0 if self._audible else _SILENCED
        colour = theme.stem_colour(palette, self.lane.stem)
        song_tones = wave.Tones.of(palette.edge, palette.well, _TO_COME * opacity)
        under = wave.nothing(width)
        if self._song.peaks is not None and self.lane.wav is None:
            under = self._song.peaks.columns(start, end, width)
        stem_tones = wave.Tones.of(colour, palette.well, opacity)
        return wave.joined(self._columns(start, end, width), under, stem_tones, song_tones)

    def _columns(self, start: float, end: float, width: int) -> Columns:
        lane = self.lane
        if lane.wav is not None:
            if self._mapped is None or self._mapped.path != lane.wav:
                self._mapped = MappedWav(lane.wav)
            if self._mapped.suits(end - start, width):
                return self._mapped.columns(start, end, width)
        return wave.nothing(width) if lane.peaks is None else lane.peaks.columns(start, end, width)

    def _draw_strip(self) -> None:
        columns, tones = self._outline()
        _, high = drawing.device_size(self)
        self._strip.make(columns, high, self._scale, tones, self.devicePixelRatioF())
        self._stale = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what of the lane lies in the event's rectangle."""
        if self._stale or self._strip.image.devicePixelRatio() != self.devicePixelRatioF():
            self._draw_strip()
        if self._grid is None:
            self._grid = grid(self._axis, self.width())
        rect, palette = event.rect(), theme.current()
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(rect, palette.well)
        drawing.paint_grid(painter, self._grid, self._axis, self.width(), rect)
        drawing.paint_loop(painter, self._axis, self.width(), rect)
        painter.drawImage(QPoint(0, 0), self._strip.image)
        self._paint_working(painter)
        fit_strip.paint(painter, self, self._axis, self.lane.fits, rect)
        painter.setBrush(palette.line)
        drawing.flat(painter, self.height() - 1, rect.left(), rect.right() + 1)
        x = self._axis.x(self._axis.playhead, self.width())
        drawing.paint_playhead(painter, x, self.width(), self.height())
        painter.end()

    def _paint_working(self, painter: QPainter) -> None:
        """The edge of what is being separated, glowing towards what comes."""
        if self._song.working is None or self.lane.wav is not None:
            return
        x = self._axis.x(self._song.working, self.width())
        if not -_GLOW_PX <= x <= self.width():
            return
        accent = theme.current().accent
        glow = QLinearGradient(x, 0, x + _GLOW_PX, 0)
        glow.setColorAt(0, theme.faded(accent, 0.4))
        glow.setColorAt(1, theme.faded(accent, 0.0))
        painter.fillRect(QRectF(x, 0, _GLOW_PX, self.height()), glow)
        painter.setBrush(accent)
        drawing.upright(painter, x, 0, self.height(), _EDGE_PX)

    def _fit_rect(self) -> QRect:
        return QRect(0, max(0, self.height() - 24), self.width(), 24)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click brings the music there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._axis.seek(self._axis.seconds(event.position().x(), self.width()))
            event.accept()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom and scroll in time; what scrolls the lanes is left to their area."""
        event.setAccepted(navigation.wheel(event, self._axis, self.width()))

    def event(self, event: QEvent) -> bool:
        """Fingers that zoom, and the reading of the strip under the pointer."""
        if isinstance(event, QNativeGestureEvent):
            around = self._axis.seconds(event.position().x(), self.width())
            return navigation.pinch(event, self._axis, around)
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._axis.seconds(event.pos().x(), self.width())
            QToolTip.showText(
                event.globalPos(), fit_strip.reading(self._axis, self.lane.fits, at), self
            )
            return True
        return super().event(event)
