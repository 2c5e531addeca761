"""A take: candidates, what chooses among them, and edits that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.take import Edit, Take, TakeOptions, changing, choose, squash


@st.composite
def candidates(draw: st.DrawFn) -> Notes:
    """Notes with ids of their own, of any strength."""
    places = draw(st.sets(st.tuples(st.integers(0, 40), st.integers(0, 127)), max_size=25))
    lengths = [draw(st.integers(1, 50)) / 100 for _ in places]
    strengths = [draw(st.floats(0, 1, width=32)) for _ in places]
    return Notes.of(
        Note(place / 10, pitch, place / 10 + length, 80, strength)
        for (place, pitch), length, strength in zip(sorted(places), lengths, strengths, strict=True)
    )


def take(notes: Notes, threshold: float = 0.55) -> Take:
    """A take of a bass."""
    return Take("bass", "spectral", "bass", notes, TakeOptions(onset_threshold=threshold))


def ids(notes: Notes) -> set[str]:
    """The notes' names."""
    return {note.id for note in notes}


@given(notes=candidates(), low=st.floats(0, 1), high=st.floats(0, 1))
def test_a_higher_threshold_gives_a_subset(notes: Notes, low: float, high: float) -> None:
    """Whatever the candidates."""
    low, high = sorted((low, high))
    heard = take(notes)

    assert ids(heard.at(high).notes()) <= ids(heard.at(low).notes())
    assert heard.at(0.0).notes() == notes


@given(notes=candidates(), threshold=st.floats(0, 1, width=32))
def test_a_note_is_there_up_to_its_strength(notes: Notes, threshold: float) -> None:
    """At the threshold that equals its strength it still is; an empty take is no special case."""
    kept = take(notes, threshold).notes()

    assert ids(kept) == {note.id for note in notes if note.strength >= threshold}


def test_the_default_threshold_keeps_a_note_of_that_strength() -> None:
    """0.55 is no float32: the comparison is made in the column's own precision."""
    note = Note(0.0, 60, 1.0, 80, 0.55)

    assert len(take(Notes.of([note])).notes()) == 1


def test_options_also_choose_by_length_and_pitch() -> None:
    """Both pitches are kept that are named."""
    notes = Notes.of(
        [Note(0.0, pitch, length) for pitch, length in ((40, 1.0), (50, 1.0), (60, 0.1))]
    )

    assert choose(notes, TakeOptions(shortest=0.5)).pitch.tolist() == [40, 50]
    assert choose(notes, TakeOptions(lowest_pitch=50)).pitch.tolist() == [50, 60]
    assert choose(notes, TakeOptions(highest_pitch=50)).pitch.tolist() == [40, 50]


@given(frame=st.integers(0, 100_000))
def test_a_note_as_long_as_the_shortest_is_kept_wherever_it_stands(frame: int) -> None:
    """Frames of 10 ms: the difference of two times is off by a rounding."""
    note = Note(frame / 100, 60, (frame + 5) / 100)

    assert len(choose(Notes.of([note]), TakeOptions(shortest=0.05))) == 1


@given(notes=candidates(), threshold=st.floats(0, 1), data=st.data())
def test_an_edit_leaves_all_other_notes(
    notes: Notes, threshold: float, data: st.DataObject
) -> None:
    """Removing and changing touch the one note they name."""
    heard = take(notes, threshold)
    before = list(heard.notes())
    if not before:
        return
    chosen = data.draw(st.sampled_from(before))
    longer = Note(chosen.onset, chosen.pitch, chosen.offset + 1)

    removed = heard.edited(Edit("remove", chosen.id))
    changed = heard.edited(Edit("change", chosen.id, longer))

    rest = [note for note in before if note != chosen]
    assert list(removed.notes()) == rest
    assert list(changed.notes()) == sorted([*rest, longer])


