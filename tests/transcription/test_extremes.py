"""Sounds no engine was made for: every one that needs no weights answers with notes or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.job import Job
from studio.music.notes import Notes
from studio.music.take import TakeOptions, choose
from studio.synth.render import render as play
from studio.transcription.engines import DETECTORS
from studio.transcription.listen import listen
from studio.transcription.transcribe import candidates

DEFAULTS = ("melody", "spectral", "drums")
RATE = 44100
Wav = Callable[..., Path]


def heard(name: str, path: Path) -> Notes:
    detector = DETECTORS.load(name)
    found = candidates(detector, listen(detector.open("cpu"), path, Job()), path, Job())
    return choose(found, TakeOptions())


@pytest.mark.parametrize("name", ["melody", "spectral"])
@pytest.mark.parametrize("seconds", [1.0, 12.0])
def test_one_note_is_one_note(name: str, seconds: float, render: Any, wav: Wav) -> None:
    """However short or long it is held."""
    tone = Notes.columns(np.array([0.1]), np.array([57]), np.array([0.1 + 0.9 * seconds]))

    found = heard(name, wav(render(tone, "saw")[None]))

    assert found.pitch.tolist() == [57]
    assert found.onset == pytest.approx([0.1], abs=0.03)


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_click_is_at_most_a_hit(name: str, wav: Wav) -> None:
    """Never a note of the pitched engines."""
    click = np.zeros((1, RATE), np.float32)
    click[0, RATE // 2 : RATE // 2 + 20] = 0.9

    found = heard(name, wav(click))

    assert len(found) <= (3 if name == "drums" else 0)


@pytest.mark.parametrize("name", ["melody", "spectral"])
def test_a_stem_of_nothing_but_leakage_is_nearly_empty(
    name: str, rng: np.random.Generator, wav: Wav
) -> None:
    """What separation leaves of a part that does not play: smeared noise at -60 dB."""
    noise = rng.standard_normal((1, 8 * RATE)).astype(np.float32)
    swell = 1 + np.sin(2 * np.pi * 0.5 * np.arange(8 * RATE) / RATE)

    found = heard(name, wav((1e-3 * swell * noise).astype(np.float32)))

    assert len(found) <= 2


@pytest.mark.parametrize("name", ["melody", "spectral"])
def test_drums_sent_to_a_pitched_engine_give_few_notes(name: str, wav: Wav) -> None:
    """A kit without toms: less than a note for every second hit."""
    onset = 0.25 * np.arange(32) + 0.2
    hits = Notes.columns(onset, np.tile([36, 42, 38, 42], 8), onset + 0.1)

    found = heard(name, wav(play(hits, "drums", 0.0, 9.0, RATE)[None]))

    assert len(found) < 16


def test_what_is_far_below_the_stem_is_left_out(render: Any, wav: Wav) -> None:
    """A note 60 dB below the loud ones is no candidate, whatever the engine made of it."""
    onset = np.array([0.5, 1.5, 2.5])
    loud = render(Notes.columns(onset, np.array([57, 59, 60]), onset + 0.8), "saw")
    faint = render(Notes.columns(onset + 3, np.array([64, 65, 67]), onset + 3.8), "saw")
    sound = 1e-3 * faint
    sound[: len(loud)] += loud

    for name in ("melody", "spectral"):
        assert not (heard(name, wav(sound[None].astype(np.float32))).onset > 3.4).any()
