"""What the players of a song share: the material, the tune, the chance, and a few habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

from studio.lab.arrange import Random, Tune
from studio.lab.sources import Sources, Split, programs
from studio.music.audio import Samples
from studio.music.notes import Note

_T = TypeVar("_T")


@dataclass(slots=True)
class Session:
    """A song while it is made.

    Attributes:
        n_samples: Length of the song.
        sung: Whether somebody sings.
        rng: All chance of this song, drawn from in a fixed order.
        parts: (stem, what plays, its notes), as they are played.
    """

    sources: Sources
    split: Split
    tune: Tune
    n_samples: int
    sung: bool
    rng: Random
    parts: list[tuple[str, str, list[Note]]] = field(default_factory=list)

    def silence(self) -> Samples:
        """(2, samples)."""
        return np.zeros((2, self.n_samples), np.float32)

    def pick(self, options: Sequence[_T]) -> _T:
        """One of ``options``."""
        return options[int(self.rng.integers(len(options)))]

    def program(self, candidates: tuple[int, ...]) -> tuple[Path, int]:
        """A soundfont, and one of its programs that this split may use."""
        number = int(self.rng.integers(len(self.sources.fonts)))
        return self.sources.fonts[number], self.pick(programs(number, candidates, self.split))

    def sections(self, notes: Sequence[Note], chance: float = 0.8) -> list[Note]:
        """The notes of some sections of four bars: nobody plays all the time."""
        length = 16 * self.tune.beat
        plays = self.rng.random(int(self.tune.seconds / length) + 2) < chance
        plays[int(self.rng.integers(max(1, len(plays) - 1)))] = True
        return [note for note in notes if plays[int(note.onset / length)]]

    def levelled(self, samples: Samples, spread_db: float = 4.0) -> Samples:
        """``samples`` at an equal loudness where they sound, but for some dB."""
        power = (samples**2).mean(axis=0)
        loud = power[: len(power) // 2048 * 2048].reshape(-1, 2048).mean(axis=1)
        loud = loud[loud > 1e-9]
        if not len(loud):
            return samples
        level = np.sqrt(np.quantile(loud, 0.7))
        return samples * np.float32(0.1 / level * 10 ** (self.rng.normal(0, spread_db) / 20))


def one_voice(notes: Sequence[Note]) -> list[Note]:
    """One after another: each ends where the next begins."""
    rows = sorted(notes)
    ends = [*(n.onset for n in rows), float("inf")][1:]
    cut = (
        Note(n.onset, n.pitch, min(n.offset, end), n.velocity)
        for n, end in zip(rows, ends, strict=True)
    )
    return [n for n in cut if n.offset - n.onset > 0.04]
