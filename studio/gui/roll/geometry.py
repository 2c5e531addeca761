"""Where notes lie in the roll, and which one lies under the pointer: numpy on columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from studio.gui.roll.rows import Rows
from studio.gui.state.timeaxis import TimeAxis
from studio.music.notes import Note, Notes

GHOST_HEIGHT = 0.56
EDGE = 5  # pixels at the ends of a note that take hold of its end
_LEAST_WIDTH = 3.0
_EASY_WIDTH = 14.0  # narrower notes have no ends to take hold of, so that they can be moved
_LARGEST_DIAMOND = 14.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Rectangles of notes in pixels, each array of shape (notes,).

    Attributes:
        index: Which of the notes each belongs to.
    """

    index: NDArray[np.int64]
    x: Floats
    y: Floats
    width: Floats
    height: float

    def rects(self, inset: float = 0.0) -> list[QRectF]:
        """As Qt wants them, smaller by ``inset`` on every side."""
        height = self.height - 2 * inset
        columns = (self.x + inset, self.y + inset, self.width - 2 * inset)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [QRectF(x, y, w, height) for x, y, w in rows]

    def where(self, mask: NDArray[np.bool_]) -> Boxes:
        """Those for which ``mask`` holds."""
        return Boxes(self.index[mask], self.x[mask], self.y[mask], self.width[mask], self.height)


@dataclass(frozen=True, slots=True)
class Geometry:
    """The roll as it lies now: times to x by the axis, pitches to y by the rows.

    Attributes:
        width: Of the roll, in pixels.
        ratio: Device pixels a pixel; edges of notes lie on device pixels.
    """

    axis: TimeAxis
    rows: Rows
    width: float
    ratio: float = 1.0

    def boxes(self, notes: Notes, clip: QRectF, ghosts: bool = False) -> Boxes:
        """The rectangles of those notes that reach into ``clip``."""
        scale = self.width / self.axis.span
        reach = self._reach()
        start = self.axis.start + (clip.left() - reach) / scale
        end = self.axis.start + (clip.right() + reach) / scale
        last = int(np.searchsorted(notes.onset, end, side="right"))
        seen = np.flatnonzero(notes.offset[:last] >= start)
        y = self.rows.tops(notes.pitch[seen])
        inside = (y + self.rows.height > clip.top()) & (y < clip.bottom())
        seen, y = seen[inside], y[inside]
        x = (notes.onset[seen] - self.axis.start) * scale
        right = (notes.offset[seen] - self.axis.start) * scale
        return self._snapped(seen, x, right, y, ghosts)

    def box(self, note: Note, ghost: bool = False) -> QRectF:
        """The rectangle of one note, in view or not."""
        notes = Notes.of([note])
        x = self.axis.x(note.onset, self.width)
        right = self.axis.x(note.offset, self.width)
        y = self.rows.tops(notes.pitch)
        zero = np.zeros(1, np.int64)
        return self._snapped(zero, np.array([x]), np.array([right]), y, ghost).rects()[0]

    def at(self, notes: Notes, x: float, y: float, ghosts: bool = False) -> int | None:
        """The index of the note under a point: the last that begins there."""
        boxes = self.boxes(notes, QRectF(x - 1, y - 1, 2, 2), ghosts)
        near = 2.0  # pixels around, for the small ones
        hit = (
            (boxes.x - near <= x)
            & (x <= boxes.x + boxes.width + near)
            & (boxes.y - near <= y)
            & (y <= boxes.y + boxes.height + near)
        )
        found = boxes.index[hit]
        return int(found[-1]) if len(found) else None

    def within(self, notes: Notes, area: QRectF, ghosts: bool = False) -> NDArray[np.int64]:
        """The indices of the notes that ``area`` touches."""
        boxes = self.boxes(notes, area, ghosts)
        hit = (
            (boxes.x < area.right())
            & (boxes.x + boxes.width > area.left())
            & (boxes.y < area.bottom())
            & (boxes.y + boxes.height > area.top())
        )
        return boxes.index[hit]

    def end_under(self, note: Note, x: float) -> str:
        """Which end of ``note`` lies under ``x``: "start", "end" or neither, ""."""
        box = self.box(note)
        if self.rows.drums or box.width() < _EASY_WIDTH:
            return ""
        if x >= box.right() - EDGE:
            return "end"
        return "start" if x <= box.left() + EDGE else ""

    def _reach(self) -> float:
        """How far a note may be drawn beyond its times."""
        return self.diamond() if self.rows.drums else _LEAST_WIDTH

    def diamond(self) -> float:
        """Width of a hit, in pixels."""
        return min(_LARGEST_DIAMOND, max(4.0, self.rows.height - 2))

    def _snapped(
        self, index: NDArray[np.int64], x: Floats, right: Floats, y: Floats, ghosts: bool
    ) -> Boxes:
        """Rectangles on device pixels, at least wide enough to see and to hit."""
        ratio, row = self.ratio, self.rows.height
        if self.rows.drums:
            size = self.diamond() * (GHOST_HEIGHT + 0.14 if ghosts else 1.0)
            left, width, height = x - size / 2, np.full(len(x), size), size
        else:
            left, width = x, np.maximum(right - x - 1 / ratio, _LEAST_WIDTH)
            height = max(3.0, row * GHOST_HEIGHT) if ghosts else max(2.0, row - 1)
        height = max(2.0, round(height * ratio)) / ratio
        top = y + (row - height) / 2
        return Boxes(
            index,
            np.round(left * ratio) / ratio,
            np.round(top * ratio) / ratio,
            np.maximum(2.0, np.round(width * ratio)) / ratio,
            height,
        )


def note_at(notes: Notes, index: int) -> Note:
    """One of the notes."""
    return Note(
        float(notes.onset[index]),
        int(notes.pitch[index]),
        float(notes.offset[index]),
        int(notes.velocity[index]),
        float(notes.strength[index]),
    )
