"""Tick marks of many candidates as one image: however many there are, drawing it costs the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

# How much of the ground one tick covers; more in one column cover more, never all of it thinner.
_OPACITY = 0.6


def ticks(
    strengths: NDArray[np.float32], low: float, high: float, columns: int
) -> NDArray[np.int64]:
    """How many of ``strengths`` fall into each of ``columns`` equal parts of [low, high)."""
    place = np.floor((strengths - low) / (high - low) * columns).astype(np.int64)
    return np.bincount(place[(place >= 0) & (place < columns)], minlength=columns)


def strip(counts: NDArray[np.int64], colour: QColor) -> QImage:
    """An image one pixel high in ``colour``, the denser the more opaque."""
    alpha = 1.0 - (1.0 - _OPACITY) ** counts
    pixels = np.empty((len(counts), 4), np.float64)
    pixels[:, :3] = np.outer(alpha, [colour.blue(), colour.green(), colour.red()])
    pixels[:, 3] = 255 * alpha
    # Format_ARGB32 is a machine word, so the order of its bytes is the machine's; all of Qt's
    # desktops are little-endian.
    data = np.ascontiguousarray(np.rint(pixels).astype(np.uint8))
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(data.data, len(counts), 1, 4 * len(counts), form).copy()
