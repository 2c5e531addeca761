"""How the threshold's plot is laid out and drawn; plain geometry, so that tests can ask it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from studio.gui import theme, words
from studio.gui.theme import Palette
from studio.gui.tuning.reading import HIGHEST, LOWEST, USUAL, Curve

HANDLE = QSize(44, 22)
# From the widget's edges: half a handle and its focus ring beside the axis; the well ends nearer.
_SIDE, _WELL_SIDE = 27.0, 19.0
_ABOVE, _BELOW = 22.0, 66.0
_RING = 4.5
# Over the highest agreement, so that words have room there.
_HEADROOM = 18.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts lie, in pixels.

    Attributes:
        left, right: x of the lowest and the highest threshold.
        track: y of the slider's line.
    """

    left: float
    right: float
    well: QRectF
    ticks: QRectF
    track: float

    @classmethod
    def of(cls, size: QSize) -> Places:
        """In a widget of ``size``."""
        width, height = float(size.width()), float(size.height())
        well = QRectF(_WELL_SIDE, _ABOVE, width - 2 * _WELL_SIDE, max(20, height - _ABOVE - _BELOW))
        ticks = QRectF(well.left(), well.bottom() + 4, well.width(), 8)
        return cls(_SIDE, max(_SIDE + 1, width - _SIDE), well, ticks, well.bottom() + 21)

    def x(self, threshold: float) -> float:
        """Where ``threshold`` lies; beyond the axis' ends, at them."""
        share = (threshold - LOWEST) / (HIGHEST - LOWEST)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def threshold(self, x: float) -> float:
        """The threshold under ``x``, within the axis."""
        share = min(max((x - self.left) / (self.right - self.left), 0.0), 1.0)
        return LOWEST + share * (HIGHEST - LOWEST)

    def threshold_beyond(self, rect: QRectF) -> tuple[float, float]:
        """The thresholds at the sides of ``rect``, also where they lie beyond the axis."""
        scale = (HIGHEST - LOWEST) / (self.right - self.left)
        return (
            LOWEST + (rect.left() - self.left) * scale,
            LOWEST + (rect.right() - self.left) * scale,
        )

    def y(self, agreement: float, span: tuple[float, float]) -> float:
        """Where ``agreement`` lies on an axis from span[0], at the well's foot, to span[1]."""
        share = (agreement - span[0]) / max(1e-9, span[1] - span[0])
        height = self.well.height() - _HEADROOM
        return self.well.bottom() - min(max(share, 0.0), 1.0) * height

    def heights(self, curve: Curve, left: float, right: float) -> tuple[float, float] | None:
        """y of the highest and the lowest point of ``curve`` from x ``left`` to ``right``."""
        if not len(curve):
            return None
        span = curve.span()
        xs = [self.x(t) for t in curve.thresholds.tolist()]
        ys = [self.y(a, span) for a in curve.agreement.tolist()]
        if right < xs[0] or left > xs[-1]:
            return None
        seen = np.interp(np.linspace(max(left, xs[0]), min(right, xs[-1]), 24), xs, ys)
        return float(seen.min()), float(seen.max())

    def handle(self, threshold: float) -> QRectF:
        """The handle at ``threshold``."""
        x, width, height = self.x(threshold), HANDLE.width(), HANDLE.height()
        return QRectF(x - width / 2, self.track - height / 2, width, height)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be seen; the words come ready, ``usual`` and ``suggestion`` with {} for values.

    Attributes:
        all_ticks, choosable_ticks: Strips of every candidate, in grey, and of those that only
            the threshold can turn down, in the stem's colour.
        missing: What stands in the well where there is no curve.
    """

    threshold: float
    curve: Curve
    flat: tuple[float, float] | None
    suggested: float | None
    caption: str
    missing: str
    usual: str
    suggestion: str
    ends: tuple[str, str]
    all_ticks: QImage | None
    choosable_ticks: QImage | None
    focused: bool
    lit: bool


def paint(painter: QPainter, places: Places, shown: Shown) -> None:
    """Draw all of it, from the back to the front."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    palette = theme.current()
    _paint_well(painter, palette, places, shown)
    if len(shown.curve):
        _paint_curve(painter, palette, places, shown)
    _paint_line(painter, palette, places, shown.threshold)
    said = _paint_suggestion(painter, palette, places, shown)
    _paint_caption(painter, palette, places, shown, said)
    if shown.missing:
        _paint_missing(painter, palette, places, shown.missing)
    _paint_ticks(painter, places, shown)
    _paint_track(painter, palette, places, shown.threshold)
    _paint_axis(painter, palette, places, shown)
    _paint_handle(painter, palette, places, shown)


