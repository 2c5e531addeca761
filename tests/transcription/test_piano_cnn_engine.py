"""The piano CNN as a detector: its front end, and the published activations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import torch

from studio.errors import ModelMissingError
from studio.job import Job
from studio.music.audio import Audio
from studio.music.notes import Notes
from studio.music.take import TakeOptions, choose
from studio.nets.piano_cnn import PianoCNN
from studio.transcription.engines.piano_cnn import PianoCNNDetector, log_bands
from studio.transcription.listen import listen

WEIGHTS = "models/madmom/notes/2019/notes_cnn.pkl"
SAMPLE = "eval/notes/madmom_piano/stereo_sample"


def test_without_weights_it_says_what_to_do() -> None:
    """One sentence, and where they come from."""
    with pytest.raises(ModelMissingError) as caught:
        PianoCNNDetector.open("cpu")

    assert "piano-cnn" in caught.value.message
    assert "madmom-notes-2019" in caught.value.hint


def test_the_bands_lie_where_they_should() -> None:
    """144, a quarter tone apart; a tone is loudest in its own, in the frame it sounds."""
    t = np.arange(44100) / 44100
    song = np.where(t > 0.5, np.sin(2 * np.pi * 440 * t), 0).astype(np.float32)

    bands = log_bands(song)

    assert bands.shape == (50, 144)
    assert bands[:22].max() < 1e-3
    loudest = bands[30:].argmax(axis=1)
    higher = log_bands(np.sin(2 * np.pi * 880 * t).astype(np.float32))[30:].argmax(axis=1)
    assert len(set(loudest)) == 1
    assert set(higher - loudest) == {24}


def test_blocks_of_the_network_make_no_difference(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block carries its context."""
    torch.manual_seed(440)
    detector = PianoCNNDetector(PianoCNN().eval())
    song = Audio(rng.standard_normal((1, 44100)).astype(np.float32) * np.float32(0.1), 44100)
    whole = detector.detect(song)
    monkeypatch.setattr("studio.transcription.engines.piano_cnn._BLOCK", 17)

    parts = detector.detect(song)

    np.testing.assert_allclose(parts.onset, whole.onset, atol=1e-6)
    assert parts.offset is not None
    assert parts.onset.shape == parts.frame.shape == parts.offset.shape == (50, 88)


@pytest.mark.data
def test_activations_are_the_published_ones(data: Path) -> None:
    """madmom's own for its sample: whole numbers averaged over channels, cut, over 32767."""
    samples, _ = sf.read((data / SAMPLE).with_suffix(".flac"), dtype="int16")
    mono = np.trunc(samples.mean(axis=1)) / 32767
    detector = PianoCNNDetector.open("cpu", data / WEIGHTS)
    with np.load(data / f"{SAMPLE}.notes_cnn.npz") as file:
        frame, onset, offset = np.moveaxis(file["activations"], -1, 0)

    heard = detector.detect(Audio(mono.astype(np.float32)[None], 44100))

    assert heard.frames_per_second == 50
    assert heard.lowest_pitch == 21
    assert heard.offset is not None
    for got, want in ((heard.frame, frame), (heard.onset, onset), (heard.offset, offset)):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-5)


@pytest.mark.data
@pytest.mark.parametrize(("trim", "sounding"), [(0.207, {72}), (3.0, {41, 77})])
def test_notes_that_sound_where_a_recording_is_cut_are_found(
    data: Path, wav: Any, trim: float, sounding: set[int]
) -> None:
    """60 ms into its first note the published tracker loses that note; at 3 s it loses two."""
    samples, rate = sf.read((data / SAMPLE).with_suffix(".flac"), dtype="float32")
    path = wav(samples[round(trim * rate) :].T, rate)
    detector = PianoCNNDetector.open("cpu", data / WEIGHTS)
    activations = listen(detector, path, Job())

    def at_start(notes: Notes) -> set[int]:
        kept = choose(notes, TakeOptions(onset_threshold=0.5))
        return {note.pitch for note in kept if note.onset < 0.1}

    assert at_start(PianoCNNDetector.decoder(activations, "exact")) == set()
    assert at_start(PianoCNNDetector.decoder(activations)) == sounding


@pytest.mark.data
def test_silence_has_no_notes(data: Path) -> None:
    """With the published weights, nothing over a strength of 0.2."""
    detector = PianoCNNDetector.open("cpu", data / WEIGHTS)
    silence = Audio(np.zeros((1, 3 * 44100), np.float32), 44100)

    found = PianoCNNDetector.decoder(detector.detect(silence))

    assert not (found.strength > 0.2).any()
