"""The notes of a take as a table: for screen readers, and for who likes figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.gui import words
from studio.gui.roll.geometry import note_at
from studio.gui.state.take import TakeModel
from studio.midi.general import drum_name
from studio.music.notes import NO_NOTES, Note
from studio.music.take import joined, key_of, keys

START, PITCH, LENGTH, VELOCITY, STRENGTH, KEPT = range(6)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_NOWHERE = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class NoteModel(QAbstractTableModel):
    """A row a note, in time; with ``ghosts``, a row a candidate that is not kept as well."""

    def __init__(self, model: TakeModel | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model: TakeModel | None = None
        self._ghosts = True
        self._all = NO_NOTES
        self._keys = np.zeros(0, np.int64)
        self._kept = np.zeros(0, bool)
        self.set_model(model)

    def set_model(self, model: TakeModel | None) -> None:
        """The notes of another take."""
        if self._model is not None:
            self._model.changed.disconnect(self._read)
        self._model = model
        if model is not None:
            model.changed.connect(self._read)
        self._read()

    def set_ghosts_shown(self, shown: bool) -> None:
        """Whether candidates that are not kept have rows."""
        self._ghosts = shown
        self._read()

    def note(self, row: int) -> Note:
        """The note or ghost of a row."""
        return note_at(self._all, row)

    def is_kept(self, row: int) -> bool:
        """Whether the row is a note."""
        return bool(self._kept[row])

    def rows_of(self, ids: frozenset[str]) -> list[int]:
        """The rows of these notes and ghosts, rising."""
        wanted = np.array([key_of(name) for name in ids], np.int64)
        return [int(row) for row in np.flatnonzero(np.isin(self._keys, wanted))]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Notes, and ghosts where they are shown."""
        return 0 if parent.isValid() else len(self._all)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Start, pitch, length, velocity, strength, kept."""
        return 0 if parent.isValid() else 6

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section in {PITCH, KEPT} else _RIGHT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return [
            self.tr("Start"),
            self.tr("Pitch"),
            self.tr("Length"),
            self.tr("Velocity"),
            self.tr("Strength"),
            self.tr("Kept"),
        ][section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell, how they stand, and the whole row for screen readers."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if index.column() in {PITCH, KEPT} else _RIGHT
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), index.column())
        return None

    def _text(self, row: int, column: int) -> str:
        note = self.note(row)
        if column == START:
            return words.clock(note.onset)
        if column == PITCH:
            is_drum = self._model is not None and self._model.kind == "drums"
            return drum_name(note.pitch) if is_drum else words.pitch(note.pitch)
        if column == LENGTH:
            return self.tr("{} s").format(words.hundredths(note.offset - note.onset))
        if column == VELOCITY:
            return str(note.velocity)
        return words.hundredths(note.strength) if column == STRENGTH else self._state(row, note)

    def _state(self, row: int, note: Note) -> str:
        if not self._kept[row]:
            return self.tr("ghost")
        by_hand = self._model is not None and note.id in self._model.edited_ids
        return self.tr("by hand") if by_hand else self.tr("kept")

    def _read(self) -> None:
        self.beginResetModel()
        model = self._model
        notes = NO_NOTES if model is None else model.notes
        ghosts = model.ghosts if model is not None and self._ghosts else NO_NOTES
        self._all = joined(notes, ghosts)
        self._keys = keys(self._all)
        self._kept = np.isin(self._keys, keys(notes))
        self.endResetModel()