def _paint_well(painter: QPainter, palette: Palette, places: Places, shown: Shown) -> None:
    well = places.well
    painter.fillRect(well, palette.well)
    left, right = (round(places.x(threshold)) for threshold in USUAL)
    painter.fillRect(QRectF(left, well.top(), right - left, well.height()), palette.hover)
    pen = QPen(palette.text3, 1, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([2, 3])
    painter.setPen(pen)
    for x in (left, right):
        painter.drawLine(QPointF(x + 0.5, well.top()), QPointF(x + 0.5, well.bottom()))
    _write(
        painter,
        QRectF((left + right) / 2 - 120, well.top() - 20, 240, 18),
        shown.usual.format(*map(words.hundredths, USUAL)),
        palette.text3,
    )


def _paint_curve(painter: QPainter, palette: Palette, places: Places, shown: Shown) -> None:
    curve, span = shown.curve, shown.curve.span()
    points = [
        QPointF(places.x(t), places.y(a, span))
        for t, a in zip(curve.thresholds.tolist(), curve.agreement.tolist(), strict=True)
    ]
    foot = places.well.bottom()
    area = QPainterPath(QPointF(points[0].x(), foot))
    for point in [*points, QPointF(points[-1].x(), foot)]:
        area.lineTo(point)
    painter.fillPath(area, theme.faded(palette.text, 0.09))
    painter.setPen(_pen(palette.text2, 1.5))
    painter.drawPolyline(QPolygonF(points))
    if len(points) == 1:
        painter.drawPoint(points[0])
    if shown.flat is not None:
        painter.setPen(_pen(palette.text, 3))
        painter.drawPolyline(QPolygonF(_between(places, curve, shown.flat, span)))


def _between(
    places: Places, curve: Curve, flat: tuple[float, float], span: tuple[float, float]
) -> list[QPointF]:
    """The part of the curve over ``flat``."""
    inside = [t for t in curve.thresholds.tolist() if flat[0] < t < flat[1]]
    known = [(t, curve.at(t)) for t in (flat[0], *inside, flat[1])]
    return [QPointF(places.x(t), places.y(a, span)) for t, a in known if a is not None]


def _paint_caption(
    painter: QPainter, palette: Palette, places: Places, shown: Shown, said: QRectF
) -> None:
    """At the left, over the curve or under it, beside what was ``said`` of the suggestion."""
    well = places.well
    width = QFontMetricsF(theme.font(theme.ASIDE)).horizontalAdvance(shown.caption) + 2
    over = QRectF(well.left() + 12, well.top() + 4, width, 16)
    under = over.translated(0, well.height() - 24)
    heights = places.heights(shown.curve, over.left(), over.right())
    free = heights is None or heights[0] > over.bottom()
    rect = over if free and not said.intersects(over) else under
    if heights is not None and heights[1] > rect.top() and rect is under:
        painter.fillRect(rect.adjusted(-4, 0, 4, 0), theme.faded(palette.well, 0.75))
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    _write(painter, rect, shown.caption, palette.text3, left)


def _paint_line(painter: QPainter, palette: Palette, places: Places, threshold: float) -> None:
    painter.setPen(QPen(palette.accent, 2))
    x = places.x(threshold)
    painter.drawLine(QPointF(x, places.well.top()), QPointF(x, places.track))


def _paint_suggestion(painter: QPainter, palette: Palette, places: Places, shown: Shown) -> QRectF:
    """A ring on the best agreement and what it is; where its words stand."""
    agreement = None if shown.suggested is None else shown.curve.at(shown.suggested)
    if shown.suggested is None or agreement is None:
        return QRectF()
    ring = QPointF(places.x(shown.suggested), places.y(agreement, shown.curve.span()))
    text = shown.suggestion.format(words.hundredths(shown.suggested))
    width = QFontMetricsF(theme.font(theme.SMALL, theme.MEDIUM)).horizontalAdvance(text) + 2
    rect = _room_for_suggestion(places, shown, ring, width)
    if rect.center().y() == ring.y():
        painter.setPen(QPen(palette.text3, 1))
        y = round(ring.y()) + 0.5
        painter.drawLine(QPointF(rect.left() - 4, y), QPointF(ring.x(), y))
    if rect.left() < places.x(shown.threshold) < rect.right():
        painter.fillRect(rect.adjusted(-3, 0, 3, 0), theme.faded(palette.well, 0.8))
    _write(painter, rect, text, palette.text, size=theme.SMALL, weight=theme.MEDIUM)
    painter.setPen(QPen(palette.text, 1.5))
    painter.setBrush(palette.well)
    painter.drawEllipse(ring, _RING, _RING)
    return rect


def _room_for_suggestion(places: Places, shown: Shown, ring: QPointF, width: float) -> QRectF:
    """Right of the usual range, at the end of a line from the ring; else above the ring."""
    above = QRectF(ring.x() + 9, places.well.top() + 1, width, 16)
    before = above.translated(-18 - width, 0)
    now, (low, high) = places.x(shown.threshold), (places.x(t) for t in USUAL)
    beside = QRectF(high + 8, ring.y() - 8, width, 16)
    heights = places.heights(shown.curve, beside.left() - 4, beside.right())
    if low <= ring.x() < high - 6 and (heights is None or heights[0] > beside.bottom()):
        rects = (beside, above, before)
    else:
        rects = (above, before, above)
    inside = [rect for rect in rects if places.well.contains(rect)] or [before]
    free = (rect for rect in inside if not rect.left() - 3 < now < rect.right() + 3)
    return next(free, inside[0])


def _paint_missing(painter: QPainter, palette: Palette, places: Places, text: str) -> None:
    """A sentence on a plate, for it stands across band and line."""
    width = QFontMetricsF(theme.font(theme.SMALL)).horizontalAdvance(text) + 24
    plate = QRectF(0, 0, width, 28)
    plate.moveCenter(places.well.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.raised)
    painter.drawRoundedRect(plate, theme.RADIUS, theme.RADIUS)
    _write(painter, plate, text, palette.text2, size=theme.SMALL)


def _paint_ticks(painter: QPainter, places: Places, shown: Shown) -> None:
    """Grey everywhere, then the stem's colour from the threshold on."""
    if shown.all_ticks is None or shown.choosable_ticks is None:
        return
    painter.drawImage(places.ticks, shown.all_ticks)
    if shown.threshold > HIGHEST:
        return
    kept = places.ticks.adjusted(places.x(shown.threshold) - places.ticks.left(), 0, 0, 0)
    share = kept.width() / places.ticks.width() * shown.choosable_ticks.width()
    columns = QRectF(shown.choosable_ticks.width() - share, 0, share, 1)
    painter.drawImage(kept, shown.choosable_ticks, columns)


def _paint_track(painter: QPainter, palette: Palette, places: Places, threshold: float) -> None:
    x = places.x(threshold)
    painter.setPen(_pen(palette.groove, 3))
    painter.drawLine(QPointF(places.left, places.track), QPointF(x, places.track))
    painter.setPen(_pen(palette.accent, 3))
    painter.drawLine(QPointF(x, places.track), QPointF(places.right, places.track))


def _paint_axis(painter: QPainter, palette: Palette, places: Places, shown: Shown) -> None:
    """The figures under the track, but those under the handle; and what the ends mean."""
    now = places.x(shown.threshold)
    for tenth in range(round(10 * LOWEST), round(10 * HIGHEST) + 1):
        x = places.x(tenth / 10)
        if abs(x - now) > HANDLE.width() / 2 + 8:
            rect = QRectF(x - 20, places.track + 8, 40, 16)
            _write(painter, rect, f"{tenth / 10:.1f}", palette.text3)
    low = QRectF(places.left - 8, places.track + 25, places.right - places.left + 16, 16)
    centre = Qt.AlignmentFlag.AlignVCenter
    for text, side in zip(
        shown.ends, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True
    ):
        _write(painter, low, text, palette.text3, side | centre)


def _paint_handle(painter: QPainter, palette: Palette, places: Places, shown: Shown) -> None:
    handle = places.handle(shown.threshold)
    if shown.focused:
        painter.setPen(QPen(palette.accent, 2))
        painter.setBrush(palette.panel)
        ring = handle.adjusted(-3, -3, 3, 3)
        painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
    painter.setPen(QPen(palette.accent, 1))
    fill = theme.mixed(palette.fill, palette.text, 0.12) if shown.lit else palette.fill
    painter.setBrush(fill)
    inner = handle.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
    value = words.hundredths(shown.threshold)
    _write(painter, handle, value, palette.ink, size=theme.BASE, weight=theme.STRONG)


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(
        colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def _write(
    painter: QPainter,
    rect: QRectF,
    text: str,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
    size: int = theme.ASIDE,
    weight: int = theme.REGULAR,
) -> None:
    painter.setFont(theme.font(size, weight))
    painter.setPen(colour)
    painter.drawText(rect, align | Qt.TextFlag.TextSingleLine, text)
