"""What the tests of this room share: scales with a known answer, and how takes are scored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mir_eval
import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.write import WavWriter
from studio.music.notes import Notes

Samples = NDArray[np.float32]

TIMBRES: dict[str, Callable[[float, NDArray[np.float64]], NDArray[np.float64]]] = {
    "sine": lambda hz, t: np.sin(2 * np.pi * hz * t),
    "saw": lambda hz, t: sum(
        (np.sin(2 * np.pi * hz * h * t) / h for h in range(1, int(18000 / hz))), np.zeros(len(t))
    ),
    "struck": lambda hz, t: sum(
        (
            np.sin(2 * np.pi * hz * h * t) * h**-1.2 * np.exp(-3 * t * np.sqrt(h))
            for h in range(1, 12)
        ),
        np.zeros(len(t)),
    ),
}


@pytest.fixture
def render() -> Callable[[Notes, str, int], Samples]:
    """``render(notes, timbre, sample_rate)``: the notes as mono samples, 20 ms of fade each."""

    def made(notes: Notes, timbre: str, sample_rate: int = 44100) -> Samples:
        song = np.zeros(round((notes.offset.max() + 0.5) * sample_rate))
        for note in notes:
            t = np.arange(round((note.offset - note.onset) * sample_rate)) / sample_rate
            sound = TIMBRES[timbre](440 * 2 ** ((note.pitch - 69) / 12), t)
            fade = np.minimum(1, np.minimum(t / 0.005, (t[-1] - t) / 0.02))
            start = round(note.onset * sample_rate)
            song[start : start + len(t)] += 0.2 * sound * fade
        return song.astype(np.float32)

    return made


@pytest.fixture
def scale() -> Notes:
    """Two octaves upwards, four notes a second."""
    onset = 0.5 + 0.25 * np.arange(25)
    return Notes.columns(onset, np.arange(48, 73), onset + 0.25)


@pytest.fixture
def wav(tmp_path: Path) -> Callable[[NDArray[np.float32], int], Path]:
    """``wav(samples, sample_rate)``: our float32 WAV of samples (channels, samples)."""

    def made(samples: NDArray[np.float32], sample_rate: int = 44100) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.wav"
        with WavWriter(path, sample_rate, samples.shape[0], samples.shape[1]) as out:
            out.write(np.ascontiguousarray(samples, np.float32))
        return path

    return made


@pytest.fixture
def f_measure() -> Callable[..., float]:
    """``f_measure(reference, notes)``: onset within 50 ms, pitch within 50 cents."""

    def measured(reference: Notes, notes: Notes) -> float:
        if not len(notes):
            return 0.0
        columns = [
            column
            for side in (reference, notes)
            for column in (
                np.column_stack([side.onset, side.offset]),
                440.0 * 2.0 ** ((side.pitch - 69.0) / 12.0),
            )
        ]
        scores = mir_eval.transcription.precision_recall_f1_overlap(*columns, offset_ratio=None)
        return float(scores[2])

    return measured
