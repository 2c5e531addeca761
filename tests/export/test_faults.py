"""Whatever goes wrong while every target is written: a sentence, and all is as it was before."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.errors import (
    DiskFullError,
    ExportConflictError,
    LiveTemplateError,
    MissingFileError,
    ProjectOutsideError,
    StudioError,
    UnreadableAudioError,
    WriteError,
)
from studio.export.contract import ExportOptions, Format
from studio.export.manifest import Manifest, confined
from studio.export.names import safe
from studio.export.write import export_song
from studio.job import Cancelled, Job
from studio.music.bundle import SongBundle, StemFile
from studio.music.stem import stem

EVERY = ("stems", "midi", "dawproject", "reaper", "live")
SOME = ["Stems/Söng - 01 Vocals.wav", "Söng.als"]
OF_EACH = [
    *SOME,
    "MIDI/Söng.mid",
    "Söng.dawproject",
    "Söng.rpp",
    "READ ME FIRST.txt",
    "scores.json",
]
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX's links, pipes and lengths of paths")

Everything = Callable[..., Manifest]


@pytest.fixture
def everything(export: Everything, live_set: Path) -> Everything:
    """An export of every target."""

    def run(song: SongBundle, folder: Path, **how: Any) -> Manifest:
        return export(song, folder, *EVERY, **{"live_template": live_set, **how})

    return run


@pytest.fixture
def older(everything: Everything, bundle: SongBundle, tmp_path: Path) -> Callable[[str], Path]:
    """Folders of a song with a project, an older export in another format, and a user's file."""
    first = tmp_path / "older"
    before = replace(bundle, takes=bundle.takes[:1], stems=bundle.stems[::-1])
    everything(before, first, audio_format="pcm24", scores=b"[]\n")
    (first / "Stems" / "mine.txt").write_bytes(b"mine")
    (first / ".stemwright").mkdir()
    (first / ".stemwright" / "project.json").write_bytes(b"{}")

    def copied(name: str) -> Path:
        return Path(shutil.copytree(first, tmp_path / name))

    return copied


def everything_in(folder: Path) -> dict[str, object]:
    """Every file, hidden ones too, with what is in it; every link, folder and other thing."""
    return {str(path.relative_to(folder)): _kind(path) for path in folder.rglob("*")}


def _kind(path: Path) -> object:
    if path.is_symlink():
        return f"link to {path.readlink()}"
    return path.read_bytes() if path.is_file() else f"folder: {path.is_dir()}"


def is_clear(error: StudioError, *words: str) -> bool:
    """Whether one sentence says what and why, and another what to do; neither shows our staging."""
    said = f"{error.message} {error.hint}"
    return (
        all(word.casefold() in error.message.casefold() for word in words)
        and error.message.endswith(".")
        and bool(error.hint)
        and "partial" not in said
        and "\n" not in said
    )


class Disk:
    """Holds so many bytes more, in all files together, and says then what a full disk says."""

    def __init__(self, room: int) -> None:
        self.room = self.left = room
        self._open = io.open

    def open(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        """In place of ``io.open``."""
        if not set(mode) & set("wax+"):
            return self._open(file, mode, *args, **kwargs)
        assert "b" in mode
        raw = _Raw(file, mode.replace("b", ""))
        raw.disk = self
        return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)


class _Raw(io.FileIO):
    """A file on such a disk."""

    disk: Disk

    def write(self, content: Any) -> int:
        whole = memoryview(content).cast("B")
        fits = whole[: self.disk.left]
        if whole and not fits:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.disk.left -= len(fits)
        return super().write(fits)


@pytest.fixture
def disk_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Disk]]:
    """A disk that has so much room from now on."""

    def start(room: int) -> Disk:
        monkeypatch.undo()
        monkeypatch.setattr(os, "fsync", lambda file: None)
        disk = Disk(room)
        monkeypatch.setattr(io, "open", disk.open)
        return disk

    with monkeypatch.context() as monkeypatch:
        yield start


@pytest.mark.parametrize(
    ("audio_format", "stages"),
    [
        ("float32", 16),
        ("mp3", 5),
        ("flac", 5),
        pytest.param("float32", 400, marks=pytest.mark.slow),
        pytest.param("mp3", 200, marks=pytest.mark.slow),
        pytest.param("flac", 200, marks=pytest.mark.slow),
        pytest.param("pcm16", 200, marks=pytest.mark.slow),
    ],
)
def test_a_disk_full_at_any_byte_is_said_and_nothing_is_lost(
    audio_format: Format,
    stages: int,
    disk_of: Callable[[int], Disk],
    older: Callable[[str], Path],
    everything: Everything,
    bundle: SongBundle,
) -> None:
    """From the first byte to the last, of every target and of our own pages and plan."""
    whole = older("whole")
    plenty = disk_of(10**9)
    everything(bundle, whole, audio_format=audio_format)
    needed = plenty.room - plenty.left
    rooms = {*np.linspace(0, needed - 1, stages).astype(int).tolist(), 1, needed - 300}
    folder = older("full")
    before = everything_in(folder)

    for room in sorted(rooms):
        disk_of(room)
        with pytest.raises(DiskFullError) as caught:
            everything(bundle, folder, audio_format=audio_format)
        assert is_clear(caught.value, str(folder), "no space left")
        assert everything_in(folder) == before

    disk_of(needed)
    everything(bundle, folder, audio_format=audio_format)
    assert everything_in(folder) == everything_in(whole)


