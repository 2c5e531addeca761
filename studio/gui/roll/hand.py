"""The mouse in the roll: what a press took hold of, what the drag would do, and doing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from studio.gui.roll import edits
from studio.gui.roll.acts import Acts
from studio.gui.roll.geometry import Geometry, note_at
from studio.gui.state.timeaxis import TimeAxis
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.take import id_of, keys

Tool = Literal["select", "draw", "split"]
Kind = Literal["move", "start", "end", "band", "draw", "press", "pan"]
_EXTEND = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


@dataclass(slots=True)
class Drag:
    """One press of the button until it is let go.

    Attributes:
        kind: What is dragged; "press" never becomes a drag.
        anchor: The note under the pointer at the start.
        notes: All notes that go with it.
        before: The selection at the start, which a rubber band adds to.
        seconds, rows: How far it has gone.
        pitches: The pitches at ``rows``; None: as they were.
        moving: Whether the pointer went far enough to mean it.
        onto: A ghost that a click keeps, or a selected note that a click selects alone.
    """

    kind: Kind
    origin: QPointF
    anchor: Note | None = None
    notes: Notes = field(default_factory=lambda: NO_NOTES)
    before: frozenset[str] = frozenset()
    seconds: float = 0.0
    rows: int = 0
    pitches: NDArray[np.int64] | None = None
    moving: bool = False
    onto: Note | None = None
    point: QPointF = field(default_factory=QPointF)


class Hand:
    """Turns presses and moves into acts. It changes nothing before the button is let go."""

    def __init__(self, acts: Acts, axis: TimeAxis) -> None:
        self.tool: Tool = "select"
        self.drag: Drag | None = None
        self.show_ghosts = True
        self._acts = acts
        self._axis = axis
        # The note that the last click made: a second click of a double click does not undo it.
        self._made = ""

    def press(
        self, place: Geometry, at: QPointF, modifiers: Qt.KeyboardModifier, middle: bool = False
    ) -> None:
        """The button went down."""
        model = self._acts.model
        self._made = ""
        if model is None:
            return
        if middle:
            self.drag = Drag("pan", at, point=at)
            return
        note, ghost = self.under(place, at)
        if self.tool == "split" and note is not None:
            self._acts.split([note], self.snapped(place, at.x(), modifiers))
            self.drag = Drag("press", at)
        elif note is not None:
            self._take(place, note, at, modifiers)
        elif ghost is not None:
            self.drag = Drag("press", at, onto=ghost)
        elif self.tool == "draw":
            drawn = self._acts.drawn(
                self.snapped(place, at.x(), modifiers, before=True), place.rows.pitch_at(at.y())
            )
            self.drag = Drag("draw", at, drawn, Notes.of([drawn]), moving=True)
            self._acts.audition.emit(drawn.pitch, drawn.velocity)
        else:
            before = model.selection if modifiers & _EXTEND else frozenset[str]()
            self.drag = Drag("band", at, before=before, point=at)

    def move(self, place: Geometry, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer went on with the button down."""
        drag = self.drag
        if drag is None or drag.kind == "press":
            return
        if not drag.moving:
            far = (at - drag.origin).manhattanLength() >= QApplication.startDragDistance() / 2
            drag.moving = far
        if not drag.moving:
            return
        if drag.kind == "pan":
            self._pan(place, drag, at)
        elif drag.kind == "band":
            drag.point = at
            self._band(place, drag)
        else:
            self._measure(place, drag, at, modifiers)
        drag.point = at

    def release(self) -> None:
        """The button was let go: do it."""
        shown = self.preview()
        drag, self.drag = self.drag, None
        model = self._acts.model
        if drag is None or model is None:
            return
        if not drag.moving:
            self._click(drag)
        elif drag.kind == "move":
            self._acts.place(list(drag.notes), drag.seconds, drag.rows)
        elif drag.kind == "start":
            self._acts.resize(list(drag.notes), drag.seconds, 0.0)
        elif drag.kind == "end":
            self._acts.resize(list(drag.notes), 0.0, drag.seconds)
        elif drag.kind == "draw":
            drawn = note_at(shown, 0)
            self._acts.add(drawn)
            self._made = drawn.id

    def double(self, place: Geometry, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Two clicks: no note here, or a note here."""
        note, ghost = self.under(place, at)
        if note is not None:
            if note.id != self._made:
                self._acts.remove(note)
        elif ghost is not None:
            self._acts.promote([ghost])
        elif self._acts.model is not None:
            onset = self.snapped(place, at.x(), modifiers, before=True)
            note = self._acts.drawn(onset, place.rows.pitch_at(at.y()))
            self._acts.add(note)
            self._acts.audition.emit(note.pitch, note.velocity)

    def cancel(self) -> bool:
        """Let go without doing anything; returns whether something was held."""
        held, self.drag = self.drag is not None, None
        return held

    def preview(self) -> Notes:
        """The dragged notes as they would be."""
        drag = self.drag
        if drag is None or not drag.moving or drag.kind in {"band", "pan", "press"}:
            return NO_NOTES
        start, end = self._ends(drag)
        notes = drag.notes
        onset = notes.onset + start
        offset = np.maximum(notes.offset + end, onset + edits.SHORTEST)
        if drag.kind == "start":
            onset = np.minimum(onset, notes.offset - edits.SHORTEST)
        pitches = notes.pitch if drag.pitches is None else drag.pitches
        return Notes.columns(onset, pitches, offset, notes.velocity, notes.strength)

    def band(self) -> QRectF | None:
        """The rubber band."""
        drag = self.drag
        if drag is None or drag.kind != "band" or not drag.moving:
            return None
        return QRectF(drag.origin, drag.point).normalized()

    def under(self, place: Geometry, at: QPointF) -> tuple[Note | None, Note | None]:
        """The note under the pointer, or else the ghost."""
        notes, ghosts = self._acts.notes, self._acts.ghosts
        index = place.at(notes, at.x(), at.y())
        if index is not None:
            return note_at(notes, index), None
        index = place.at(ghosts, at.x(), at.y(), ghosts=True) if self.show_ghosts else None
        return None, None if index is None else note_at(ghosts, index)

    def snapped(
        self, place: Geometry, x: float, modifiers: Qt.KeyboardModifier, before: bool = False
    ) -> float:
        """The time under ``x`` on the grid, with Alt as it is; ``before``: the line at its left."""
        seconds = self._axis.seconds(x, place.width)
        tempo, division = self._axis.tempo, self._acts.division
        if tempo is None or modifiers & Qt.KeyboardModifier.AltModifier:
            return seconds
        if not before:
            return self._axis.snapped(seconds, division)
        first_bar = tempo.first_bar
        steps = (tempo.beats(np.array([seconds])) - first_bar) / division
        line = np.floor(steps + 1e-6) * division + first_bar
        return max(0.0, float(tempo.seconds(line)[0]))

    # Inside

    def _take(
        self, place: Geometry, note: Note, at: QPointF, modifiers: Qt.KeyboardModifier
    ) -> None:
        """Hold of a note: select it, and be ready to drag it or its end."""
        model = self._acts.model
        assert model is not None
        onto = None
        if modifiers & _EXTEND:
            model.select(model.selection ^ {note.id})
        elif note.id in model.selection:
            onto = note  # a click, not a drag, selects it alone
        else:
            model.select([note.id])
        self._acts.audition.emit(note.pitch, note.velocity)
        kinds: dict[str, Kind] = {"": "move", "start": "start", "end": "end"}
        kind = kinds[place.end_under(note, at.x())]
        chosen = self._acts.notes.where(self._acts.marked(self._acts.notes))
        self.drag = Drag(kind, at, note, chosen, onto=onto) if len(chosen) else None

    def _click(self, drag: Drag) -> None:
        model = self._acts.model
        assert model is not None
        if drag.kind == "band":
            model.select(drag.before)
        elif drag.onto is None:
            return
        elif drag.kind == "press":
            self._acts.promote([drag.onto])
            self._made = drag.onto.id
            model.select([drag.onto.id])
        else:
            model.select([drag.onto.id])

    def _measure(
        self, place: Geometry, drag: Drag, at: QPointF, modifiers: Qt.KeyboardModifier
    ) -> None:
        """How far the notes go: the one held lands on the grid."""
        anchor = drag.anchor
        assert anchor is not None
        if drag.kind == "draw":
            end = self.snapped(place, at.x(), modifiers)
            drag.seconds = max(end, anchor.onset + edits.SHORTEST) - anchor.offset
            if at.x() - drag.origin.x() < 3:
                drag.seconds = 0.0
            return
        by = (at.x() - drag.origin.x()) * self._axis.span / place.width
        edge = anchor.offset if drag.kind == "end" else anchor.onset
        goal = self._axis.x(edge + by, place.width)
        drag.seconds = self.snapped(place, goal, modifiers) - edge if abs(by) > 1e-9 else 0.0
        if drag.kind == "move":
            drag.seconds = edits.within(drag.notes, self._axis.duration, drag.seconds)
            self._climb(place, drag, at)

    def _climb(self, place: Geometry, drag: Drag, at: QPointF) -> None:
        """By whole rows; a new pitch is heard."""
        rows = round((drag.origin.y() - at.y()) / place.rows.height)
        if rows != drag.rows:
            drag.rows = rows
            drag.pitches = place.rows.shifted(drag.notes.pitch, rows)
            anchor = drag.anchor
            if anchor is not None:
                pitch = place.rows.shifted(np.array([anchor.pitch]), rows)
                self._acts.audition.emit(int(pitch[0]), anchor.velocity)

    @staticmethod
    def _ends(drag: Drag) -> tuple[float, float]:
        """Seconds by which starts and ends go."""
        return {
            "move": (drag.seconds, drag.seconds),
            "start": (drag.seconds, 0.0),
        }.get(drag.kind, (0.0, drag.seconds))

    def _band(self, place: Geometry, drag: Drag) -> None:
        """Select what the band touches, beside what was selected."""
        model, area = self._acts.model, self.band()
        assert model is not None
        if area is None:
            return
        notes = self._acts.notes
        touched = place.within(notes, area)
        model.select(drag.before | {id_of(key) for key in keys(notes)[touched].tolist()})

    def _pan(self, place: Geometry, drag: Drag, at: QPointF) -> None:
        gone = at - drag.point
        self._axis.scroll(-gone.x() * self._axis.span / place.width)
        place.rows.scroll(gone.y() / place.rows.height)
