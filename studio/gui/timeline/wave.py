"""Waveforms as images: two flat tones, made with numpy and kept until the view changes.

An image has a column a device pixel. What of a sound is not known yet shows another one, the
song's, in its own tones.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from studio.audio.peaks import Columns
from studio.gui.state.song import SongState
from studio.gui.theme import mixed

# Of the way from the well to the colour of the stem.
PEAK_SHARE = 0.55
# Full scale, of half the height; songs softer than the second figure stay small.
_FULL, _QUIETEST = 0.9, 0.25
_COARSE = 64
Pixels = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tones:
    """The colours of a waveform: its loudness and its peaks."""

    rms: QColor
    peak: QColor

    @classmethod
    def of(cls, colour: QColor, well: QColor, opacity: float = 1.0) -> Tones:
        """Those of ``colour`` on ``well``, both paler by ``opacity``."""
        return cls(mixed(well, colour, opacity), mixed(well, colour, PEAK_SHARE * opacity))


def scale_of(song: SongState) -> float:
    """Up to where full scale reaches, of half the height: one scale for the song and its lanes."""
    if song.peaks is None:
        return _FULL
    low, high, _ = song.peaks.columns(0.0, song.duration, _COARSE)
    known = ~np.isnan(low)
    loudest = max(float(np.max(high[known], initial=0)), -float(np.min(low[known], initial=0)))
    return _FULL / min(max(loudest, _QUIETEST), 1.0)


def nothing(width: int) -> Columns:
    """The outline of a sound of which nothing is known."""
    empty = np.full(width, np.nan, np.float32)
    return empty, empty, empty


def drawn(columns: Columns, height: int, scale: float, tones: tuple[Pixels, Pixels]) -> Pixels:
    """Pixels, premultiplied ARGB, of shape (height, columns); clear where there is no wave.

    Args:
        columns: Low, high and rms of each column; NaN is left clear.
        height: In device pixels.
        scale: Full scale reaches this part of half the height.
        tones: ARGB of rms and of peaks, each a column or one for all.
    """
    low, high, rms = columns
    middle = (height - 1) // 2
    reach = middle * scale
    known = ~np.isnan(low)
    # An unknown column starts below where it ends: no row lies within. Nor is anything loud
    # where that is less than half a pixel: silence is a thin line of the paler tone.
    loud = known & (rms * reach >= 0.5)
    top, bottom = (
        _rows(middle - high * reach, known, height),
        _rows(middle - low * reach, known, -1),
    )
    loud_top = np.maximum(_rows(middle - rms * reach, loud, height), top)
    loud_bottom = np.minimum(_rows(middle + rms * reach, loud, -1), bottom)
    row = np.arange(height, dtype=np.int16)[:, None]
    is_peak = (row >= top) & (row <= bottom)
    is_loud = (row >= loud_top) & (row <= loud_bottom)
    return np.where(is_loud, tones[0], np.where(is_peak, tones[1], np.uint32(0)))


def _rows(values: NDArray[np.float32], known: NDArray[np.bool_], other: int) -> NDArray[np.int16]:
    within = np.clip(np.where(known, values, 0.0), -1, 30000)
    return np.where(known, np.rint(within), other).astype(np.int16)


def joined(
    stem: Columns, song: Columns, stem_tones: Tones, song_tones: Tones
) -> tuple[Columns, tuple[Pixels, Pixels]]:
    """``stem`` where it is known and ``song`` elsewhere, and the colours of every column."""
    known = ~np.isnan(stem[0])
    low, high, rms = (np.where(known, ours, its) for ours, its in zip(stem, song, strict=True))
    tones = tuple(
        np.where(known, np.uint32(ours.rgba()), np.uint32(its.rgba()))
        for ours, its in ((stem_tones.rms, song_tones.rms), (stem_tones.peak, song_tones.peak))
    )
    return (low, high, rms), (tones[0], tones[1])


@dataclass(slots=True)
class Strip:
    """One waveform on its image.

    Attributes:
        columns: The outline drawn.
        image: As wide and high as the columns, in device pixels.
    """

    columns: Columns = field(default_factory=lambda: nothing(0))
    image: QImage = field(default_factory=QImage)
    _pixels: Pixels = field(default_factory=lambda: np.zeros((0, 0), np.uint32))

    def make(
        self,
        columns: Columns,
        height: int,
        scale: float,
        tones: tuple[Pixels, Pixels],
        ratio: float,
    ) -> None:
        """Draw all of it; ``ratio`` is device pixels a pixel."""
        self.columns = columns
        # The image borrows the pixels: they must live as long.
        self._pixels = np.ascontiguousarray(drawn(columns, height, scale, tones))
        rows, width = self._pixels.shape
        kind = QImage.Format.Format_ARGB32_Premultiplied
        self.image = QImage(self._pixels.data, width, rows, 4 * width, kind)
        self.image.setDevicePixelRatio(ratio)

    def mend(
        self, columns: Columns, scale: float, tones: tuple[Pixels, Pixels]
    ) -> tuple[int, int] | None:
        """Draw the columns that changed; from which to which they lie, or None."""
        changed = np.flatnonzero(
            np.logical_or.reduce(
                [
                    ~((new == old) | (np.isnan(new) & np.isnan(old)))
                    for new, old in zip(columns, self.columns, strict=True)
                ]
            )
        )
        self.columns = columns
        if not len(changed):
            return None
        first, last = int(changed[0]), int(changed[-1]) + 1
        part = (columns[0][first:last], columns[1][first:last], columns[2][first:last])
        of_part = (tones[0][first:last], tones[1][first:last])
        self._pixels[:, first:last] = drawn(part, self._pixels.shape[0], scale, of_part)
        return first, last
