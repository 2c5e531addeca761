"""The tempo of a song as the window asks for it: heard, corrected, remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from studio.errors import OptionError
from studio.job import Job
from studio.music.tempo import TempoMap
from studio.pipeline import stages
from studio.project.project import open_project

Run = Callable[..., Any]


def tempo_of(view: dict[str, Any]) -> TempoMap:
    """The map in an answer."""
    return msgspec.convert(view["tempo"], TempoMap)


def test_a_song_alone_says_what_is_known(song: Path, run: Run) -> None:
    """What ``process`` heard: two notes a second, and no number twice."""
    before = run("tempo", folder=str(song))
    assert tempo_of(before).bpm == pytest.approx(120, rel=0.01)
    assert tempo_of(before).source == "estimated"
    assert run("tempo", folder=str(song)) == before


@pytest.mark.parametrize(
    ("asked", "bpm"), [({"change": "halve"}, 0.5), ({"change": "double"}, 2.0), ({}, 1.0)]
)
def test_the_tempo_is_halved_and_doubled(
    song: Path, run: Run, asked: dict[str, str], bpm: float
) -> None:
    """And stays so: for the next question, for the view, and for an export."""
    first = tempo_of(run("tempo", folder=str(song)))
    changed = tempo_of(run("tempo", folder=str(song), **asked))
    assert changed.bpm == pytest.approx(bpm * first.bpm)
    assert tempo_of(run("tempo", folder=str(song))) == changed
    assert msgspec.convert(run("view", folder=str(song))["tempo"], TempoMap) == changed
    report = run("export", folder=str(song), targets=["midi"], force=True)
    assert report["bpm"] == pytest.approx(changed.bpm)


def test_the_bar_is_moved_and_said(song: Path, run: Run) -> None:
    """A beat later and earlier again; a second of its own; bars of three; then all forgotten."""
    first = tempo_of(run("tempo", folder=str(song), estimate=True, downbeat=0.5))
    later = tempo_of(run("tempo", folder=str(song), change="later"))
    assert later.downbeat == pytest.approx(0.5 + 60 / first.bpm)
    back = tempo_of(run("tempo", folder=str(song), change="earlier"))
    assert back.downbeat == pytest.approx(0.5)
    three = tempo_of(run("tempo", folder=str(song), beats_per_bar=3, downbeat=0.25))
    assert (three.beats_per_bar, three.downbeat, three.source) == (3, 0.25, "given")
    anew = tempo_of(run("tempo", folder=str(song), estimate=True))
    assert (anew.source, anew.beats_per_bar) == ("estimated", 4)


def test_a_tempo_is_typed_in_or_tapped(song: Path, run: Run) -> None:
    """What was typed is kept; taps say which tempo, the song says where its beats are."""
    typed = tempo_of(run("tempo", folder=str(song), bpm=119.0))
    assert (typed.bpm, typed.source, typed.confidence) == (119.0, "given", 1.0)
    taps = [1.03, 2.01, 2.98, 4.02]
    tapped = tempo_of(run("tempo", folder=str(song), taps=taps))
    assert tapped.bpm == pytest.approx(60, rel=0.02)
    assert tapped.source == "given"
    beats = tapped.beats(np.array(taps)) - tapped.beats(np.array([tapped.downbeat]))
    assert np.abs(beats - np.rint(beats)).max() < 0.08


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"taps": [1.0]}, "two taps"),
        ({"taps": [1.0, 2.0], "bpm": 90.0}, "one way"),
        ({"estimate": True, "bpm": 90.0}, "one way"),
        ({"taps": [1e6, 1e6 + 0.5]}, "seconds long"),
        ({"downbeat": 1e6}, "seconds long"),
    ],
)
def test_what_cannot_be_is_refused(
    song: Path, run: Run, asked: dict[str, Any], sentence: str
) -> None:
    """In a sentence; the tempo in use stays."""
    before = run("tempo", folder=str(song))
    with pytest.raises(OptionError, match=sentence):
        run("tempo", folder=str(song), **asked)
    assert run("tempo", folder=str(song)) == before


def test_a_tempo_cannot_be_doubled_for_ever(song: Path, run: Run) -> None:
    """Beyond 400 BPM it is refused."""
    run("tempo", folder=str(song), bpm=300.0)
    with pytest.raises(OptionError, match="400"):
        run("tempo", folder=str(song), change="double")


def test_a_map_of_before_is_used_again(song: Path, run: Run) -> None:
    """As it was, with where it comes from: what undo asks for. The view has the key and chords."""
    before = run("tempo", folder=str(song), estimate=True)
    run("tempo", folder=str(song), bpm=90.0)
    again = run("tempo", folder=str(song), map=before["tempo"])
    assert again == before
    seen = run("view", folder=str(song))
    assert {name: seen[name] for name in before} == before
    with pytest.raises(OptionError, match="one way"):
        run("tempo", folder=str(song), map=before["tempo"], bpm=90.0)


def test_the_song_is_listened_to_once(song: Path, run: Run) -> None:
    """Everything after works on what was heard then."""
    with open_project(song) as project:
        heard = project.document.stages["pulse"]
    run("tempo", folder=str(song), estimate=True)
    run("tempo", folder=str(song), bpm=90.0)
    with open_project(song) as project:
        assert project.document.stages["pulse"] == heard
        assert {"tempo", "harmony"} <= set(project.document.stages)


def test_an_older_project_keeps_its_tempo_and_gets_a_key(song: Path, run: Run) -> None:
    """One that an earlier version left: a tempo without bars, and no harmony."""
    with open_project(song) as project:
        project.forget("harmony")
        project.forget("pulse")
        source = project.result("source")
        assert source is not None
        stages.use_tempo(project, source, TempoMap.constant(97.0), Job())
        project.forget("harmony")

    assert tempo_of(run("tempo", folder=str(song))) == TempoMap.constant(97.0)

    with open_project(song) as project:
        assert "harmony" in project.document.stages
