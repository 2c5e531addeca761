"""``project.json``: the small part of a project that is not a stage's result.

It may come from a stranger, so it is read strictly: types are checked, an unknown later format is
refused, and it holds no path to follow.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from studio.errors import MissingFileError, ProjectDamagedError, ProjectNewerError
from studio.files import write_bytes

FORMAT_VERSION = 1
FILE_NAME = "project.json"

Migration = Callable[[dict[str, Any]], dict[str, Any]]
# MIGRATIONS[n] turns a document of format n into one of format n + 1.
MIGRATIONS: dict[int, Migration] = {}


class Song(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the song came from. ``path`` is for people and for recognising it; nobody opens it."""

    name: str
    path: str
    sha256: str


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project.

    Attributes:
        song: What is being taken apart.
        stages: The key of the result now in use, by slot: ``source``, ``stems``, ``take/bass``.
        thresholds: The onset threshold in use, by stem.
    """

    song: Song
    format_version: int = FORMAT_VERSION
    stages: dict[str, str] = {}
    thresholds: dict[str, float] = {}


def write_document(folder: Path, document: Document) -> None:
    """Write ``project.json`` whole. Raises DiskFullError or WriteError."""
    content = msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2)
    write_bytes(folder / FILE_NAME, content + b"\n")


def read_document(folder: Path) -> Document:
    """Read ``project.json``, migrating an older format in memory.

    Raises:
        MissingFileError: there is none.
        ProjectNewerError: a later version of the program wrote it.
        ProjectDamagedError: it is cut or altered.
    """
    path = folder / FILE_NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingFileError(file=str(path), reason="there is no project here") from error
    except OSError as error:
        raise ProjectDamagedError(file=str(path), reason=str(error.strerror)) from error
    try:
        raw = msgspec.json.decode(content, type=dict[str, Any])
        return msgspec.convert(_migrated(raw, path), Document)
    except msgspec.MsgspecError as error:
        raise ProjectDamagedError(file=str(path), reason=_first_line(error)) from error


def _migrated(raw: dict[str, Any], path: Path) -> dict[str, Any]:
    found = raw.get("format_version")
    if not isinstance(found, int) or found < 1:
        raise ProjectDamagedError(file=str(path), reason="it does not say its format")
    if found > FORMAT_VERSION:
        raise ProjectNewerError(file=str(path), found=found, known=FORMAT_VERSION)
    for version in range(found, FORMAT_VERSION):
        raw = {**MIGRATIONS[version](raw), "format_version": version + 1}
    return raw


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")
