"""F-measures against true notes: mir_eval's, and what is known without it."""

from __future__ import annotations

from types import SimpleNamespace

import mir_eval.transcription
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.music.notes import NO_NOTES, Notes
from studio.scoring.truth import KEYS, f_measures


def some_notes(seed: int, count: int) -> Notes:
    """Crowded, so that one note could be matched with several."""
    rng = np.random.default_rng(seed)
    onset = np.round(rng.uniform(0, 1.5, count), 3)
    length = np.round(rng.uniform(0.02, 0.6, count), 3)
    return Notes.columns(onset, rng.integers(60, 63, count), onset + length)


def by_mir_eval(truth: Notes, take: Notes) -> list[float]:
    """The same three figures."""

    def rows(notes: Notes) -> tuple[np.ndarray, np.ndarray]:
        hertz = 440.0 * 2.0 ** ((notes.pitch.astype(float) - 69) / 12)
        return np.stack([notes.onset, notes.offset], axis=1), hertz

    measure = mir_eval.transcription.precision_recall_f1_overlap
    both = *rows(truth), *rows(take)
    return [
        measure(*both, onset_tolerance=onset, offset_ratio=ratio)[2]
        for onset, ratio in ((0.05, None), (0.025, None), (0.05, 0.2))
    ]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), true=st.integers(1, 40), found=st.integers(1, 40))
def test_the_figures_are_those_of_mir_eval(seed: int, true: int, found: int) -> None:
    """Whatever the notes, distances on the tolerance itself among them."""
    truth, take = some_notes(seed, true), some_notes(seed + 1, found)
    got = f_measures(truth, take)
    assert list(got) == list(KEYS)
    assert list(got.values()) == pytest.approx(by_mir_eval(truth, take), abs=1e-12)


def test_true_notes_are_right_and_no_notes_are_not() -> None:
    """1 and 0; nothing against nothing is 0 too, as in mir_eval."""
    notes = some_notes(1, 30)
    assert f_measures(notes, notes) == dict.fromkeys(KEYS, 1.0)
    for truth, take in ((notes, NO_NOTES), (NO_NOTES, notes), (NO_NOTES, NO_NOTES)):
        assert f_measures(truth, take) == dict.fromkeys(KEYS, 0.0)


def test_each_figure_sees_what_it_should(degrade: SimpleNamespace) -> None:
    """40 ms late is within 50 and not within 25; long notes end wrongly; half missing is 2/3."""
    notes = degrade.melody(seconds=8.0)
    rng = np.random.default_rng(1)
    late = Notes.columns(notes.onset + 0.04, notes.pitch, notes.offset + 0.04)
    assert f_measures(notes, late)["f1_50ms"] == 1.0
    assert f_measures(notes, late)["f1_25ms"] < 0.1
    long = degrade.ALL["notes 2.5 times too long"](notes, rng, False)
    assert f_measures(notes, long)["f1_50ms"] == 1.0
    assert f_measures(notes, long)["f1_offsets"] == 0.0
    half = notes.where(np.arange(len(notes)) < len(notes) / 2)
    assert f_measures(notes, half)["f1_50ms"] == pytest.approx(2 / 3, abs=0.02)
