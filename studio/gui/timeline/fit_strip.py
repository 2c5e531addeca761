"""How well the take fits, along a lane: a cell every four bars, the bad ones in words.

A thicker cell fits better. Agreement compares stretches of one take and no two stems, so a
stretch is bad beside the others of its lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from studio.gui import theme
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline.grid import ends

# By this name the words are found for translators.
translate = QCoreApplication.translate
Fit = tuple[float, float, float]

_THINNEST, _THICKEST = 2, 8
_BELOW, _GAP = 3, 1
_LOWEST_FOR_WORDS = 34
_BAD_SHARE, _BAD_AT_MOST = 0.65, 0.5


def bad(fits: Sequence[Fit]) -> list[Fit]:
    """The stretches that fit clearly worse than the lane's others."""
    if not fits:
        return []
    limit = min(_BAD_AT_MOST, _BAD_SHARE * median(fit[2] for fit in fits))
    return [fit for fit in fits if fit[2] < limit]


def words_of(axis: TimeAxis, fit: Fit) -> str:
    """``bars 29 to 32 fit badly, 37``."""
    first, last = ends(axis, fit[:2])
    said = (
        translate("FitStrip", "{first} to {last} fits badly, {figure}")
        if axis.tempo is None
        else translate("FitStrip", "bars {first} to {last} fit badly, {figure}")
    )
    return said.format(first=first, last=last, figure=round(100 * fit[2]))


def description(axis: TimeAxis, fits: Sequence[Fit]) -> str:
    """All bad stretches in words."""
    return " · ".join(words_of(axis, fit) for fit in bad(fits))


def reading(axis: TimeAxis, fits: Sequence[Fit], seconds: float) -> str:
    """The stretch around ``seconds`` in words, or ""."""
    for start, end, agreement in fits:
        if start <= seconds < end:
            first, last = ends(axis, (start, end))
            said = (
                translate("FitStrip", "{first} to {last}: agreement {figure} of 100")
                if axis.tempo is None
                else translate("FitStrip", "Bars {first} to {last}: agreement {figure} of 100")
            )
            return said.format(first=first, last=last, figure=round(100 * agreement))
    return ""


def paint(
    painter: QPainter, owner: QWidget, axis: TimeAxis, fits: Sequence[Fit], rect: QRect
) -> None:
    """Draw the cells that lie in ``rect`` along the foot of ``owner``."""
    palette, width, foot = theme.current(), owner.width(), owner.height() - _BELOW
    worst = bad(fits)
    for fit in fits:
        left, right = axis.x(fit[0], width) + _GAP, axis.x(fit[1], width) - _GAP
        if right < rect.left() or left > rect.right() + 1:
            continue
        high = round(_THINNEST + (_THICKEST - _THINNEST) * min(max(fit[2], 0.0), 1.0))
        is_bad = fit in worst
        cell = QRectF(left, foot - high, right - left, high)
        painter.fillRect(cell, palette.alarm if is_bad else palette.text3)
        if is_bad and owner.height() >= _LOWEST_FOR_WORDS:
            _write(painter, words_of(axis, fit), cell, float(width))


def _write(painter: QPainter, text: str, cell: QRectF, width: float) -> None:
    """``text`` above ``cell`` where it fits, on a ground that keeps it legible."""
    palette, font = theme.current(), theme.font(theme.ASIDE, theme.STRONG)
    metrics = QFontMetricsF(font)
    left = max(cell.left(), 0.0) + 2
    room = min(cell.right(), width) - left
    if metrics.horizontalAdvance(text) > room:
        return
    baseline = cell.top() - 3
    ground = metrics.boundingRect(text).translated(left, baseline).adjusted(-2, -1, 2, 1)
    painter.fillRect(ground, theme.faded(palette.well, 0.75))
    painter.setFont(font)
    painter.setPen(palette.alarm)
    painter.drawText(round(left), round(baseline), text)
    painter.setPen(Qt.PenStyle.NoPen)
