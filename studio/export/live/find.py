"""Where Live keeps sets: the user's templates, and the one a new set begins as.

Live 11 and later put templates, the user's own default set among them, into ``Templates`` of the
User Library, in Documents on Windows and Music on macOS (help.ableton.com 209774085, 209067189).
A User Library that was moved elsewhere is not found: its sets are chosen by hand. The set that
comes with the program lies in its resources. There is no Live for Linux.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import platformdirs

_LIBRARY = Path("Ableton", "User Library", "Templates")
_BUILT_IN = Path("Builtin", "Templates", "DefaultLiveSet.als")

Place = tuple[Path, str]


def places(system: str = sys.platform) -> tuple[Place, ...]:
    """Folders and what to look for below each, the user's own first.

    Args:
        system: As ``sys.platform`` names it.
    """
    if system == "win32":
        data = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"))
        return (
            (Path(platformdirs.user_documents_dir()) / _LIBRARY, "*.als"),
            (data / "Ableton", f"Live*/Resources/{_BUILT_IN.as_posix()}"),
        )
    if system == "darwin":
        program = f"Ableton Live*.app/Contents/App-Resources/{_BUILT_IN.as_posix()}"
        return (
            (Path(platformdirs.user_music_dir()) / _LIBRARY, "*.als"),
            (Path("/Applications"), program),
        )
    return ()


def live_sets(where: Iterable[Place] | None = None) -> tuple[Path, ...]:
    """The sets that are found, place by place, the newest of each first."""
    found: list[Path] = []
    for folder, pattern in places() if where is None else where:
        files = [path for path in folder.glob(pattern) if path.is_file()]
        found += sorted(files, key=lambda path: (-path.stat().st_mtime_ns, path.name))
    return tuple(found)
