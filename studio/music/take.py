"""A take: the candidates one engine found in a stem, the options that choose, and the edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.music.notes import Note, Notes

# An id as one integer is pitch times this, plus milliseconds: 277 hours fit.
_PITCH = 1_000_000_000
# Seconds by which a difference of two times may be off.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class TakeOptions:
    """What chooses notes among the candidates.

    Attributes:
        onset_threshold: In [0, 1]; a higher one keeps a subset.
        shortest: Notes shorter than this many seconds are dropped.
        lowest_pitch, highest_pitch: MIDI numbers, both kept.
    """

    onset_threshold: float = 0.55
    shortest: float = 0.0
    lowest_pitch: int = 0
    highest_pitch: int = 127


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by hand, on a note's id: it holds whatever the threshold.

    ``change`` and ``remove`` name a note by ``id``, as it was before this edit; ``add`` and
    ``change`` carry the new ``note``, which goes by its own id from then on.
    """

    action: Literal["add", "change", "remove"]
    id: str
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """Notes of one stem, as one engine heard them.

    Attributes:
        stem: The stem's name.
        engine: The detector's name.
        kind: What it was transcribed as: vocals, bass, drums, piano, guitar or other.
        candidates: Everything decoded at the lowest threshold, each with its strength.
        options: What chooses among them.
        edits: The log; undo is dropping its last.
    """

    stem: str
    engine: str
    kind: str
    candidates: Notes
    options: TakeOptions = field(default_factory=TakeOptions)
    edits: tuple[Edit, ...] = ()

    def at(self, onset_threshold: float) -> Take:
        """The same take at another threshold."""
        return replace(self, options=replace(self.options, onset_threshold=onset_threshold))

    def edited(self, edit: Edit) -> Take:
        """The take with one more edit."""
        return replace(self, edits=(*self.edits, edit))

    def notes(self) -> Notes:
        """What plays: the candidates the options keep, then the edits in order.

        A note that was changed by hand stays, whatever the threshold.
        """
        kept = choose(self.candidates, self.options)
        if not self.edits:
            return kept
        settled = settle(self.edits)
        return joined(kept.where(~np.isin(keys(kept), settled.touched)), settled.notes)


def choose(candidates: Notes, options: TakeOptions) -> Notes:
    """The candidates that ``options`` keep; a higher threshold gives a subset."""
    return candidates.where(kept_by(candidates, options))


def kept_by(candidates: Notes, options: TakeOptions) -> NDArray[np.bool_]:
    """Which of the candidates ``options`` keep, of shape (candidates,)."""
    return (
        (candidates.strength >= np.float32(options.onset_threshold))
        & (candidates.offset - candidates.onset >= options.shortest - _ROUNDING)
        & (candidates.pitch >= options.lowest_pitch)
        & (candidates.pitch <= options.highest_pitch)
    )


def keys(notes: Notes) -> NDArray[np.int64]:
    """The ids of ``notes`` as integers, of shape (notes,): what arrays compare quickly."""
    return notes.pitch.astype(np.int64) * _PITCH + np.rint(notes.onset * 1000).astype(np.int64)


def key_of(name: str) -> int:
    """The integer of one id, as in ``keys``."""
    pitch, _, milliseconds = name.partition("@")
    return int(pitch) * _PITCH + int(milliseconds)


def id_of(key: int) -> str:
    """The id of one integer of ``keys``."""
    return f"{key // _PITCH}@{key % _PITCH}"


def joined(one: Notes, other: Notes) -> Notes:
    """The notes of both, sorted."""
    return Notes.columns(
        *(
            np.concatenate([getattr(one, name), getattr(other, name)])
            for name in ("onset", "pitch", "offset", "velocity", "strength")
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """What a log of edits comes to, whatever the candidates.

    Attributes:
        notes: The notes made or changed by hand that are there in the end.
        touched: Keys of all ids the log speaks of; of these only ``notes`` are there.
        moved: Keys of the places that ``notes`` came from and stand no longer at.
    """

    notes: Notes
    touched: NDArray[np.int64]
    moved: NDArray[np.int64]


def settle(edits: Iterable[Edit]) -> Settled:
    """Follow the log from start to end, once."""
    standing: dict[str, tuple[str, Note]] = {}  # id -> id it came from, note
    touched: set[str] = set()
    for edit in edits:
        origin, _ = standing.pop(edit.id, (edit.id, None))
        touched.add(edit.id)
        if edit.action != "remove" and edit.note is not None:
            touched.add(edit.note.id)
            standing[edit.note.id] = (origin, edit.note)
    moved = [origin for origin, note in standing.values() if origin not in standing]
    return Settled(
        Notes.of(note for _, note in standing.values()),
        np.array(sorted(map(key_of, touched)), np.int64),
        np.array(sorted(map(key_of, moved)), np.int64),
    )


def squash(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Fewer edits to the same end: a note pushed ten times was moved once.

    Places that a note only passed are not spoken of any more.
    """
    standing: dict[str, tuple[str | None, Note]] = {}  # id -> id before, None if added; note
    removed: dict[str, None] = {}
    for edit in edits:
        known = edit.id in standing
        before: str | None = standing.pop(edit.id)[0] if known else edit.id
        if edit.action == "add" and not known:
            before = None
        if edit.action == "remove" or edit.note is None:
            removed |= {before: None} if before is not None else {}
            continue
        covered = standing.get(edit.note.id)
        if covered is not None and covered[0] is not None:
            removed[covered[0]] = None
        standing[edit.note.id] = (before, edit.note)
    changes = {before: note for before, note in standing.values() if before is not None}
    added = [note for before, note in standing.values() if before is None]
    return (
        *(Edit("remove", name) for name in removed if name not in changes),
        *changing(changes),
        *(Edit("add", note.id, note) for note in added),
    )


def changing(changes: Mapping[str, Note]) -> list[Edit]:
    """Edits that turn each id of ``changes`` into its note, in an order that loses none.

    A note that goes to where another stands waits until that one has gone; where they go in a
    circle, one is taken away and put back. No two of the notes may have the same id.
    """
    edits: list[Edit] = []
    done: set[str] = set()
    for first in changes:
        chain: list[str] = []
        name = first
        while name in changes and name not in done:
            done.add(name)
            chain.append(name)
            name = changes[name].id
        last = chain.pop() if len(chain) > 1 and name == first else None
        edits += [Edit("remove", last)] if last else []
        edits += [Edit("change", old, changes[old]) for old in reversed(chain)]
        edits += [Edit("add", first, changes[last])] if last else []
    return edits
