"""From beats to one tempo or to steps, on beats whose tempo is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.rhythm import fit
from studio.rhythm.maps import mapped


def even(bpm: float, start: float, count: int) -> np.ndarray:
    """Seconds of ``count`` beats."""
    return start + np.arange(count) * 60 / bpm


@settings(max_examples=25)
@given(bpm=st.floats(55, 215), start=st.floats(0, 2), seed=st.integers(0, 99))
def test_even_beats_are_one_tempo(bpm: float, start: float, seed: int) -> None:
    """With 10 ms of a player's unevenness: the tempo to 0.05 %, and it explains them."""
    rng = np.random.default_rng(seed)
    times = even(bpm, start, 200) + rng.normal(0, 0.01, 200)
    found = fit.one_tempo(times, np.ones(200), bpm * 1.001)
    assert found.explains
    assert found.bpm == pytest.approx(bpm, rel=5e-4)


def test_missing_and_extra_beats_do_no_harm() -> None:
    """Every ninth beat gone, every eleventh half a beat off."""
    times = np.delete(even(117.3, 0.4, 400), slice(None, None, 9))
    times[::11] += 0.25
    found = fit.one_tempo(np.sort(times), np.ones(len(times)), 117.32)
    assert found.bpm == pytest.approx(117.3, rel=1e-5)


@pytest.mark.parametrize("change", [100.5, 103.0, 120.0])
def test_beats_that_change_tempo_are_not_one(change: float) -> None:
    """Two minutes at 100 BPM, two at another."""
    times = np.concatenate([even(100, 0, 200), even(change, 120, 240)])
    assert not fit.one_tempo(times, np.ones(len(times)), 100).explains


@settings(max_examples=25)
@given(
    bpms=st.lists(st.floats(70, 180), min_size=2, max_size=4, unique=True),
    seed=st.integers(0, 99),
)
def test_steps_are_found_where_they_are(bpms: list[float], seed: int) -> None:
    """Forty beats each, 2 ms uneven: every tempo to 0.1 % inside its step."""
    if min(abs(a - b) for a, b in pairwise(bpms)) < 3:
        return
    lengths = np.repeat(60 / np.array(bpms), 40)
    times = np.concatenate([[0.7], 0.7 + np.cumsum(lengths)])
    rng = np.random.default_rng(seed)
    steps = fit.steps(times + rng.normal(0, 0.002, len(times)), np.ones(len(times)))
    for number, bpm in enumerate(bpms):
        inside = np.array([40 * number + 3, 40 * number + 37])
        length = np.diff(steps.at(inside))[0] / 34
        assert 60 / length == pytest.approx(bpm, rel=1e-3)
    assert len(steps.knots) <= len(bpms) + 3


def test_a_leap_in_time_is_a_step_of_its_own() -> None:
    """The same tempo before and after, and 0.35 s more between: both halves keep it."""
    times = np.concatenate([even(100, 0, 100), even(100, 60.35, 100)])
    steps = fit.steps(times, np.ones(200))
    assert np.abs(steps.at(np.arange(200)) - times).max() < 0.002


def test_a_stray_beat_makes_no_step() -> None:
    """One beat 80 ms late in two minutes that change once."""
    times = np.concatenate([even(100, 0, 100), even(120, 60, 120)])
    times[50] += 0.08
    assert len(fit.steps(times, np.ones(220)).knots) == 3


@given(
    start=st.floats(0, 3),
    bpms=st.tuples(st.floats(60, 200), st.floats(60, 200)),
)
def test_beats_of_the_song_are_whole_beats_of_the_map(
    start: float, bpms: tuple[float, float]
) -> None:
    """After a first step, which is no more than half as fast or slow again."""
    knots = np.array([0, 60, 120])
    seconds = start + np.array([0, 3600 / bpms[0], 3600 / bpms[0] + 3600 / bpms[1]])
    found = mapped(fit.Steps(knots, seconds), "estimated", 1.0)
    beat = found.tempo.beats(found.seconds)
    assert np.abs(beat - np.rint(beat)).max() < 1e-6
    assert 0.6 < found.tempo.steps[0].bpm / bpms[0] < 1.5
    assert found.seconds[0] < 1.75 * 60 / bpms[0] + 1e-9