def test_a_full_disk_leaves_no_folder_that_was_not_there(
    disk_of: Callable[[int], Disk], everything: Everything, bundle: SongBundle, tmp_path: Path
) -> None:
    """Nor the folders above it."""
    disk_of(50_000)

    with pytest.raises(DiskFullError):
        everything(bundle, tmp_path / "new" / "folder" / "Söng")

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_wherever_it_is_cancelled_all_is_as_it_was(
    every: int, older: Callable[[str], Path], everything: Everything, bundle: SongBundle
) -> None:
    """At every ``every``th word of all targets, until it is done before it is stopped."""
    folder, whole = older("stopped"), older("whole")
    everything(bundle, whole)
    before = everything_in(folder)
    for words in range(0, 1000, every):
        said = 0

        def listen(fraction: float, text: str) -> None:
            nonlocal said
            said += 1
            if said > words:  # noqa: B023
                job.cancel()  # noqa: B023

        job = Job(listen)
        try:
            everything(bundle, folder, job=job)
        except Cancelled:
            assert everything_in(folder) == before
        else:
            break

    assert words > 30
    assert everything_in(folder) == everything_in(whole)


@pytest.mark.parametrize("harm", ["gone", "cut"])
@pytest.mark.parametrize("word", ["Stems/Söng - 01", "MIDI", "audio/01", "Söng.als"])
def test_a_stem_that_goes_meanwhile_is_said(
    harm: str,
    word: str,
    older: Callable[[str], Path],
    everything: Everything,
    bundle: SongBundle,
) -> None:
    """While something else is written, or just before it is read itself."""
    folder = older("harmed")
    before = everything_in(folder)
    path = bundle.stems[0].path
    kept = path.read_bytes()

    def listen(fraction: float, text: str) -> None:
        if harm == "gone":
            path.unlink(missing_ok=True)
        elif path.stat().st_size > 1000:
            path.write_bytes(kept[:1000])

    with pytest.raises((MissingFileError, UnreadableAudioError)) as caught:
        everything(bundle, folder, job=Job(listen))

    assert is_clear(caught.value, "vocals.wav")
    assert everything_in(folder) == before
    path.write_bytes(kept)
    everything(bundle, folder)


@pytest.mark.parametrize("content", [None, b"no set", b""])
def test_a_set_of_live_that_is_none_is_said_before_anything_is_written(
    content: bytes | None,
    older: Callable[[str], Path],
    everything: Everything,
    bundle: SongBundle,
    tmp_path: Path,
) -> None:
    """Missing, or something else."""
    folder, template = older("harmed"), tmp_path / "template.als"
    before = everything_in(folder)
    if content is not None:
        template.write_bytes(content)

    with pytest.raises((MissingFileError, LiveTemplateError)) as caught:
        everything(bundle, folder, live_template=template)

    assert is_clear(caught.value, "template.als")
    assert everything_in(folder) == before


@posix
def test_a_path_too_long_is_said_wherever_it_becomes_so(
    everything: Everything, bundle: SongBundle, tmp_path: Path
) -> None:
    """A path has 4095 bytes on Linux, 1023 on macOS: ours in it are longer and shorter ones."""
    most = os.pathconf(tmp_path, "PC_PATH_MAX") - 1
    outcomes = set()
    for length in range(most - 140, most + 20, 12):
        folder = long_path(tmp_path / "deep", length)
        with suppress(WriteError):
            everything(bundle, folder)
            outcomes.add("whole")
            assert (folder / "manifest.json").is_file()
            assert not list(folder.rglob("*partial*"))
            shutil.rmtree(tmp_path / "deep")
            continue
        with pytest.raises(WriteError) as caught:
            everything(bundle, folder)
        assert is_clear(caught.value, "name too long")
        assert not (tmp_path / "deep").exists()
        outcomes.add("said")
    assert outcomes == {"said", "whole"}


