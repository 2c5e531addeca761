r"""File names that Windows, macOS and Linux all take, and that stay apart on each.

Windows forbids ``< > : " / \ | ? *``, control characters, a dot or space at the end and the
names of its old devices (Microsoft, "Naming Files, Paths, and Namespaces"), and like macOS takes
``A`` and ``a`` for one name. Linux counts 255 bytes. A leading dot hides a file, a leading dash
looks like an option. Names are NFC, the form typed text has.

How the files of stems are called is a template: text with ``{song}``, ``{number}``, ``{stem}``,
``{tempo}`` and ``{key}``, of which ``{stem}`` may not be missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter

from studio.settings import OPTIONS, check

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
    shown = " ".join("".join(map(_shown, " ".join(text.split()))).split())
    text = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", shown)).lstrip(" .-")
    text = _cut(text, characters, size)
    head, dot, tail = text.partition(".")
    if head.rstrip().casefold() in _DEVICES:
        text = _cut(f"{head.rstrip()}_{dot}{tail}", characters, size)
    return text or "Untitled"


def song_name(path: Path) -> str:
    """The name of the song in ``path``, an audio file: fit for a folder and to begin file names."""
    return safe(_SUFFIX.sub("", path.name), _SONG_CHARACTERS, _SONG_BYTES)


def stem_files(
    template: str, song: str, labels: Sequence[str], suffix: str, bpm: float, key: str | None
) -> list[str]:
    """The names of the files of ``labels``, numbered from 0: ``Song - 01 Vocals.wav``.

    No two of them are one name to any file system. What is too long loses letters of the song
    first, then its end.

    Args:
        template: The option ``naming``.
        bpm: Written with two decimals at most.
        key: ``F# minor``, in which ``#`` is written out; None where it is not known.

    Raises:
        OptionError: the template names what there is not, or no stem.
    """
    parts = [(text, field) for text, field, _, _ in Formatter().parse(checked(template))]
    about = {
        "tempo": f"{bpm:.2f}".rstrip("0").rstrip("."),
        "key": "unknown key" if key is None else key.replace("#", "sharp"),
    }
    each = [
        about | {"number": f"{number:02d}", "stem": _label(label)}
        for number, label in enumerate(labels)
    ]
    return distinct([_filled(parts, song, values, suffix) for values in each])


def checked(template: str) -> str:
    """``template``, if it is one. Raises OptionError."""
    return str(check(OPTIONS["naming"], template))


def part_file(song: str, label: str, suffix: str) -> str:
    """The name of a file of one part of the song: ``Song - Vocals.mid``."""
    return _joined(song, _label(label), suffix)


def song_file(song: str, suffix: str) -> str:
    """The name of a file of the whole song: ``Song.mid``."""
    return safe(song, *_room(suffix)) + suffix


def distinct(names: Sequence[str]) -> list[str]:
    """``names``, with a number where a name is taken, however upper and lower case are told apart.

    ``["A.mid", "a.mid"]`` becomes ``["A.mid", "a 2.mid"]``. Safe names stay so, and as short.
    """
    taken: set[str] = set()
    chosen = []
    for name in names:
        root, suffix = Path(name).stem, Path(name).suffix
        candidate, number = name, 1
        while folded(candidate) in taken:
            number += 1
            mark = f" {number}{suffix}"
            candidate = _cut(root, *_room(mark)) + mark
        taken.add(folded(candidate))
        chosen.append(candidate)
    return chosen


def _label(label: str) -> str:
    return safe(label, _LABEL_CHARACTERS, _LABEL_BYTES)


def _joined(song: str, tail: str, suffix: str) -> str:
    """The song's name, cut so that what follows it is whole."""
    tail = f" - {tail}{suffix}"
    return safe(song, *_room(tail)) + tail


def _filled(
    parts: Sequence[tuple[str, str | None]], song: str, values: Mapping[str, str], suffix: str
) -> str:
    """A template with its values; the song gets what room the others leave."""

    def text(song: str) -> str:
        filled = {**values, "song": song}
        return "".join(said + (filled[field] if field else "") for said, field in parts)

    characters, size = _room(text("") + suffix)
    songs = max(sum(field == "song" for _, field in parts), 1)
    name = safe(song, max(characters // songs, 1), max(size // songs, 1))
    return safe(text(name), *_room(suffix)) + suffix


def _room(tail: str) -> tuple[int, int]:
    """Characters and bytes that are left before ``tail``."""
    return _MOST_CHARACTERS - len(tail), _MOST_BYTES - len(tail.encode(errors="replace"))


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
