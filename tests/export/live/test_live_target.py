"""What an export for Ableton Live leaves: the page always, a set where one can be made."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import LiveTemplateError
from studio.export.contract import ExportOptions
from studio.export.live import check, find, target
from studio.export.live.target import LiveTarget
from studio.export.manifest import Engine
from studio.export.write import ManifestFacts, export_song
from studio.job import Cancelled, Job
from studio.music.bundle import SongBundle
from studio.music.tempo import TempoMap

Template = Callable[..., Path]


@pytest.fixture(autouse=True)
def _no_set_of_anybodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have Live."""
    monkeypatch.setattr(target, "live_sets", tuple)


def text(folder: Path) -> str:
    """The page, on one line."""
    return " ".join((folder / "Ableton Live.txt").read_text("utf-8").split())


def test_without_a_set_there_is_the_page(song: SongBundle, tmp_path: Path) -> None:
    """And a sentence on how to get one."""
    done = LiveTarget().write(song, tmp_path / "out", ExportOptions(), Job())

    assert [file.path for file in done.files] == ["Ableton Live.txt"]
    assert len(done.notes) == 1
    assert "none of yours was found" in done.notes[0]
    page = text(tmp_path / "out")
    assert "Auto-Warp Long Samples" in page
    assert "experimental" not in page


@pytest.mark.parametrize("guide_note", [False, True])
def test_the_page_tells_of_the_guide_note(
    song: SongBundle, tmp_path: Path, guide_note: bool
) -> None:
    """Without which Live takes no tempo."""
    options = ExportOptions(guide_note=guide_note)
    LiveTarget().write(song, tmp_path, options, Job())

    page = text(tmp_path)
    assert ("which these do not" in page) is not guide_note
    assert ("Delete that track" in page) is guide_note


def test_an_export_holds_all_the_set_refers_to(
    template: Template, song: SongBundle, tmp_path: Path
) -> None:
    """Stems and MIDI files come with it, and what marks a project."""
    folder = tmp_path / "out"
    facts = ManifestFacts(Engine("e", "ab" * 32, "cpu"))
    shape = {"options": ExportOptions(live_template=template()), "facts": facts}

    manifest = export_song(song, folder, ["live"], **shape, scores=None, force=False, job=Job())

    assert check.file_findings(folder / "Ænima & _x_.als", folder) == []
    roles = {row.path: row.role for row in manifest.files if row.target == "live"}
    assert roles == {
        "Ableton Live.txt": "readme",
        "Ableton Project Info/READ ME.txt": "readme",
        "Ænima & _x_.als": "live",
    }
    assert {"stem", "mixture", "midi", "part"} <= {row.role for row in manifest.files}
    assert manifest.exports["live"].options == {"template": "mine.als"}
    assert "experimental" in manifest.exports["live"].notes[0]


def test_the_plan_is_what_is_written(template: Template, song: SongBundle, tmp_path: Path) -> None:
    """To the byte, since it is small."""
    options = ExportOptions(live_template=template())

    plan = LiveTarget().plan(song, options)
    done = LiveTarget().write(song, tmp_path / "out", options, Job())

    assert [planned.file for planned in plan] == list(done.files)
    sizes = [(tmp_path / "out" / file.path).stat().st_size for file in done.files]
    assert [planned.bytes for planned in plan] == sizes


def test_the_newest_set_that_serves_is_taken(
    template: Template, song: SongBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And why another does not is said."""
    (tmp_path / "bad.als").write_bytes(b"not a set")
    found = (tmp_path / "bad.als", template())
    monkeypatch.setattr(target, "live_sets", lambda: found)

    done = LiveTarget().write(song, tmp_path / "out", ExportOptions(), Job())

    assert done.options == {"template": "mine.als"}
    assert "bad.als" in done.notes[0]
    assert "mine.als" in done.notes[1]


def test_a_set_that_was_chosen_must_serve(song: SongBundle, tmp_path: Path) -> None:
    """Nothing is taken instead of it, and nothing is left behind."""
    (tmp_path / "bad.als").write_bytes(b"not a set")
    options = ExportOptions(live_template=tmp_path / "bad.als")

    with pytest.raises(LiveTemplateError):
        LiveTarget().plan(song, options)
    with pytest.raises(LiveTemplateError):
        LiveTarget().write(song, tmp_path / "out", options, Job())
    assert not (tmp_path / "out").exists()


def test_a_tempo_that_live_does_not_know_is_said(
    template: Template, song: SongBundle, tmp_path: Path
) -> None:
    """The page is there nevertheless."""
    slow = replace(song, tempo=TempoMap.constant(12.0))
    done = LiveTarget().write(slow, tmp_path, ExportOptions(live_template=template()), Job())

    assert [file.role for file in done.files] == ["readme"]
    assert "20 to 999 BPM" in done.notes[0]


def test_it_says_that_nothing_was_transcribed(
    template: Template, song: SongBundle, tmp_path: Path
) -> None:
    """Once, after what is said of the set."""
    silent = replace(song, takes=())
    done = LiveTarget().write(silent, tmp_path, ExportOptions(live_template=template()), Job())

    assert "No stem was transcribed" in done.notes[1]


def test_it_stops_when_it_is_told(template: Template, song: SongBundle, tmp_path: Path) -> None:
    """Within the set."""
    job = Job()
    job.cancel()

    with pytest.raises(Cancelled):
        LiveTarget().write(song, tmp_path / "out", ExportOptions(live_template=template()), job)
    assert not (tmp_path / "out").exists()


# Where sets are.


@pytest.mark.parametrize(
    ("system", "user", "built_in"),
    [
        ("win32", "Ableton/User Library/Templates", "Live*/Resources/Builtin/Templates"),
        ("darwin", "Ableton/User Library/Templates", "Ableton Live*.app/Contents/App-Resources"),
    ],
)
def test_the_places_are_those_the_makers_tell(system: str, user: str, built_in: str) -> None:
    """The user's own first, then the one that comes with the program."""
    own, theirs = find.places(system)

    assert own[0].as_posix().endswith(user)
    assert own[1] == "*.als"
    assert theirs[1].startswith(built_in)
    assert theirs[1].endswith("Builtin/Templates/DefaultLiveSet.als")


def test_there_is_no_live_for_linux() -> None:
    """So there is nowhere to look."""
    assert find.places("linux") == ()


def test_the_newest_comes_first_place_by_place(tmp_path: Path) -> None:
    """Folders of that name are none, nor is a place that is not there."""
    for place, name, age in [("own", "a", 30), ("own", "b", 10), ("built", "c", 0)]:
        path = tmp_path / place / f"{name}.als"
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (1e9 - age, 1e9 - age))
    (tmp_path / "own" / "folder.als").mkdir()

    places = [(tmp_path / name, "*.als") for name in ("own", "none", "built")]

    assert [path.name for path in find.live_sets(places)] == ["b.als", "a.als", "c.als"]


def test_chosen_sets_are_not_altered(template: Template, song: SongBundle, tmp_path: Path) -> None:
    """A file that was given is never changed."""
    path = template()
    before = path.read_bytes()

    LiveTarget().write(song, tmp_path / "out", ExportOptions(live_template=path), Job())

    assert path.read_bytes() == before
