"""The study behind the agreement score: a clean take must beat every spoiled one.

The sounds to compare with are not the program's own voice: sawtooth tones, and recordings.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import soxr

from studio.music.notes import Notes
from studio.scoring.measures import MEASURES
from studio.scoring.signal import SAMPLE_RATE, Signal
from studio.synth.render import render

PITCHED = [
    "10 % of the notes missing",
    "30 % of the notes missing",
    "20 % ghost notes",
    "50 % ghost notes",
    "octave and twelfth ghosts on 30 %",
    "20 % off by a semitone",
    "20 % off by an octave",
    "all 50 ms late",
    "all 120 ms late",
    "onsets jittered by 60 ms",
    "notes 2.5 times too long",
    "notes three times too short",
    "notes cut in two",
]
SECONDS = 12.0


def score(key: str, notes: Notes, target: Signal, kind: str = "piano") -> float:
    """One score of a take against a sound."""
    take = render(notes, kind, 0.0, len(target.samples) / SAMPLE_RATE)
    return MEASURES.load(key).value(Signal(take), target)


@pytest.fixture(scope="module")
def played(degrade: SimpleNamespace) -> tuple[Notes, Signal]:
    """A tune and its sound in another timbre."""
    notes = degrade.melody(seconds=SECONDS)
    return notes, Signal(degrade.plucked(notes, SECONDS))


def test_every_way_to_spoil_a_take_is_tried(degrade: SimpleNamespace) -> None:
    """The list above is the module's."""
    assert list(degrade.ALL) == PITCHED


@pytest.mark.parametrize("how", [how for how in PITCHED if "short" not in how])
def test_agreement_prefers_the_clean_take(
    degrade: SimpleNamespace, played: tuple[Notes, Signal], how: str
) -> None:
    """Whatever is wrong with the other one; this sound fades before its notes end."""
    notes, target = played
    spoiled = degrade.ALL[how](notes, np.random.default_rng(440), False)
    assert score("agreement", notes, target) > score("agreement", spoiled, target)


def test_more_of_the_same_mistake_scores_lower(
    degrade: SimpleNamespace, played: tuple[Notes, Signal]
) -> None:
    """10 % missing, then 30 %; 20 % ghosts, then 50 %; 50 ms late, then 120 ms."""
    notes, target = played
    scores = [
        score("agreement", degrade.ALL[how](notes, np.random.default_rng(440), False), target)
        for how in (PITCHED[0], PITCHED[1], PITCHED[2], PITCHED[3], PITCHED[7], PITCHED[8])
    ]
    assert scores[0] > scores[1]
    assert scores[2] > scores[3]
    assert scores[4] > scores[5]


@pytest.mark.parametrize("late", [-0.2, 0.05, 0.12])
def test_lateness_is_read_to_two_milliseconds(
    degrade: SimpleNamespace, played: tuple[Notes, Signal], late: float
) -> None:
    """Positive where the take is late."""
    notes, target = played
    moved = Notes.columns(notes.onset + late, notes.pitch, notes.offset + late)
    assert score("xcorr_lag_seconds", moved, target) == pytest.approx(late, abs=0.002)


def test_the_raw_maximum_cannot_see_lateness(
    degrade: SimpleNamespace, played: tuple[Notes, Signal]
) -> None:
    """It looks at all lags, so a take that is 120 ms late scores as the clean one does."""
    notes, target = played
    late = degrade.ALL["all 120 ms late"](notes, np.random.default_rng(440), False)
    assert score("xcorr_max", late, target) == pytest.approx(
        score("xcorr_max", notes, target), rel=0.01
    )
    assert score("agreement", late, target) < 0.2 * score("agreement", notes, target)


@pytest.mark.data
@pytest.mark.parametrize("how", PITCHED)
def test_agreement_prefers_the_clean_take_of_a_real_voice(
    degrade: SimpleNamespace, data: Path, how: str
) -> None:
    """Solo singing with notes written down by a listener (vocadito 1, CC BY 4.0)."""
    folder = data / "eval" / "notes" / "vocadito_1"
    onset, hertz, length = np.loadtxt(folder / "notesA1.csv", delimiter=",").T
    pitch = np.rint(69 + 12 * np.log2(hertz / 440)).astype(int)
    notes = Notes.columns(onset, pitch, onset + length)
    target = Signal(_mono(folder / "audio.flac"))
    spoiled = degrade.ALL[how](notes, np.random.default_rng(440), False)

    assert score("agreement", notes, target, "vocals") > score(
        "agreement", spoiled, target, "vocals"
    )


@pytest.mark.data
@pytest.mark.parametrize("song", ["rock", "hendrix", "britpop"])
def test_agreement_prefers_the_clean_take_of_real_drums(
    degrade: SimpleNamespace, data: Path, song: str
) -> None:
    """Drum stems with annotated hits (MDB Drums, CC BY-NC-SA 4.0), spoiled in every way."""
    folder = data / "eval" / "mdb" / song
    keys = {"KD": 36, "SD": 38, "HH": 42, "TT": 45, "CY": 49, "OT": 56}
    rows = [line.split() for line in (folder / "drums.txt").read_text().splitlines() if line]
    onset = np.array([float(row[0]) for row in rows])
    notes = Notes.columns(onset, np.array([keys[row[1]] for row in rows]), onset + 0.1)
    target = Signal(_mono(folder / "drums.flac"))
    clean = score("agreement", notes, target, "drums")

    for how in sorted(set(degrade.ALL) - degrade.ONLY_PITCHED):
        spoiled = degrade.ALL[how](notes, np.random.default_rng(440), True)
        assert clean > score("agreement", spoiled, target, "drums"), how


def _mono(path: Path) -> np.ndarray:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE).astype(np.float32)
