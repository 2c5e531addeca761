"""The take as the window knows it: threshold, edits, variants, undo."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from studio.errors import ProjectBusyError
from studio.gui.state.take import ScoreRow, TakeModel
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Edit, choose, id_of, key_of, keys, squash
from studio.project.history import History

NOTES = Notes.of(Note(float(k), 40 + k % 3, k + 0.5, 80, 0.3 + 0.06 * k) for k in range(10))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """The history of a song."""
    root = tmp_path / ".stemwright"
    root.mkdir()
    kept = History.open(root)
    yield kept
    kept.close()


def bass(history: History | None = None, notes: Notes = NOTES) -> TakeModel:
    """A take of a bass."""
    return TakeModel(stem("bass"), "spectral", "bass", notes, history)


def many(rng: np.random.Generator, size: int = 5000) -> Notes:
    """Candidates of four minutes."""
    onset = np.sort(np.round(rng.uniform(0, 240, size), 2))
    length = rng.uniform(0.05, 0.5, size)
    pitch = rng.integers(28, 70, size)
    strength = rng.uniform(0.2, 0.95, size)
    return Notes.columns(onset, pitch, onset + length, rng.integers(1, 128, size), strength)


def moved(note: Note, by: float = 0.2) -> Edit:
    """The note, later."""
    later = Note(note.onset + by, note.pitch, note.offset + by, note.velocity, note.strength)
    return Edit("change", note.id, later)


def test_the_threshold_parts_candidates_into_notes_and_ghosts(qtbot: QtBot) -> None:
    """Together they are all there is."""
    model = bass()

    with qtbot.waitSignal(model.changed):
        model.set_threshold(0.7)

    assert model.options.onset_threshold == 0.7
    assert model.notes == choose(NOTES, model.options) == model.take.notes()
    assert sorted([*model.notes, *model.ghosts]) == list(NOTES)


def test_an_id_and_its_key_are_the_same_name() -> None:
    """There and back."""
    ids = [note.id for note in NOTES]

    assert TakeModel.ids(NOTES) == ids
    assert [id_of(key) for key in keys(NOTES).tolist()] == ids
    assert [key_of(name) for name in ids] == keys(NOTES).tolist()


def test_model_and_take_agree_after_edits(rng: np.random.Generator) -> None:
    """The window shows what is exported, at any threshold."""
    model = bass(notes=many(rng, 400))
    listed = list(model.candidates)
    model.apply([moved(note) for note in listed[::7]], "Move")
    model.apply([Edit("remove", note.id) for note in listed[1::11]], "Delete")
    added = Note(3.0, 90, 4.0)
    model.apply([Edit("add", added.id, added)], "Add")

    for threshold in (0.2, 0.5, 0.94):
        model.set_threshold(threshold)
        assert model.notes == model.take.notes()
        there = set(model.ids(model.notes))
        assert there.isdisjoint(model.ids(model.ghosts))
        assert model.edited_ids <= there


def test_a_removed_candidate_is_a_ghost_again_and_a_moved_one_is_not() -> None:
    """What was moved is still here, at its new place; moved and removed, it is a ghost again."""
    model = bass()
    model.set_threshold(0.0)
    gone, pushed, *_ = model.notes

    model.apply([Edit("remove", gone.id), moved(pushed)], "Both")
    assert model.ids(model.ghosts) == [gone.id]

    model.apply([Edit("remove", moved(pushed).note.id)], "Delete")  # type: ignore[union-attr]
    assert set(model.ids(model.ghosts)) == {gone.id, pushed.id}


def test_a_kept_ghost_stays_at_any_threshold() -> None:
    """The hand outranks the threshold."""
    model = bass()
    model.set_threshold(0.8)
    ghost = next(iter(model.ghosts))

    model.apply([Edit("add", ghost.id, ghost)], "Keep")
    model.set_threshold(1.0)

    assert list(model.notes) == [ghost]
    assert model.edited_ids == {ghost.id}
    assert ghost.id not in model.ids(model.ghosts)


def test_the_selection_goes_with_a_moved_note_and_not_with_a_removed_one(qtbot: QtBot) -> None:
    """One step after the other can be done to the same notes."""
    model = bass()
    model.set_threshold(0.0)
    one, other, *_ = model.notes
    model.select([one.id, other.id])

    with qtbot.waitSignal(model.selection_changed):
        model.apply([moved(one), Edit("remove", other.id)], "Both")

    assert model.selection == {moved(one).note.id}  # type: ignore[union-attr]


def test_everything_is_undone_and_survives_a_restart(history: History) -> None:
    """Threshold, edits, variants: the song's history has them."""
    model = bass(history)
    before = list(model.notes)
    model.set_threshold(0.4)
    model.apply([moved(next(iter(model.notes)))], "Move 1 note")
    after = list(model.notes)

    assert model.undo() == ("bass", "Move 1 note")
    assert model.undo() is not None
    assert list(model.notes) == before
    model.redo()
    model.redo()
    assert list(model.notes) == after
    assert list(bass(history).notes) == after


