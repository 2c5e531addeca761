"""The history of a song: undone and redone over restarts, and never lost."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import (
    DiskFullError,
    OptionError,
    ProjectBusyError,
    ProjectDamagedError,
    ProjectNewerError,
    ProjectOutsideError,
)
from studio.music.notes import Note
from studio.music.take import Edit, TakeOptions
from studio.music.tempo import TempoMap
from studio.project import history as module
from studio.project.document import Document, Song, write_document
from studio.project.history import FILE_NAME, STEPS, History, Setup

STEMS = ("bass", "vocals")


def at(threshold: float, *edits: Edit, engine: str = "") -> Setup:
    """A setup at a threshold."""
    return Setup(TakeOptions(onset_threshold=threshold), tuple(edits), engine)


def added(onset: float, pitch: int = 40) -> Edit:
    """An edit that adds a note."""
    note = Note(onset, pitch, onset + 0.25, 90)
    return Edit("add", note.id, note)


def state(history: History) -> Any:
    """All that can be seen of a history."""
    stems = {stem: (history.setups(stem), history.chosen(stem)) for stem in STEMS}
    steps = [(s.stem, s.label) for s in history._done], [(s.stem, s.label) for s in history._undone]
    return stems, steps


actions = st.one_of(
    st.tuples(
        st.just("do"),
        st.sampled_from(STEMS),
        st.floats(0, 1),
        st.integers(0, 3),
        st.sampled_from(("", "drag")),
    ),
    st.tuples(st.just("new"), st.sampled_from(STEMS)),
    st.tuples(st.just("choose"), st.sampled_from(STEMS), st.integers(0, 5)),
    st.tuples(st.sampled_from(("undo", "redo", "settle", "reopen"))),
)


def act(history: History, action: tuple[Any, ...], root: Path) -> History:
    """Do one action; returns the history, which may be another one."""
    match action:
        case "do", stem, threshold, count, merge:
            old = history.setup(stem)
            edits = (*old.edits[:count], added(threshold * 100))
            history.do(stem, history.chosen(stem), at(threshold, *edits), "do", merge)
        case "new", stem:
            if len(history.setups(stem)) < 26:
                history.new(stem, history.chosen(stem))
        case "choose", stem, number:
            letters = list(history.setups(stem))
            history.choose(stem, letters[number % len(letters)])
        case ("undo",):
            history.undo()
        case ("redo",):
            history.redo()
        case ("settle",):
            history.settle()
        case ("reopen",):
            history.close()
            return History.open(root)
    return history


@given(st.lists(actions, max_size=40), st.sampled_from((3, 1000)))
@settings(max_examples=150)
def test_whatever_was_done_is_there_again_after_reopening(
    done: list[tuple[Any, ...]], long: int
) -> None:
    """The same setups, choices and steps to undo and redo, also where the file is shortened."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(module, "_LONG_LINES", long)
        root = Path(folder)
        history = History.open(root)
        for action in done:
            history = act(history, action, root)
        history.close()
        before = state(history)

        again = History.open(root)
        peeked = History.peek(root)
        again.close()

        assert state(again) == before
        assert state(peeked) == before


