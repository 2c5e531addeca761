"""Changing notes by hand: from chosen notes to the edits that change them.

Pure functions. Every one keeps what is possible: onsets from 0, ends within the song, pitches 0 to
127, velocities 1 to 127, at least 10 ms of length. A note that would get the id of another stands
a millisecond later (one key, one millisecond, one note), so nothing is ever lost by moving it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from studio.music.notes import Note
from studio.music.quantise import nearest_lines
from studio.music.take import Edit, changing
from studio.music.tempo import TempoMap

SHORTEST = 0.01
_STEP = 0.001

Edits = tuple[Edit, ...]
_Change = tuple[Note, Note]


@dataclass(frozen=True, slots=True)
class Room:
    """Where notes may stand.

    Attributes:
        duration: Length of the song in seconds.
        taken: Ids of all notes that are there; those being changed leave their own.
    """

    duration: float
    taken: Set[str] = frozenset()


def added(notes: Iterable[Note], room: Room) -> Edits:
    """New notes."""
    used = set(room.taken)
    placed = [_placed(note, room.duration, used) for note in notes]
    return tuple(Edit("add", note.id, note) for note in placed)


def promoted(ghosts: Iterable[Note]) -> Edits:
    """Candidates become notes that stay at any threshold."""
    return tuple(Edit("add", ghost.id, ghost) for ghost in ghosts)


def deleted(notes: Iterable[Note]) -> Edits:
    """No notes any more; the candidates among them are ghosts."""
    return tuple(Edit("remove", note.id) for note in notes)


def moved(
    notes: Sequence[Note], room: Room, seconds: float = 0.0, pitches: Sequence[int] | None = None
) -> Edits:
    """Elsewhere in time, all by ``seconds`` or as much of it as there is room for, and in pitch.

    Args:
        pitches: The new pitch of each note; as it was where it is None.
    """
    if not notes:
        return ()
    seconds = within(notes, room.duration, seconds)
    wanted = [note.pitch for note in notes] if pitches is None else pitches
    return _changed(
        [
            (note, replace(note, onset=note.onset + seconds, offset=note.offset + seconds, pitch=p))
            for note, p in zip(notes, wanted, strict=True)
        ],
        room,
    )


def within(notes: Iterable[Note], duration: float, seconds: float) -> float:
    """As much of a move by ``seconds`` as keeps all notes in a song of ``duration``."""
    spans = [(note.onset, note.offset) for note in notes]
    first, last = min(onset for onset, _ in spans), max(offset for _, offset in spans)
    return min(max(seconds, -first), max(0.0, duration - last))


def transposed(notes: Sequence[Note], room: Room, semitones: int) -> Edits:
    """Higher or lower, all by as many semitones as there is room for."""
    if not notes:
        return ()
    lowest, highest = min(n.pitch for n in notes), max(n.pitch for n in notes)
    semitones = min(max(semitones, -lowest), 127 - highest)
    return moved(notes, room, pitches=[note.pitch + semitones for note in notes])


def resized(notes: Sequence[Note], room: Room, start: float = 0.0, end: float = 0.0) -> Edits:
    """The start ``start`` seconds later, the end ``end`` seconds later; 10 ms stay."""
    return _changed([(note, resized_note(note, start, end)) for note in notes], room)


def resized_note(note: Note, start: float, end: float) -> Note:
    """One note with its start and end moved."""
    onset = max(0.0, min(note.onset + start, note.offset - SHORTEST))
    return replace(note, onset=onset, offset=max(note.offset + end, onset + SHORTEST))


def split(notes: Sequence[Note], room: Room, at: float) -> Edits:
    """Two notes of each that sounds at ``at``; where a part would be too short, as it was."""
    cut = [n for n in notes if n.onset + SHORTEST <= at <= n.offset - SHORTEST]
    changes = _changed([(note, replace(note, offset=at)) for note in cut], room)
    return (*changes, *added((replace(note, onset=at) for note in cut), room))


def joined(notes: Sequence[Note], room: Room) -> Edits:
    """One note of all that have the same pitch, from the first start to the last end."""
    changes: list[_Change] = []
    gone: list[Note] = []
    for _, group in groupby(sorted(notes, key=lambda n: (n.pitch, n.onset)), lambda n: n.pitch):
        first, *rest = group
        if rest:
            end = max(note.offset for note in (first, *rest))
            changes.append((first, replace(first, offset=end)))
            gone += rest
    return (*deleted(gone), *_changed(changes, room))


def velocities(notes: Sequence[Note], room: Room, by: int) -> Edits:
    """Louder or softer."""
    return _changed([(n, replace(n, velocity=n.velocity + by)) for n in notes], room)


def quantised(
    notes: Sequence[Note],
    room: Room,
    tempo: TempoMap,
    division: float,
    strength: float = 1.0,
    swing: float = 0.0,
) -> Edits:
    """Onsets towards the grid, of which a line lies on every bar line; lengths stay.

    Args:
        division: Quarter notes between two lines: 0.25 is a sixteenth.
        strength: How much of the way, 0 to 1.
        swing: 0 is even; 1 delays every second line by a third of a division, as in triplets.
    """
    if not notes:
        return ()
    onset = np.array([note.onset for note in notes])
    lines = nearest_lines(onset, tempo, division, swing, tempo.first_bar)
    shift = strength * (lines - onset)
    return _changed(
        [
            (note, replace(note, onset=note.onset + by, offset=note.offset + by))
            for note, by in zip(notes, shift.tolist(), strict=True)
        ],
        room,
    )


def pasted(notes: Sequence[Note], room: Room, at: float) -> Edits:
    """Copies, the first at ``at``; those that would begin after the song are left out."""
    first = min((note.onset for note in notes), default=0.0)
    shifted = [replace(n, onset=n.onset - first + at, offset=n.offset - first + at) for n in notes]
    return added((note for note in shifted if note.onset <= room.duration - SHORTEST), room)


def _changed(changes: list[_Change], room: Room) -> Edits:
    """Edits for (before, after); what comes out as it was is left out."""
    used = set(room.taken) - {before.id for before, _ in changes}
    placed = {before.id: _placed(after, room.duration, used) for before, after in changes}
    same = {before.id for before, _ in changes if placed[before.id] == before}
    return tuple(changing({name: note for name, note in placed.items() if name not in same}))


def _placed(note: Note, duration: float, used: set[str]) -> Note:
    """``note`` as it may be, at a free id, which is ``used`` from then on."""
    note = _possible(note, duration)
    step = _STEP
    while note.id in used:
        if note.onset + step > duration - SHORTEST:
            step = -_STEP
        note = replace(note, onset=note.onset + step, offset=note.offset + step)
    note = _possible(note, duration) if note.offset > duration else note
    used.add(note.id)
    return note


def _possible(note: Note, duration: float) -> Note:
    """The nearest note that can be."""
    onset = min(max(note.onset, 0.0), max(0.0, duration - SHORTEST))
    return Note(
        onset,
        min(max(note.pitch, 0), 127),
        min(max(note.offset, onset + SHORTEST), max(duration, onset + SHORTEST)),
        min(max(note.velocity, 1), 127),
        note.strength,
    )
