"""Memory of the whole process tree does not grow with the song."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile as sf

RATE = 44100


def a_minute() -> np.ndarray:
    """A minute of tones, beats and noise, (samples, 2)."""
    rng = np.random.default_rng(440)
    at = np.arange(60 * RATE) / RATE
    note = 110 * 2 ** (np.array([0, 3, 7, 5, 10, 8, 3, 2])[(at * 2).astype(int) % 8] / 12)
    tone = np.sin(2 * np.pi * np.cumsum(note) / RATE) * np.exp(-3 * (at % 0.5)) / 4
    beat = np.exp(-60 * (at % 0.5)) * rng.standard_normal(len(at)) / 6
    side = np.sin(2 * np.pi * 4 * np.cumsum(note) / RATE) / 20
    return np.stack([tone + beat + side, tone + beat - side], axis=1).astype(np.float32)


def write_minutes(path: Path, minutes: int) -> Path:
    """The same minute, again and again."""
    minute = a_minute()
    with sf.SoundFile(path, "w", RATE, 2, subtype="PCM_16") as file:
        for _ in range(minutes):
            file.write(minute)
    return path


def peak_of_tree(arguments: list[str]) -> int:
    """Run the program; the largest sum of private memory of its processes, in bytes.

    Private, so that pages of libraries which the processes share are not counted twice.
    """
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "studio", *arguments],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"OMP_NUM_THREADS": "2"},
    ) as process:
        peak, root = 0, psutil.Process(process.pid)
        while process.poll() is None:
            total = 0
            for member in (root, *root.children(recursive=True)):
                try:
                    total += member.memory_full_info().uss
                except psutil.NoSuchProcess:
                    continue
            peak = max(peak, total)
            time.sleep(0.1)
    assert process.returncode == 0
    return peak


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_an_hour_needs_no_more_than_a_minute(tmp_path: Path) -> None:
    """``process`` with ``classical`` at 1, 5, 20 and 60 minutes: within 15 % of the first."""
    peaks = {}
    for minutes in (1, 5, 20, 60):
        song = write_minutes(tmp_path / f"{minutes}.wav", minutes)
        peaks[minutes] = peak_of_tree(["process", str(song), "--out", str(tmp_path / str(minutes))])
        song.unlink()
        print(minutes, "minutes:", peaks[minutes] / 1e6, "MB")

    assert max(peaks.values()) <= 1.15 * peaks[1]