@given(st.lists(actions, min_size=1, max_size=12), st.data())
@settings(max_examples=100)
def test_a_kill_at_any_byte_leaves_a_state_that_was_there(
    done: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    """And what is done from there on is kept."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        history = History.open(root)
        states = [state(history)]
        for action in done:
            history = act(history, action, root)
            states.append(state(history))
        history.close()
        file = root / FILE_NAME
        size = file.stat().st_size if file.exists() else 0
        if size:
            os.truncate(file, data.draw(st.integers(0, size)))

        cut = History.open(root)
        assert state(cut) in states
        cut.do("bass", "A", at(0.25), "after")
        cut.close()
        again = History.open(root)
        again.close()
        assert again.setups("bass")["A"] == at(0.25)


def test_undo_takes_back_and_redo_makes_again(tmp_path: Path) -> None:
    """Over a restart, and with the names of what they do."""
    history = History.open(tmp_path)
    history.do("bass", "A", at(0.7), "Threshold")
    history.do("bass", "A", at(0.7, added(1.0)), "Add note")
    history.close()

    history = History.open(tmp_path)
    assert history.undo_label == "Add note"
    assert history.undo() == ("bass", "Add note")
    assert history.setup("bass") == at(0.7)
    assert (history.undo_label, history.redo_label) == ("Threshold", "Add note")
    history.undo()
    assert history.undo() is None
    assert not history.knows("bass")
    history.close()

    history = History.open(tmp_path)
    assert history.redo() == ("bass", "Threshold")
    assert history.redo() == ("bass", "Add note")
    assert history.redo() is None
    assert history.setup("bass") == at(0.7, added(1.0))
    history.undo()
    history.do("bass", "A", at(0.1), "Threshold")
    assert history.redo_label is None
    history.close()


def test_a_drag_is_one_step(tmp_path: Path) -> None:
    """Until it is settled, or something else was done."""
    history = History.open(tmp_path)
    for value in (0.5, 0.6, 0.7):
        history.do("bass", "A", at(value), "Threshold", merge="threshold")
    history.settle()
    for value in (0.8, 0.9):
        history.do("bass", "A", at(value), "Threshold", merge="threshold")

    history.undo()
    assert history.setup("bass") == at(0.7)
    history.undo()
    assert not history.knows("bass")
    history.redo()
    history.do("bass", "A", at(0.3), "Threshold", merge="threshold")
    history.undo()
    assert history.setup("bass") == at(0.7)
    history.close()


def test_a_variant_is_made_chosen_and_undone(tmp_path: Path) -> None:
    """A copy goes its own way."""
    history = History.open(tmp_path)
    history.do("bass", "A", at(0.7, added(2.0)), "Edit")
    assert history.new("bass", "A") == "B"
    history.do("bass", "B", at(0.4, added(2.0), engine="piano-cnn"), "Engine")
    assert list(history.setups("bass")) == ["A", "B"]
    history.choose("bass", "A")
    assert history.setup("bass") == at(0.7, added(2.0))

    history.undo()
    assert history.chosen("bass") == "B"
    history.undo()
    history.undo()
    assert list(history.setups("bass")) == ["A"]
    with pytest.raises(ValueError, match="no variant B"):
        history.choose("bass", "B")
    history.close()


def test_there_are_26_variants_at_most(tmp_path: Path) -> None:
    """The next is refused with a sentence."""
    history = History.open(tmp_path)
    for _ in range(25):
        history.new("bass", "A")
    with pytest.raises(OptionError, match="26 already"):
        history.new("bass", "A")
    history.close()


def test_the_threshold_of_process_holds_where_nothing_was_said(tmp_path: Path) -> None:
    """The window opens with what the night's batch used."""
    song = Song(name="song", path="song.wav", sha256="0" * 64)
    write_document(tmp_path, Document(song, thresholds={"bass": 0.7, "vocals": 7.0}))
    assert History.peek(tmp_path).setup("bass") == at(0.7)
    assert History.peek(tmp_path).setup("vocals") == at(0.55)


def test_a_second_opener_may_only_read(tmp_path: Path) -> None:
    """It sees what is there, changes nothing, and the first is not disturbed."""
    first = History.open(tmp_path)
    first.do("bass", "A", at(0.7), "Threshold")
    second = History.open(tmp_path)
    assert second.read_only
    assert not first.read_only
    assert second.setup("bass") == at(0.7)
    with pytest.raises(ProjectBusyError):
        second.do("bass", "A", at(0.2), "Threshold")
    with pytest.raises(ProjectBusyError):
        second.undo()
    second.close()
    first.do("bass", "A", at(0.8), "Threshold")
    first.close()
    third = History.open(tmp_path)
    assert not third.read_only
    assert third.setup("bass") == at(0.8)
    third.close()


def test_undo_reaches_back_two_hundred_steps_and_a_long_file_is_shortened(tmp_path: Path) -> None:
    """Also in a file of thousands of changes, which is short when opened again."""
    history = History.open(tmp_path)
    for number in range(1500):
        history.do("bass", "A", at(number / 2000), f"step {number}", merge=str(number % 2))
    history.close()
    long = (tmp_path / FILE_NAME).stat().st_size
    history = History.open(tmp_path)
    history.close()
    assert (tmp_path / FILE_NAME).stat().st_size < long / 4

    history = History.open(tmp_path)
    undone = 0
    while history.undo():
        undone += 1
    assert undone == STEPS
    assert history.setup("bass") == at(1299 / 2000)
    history.close()


def test_a_line_is_as_long_as_its_change(tmp_path: Path) -> None:
    """A song with hundreds of edits does not write them all again for the next."""
    history = History.open(tmp_path)
    edits: list[Edit] = []
    for number in range(300):
        edits.append(added(float(number)))
        history.do("bass", "A", at(0.5, *edits), "Add", merge=str(number))
    history.close()
    assert (tmp_path / FILE_NAME).stat().st_size < 300 * 300


def test_numbers_of_numpy_become_plain(tmp_path: Path) -> None:
    """A note built from columns can be kept."""
    note = Note(np.float64(1.0), np.int16(40), np.float64(2.0), np.int16(90), np.float32(0.5))  # type: ignore[arg-type]
    history = History.open(tmp_path)
    history.do("bass", "A", at(np.float64(0.5), Edit("add", "40@1000", note)), "Add")
    history.close()
    assert History.peek(tmp_path).setup("bass").edits[0].note == Note(1.0, 40, 2.0, 90, 0.5)


@pytest.mark.parametrize(
    "setup",
    [
        at(1.5),
        at(float("nan")),
        Setup(TakeOptions(highest_pitch=200)),
        Setup(TakeOptions(shortest=float("inf"))),
        Setup(kind="trumpet"),
        at(0.5, Edit("add", "40@1000")),
        at(0.5, Edit("remove", "mine")),
        at(0.5, Edit("remove", "40@1000", Note(1.0, 40, 2.0))),
        at(0.5, Edit("add", "40@1000", Note(-1.0, 40, 2.0))),
        at(0.5, Edit("add", "40@1000", Note(2.0, 40, 1.0))),
        at(0.5, Edit("add", "40@1000", Note(1.0, 128, 2.0))),
        at(0.5, Edit("add", "40@1000", Note(1.0, 40, 2.0, velocity=0))),
        at(0.5, Edit("add", "40@1000", Note(1.0, 40, float("inf")))),
    ],
)
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, setup: Setup) -> None:
    """A value out of range is refused, and nothing has changed."""
    history = History.open(tmp_path)
    with pytest.raises(ValueError, match=r"range|ours"):
        history.do("bass", "A", setup, "wrong")
    assert not history.knows("bass")
    history.close()