def long_path(start: Path, length: int) -> Path:
    """A path of so many bytes below ``start``."""
    left = length - len(os.fsencode(start))
    names = ["d" * 199] * ((left - 2) // 200)
    rest = left - 200 * len(names) - 1
    return start.joinpath(*names, "e" * rest)


@posix
def test_a_folder_with_too_long_a_name_is_said(
    everything: Everything, bundle: SongBundle, tmp_path: Path
) -> None:
    """One of 300 letters."""
    with pytest.raises(WriteError) as caught:
        everything(bundle, tmp_path / ("x" * 300))

    assert is_clear(caught.value, "x" * 300, "name too long")


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300,
        "曲" * 300,
        'a<b>c:d"e/f\\g|h?i*j',
        "../../../etc/passwd",
        "C:\\Windows\\song",
        "CON",
        "nul.wav",
        "trailing dot.",
        "tab\tnew\nline\x00null\x7f",
        "…",
        "-rf",
        ".hidden",
        "노래 שיר 🎵 e\u0301\u202etxt",
        "{song} {stem} %s",
        "",
    ],
)
def test_any_name_of_a_song_and_stem_makes_files(
    name: str, everything: Everything, bundle: SongBundle, tmp_path: Path
) -> None:
    """Whole, under names that every system takes, all below the folder."""
    first, second = bundle.stems
    named = name.casefold() or "x"
    stems = (StemFile(stem(named), first.path), second)
    takes = (replace(bundle.takes[0], stem=named), bundle.takes[1])
    folder = tmp_path / "out" / "song"

    manifest = everything(replace(bundle, song=name, stems=stems, takes=takes), folder)

    assert list((tmp_path / "out").iterdir()) == [folder]
    files = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert files == {row.path for row in manifest.files} | {"manifest.json"}
    assert {row.target for row in manifest.files} >= set(EVERY)
    for row in manifest.files:
        confined(folder, row.path, folder)
        assert all(safe(part) == part for part in row.path.split("/"))


IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a folder with something in it": lambda path: (path / "mine").mkdir(parents=True),
}
OTHER_THINGS: dict[str, Callable[[Path], object]] = {
    "a pipe": lambda path: os.mkfifo(path),  # noqa: PLW0108 - Windows has none
    "a link to nothing outside": lambda path: path.symlink_to("/nowhere/at all"),
    "a link to a file outside": lambda path: path.symlink_to(__file__),
    "a link to a file of the folder": lambda path: path.symlink_to(path.parent / "mine"),
}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        *(("somebody else's", path) for path in OF_EACH),
        *((kind, path) for kind in IN_THE_WAY for path in SOME),
        *(pytest.param(kind, path, marks=posix) for kind in OTHER_THINGS for path in SOME),
    ],
)
def test_what_stands_in_the_way_of_any_file_stays(
    kind: str, path: str, everything: Everything, bundle: SongBundle, tmp_path: Path
) -> None:
    """And nothing else is written. What is moved away lets the next run through."""
    folder = tmp_path / "out"
    (folder / path).parent.mkdir(parents=True)
    (folder / path).parent.joinpath("mine").write_bytes(b"mine")
    put = (IN_THE_WAY | OTHER_THINGS).get(kind, lambda path: path.write_bytes(b"mine too"))
    put(folder / path)
    before = everything_in(folder)

    with pytest.raises((ExportConflictError, WriteError, ProjectOutsideError)) as caught:
        everything(bundle, folder)

    assert is_clear(caught.value, Path(path).name)
    assert everything_in(folder) == before
    if "folder" in kind and "link" not in kind:
        shutil.rmtree(folder / path)
    else:
        (folder / path).unlink()
    everything(bundle, folder)
    assert (folder / path).is_file()
    assert (folder / path).parent.joinpath("mine").read_bytes() == b"mine"


@pytest.mark.parametrize("path", SOME)
def test_a_file_of_ours_that_was_changed_stays_until_it_may_go(
    path: str, older: Callable[[str], Path], everything: Everything, bundle: SongBundle
) -> None:
    """Refused, then replaced by force."""
    folder = older("changed")
    everything(bundle, folder, audio_format="pcm16")
    (folder / path).write_bytes(b"changed by hand")
    before = everything_in(folder)
    longer = replace(bundle, takes=bundle.takes[:1])

    with pytest.raises(ExportConflictError) as caught:
        everything(longer, folder, scores=b"[1]\n")

    assert is_clear(caught.value, path)
    assert everything_in(folder) == before
    everything(longer, folder, scores=b"[1]\n", force=True)
    assert (folder / path).read_bytes() != b"changed by hand"
    assert (folder / "Stems" / "mine.txt").read_bytes() == b"mine"


def test_files_that_stay_keep_the_format_and_gain_they_were_written_with(
    bundle: SongBundle, everything: Everything, facts: Any, live_set: Path, tmp_path: Path
) -> None:
    """An export of one stem in another format says nothing of the others, nor of the projects."""
    first = everything(bundle, tmp_path / "out", audio_format="pcm16")

    then = export_song(
        bundle,
        tmp_path / "out",
        ["stems"],
        options=ExportOptions("flac", stems=("bass",)),
        facts=facts,
        scores=None,
        force=False,
        job=Job(),
    )

    known = {row.path: row for row in first.files}
    new = "Stems/Söng - 02 Bass.flac"
    for row in then.files:
        if row.path == new:
            assert (row.format, row.gain_db) == ("flac", -1.94)
        elif row.role != "readme" or row.target != "readme":
            assert row == known[row.path]
    assert {row.path for row in then.files} >= {new, *known}
    assert known["Stems/Söng - 01 Vocals.wav"].format == "pcm16"
    assert known["Söng.dawproject"].format == "pcm16"
