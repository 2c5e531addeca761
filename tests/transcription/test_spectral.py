"""The spectral detector: right on what is known, silent on what is no note."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from studio.audio.resample import resample
from studio.job import Job
from studio.music.audio import Audio
from studio.music.notes import Notes
from studio.music.take import TakeOptions, choose
from studio.transcription.engines.spectral import SpectralDetector
from studio.transcription.listen import listen

DEFAULT = TakeOptions()


@pytest.fixture(scope="module")
def detector() -> SpectralDetector:
    return SpectralDetector.open("cpu")


def heard(detector: SpectralDetector, path: Path, threshold: float = 0.55) -> Notes:
    found = detector.decoder(listen(detector, path, Job()))
    return choose(found, TakeOptions(onset_threshold=threshold))


@pytest.mark.parametrize("timbre", ["sine", "saw", "struck"])
def test_a_scale_is_heard_and_dated(
    detector: SpectralDetector, scale: Notes, render: Any, wav: Any, f_measure: Any, timbre: str
) -> None:
    """Nearly every note, at every threshold up to 0.7, and on time in the median."""
    path = wav(render(scale, timbre)[None])

    for threshold in (0.4, 0.55, 0.7):
        assert f_measure(scale, heard(detector, path, threshold)) >= 0.95
    errors = [
        n.onset - scale.onset[scale.pitch == n.pitch][0]
        for n in heard(detector, path)
        if n.pitch in scale.pitch
    ]
    assert abs(np.median(errors)) < 0.008


def test_chords_are_heard(
    detector: SpectralDetector, render: Any, wav: Any, f_measure: Any
) -> None:
    """Four struck notes at a time."""
    chords = [(48, 55, 64, 72), (45, 57, 60, 64), (41, 57, 60, 65), (43, 55, 59, 62)]
    notes = Notes.columns(
        np.repeat(0.5 + np.arange(8) * 0.5, 4),
        np.array(chords * 2).ravel(),
        np.repeat(1.0 + np.arange(8) * 0.5, 4),
    )

    assert f_measure(notes, heard(detector, wav(render(notes, "struck")[None]))) >= 0.85


def test_notes_end_about_where_they_end(detector: SpectralDetector, render: Any, wav: Any) -> None:
    """A held tone of one second is no tenth of a second wrong."""
    tone = Notes.columns(np.array([1.0]), np.array([60]), np.array([2.0]))

    found = heard(detector, wav(render(tone, "saw")[None]))

    assert found.pitch.tolist() == [60]
    assert found.offset == pytest.approx([2.0], abs=0.1)


def test_the_level_of_a_stem_does_not_matter(
    detector: SpectralDetector, scale: Notes, render: Any, wav: Any
) -> None:
    """Down to a stem 26 dB below what is usual."""
    sound = render(scale, "saw")[None]

    loud, soft = (heard(detector, wav(sound * gain)) for gain in (2.0, 0.05))

    assert loud.pitch.tolist() == soft.pitch.tolist()
    assert loud.onset == pytest.approx(soft.onset, abs=1e-3)


def test_noise_has_no_notes(detector: SpectralDetector, rng: np.random.Generator, wav: Any) -> None:
    """However loud; and what leaked into an empty stem has none either."""
    noise = rng.standard_normal((1, 44100 * 10)).astype(np.float32)

    for gain in (0.3, 1e-4):
        assert len(heard(detector, wav(noise * np.float32(gain)), 0.3)) == 0


def test_a_leak_below_the_stem_is_not_heard(
    detector: SpectralDetector, scale: Notes, render: Any, wav: Any
) -> None:
    """Notes 30 dB under the others stay out."""
    loud = render(
        Notes.columns(np.array([0.5, 4.0]), np.array([55, 57]), np.array([3.5, 7.0])), "saw"
    )
    leak = render(scale, "struck")[: len(loud)] * np.float32(10 ** (-30 / 20))
    loud[: len(leak)] += leak

    assert set(heard(detector, wav(loud[None])).pitch.tolist()) == {55, 57}


@pytest.mark.data
def test_singing(detector: SpectralDetector, data: Path, wav: Any, f_measure: Any) -> None:
    """vocadito, two annotators: 0.65 and 0.61 when this was written; they agree to 0.86."""
    folder = data / "eval/notes/vocadito_1"
    found = heard(detector, decoded(folder / "audio.flac", wav))

    for annotator, least in (("A1", 0.60), ("A2", 0.56)):
        start, hertz, length = np.loadtxt(folder / f"notes{annotator}.csv", delimiter=",").T
        pitch = np.rint(69 + 12 * np.log2(hertz / 440)).astype(int)
        assert f_measure(Notes.columns(start, pitch, start + length), found) >= least


@pytest.mark.data
def test_piano(detector: SpectralDetector, data: Path, wav: Any, f_measure: Any) -> None:
    """madmom's annotated sample of 8 notes: 0.86 when this was written."""
    folder = data / "eval/notes/madmom_piano"
    rows = np.loadtxt(folder / "stereo_sample.notes")
    truth = Notes.columns(rows[:, 0], rows[:, 1].astype(int), rows[:, 0] + rows[:, 2])

    assert f_measure(truth, heard(detector, decoded(folder / "stereo_sample.flac", wav))) >= 0.75


def decoded(flac: Path, wav: Any) -> Path:
    """A float32 WAV of the same sound."""
    samples, rate = sf.read(flac, dtype="float32", always_2d=True)
    return wav(samples.T, rate)


def test_two_hearings_are_the_same(detector: SpectralDetector, scale: Notes, render: Any) -> None:
    """To the last bit."""
    sound = resample(Audio(render(scale, "sine")[None, :88200], 44100), 16000)

    one, other = detector.detect(sound), SpectralDetector.open("cpu").detect(sound)

    np.testing.assert_array_equal(one.onset, other.onset)
    np.testing.assert_array_equal(one.frame, other.frame)
