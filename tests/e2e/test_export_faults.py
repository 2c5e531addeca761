"""Exports that meet something in their way, as a user sees them at the terminal."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import soundfile as sf

from studio.cli.console import watched

Run = Callable[..., subprocess.CompletedProcess[str]]
NEEDS = re.compile(r"^Writing to (.+) needs [0-9.]+ [MG]B; [0-9.]+ [MG]B are free\.$", re.MULTILINE)


def is_whole(folder: Path) -> bool:
    """Whether each file is as the manifest says, and no other is there."""
    rows = json.loads((folder / "manifest.json").read_text())["files"]
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and ".stemwright" not in path.parts
    }
    del found["manifest.json"]
    return {row["path"]: row["sha256"] for row in rows} == found


def tree(folder: Path) -> set[Path]:
    """All there is in it."""
    return set(folder.rglob("*"))


def started(song: Path, out: Path) -> subprocess.Popen[str]:
    """``process``, which has just made a folder for the song."""
    command = [sys.executable, "-P", "-m", "studio", "process", str(song), "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--to", "stems,midi,dawproject,reaper,live", "--transcribe", "bass"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(out.glob("*/.stemwright/project.json")):
        assert process.poll() is None
        time.sleep(0.01)
    return process


def test_an_export_while_the_separation_still_runs_is_refused_and_harms_nothing(
    stemwright: Run, song: Path, tmp_path: Path
) -> None:
    """One sentence; the separation goes on, says what it needs room for, and all is whole.

    The song is called as Windows lets no file be called.
    """
    out = tmp_path / "out"
    odd = song.with_name(f'{"long " * 40}a<b>c"d|e?f*g.wav')
    sf.write(odd, *sf.read(song, frames=2 * 44100))
    process = started(odd, out)
    (folder,) = out.iterdir()
    workers = psutil.Process(process.pid).children(recursive=True)
    for worker in workers:
        worker.suspend()  # so that it is still at work, however slow the other command starts
    try:
        before = tree(folder)
        refused = stemwright("export", folder, "--to", "stems")
        assert tree(folder) == before
    finally:
        for worker in workers:
            worker.resume()
    _, said = process.communicate(timeout=120)

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"{folder} is being worked on by another Stemwright.",
        "  Wait until it has finished, or close it.",
    ]
    assert process.returncode == 0, said
    assert NEEDS.findall(said) == [str(folder)]
    assert is_whole(folder)


def test_the_terminal_says_what_is_needed_and_what_is_free(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On standard error, beside the result."""
    with watched("Song") as job:
        job.found("room", folder="out/Song", needed_bytes=612_400_000, free_bytes=14_000_000_000)

    said = capsys.readouterr()
    assert said.err == "Writing to out/Song needs 612.4 MB; 14.0 GB are free.\n"
    assert said.out == ""
