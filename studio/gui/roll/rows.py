"""Rows of the roll: which pitch lies where, how high a row is, and what of it is in view.

A row a semitone, or for drums a row a piece of the kit. Rows are counted from the lowest.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from studio.gui import words
from studio.midi.general import drum_name

LOWEST_HEIGHT, HIGHEST_HEIGHT = 4.0, 40.0
_EASY = (10.0, 18.0)  # what "fit" chooses between
# The kit from its lowest sound to its highest: bass drums, snares, toms, hats, cymbals.
_KIT = (36, 35, 38, 40, 37, 39, 41, 43, 45, 47, 48, 50, 42, 44, 46, 51, 53, 59, 49, 57, 52, 55)
_USUAL_KIT = (36, 38, 42, 46, 49, 51)


class Rows(QObject):
    """The vertical axis of a roll and its keyboard.

    Signals:
        changed: other rows, another height or another part in view: draw everything anew.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.drums = False
        self.pitches: list[int] = list(range(128))
        self.height = 12.0
        self.bottom = 36.0
        self.viewport = 0
        self._row_of = np.arange(128)
        # The rows to fit once the viewport is known: lowest, highest, and the most used.
        self._wanted: tuple[int, int, int] | None = None

    def load(self, drums: bool, pitches: Iterable[int]) -> None:
        """The rows for a take that has ``pitches``, with all of these in view."""
        used = list(pitches)
        self.drums = drums
        self.pitches = _kit(set(used)) if drums else list(range(128))
        self._row_of = np.full(128, -1)
        self._row_of[self.pitches] = np.arange(len(self.pitches))
        self.fit(self.pitches if drums else used)

    def set_viewport(self, height: int) -> None:
        """The roll is ``height`` pixels high now; what was in its middle stays there."""
        middle = self.bottom + self.viewport / self.height / 2
        self.viewport = height
        if self._wanted is not None:
            self._fit(*self._wanted)
        else:
            self._show(self.height, middle - height / self.height / 2)

    def fit(self, pitches: Iterable[int]) -> None:
        """Bring ``pitches`` into view; as rows stay readable, those most used of too many."""
        rows = self.rows(np.array(list(pitches), np.int64))
        rows = rows[rows >= 0]
        if len(rows):
            self._wanted = (int(rows.min()), int(rows.max()), int(np.median(rows)))
        else:
            self._wanted = (36, 60, 48)
        if self.viewport:
            self._fit(*self._wanted)

    def reveal(self, pitch: int) -> None:
        """Scroll as little as needed to see ``pitch``."""
        row = int(self._row_of[pitch])
        seen = self.viewport / self.height
        if row < self.bottom:
            self._show(self.height, row - 1)
        elif row + 1 > self.bottom + seen:
            self._show(self.height, row + 2 - seen)

    def zoom(self, factor: float, y: float) -> None:
        """Rows ``factor`` times as high; what lies at ``y`` stays there."""
        height = self._clamped(self.height * factor)
        at = self.bottom + (self.viewport - y) / self.height
        self._show(height, at - (self.viewport - y) / height)

    def scroll(self, rows: float) -> None:
        """Look ``rows`` higher."""
        self._show(self.height, self.bottom + rows)

    def rows(self, pitches: NDArray[np.integer]) -> NDArray[np.int64]:
        """The row of each pitch; -1 where the kit has no such piece."""
        return np.asarray(self._row_of[np.asarray(pitches, np.int64)], np.int64)

    def tops(self, pitches: NDArray[np.integer]) -> NDArray[np.float64]:
        """The y at which the row of each pitch begins; below the view where there is none."""
        rows = self.rows(pitches)
        y = self.viewport - (rows + 1 - self.bottom) * self.height
        return np.where(rows < 0, self.viewport + 4 * HIGHEST_HEIGHT, y)

    def top(self, row: int) -> float:
        """The y at which a row begins."""
        return self.viewport - (row + 1 - self.bottom) * self.height

    def pitch_at(self, y: float) -> int:
        """The pitch under ``y``, the nearest one outside."""
        row = int(np.floor(self.bottom + (self.viewport - y) / self.height))
        return self.pitches[min(max(row, 0), len(self.pitches) - 1)]

    def seen(self) -> range:
        """The rows that are at least partly in view."""
        last = int(np.ceil(self.bottom + self.viewport / self.height))
        return range(max(0, int(self.bottom)), min(len(self.pitches), last))

    def shifted(self, pitches: NDArray[np.integer], steps: int) -> NDArray[np.int64]:
        """Each pitch ``steps`` rows higher, all by as many as there is room for."""
        rows = self.rows(pitches)
        if not len(rows) or rows.min() < 0:
            return np.asarray(pitches, np.int64)
        steps = min(max(steps, -int(rows.min())), len(self.pitches) - 1 - int(rows.max()))
        return np.array(self.pitches, np.int64)[rows + steps]

    def name(self, pitch: int) -> str:
        """What people call it: C3, or the piece of the kit."""
        return drum_name(pitch) if self.drums else words.pitch(pitch)

    def _clamped(self, height: float) -> float:
        least = max(LOWEST_HEIGHT, self.viewport / len(self.pitches))
        return min(max(height, least), max(HIGHEST_HEIGHT, least))

    def _fit(self, lowest: int, highest: int, usual: int) -> None:
        air = 0 if self.drums else 2
        low, high = lowest - air, highest + 1 + air
        height = self._clamped(min(max(self.viewport / (high - low), _EASY[0]), _EASY[1]))
        seen = self.viewport / height
        middle = (low + high) / 2
        if high - low > seen:
            middle = min(max(usual + 0.5, low + seen / 2), high - seen / 2)
        self._show(height, middle - seen / 2)
        self._wanted = (lowest, highest, usual)

    def _show(self, height: float, bottom: float) -> None:
        """What changes the view on purpose ends the wish to fit."""
        self._wanted = None
        self.height = self._clamped(height)
        most = max(0.0, len(self.pitches) - self.viewport / self.height)
        self.bottom = min(max(bottom, 0.0), most)
        self.changed.emit()


def _kit(used: set[int]) -> list[int]:
    """Rows of a kit: the usual pieces and all that are ``used``, from low to high."""
    shown = used | set(_USUAL_KIT)
    return [key for key in _KIT if key in shown] + sorted(shown - set(_KIT))
