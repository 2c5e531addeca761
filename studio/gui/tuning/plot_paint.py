"""Drawing the comparison of stem and take, on the screen and into files alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from studio.gui import theme, words
from studio.gui.theme import Palette

_LABELS, _AXIS, _GAP = 44.0, 20.0, 9.0
_DOT = 3.0
_NARROW = 200  # below it, words beside the peak are small
_WORDS = 13.0  # of the match's panel, for words over it
# Of the shifts: the match swings with every period of a pitch; its hull over so much is the shape.
_HULL = 0.022


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The worker's answer to "fit", ready to draw.

    Attributes:
        outlines: Of stem and take: the largest absolute sample around each place.
        match: Over the shift from ``low`` to ``high`` seconds.
        peak, lag: The best match, and the shift where it is.
        span: Start and end in seconds of what was compared, where that was told.
    """

    outlines: tuple[NDArray[np.float64], NDArray[np.float64]]
    match: NDArray[np.float64]
    low: float
    high: float
    peak: float
    lag: float
    span: tuple[float, float] | None

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Comparison:
        """From JSON."""
        outlines = tuple(
            np.abs(np.asarray(facts[name], np.float64)).max(axis=0, initial=0.0)
            for name in ("stem", "take")
        )
        stretches = facts["stretches"]
        return cls(
            (outlines[0], outlines[1]),
            np.asarray(facts["match"], np.float64),
            facts["match_low_s"],
            facts["match_high_s"],
            facts["peak"],
            facts["lag_s"],
            (stretches[0][0], stretches[-1][1]) if stretches else None,
        )

    def match_at(self, share: float) -> float:
        """The match at ``share`` of the way from ``low`` to ``high``."""
        return _at(self.match, share)

    def shift_at(self, share: float) -> float:
        """The shift there, in seconds."""
        return self.low + share * (self.high - self.low)

    def level_at(self, which: int, share: float) -> float:
        """The level of stem (0) or take (1) at ``share`` of the time, in dB of full scale."""
        value = _at(self.outlines[which], share)
        return 20 * math.log10(value) if value > 0 else -math.inf

    def seconds_at(self, share: float) -> float | None:
        """The time in the song at ``share`` of what was compared."""
        if self.span is None:
            return None
        return self.span[0] + share * (self.span[1] - self.span[0])


def _at(curve: NDArray[np.float64], share: float) -> float:
    if not len(curve):
        return 0.0
    return float(curve[round(min(max(share, 0.0), 1.0) * (len(curve) - 1))])


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, with its words; ``best`` has {} for the match and for the milliseconds."""

    comparison: Comparison | None
    colour: QColor
    labels: tuple[str, str, str]
    best: str
    middle: str
    missing: str
    pointer: QPointF | None = None
    reading: str = ""


def places(area: QRectF) -> tuple[QRectF, QRectF, QRectF]:
    """Where the three panels lie in ``area``."""
    height = (area.height() - _AXIS - 2 * _GAP) / 3
    left, width = area.left() + _LABELS, area.width() - _LABELS
    first, second, third = (
        QRectF(left, area.top() + i * (height + _GAP), width, height) for i in range(3)
    )
    return first, second, third


def paint(painter: QPainter, picture: Picture, area: QRectF) -> None:
    """Draw ``picture`` into ``area``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    palette, panels = theme.current(), places(area)
    for label, panel in zip(picture.labels, panels, strict=True):
        rect = QRectF(area.left(), panel.top(), _LABELS, 16)
        _write(painter, rect, label, palette.text3, Qt.AlignmentFlag.AlignLeft)
    shown = picture.comparison
    if shown is None:
        _write(painter, panels[1], picture.missing, palette.text3)
        return
    _paint_curve(painter, panels[0], shown.outlines[0], picture.colour, 0.4)
    _paint_curve(painter, panels[1], shown.outlines[1], palette.text2, 0.28)
    match = panels[2].adjusted(0, _WORDS, 0, 0)
    _paint_curve(painter, match, shown.match, palette.text, 0.22, 0.0)
    _paint_curve(painter, match, _hull(shown.match), palette.text, 0.08, 1.5)
    _paint_peak(painter, palette, match, picture, shown)
    _paint_axis(painter, palette, panels[2], picture, shown)
    if picture.pointer is not None and panels[0].left() <= picture.pointer.x() <= area.right():
        x = round(picture.pointer.x()) + 0.5
        painter.setPen(QPen(palette.edge, 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, panels[2].bottom()))
        _paint_reading(painter, palette, picture, panels)


