"""What an export would do, what it does, and that both honour what was done in the window."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from studio.errors import ExportConflictError, OptionError, ProjectBusyError, UnknownChoiceError
from studio.midi.read import read_midi
from studio.music.notes import Note
from studio.music.take import Edit, TakeOptions
from studio.project.history import History, Setup
from studio.project.project import open_project

Run = Callable[..., Any]
MIXTURE, BASS = "Stems/Song - 00 Mixture.wav", "Stems/Song - 03 Bass.wav"


def states(plan: dict[str, Any]) -> dict[str, str]:
    """The state of each file."""
    return {file["path"]: file["state"] for file in plan["files"]}


def tree(folder: Path) -> dict[str, bytes]:
    """What is in a folder, but the project."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".stemwright" not in path.parts
    }


def setup(song: Path, stem: str, new: Setup) -> None:
    """As the window does."""
    with closing(History.open(song / ".stemwright")) as history:
        history.do(stem, history.chosen(stem), new, "test")


def exported(song: Path, stem: str) -> list[tuple[float, int]]:
    """Onset and pitch of the notes in the .mid of a stem."""
    parts = read_midi(song / "MIDI" / f"Song - {stem.capitalize()}.mid").parts
    return [(round(note.onset, 2), note.pitch) for part in parts for note in part.notes]


def test_a_plan_says_what_an_export_then_does(song: Path, run: Run) -> None:
    """New, same, replaced and in conflict; and it writes nothing."""
    (song / MIXTURE).unlink()
    (song / BASS).write_bytes(b"mine")
    setup(song, "vocals", Setup(TakeOptions(onset_threshold=0.9)))
    before = tree(song)

    plan = run("plan", folder=str(song))
    assert tree(song) == before
    found = states(plan)
    assert found[MIXTURE] == "new"
    assert found[BASS] == "conflict"
    assert found["Stems/Song - 01 Vocals.wav"] == "same"
    assert found["MIDI/Song - Bass.mid"] == "same"
    assert found["MIDI/Song.mid"] in ("same", "replaces")
    assert {"scores.json", "READ ME FIRST.txt"} < set(found)
    assert plan["removed"] == []
    assert 0 < plan["needed_bytes"] < plan["free_bytes"]

    with pytest.raises(ExportConflictError, match="03 Bass"):
        run("export", folder=str(song))
    run("export", folder=str(song), keep=True)
    assert (song / BASS).read_bytes() == b"mine"
    assert (song / MIXTURE).is_file()
    rows = {row["path"] for row in json.loads((song / "manifest.json").read_text())["files"]}
    assert BASS not in rows
    assert states(run("plan", folder=str(song)))[BASS] == "conflict"

    run("export", folder=str(song), force=True)
    after = states(run("plan", folder=str(song)))
    assert {state for path, state in after.items() if "/" in path} == {"same"}


def test_another_format_removes_what_it_no_longer_writes(song: Path, run: Run) -> None:
    """The plan names it, and the export does it."""
    plan = run("plan", folder=str(song), audio_format="flac")
    assert BASS in plan["removed"]
    assert states(plan)[BASS.replace(".wav", ".flac")] == "new"
    run("export", folder=str(song), audio_format="flac")
    assert not (song / BASS).exists()
    assert set(states(plan)) | {"manifest.json"} == set(tree(song))


def test_how_files_are_written_is_asked_of_every_task(song: Path, run: Run) -> None:
    """By the names the options have everywhere; what cannot be is refused before any work."""
    asked = {"targets": ["reaper"], "audio_format": "pcm16", "naming": "{number} {stem} {tempo}"}
    planned = states(run("plan", folder=str(song), **asked))
    run("export", folder=str(song), **asked)
    stems = {path for path in tree(song) if path.startswith("Stems/")}
    assert stems == {path for path in planned if path.startswith("Stems/")}
    assert any(path.startswith("Stems/03 Bass ") for path in stems)

    for task, options in (
        ("plan", {"folder": str(song)}),
        ("export", {"folder": str(song)}),
        ("process", {"song": str(song.parent / "nowhere.wav"), "out": str(song.parent)}),
    ):
        with pytest.raises(OptionError, match="--naming"):
            run(task, **options, naming="{song}")


