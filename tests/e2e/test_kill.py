"""``kill -9`` at any moment, then the same command: whole, and equal to an undisturbed run."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile as sf


def start(song: Path, out: Path) -> subprocess.Popen[bytes]:
    """The main job, as a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "studio", "process", str(song), "--out", str(out)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """The terminal's process and its worker, at once."""
    family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for member in family:
        os.kill(member.pid, signal.SIGKILL)
    process.wait()
    psutil.wait_procs(family, timeout=5)


def outputs(folder: Path) -> dict[str, str]:
    """Hash of every visible file."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".stemwright" not in path.parts
    }


def half_written(folder: Path) -> list[Path]:
    """Visible files a reader would choke on."""
    return [p for p in folder.rglob(".stemwright-partial-*") if ".stemwright" not in p.parts]


def a_song(path: Path, seconds: float) -> Path:
    """Tones, clicks and noise, so that every stage has work to do."""
    rng = np.random.default_rng(440)
    time_ = np.arange(round(seconds * 44100)) / 44100
    tones = sum(np.sin(2 * np.pi * hz * time_) for hz in (110, 220, 330, 440)) / 20
    clicks = np.exp(-((time_ % 0.5) * 80)) * rng.standard_normal(len(time_)) / 5
    sf.write(path, np.stack([tones + clicks, 0.5 * tones + clicks], axis=1), 44100)
    return path


def killed_again_and_again(tmp_path: Path, seconds: float, times: int) -> None:
    """Kill ``times`` runs, each at its own moment, going on each time until one comes through."""
    chance = random.Random(440)
    song = a_song(tmp_path / "song.wav", seconds)
    begun = time.monotonic()
    undisturbed = start(song, tmp_path / "undisturbed")
    assert undisturbed.wait(timeout=600) == 0
    whole = time.monotonic() - begun

    for number in range(times):
        out = tmp_path / f"killed {number}"
        process = start(song, out)
        time.sleep(chance.uniform(0.1, 1.0) * whole)
        if process.poll() is None:
            kill_tree(process)
        assert half_written(out) == []
        assert start(song, out).wait(timeout=600) == 0
        assert outputs(out) == outputs(tmp_path / "undisturbed")


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """Three kills of a short song."""
    killed_again_and_again(tmp_path, 6.0, 3)


@pytest.mark.slow
def test_twenty_killed_runs_go_on(tmp_path: Path) -> None:
    """Twenty kills of a longer one."""
    killed_again_and_again(tmp_path, 30.0, 20)


@pytest.mark.slow
def test_a_run_killed_at_nine_tenths_needs_little_more(tmp_path: Path) -> None:
    """The second run takes at most 30 % of the first."""
    song = a_song(tmp_path / "song.wav", 240.0)
    begun = time.monotonic()
    assert start(song, tmp_path / "undisturbed").wait(timeout=900) == 0
    whole = time.monotonic() - begun

    process = start(song, tmp_path / "killed")
    time.sleep(0.9 * whole)
    assert process.poll() is None
    kill_tree(process)
    begun = time.monotonic()
    assert start(song, tmp_path / "killed").wait(timeout=900) == 0
    second = time.monotonic() - begun

    assert outputs(tmp_path / "killed") == outputs(tmp_path / "undisturbed")
    assert second <= 0.3 * whole
