"""How everything is to sound, as plain values, and the tracks of the mix that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from studio.gui.player.deck import Deck
from studio.gui.player.mixing import stem_and_take
from studio.gui.player.tracks import Span, Track
from studio.music.audio import Samples


@dataclass(frozen=True, slots=True)
class LaneGains:
    """How a lane is to sound: its linear gains before the master, and its crossfader."""

    left: float
    right: float
    take: float = 0.0

    @property
    def is_heard(self) -> bool:
        """Whether it sounds at all."""
        return self.left > 0.0 or self.right > 0.0


@dataclass(frozen=True, slots=True)
class Gains:
    """How everything is to sound. ``song`` is the song's own row, silent unless asked for."""

    lanes: Mapping[str, LaneGains] = field(default_factory=dict)
    song: tuple[float, float] = (0.0, 0.0)
    master: float = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """One track in the mix; ``side`` 1 fades with the song's share, -1 against it, 0 not."""

    name: str
    lane: str
    track: Track
    left: float
    right: float
    side: int = 0


def sources_of(deck: Deck, gains: Gains, song: str) -> list[Source]:
    """Every track of the mix with its gains.

    Where a stem that is needed is not there, the song plays for all of them, as loud as the
    loudest of their lanes but not above its own level.
    """
    sources = [Source("song", song, deck.song, *gains.song)]
    if not gains.lanes:  # a song that nobody has begun to take apart
        sources.append(Source("stem", song, _Absent(), 1.0, 1.0, -1))
        return [*sources, Source("instead", song, deck.song, 1.0, 1.0, 1)]
    needed: list[LaneGains] = []
    for name, lane in gains.lanes.items():
        take = deck.takes.get(name)
        for_stem, for_take = stem_and_take(lane.take if take is not None else 0.0)
        heard = lane.is_heard and for_stem > 0.0
        needed += [lane] if heard else []
        stem = deck.stems.get(name) or _Absent()
        left, right = for_stem * lane.left, for_stem * lane.right
        # A muted lane does not ask for the song, but fades as the others do.
        sources.append(Source(f"stem {name}", name, stem, left, right, -1))
        if take is not None:
            left, right = for_take * lane.left, for_take * lane.right
            sources.append(Source(f"take {name}", name, take, left, right))
    left = min(1.0, max((lane.left for lane in needed), default=0.0))
    right = min(1.0, max((lane.right for lane in needed), default=0.0))
    return [*sources, Source("instead", song, deck.song, left, right, 1)]


class _Absent:
    """A stem nobody has begun yet."""

    def read(self, start: int, frames: int) -> Samples:
        return np.zeros((2, frames), np.float32)

    def missing(self, start: int, frames: int) -> list[Span]:
        return [(start, start + frames)]
