"""What an export target is.

A target is one class in one file and one line in ``targets.py``. It gets a song that is apart and
an empty folder; it knows nothing of what an earlier export left, of hashes or of the manifest:
``write.py`` does all that for every target alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from studio.job import Job
from studio.registry import Registry

if TYPE_CHECKING:  # listing the targets needs no numpy
    from studio.music.bundle import SongBundle

Role = Literal[
    "mixture", "stem", "part", "midi", "dawproject", "reaper", "live", "scores", "readme"
]
Format = Literal["float32", "pcm24", "pcm16", "flac", "mp3"]
Grid = Literal["1/4", "1/8", "1/8T", "1/16", "1/16T", "1/32"]
Option = str | int | float | bool
Content = bytes


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How files are written.

    Attributes:
        audio_format: Of the stems: 32-bit float, 24-bit or dithered 16-bit WAV, 24-bit FLAC, or
            MP3 of 320 kbit/s.
        stems: Names of the stems to write, ``mixture`` for the song itself; None: all. Numbers
            and loudness are those they have among all.
        tempo_tag: Whether WAV files say the song's tempo. Several DAWs stretch a file that does.
        lead_in: Whether silence goes before song, stems and notes alike, so that the first downbeat
            falls on a bar line.
        naming: Template of the stems' file names; see ``names.py``.
        programs: Whether MIDI tracks choose a General MIDI instrument.
        drum_tracks: Whether each piece of a drum kit has a MIDI track of its own.
        guide_note: Whether MIDI files hold a quiet note as long as the song, without which Live
            takes no tempo map.
        quantise: Above 0, MIDI files with notes moved to the grid are written too: by this share
            of their distance to it, at most 1.
        grid: Of which part of a bar of four quarters: ``1/16``, ``1/8T`` (triplets).
        live_template: A set saved by Ableton Live that the one for it is made from; None: one
            found where Live keeps the user's.
        daw: Whose steps come first in READ ME FIRST.txt, as the option of that name.
    """

    audio_format: Format = "float32"
    stems: tuple[str, ...] | None = None
    tempo_tag: bool = False
    lead_in: bool = False
    naming: str = "{song} - {number} {stem}"
    programs: bool = True
    drum_tracks: bool = False
    guide_note: bool = False
    quantise: float = 0.0
    grid: Grid = "1/16"
    live_template: Path | None = None
    daw: str = "any"

    def wants(self, stem: str) -> bool:
        """Whether ``stem``, or ``mixture``, is to be written."""
        return self.stems is None or stem in self.stems


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file a target wrote: its path below the export folder, with ``/``, and what it is."""

    path: str
    role: Role
    stem: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file a target would write.

    Attributes:
        bytes: How many it will have at most, or nearly so.
        samples: A float32 WAV of whose samples it will be the copy, where it will.
        lead: Samples of silence that the copy begins with.
        tail: What follows these samples.
    """

    file: ExportedFile
    bytes: int
    samples: Path | None = None
    lead: int = 0
    tail: Content = b""


@dataclass(frozen=True, slots=True)
class Written:
    """What a target did.

    Attributes:
        files: Every file it wrote.
        options: What the manifest shall say about how, such as the format or a gain.
        notes: Sentences about what changes what the user gets; they are said and recorded.
    """

    files: tuple[ExportedFile, ...]
    options: Mapping[str, Option] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Target(Protocol):
    """An export target.

    A target whose files refer to those of others has an attribute ``needs`` too: the names of
    these targets, which are then written with it.

    Attributes:
        summary: One sentence for people: what it is for.
    """

    summary: str

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """Every file ``write`` would write, nothing being written."""

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """Write ``bundle`` below ``folder``, which is empty or holds other targets' files.

        The same bundle and options give the same bytes. File names come from ``names.py``.

        Raises:
            DiskFullError, WriteError: a file cannot be written.
        """


TARGETS: Registry[type[Target]] = Registry("export target", "stemwright.targets")
