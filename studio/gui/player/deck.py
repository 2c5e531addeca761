"""What lies ready to be played: the song, its stems, and its takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.gui.player.takes import TakeTrack
from studio.gui.player.tracks import GrowingTrack, Track, WavTrack

__all__ = ["Deck", "GrowingTrack", "TakeTrack", "Track", "WavTrack"]


@dataclass(frozen=True, slots=True, eq=False)
class Deck:
    """The sounds of one song. To add one while playing, load another deck that shares the rest.

    Attributes:
        sample_rate, frames: Of the song, and so of every track.
        song: The song itself.
        stems, takes: By the name of the lane. A lane without a stem plays the song instead.
    """

    sample_rate: int
    frames: int
    song: Track
    stems: Mapping[str, Track] = field(default_factory=dict)
    takes: Mapping[str, TakeTrack] = field(default_factory=dict)
