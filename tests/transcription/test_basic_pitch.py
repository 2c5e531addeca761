"""Basic Pitch as a detector: frames where they belong, and a sentence for what is missing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from studio.errors import EngineMissingError, ModelMissingError, OptionError
from studio.models import store
from studio.music.audio import Audio
from studio.transcription.contract import Activations
from studio.transcription.decoders.peaks import held
from studio.transcription.engines.basic_pitch import BasicPitchDetector

RATE, HOP = 22050, 256


def clicks_heard(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A network that hears in frame k of a window the sample it stands for."""
    onset = np.repeat(windows[:, : 172 * HOP : HOP, 0][..., None], 88, axis=2)
    return np.pad(onset, ((0, 0), (0, 172 - onset.shape[1]), (0, 0))), onset


def test_frames_do_not_drift() -> None:
    """Frame k stands for sample 256 k, also after ten minutes."""
    frames = np.arange(7, 10 * 60 * RATE // HOP, 997)
    sound = np.zeros((1, 10 * 60 * RATE), np.float32)
    sound[0, frames * HOP] = 1.0

    heard = BasicPitchDetector(clicks_heard).detect(Audio(sound, RATE))

    assert np.flatnonzero(heard.onset[:, 40]).tolist() == frames.tolist()


def test_every_length_has_all_its_frames() -> None:
    """From one sample up to just beyond a window."""
    for samples in (1, HOP, HOP + 1, 141 * HOP, 141 * HOP + 1, 43844):
        heard = BasicPitchDetector(clicks_heard).detect(Audio(np.ones((1, samples), "f4"), RATE))
        assert heard.onset.shape == (-(-samples // HOP), 88)
        assert heard.onset.all()


def test_an_onset_that_holds_nothing_is_weak() -> None:
    """The strength is the onset's, or what sounds after it, whichever is less."""
    onset, frame = np.zeros((60, 88), np.float32), np.zeros((60, 88), np.float32)
    onset[10, 39] = onset[10, 45] = onset[10, 50] = 0.9
    frame[10:40, 39] = 0.9
    frame[10:14, 45] = 0.9
    frame[10:40, 50] = 0.35

    found = held(Activations(onset, frame, None, RATE / HOP, 21))

    strength = dict(zip(found.pitch.tolist(), found.strength.tolist(), strict=True))
    assert strength == {60: pytest.approx(0.9), 66: 0.0, 71: pytest.approx(0.5)}


def test_without_weights_it_says_what_to_do() -> None:
    """The catalogue knows where they are."""
    with pytest.raises(ModelMissingError) as caught:
        BasicPitchDetector.open("cpu")

    assert "stemwright models show basic-pitch" in caught.value.hint


def test_without_onnx_runtime_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The weights alone do not run."""
    monkeypatch.setattr("studio.transcription.engines.basic_pitch.find_spec", lambda name: None)

    with pytest.raises(EngineMissingError, match="onnxruntime") as caught:
        BasicPitchDetector.open("cpu", tmp_path / "nmp.onnx")

    assert "pip install onnxruntime" in caught.value.hint


def test_an_installed_package_s_weights_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the package lies, without importing it; a file of another size is not taken."""
    package = tmp_path / "basic_pitch"
    file = package / "saved_models/icassp_2022/nmp.onnx"
    file.parent.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('must not be imported')")
    file.write_bytes(b"\0" * 230_444)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()

    assert store.find("basic-pitch").path == file
    assert [row.state for row in store.rows() if row.name == "basic-pitch"] == ["here"]

    with pytest.raises(OptionError, match="installed as"):
        store.remove("basic-pitch")

    file.write_bytes(b"\0" * 100)
    with pytest.raises(ModelMissingError):
        store.find("basic-pitch")
