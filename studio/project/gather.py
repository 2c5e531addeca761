"""Songs among files and folders, for the command line and for what is dropped on the window."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from studio.errors import MissingFileError
from studio.project.project import is_project


def gather(paths: Iterable[str | Path], suffixes: frozenset[str]) -> list[Path]:
    """Every song named or found below a folder, once each, in the order of the names.

    A folder that is a song already apart stands for that song. A name that leads nowhere is kept:
    its own run says so, and the others go on.

    Args:
        paths: Files and folders; links to folders are not followed below them.
        suffixes: What a song's name ends with, lower case and with the dot.

    Raises:
        MissingFileError: there is no song among them.
    """
    given = [Path(path) for path in paths]
    found: dict[Path, None] = {}
    for path in given:
        songs = _below(path, suffixes) if path.is_dir() and not is_project(path) else [path]
        found.update(dict.fromkeys(songs))
    if not found:
        raise MissingFileError(file=", ".join(map(str, given)), reason="there is no song in it")
    return list(found)


def _below(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    """Songs below ``folder``, but neither hidden files nor what we made ourselves."""
    for here, folders, files in os.walk(folder):
        if is_project(Path(here)):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if Path(name).suffix.lower() in suffixes and not name.startswith("."):
                yield Path(here, name)
