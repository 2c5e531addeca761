"""Keys as one sees them on a keyboard, and a row of hints made of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from studio.gui import theme

_HEIGHT, _INSET, _BETWEEN = 16, 5, 3


def _caps(shortcut: str) -> list[str]:
    """``Ctrl+E`` as its keys; a lone plus is a key."""
    return [part for part in shortcut.split("+") if part] or ["+"]


def _cap_width(cap: str) -> float:
    words = QFontMetricsF(theme.font(theme.ASIDE, theme.MEDIUM)).horizontalAdvance(cap)
    return max(float(_HEIGHT), words + 2 * _INSET)


def caps_width(shortcut: str) -> float:
    """How wide ``paint_caps`` draws ``shortcut``."""
    caps = _caps(shortcut)
    return sum(_cap_width(cap) for cap in caps) + _BETWEEN * (len(caps) - 1)


def paint_caps(painter: QPainter, shortcut: str, x: float, middle: float) -> float:
    """Draw the keys of ``shortcut`` from ``x`` on, about the height ``middle``; where they end."""
    palette = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font(theme.ASIDE, theme.MEDIUM))
    for cap in _caps(shortcut):
        width = _cap_width(cap)
        place = QRectF(x, middle - _HEIGHT / 2, width, _HEIGHT)
        box = theme.outlined(painter, place, palette.edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, theme.LANE_RADIUS, theme.LANE_RADIUS)
        painter.setPen(palette.text2)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cap)
        x += width + _BETWEEN
    return x - _BETWEEN


class KeyHints(QLabel):
    """A row of keys and what they do: ``[Space] play   [S] solo``.

    Args:
        hints: Pairs of a shortcut (``Ctrl+E``) and what it does.
    """

    def __init__(self, hints: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hints = list(hints)
        words = ", ".join(f"{keys}: {what}" for keys, what in hints)
        self.setObjectName("keyHints")
        self.setAccessibleName(words)
        self.setFont(theme.font(theme.SMALL))

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths()) + theme.BLOCK * (len(self._hints) - 1)) + 2, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 24)

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(theme.font(theme.SMALL))
        return [
            caps_width(keys) + 7 + metrics.horizontalAdvance(what) for keys, what in self._hints
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        x, middle = 0.0, self.height() / 2
        for (keys, what), width in zip(self._hints, self._widths(), strict=True):
            if x + width > self.width() + 1:
                break  # a hint is whole or not there
            after = paint_caps(painter, keys, x, middle) + 7
            painter.setFont(theme.font(theme.SMALL))
            painter.setPen(theme.current().text3)
            where = QRectF(after, 0, width, self.height())
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, what)
            x += width + theme.BLOCK
