"""From a stem's file to activations: stretches, level, cancelling, and the cache."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.job import Cancelled, Job
from studio.music.audio import Audio
from studio.music.notes import Notes
from studio.transcription import listen as room
from studio.transcription.contract import Activations
from studio.transcription.engines.drums import DrumDetector
from studio.transcription.engines.spectral import SpectralDetector
from studio.transcription.listen import listen, load_activations, save_activations


class Mean:
    """Hears the mean of the 800 samples before and after each frame, which has a known answer."""

    sample_rate = 8000
    hop = 160
    context_seconds = 0.1
    level_db: float | None = None

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def detect(self, audio: Audio) -> Activations:
        assert audio.channels == 1
        assert audio.sample_rate == self.sample_rate
        self.lengths.append(audio.n_samples)
        padded = np.pad(audio.samples[0], 800)
        frames = -(-audio.n_samples // self.hop)
        means = [padded[k * self.hop : k * self.hop + 1600].mean() for k in range(frames)]
        onset = np.array(means, np.float32)[:, None]
        return Activations(onset, -onset, None, self.sample_rate / self.hop, 60)


@pytest.mark.parametrize("seconds", [0.01, 1.0, 2.0, 2.05, 6.0, 7.337])
def test_a_long_stem_is_heard_as_in_one_piece(
    seconds: float, rng: np.random.Generator, wav: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In stretches of two seconds that overlap; no frame is lost, doubled or moved."""
    samples = rng.standard_normal((2, round(8000 * seconds))).astype(np.float32)
    path = wav(samples, 8000)
    whole = Mean().detect(Audio(samples.mean(axis=0, keepdims=True), 8000))
    monkeypatch.setattr(room, "_STRETCH_SECONDS", 2.0)
    monkeypatch.setattr(room, "_BLOCK", 3001)
    detector = Mean()

    heard = listen(detector, path, Job())

    np.testing.assert_allclose(heard.onset, whole.onset, atol=1e-6)
    np.testing.assert_allclose(heard.frame, whole.frame, atol=1e-6)
    assert max(detector.lengths) <= 8000 * 2.2


@pytest.mark.parametrize("detector_class", [SpectralDetector, DrumDetector])
def test_real_detectors_hear_the_same_in_stretches(
    detector_class: Any, render: Any, wav: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their context reaches far enough: the candidates are those of the whole."""
    onset = np.arange(0.3, 13.0, 0.31)
    notes = Notes.columns(onset, 45 + np.arange(len(onset)) * 7 % 30, onset + 0.4)
    path = wav(render(notes, "struck")[None])
    detector = detector_class.open("cpu")
    whole = detector.decoder(listen(detector, path, Job()))
    monkeypatch.setattr(room, "_STRETCH_SECONDS", 6.5)

    parts = detector.decoder(listen(detector, path, Job()))

    clear_whole, clear_parts = (n.where(n.strength > 0.2) for n in (whole, parts))
    assert len(clear_whole) > 20
    assert clear_parts.pitch.tolist() == clear_whole.pitch.tolist()
    assert clear_parts.onset == pytest.approx(clear_whole.onset, abs=1e-3)
    assert clear_parts.offset == pytest.approx(clear_whole.offset, abs=1e-3)
    assert clear_parts.strength == pytest.approx(clear_whole.strength, abs=1e-3)


@pytest.mark.parametrize(("gain", "level"), [(0.5, -20.0), (0.01, -20.0), (0.0005, -43.0)])
def test_the_stem_is_brought_to_the_level_a_detector_wants(
    gain: float, level: float, wav: Any
) -> None:
    """By its loud parts, however long it is silent between them; by 26 dB at most."""

    class Level(Mean):
        level_db = -20.0

        def detect(self, audio: Audio) -> Activations:
            self.heard = audio.samples
            return super().detect(audio)

    tone = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000) * gain
    samples = np.concatenate([np.zeros(30000), tone, np.zeros(10000)])[None].astype(np.float32)
    detector = Level()

    listen(detector, wav(samples, 8000), Job())

    loud = detector.heard[0, 31000:37000]
    assert 10 * np.log10(np.mean(loud**2)) == pytest.approx(level, abs=0.6)


def test_it_stops_between_stretches(wav: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says how far it is before each."""
    monkeypatch.setattr(room, "_STRETCH_SECONDS", 1.0)
    fractions: list[float] = []

    def stop_at_half(fraction: float, text: str) -> None:
        fractions.append(fraction)
        if fraction >= 0.5:
            job.cancel()

    job, detector = Job(stop_at_half), Mean()
    with pytest.raises(Cancelled):
        listen(detector, wav(np.zeros((1, 8000 * 10), np.float32), 8000), job)

    assert fractions == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert len(detector.lengths) == 6


def test_an_empty_stem_has_no_frames(wav: Any) -> None:
    """No samples, no activations; and no error."""
    assert listen(Mean(), wav(np.zeros((1, 0), np.float32), 8000), Job()).onset.shape == (0, 1)


def test_memory_follows_the_stretch(wav: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the song takes no more on the heap."""
    monkeypatch.setattr(room, "_STRETCH_SECONDS", 5.0)
    monkeypatch.setattr(room, "_BLOCK", 1 << 14)

    def peak(seconds: int) -> int:
        path = wav(np.zeros((1, 8000 * seconds), np.float32), 8000)
        tracemalloc.start()
        listen(Mean(), path, Job())
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(10)
    assert peak(120) < 1.2 * peak(30)


@pytest.mark.parametrize("with_offset", [True, False])
def test_what_is_saved_comes_back(
    tmp_path: Path, rng: np.random.Generator, with_offset: bool
) -> None:
    """The same activations, and the same bytes when saved twice."""
    onset, frame, offset = rng.random((3, 50, 7), np.float32)
    stored = Activations(onset, frame, offset if with_offset else None, 86.1328125, 28)
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"

    save_activations(stored, one)
    save_activations(stored, other)
    loaded = load_activations(one)

    assert one.read_bytes() == other.read_bytes()
    np.testing.assert_array_equal(loaded.onset, onset)
    np.testing.assert_array_equal(loaded.frame, frame)
    assert (loaded.offset is None) == (not with_offset)
    if loaded.offset is not None:
        np.testing.assert_array_equal(loaded.offset, offset)
    assert (loaded.frames_per_second, loaded.lowest_pitch) == (86.1328125, 28)
