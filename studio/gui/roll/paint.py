"""Drawing the roll: its ground, its notes, what lies over them. Colours from the theme alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QPolygonF

from studio.audio.peaks import Peaks
from studio.gui import theme
from studio.gui.roll.geometry import Boxes, Geometry
from studio.music.notes import Notes

BANDS = 8
_SOFTEST = 0.42  # share of the stem's colour in the softest note
_WAVE = 0.16
_LOOP = 0.09
# More than this many are drawn with square corners: it is five times as quick.
_ROUNDED = 500
_LEAST_LINES = 7.0  # pixels between two lines of the grid


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one paint."""

    palette: theme.Palette
    stem: QColor

    def band(self, band: int) -> QColor:
        """The filling of a velocity band, 0 to 7."""
        share = _SOFTEST + (1 - _SOFTEST) * band / (BANDS - 1)
        return theme.mixed(self.palette.well, self.stem, share)

    @property
    def ghost(self) -> QColor:
        """The outline of what is not kept."""
        return theme.mixed(self.palette.well, self.stem, 0.72)

    @property
    def bright(self) -> QColor:
        """The filling of what sounds now."""
        towards = self.palette.text if self.palette.is_dark else self.palette.well
        return theme.mixed(self.stem, towards, 0.5)


def ground(
    painter: QPainter, place: Geometry, look: Look, division: float, peaks: Peaks | None
) -> None:
    """Rows, the stem's wave, grid and loop: what stays while notes change."""
    painter.fillRect(QRectF(0, 0, place.width, place.rows.viewport), look.palette.well)
    _rows(painter, place, look.palette)
    if peaks is not None:
        _wave(painter, place, look.stem, peaks)
    _grid(painter, place, look.palette, division)
    _loop(painter, place, look.palette)


def _rows(painter: QPainter, place: Geometry, palette: theme.Palette) -> None:
    rows = place.rows
    shade = palette.panel if palette.is_dark else palette.window
    for row in rows.seen():
        top, pitch = rows.top(row), rows.pitches[row]
        box = QRectF(0, _snap(top, place), place.width, 0)
        box.setBottom(_snap(top + rows.height, place))
        if row % 2 if rows.drums else pitch % 12 in {1, 3, 6, 8, 10}:
            painter.fillRect(box, shade)
        if not rows.drums and pitch % 12 in {0, 5}:  # below C and F: where two white keys meet
            box.setTop(box.bottom() - 1 / place.ratio)
            painter.fillRect(box, theme.faded(palette.line, 0.9 if pitch % 12 == 0 else 0.5))


def _wave(painter: QPainter, place: Geometry, colour: QColor, peaks: Peaks) -> None:
    width, height = max(1, int(place.width)), place.rows.viewport
    low, high, rms = peaks.columns(place.axis.start, place.axis.end, width)
    middle, scale = height / 2, 0.36 * height
    known = np.flatnonzero(~np.isnan(high))
    for top, bottom in ((high, low), (rms, -rms)):
        pen = QPen(theme.faded(colour, _WAVE), 1)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        ends = zip(
            known.tolist(),
            (middle - scale * top[known]).tolist(),
            (middle - scale * bottom[known]).tolist(),
            strict=True,
        )
        painter.drawLines([QLineF(x + 0.5, a, x + 0.5, b) for x, a, b in ends if b > a])


def _grid(painter: QPainter, place: Geometry, palette: theme.Palette, division: float) -> None:
    """Bars, beats and the chosen division, as far as they are not too close together."""
    tempo = place.axis.tempo
    if tempo is None:
        return
    first_bar = tempo.first_bar
    span = tempo.beats(np.array([place.axis.start, place.axis.end])) - first_bar
    pixels = place.width / max(1e-9, float(span[1] - span[0]))
    bar = float(tempo.beats_per_bar)
    while bar * pixels < _LEAST_LINES:
        bar *= 4
    steps = [(bar, 1.0), (1.0, 0.62)] + ([(division, 0.34)] if division < 1 else [])
    drawn: set[int] = set()
    for step, opacity in steps:
        if step * pixels < _LEAST_LINES:
            continue
        beats = np.arange(np.ceil(span[0] / step - 1e-6), span[1] / step + 1e-6) * step
        lines = place.axis.x(0.0, place.width) + (
            tempo.seconds(beats + first_bar) * place.width / place.axis.span
        )
        colour = theme.faded(palette.line, opacity)
        for x in {round(x * place.ratio) for x in lines.tolist()} - drawn:
            painter.fillRect(_column(x, place), colour)
            drawn.add(x)


def _column(device_x: int, place: Geometry) -> QRectF:
    """One device pixel wide, as high as the roll."""
    return QRectF(device_x / place.ratio, 0, 1 / place.ratio, place.rows.viewport)


