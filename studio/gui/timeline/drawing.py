"""What song, ruler and lanes draw alike: hairlines, the loop, the playhead."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from studio.gui import theme
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline.grid import Grid

LOOP_TINT = 0.09
_PLAYHEAD_PX = 1.5


def snapped(x: float, ratio: float) -> float:
    """``x`` on the nearest edge of a device pixel."""
    return round(x * ratio) / ratio


def upright(painter: QPainter, x: float, top: float, bottom: float, px: float = 1.0) -> None:
    """A vertical line in the painter's brush, as sharp as the device allows."""
    uprights(painter, [x], top, bottom, px)


def uprights(
    painter: QPainter, places: Iterable[float], top: float, bottom: float, px: float = 1.0
) -> None:
    """A vertical line at each of ``places``; the painter has a brush and no pen."""
    ratio = painter.device().devicePixelRatioF()
    wide = max(1, round(px * ratio)) / ratio
    high = bottom - top
    lines = [QRectF(snapped(x - wide / 2, ratio), top, wide, high) for x in places]
    if lines:
        painter.drawRects(lines)


def flat(painter: QPainter, y: float, left: float, right: float) -> None:
    """A horizontal hairline in the painter's brush, ``y`` its upper edge."""
    ratio = painter.device().devicePixelRatioF()
    wide = max(1, round(ratio)) / ratio
    painter.fillRect(QRectF(left, snapped(y, ratio), right - left, wide), painter.brush())


def paint_grid(painter: QPainter, grid: Grid, axis: TimeAxis, width: int, rect: QRect) -> None:
    """The lines of the grid that lie in ``rect``, the labelled ones stronger."""
    palette = theme.current()
    faint = theme.mixed(palette.well, palette.line, 0.45)
    x = grid.x(axis, width)
    inside = (x >= rect.left() - 1) & (x <= rect.right() + 2)
    for strong, colour in ((False, faint), (True, palette.line)):
        painter.setBrush(colour)
        lines = x[inside & (grid.strong == strong)].tolist()
        uprights(painter, lines, rect.top(), rect.bottom() + 1)


def paint_loop(painter: QPainter, axis: TimeAxis, width: int, rect: QRect) -> None:
    """The tint of the loop and its two edges; grey while it is switched off."""
    if axis.loop is None:
        return
    palette = theme.current()
    colour = palette.accent if axis.looping else palette.text3
    left, right = (axis.x(end, width) for end in axis.loop)
    if right < rect.left() or left > rect.right() + 1:
        return
    top, high = rect.top(), rect.height()
    area = QRectF(max(left, -2.0), top, min(right, width + 2.0) - max(left, -2.0), high)
    painter.fillRect(area, theme.faded(colour, LOOP_TINT))
    painter.setBrush(theme.faded(colour, 0.55))
    for edge in (left, right):
        if -2 <= edge <= width + 2:
            upright(painter, edge, top, top + high)


def playhead_rect(x: float, width: int, height: int) -> QRect:
    """What is to be drawn anew when the playhead comes to ``x`` or leaves it."""
    if not -8 <= x <= width + 8:
        return QRect()
    return QRect(floor(x) - 2, 0, 5, height)


def paint_playhead(painter: QPainter, x: float, width: int, height: int) -> None:
    """The line that says: you are here."""
    if -2 <= x <= width + 2:
        painter.setBrush(theme.current().accent)
        upright(painter, x, 0, height, _PLAYHEAD_PX)


def device_size(widget: QWidget) -> tuple[int, int]:
    """Width and height of ``widget`` in device pixels."""
    ratio = widget.devicePixelRatioF()
    return max(1, ceil(widget.width() * ratio)), max(1, ceil(widget.height() * ratio))
