"""Generated songs of four plain sounds, for tests of the path from corpus to weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.lab.corpus import Track, keep, tracks
from studio.lab.songs import Song
from studio.lab.sources import RATE

Random = np.random.Generator


def toy_corpus(folder: Path, songs: int, seconds: float, seed: int = 440) -> list[Track]:
    """``songs`` songs, kept in ``folder`` as any corpus; the same arguments, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(songs):
        rng = np.random.default_rng([seed, number])
        keep(folder, f"toy-{number:03d}", _song(seconds, rng))
    return tracks(folder)


def _song(seconds: float, rng: Random) -> Song:
    time = np.arange(round(seconds * RATE)) / RATE
    rows = (_voice(time, rng), _hits(time, rng), _low(time, rng), _chord(time, rng))
    stems = np.stack([np.stack([row, row]) for row in rows])
    stems[3, 1] *= 0.5
    return Song(
        (0.3 * stems / np.abs(stems).max(axis=(1, 2), keepdims=True)).astype(np.float32), True
    )


def _voice(time: NDArray[np.float64], rng: Random) -> NDArray[np.float64]:
    """Harmonics with vibrato."""
    notes = rng.integers(0, 12, int(time[-1] / 0.4) + 1)[(time / 0.4).astype(int)]
    hertz = 220 * 2 ** ((notes + 0.4 * np.sin(2 * np.pi * 5.5 * time)) / 12)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    return np.asarray(sum(np.sin(k * phase) / k for k in range(1, 10)))


def _hits(time: NDArray[np.float64], rng: Random) -> NDArray[np.float64]:
    """Bursts of noise."""
    since = np.fmod(time + rng.uniform(0, 0.3), 0.3)
    return rng.standard_normal(len(time)) * np.exp(-since / 0.03)


def _low(time: NDArray[np.float64], rng: Random) -> NDArray[np.float64]:
    """A low tone and its octave."""
    hertz = 40 * 2 ** (rng.integers(0, 12, int(time[-1]) + 1)[time.astype(int)] / 12)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    return np.asarray(np.sin(phase) + 0.4 * np.sin(2 * phase))


def _chord(time: NDArray[np.float64], rng: Random) -> NDArray[np.float64]:
    """Held tones."""
    pitches = 330 * 2 ** (rng.choice(12, 3, replace=False) / 12)
    return np.asarray(sum(np.sin(2 * np.pi * p * k * time) / k for p in pitches for k in (1, 2, 3)))
