"""A DAWproject as plain values: what ``document.py`` writes and ``read.py`` reads.

One unit holds throughout: what lies on the timeline is in beats (quarter notes), what lies in a
sound file in seconds. Everything stands in tracks; a clip's content is counted from its start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.music.tempo import TempoMap

ALGORITHM = "stretch"
Content = Literal["audio", "notes"]


@dataclass(frozen=True, slots=True, eq=False)
class BeatNotes:
    """Notes of one clip, as columns of shape (notes,), in the order of the file.

    Attributes:
        time, duration: In beats, ``time`` from the start of the clip.
        key: MIDI numbers.
        velocity: 0 to 127.
    """

    time: NDArray[np.float64]
    duration: NDArray[np.float64]
    key: NDArray[np.int16]
    velocity: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class NoteClip:
    """Notes on the timeline, from ``time`` on for ``duration`` beats."""

    name: str
    time: float
    duration: float
    notes: BeatNotes


@dataclass(frozen=True, slots=True)
class AudioClip:
    """A sound file on the timeline.

    Attributes:
        name: For people.
        time, duration: In beats.
        file: Its path in the package, or beside it.
        channels: Of the file.
        sample_rate: Of the file, in Hz.
        seconds: Length of the whole file.
        warps: At least two pairs of a beat of the clip and a second of the file, both rising.
    """

    name: str
    time: float
    duration: float
    file: str
    channels: int
    sample_rate: int
    seconds: float
    warps: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Track:
    """A track with its channel in the mixer.

    Attributes:
        colour: ``#rrggbb``, or none.
        content: What it may hold.
        channels: 1 for mono, 2 for stereo.
        master: Whether all others end in it.
        volume: A factor, 1 as it is.
        pan: In [0, 1], 0.5 in the middle.
    """

    name: str
    colour: str | None
    content: tuple[Content, ...]
    clips: tuple[AudioClip | NoteClip, ...] = ()
    channels: int = 2
    master: bool = False
    muted: bool = False
    volume: float = 1.0
    pan: float = 0.5


@dataclass(frozen=True, slots=True)
class Project:
    """A whole project.

    Attributes:
        application: Name and version of the program that wrote it.
        tempo: Steps on beats, and the beats of a bar.
        markers: Pairs of a beat and a name.
    """

    title: str
    application: tuple[str, str]
    tempo: TempoMap
    tracks: tuple[Track, ...]
    markers: tuple[tuple[float, str], ...] = ()


def unstretched(tempo: TempoMap, start: float, seconds: float) -> tuple[tuple[float, float], ...]:
    """The warps of ``seconds`` of sound from beat ``start`` on that move nothing.

    They mean the tempo: beside both ends a point wherever it changes.
    """
    begin = float(tempo.seconds(np.array([start]))[0])
    steps = np.array([step.beat for step in tempo.steps if step.beat > start])
    inside = tempo.seconds(steps) - begin < seconds
    end = tempo.beats(np.array([begin + seconds]))
    beats = np.concatenate(([start], steps[inside], end))
    at = np.concatenate((tempo.seconds(beats[:-1]) - begin, [seconds]))
    return tuple(zip((beats - start).tolist(), at.tolist(), strict=True))
