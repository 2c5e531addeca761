"""Signals whose place in time is unmistakable, and encoders for every format that is read."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.decode import Decoded, decode
from studio.audio.wav import Wav
from studio.job import Job

Signal = NDArray[np.float32]
_FILES = runpy.run_path(str(Path(__file__).with_name("alignment.py")))


@pytest.fixture
def bursts(rng: np.random.Generator) -> Callable[..., Signal]:
    """``bursts(frames, channels)``: noise bursts at uneven places over faint noise."""

    def make(frames: int, channels: int = 2) -> Signal:
        sound = 0.01 * rng.standard_normal((channels, frames))
        for start in np.linspace(0.03, 0.8, 7) ** 1.3 * frames:
            length = min(2000, frames // 9)
            at = slice(int(start), int(start) + length)
            sound[:, at] += np.hanning(length) * rng.uniform(-0.5, 0.5, (channels, length))
        # Lossy codecs keep what is below 4 kHz best.
        return np.stack([np.convolve(c, np.full(5, 0.2), "same") for c in sound]).astype("f4")

    return make


@pytest.fixture
def encode() -> Callable[..., Path]:
    """``encode(path, samples, sample_rate, codec, ...)``: write by libav's encoders."""
    made: Callable[..., Path] = _FILES["encode"]
    return made


@pytest.fixture
def decoded(tmp_path: Path) -> Callable[[Path], tuple[Signal, Decoded]]:
    """``decoded(path)``: the samples ``decode`` makes of a file, and what it says about them."""

    def run(path: Path) -> tuple[Signal, Decoded]:
        target = tmp_path / "decoded.wav"
        said = decode(path, target, Job())
        with Wav(target) as wav:
            assert (wav.sample_rate, wav.channels, wav.frames) == (
                said.sample_rate,
                said.channels,
                said.frames,
            )
            return wav.read(0, wav.frames), said

    return run


@pytest.fixture
def lag() -> Callable[[Signal, Signal], int]:
    """``lag(reference, take)``: by how many samples ``take`` comes later, by cross-correlation."""

    def find(reference: Signal, take: Signal) -> int:
        return round(_FILES["offset"](reference[0], take[0]))

    return find
