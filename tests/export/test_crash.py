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
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.errors import ProjectOutsideError
from studio.export.manifest import Manifest
from studio.export.staging import recover
from studio.export.targets import TARGETS
from studio.export.write import ManifestFacts
from studio.music.bundle import SongBundle

CHILD = Path(__file__).with_name("child.py")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and limits are POSIX's")

Export = Callable[..., Manifest]
Tree = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def export(export: Export, live_set: Path) -> Export:
    """Of every target where none is named."""

    def run(song: SongBundle, folder: Path, *targets: str, **how: Any) -> Manifest:
        return export(song, folder, *(targets or TARGETS.names()), live_template=live_set, **how)

    return run


@pytest.fixture
def command(
    bundle: SongBundle, facts: ManifestFacts, live_set: Path, tmp_path: Path
) -> list[str | Path]:
    """How a child is started, but for folder and action."""
    pickled = tmp_path / "song.pickle"
    pickled.write_bytes(pickle.dumps((bundle, facts, live_set)))
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


@pytest.mark.parametrize(
    ("start", "every"),
    [
        ("nothing", 17),
        ("an older export", 13),
        pytest.param("nothing", 1, marks=pytest.mark.slow),
        pytest.param("an older export", 1, marks=pytest.mark.slow),
    ],
)
def test_killed_before_any_change_on_disk_the_next_run_makes_it_whole(
    start: str,
    every: int,
    command: list[str | Path],
    bundle: SongBundle,
    export: Export,
    tree: Tree,
    tmp_path: Path,
) -> None:
    """Killed before every ``every``th opening, renaming and removing there is, in one export.

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

    words = said([*command, killed, "killings", "flac", "float32", begin, f"{every}"]).split()

    old, new = tree(begin), tree(undisturbed)
    numbers = words[0::2]
    assert set(words[1::2]) == {"done"}
    assert len(numbers) * every > 80
    between = 0
    for number in numbers:
        seen = tree(killed / number)
        assert all(content in (old.get(path), new.get(path)) for path, content in seen.items())
        between += seen not in (old, new)
        assert tree(killed / f"{number} again") == tree(expected)
        assert not list((killed / f"{number} again").rglob("*partial*"))
    assert between


@pytest.mark.parametrize("turns", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments_another_target_goes_on_too(
    turns: int,
    command: list[str | Path],
    bundle: SongBundle,
    export: Export,
    tree: Tree,
    tmp_path: Path,
) -> None:
    """A signal from outside, whenever it comes; then this process exports the notes alone."""
    whole = tmp_path / "whole"
    seconds = killed_after(command, whole, None)
    chance = random.Random(440)
    for turn in range(turns):
        folder = tmp_path / f"{turn}"
        export(bundle, folder, "midi")
        killed_after(command, folder, chance.uniform(0, seconds))

        manifest = export(bundle, folder, "midi")

        others = [row for row in manifest.files if row.target in ("stems", "dawproject", "reaper")]
        assert len(others) in (0, 5)
        assert not list(folder.rglob("*partial*"))
        export(bundle, folder, audio_format="flac")
        assert tree(folder) == tree(whole)


def killed_after(command: list[str | Path], folder: Path, seconds: float | None) -> float:
    """How long a child wrote that was killed so many seconds after it began to; None: never."""
    child = subprocess.Popen([*command, folder, "export", "flac"], stdout=subprocess.DEVNULL)
    while not (folder / ".stemwright/export.partial").exists() and child.poll() is None:
        time.sleep(0.0005)
    begun = time.monotonic()
    with suppress(subprocess.TimeoutExpired):
        child.wait(60 if seconds is None else seconds)
    child.kill()
    child.wait()
    return time.monotonic() - begun


def test_after_a_crash_a_file_the_user_put_there_stays(
    command: list[str | Path], bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Decided, half moved, killed; then the user saves over one of the files."""
    folder = tmp_path / "out"
    said([*command, folder, "visible", "float32", "4"])
    assert list(tree(folder)) == [
        "Ableton Live.txt",
        "Ableton Project Info/READ ME.txt",
        "MIDI/Söng - Bass.mid",
    ]
    mine = folder / "Stems" / "Söng - 02 Bass.wav"
    mine.write_bytes(b"mine now")

    manifest = export(bundle, folder, "midi")

    assert mine.read_bytes() == b"mine now"
    row = next(row for row in manifest.files if row.stem == "bass" and row.role == "stem")
    assert row.sha256 != hashlib.sha256(b"mine now").hexdigest()


