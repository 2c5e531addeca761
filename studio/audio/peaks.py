"""Outlines of sounds for drawing: least and greatest sample and loudness, at any zoom.

A pyramid: the lowest level holds a bin for each 256 frames, each level above one for four below.
A column of a drawing is made of 4 to 16 bins whatever the zoom, so drawing costs the same for
any song. The pyramid fills as its sound becomes known, in any order; what is not known is NaN.
It takes about 13 MB an hour of sound. Closer than a bin a column the samples themselves are to be
drawn, by ``raw_columns``.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.audio.wav import Wav
from studio.errors import UnreadableAudioError
from studio.files import atomic, reading
from studio.job import Job
from studio.music.audio import Samples

BIN_FRAMES = 256
_FACTOR = 4  # bins of a level in one of the next
_LEAST_IN_A_COLUMN = 4
_BLOCK_FRAMES = 1 << 16
_FLOATS = ("low", "high", "energy")

Column = NDArray[np.float32]
Columns = tuple[Column, Column, Column]  # low, high, rms


@dataclass(frozen=True, slots=True)
class _Level:
    """Bins of one size; where nothing is known the values change nothing they are joined to."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    energy: NDArray[np.float32]  # squares summed over the frames, the mean of the channels
    count: NDArray[np.int32]  # frames that are known

    @classmethod
    def empty(cls, n_bins: int) -> _Level:
        low, high = np.full(n_bins, np.inf, np.float32), np.full(n_bins, -np.inf, np.float32)
        return cls(low, high, np.zeros(n_bins, np.float32), np.zeros(n_bins, np.int32))

    def joined(self, starts: NDArray[np.int64], stop: int) -> _Level:
        """Bins from each of ``starts`` to the next, the last to ``stop``; at least one each."""
        return _Level(
            np.minimum.reduceat(self.low[:stop], starts),
            np.maximum.reduceat(self.high[:stop], starts),
            np.add.reduceat(self.energy[:stop], starts),
            np.add.reduceat(self.count[:stop], starts),
        )

    def put(self, first: int, bins: _Level) -> None:
        """Replace the bins from ``first`` on."""
        place = slice(first, first + len(bins.low))
        self.low[place], self.high[place] = bins.low, bins.high
        self.energy[place], self.count[place] = bins.energy, bins.count

    def columns(self) -> Columns:
        """Low, high and rms of every bin, NaN where nothing is known."""
        unknown = self.count == 0
        low, high = self.low.copy(), self.high.copy()
        low[unknown] = high[unknown] = np.nan
        with np.errstate(invalid="ignore"):
            rms = np.sqrt(self.energy / self.count, dtype=np.float32)
        return low, high, rms


