"""A short song of known parts that is apart, transcribed and exported; and the tasks of a song."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile as sf

from studio.job import Job
from studio.pipeline import task

RATE = 44100
Run = Callable[..., Any]


def _line(seconds: float, pitches: list[int]) -> np.ndarray:
    """One decaying tone after the other, half a second each."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.zeros_like(time)
    for number, pitch in enumerate(pitches):
        since = time - number / 2
        inside = (since >= 0) & (since < 0.45)
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * hertz * k * since) / k for k in (1, 2, 3))
        wave += np.where(inside, tone * np.exp(-3 * np.maximum(since, 0)), 0)
    return wave


@pytest.fixture(scope="session")
def _processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``Song``, processed once for all tests."""
    folder = tmp_path_factory.mktemp("processed")
    bass = _line(4, [33, 33, 36, 38, 33, 40, 38, 36])
    high = _line(4, [69, 72, 76, 72, 69, 72, 77, 76])
    samples = np.stack([0.3 * bass + 0.1 * high, 0.3 * bass - 0.1 * high], axis=1)
    sf.write(folder / "Song.wav", samples.astype(np.float32), RATE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_HOME", str(folder / "home"))
        _run("process", song=str(folder / "Song.wav"), out=str(folder / "out"))
    return folder / "out" / "Song"


@pytest.fixture
def song(_processed: Path, tmp_path: Path) -> Path:
    """The folder of the song, each test its own."""
    return Path(shutil.copytree(_processed, tmp_path / "out" / "Song"))


def _run(name: str, job: Job | None = None, **options: Any) -> Any:
    """What the worker does with a task, JSON in and out."""
    found = task(name)
    given = msgspec.json.decode(msgspec.json.encode(options), type=found.options)
    return msgspec.json.decode(msgspec.json.encode(found.work(given, job or Job())))


@pytest.fixture
def run() -> Run:
    """Run a task by name with its options."""
    return _run
