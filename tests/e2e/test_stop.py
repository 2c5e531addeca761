"""Ctrl-C: the run stops, says so, and the same command goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile as sf


def test_ctrl_c_stops_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """Exit status 130, one sentence, no traceback, nothing visible; then it is done."""
    song = tmp_path / "song.wav"
    noise = np.random.default_rng(440).uniform(-0.1, 0.1, (60 * 44100, 2))
    sf.write(song, noise, 44100)
    out = tmp_path / "out"
    command = [sys.executable, "-P", "-m", "studio", "separate", str(song), "--out", str(out)]

    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "Separating with classical" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    visible = [p for p in out.rglob("*") if p.is_file() and ".stemwright" not in p.parts]
    again = subprocess.run(command, capture_output=True, text=True)

    assert process.returncode == 130
    assert "Stopped. The same command goes on from here." in said
    assert "Traceback" not in said
    assert visible == []
    assert again.returncode == 0, again.stderr