HEADER = b'{"format_version":1}\n'


@pytest.mark.parametrize(
    "content",
    [
        b"not JSON\n",
        b"{}\n",
        b'{"format_version":0}\n',
        HEADER + b"\n",
        HEADER + b'{"is":"undo"}\n',
        HEADER + b'{"is":"redo"}\n',
        HEADER + b'{"is":"elsewhere"}\n',
        HEADER + b'{"is":"change","stem":"bass","chosen":"C"}\n',
        HEADER + b'{"is":"change","stem":"bass","letter":"AA"}\n',
        HEADER + b'{"is":"change","stem":"bass","letter":"A","replaces":true}\n',
        HEADER + b'{"is":"change","stem":"bass","letter":"A","options":{"shortest":-1}}\n',
        HEADER
        + b'{"is":"change","stem":"bass","letter":"A","options":{"onset_threshold":1e999}}\n',
        HEADER
        + b'{"is":"change","stem":"bass","letter":"A","edits":[{"action":"add","id":"4@1","note":'
        b'{"onset":-5,"pitch":40,"offset":1}}]}\n',
        HEADER
        + b'{"is":"change","stem":"bass","letter":"A","edits":[{"action":"run","id":"40@1000"}]}\n',
        HEADER + b'{"is":"base","stems":{"bass":{"setups":{}}}}\n',
        HEADER + b'{"is":"change","stem":"bass","label":"' + b"x" * 300 + b'"}\n',
        HEADER + b"\xff\xfe\n",
    ],
)
def test_a_strangers_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    """Which names the file and the line; the file stays as it is."""
    file = tmp_path / FILE_NAME
    file.write_bytes(content)
    with pytest.raises(ProjectDamagedError, match="line"):
        History.open(tmp_path)
    with pytest.raises(ProjectDamagedError, match="line"):
        History.peek(tmp_path)
    assert file.read_bytes() == content


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    """And left as it is."""
    (tmp_path / FILE_NAME).write_bytes(b'{"format_version":2,"new":true}\n{"is":"unheard"}\n')
    with pytest.raises(ProjectNewerError):
        History.open(tmp_path)


