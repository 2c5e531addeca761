"""One note, and many as columns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.notes import NO_NOTES, Note, Notes


@st.composite
def one_note(draw: st.DrawFn) -> Note:
    """Any note of a short song, on a grid of milliseconds so that notes do collide."""
    onset = draw(st.integers(0, 300)) / 1000
    length = draw(st.integers(1, 300)) / 1000
    strength = float(np.float32(draw(st.floats(0, 1))))
    return Note(
        onset, draw(st.integers(58, 62)), onset + length, draw(st.integers(1, 127)), strength
    )


some_notes = st.lists(one_note(), max_size=20)


@given(notes=some_notes)
def test_columns_hold_what_the_notes_held(notes: list[Note]) -> None:
    """Every note comes back, sorted; strength rounded to float32."""
    assert list(Notes.of(notes)) == sorted(notes)
    assert len(Notes.of(notes)) == len(notes)


@given(notes=some_notes)
def test_columns_are_sorted_by_onset_then_pitch(notes: list[Note]) -> None:
    """Made of notes or of columns in any order."""
    made = Notes.columns(
        np.array([n.onset for n in notes], np.float64),
        np.array([n.pitch for n in notes], np.int16),
        np.array([n.offset for n in notes], np.float64),
        np.array([n.velocity for n in notes], np.int16),
        np.array([n.strength for n in notes], np.float32),
    )

    for columns in (made, Notes.of(notes)):
        keys = list(zip(columns.onset.tolist(), columns.pitch.tolist(), strict=True))
        assert keys == sorted(keys)
    assert sorted(made) == sorted(notes)


def test_columns_have_their_types_and_defaults() -> None:
    """Lists of whole numbers as well; one velocity or strength stands for all."""
    notes = Notes.columns(np.array([1, 0]), np.array([60, 62]), np.array([2, 1]), velocity=90)

    assert [column.dtype for column in (notes.onset, notes.offset)] == [np.float64] * 2
    assert [column.dtype for column in (notes.pitch, notes.velocity)] == [np.int16] * 2
    assert notes.strength.dtype == np.float32
    assert notes.pitch.tolist() == [62, 60]
    assert notes.velocity.tolist() == [90, 90]
    assert notes.strength.tolist() == [1.0, 1.0]


def test_no_notes_are_notes() -> None:
    """An empty stem needs no special case."""
    assert len(NO_NOTES) == 0
    assert list(NO_NOTES) == []
    assert Notes.of([]) == NO_NOTES
    assert len(NO_NOTES.without_overlaps()) == 0


@given(notes=some_notes)
def test_equal_is_equal_in_every_column(notes: list[Note]) -> None:
    """And notes are never hashed by accident."""
    columns = Notes.of(notes)

    assert columns == Notes.of(reversed(notes))
    assert columns != Notes.of([*notes, Note(9.0, 60, 10.0)])
    assert columns != notes
    with pytest.raises(TypeError):
        hash(columns)


@given(notes=some_notes, seed=st.integers(0, 1000))
def test_a_mask_keeps_whole_rows(notes: list[Note], seed: int) -> None:
    """No column is shifted against another."""
    columns = Notes.of(notes)
    mask = np.random.default_rng(seed).random(len(notes)) < 0.5

    kept = list(columns.where(mask))

    assert kept == [note for note, keep in zip(columns, mask, strict=True) if keep]


def test_velocity_changes_alone() -> None:
    """Onset, pitch, end and strength stay."""
    notes = Notes.of([Note(0.0, 60, 1.0, 80, 0.5), Note(1.0, 62, 2.0, 80, 0.25)])

    louder = notes.with_velocity(np.array([100, 101]))

    assert list(louder) == [Note(0.0, 60, 1.0, 100, 0.5), Note(1.0, 62, 2.0, 101, 0.25)]


@given(notes=some_notes)
def test_without_overlaps_a_key_is_held_once(notes: list[Note]) -> None:
    """On each pitch a note ends before the next begins, none is empty, none is made longer.

    A key that sounded at some time still does, and every onset of a pitch is still there.
    """
    before = Notes.of(notes)
    after = before.without_overlaps()

    assert (after.offset > after.onset).all()
    for pitch in range(58, 63):
        played = [note for note in after if note.pitch == pitch]
        for here, following in pairwise(played):
            assert here.offset <= following.onset
        meant = [note for note in before if note.pitch == pitch]
        assert [note.onset for note in played] == sorted({note.onset for note in meant})
        for note in played:
            assert note.offset <= max(n.offset for n in meant if n.onset == note.onset)


@given(notes=some_notes)
def test_without_overlaps_twice_is_once(notes: list[Note]) -> None:
    """There is nothing left to do."""
    once = Notes.of(notes).without_overlaps()

    assert once.without_overlaps() == once


def test_other_pitches_may_sound_together() -> None:
    """A chord is no overlap."""
    chord = Notes.of([Note(0.0, pitch, 1.0) for pitch in (60, 64, 67)])

    assert chord.without_overlaps() == chord


def test_an_id_is_pitch_and_millisecond() -> None:
    """It does not depend on length, velocity or strength."""
    assert Note(1.2344, 60, 2.0).id == "60@1234"
    assert Note(1.2344, 60, 9.0, 1, 0.1).id == Note(1.2344, 60, 2.0).id