class Peaks:
    """The outline of one sound. Not for several threads.

    Attributes:
        frames: Samples a channel of the sound.
        sample_rate: In Hz.
    """

    def __init__(self, frames: int, sample_rate: int, base: _Level) -> None:
        """Use ``Peaks.empty``, ``Peaks.load`` or ``peaks_of``."""
        self.frames = frames
        self.sample_rate = sample_rate
        self._levels = [base]
        while len(self._levels[-1].low) > 1:
            n_bins = len(self._levels[-1].low)
            self._levels.append(_Level.empty(-(-n_bins // _FACTOR)))
        self._raise(0, len(base.low))

    @classmethod
    def empty(cls, frames: int, sample_rate: int) -> Peaks:
        """An outline of which nothing is known yet."""
        return cls(frames, sample_rate, _Level.empty(-(-frames // BIN_FRAMES)))

    @classmethod
    def load(cls, path: Path) -> Peaks:
        """What ``save`` wrote.

        Raises:
            MissingFileError: there is no such file.
            UnreadableAudioError: it is damaged.
        """
        with reading(path), path.open("rb") as file:
            try:
                with np.load(file, allow_pickle=False) as kept:
                    frames, sample_rate = (int(number) for number in kept["sound"])
                    low, high, energy = (kept[n].astype(np.float32) for n in _FLOATS)
                    base = _Level(low, high, energy, kept["count"].astype(np.int32))
            except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                raise _damaged(path) from error
        n_bins = -(-frames // BIN_FRAMES)
        if {a.shape for a in (base.low, base.high, base.energy, base.count)} != {(n_bins,)}:
            raise _damaged(path)
        return cls(frames, sample_rate, base)

    def save(self, path: Path) -> None:
        """Write it whole. The same outline gives the same bytes.

        Raises:
            DiskFullError, WriteError: it cannot be written.
        """
        base = self._levels[0]
        sound = np.array([self.frames, self.sample_rate], np.int64)
        with atomic(path) as part, part.open("wb") as file:
            np.savez(
                file,
                sound=sound,
                low=base.low,
                high=base.high,
                energy=base.energy,
                count=base.count,
            )

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.frames / self.sample_rate

    @property
    def known(self) -> NDArray[np.bool_]:
        """Of which bins of 256 frames anything is known, shape (bins,)."""
        return self._levels[0].count > 0

    def fill(self, start_frame: int, samples: Samples) -> None:
        """Tell what sounds from ``start_frame`` on, shape (channels, n).

        Whole bins take the place of what was known. A bin of which only a part is told keeps what
        it had and widens: parts may come in any order.

        Raises:
            ValueError: it lies outside the sound.
        """
        stop = start_frame + samples.shape[1]
        if start_frame < 0 or stop > self.frames:
            raise ValueError(f"{start_frame} to {stop} is not within {self.frames} frames")
        if samples.shape[1] == 0:
            return
        first, last = start_frame // BIN_FRAMES, -(-stop // BIN_FRAMES)
        starts = np.maximum(np.arange(first, last) * BIN_FRAMES - start_frame, 0)
        self._levels[0].put(first, self._merged(first, _binned(samples, starts)))
        self._raise(first, last)

    def columns(self, start_s: float, end_s: float, width: int) -> Columns:
        """The outline from ``start_s`` to ``end_s`` in ``width`` columns of equal length.

        Returns:
            Least sample, greatest sample and root mean square (over all channels) of each
            column, each float32 of shape (width,); NaN where nothing is known, and outside the
            sound.
        """
        edges = np.linspace(start_s, end_s, width + 1) * self.sample_rate
        level, size = self._level_for((edges[-1] - edges[0]) / max(1, width))
        bins = np.floor(edges / size + 1e-9).astype(np.int64)
        bins[-1] = np.ceil(edges[-1] / size - 1e-9)  # the sound's last bin may be short
        n_bins = len(level.low)
        inside = (bins[:-1] < n_bins) & (np.maximum(bins[1:], bins[:-1] + 1) > 0)
        drawn = tuple(np.full(width, np.nan, np.float32) for _ in range(3))
        if inside.any():
            starts = np.maximum(bins[:-1][inside], 0)
            stop = min(max(int(bins[1:][inside][-1]), int(starts[-1]) + 1), n_bins)
            for column, found in zip(drawn, level.joined(starts, stop).columns(), strict=True):
                column[inside] = found
        return drawn[0], drawn[1], drawn[2]

    def _level_for(self, frames_a_column: float) -> tuple[_Level, int]:
        """The coarsest level that has enough bins in a column, and the frames of its bins."""
        index, size = 0, BIN_FRAMES
        while index + 1 < len(self._levels) and (
            size * _FACTOR * _LEAST_IN_A_COLUMN <= frames_a_column
        ):
            index, size = index + 1, size * _FACTOR
        return self._levels[index], size

    def _merged(self, first: int, told: _Level) -> _Level:
        """``told`` for the bins from ``first`` on, joined to what was known where not whole."""
        last = first + len(told.low)
        length = np.minimum(np.arange(first + 1, last + 1) * BIN_FRAMES, self.frames)
        part = np.flatnonzero(told.count < length - np.arange(first, last) * BIN_FRAMES)
        base, at = self._levels[0], part + first
        told.low[part] = np.minimum(told.low[part], base.low[at])
        told.high[part] = np.maximum(told.high[part], base.high[at])
        told.energy[part] += base.energy[at]
        told.count[part] += base.count[at]
        return told

    def _raise(self, first: int, last: int) -> None:
        """Make the levels above anew, over the bins ``first`` to ``last`` of the lowest."""
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            first, last = first // _FACTOR, -(-last // _FACTOR)
            stop = min(last * _FACTOR, len(below.low))
            level.put(first, below.joined(np.arange(first * _FACTOR, stop, _FACTOR), stop))


def peaks_of(wav: Path, job: Job) -> Peaks:
    """The outline of a float32 WAV of ours, block by block.

    Raises:
        MissingFileError, UnreadableAudioError: it cannot be read.
    """
    with Wav(wav) as sound:
        peaks = Peaks.empty(sound.frames, sound.sample_rate)
        start = 0
        for block in sound.blocks(_BLOCK_FRAMES):
            job.update(start / sound.frames, "drawing the outline")
            peaks.fill(start, block)
            start += block.shape[1]
    return peaks


def raw_columns(samples: Samples, width: int) -> Columns:
    """``samples``, shape (channels, n), in ``width`` columns: low, high and rms as of ``Peaks``.

    For views closer than a bin a column; where there are fewer samples than columns, neighbouring
    columns show the same one. No samples at all are NaN.
    """
    n_samples = samples.shape[1]
    if n_samples == 0:
        return _Level.empty(width).columns()
    return _binned(samples, np.arange(width, dtype=np.int64) * n_samples // width).columns()


def _binned(samples: Samples, starts: NDArray[np.int64]) -> _Level:
    """A bin from each of ``starts`` to the next, of samples of shape (channels, n)."""
    samples = np.ascontiguousarray(samples)  # over interleaved ones all this takes 20 times as long
    energy = np.square(samples).mean(axis=0)
    ends = np.append(starts[1:], samples.shape[1])
    return _Level(
        np.minimum.reduceat(samples.min(axis=0), starts),
        np.maximum.reduceat(samples.max(axis=0), starts),
        np.add.reduceat(energy, starts),
        np.maximum(ends - starts, 1).astype(np.int32),
    )


def _damaged(path: Path) -> UnreadableAudioError:
    return UnreadableAudioError(file=str(path), reason="this outline of a sound is damaged")
