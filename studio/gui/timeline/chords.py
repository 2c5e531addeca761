"""Chords on the ruler: quiet names after the figures of the bars.

All that are in view are written, or none: a few of many would say that the others are not there.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, QRect
from PySide6.QtGui import QFontMetricsF, QPainter

from studio.gui import theme, words
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline.grid import Grid
from studio.music.bundle import Marker

# By this name the words are found for translators.
translate = QCoreApplication.translate
# Where a name begins, where it ends, and the name.
Label = tuple[float, float, str]

_AFTER_LINE, _APART = 4.0, 7.0
_MOST_SPOKEN = 16


def labels(axis: TimeAxis, grid: Grid, width: float) -> list[Label]:
    """The names in view, from left to right; none where one would touch another."""
    font = QFontMetricsF(theme.font(theme.ASIDE))
    figures = QFontMetricsF(theme.font(theme.ASIDE, theme.MEDIUM))
    taken = [
        (x + _AFTER_LINE, x + _AFTER_LINE + figures.horizontalAdvance(text))
        for x, text in zip(grid.x(axis, width).tolist(), grid.labels, strict=True)
        if text
    ]
    made: list[Label] = []
    for chord in _in_view(axis):
        x = axis.x(chord.seconds, width) + _AFTER_LINE
        name = words.accidentals(chord.name)
        # The figure of its own bar stands before it.
        x = max([x, *(end + _APART for start, end in taken if abs(start - x) < 1.5)])
        end = x + font.horizontalAdvance(name)
        met = any(start < end + _APART and x < stop for start, stop in taken)
        if met or (made and x < made[-1][1] + _APART):
            return []
        made.append((x, end, name))
    return made


def paint(painter: QPainter, made: list[Label], baseline: float, rect: QRect) -> None:
    """Write those that reach into ``rect``."""
    painter.setFont(theme.font(theme.ASIDE))
    painter.setPen(theme.current().text3)
    for x, end, name in made:
        if x <= rect.right() + 1 and end >= rect.left():
            painter.drawText(QPointF(x, baseline), name)
    painter.setPen(theme.current().text2)


def said(axis: TimeAxis) -> str:
    """The first chords in view, for who does not see them."""
    names = [words.accidentals(chord.name) for chord in _in_view(axis)[:_MOST_SPOKEN]]
    return translate("Ruler", "Chords: {}").format(", ".join(names)) if names else ""


def _in_view(axis: TimeAxis) -> list[Marker]:
    return [chord for chord in axis.chords if axis.start <= chord.seconds < axis.end]