@given(notes=candidates(), threshold=st.floats(0, 1))
def test_edits_survive_any_threshold(notes: Notes, threshold: float) -> None:
    """What was added or changed by hand is there, what was removed is not."""
    added = Note(100.0, 60, 101.0)
    heard = take(notes).edited(Edit("add", added.id, added))
    for note in notes:
        heard = heard.edited(Edit("remove", note.id))

    assert list(heard.at(threshold).notes()) == [added]


@given(notes=candidates())
def test_undo_is_dropping_the_last_edit(notes: Notes) -> None:
    """A take is a value: the one before is still what it was."""
    heard = take(notes)
    before = heard.notes()
    added = Note(100.0, 60, 101.0)

    edited = heard.edited(Edit("add", added.id, added))

    assert edited.edits[:-1] == heard.edits
    assert heard.notes() == before
    assert len(edited.notes()) == len(before) + 1


def test_a_moved_note_goes_by_its_new_id() -> None:
    """One sees a note, and edits what one sees: its id is that of where it now stands."""
    note, moved = Note(1.0, 60, 2.0), Note(1.0, 62, 2.0)
    heard = take(Notes.of([note])).edited(Edit("change", note.id, moved))
    assert list(heard.notes()) == [moved]

    seen = next(iter(heard.notes()))
    longer = Note(1.0, 62, 3.0)

    assert list(heard.edited(Edit("remove", seen.id)).notes()) == []
    assert list(heard.edited(Edit("change", seen.id, longer)).notes()) == [longer]


def test_a_note_moved_onto_another_takes_its_place() -> None:
    """A key is struck once at a time."""
    one, other = Note(1.0, 60, 2.0), Note(1.0, 62, 3.0)
    moved = Note(1.0, 62, 2.0)

    heard = take(Notes.of([one, other])).edited(Edit("change", one.id, moved))

    assert list(heard.notes()) == [moved]


def test_removing_what_is_not_there_does_nothing() -> None:
    """It may lie below the threshold."""
    weak = Note(1.0, 60, 2.0, 80, 0.1)
    heard = take(Notes.of([weak]), 0.5).edited(Edit("remove", weak.id))

    assert heard.notes() == NO_NOTES
    assert heard.at(0.0).notes() == NO_NOTES


@pytest.mark.parametrize("action", ["add", "change"])
def test_a_hand_made_note_stays_above_its_strength(action: str) -> None:
    """The hand outranks the threshold."""
    weak = Note(1.0, 60, 2.0, 80, 0.1)
    heard = take(Notes.of([]), 0.9).edited(Edit(action, weak.id, weak))  # type: ignore[arg-type]

    assert list(heard.notes()) == [Note(1.0, 60, 2.0, 80, float(np.float32(0.1)))]


@given(order=st.permutations(range(6)))
def test_notes_may_change_places(order: list[int]) -> None:
    """In a row or in a circle: none is lost on the way."""
    notes = [Note(float(k), 60, k + 0.5, 10 + k) for k in range(6)]
    goals = {
        note.id: Note(float(to), 60, to + 0.5, note.velocity)
        for note, to in zip(notes, order, strict=True)
    }
    heard = Take("bass", "spectral", "bass", Notes.of(notes), TakeOptions(0.0))

    for edit in changing(goals):
        heard = heard.edited(edit)

    assert list(heard.notes()) == sorted(goals.values())


@given(steps=st.lists(st.integers(-3, 3), min_size=1, max_size=12))
def test_squashing_keeps_where_notes_end(steps: list[int]) -> None:
    """Two notes pushed about together are moved once each, or not at all."""
    notes = [Note(1.0, 60, 2.0), Note(1.0, 62, 2.0)]
    heard = Take("bass", "spectral", "bass", Notes.of(notes), TakeOptions(0.0))
    for step in steps:
        now = list(heard.notes())
        for edit in changing({n.id: Note(1.0, n.pitch + step, 2.0) for n in now}):
            heard = heard.edited(edit)

    short = Take("bass", "spectral", "bass", Notes.of(notes), TakeOptions(0.0))
    for edit in squash(heard.edits):
        short = short.edited(edit)

    assert short.notes() == heard.notes()
    assert len(short.edits) <= 3
