"""The picture of the first page: one wave that becomes four. Drawn, not recorded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui import theme

Outline = NDArray[np.float64]
_COLUMNS = 152
_STEMS = ("vocals", "drums", "bass", "other")
# Shares of the width: the song ends, the stems begin.
_SONG_ENDS, _STEMS_BEGIN = 0.36, 0.60


class Waves(QWidget):
    """A grey wave on the left, four lines, and the four stems in their colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waves")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._stems = outlines(_COLUMNS)
        self._song = _together(self._stems)

    def sizeHint(self) -> QSize:
        """See ``QWidget``."""
        return QSize(764, 224)

    def minimumSizeHint(self) -> QSize:
        """See ``QWidget``."""
        return QSize(320, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, lane = float(self.width()), self.height() / len(_STEMS)
        middle = self.height() / 2
        song = QRectF(0, 0, width * _SONG_ENDS, self.height())
        _paint_wave(painter, self._song, song, min(56.0, 0.3 * self.height()), palette.text2)
        for place, name in enumerate(_STEMS):
            colour = palette.stems[name]
            y = lane * (place + 0.5)
            start = QPointF(width * (_SONG_ENDS + 0.008), middle + 5 * (place - 1.5))
            end = QPointF(width * (_STEMS_BEGIN - 0.008), y)
            _paint_line(painter, start, end, colour)
            box = QRectF(width * _STEMS_BEGIN, lane * place, width * (1 - _STEMS_BEGIN), lane)
            painter.fillRect(QRectF(box.left(), y - 0.5, box.width(), 1), colour)
            _paint_wave(painter, self._stems[name], box, 0.42 * lane, colour)


def outlines(columns: int) -> dict[str, Outline]:
    """What the four stems look like, each in [0, 1]; the same picture every time."""
    x = np.linspace(0.0, 1.0, columns)
    # Rough enough to the eye; to load numpy's generators would keep the first window waiting.
    place = np.arange(len(_STEMS) * columns).reshape(len(_STEMS), columns)
    rough = 0.55 + 0.45 * ((43758.5453 * np.sin(12.9898 * place)) % 1.0)
    ends = np.minimum(1.0, 8.0 * (1.0 - x))
    sung = ((x > 0.04) & (x < 0.33)) | (x > 0.57)
    syllables = np.abs(np.sin(26.0 * x)) ** 0.6 * (0.55 + 0.45 * np.sin(9.0 * x + 1.0))
    beat = (x * 18.0) % 1.0
    strokes = np.exp(-4.0 * beat) * np.where((x * 18.0).astype(int) % 2 == 1, 1.0, 0.8) / 0.8
    plucked = 0.75 - 0.4 * ((x * 11.0) % 1.0)
    swelling = 0.45 + 0.25 * np.sin(14.0 * x) + 0.15 * np.sin(33.0 * x)
    shapes = (sung * np.abs(syllables), strokes, plucked, swelling)
    return {
        name: np.clip(shape * rough[row] * ends, 0.0, 1.0)
        for row, (name, shape) in enumerate(zip(_STEMS, shapes, strict=True))
    }


def _together(stems: dict[str, Outline]) -> Outline:
    """All of them at once, from silence, cut before they fade."""
    song: Outline = np.sum(list(stems.values()), axis=0)
    shown = np.interp(np.linspace(0.0, 0.86, song.size), np.linspace(0.0, 1.0, song.size), song)
    grown: Outline = shown * np.minimum(1.0, 0.06 + 4.0 * np.linspace(0.0, 1.0, song.size))
    return grown / float(grown.max())


def _paint_wave(
    painter: QPainter, outline: Outline, box: QRectF, half: float, colour: QColor
) -> None:
    """Columns of 1 px with air between them, as high as the outline says."""
    step = box.width() / outline.size
    middle = box.center().y()
    for column, share in enumerate(outline):
        height = max(0.5, float(share) * half)
        left = box.left() + column * step
        painter.fillRect(QRectF(left, middle - height, max(1.0, 0.62 * step), 2 * height), colour)


def _paint_line(painter: QPainter, start: QPointF, end: QPointF, colour: QColor) -> None:
    path = QPainterPath(start)
    half = (end.x() - start.x()) / 2
    path.cubicTo(start + QPointF(half, 0), end - QPointF(half, 0), end)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
