"""A fast engine, and a process that separates with it and can be killed: ``toy.py SONG FOLDER``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def smooth(mixture: Samples) -> list[Samples]:
    """Three stems that do not add up: what is slow, what is fast, and a trace of its square."""
    slow = sum(np.roll(mixture, k, axis=-1) for k in range(-8, 9)) / 17
    return [slow, 0.7 * (mixture - slow), 0.1 * mixture**2]


@dataclass
class Toy:
    """An engine of 8 kHz whose segments are half a second."""

    stems: tuple[str, ...] = ("bass", "other", "vocals")
    complete: bool = True
    sample_rate: int = 8000
    channels: int = 2
    segment_samples: int = 4000
    normalise: bool = False
    batch: int = 1
    split: Callable[[Samples], list[Samples]] = smooth
    pause: float = 0.0
    calls: list[tuple[int, ...]] = field(default_factory=list)

    def separate(self, mixture: Samples) -> Samples:
        """See ``contract.Engine``."""
        time.sleep(self.pause)
        self.calls.append(mixture.shape)
        return np.stack(self.split(mixture), axis=1).astype(np.float32)


if __name__ == "__main__":
    from studio.job import Job
    from studio.separation.stream import StreamOptions, separate_song

    song, folder, pause = sys.argv[1:]
    separate_song(Toy(pause=float(pause)), Path(song), Path(folder), StreamOptions(), Job())
