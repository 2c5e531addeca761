"""What every transcription engine in the table must do; a newcomer is tested by being listed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.audio.write import WavWriter
from studio.job import Cancelled, Job
from studio.music.audio import Audio
from studio.music.stem import KINDS
from studio.music.take import TakeOptions, choose
from studio.nets.piano_cnn import PianoCNN
from studio.transcription.contract import Detector
from studio.transcription.engines import DETECTORS
from studio.transcription.engines.basic_pitch import BasicPitchDetector
from studio.transcription.engines.piano_cnn import PianoCNNDetector
from studio.transcription.listen import listen
from studio.transcription.transcribe import candidates

NAMES = [entry.name for entry in DETECTORS if entry.package == "stemwright"]


def opened(name: str) -> Detector:
    """The detector; where its weights are not ours to ship, with random ones."""
    if name == "piano-cnn":
        torch.manual_seed(440)
        return PianoCNNDetector(PianoCNN().eval())
    if name == "basic-pitch":
        return BasicPitchDetector(any_network)
    detector = DETECTORS.load(name)
    assert detector.weights is None, f"say here how {name} gets weights"
    return detector.open("cpu")


def any_network(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows (n, 43844, 1) to two layers (n, 172, 88): a random view of the sound, 0 to 1."""
    weights = np.random.default_rng(440).standard_normal((256, 88)).astype(np.float32)
    padded = np.pad(windows[..., 0], ((0, 0), (0, 172 * 256 - windows.shape[1])))
    sounding = 1 / (1 + np.exp(-padded.reshape(-1, 172, 256) @ weights))
    return sounding, sounding**2


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def song(rng: np.random.Generator) -> np.ndarray:
    """Four seconds of tones and clicks, mono, 44.1 kHz."""
    t = np.arange(44100 * 4) / 44100
    tones = sum(
        np.sin(2 * np.pi * 440 * 2 ** (step / 12) * t) * (np.floor(t * 2) % 4 == k)
        for k, step in enumerate((-12, -5, 0, 7))
    )
    clicks = rng.standard_normal(len(t)) * np.exp(-(t % 0.5) * 60)
    return (0.2 * tones + 0.2 * clicks).astype(np.float32)


def wav(path: Path, samples: np.ndarray) -> Path:
    with WavWriter(path, 44100, 1, len(samples)) as out:
        out.write(samples[None])
    return path


def test_it_says_what_it_is(name: str) -> None:
    """Before it is opened: for menus, and for the choice by kind."""
    detector = DETECTORS.load(name)

    assert detector.summary.endswith(".")
    assert re.search(r"(19|20)\d\d", detector.source)
    assert "Source" in (detector.__doc__ or "")
    assert detector.kinds
    assert set(detector.kinds) <= set(KINDS)
    assert 0 <= detector.pitch_range[0] <= detector.pitch_range[1] <= 127
    assert detector.licence
    assert "cpu" in detector.devices
    assert detector.version >= 1


@pytest.mark.parametrize("samples", [0, 1, 1000, 44100 * 2 + 1])
def test_activations_have_the_promised_shape_and_range(
    name: str, samples: int, rng: np.random.Generator
) -> None:
    """A frame every ``hop`` samples, values in [0, 1], whatever the sound."""
    detector = opened(name)
    noise = np.clip(rng.standard_normal((1, samples)) * 0.3, -1, 1).astype(np.float32)

    heard = detector.detect(Audio(noise, detector.sample_rate))

    assert heard.frames_per_second == pytest.approx(detector.sample_rate / detector.hop)
    lowest, highest = DETECTORS.load(name).pitch_range
    for layer in (heard.onset, heard.frame, heard.offset):
        if layer is not None:
            assert layer.dtype == np.float32
            assert layer.shape == (-(-samples // detector.hop), highest - lowest + 1)
            assert not layer.size or 0 <= layer.min() <= layer.max() <= 1
    assert heard.lowest_pitch == lowest


@pytest.mark.parametrize("name", [n for n in NAMES if DETECTORS.load(n).weights is None])
def test_silence_has_no_notes(name: str, tmp_path: Path) -> None:
    """Nothing over a strength of 0.2. (Random weights hear ghosts; real ones are tested apart.)"""
    path = wav(tmp_path / "silence.wav", np.zeros(44100 * 3, np.float32))

    found = candidates(DETECTORS.load(name), listen(opened(name), path, Job()), path, Job())

    assert not (found.strength > 0.2).any()


def test_candidates_are_notes_within_the_stem(name: str, song: np.ndarray, tmp_path: Path) -> None:
    """In the promised range of pitch, with a length, and loud enough to be heard."""
    path = wav(tmp_path / "song.wav", song)

    found = candidates(DETECTORS.load(name), listen(opened(name), path, Job()), path, Job())

    lowest, highest = DETECTORS.load(name).pitch_range
    assert ((found.pitch >= lowest) & (found.pitch <= highest)).all()
    assert ((found.onset >= 0) & (found.onset < 4.0)).all()
    assert (found.offset > found.onset).all()
    assert (found.offset < 4.2).all()
    assert ((found.strength >= 0) & (found.strength <= 1)).all()
    assert ((found.velocity >= 1) & (found.velocity <= 127)).all()
    assert found.onset.tolist() == sorted(found.onset.tolist())


def test_a_higher_threshold_gives_a_subset(name: str, song: np.ndarray, tmp_path: Path) -> None:
    """At thirty thresholds, from one hearing."""
    path = wav(tmp_path / "song.wav", song)
    found = DETECTORS.load(name).decoder(listen(opened(name), path, Job()))

    sets = [set(choose(found, TakeOptions(float(t)))) for t in np.linspace(0, 1, 30)]

    assert all(more >= fewer for more, fewer in pairwise(sets))


def test_hearing_twice_gives_the_same(name: str, song: np.ndarray) -> None:
    """To the last bit."""
    audio = Audio(song[None, :44100], opened(name).sample_rate)

    one, other = opened(name).detect(audio), opened(name).detect(audio)

    assert one.onset.tobytes() == other.onset.tobytes()
    assert one.frame.tobytes() == other.frame.tobytes()


def test_a_cancelled_job_stops_it(name: str, song: np.ndarray, tmp_path: Path) -> None:
    """Before anything is heard."""
    job = Job()
    job.cancel()

    with pytest.raises(Cancelled):
        listen(opened(name), wav(tmp_path / "song.wav", song), job)


def test_listing_the_table_loads_nothing_heavy() -> None:
    """Menus and --help answer at once."""
    code = (
        "import json, sys; from studio.transcription.engines import DETECTORS; list(DETECTORS);"
        "print(json.dumps(sorted({'torch', 'scipy', 'librosa', 'onnxruntime'} & set(sys.modules))))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert json.loads(out.stdout) == []
