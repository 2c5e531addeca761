"""Segments of one song through an engine: level, channels, and the sum.

An engine has its own channels and wants songs at one level; a song has its own of both. What
comes out of here has the song's, and adds up to the segment as far as the options ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from studio.audio.wav import Wav
from studio.errors import AudioFormatError
from studio.music.audio import Samples
from studio.separation.contract import Engine
from studio.separation.exact_sum import SumMode, project
from studio.separation.grid import Grid

_QUIETEST = 1e-8  # a song below this deviation is silence and is not made louder


@dataclass(frozen=True, slots=True)
class Level:
    """Mean and deviation of the mono mix of a song."""

    mean: float = 0.0
    deviation: float = 1.0


class Separator:
    """Separates segments of one song, adding up as far as the engine's rate allows."""

    def __init__(
        self, engine: Engine, source: Wav, grid: Grid, level: Level, mode: SumMode
    ) -> None:
        """``source`` is the song at the engine's rate."""
        self.batch = engine.batch
        self.seconds = source.frames / source.sample_rate
        self._engine = engine
        self._source = source
        self._grid = grid
        self._level = level
        # The remainder of an engine that does not give the whole song is a stem of its own.
        self._mode: SumMode = mode if engine.complete else "off"

    def separate(self, group: range) -> dict[int, Samples]:
        """The stems of some segments, each of shape (sources, channels, samples)."""
        mixtures = [self._mixture(segment) for segment in group]
        items = np.concatenate([self._items(mixture) for mixture in mixtures])
        estimates = np.concatenate(
            [self._estimate(items[at : at + self.batch]) for at in range(0, len(items), self.batch)]
        )
        each = np.split(estimates, len(mixtures))
        return {
            segment: self._stems(mixture, estimate)
            for segment, mixture, estimate in zip(group, mixtures, each, strict=True)
        }

    def _mixture(self, segment: int) -> Samples:
        start, stop = self._grid.span(segment)
        return self._source.read(start, stop - start)

    def _items(self, mixture: Samples) -> Samples:
        """What the engine gets: shape (1 or 2, engine's channels, segment)."""
        levelled = (mixture - self._level.mean) / self._level.deviation
        levelled = np.pad(levelled, ((0, 0), (0, self._grid.segment - mixture.shape[1])))
        channels = self._engine.channels
        if len(mixture) > channels:  # stereo through a mono engine
            return levelled[:, None].astype(np.float32)
        return np.repeat(levelled, channels // len(mixture), axis=0)[None].astype(np.float32)

    def _estimate(self, items: Samples) -> Samples:
        """What the engine makes of a batch. Raises AudioFormatError where that is not stems."""
        estimate = self._engine.separate(items)
        shape = (len(items), len(self._engine.stems), *items.shape[1:])
        if estimate.shape != shape or estimate.dtype != np.float32:
            reason = f"the engine gave {estimate.dtype} {estimate.shape} where {shape} was due"
            raise AudioFormatError(reason=reason)
        if not np.isfinite(estimate).all():
            raise AudioFormatError(reason="the engine gave a NaN or an infinity")
        return estimate

    def _stems(self, mixture: Samples, estimate: Samples) -> Samples:
        """The stems of one segment at the song's own level and channels."""
        if len(estimate) == 2:  # stereo through a mono engine
            stems = estimate[:, :, 0].swapaxes(0, 1)
        elif self._engine.channels > len(mixture):
            stems = estimate[0].mean(axis=1, keepdims=True)
        else:
            stems = estimate[0]
        stems = stems[..., : mixture.shape[1]] * np.float32(self._level.deviation)
        if self._engine.complete:
            stems[self._home] += np.float32(self._level.mean)
        return project(mixture, stems, self._mode)

    @property
    def _home(self) -> int:
        """The stem that a constant offset of the song goes to; it is nobody's sound."""
        stems = self._engine.stems
        return stems.index("other") if "other" in stems else len(stems) - 1


def level_of(blocks: Iterable[Samples]) -> Level:
    """Mean and deviation in one pass, each block's joined to those before (Chan et al. 1979)."""
    count, mean, squares = 0, 0.0, 0.0
    for block in blocks:
        mono = block.mean(axis=0, dtype=np.float64)
        apart = float(mono.mean()) - mean
        squares += float(((mono - mono.mean()) ** 2).sum())
        squares += apart**2 * count * mono.size / (count + mono.size)
        mean += apart * mono.size / (count + mono.size)
        count += mono.size
    deviation = (squares / max(count, 1)) ** 0.5
    return Level(mean, deviation if deviation > _QUIETEST else 1.0)
