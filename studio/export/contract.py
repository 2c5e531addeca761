"""What an export target is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from studio.job import Job
from studio.music.bundle import SongBundle
from studio.registry import Registry

Role = Literal[
    "mixture", "stem", "part", "midi", "dawproject", "reaper", "live", "scores", "readme"
]
Format = Literal["float32", "pcm24", "pcm16", "flac"]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How files are written.

    Attributes:
        audio_format: Of the stems: 32-bit float, 24-bit or dithered 16-bit WAV, or 24-bit FLAC.
    """

    audio_format: Format = "float32"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file a target wrote: its path below the export folder, with ``/``, and what it is."""

    path: str
    role: Role
    stem: str | None = None


class Target(Protocol):
    """An export target.

    Attributes:
        summary: One sentence for people: what it is for.
    """

    summary: str

    def write(
        self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job
    ) -> list[ExportedFile]:
        """Write ``bundle`` below ``folder``, which is empty or holds other targets' files."""


TARGETS: Registry[Target] = Registry("export target", "stemwright.targets")
