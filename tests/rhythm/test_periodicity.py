"""From a curve to a tempo, on curves whose tempo is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.rhythm import periodicity

FPS = 22050 / 220


def pulses(times: np.ndarray, seconds: float, loud: np.ndarray | float = 1.0) -> np.ndarray:
    """A curve with a bump of 15 ms at each of ``times``."""
    curve = np.zeros(round(seconds * FPS) + 20)
    for time, gain in zip(times, np.broadcast_to(loud, len(times)), strict=True):
        near = np.arange(max(0, int(time * FPS) - 9), int(time * FPS) + 11)
        curve[near] += gain * np.exp(-0.5 * ((near / FPS - time) / 0.015) ** 2)
    return curve[: round(seconds * FPS)]


def tempo_of(curve: np.ndarray) -> float:
    """The middle of the tempo's path."""
    return float(np.median(periodicity.tempo_path([curve], FPS)[1]))


@settings(max_examples=30, deadline=None)
@given(bpm=st.floats(70, 180), start=st.floats(0, 1))
def test_a_click_track_gives_its_tempo(bpm: float, start: float) -> None:
    """Coarsely to 1 %, finely to 0.1 %, whatever the tempo and the place of the first click."""
    curve = pulses(np.arange(start, 30, 60 / bpm), 30)

    coarse = tempo_of(curve)

    assert coarse == pytest.approx(bpm, rel=0.01)
    assert periodicity.refined_tempo(curve, FPS, coarse) == pytest.approx(bpm, rel=0.001)


@pytest.mark.parametrize("bpm", [92.0, 117.3, 143.0])
def test_accents_settle_the_octave(bpm: float) -> None:
    """Loud beats with soft ones half-way between: the loud ones are the beat."""
    halves = np.arange(0.2, 30, 30 / bpm)
    loud = np.where(np.arange(len(halves)) % 2, 0.4, 1.0)
    assert tempo_of(pulses(halves, 30, loud)) == pytest.approx(bpm, rel=0.01)


def test_the_path_follows_a_change_of_tempo() -> None:
    """A minute at 100 BPM, a minute at 120: each in its own half, none between."""
    beats = np.concatenate([np.arange(0, 60, 0.6), np.arange(60, 120, 0.5)])
    seconds, bpm = periodicity.tempo_path([pulses(beats, 120)], FPS)
    assert bpm[seconds < 50] == pytest.approx(100, rel=0.01)
    assert bpm[seconds > 70] == pytest.approx(120, rel=0.01)


def test_a_part_that_keeps_the_accents_settles_the_octave() -> None:
    """All halves of a beat alike, but a bass on the beat alone: the beat is not doubled."""
    halves = pulses(np.arange(0, 60, 0.36), 60)
    bass = pulses(np.arange(0, 60, 0.72), 60)
    _, alike = periodicity.tempo_path([halves], FPS)
    _, accented = periodicity.tempo_path([halves, bass], FPS)
    assert np.median(alike) == pytest.approx(60 / 0.36, rel=0.01)
    assert np.median(accented) == pytest.approx(60 / 0.72, rel=0.01)


def test_the_longer_the_song_the_finer_the_tempo() -> None:
    """Ten minutes with 20 ms of human jitter: to 0.005 %."""
    rng = np.random.default_rng(440)
    times = np.arange(0, 600, 60 / 101.37)
    curve = pulses(times + rng.normal(0, 0.02, len(times)), 600)
    assert periodicity.refined_tempo(curve, FPS, 101.0) == pytest.approx(101.37, rel=5e-5)


def test_confidence_falls_as_time_becomes_free() -> None:
    """A click, a loose band, a free player, and onsets at random."""
    rng = np.random.default_rng(440)
    beats = np.arange(0.5, 60, 0.5)
    free = np.cumsum(0.5 * np.exp(np.cumsum(rng.normal(0, 0.08, 120))))
    curves = [
        pulses(beats, 60),
        pulses(beats + rng.normal(0, 0.04, len(beats)), 60),
        pulses(free[free < 60], 60),
        pulses(rng.uniform(0, 60, 120), 60),
    ]
    found = []
    for curve in curves:
        bpm = periodicity.refined_tempo(curve, FPS, tempo_of(curve))
        found.append(periodicity.confidence(curve, FPS, bpm))
    assert found[0] > 0.95
    assert found[0] > found[1] > found[2] >= found[3]
    assert found[1] > 0.5
    assert found[2] < 0.25
    assert found[3] < 0.1


def test_a_handful_of_onsets_has_no_tempo() -> None:
    """Any few onsets lie on some grid."""
    few = pulses(np.array([1.0, 2.1, 3.3]), 20)
    assert not periodicity.enough_onsets(few)
    assert periodicity.confidence(few, FPS, 120.0) == 0.0
    assert not periodicity.enough_onsets(np.zeros(100))
    assert not periodicity.enough_onsets(np.zeros(0))


@pytest.mark.parametrize(
    ("bpm", "seconds", "want"),
    [(120.04, 30.0, 120.0), (117.3, 30.0, 117.3), (120.04, 600.0, 120.04), (99.999, 600.0, 100.0)],
)
def test_a_tempo_is_made_whole_where_nobody_could_hear_it(
    bpm: float, seconds: float, want: float
) -> None:
    """Where the last beat moves by less than 20 ms, and only there."""
    assert periodicity.snapped(bpm, seconds) == want


@given(bpm=st.floats(40, 240), seconds=st.floats(1, 3600))
def test_snapping_never_moves_the_last_beat_far(bpm: float, seconds: float) -> None:
    """By the definition of a beat's place: beats * 60 / bpm."""
    snapped = periodicity.snapped(bpm, seconds)
    beats = seconds * bpm / 60
    assert abs(beats * 60 / snapped - seconds) < 0.020


def test_peaks_are_what_stands_above_its_surroundings() -> None:
    """A constant curve has none, and a curve of peaks keeps their places."""
    assert not periodicity.peaks_only(np.full(500, 3.0, np.float32), FPS).any()
    curve = pulses(np.array([1.0, 2.0, 3.0]), 4).astype(np.float32) + 5
    found = periodicity.peaks_only(curve, FPS)
    assert found.mean() == pytest.approx(1.0)
    for second in (1.0, 2.0, 3.0):
        near = slice(round(second * FPS) - 5, round(second * FPS) + 6)
        assert np.argmax(found[near]) == np.argmax(curve[near])
