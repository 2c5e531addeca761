"""``manifest.json``: what an export wrote, and from what.

Public: programs read it. Its hashes also tell the next export which files are ours to replace.
It may come from a stranger, so it is read strictly, and it names no file outside its folder.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated

import msgspec

from studio.errors import ManifestDamagedError, ProjectOutsideError
from studio.export.contract import Option

MANIFEST = "manifest.json"

Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Options = dict[str, Option | list[str] | None]


class Tempo(msgspec.Struct, frozen=True):
    """The usual tempo: BPM, where it comes from, and how sure that is, in [0, 1]."""

    bpm: float
    source: str
    confidence: float


class Engine(msgspec.Struct, frozen=True):
    """What took the song apart: name, hash of its weights where it has some, and on what."""

    name: str
    weights_sha256: str | None
    device: str


class FileRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of the export, as it was written, be it now or by an export before.

    Attributes:
        path: Below the folder, with ``/``.
        role: What it is: mixture, stem, part, midi, readme, scores, or a DAW's project.
        stem: The stem's name, of a stem or part.
        sha256: Of its bytes, as they were written.
        target: The export target that wrote it.
        format: Of the sound in it; None where there is none.
        gain_db: What that sound was turned down by, in dB below or at 0.
        offset_samples: Silence before the song in it; its times count from where that starts.
    """

    path: str
    role: str
    stem: str | None
    sha256: Sha256
    target: str
    format: str | None = None
    gain_db: float | None = None
    offset_samples: int = 0


class ExportRow(msgspec.Struct, frozen=True):
    """How one target was written last, and what it had to say."""

    options: Options
    notes: list[str]


class Manifest(msgspec.Struct, frozen=True):
    """What stands in the folder of a song.

    Attributes:
        song: Its name.
        sample_rate: In Hz.
        frames: Samples a channel, the silence before the song among them.
        tempo, engine: See there.
        options: How the song was taken apart.
        notes: Sentences said about that, and about all files together.
        exports: By target, how its files were written last; each row of ``files`` says its own.
        files: All but the manifest itself, by path.
        key: ``F# minor``; None where it is not known.
        offset_samples: Silence that the last export put before the song, its stems and its notes.
        offset_seconds: The same in seconds.
    """

    song: str
    sample_rate: Annotated[int, msgspec.Meta(gt=0)]
    frames: Annotated[int, msgspec.Meta(ge=0)]
    tempo: Tempo
    engine: Engine
    options: Options
    notes: list[str]
    exports: dict[str, ExportRow]
    files: list[FileRow]
    key: str | None = None
    offset_samples: Annotated[int, msgspec.Meta(ge=0)] = 0
    offset_seconds: float = 0.0


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of an export, or None where there is none.

    Raises:
        ManifestDamagedError: it is cut, altered or somebody else's.
        ProjectOutsideError: it names a file outside ``folder``.
    """
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ManifestDamagedError(file=str(path), reason=reason) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise ManifestDamagedError(file=str(path), reason=reason) from error
    for row in manifest.files:
        confined(folder, row.path, path)
    return manifest


def encode(manifest: Manifest) -> bytes:
    """The bytes of ``manifest.json``; equal manifests give equal bytes."""
    content = msgspec.json.encode(manifest, order="deterministic")
    return msgspec.json.format(content, indent=2) + b"\n"


def confined(folder: Path, path: str, said_by: Path) -> Path:
    """``path`` below ``folder``, as a file that ``said_by`` names.

    Raises:
        ProjectOutsideError: it leads elsewhere on some system, by itself or by a link, into what
            a hidden folder keeps, or nowhere.
    """
    parts = PurePosixPath(path).parts
    plain = (
        parts
        and "/".join(parts) == path
        and not PureWindowsPath(path).anchor
        and not any(c in path for c in "\\:\0")
        and not any(part.startswith(".") for part in parts)
    )
    if not plain or not _is_below(folder / path, folder):
        raise ProjectOutsideError(file=str(said_by), found=path)
    return folder / path


def _is_below(path: Path, folder: Path) -> bool:
    """Whether ``path`` lies in ``folder`` once all links are followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
