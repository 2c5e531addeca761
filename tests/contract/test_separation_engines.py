"""Every separation engine in the table keeps the contract; a newcomer is tested by being listed."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from studio.job import Cancelled, Job
from studio.separation.contract import Cost, Engine
from studio.separation.engines import ENGINES
from studio.separation.stream import StreamOptions, separate_song

_MAKER = Path(__file__).parents[1] / "separation" / "random_htdemucs.py"
# How to make small weights, for each engine that needs some.
WEIGHTS: dict[str, Callable[[Path], Path]] = {
    "htdemucs": lambda folder: runpy.run_path(str(_MAKER))["write"](folder / "tiny.safetensors"),
}
NAMES = ENGINES.names()


@pytest.fixture(scope="module", params=NAMES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Each engine, opened on the processor."""
    engine_class = ENGINES.load(request.param)
    weights = None
    if engine_class.needs_weights:
        weights = WEIGHTS[request.param](tmp_path_factory.mktemp("weights"))
    return engine_class.open("cpu", weights)


def song(folder: Path, engine: Engine, sound: str, segments: float = 2.6) -> Path:
    """Stereo at 48 kHz, some segments long: "noise", "music" or "silence"."""
    frames = int(48_000 * segments * engine.segment_samples / engine.sample_rate)
    rng = np.random.default_rng(440)
    samples = np.zeros((frames, 2), np.float32)
    if sound != "silence":
        samples += 0.1 * rng.standard_normal((frames, 2))
    if sound == "music":
        time = np.arange(frames)[:, None] / 48_000
        samples += 0.3 * np.sin(2 * np.pi * np.array([110.0, 440.0]) * time)
        samples[::24_000] += 0.8
    path = folder / f"{sound}.wav"
    sf.write(path, samples.astype(np.float32), 48_000, subtype="FLOAT")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is(name: str) -> None:
    """A sentence for people, where it was published, what it costs, what it runs on."""
    engine_class = ENGINES.load(name)

    assert len(engine_class.summary) > 20
    assert engine_class.summary.endswith(".")
    assert re.search(r"(19|20)\d\d", engine_class.source), "the source has a year"
    assert engine_class.version >= 1
    assert "cpu" in engine_class.devices
    assert set(engine_class.devices) <= {"cpu", "cuda", "mps", "xpu"}
    assert isinstance(engine_class.cost, Cost)
    assert engine_class.cost.real_time_factor["cpu"] > 0
    assert engine_class.cost.memory_mb > 0


def test_its_numbers_make_sense(engine: Engine) -> None:
    """Names that can be names of files, each once; lengths that can be cut."""
    assert len(set(engine.stems)) == len(engine.stems) >= 1
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", stem) for stem in engine.stems)
    assert "rest" not in engine.stems
    assert engine.channels in (1, 2)
    assert 4000 <= engine.sample_rate <= 192_000
    assert engine.segment_samples >= engine.sample_rate // 10
    assert engine.batch >= 1


def test_a_segment_gives_as_much_of_every_stem(engine: Engine) -> None:
    """(batch, channels, samples) to (batch, sources, channels, samples), float32 and finite."""
    rng = np.random.default_rng(440)
    shape = (engine.batch, engine.channels, engine.segment_samples)
    mixture = (0.1 * rng.standard_normal(shape)).astype(np.float32)
    kept = mixture.copy()

    stems = engine.separate(mixture)

    assert stems.shape == (shape[0], len(engine.stems), *shape[1:])
    assert stems.dtype == np.float32
    assert np.isfinite(stems).all()
    assert np.array_equal(mixture, kept), "the mixture is not the engine's to change"


def test_the_same_segment_gives_the_same_bytes(engine: Engine) -> None:
    """Whatever it separated before."""
    rng = np.random.default_rng(440)
    shape = (1, engine.channels, engine.segment_samples)
    one, other = (rng.standard_normal(shape).astype(np.float32) for _ in range(2))

    first = engine.separate(one)
    engine.separate(other)

    assert engine.separate(one).tobytes() == first.tobytes()


@pytest.mark.parametrize("sound", ["noise", "music"])
def test_stems_have_the_song_s_length_rate_and_sum(
    tmp_path: Path, engine: Engine, sound: str
) -> None:
    """To the sample, and to better than -120 dB of full scale."""
    path = song(tmp_path, engine, sound)

    names = separate_song(engine, path, tmp_path / "out", StreamOptions(), Job())

    whole, sample_rate = sf.read(path)
    total = np.zeros_like(whole)
    for name in names:
        stem, stem_rate = sf.read(tmp_path / "out" / f"{name}.wav")
        assert (stem.shape, stem_rate) == (whole.shape, sample_rate)
        assert np.isfinite(stem).all()
        total += stem
    assert np.abs(total - whole).max() < 1e-6


def test_silence_in_gives_silence_out(tmp_path: Path, engine: Engine) -> None:
    """Each stem is below -80 dB of full scale, and together they are below -140."""
    path = song(tmp_path, engine, "silence")

    names = separate_song(engine, path, tmp_path / "out", StreamOptions(), Job())

    stems = [sf.read(tmp_path / "out" / f"{name}.wav")[0] for name in names]
    assert np.abs(stems).max() < 1e-4
    assert np.abs(np.sum(stems, axis=0)).max() < 1e-7


def test_a_cancelled_job_stops_and_leaves_no_stem(tmp_path: Path, engine: Engine) -> None:
    """At the next segment; what is left is a part to go on from."""
    path = song(tmp_path, engine, "noise")
    texts: list[str] = []

    def heard(fraction: float, text: str) -> None:
        texts.append(text)
        if text.startswith("separating"):
            job.cancel()

    job = Job(heard)
    with pytest.raises(Cancelled):
        separate_song(engine, path, tmp_path / "out", StreamOptions(), job)

    assert sum(text.startswith("separating") for text in texts) == 1
    assert not [name for name in engine.stems if (tmp_path / "out" / f"{name}.wav").exists()]
