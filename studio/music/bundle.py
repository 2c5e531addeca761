"""What an export target gets: a song that is apart, with everything known about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.music.key import Key
from studio.music.stem import Stem
from studio.music.take import Take
from studio.music.tempo import TempoMap


@dataclass(frozen=True, slots=True)
class StemFile:
    """A stem's samples on disk: a float32 WAV of the song's rate and length."""

    stem: Stem
    path: Path


@dataclass(frozen=True, slots=True)
class Marker:
    """A named place in the song, in seconds from its start: a chord, a part."""

    seconds: float
    name: str


@dataclass(frozen=True, slots=True)
class SongBundle:
    """A song, its stems and its takes.

    Attributes:
        song: The song's name, as in the names of files.
        mixture: The song itself as a float32 WAV, the time base of all that follows.
        sample_rate: In Hz, of the mixture and every stem.
        frames: Samples a channel as they are written: ``lead_samples`` and those of the mixture,
            which every stem has too.
        stems: In the order in which they are numbered.
        takes: At most one a stem, as chosen.
        tempo: How musical time runs.
        key: None where it is not known.
        markers: In order of time.
        lead_samples: Silence that every sound file is written with before its source begins. Notes,
            markers, tempo and ``duration`` count from where that silence starts.
    """

    song: str
    mixture: Path
    sample_rate: int
    frames: int
    stems: tuple[StemFile, ...]
    takes: tuple[Take, ...]
    tempo: TempoMap
    key: Key | None = None
    markers: tuple[Marker, ...] = ()
    lead_samples: int = 0

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate

    @property
    def lead(self) -> float:
        """The second at which the sources begin."""
        return self.lead_samples / self.sample_rate
