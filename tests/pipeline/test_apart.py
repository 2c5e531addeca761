"""The window's tasks: a song is played, drawn and heard apart before it is whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile as sf

from studio.audio.peaks import Peaks
from studio.errors import MissingFileError, ModelMissingError, UnknownChoiceError
from studio.job import Cancelled, Job
from studio.music.tempo import TempoMap
from studio.pipeline import task
from studio.pipeline.view import SongView

RATE = 44100


def a_song(path: Path, seconds: float, seed: int = 440) -> Path:
    """Soft noise, another on each side, and a loud burst at every beat of 120 BPM."""
    rng = np.random.default_rng(seed)
    samples = 0.005 * rng.standard_normal((round(seconds * RATE), 2))
    burst = 0.2 * rng.standard_normal((2000, 1)) * np.exp(-np.arange(2000) / 300)[:, None]
    for start in range(0, len(samples) - 2000, RATE // 2):
        samples[start : start + 2000] += burst
    path.parent.mkdir(parents=True, exist_ok=True)
    sf.write(path, samples, RATE)
    return path


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Thirteen seconds: two hops."""
    return a_song(tmp_path / "songs" / "Ode.wav", 13)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SongView]:
    """A song and the view of it, taken apart once: look only."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_HOME", str(folder / "home"))
        song = a_song(folder / "Ode.wav", 13)
        return song, run("apart", song=str(song), out=str(folder / "out"))


class Found:
    """A job that keeps what it is told, and can stop after some hops."""

    def __init__(self, stop_after: int = -1) -> None:
        self.all: list[tuple[str, dict[str, Any]]] = []
        self.fractions: list[float] = []
        self.job = Job(lambda fraction, text: self.fractions.append(fraction), None, self._found)
        self.stop_after = stop_after

    def _found(self, name: str, facts: dict[str, Any]) -> None:
        msgspec.json.encode(facts)  # or it would not reach the other process
        self.all.append((name, facts))
        if len(self.named("hop")) == self.stop_after:
            self.job.cancel()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.all]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [facts for each, facts in self.all if each == name]


def run(name: str, found: Found | None = None, **arguments: object) -> SongView:
    """The task ``name``, as the worker does it; through JSON and back."""
    asked = task(name)
    options = msgspec.convert(arguments, asked.options)
    result = asked.work(options, (found or Found()).job)
    return msgspec.json.decode(msgspec.json.encode(result), type=SongView)


def test_everything_is_said_as_soon_as_it_is_there(song: Path, tmp_path: Path) -> None:
    """The song, its outline, the hops, the stems, in this order, under rising progress."""
    found = Found()
    view = run("apart", found, song=str(song), out=str(tmp_path / "out"))

    assert found.names == ["song", "peaks", "separating", "hop", "hop", "stems"]
    first = msgspec.convert(found.named("song")[0], SongView)
    assert (first.name, first.frames, first.sample_rate) == ("Ode", 13 * RATE, RATE)
    assert (first.stems, first.peaks, first.tempo, first.engine) == ([], "", None, None)
    assert sf.info(first.mixture).frames == 13 * RATE
    assert found.named("peaks")[0]["path"] == view.peaks
    assert msgspec.convert(found.named("stems")[0], SongView).stems == view.stems
    assert found.fractions == sorted(found.fractions)
    assert found.fractions[0] >= 0
    assert found.fractions[-1] <= 1


def test_the_view_says_what_is_known_of_the_song(finished: tuple[Path, SongView]) -> None:
    """Files that are there and fit, levels that are theirs, a sum that is the song."""
    song, view = finished

    assert view.folder == str(song.parent / "out" / "Ode")
    assert (view.source, view.source_there) == (str(song), True)
    assert [stem.name for stem in view.stems] == ["vocals", "drums", "bass", "other"]
    assert view.engine is not None
    assert (view.engine.name, view.engine.device) == ("classical", "cpu")
    assert view.sum_error_db is not None
    assert view.sum_error_db < -120
    assert msgspec.convert(view.tempo, TempoMap).bpm == 120
    for stem in view.stems:
        samples = sf.read(stem.wav, dtype="float32")[0]
        low, high, _ = Peaks.load(Path(stem.peaks)).columns(0, 13, 1)
        assert len(samples) == 13 * RATE
        assert (low[0], high[0]) == (samples.min(), samples.max())
        assert stem.loudest_db == pytest.approx(20 * np.log10(np.abs(samples).max()))
        assert stem.take is None


def test_nothing_is_exported(finished: tuple[Path, SongView]) -> None:
    """That is for the export."""
    assert [path.name for path in Path(finished[1].folder).iterdir()] == [".stemwright"]


def test_silence_is_said_to_be_silent(tmp_path: Path) -> None:
    """No level at all, rather than one that JSON cannot write."""
    path = tmp_path / "rest.wav"
    sf.write(path, np.zeros((RATE, 2)), RATE)

    view = run("apart", song=str(path), out=str(tmp_path / "out"))

    assert [stem.silent for stem in view.stems] == [True] * 4
    assert [stem.loudest_db for stem in view.stems] == [None] * 4
    assert view.sum_error_db == -200


def test_a_song_that_is_apart_is_only_looked_at(finished: tuple[Path, SongView]) -> None:
    """By its folder or by its file: the same view, and no hop is computed."""
    song, view = finished
    again = {"song": str(song), "out": str(song.parent / "out")}

    for arguments in ({"song": view.folder}, again, again | {"model": "classical"}):
        found = Found()
        assert run("apart", found, **arguments) == view
        assert found.names == ["song", "peaks", "stems"]
    found = Found()
    assert run("view", found, folder=view.folder) == view
    assert found.names == ["song", "peaks", "stems"]


def test_only_what_is_missing_is_made(song: Path, tmp_path: Path) -> None:
    """After ``process``, which kept two stems and a given tempo: outlines, and no more."""
    asked = task("process")
    arguments = {"song": str(song), "out": str(tmp_path / "out"), "transcribe": [], "targets": []}
    arguments |= {"stems": ["drums", "bass"], "tempo": 93.0}
    asked.work(msgspec.convert(arguments, asked.options), Job())

    found = Found()
    view = run("apart", found, song=str(tmp_path / "out" / "Ode"))

    assert "separating" not in found.names
    assert [stem.name for stem in view.stems] == ["drums", "bass", "rest"]
    assert msgspec.convert(view.tempo, TempoMap).bpm == 93
    assert view.sum_error_db is not None
    assert view.sum_error_db < -120


def test_a_source_that_is_gone_is_no_error(song: Path, tmp_path: Path) -> None:
    """The project has all of it; only by the file it can no longer be asked for."""
    folder = run("apart", song=str(song), out=str(tmp_path / "out")).folder
    song.unlink()

    assert not run("view", folder=folder).source_there
    assert not run("apart", song=folder).source_there
    with pytest.raises(MissingFileError, match=r"Ode\.wav"):
        run("apart", song=str(song), out=str(tmp_path / "out"))


def test_a_cancelled_song_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """By its file or its folder; what is finished is said at once and not computed again."""
    song = a_song(tmp_path / "Long.wav", 40)
    first, second, third = Found(stop_after=2), Found(stop_after=1), Found()
    first.job.listen(30.0)
    with pytest.raises(Cancelled):
        run("apart", first, song=str(song), out=str(tmp_path / "out"))
    folder = first.named("song")[0]["folder"]
    assert run("view", folder=folder).stems == []
    assert run("apart", song=folder).stems == []

    with pytest.raises(Cancelled):
        run("apart", second, song=folder, model="classical")
    view = run("apart", third, song=str(song), out=str(tmp_path / "out"))

    assert [hop["hop"] for hop in first.named("hop")] == [2, 3]
    assert second.named("separating")[0]["done"] == [2, 3]
    assert [hop["hop"] for hop in second.named("hop")] == [0]
    assert third.named("separating")[0]["done"] == [0, 2, 3]
    assert [hop["hop"] for hop in third.named("hop")] == [1]
    assert len(view.stems) == 4


def test_another_recording_in_the_same_file_is_another_song(song: Path, tmp_path: Path) -> None:
    """What was known of the first is not shown beside the second."""
    arguments = {"song": str(song), "out": str(tmp_path / "out")}
    before = run("apart", **arguments)
    a_song(song, 7, seed=7)
    found = Found(stop_after=1)

    with pytest.raises(Cancelled):
        run("apart", found, **arguments)
    meanwhile = run("view", folder=before.folder)
    after = run("apart", **arguments)

    assert (meanwhile.frames, meanwhile.stems, meanwhile.tempo) == (7 * RATE, [], None)
    assert (after.folder, after.frames, len(after.stems)) == (before.folder, 7 * RATE, 4)


def test_a_model_that_is_not_there_is_said_before_any_work(song: Path, tmp_path: Path) -> None:
    """No project is left by a name that is wrong, or by weights that must be added first."""
    for model, error in (("clasical", UnknownChoiceError), ("htdemucs", ModelMissingError)):
        with pytest.raises(error):
            run("apart", song=str(song), out=str(tmp_path / "out"), model=model)

    assert not (tmp_path / "out").exists()


def test_a_song_with_notes_shows_its_takes(tmp_path: Path) -> None:
    """Where they lie, by which engine, and their scores."""
    song = a_song(tmp_path / "songs" / "Clicks.wav", 5)
    asked = task("process")
    arguments = {"song": str(song), "out": str(tmp_path / "out"), "transcribe": ["drums"]}
    asked.work(msgspec.convert(arguments, asked.options), Job())

    view = run("view", folder=str(tmp_path / "out" / "Clicks"))

    takes = {stem.name: stem.take for stem in view.stems}
    assert [name for name, take in takes.items() if take] == ["drums"]
    drums = takes["drums"]
    assert drums is not None
    assert (drums.engine, drums.kind) == ("drums", "drums")
    assert drums.engine_label.startswith("Drum bands")
    with np.load(drums.candidates) as columns:
        assert len(columns["onset"]) >= drums.rows[0]["notes"] > 0
    assert {row["threshold"] for row in drums.rows} == {0.55, 0.7, 0.9}


def test_the_first_hop_waits_for_no_heavy_library(song: Path, tmp_path: Path) -> None:
    """On the processor, by an engine of numpy: neither torch nor the scores are loaded."""
    code = (
        "import sys, msgspec\n"
        "from studio.job import Cancelled, Job\n"
        "from studio.pipeline import task\n"
        "asked = task('apart')\n"
        f"options = msgspec.convert({{'song': {str(song)!r}, 'out': {str(tmp_path)!r}}}, "
        "asked.options)\n"
        "job = Job(finds=lambda name, facts: job.cancel() if name == 'hop' else None)\n"
        "try:\n    asked.work(options, job)\n"
        "except Cancelled:\n    print(sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "'scipy.ndimage'" in done.stdout
    for heavy in ("torch", "demucs", "scipy.signal", "scipy.stats", "mir_eval"):
        assert f"'{heavy}'" not in done.stdout