def _loop(painter: QPainter, place: Geometry, palette: theme.Palette) -> None:
    if place.axis.loop is None:
        return
    strength = 1.0 if place.axis.looping else 0.4
    start, end = (place.axis.x(seconds, place.width) for seconds in place.axis.loop)
    inside = QRectF(start, 0, end - start, place.rows.viewport)
    painter.fillRect(inside, theme.faded(palette.accent, _LOOP * strength))
    for x in (start, end):
        line = _column(round(x * place.ratio), place)
        painter.fillRect(line, theme.faded(palette.accent, 0.6 * strength))


def filled(
    painter: QPainter, place: Geometry, look: Look, notes: Notes, boxes: Boxes, bright: bool = False
) -> None:
    """Notes, filled by velocity and outlined; ``bright``: they sound now."""
    bands = (notes.velocity[boxes.index].astype(np.int64) * BANDS // 128).clip(0, BANDS - 1)
    many = len(boxes.index) > _ROUNDED
    for band in range(BANDS):
        chosen = boxes.where(bands == band)
        if len(chosen.index):
            fill = look.bright if bright else look.band(band)
            _shapes(painter, place, chosen, QBrush(fill), look.stem, many)


def hollow(painter: QPainter, place: Geometry, boxes: Boxes, colour: QColor) -> None:
    """Ghosts."""
    many = len(boxes.index) > _ROUNDED
    _shapes(painter, place, boxes, QBrush(Qt.BrushStyle.NoBrush), colour, many)


def outlined(
    painter: QPainter, place: Geometry, boxes: Boxes, colour: QColor, width: float = 1.5
) -> None:
    """What is selected, or under the pointer."""
    painter.setPen(QPen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rects = boxes.rects(0.5 - width / 2)
    if len(rects) > _ROUNDED and not place.rows.drums:
        painter.drawRects(rects)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for rect in rects:
        if place.rows.drums:
            painter.drawPolygon(_diamond(rect))
        else:
            painter.drawRoundedRect(rect, theme.NOTE_RADIUS, theme.NOTE_RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def notches(painter: QPainter, place: Geometry, look: Look, boxes: Boxes) -> None:
    """A corner cut off: changed by hand."""
    size = 3.0
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.palette.text)
    for rect in boxes.rects():
        corner = rect.topRight()
        down, back = corner + QPointF(0, size + 1), corner - QPointF(size + 1, 0)
        painter.drawPolygon(QPolygonF([corner, down, back]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def ladder(
    painter: QPainter, place: Geometry, colour: QColor, x: float, pitches: list[int]
) -> None:
    """Dotted rungs from a fundamental up its overtones, at one time."""
    middles = place.rows.tops(np.array(pitches)) + place.rows.height / 2
    pen = QPen(colour, 1, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([1.0, 2.0])
    painter.setPen(pen)
    lines = [QLineF(x + 0.5, float(middles.min()), x + 0.5, float(middles.max()))]
    lines += [QLineF(x, y, x + 16, y) for y in middles.tolist()]
    painter.drawLines(lines)


def _shapes(
    painter: QPainter, place: Geometry, boxes: Boxes, fill: QBrush, outline: QColor, many: bool
) -> None:
    """Rectangles or diamonds of one colour; the pen lies inside. ``many``: square corners."""
    if place.rows.drums:
        _stamps(painter, place, boxes, fill, outline)
        return
    thin = max(1, round(place.ratio)) / place.ratio
    painter.setPen(QPen(outline, thin))
    painter.setBrush(fill)
    rects = boxes.rects(thin / 2)
    if many:
        painter.drawRects(rects)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for rect in rects:
        painter.drawRoundedRect(rect, theme.NOTE_RADIUS, theme.NOTE_RADIUS)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _stamps(
    painter: QPainter, place: Geometry, boxes: Boxes, fill: QBrush, outline: QColor
) -> None:
    """Diamonds: one is drawn, the others are copies of it."""
    if not len(boxes.index):
        return
    size = float(boxes.width[0])
    pixels = round((size + 2) * place.ratio)
    stamp = QPixmap(pixels, pixels)
    stamp.setDevicePixelRatio(place.ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    one = QPainter(stamp)
    one.setRenderHint(QPainter.RenderHint.Antialiasing)
    one.setPen(QPen(outline, 1.2))
    one.setBrush(fill)
    one.drawPolygon(_diamond(QRectF(1, 1, size, size)))
    one.end()
    for x, y in zip((boxes.x - 1).tolist(), (boxes.y - 1).tolist(), strict=True):
        painter.drawPixmap(QPointF(x, y), stamp)


def _diamond(rect: QRectF) -> QPolygonF:
    middle = rect.center()
    return QPolygonF(
        [
            QPointF(middle.x(), rect.top()),
            QPointF(rect.right(), middle.y()),
            QPointF(middle.x(), rect.bottom()),
            QPointF(rect.left(), middle.y()),
        ]
    )


def _snap(y: float, place: Geometry) -> float:
    return round(y * place.ratio) / place.ratio