@pytest.mark.parametrize("name", [FILE_NAME, module.LOCK_NAME])
def test_a_link_is_not_followed(tmp_path: Path, name: str) -> None:
    """A stranger's project writes nowhere else."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    root = tmp_path / "root"
    root.mkdir()
    (root / name).symlink_to(victim)
    with pytest.raises(ProjectOutsideError):
        History.open(root)
    assert victim.read_bytes() == b"mine"


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be ours."""
    monkeypatch.setattr(module, "_MOST_BYTES", 10)
    (tmp_path / FILE_NAME).write_bytes(HEADER)
    with pytest.raises(ProjectDamagedError, match="too large"):
        History.open(tmp_path)


def test_what_cannot_be_written_did_not_happen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk the state and the file stay as they were, and later changes are kept."""
    history = History.open(tmp_path)
    history.do("bass", "A", at(0.7), "Threshold")
    size = (tmp_path / FILE_NAME).stat().st_size

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DiskFullError):
            history.do("bass", "A", at(0.8), "Threshold")
    assert history.setup("bass") == at(0.7)
    assert (tmp_path / FILE_NAME).stat().st_size == size
    history.do("bass", "A", at(0.9), "Threshold")
    history.close()
    assert History.peek(tmp_path).setup("bass") == at(0.9)


SLOW, QUICK = TempoMap.constant(60.0, "estimated", 0.4), TempoMap.constant(120.5)


def test_the_tempo_is_undone_in_its_turn(tmp_path: Path) -> None:
    """Between changes of notes, also after a restart; the notes stay as they are."""
    history = History.open(tmp_path)
    history.do("bass", "A", at(0.7), "Threshold")
    history.timed("Double the tempo", SLOW, QUICK)
    history.do("bass", "A", at(0.8), "Threshold")
    history.close()

    history = History.open(tmp_path)
    assert history.undo() == ("bass", "Threshold")
    assert history.undo_label == "Double the tempo"
    assert history.undo() == (module.TEMPO, "Double the tempo")
    assert history.tempo == SLOW
    assert history.setup("bass") == at(0.7)
    history.close()

    history = History.open(tmp_path)
    assert history.redo() == (module.TEMPO, "Double the tempo")
    assert history.tempo == QUICK
    assert history.redo() == ("bass", "Threshold")
    assert history.setup("bass") == at(0.8)
    history.close()


def test_the_tempo_outlives_a_file_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long file keeps the steps that undo knows."""
    monkeypatch.setattr(module, "_LONG_LINES", 3)
    history = History.open(tmp_path)
    history.do("bass", "A", at(0.7), "Threshold")
    history.timed("Tempo", SLOW, QUICK)
    history.timed("Halve the tempo", QUICK, SLOW)
    history.undo()
    history.close()
    History.open(tmp_path).close()
    history = History.open(tmp_path)
    assert (history.undo_label, history.redo_label) == ("Tempo", "Halve the tempo")
    history.undo()
    assert history.tempo == SLOW
    history.undo()
    assert not history.knows("bass")
    history.close()


def test_a_tempo_that_is_none_is_refused(tmp_path: Path) -> None:
    """A stranger's line is checked as every other."""
    line = b'{"is":"timing","label":"x","before":{"steps":[]},"after":{"steps":[]}}\n'
    (tmp_path / FILE_NAME).write_bytes(HEADER + line)
    with pytest.raises(ProjectDamagedError, match="line 2"):
        History.open(tmp_path)
