"""A project: found again, told apart, held by one process at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from studio.errors import MissingFileError, ProjectBusyError, ProjectOutsideError
from studio.job import Job
from studio.project import project as module
from studio.project.document import Document, Song, read_document, write_document
from studio.project.project import open_project, project_of
from studio.project.stages import Stage


def a_song(folder: Path, content: bytes = b"one", name: str = "song.wav") -> Path:
    """A file that stands for a song."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def folder_of(song: Path, out: Path) -> str:
    """The name of the folder a song gets."""
    with project_of(song, "song", out) as project:
        return project.folder.name


def test_a_song_finds_its_project_again(tmp_path: Path) -> None:
    """Also when the file has moved, and when it was changed in its place."""
    song, out = a_song(tmp_path / "a"), tmp_path / "out"

    assert folder_of(song, out) == "song"
    assert folder_of(song, out) == "song"
    assert folder_of(a_song(tmp_path / "moved"), out) == "song"
    assert folder_of(a_song(tmp_path / "moved", b"remixed"), out) == "song"


def test_two_songs_of_one_name_get_two_folders(tmp_path: Path) -> None:
    """Nothing of the first is touched by the second."""
    out = tmp_path / "out"

    assert folder_of(a_song(tmp_path / "a", b"one"), out) == "song"
    assert folder_of(a_song(tmp_path / "b", b"two"), out) == "song (2)"
    assert folder_of(a_song(tmp_path / "c", b"three"), out) == "song (3)"
    assert folder_of(tmp_path / "b" / "song.wav", out) == "song (2)"


def test_what_is_in_use_is_remembered(tmp_path: Path) -> None:
    """The next process opens the folder and finds the results in use."""
    song, out = a_song(tmp_path), tmp_path / "out"
    stage = Stage("source", 1, (), {})
    with project_of(song, "song", out) as project:
        made = project.run(stage, lambda part, job: {"frames": 3}, Job())
        project.use(thresholds={"bass": 0.7})

    with open_project(out / "song") as project:
        assert project.result("source") == made
        assert project.document.thresholds == {"bass": 0.7}
        project.forget("source")
        assert project.result("source") is None


@pytest.mark.parametrize(
    ("forgotten", "left"),
    [
        ("take/bass", ["rest", "take", "take/bass 2", "take/bass/solo"]),
        ("take/", ["rest", "take"]),
        ("take", ["rest", "take/bass", "take/bass 2", "take/bass/solo"]),
        ("re", ["rest", "take", "take/bass", "take/bass 2", "take/bass/solo"]),
    ],
)
def test_a_slot_is_forgotten_by_its_whole_name(
    forgotten: str, left: list[str], tmp_path: Path
) -> None:
    """Not those whose names begin alike; one that ends with a slash is a folder of slots."""
    with project_of(a_song(tmp_path), "song", tmp_path / "out") as project:
        for slot in ("rest", "take", "take/bass", "take/bass 2", "take/bass/solo"):
            project.run(Stage(slot, 1, (), {}), lambda part, job: {}, Job())

        project.forget(forgotten)

        assert sorted(project.document.stages) == left


def test_a_folder_that_is_no_project_is_said(tmp_path: Path) -> None:
    """Any other folder is not opened, and nothing is made in it."""
    with pytest.raises(MissingFileError, match="not a song's folder"), open_project(tmp_path):
        pass
    assert not list(tmp_path.iterdir())


def test_a_hidden_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Else a stranger's project would make us write where the link leads."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "song").mkdir()
    (tmp_path / "song" / ".stemwright").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ProjectOutsideError), open_project(tmp_path / "song"):
        pass


def test_a_project_is_held_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process waits a little, then says who is in the way."""
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.2)
    out = tmp_path / "out"
    song = a_song(tmp_path)
    holder = (
        "import sys; from pathlib import Path; from studio.project.project import project_of\n"
        f"with project_of(Path({str(song)!r}), 'song', Path({str(out)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(ProjectBusyError, match="another Stemwright"):
            folder_of(song, out)
        process.kill()

    assert folder_of(song, out) == "song"


@pytest.mark.parametrize("kept", [True, False])
def test_two_songs_of_one_name_at_once_get_two_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    """The other took the name between our look and our lock, and has it still, or is done."""
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.4)
    out, looking = tmp_path / "out", threading.Event()
    other = Document(Song("song", str(tmp_path / "other" / "song.wav"), "0" * 64))
    over = threading.Event()

    def take_the_name() -> None:
        (out / "song" / ".stemwright").mkdir(parents=True)
        with module._held(out / "song"):
            looking.set()
            over.wait(0.2)  # the second run waits for the lock by now
            write_document(out / "song" / ".stemwright", other)
            if kept:
                over.wait(5)

    taker = threading.Thread(target=take_the_name)
    taker.start()
    looking.wait(5)
    try:
        assert folder_of(a_song(tmp_path), out) == "song (2)"
    finally:
        over.set()
        taker.join()

    assert read_document(out / "song" / ".stemwright") == other
