"""The program as a user starts it: a process with arguments; and a short song of known parts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

RATE = 44100
Run = Callable[..., subprocess.CompletedProcess[str]]


def six_seconds(bpm: float = 120.0) -> np.ndarray:
    """A bass line in the middle, a chord at the sides, a click on every beat: (samples, 2)."""
    rng = np.random.default_rng(440)
    time = np.arange(6 * RATE) / RATE
    beat = 60 / bpm
    bass = sum(
        _tone(time, 55 * 2 ** (step / 12), number * beat, 0.8 * beat)
        for number, step in enumerate([0, 0, 3, 5, 0, 7, 5, 3, 0, 0, 3, 5])
    )
    chord = sum(_tone(time, hz, 0.0, 6.0) for hz in (440.0, 554.4, 659.3))
    click = np.zeros_like(time)
    burst = rng.standard_normal(2000) * np.exp(-np.arange(2000) / 300)
    for number in range(12):
        at = round(number * beat * RATE)
        click[at : at + 2000] += burst[: len(click) - at]
    middle = 0.3 * bass + 0.2 * click
    return np.stack([middle + 0.1 * chord, middle - 0.1 * chord], axis=1).astype(np.float32)


def _tone(time: np.ndarray, hz: float, start: float, seconds: float) -> np.ndarray:
    """A decaying tone with a few harmonics."""
    since = time - start
    gate = (since >= 0) & (since < seconds)
    wave = sum(np.sin(2 * np.pi * hz * k * since) / k for k in (1, 2, 3))
    return np.where(gate, wave * np.exp(-2 * np.maximum(since, 0)), 0.0)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Six seconds as a 16-bit WAV."""
    path = tmp_path / "songs" / "Six Seconds.wav"
    path.parent.mkdir()
    sf.write(path, six_seconds(), RATE)
    return path


@pytest.fixture
def stemwright(tmp_path: Path) -> Run:
    """Run the command line as a process, in an empty folder."""
    here = tmp_path / "here"
    here.mkdir()

    def run(*arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "studio", *map(str, arguments)],
            cwd=here,
            env=os.environ | {"OMP_NUM_THREADS": "2"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return run
