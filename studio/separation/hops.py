"""Finished hops of a separation that still runs, for who wants to hear and draw them already.

Contract: reads only, and holds no file open between two reads, so that the separation can move
its folder when it is whole. What is read is what the engine gave, at its own rate; the last
rounding of the sum happens when the stems are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from studio.files import reading
from studio.music.audio import Samples
from studio.separation.grid import Grid
from studio.separation.parts import HOPS


class FinishedHops:
    """A reader of the hops that ``found("separating")`` and ``found("hop")`` name as finished.

    Attributes:
        stems: Names, in the engine's order.
        channels: Of a stem.
        sample_rate: In Hz, the engine's.
        frames: Of the song at that rate.
        hop_frames: Length of a hop; the last one may be shorter.
    """

    def __init__(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Of ``folder``, with the other ``facts`` of ``found("separating")``."""
        self.stems: tuple[str, ...] = tuple(facts["stems"])
        self.channels: int = facts["channels"]
        self.sample_rate: int = facts["sample_rate"]
        self.frames: int = facts["frames"]
        self.hop_frames: int = facts["hop_frames"]
        self._path = folder / HOPS
        self._grid = Grid(self.frames, self.hop_frames, self.hop_frames)

    @property
    def n_hops(self) -> int:
        """How many hops the song has."""
        return self._grid.n_hops

    def hop_at(self, seconds: float) -> int:
        """The hop that sounds at ``seconds``; the last one after the end."""
        return max(0, min(self.n_hops - 1, int(seconds * self.sample_rate) // self.hop_frames))

    def span(self, hop: int) -> tuple[int, int]:
        """First frame of a hop and the one after its last."""
        return self._grid.hop_span(hop)

    def read(self, stem: str, hop: int, start: int = 0, frames: int | None = None) -> Samples:
        """A stem in a finished hop, or ``frames`` of it from its frame ``start`` on.

        Returns:
            Shape (channels, frames), float32, writable.

        Raises:
            ValueError: there is no such stem or hop, or the hop is shorter.
            MissingFileError: the separation is whole and its hops are gone.
        """
        begin, end = self.span(hop)
        length = end - begin
        stop = length if frames is None else start + frames
        if not 0 <= hop < self.n_hops or not 0 <= start <= stop <= length:
            raise ValueError(f"frames {start} to {stop} are not in hop {hop}")
        first_row = self.stems.index(stem) * self.channels
        rows = len(self.stems) * self.channels
        samples = np.zeros((self.channels, stop - start), np.float32)
        with reading(self._path), self._path.open("rb") as file:
            for channel in range(self.channels):
                file.seek(4 * (rows * begin + (first_row + channel) * length + start))
                file.readinto(samples[channel].data)
        return samples