@pytest.mark.parametrize("room", [0, 5_000, 32_040, 60_000])
def test_a_full_disk_is_said_and_leaves_nothing(
    room: int, command: list[str | Path], tree: Tree, tmp_path: Path
) -> None:
    """No file may become larger than ``room`` bytes, which the system says in the same words."""
    folder = tmp_path / "out"

    assert said([*command, folder, "limited", f"{room}"]).startswith("disk.full")

    assert tree(folder) == {}
    assert not list(folder.rglob("*partial*"))


def mounts() -> bool:
    """Whether this user may mount a disk that nobody else sees."""
    command = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    return bool(shutil.which("unshare")) and not subprocess.run(command, check=False).returncode


@pytest.mark.slow
@pytest.mark.skipif(not mounts(), reason="not every system lets a user mount a disk")
def test_a_real_disk_that_others_fill_meanwhile_is_said_and_left_empty(
    command: list[str | Path], tmp_path: Path
) -> None:
    """From 4 kB to more than is needed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    outcomes = set()
    for room in range(4, 640, 24):
        script = f'mount -t tmpfs -o size={room}k none "$0" && "$@" && find "$0" -type f'
        words = said(
            ["unshare", "-rm", "sh", "-c", script, disk, *command, disk / "out", "crowded"]
        )
        outcome, *files = words.splitlines()
        if outcome == "done":
            assert len(files) == 14
        else:
            assert outcome.startswith(f"disk.full {disk}")
            assert outcome.endswith("has no room left: no space left on device.")
            assert not files
        outcomes.add(outcome[:4])
    assert outcomes == {"done", "disk"}


def hand_over(public_folder: Path, song: SongBundle, facts: ManifestFacts, live: Path) -> Path:
    """The song where everybody may read it, pickled."""
    sources = [song.mixture, *(file.path for file in song.stems)]
    mixture, *stems = [Path(shutil.copy(path, public_folder)) for path in sources]
    files = [replace(f, path=path) for f, path in zip(song.stems, stems, strict=True)]
    song = replace(song, mixture=mixture, stems=tuple(files))
    pickled = public_folder / "song.pickle"
    pickled.write_bytes(pickle.dumps((song, facts, Path(shutil.copy(live, public_folder)))))
    return pickled


@pytest.mark.parametrize("with_project", [False, True])
def test_a_read_only_folder_is_said_and_leaves_nothing(
    with_project: bool,
    bundle: SongBundle,
    facts: ManifestFacts,
    live_set: Path,
    tree: Tree,
    public_folder: Path,
) -> None:
    """Even where the folders in it can be written."""
    pickled = hand_over(public_folder, bundle, facts, live_set)
    folder = public_folder / "out"
    folder.mkdir()
    inside = ["MIDI", "Stems", "Ableton Project Info", ".stemwright"] if with_project else []
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


@pytest.mark.parametrize(
    ("path", "mode", "code", "named"),
    [
        (".", 0o666, "file.write", "out"),
        ("Stems", 0o555, "file.write", "Stems"),
        ("Stems", 0o000, "file.write", "Mixture.wav"),
        (".stemwright", 0o555, "file.write", "out"),
        ("manifest.json", 0o000, "export.manifest", "manifest.json"),
        ("READ ME FIRST.txt", 0o000, "file.write", "READ ME FIRST.txt"),
    ],
)
def test_no_right_to_a_part_of_the_folder_is_said_and_changes_nothing(
    path: str,
    mode: int,
    code: str,
    named: str,
    bundle: SongBundle,
    export: Export,
    facts: ManifestFacts,
    live_set: Path,
    tree: Tree,
    public_folder: Path,
) -> None:
    """To see what is in it, to put something there, to read what stands in the way."""
    pickled = hand_over(public_folder, bundle, facts, live_set)
    folder = public_folder / "out"
    export(replace(bundle, takes=bundle.takes[:1]), folder, audio_format="pcm16")
    (folder / ".stemwright").mkdir()
    (folder / ".stemwright" / "project.json").write_bytes(b"{}")
    before = tree(folder)
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o777 if place.is_dir() else 0o666)
    (folder / path).chmod(mode)

    words = said([sys.executable, CHILD, pickled, folder, "unprivileged"])

    (folder / path).chmod(0o777)
    assert words.startswith(f"{code} ")
    assert f"{named} " in words
    assert "permission denied" in words
    assert tree(folder) == before
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
