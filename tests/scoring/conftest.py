"""Stems on disk, and the ways to spoil a take."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio.write import WavWriter
from studio.music.notes import Notes
from studio.music.take import Take

WriteStem = Callable[..., Path]
MakeTake = Callable[..., Take]


@pytest.fixture(scope="session")
def degrade() -> SimpleNamespace:
    """The module ``degrade.py`` beside this file."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("degrade.py"))))


@pytest.fixture
def write_stem(tmp_path: Path) -> WriteStem:
    """Writes samples, shape (samples,) or (channels, samples), as a WAV of ours."""

    def write(samples: NDArray[np.floating], sample_rate: int = 22050) -> Path:
        rows = np.atleast_2d(samples).astype(np.float32)
        path = tmp_path / f"stem-{len(list(tmp_path.iterdir()))}.wav"
        with WavWriter(path, sample_rate, *rows.shape) as out:
            out.write(rows)
        return path

    return write


@pytest.fixture
def make_take() -> MakeTake:
    """A take that plays exactly the given notes."""

    def make(notes: Notes, kind: str = "piano") -> Take:
        return Take(stem=kind, engine="by hand", kind=kind, candidates=notes)

    return make
