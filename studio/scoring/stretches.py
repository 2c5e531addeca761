"""A stem in stretches of at most five minutes, mono at 22.05 kHz, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.audio.resample import resample_blocks, resampled_frames
from studio.audio.wav import Wav
from studio.scoring.signal import SAMPLE_RATE

LONGEST_SECONDS = 300.0
_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A part of a song.

    Attributes:
        first: Its first sample at 22.05 kHz, counted from the song's start.
        samples: float32, shape (samples,).
        whole: Samples of the whole song.
    """

    first: int
    samples: NDArray[np.float32]
    whole: int

    @property
    def start(self) -> float:
        """In seconds from the song's start."""
        return self.first / SAMPLE_RATE

    @property
    def stop(self) -> float:
        """In seconds from the song's start."""
        return (self.first + len(self.samples)) / SAMPLE_RATE

    @property
    def is_last(self) -> bool:
        """Whether the song ends with it."""
        return self.first + len(self.samples) == self.whole

    def between(self, start: float, stop: float) -> Stretch | None:
        """The part from second ``start`` to ``stop`` of the song; None where none lies there."""
        first = round(max(start, self.start) * SAMPLE_RATE)
        last = round(min(stop, self.stop) * SAMPLE_RATE)
        if first >= last and len(self.samples):
            return None
        return Stretch(first, self.samples[first - self.first : last - self.first], self.whole)

    def progress(self, part: float) -> float:
        """How much of the song is done once ``part`` of this stretch is, both in [0, 1]."""
        return (self.first + part * len(self.samples)) / max(1, self.whole)


def stretches(stem: Path, longest: float = LONGEST_SECONDS) -> Iterator[Stretch]:
    """The WAV ``stem`` in stretches of equal length, at most ``longest`` seconds each.

    Raises:
        MissingFileError, UnreadableAudioError: it cannot be read.
    """
    with Wav(stem) as wav:
        whole = resampled_frames(wav.frames, wav.sample_rate, SAMPLE_RATE)
        count = max(1, ceil(whole / SAMPLE_RATE / longest))
        edges = [whole * k // count for k in range(count + 1)]
        blocks = _mono(wav)
        kept = np.zeros(0, np.float32)
        for first, last in pairwise(edges):
            samples, kept = _take(blocks, kept, last - first)
            yield Stretch(first, samples, whole)


def _take(
    blocks: Iterator[NDArray[np.float32]], kept: NDArray[np.float32], count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """``count`` samples of ``kept`` and the ``blocks`` after it, and what is left of the last."""
    parts, missing = [kept], count - len(kept)
    while missing > 0:
        parts.append(next(blocks))
        missing -= len(parts[-1])
    joined = np.concatenate(parts)
    return joined[:count], joined[count:]


def _mono(wav: Wav) -> Iterator[NDArray[np.float32]]:
    """The mean of the channels at 22.05 kHz, in blocks."""
    mono = (block.mean(axis=0, keepdims=True, dtype=np.float32) for block in wav.blocks(_BLOCK))
    for block in resample_blocks(mono, wav.sample_rate, SAMPLE_RATE, 1):
        yield block[0]
