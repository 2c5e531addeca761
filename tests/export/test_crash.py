"""Exports that are killed, run out of room or may not write: each in a process of its own."""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import ProjectOutsideError
from studio.export.manifest import Manifest
from studio.export.staging import recover
from studio.export.write import ManifestFacts
from studio.music.bundle import SongBundle

CHILD = Path(__file__).with_name("child.py")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits are POSIX's")

Export = Callable[..., Manifest]
Tree = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def command(bundle: SongBundle, facts: ManifestFacts, tmp_path: Path) -> list[str | Path]:
    """How a child is started, but for folder and action."""
    pickled = tmp_path / "song.pickle"
    pickled.write_bytes(pickle.dumps((bundle, facts)))
    return [sys.executable, CHILD, pickled]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder everybody may read and, but for root, nobody write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def said(command: list[str | Path]) -> str:
    """What a child says."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert not run.stderr
    return run.stdout


@pytest.mark.parametrize("start", ["nothing", "an older export"])
def test_killed_before_any_change_on_disk_the_next_run_makes_it_whole(
    start: str,
    command: list[str | Path],
    bundle: SongBundle,
    export: Export,
    tree: Tree,
    tmp_path: Path,
) -> None:
    """Killed before every third opening, renaming and removing there is, in one export.

    What a user sees meanwhile is whole files, old or new. The next run, which wants another
    format, takes no file for somebody else's, and leaves what it leaves where nothing crashed.
    """
    begin, killed = tmp_path / "begin", tmp_path / "killed"
    undisturbed, expected = tmp_path / "undisturbed", tmp_path / "expected"
    begin.mkdir()
    if start == "an older export":
        older = replace(bundle, takes=bundle.takes[:1], stems=bundle.stems[::-1])
        export(older, begin, audio_format="float32", scores=b"[]\n")
    shutil.copytree(begin, undisturbed)
    export(bundle, undisturbed, audio_format="flac")
    export(bundle, expected, audio_format="float32")

    words = said([*command, killed, "killings", "flac", "float32", begin, "3"]).split()

    old, new = tree(begin), tree(undisturbed)
    numbers = words[0::2]
    assert set(words[1::2]) == {"done"}
    assert len(numbers) > 20
    between = 0
    for number in numbers:
        seen = tree(killed / number)
        assert all(content in (old.get(path), new.get(path)) for path, content in seen.items())
        between += seen not in (old, new)
        assert tree(killed / f"{number} again") == tree(expected)
        assert not list((killed / f"{number} again").rglob("*partial*"))
    assert between > 1


def test_killed_at_a_random_moment_another_target_goes_on_too(
    command: list[str | Path], bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """A signal from outside, whenever it comes; then this process exports the notes alone."""
    whole = tmp_path / "whole"
    export(bundle, whole, audio_format="flac")
    chance = random.Random(440)
    for turn in range(4):
        folder = tmp_path / f"{turn}"
        export(bundle, folder, "midi")
        child = subprocess.Popen([*command, folder, "export", "flac"], stdout=subprocess.DEVNULL)
        while not (folder / ".stemwright/export.partial").exists() and child.poll() is None:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.02))
        child.kill()
        child.wait()

        manifest = export(bundle, folder, "midi")

        stems = [row for row in manifest.files if row.target == "stems"]
        assert len(stems) in (0, 3)
        export(bundle, folder, audio_format="flac")
        assert tree(folder) == tree(whole)


def test_after_a_crash_a_file_the_user_put_there_stays(
    command: list[str | Path], bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Decided, half moved, killed; then the user saves over one of the files."""
    folder = tmp_path / "out"
    said([*command, folder, "visible", "float32", "3"])
    assert list(tree(folder)) == ["MIDI/Söng - Bass.mid", "MIDI/Söng - Vocals.mid"]
    mine = folder / "Stems" / "Söng - 02 Bass.wav"
    mine.write_bytes(b"mine now")

    manifest = export(bundle, folder, "midi")

    assert mine.read_bytes() == b"mine now"
    row = next(row for row in manifest.files if row.stem == "bass" and row.role == "stem")
    assert row.sha256 != hashlib.sha256(b"mine now").hexdigest()


@pytest.mark.parametrize("room", [0, 100, 5_000, 20_000, 32_040])
def test_a_full_disk_is_said_and_leaves_nothing(
    room: int, command: list[str | Path], tree: Tree, tmp_path: Path
) -> None:
    """No file may become larger than ``room`` bytes, which the system says in the same words."""
    folder = tmp_path / "out"

    assert said([*command, folder, "limited", f"{room}"]).startswith("disk.full")

    assert tree(folder) == {}
    assert not list(folder.rglob("*partial*"))


@pytest.mark.parametrize("with_project", [False, True])
def test_a_read_only_folder_is_said_and_leaves_nothing(
    with_project: bool, bundle: SongBundle, facts: ManifestFacts, tree: Tree, public_folder: Path
) -> None:
    """Even where the folders in it can be written."""
    sources = [bundle.mixture, *(file.path for file in bundle.stems)]
    mixture, *stems = [Path(shutil.copy(path, public_folder)) for path in sources]
    files = [replace(f, path=path) for f, path in zip(bundle.stems, stems, strict=True)]
    song = replace(bundle, mixture=mixture, stems=tuple(files))
    pickled = public_folder / "song.pickle"
    pickled.write_bytes(pickle.dumps((song, facts)))
    folder = public_folder / "out"
    folder.mkdir()
    inside = ["MIDI", "Stems", ".stemwright"] if with_project else []
    for name in inside:
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    folder.chmod(0o555)

    words = said([sys.executable, CHILD, pickled, folder, "unprivileged"])

    assert words.startswith("file.write")
    assert "permission denied" in words
    assert tree(folder) == {}
    assert {path.name for path in folder.iterdir()} == set(inside)
    assert not list(folder.rglob("*partial*"))


def test_a_staging_that_leads_outside_is_refused(tmp_path: Path) -> None:
    """A stranger's plan cannot move a file of the user's into the folder."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    staging = tmp_path / "song" / ".stemwright" / "export.partial"
    staging.mkdir(parents=True)
    (staging / "files").symlink_to(mine)
    plan = '{"moves": [{"path": "thesis.txt", "replaces": null}], "removals": []}'
    (staging / "plan.json").write_text(plan)

    with pytest.raises(ProjectOutsideError):
        recover(tmp_path / "song")
    assert (mine / "thesis.txt").read_text() == "mine"
