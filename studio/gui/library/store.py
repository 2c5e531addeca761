"""The library on disk: ``library.json`` in the user's data folder.

Songs stand in it in their order, which is the order of the queue. A file that is damaged, or that
a later version wrote, is set aside under another name and said; it is never written over.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from studio.errors import LibraryError, StudioError
from studio.files import write_bytes
from studio.gui.library.entry import STATES, Entry, State
from studio.paths import data_folder

SCHEMA_VERSION = 1
# What was under way when the window closed goes on by itself, or is done already.
_NEXT_TIME: dict[State, State] = {"separating": "waiting", "notes": "done", "writing": "done"}


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: str
    state: str
    folder: str | None = None
    source: str | None = None
    text: str = ""
    fraction: float | None = None
    code: str = ""
    facts: dict[str, str | int | float] = {}


class _File(msgspec.Struct, frozen=True):
    schema_version: int
    songs: list[_Row] = []


def library_file() -> Path:
    """Where the library lies. May not exist yet."""
    return data_folder() / "library.json"


def read() -> tuple[list[Entry], LibraryError | None]:
    """The songs, and why there are none where the file could not be used."""
    file = library_file()
    try:
        return _decoded(file.read_bytes()), None
    except FileNotFoundError:
        return [], None
    except OSError as error:
        # It cannot be read, so most likely it cannot be moved either; it stays where it is.
        reason = (error.strerror or str(error)).lower()
        return [], LibraryError(reason=reason, kept=str(file))
    except ValueError as error:  # neither JSON nor what we write
        return [], _set_aside(file, str(error).splitlines()[0].rstrip("."))


def encoded(entries: list[Entry]) -> bytes:
    """The bytes of the file. Names in no known encoding are kept as they are, by escapes."""
    songs = [msgspec.to_builtins(_row(entry)) for entry in entries]
    document = {"schema_version": SCHEMA_VERSION, "songs": songs}
    return json.dumps(document, indent=1).encode() + b"\n"


def write(content: bytes) -> None:
    """Replace the file. Raises DiskFullError or WriteError."""
    write_bytes(library_file(), content)


def _decoded(content: bytes) -> list[Entry]:
    """The songs in ``content``. Raises ValueError."""
    document: Any = json.loads(content)
    version = document.get("schema_version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise ValueError("a later version of Stemwright wrote it")
    songs = msgspec.convert(document, _File).songs
    if len({row.id for row in songs}) != len(songs):
        raise ValueError("two songs have the same number")
    return [_entry(row) for row in songs]


def _entry(row: _Row) -> Entry:
    state = next((state for state in STATES if state == row.state), None)
    if state is None:
        raise ValueError(f"it holds an unknown state, {row.state}")
    return Entry(
        id=row.id,
        title=row.title,
        folder=Path(row.folder) if row.folder else None,
        source=Path(row.source) if row.source else None,
        state=_NEXT_TIME.get(state, state),
        text=row.text if state != "writing" else "",
        fraction=row.fraction if state == "stopped" else None,
        error=_error(row) if row.code else None,
    )


def _error(row: _Row) -> StudioError:
    """Why it stopped, as it was kept. Raises ValueError."""
    try:
        return StudioError.from_wire(row.code, dict(row.facts))
    except LookupError as error:
        raise ValueError(f"the error of {row.title} lacks {error}") from error


def _row(entry: Entry) -> _Row:
    code, facts = entry.error.to_wire() if entry.error is not None else ("", {})
    return _Row(
        id=entry.id,
        title=entry.title,
        state=entry.state,
        folder=str(entry.folder) if entry.folder else None,
        source=str(entry.source) if entry.source else None,
        text=entry.text,
        fraction=entry.fraction,
        code=code,
        facts=facts,
    )


def _set_aside(file: Path, reason: str) -> LibraryError:
    """Move the file out of the way of the next one that is written."""
    number = 1
    while True:
        kept = file.with_name(f"library-kept-{number}.json")
        if not kept.exists():
            break
        number += 1
    try:
        file.rename(kept)
    except OSError:
        kept = file
    return LibraryError(reason=reason, kept=str(kept))
