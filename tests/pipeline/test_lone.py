"""Stems that come alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.paths import cache_folder
from studio.scoring.suggest import GRID

Run = Callable[..., Any]


def bass(song: Path) -> str:
    """A stem to score."""
    return str(song / "Stems" / "Song - 03 Bass.wav")


def test_takes_that_are_given_stand_beside_a_sweep(song: Path, run: Run) -> None:
    """The suggestion is among those of the sweep."""
    take = str(song / "MIDI" / "Song - Bass.mid")
    scores = run("score", stem=bass(song), takes=[take], sweep=True)
    assert [row["threshold"] for row in scores["takes"]] == [None, *GRID]
    assert scores["takes"][0]["engine"] == "Song - Bass.mid"
    assert scores["suggested"]
    assert set(scores["suggested"].values()) < set(GRID)
    assert run("score", stem=bass(song), takes=[take])["suggested"] == {}


def test_what_killed_runs_left_is_removed(song: Path, run: Run, tmp_path: Path) -> None:
    """After a day; what another run may be using stays, and so does what a link leads to."""
    cache = cache_folder()
    old, young, link = cache / "stem-old", cache / "stem-young", cache / "stem-link"
    other, mine = cache / "other", tmp_path / "mine"
    for folder in (old, young, other, mine):
        folder.mkdir(parents=True)
        (folder / "stem.wav").write_bytes(b"x")
    link.symlink_to(mine)
    yesterday = time.time() - 25 * 3600
    for path in (old, other, mine):
        os.utime(path, (yesterday, yesterday))
    os.utime(link, (yesterday, yesterday), follow_symlinks=False)

    run("score", stem=bass(song))

    assert sorted(path.name for path in cache.glob("stem-*")) == ["stem-link", "stem-young"]
    assert other.exists()
    assert (mine / "stem.wav").exists()
