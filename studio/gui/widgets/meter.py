"""How loud a lane is just now: two bars that fall slowly, their peaks held for a while."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from studio.gui import theme
from studio.gui.widgets.level import HIGHEST_DB, LOWEST_DB, decibels, share
from studio.music.stem import Stem

FALL_DB_PER_SECOND, HOLD_SECONDS = 20.0, 1.5
_BAR, _SPACE = 4, 2
# No faster than this is it painted, however often it is told of levels.
_PAINT_SECONDS = 1 / 30


class Meter(QProgressBar):
    """Level of ``stem`` (of the song where there is none), left and right, −60 to +6 dB.

    The player's peaks go in by ``set_levels``, time by ``tick``. A peak above 0 dB stays marked
    until the meter is clicked. Its value, for those who do not see it, follows once a second.
    """

    def __init__(self, name: str, stem: Stem | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stem = stem
        self.levels = [-math.inf, -math.inf]
        self.peaks = [-math.inf, -math.inf]
        self.over = [False, False]
        self._held = [0.0, 0.0]
        self._unpainted, self._unsaid = 0.0, 0.0
        self._shown: tuple[object, ...] = ()
        self.setRange(int(LOWEST_DB), int(HIGHEST_DB))
        self.setValue(int(LOWEST_DB))
        self.setTextVisible(False)
        self.setObjectName("meter")
        self.setAccessibleName(name)
        self.setFixedWidth(2 * _BAR + _SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_levels(self, left_peak: float, right_peak: float) -> None:
        """The loudest samples, linear, since the last time. Never lowers what is shown."""
        for side, peak in enumerate((left_peak, right_peak)):
            db = decibels(peak)
            self.levels[side] = max(self.levels[side], db)
            if db >= self.peaks[side]:
                self.peaks[side], self._held[side] = db, 0.0
            self.over[side] = self.over[side] or db > 0

    def tick(self, seconds: float) -> None:
        """Let ``seconds`` pass: bars fall, peaks are held and then fall too."""
        fall = FALL_DB_PER_SECOND * seconds
        for side in (0, 1):
            self.levels[side] = _fallen(self.levels[side], fall)
            before = self._held[side]
            self._held[side] += seconds
            late = self._held[side] - max(HOLD_SECONDS, before)
            if late > 0:
                fallen = _fallen(self.peaks[side], FALL_DB_PER_SECOND * late)
                self.peaks[side] = max(fallen, self.levels[side])
        self._paint_later(seconds)

    def silence(self) -> None:
        """Nothing sounds: empty at once, but what was too loud stays marked."""
        self.levels = [-math.inf, -math.inf]
        self.peaks = [-math.inf, -math.inf]
        self.setValue(int(LOWEST_DB))
        self.update()

    def _paint_later(self, seconds: float) -> None:
        self._unpainted += seconds
        self._unsaid += seconds
        if self._unpainted < _PAINT_SECONDS - 1e-6:
            return
        self._unpainted = 0.0
        steps = max(1.0, self.height() * self.devicePixelRatioF())
        shown = *(round(share(db) * steps) for db in self.levels + self.peaks), *self.over
        if shown != self._shown:
            self._shown = shown
            self.update()
        if self._unsaid >= 1.0:
            self._unsaid = 0.0
            self.setValue(round(max(LOWEST_DB, *self.levels)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seen: the marks of what was too loud go."""
        self.over = [False, False]
        self.update()
        event.accept()

    def sizeHint(self) -> QSize:
        return QSize(2 * _BAR + _SPACE, 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _BAR + _SPACE, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = theme.current()
        stem = self._stem
        colour = palette.text2 if stem is None else theme.stem_colour(palette, stem)
        painter = QPainter(self)
        for side in (0, 1):
            self._paint_bar(painter, side, colour)

    def _paint_bar(self, painter: QPainter, side: int, colour: QColor) -> None:
        palette, height = theme.current(), self.height()
        ratio = self.devicePixelRatioF()
        x = side * (_BAR + _SPACE)

        def y(db: float) -> float:
            return round(height * (1 - share(db)) * ratio) / ratio

        painter.fillRect(QRectF(x, 0, _BAR, height), palette.line)
        top = y(self.levels[side])
        painter.fillRect(QRectF(x, top, _BAR, height - top), colour)
        # The line at 0 dB is a gap through track and bar.
        painter.fillRect(QRectF(x, y(0.0), _BAR, 1), palette.panel)
        if self.over[side]:
            painter.fillRect(QRectF(x, 0, _BAR, 3), palette.alarm)
        elif self.peaks[side] > LOWEST_DB:
            tick = min(y(self.peaks[side]), height - 2)
            painter.fillRect(QRectF(x, tick, _BAR, 2 if ratio < 2 else 1.5), palette.text)


def _fallen(db: float, by: float) -> float:
    lower = db - by
    return lower if lower > LOWEST_DB else -math.inf