def test_a_drag_of_the_threshold_is_one_step(history: History) -> None:
    """Undo knows its begin; what follows the drag is a step of its own."""
    model = bass(history)
    first = model.options.onset_threshold
    for value in (0.6, 0.62, 0.64):
        model.set_threshold(value)
    model.settle()
    model.set_threshold(0.7)

    model.undo()
    assert model.options.onset_threshold == 0.64
    model.undo()
    assert model.options.onset_threshold == first


def test_a_row_of_nudges_is_one_move_and_spares_what_it_passes(history: History) -> None:
    """A ghost the note was pushed over is still there."""
    notes = Notes.of([Note(1.0, 60, 2.0, 80, 0.9), Note(1.0, 61, 2.0, 80, 0.1)])
    model = bass(history, notes)
    for pitch in (61, 62, 63):
        note = next(iter(model.notes))
        up = Note(note.onset, pitch, note.offset, note.velocity, note.strength)
        model.apply([Edit("change", note.id, up)], "Transpose", merge="nudge")

    assert len(model.edits) == 1
    assert [note.pitch for note in model.notes] == [63]
    assert [note.pitch for note in model.ghosts] == [61]
    model.undo()
    assert [note.pitch for note in model.notes] == [60]


def test_variants_differ_and_are_chosen(history: History, qtbot: QtBot) -> None:
    """B starts as a copy of A; each keeps its own threshold."""
    model = bass(history)
    model.set_threshold(0.5)
    model.add_variant()
    model.set_threshold(0.8)

    assert model.letters == ["A", "B"]
    assert model.letter == "B"
    assert model.variant("A").onset_threshold == 0.5
    with qtbot.waitSignal(model.changed):
        model.choose("A")
    assert model.options.onset_threshold == 0.5
    assert history.chosen("bass") == "A"


def test_a_second_window_is_told_and_changes_nothing(history: History, tmp_path: Path) -> None:
    """The song is open elsewhere: the sentence is the error's, the notes stay."""
    model = bass(History.open(tmp_path / ".stemwright"))
    errors: list[object] = []
    model.failed.connect(errors.append)
    before = list(model.notes)

    model.set_threshold(0.9)
    model.apply([moved(before[0])], "Move")

    assert [type(error) for error in errors] == [ProjectBusyError] * 2
    assert list(model.notes) == before


def test_scores_are_told(qtbot: QtBot) -> None:
    """In the order of the threshold, however they came."""
    model = bass()
    rows = [ScoreRow(0.6, 5, {"agreement": 0.7}), ScoreRow(0.4, 8, {"agreement": 0.6})]

    with qtbot.waitSignal(model.scores_changed):
        model.set_scores(rows, 0.6, (0.5, 0.65), (2, 36))

    assert [row.threshold for row in model.rows] == [0.4, 0.6]
    assert (model.suggested, model.flat, model.measuring) == (0.6, (0.5, 0.65), (2, 36))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_squashed_edits_come_to_the_same_notes(data: st.DataObject) -> None:
    """Whatever was done, to whatever was there then, as long as notes move to free places."""
    model = bass()
    model.set_threshold(0.0)
    for _ in range(data.draw(st.integers(1, 8))):
        listed = list(model.notes)
        if not listed:
            break
        note = data.draw(st.sampled_from(listed))
        there = {*model.ids(model.notes)}
        place = data.draw(st.tuples(st.integers(0, 9), st.integers(40, 42)))
        goal = Note(float(place[0]), place[1], place[0] + 0.3, 70)
        kind = data.draw(st.sampled_from(["change", "remove", "add"]))
        if kind == "remove":
            model.apply([Edit("remove", note.id)], "Delete")
        elif goal.id not in there:
            model.apply([Edit(kind, note.id if kind == "change" else goal.id, goal)], "Do")

    again = bass()
    again.set_threshold(0.0)
    again.apply(squash(model.edits), "All at once")

    assert set(model.notes) <= set(again.notes)
    # What a note only passed over is not touched: it may be there again, as it was.
    assert set(again.notes) - set(model.notes) <= set(NOTES)
    assert model.edited_ids <= {*again.ids(again.notes)}


def test_a_change_of_threshold_is_quick(rng: np.random.Generator) -> None:
    """Printed: 5,000 candidates, without edits and with 300."""
    model = bass(notes=many(rng))
    for edits in (0, 300):
        if edits:
            model.apply([moved(note, 0.001) for note in list(model.candidates)[:edits]], "Move")
        took = []
        for value in np.linspace(0.2, 0.9, 30):
            start = time.thread_time()
            model.set_threshold(float(value))
            assert len(model.notes) + len(model.ghosts) >= 4000
            took.append(1000 * (time.thread_time() - start))
        print(f"threshold, {edits} edits: {np.median(took):.2f} ms, at most {max(took):.2f} ms")
        assert np.median(took) < 20
