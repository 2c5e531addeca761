r"""File names that Windows, macOS and Linux all take, and that stay apart on each.

Windows forbids ``< > : " / \ | ? *``, control characters, a dot or space at the end and the
names of its old devices (Microsoft, "Naming Files, Paths, and Namespaces"), and like macOS takes
``A`` and ``a`` for one name. Linux counts 255 bytes. A leading dot hides a file, a leading dash
looks like an option. Names are NFC, the form typed text has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

_MOST_CHARACTERS, _MOST_BYTES = 80, 200
# A song's name leaves room for what follows it: " - 01 Backing vocals.flac".
_SONG_CHARACTERS, _SONG_BYTES = 53, 140
_LABEL_CHARACTERS, _LABEL_BYTES = 16, 45

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Characters without a shape make two names look alike or a name read backwards; but these two
# join letters in Persian, Hindi and emoji.
_JOINERS = "\u200c\u200d"
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"
}
_SUFFIX = re.compile(r"\.(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}$", re.IGNORECASE)


def safe(text: str, characters: int = _MOST_CHARACTERS, size: int = _MOST_BYTES) -> str:
    """``text`` as the name of a file or folder, of at most so many characters and bytes.

    What is forbidden becomes ``_``; a text of which nothing is left becomes ``Untitled``.
    ``safe`` of a safe name is that name.
    """
    shown = "".join(map(_shown, " ".join(text.split())))
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", shown)).lstrip(" .-")
    text = _cut(text, characters, size)
    head, dot, tail = text.partition(".")
    if head.rstrip().casefold() in _DEVICES:
        text = _cut(f"{head.rstrip()}_{dot}{tail}", characters, size)
    return text or "Untitled"


def song_name(path: Path) -> str:
    """The name of the song in ``path``, an audio file: fit for a folder and to begin file names."""
    return safe(_SUFFIX.sub("", path.name), _SONG_CHARACTERS, _SONG_BYTES)


def stem_file(song: str, number: int, label: str, suffix: str) -> str:
    """The name of a stem's file: ``Song - 01 Vocals.wav``."""
    return _joined(song, f"{number:02d} {_label(label)}", suffix)


def part_file(song: str, label: str, suffix: str) -> str:
    """The name of a file of one part of the song: ``Song - Vocals.mid``."""
    return _joined(song, _label(label), suffix)


def song_file(song: str, suffix: str) -> str:
    """The name of a file of the whole song: ``Song.mid``."""
    room = len(suffix.encode())
    return safe(song, _MOST_CHARACTERS - room, _MOST_BYTES - room) + suffix


def distinct(names: Sequence[str]) -> list[str]:
    """``names``, with a number where a name is taken, however upper and lower case are told apart.

    ``["A.mid", "a.mid"]`` becomes ``["A.mid", "a 2.mid"]``.
    """
    taken: set[str] = set()
    chosen = []
    for name in names:
        root, suffix = Path(name).stem, Path(name).suffix
        candidate, number = name, 1
        while folded(candidate) in taken:
            number += 1
            candidate = f"{root} {number}{suffix}"
        taken.add(folded(candidate))
        chosen.append(candidate)
    return chosen


def _label(label: str) -> str:
    return safe(label, _LABEL_CHARACTERS, _LABEL_BYTES)


def _joined(song: str, tail: str, suffix: str) -> str:
    """The song's name, cut so that what follows it is whole."""
    tail = f" - {tail}{suffix}"
    room = _MOST_CHARACTERS - len(tail), _MOST_BYTES - len(tail.encode())
    return safe(song, *room) + tail


def _shown(character: str) -> str:
    """The character; ``_`` for a control character or half a surrogate; none of no shape."""
    category = unicodedata.category(character)
    if category in ("Cc", "Cs"):
        return "_"
    return "" if category == "Cf" and character not in _JOINERS else character


def _cut(text: str, characters: int, size: int) -> str:
    """The beginning of ``text`` that fits, without a dot or space at its end."""
    text = text[:characters]
    while len(text.encode()) > size:
        text = text[:-1]
    return text.rstrip(" .")


def folded(name: str) -> str:
    """Equal for names that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
