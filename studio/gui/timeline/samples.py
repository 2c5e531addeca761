"""The samples of a lane for views closer than its outline: a slice of its mapped file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.audio.peaks import BIN_FRAMES, Columns
from studio.audio.riff import chunks
from studio.audio.wav import Wav
from studio.errors import StudioError
from studio.gui.timeline.wave import nothing

# Of a frame, by which a time times a rate may be off.
_ROUNDING = 1e-6


class MappedWav:
    """One float32 WAV of ours, mapped and not read.

    Attributes:
        path: The file.
        frames: Samples a channel; 0 where the file cannot be read.
        sample_rate: In Hz.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.frames, self.sample_rate = path, 0, 1
        self._samples: NDArray[np.float32] = np.zeros((0, 1), np.float32)
        try:
            with Wav(path) as wav, path.open("rb") as file:
                shape = (wav.frames, wav.channels)
                offset = chunks(file)[b"data"][0]
                self.frames, self.sample_rate = wav.frames, wav.sample_rate
        except StudioError:
            # Whoever plays the lane says so; its outline is drawn meanwhile.
            return
        self._samples = np.memmap(path, "<f4", "r", offset, shape)

    def suits(self, span: float, width: int) -> bool:
        """Whether ``span`` seconds in ``width`` columns are closer than the outline."""
        return 0 < span * self.sample_rate < BIN_FRAMES * width and self.frames > 0

    def columns(self, start: float, end: float, width: int) -> Columns:
        """Low, high and rms of ``width`` columns from ``start`` to ``end``, in seconds.

        Where there is less than a sample a column, the line between two samples.
        """
        edges = np.linspace(start, end, width + 1) * self.sample_rate
        if edges[-1] - edges[0] < width:
            return self._line(edges)
        frames = np.clip(np.floor(edges + _ROUNDING).astype(np.int64), 0, self.frames)
        inside = np.flatnonzero((edges[:-1] >= 0) & (frames[1:] > frames[:-1]))
        columns = tuple(column.copy() for column in nothing(width))
        if len(inside):
            first, stop = frames[inside[0]], frames[inside[-1] + 1]
            bins = _bins(self._samples[first:stop], frames[inside] - first)
            for column, found in zip(columns, bins, strict=True):
                column[inside] = found
        return columns[0], columns[1], columns[2]

    def _line(self, edges: NDArray[np.float64]) -> Columns:
        """The samples joined by straight lines, and no loudness: there is none of one sample."""
        first = max(0, int(edges[0]) - 1)
        block = self._samples[first : int(edges[-1]) + 2]
        if not len(block):
            return nothing(len(edges) - 1)
        mono = np.asarray(block, np.float32).mean(axis=1)
        at = np.interp(edges, np.arange(first, first + len(mono)), mono).astype(np.float32)
        low, high = np.minimum(at[:-1], at[1:]), np.maximum(at[:-1], at[1:])
        outside = (edges[:-1] < 0) | (edges[1:] > self.frames)
        low[outside] = high[outside] = np.nan
        return low, high, np.zeros_like(low)


def _bins(samples: NDArray[np.float32], starts: NDArray[np.int64]) -> Columns:
    """Low, high and rms from each of ``starts`` to the next, of samples of shape (n, channels).

    Interleaved samples are taken as one row: an axis of two would cost ten times as much.
    """
    row, at = samples.reshape(-1), starts * samples.shape[1]
    length = np.diff(at, append=len(row))
    energy = np.add.reduceat(np.square(row), at) / length
    low, high = np.minimum.reduceat(row, at), np.maximum.reduceat(row, at)
    return low, high, np.sqrt(energy).astype(np.float32)