def _paint_reading(
    painter: QPainter, palette: Palette, picture: Picture, panels: tuple[QRectF, QRectF, QRectF]
) -> None:
    """What lies under the pointer, on a plate beside it."""
    if picture.pointer is None or not picture.reading:
        return
    which = panel_at(panels, picture.pointer)
    panel = panels[which]
    width = QFontMetricsF(theme.font(theme.ASIDE)).horizontalAdvance(picture.reading) + 10
    left = picture.pointer.x() + 6
    if left + width > panel.right():
        left = picture.pointer.x() - 6 - width
    # The top of the last one says where the best match is.
    top = panel.bottom() - 18 if which == 2 else panel.top()
    plate = QRectF(left, top, width, 17)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.raised)
    painter.drawRoundedRect(plate, theme.LANE_RADIUS, theme.LANE_RADIUS)
    _write(painter, plate, picture.reading, palette.text)


def panel_at(panels: tuple[QRectF, QRectF, QRectF], point: QPointF) -> int:
    """Which panel ``point`` lies in or nearest above."""
    return next((i for i, panel in enumerate(panels) if panel.bottom() + 4 >= point.y()), 2)


def _paint_curve(
    painter: QPainter,
    panel: QRectF,
    curve: NDArray[np.float64],
    colour: QColor,
    opacity: float,
    width: float = 1.0,
) -> None:
    """``curve`` over its own highest value, filled down to zero; ``width`` 0 has no line."""
    top = float(curve.max(initial=0.0))
    if len(curve) < 2 or top <= 0:
        painter.setPen(QPen(colour, width))
        painter.drawLine(panel.bottomLeft(), panel.bottomRight())
        return
    curve = _pooled(curve, max(2, round(panel.width())))
    xs = np.linspace(panel.left(), panel.right(), len(curve))
    ys = panel.bottom() - np.clip(curve / top, 0.0, 1.0) * panel.height()
    line = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.faded(colour, opacity))
    painter.drawPolygon(QPolygonF([panel.bottomLeft(), *line, panel.bottomRight()]))
    if width > 0:
        painter.setPen(QPen(colour, width))
        painter.drawPolyline(QPolygonF(line))


def _hull(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """The highest value of ``curve`` around each place."""
    reach = round(_HULL * len(curve) / 2)
    if reach < 1:
        return curve
    around = np.lib.stride_tricks.sliding_window_view(np.pad(curve, reach, "edge"), 2 * reach + 1)
    highest: NDArray[np.float64] = around.max(axis=1)
    return highest


def _pooled(curve: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    """The highest values of ``curve`` around each of at most ``columns`` places."""
    if len(curve) <= columns:
        return curve
    pooled: NDArray[np.float64] = np.maximum.reduceat(
        curve, len(curve) * np.arange(columns) // columns
    )
    return pooled


def _paint_peak(
    painter: QPainter, palette: Palette, panel: QRectF, picture: Picture, shown: Comparison
) -> None:
    """A dot on the best match, and what it is beside it."""
    share = (shown.lag - shown.low) / max(1e-9, shown.high - shown.low)
    point = QPointF(panel.left() + min(max(share, 0.0), 1.0) * panel.width(), panel.top())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.accent)
    painter.drawEllipse(point, _DOT, _DOT)
    text = picture.best.format(words.hundredths(shown.peak), words.signed(1000 * shown.lag))
    size = theme.SMALL if panel.width() > _NARROW else theme.ASIDE
    width = QFontMetricsF(theme.font(size, theme.MEDIUM)).horizontalAdvance(text) + 2
    left = point.x() + 9
    if left + width > panel.right():
        left = max(point.x() - 9 - width, panel.left())
        left = panel.right() - width if left + width > point.x() - 6 else left
    rect = QRectF(left, point.y() - 12, width, 16)
    _write(painter, rect, text, palette.text, Qt.AlignmentFlag.AlignLeft, size, theme.MEDIUM)


def _paint_axis(
    painter: QPainter, palette: Palette, panel: QRectF, picture: Picture, shown: Comparison
) -> None:
    painter.setPen(QPen(palette.edge, 1))
    y = round(panel.bottom()) + 0.5
    painter.drawLine(QPointF(panel.left(), y), QPointF(panel.right(), y))
    below = QRectF(panel.left(), panel.bottom() + 4, panel.width(), 16)
    for text, side in (
        (f"{words.signed(shown.low, 1)} s", Qt.AlignmentFlag.AlignLeft),
        (picture.middle, Qt.AlignmentFlag.AlignHCenter),
        (f"{words.signed(shown.high, 1)} s", Qt.AlignmentFlag.AlignRight),
    ):
        _write(painter, below, text, palette.text3, side)


def _write(
    painter: QPainter,
    rect: QRectF,
    text: str,
    colour: QColor,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter,
    size: int = theme.ASIDE,
    weight: int = theme.REGULAR,
) -> None:
    painter.setFont(theme.font(size, weight))
    painter.setPen(colour)
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, text)
