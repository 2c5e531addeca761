"""Every export target there is, held to its contract: a new one is tested by being listed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import soundfile

from studio.export.contract import ExportOptions, Format, Role, Target, Written
from studio.export.manifest import confined
from studio.export.names import safe
from studio.export.targets import TARGETS
from studio.job import Cancelled, Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

RATE, FRAMES = 8000, 6000

every_target = pytest.mark.parametrize("name", TARGETS.names())
every_format = pytest.mark.parametrize("audio_format", get_args(Format))


@pytest.fixture
def bundle(tmp_path: Path) -> SongBundle:
    """Two stems of one name for people, an empty take, drums, a changing tempo, an odd title."""
    source = tmp_path / "source"
    source.mkdir()
    noise = np.random.default_rng(440).standard_normal((FRAMES, 2)).astype("f4") * 0.5
    for name in ("mixture", "drums", "lead_vocals", "lead vocals"):
        soundfile.write(source / f"{name}.wav", noise, RATE, subtype="FLOAT")
    names = ("drums", "lead_vocals", "lead vocals")
    notes = Notes.of([Note(0.1, 36, 0.2, 100), Note(0.5, 42, 0.6, 50)])
    return SongBundle(
        song="Ænima: 曲 / No. 1?",
        mixture=source / "mixture.wav",
        sample_rate=RATE,
        frames=FRAMES,
        stems=tuple(StemFile(stem(name), source / f"{name}.wav") for name in names),
        takes=(
            Take("drums", "drums", "drums", notes),
            Take("lead_vocals", "fundamental", "vocals", notes),
            Take("lead vocals", "fundamental", "vocals", NO_NOTES),
        ),
        tempo=TempoMap((TempoStep(0.0, 100.0), TempoStep(1.0, 140.0))),
    )


def load(name: str) -> Target:
    """The target, made."""
    return TARGETS.load(name)()


def written(name: str, bundle: SongBundle, folder: Path, audio_format: Format) -> Written:
    """What the target says it did."""
    folder.mkdir()
    return load(name).write(bundle, folder, ExportOptions(audio_format), Job())


def files(folder: Path) -> dict[str, str]:
    """Hash by path of everything below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_listing_the_targets_loads_no_numpy() -> None:
    """Menus and ``--help`` list them."""
    code = (
        "import sys, studio.export.targets as t; print(t.TARGETS.names(), 'numpy' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip().endswith("False")


@every_target
def test_it_says_in_a_sentence_what_it_is_for(name: str) -> None:
    """For people, with a full stop."""
    summary = load(name).summary

    assert summary[0].isupper()
    assert summary.endswith(".")
    assert "\n" not in summary


@every_target
@every_format
def test_it_names_what_it_wrote_and_nothing_else(
    name: str, audio_format: Format, bundle: SongBundle, tmp_path: Path
) -> None:
    """Below the folder, under names every system takes, no two alike but for upper case."""
    done = written(name, bundle, tmp_path / "out", audio_format)

    paths = [file.path for file in done.files]
    assert sorted(paths) == sorted(files(tmp_path / "out"))
    assert len({path.casefold() for path in paths}) == len(paths)
    for file in done.files:
        confined(tmp_path / "out", file.path, tmp_path)
        assert all(safe(part) == part for part in file.path.split("/"))
        assert file.role in get_args(Role)
        assert file.stem is None or file.stem in [s.stem.name for s in bundle.stems]


@every_target
@every_format
def test_it_needs_no_more_room_than_it_says(
    name: str, audio_format: Format, bundle: SongBundle, tmp_path: Path
) -> None:
    """Noise, which no format makes smaller."""
    written(name, bundle, tmp_path / "out", audio_format)

    size = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert size <= sum(file.bytes for file in load(name).plan(bundle, ExportOptions(audio_format)))


@every_target
@every_format
def test_it_says_how_much_room_it_needs(
    name: str, audio_format: Format, bundle: SongBundle, tmp_path: Path
) -> None:
    """Of noise at full scale: what it takes, or a tenth and some kilobytes more at most."""
    loud = np.random.default_rng(440).uniform(-1, 1, (3 * 44100, 2)).astype("f4")
    for path in (bundle.mixture, *(file.path for file in bundle.stems)):
        soundfile.write(path, loud, 44100, subtype="FLOAT")
    song = replace(bundle, sample_rate=44100, frames=len(loud), markers=(Marker(1.0, "曲" * 99),))

    written(name, song, tmp_path / "out", audio_format)

    size = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())
    said = sum(file.bytes for file in load(name).plan(song, ExportOptions(audio_format)))
    assert size <= said <= 1.1 * size + 2**14


@every_target
@every_format
def test_it_writes_the_same_bytes_each_time(
    name: str, audio_format: Format, bundle: SongBundle, tmp_path: Path
) -> None:
    """And says the same."""
    one = written(name, bundle, tmp_path / "one", audio_format)
    two = written(name, bundle, tmp_path / "two", audio_format)

    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert one == two


@every_target
def test_it_leaves_the_sources_alone(name: str, bundle: SongBundle, tmp_path: Path) -> None:
    """A file that was given is never changed."""
    before = files(tmp_path / "source")

    written(name, bundle, tmp_path / "out", "pcm16")

    assert files(tmp_path / "source") == before


@every_target
def test_it_does_without_takes(name: str, bundle: SongBundle, tmp_path: Path) -> None:
    """A song that is apart need not be transcribed."""
    written(name, replace(bundle, takes=()), tmp_path / "out", "float32")


@every_target
def test_it_stops_when_it_is_told(name: str, bundle: SongBundle, tmp_path: Path) -> None:
    """At its next word."""
    job = Job()
    job.cancel()
    (tmp_path / "out").mkdir()

    with pytest.raises(Cancelled):
        load(name).write(bundle, tmp_path / "out", ExportOptions(), job)