def test_some_stems_go_into_another_folder(song: Path, run: Run, tmp_path: Path) -> None:
    """Under the names and numbers they have among all, and the song's own folder stays."""
    before = tree(song)
    out = tmp_path / "daw"
    report = run("export", folder=str(song), out=str(out), stems=["bass"])
    assert report["folder"] == str(out / "Song")
    assert sorted(tree(out / "Song")) == [
        "MIDI/Song - Bass.mid",
        "MIDI/Song.mid",
        "READ ME FIRST.txt",
        "Song.dawproject",
        "Song.rpp",
        BASS,
        "manifest.json",
    ]
    assert not (out / "Song" / ".stemwright").exists()
    assert tree(song) == before

    run("export", folder=str(song), out=str(out), stems=["vocals", "mixture"], targets=["stems"])
    assert {MIXTURE, BASS, "Stems/Song - 01 Vocals.wav"} < set(tree(out / "Song"))
    with pytest.raises(UnknownChoiceError, match="flute"):
        run("plan", folder=str(song), stems=["flute"])


def test_a_song_of_the_same_name_elsewhere_keeps_its_folder(
    song: Path, run: Run, tmp_path: Path
) -> None:
    """The export gets one with a number."""
    other = shutil.copytree(song, tmp_path / "daw" / "Song")
    before = tree(other)
    report = run("export", folder=str(song), out=str(tmp_path / "daw"))
    assert report["folder"].endswith("Song (2)")
    assert tree(other) == before
    assert run("export", folder=str(song), out=str(song.parent))["folder"] == str(song)


def test_export_writes_what_the_window_left(song: Path, run: Run) -> None:
    """Threshold, options, edits, and the chosen variant; the scores are those of that take."""
    note = Note(1.0, 100, 2.0)
    options = TakeOptions(onset_threshold=0.8, highest_pitch=101, lowest_pitch=99)
    setup(song, "bass", Setup(options, (Edit("add", note.id, note),)))
    assert states(run("plan", folder=str(song)))["MIDI/Song - Bass.mid"] == "replaces"

    run("export", folder=str(song))
    assert exported(song, "bass") == [(1.0, 100)]
    rows = json.loads((song / "scores.json").read_text())["takes"]
    assert {row["threshold"]: row["notes"] for row in rows if row["stem"] == "bass"} == {
        0.55: 1,
        0.7: 1,
        0.8: 1,
        0.9: 1,
    }
    with closing(History.open(song / ".stemwright")) as history:
        history.undo()
    run("export", folder=str(song))
    assert len(exported(song, "bass")) > 1


def test_process_keeps_the_windows_choice(song: Path, run: Run) -> None:
    """Without a threshold; with one, that is a change the window can undo."""
    note = Note(1.0, 100, 2.0)
    chosen = Setup(TakeOptions(onset_threshold=0.95), (Edit("add", note.id, note),))
    setup(song, "bass", chosen)
    run("process", song=str(song), out="", usual_threshold=0.3)
    with open_project(song) as project:
        assert project.document.thresholds["vocals"] == 0.3
    assert (1.0, 100) in exported(song, "bass")
    few = len(exported(song, "bass"))

    run("process", song=str(song), out="", threshold=0.2)
    assert (1.0, 100) in exported(song, "bass")
    assert len(exported(song, "bass")) > few
    with closing(History.open(song / ".stemwright")) as history:
        assert history.setup("bass").options.onset_threshold == 0.2
        assert history.undo() == ("bass", "Threshold 0.20")
        assert history.setup("bass") == chosen
        run("process", song=str(song), out="")  # what is open in a window may be read
        with pytest.raises(ProjectBusyError):
            run("process", song=str(song), out="", threshold=0.2)


def test_process_keeps_the_stems_that_were_chosen(song: Path, run: Run) -> None:
    """Until all are named."""
    names = [part["stem"] for part in run("process", song=str(song), out="")["stems"]]
    some = run("process", song=str(song), out="", stems=["bass"])
    again = run("process", song=str(song), out="")
    every = run("process", song=str(song), out="", stems=names)
    assert [part["stem"] for part in some["stems"]] == ["bass", "rest"]
    assert again["stems"] == some["stems"]
    assert [part["stem"] for part in every["stems"]] == names


def test_a_rate_that_mp3_has_not_is_said_before_the_song_is_taken_apart(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The song is decoded, which tells its rate, and no more."""
    monkeypatch.setenv("STEMWRIGHT_HOME", str(tmp_path / "home"))
    sf.write(tmp_path / "High.wav", np.zeros((9600, 2), np.float32), 96000)
    options = {"song": str(tmp_path / "High.wav"), "out": str(tmp_path / "out")}
    with pytest.raises(OptionError, match="MP3 has no rate of 96000 Hz"):
        run("process", **options, audio_format="mp3")
    with open_project(tmp_path / "out" / "High") as project:
        assert list(project.document.stages) == ["source"]
