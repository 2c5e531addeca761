"""What can be done with the chosen notes, whoever asks: a key, the mouse or a menu."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from studio.gui import words
from studio.gui.roll import clipboard, edits
from studio.gui.roll.geometry import note_at
from studio.gui.roll.rows import Rows
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.take import Edit, key_of, keys

_FREE_STEP = 0.05  # seconds an arrow moves where no beat is known
_VELOCITY = 80  # of a note drawn by hand
_DRAWN_SECONDS = 0.25


class Acts(QObject):
    """Changes the notes of ``model``; each is one step of undo, a row of the same key too.

    Attributes:
        model: The take; None where none is open.
        division: Quarter notes between two lines of the grid.
        strength, swing: How ``quantise`` moves, 0 to 1 each.

    Signals:
        audition(pitch, velocity): this is to be heard.
        reached(note): the walk came to this note; it is to be seen.
    """

    audition = Signal(int, int)
    reached = Signal(object)

    def __init__(self, axis: TimeAxis, rows: Rows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model: TakeModel | None = None
        self.division = 0.25
        self.strength = 1.0
        self.swing = 0.0
        self._axis = axis
        self._rows = rows

    # What is chosen

    @property
    def notes(self) -> Notes:
        """What plays."""
        return NO_NOTES if self.model is None else self.model.notes

    @property
    def ghosts(self) -> Notes:
        """What does not, but could."""
        return NO_NOTES if self.model is None else self.model.ghosts

    def chosen(self) -> list[Note]:
        """The selected notes."""
        return list(self.notes.where(self.marked(self.notes)))

    def chosen_ghosts(self) -> list[Note]:
        """The selected candidates that are not kept."""
        return list(self.ghosts.where(self.marked(self.ghosts)))

    def marked(self, notes: Notes) -> NDArray[np.bool_]:
        """Which of ``notes`` are selected."""
        selection = frozenset[str]() if self.model is None else self.model.selection
        wanted = np.array([key_of(name) for name in selection], np.int64)
        return np.isin(keys(notes), wanted)

    def room(self) -> edits.Room:
        """Where a changed note may go."""
        taken = TakeModel.ids(self.notes)
        return edits.Room(self._axis.duration, frozenset(taken))

    def step(self) -> float:
        """Seconds of one step of the grid, here and now."""
        tempo = self._axis.tempo
        if tempo is None:
            return _FREE_STEP
        here = tempo.beats(np.array([self._axis.playhead]))
        return float((tempo.seconds(here + self.division) - tempo.seconds(here))[0])

    # Changing

    def move(self, steps: int) -> None:
        """Along the grid."""
        notes, seconds = self.chosen(), steps * self.step()
        self._do(edits.moved(notes, self.room(), seconds), self.tr("Move {}"), notes, "move")

    def shift(self, rows: int) -> None:
        """By rows: semitones, or pieces of the kit."""
        notes = self.chosen()
        self.place(notes, 0.0, rows, "shift")
        self._hear(self.chosen())

    def place(self, notes: Sequence[Note], seconds: float, rows: int, merge: str = "") -> None:
        """Elsewhere, in time and by rows at once."""
        pitches = self._rows.shifted(np.array([note.pitch for note in notes], np.int64), rows)
        changes = edits.moved(notes, self.room(), seconds, pitches.tolist())
        label = self.tr("Move {}") if seconds else self.tr("Transpose {}")
        self._do(changes, label, notes, merge)

    def lengthen(self, steps: int) -> None:
        """Longer or shorter by steps of the grid."""
        self.resize(self.chosen(), 0.0, steps * self.step(), "resize")

    def resize(self, notes: Sequence[Note], start: float, end: float, merge: str = "") -> None:
        """Starts and ends by seconds."""
        self._do(edits.resized(notes, self.room(), start, end), self.tr("Resize {}"), notes, merge)

    def louder(self, by: int) -> None:
        """Velocity, by steps of MIDI."""
        notes = self.chosen()
        self._do(edits.velocities(notes, self.room(), by), self.tr("Velocity of {}"), notes, "loud")
        self._hear(self.chosen())

    def delete(self) -> None:
        """The selected notes; candidates become ghosts again."""
        notes = self.chosen()
        self._do(edits.deleted(notes), self.tr("Delete {}"), notes)

    def remove(self, note: Note) -> None:
        """One note, selected or not."""
        self._do(edits.deleted([note]), self.tr("Delete {}"), [note])

    def keep(self) -> None:
        """The selected ghosts become notes."""
        self.promote(self.chosen_ghosts())

    def promote(self, ghosts: Sequence[Note]) -> None:
        """These ghosts become notes."""
        self._do(edits.promoted(ghosts), self.tr("Keep {}"), ghosts)
        self._hear(ghosts)

    def quantise(self) -> None:
        """Selected notes, or else all, onto the grid."""
        tempo, notes = self._axis.tempo, self.chosen() or list(self.notes)
        if tempo is not None:
            room = self.room()
            made = edits.quantised(notes, room, tempo, self.division, self.strength, self.swing)
            self._do(made, self.tr("Quantise {}"), notes)

    def join(self) -> None:
        """Selected notes of the same pitch become one."""
        notes = self.chosen()
        self._do(edits.joined(notes, self.room()), self.tr("Join {}"), notes)

    def split_at_playhead(self) -> None:
        """Selected notes, or else all, where the music is."""
        self.split(self.chosen() or list(self.notes), self._axis.playhead)

    def split(self, notes: Sequence[Note], seconds: float) -> None:
        """These notes, at one time."""
        cut = [note for note in notes if note.onset < seconds < note.offset]
        self._do(edits.split(cut, self.room(), seconds), self.tr("Split {}"), cut)

    def drawn(self, onset: float, pitch: int) -> Note:
        """A new note as the pencil makes it, a step of the grid long."""
        length = _DRAWN_SECONDS if self._axis.tempo is None else self.step()
        return Note(onset, pitch, onset + length, _VELOCITY)

    def add(self, note: Note) -> None:
        """A note drawn by hand; it is selected."""
        changes = edits.added([note], self.room())
        self._do(changes, self.tr("Add {}"), [note])
        self._select(changes)

    # Choosing

    def select_all(self) -> None:
        """All notes, no ghosts."""
        if self.model is not None:
            self.model.select(TakeModel.ids(self.notes))

    def walk(self, step: int, ghosts: bool = False) -> None:
        """To the next (1) or the previous (-1) note or ghost in time, from the selected one."""
        among = self.ghosts if ghosts else self.notes
        if self.model is None or not len(among):
            return
        order = np.lexsort((keys(among), among.onset))
        now = self._selected_place(step)
        if now is None:
            first = int(np.searchsorted(among.onset, self._axis.playhead))
            index = first if step > 0 else first - 1
        else:
            times, names = among.onset[order], keys(among)[order]
            before = (times < now[0]) | ((times == now[0]) & (names < now[1]))
            here = (times == now[0]) & (names == now[1])
            index = int((before | here).sum()) if step > 0 else int(before.sum()) - 1
        index = int(order[min(max(index, 0), len(among) - 1)])
        note = note_at(among, index)
        self.model.select([note.id])
        self._hear([note])
        self.reached.emit(note)

    def _selected_place(self, step: int) -> tuple[float, int] | None:
        """Time and key of the last (or first) selected note or ghost."""
        chosen = [*self.chosen(), *self.chosen_ghosts()]
        places = [(note.onset, key_of(note.id)) for note in chosen]
        return None if not places else max(places) if step > 0 else min(places)

    # Clipboard

    def copy(self) -> None:
        """The selected notes."""
        notes = self.chosen()
        if notes:
            QGuiApplication.clipboard().setMimeData(clipboard.put(notes))

    def cut(self) -> None:
        """Copied, and deleted."""
        notes = self.chosen()
        self.copy()
        self._do(edits.deleted(notes), self.tr("Cut {}"), notes)

    def paste(self) -> None:
        """What was copied, from the playhead on; it is selected."""
        notes = clipboard.take(QGuiApplication.clipboard().mimeData())
        changes = edits.pasted(notes, self.room(), self._axis.playhead)
        self._do(changes, self.tr("Paste {}"), notes)
        self._select(changes)

    # Inside

    def _do(
        self, changes: Sequence[Edit], label: str, notes: Sequence[Note], merge: str = ""
    ) -> None:
        if self.model is not None and changes:
            self.model.apply(changes, label.format(self._counted(len(notes))), merge)

    def _select(self, changes: Sequence[Edit]) -> None:
        if self.model is not None and changes:
            self.model.select(edit.note.id for edit in changes if edit.note is not None)

    def _hear(self, notes: Sequence[Note]) -> None:
        """A single note only: a chord of hundreds helps nobody."""
        if len(notes) == 1:
            self.audition.emit(notes[0].pitch, notes[0].velocity)

    def _counted(self, number: int) -> str:
        if number == 1:
            return self.tr("1 note")
        return self.tr("{} notes").format(words.count(number))
