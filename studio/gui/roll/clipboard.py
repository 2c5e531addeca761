"""Notes on the clipboard: JSON for ourselves, lines of text for everybody else."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QMimeData

from studio.gui import words
from studio.music.notes import Note

MIME = "application/x-stemwright-notes+json"
_MOST_BYTES = 1 << 24


class _Copied(msgspec.Struct):
    """What lies on the clipboard; each note is (onset, pitch, offset, velocity, strength)."""

    version: int
    notes: list[tuple[float, int, float, int, float]]


def put(notes: Sequence[Note]) -> QMimeData:
    """``notes`` for the clipboard."""
    rows = [(n.onset, n.pitch, n.offset, n.velocity, n.strength) for n in notes]
    lines = [
        f"{words.pitch(n.pitch)}\t{words.clock(n.onset)}\t{n.offset - n.onset:.3f} s\t{n.velocity}"
        for n in notes
    ]
    data = QMimeData()
    data.setData(MIME, msgspec.json.encode(_Copied(1, rows)))
    data.setText("\n".join(lines))
    return data


def take(data: QMimeData | None) -> list[Note]:
    """The notes on the clipboard; none where something else lies there, nothing, or damage."""
    content = bytes(data.data(MIME).data()) if data is not None else b""
    if not content or len(content) > _MOST_BYTES:
        return []
    try:
        copied = msgspec.json.decode(content, type=_Copied)
    except msgspec.MsgspecError:
        return []
    return [Note(*row) for row in copied.notes if _sound(row)]


def _sound(row: tuple[float, int, float, int, float]) -> bool:
    """Whether a note can be so: another program may have written it."""
    onset, pitch, offset, velocity, strength = row
    return (
        all(map(math.isfinite, (onset, offset, strength)))
        and 0 <= onset < offset
        and 0 <= pitch <= 127
        and 1 <= velocity <= 127
        and 0 <= strength <= 1
    )
