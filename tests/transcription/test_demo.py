"""The demo song: its stems, rendered from a known score, heard by the default engines."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pretty_midi
import pytest

from studio import paths
from studio.job import Job
from studio.music.notes import Notes
from studio.music.take import TakeOptions, choose
from studio.transcription.engines import DETECTORS
from studio.transcription.listen import listen
from studio.transcription.transcribe import choose_engine

PARTS = {"vocals": ["Vocals"], "bass": ["Bass"], "other": ["Keys", "Guitar"], "drums": ["Drums"]}
# Brushed, open and closed: what the detector can tell apart, by General MIDI key.
PIECES = {35: 36, 36: 36, 38: 38, 40: 38, 42: 42, 44: 42, 46: 42, 49: 42, 51: 42, 57: 42, 59: 42}


@pytest.fixture(scope="module")
def stems() -> dict[str, np.ndarray]:
    rendered: dict[str, np.ndarray] = runpy.run_path(str(paths.resource("demo", "compose.py")))[
        "render"
    ]()
    return rendered


def score(kind: str) -> Notes:
    """What is played; two players on one key at once are one note."""
    song = pretty_midi.PrettyMIDI(str(paths.resource("demo", "demo.mid")))
    rows = sorted(
        (note.start, PIECES.get(note.pitch, 0) if kind == "drums" else note.pitch, note.end)
        for part in song.instruments
        if part.name in PARTS[kind]
        for note in part.notes
    )
    last: dict[int, float] = {}
    kept = []
    for onset, pitch, offset in rows:
        if pitch and onset - last.get(pitch, -1.0) > 0.05:
            kept.append((onset, pitch, offset))
            last[pitch] = onset
    onset, pitch, offset = np.array(kept).T
    return Notes.columns(onset, pitch.astype(int), offset)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "least"), [("vocals", 0.80), ("bass", 0.90), ("other", 0.65), ("drums", 0.80)]
)
def test_the_demo_song_is_heard(
    stems: dict[str, np.ndarray], wav: Any, f_measure: Any, kind: str, least: float
) -> None:
    """At the default threshold; 0.88, 0.98, 0.76 and 0.92 when this was written."""
    detector = DETECTORS.load(choose_engine(kind))
    path: Path = wav(stems[kind])

    found = detector.decoder(listen(detector.open("cpu"), path, Job()))

    value = f_measure(score(kind), choose(found, TakeOptions()))
    assert value >= least
