"""What a person does to a tempo map, and that it can be done back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.music.tempo import TempoMap, TempoStep
from studio.rhythm import hand

tempos = st.builds(
    lambda bpm, more, beats, downbeat: TempoMap(
        (TempoStep(0.0, bpm), TempoStep(17.0, more)), beats, "estimated", 0.4, downbeat
    ),
    st.floats(60, 180),
    st.floats(60, 180),
    st.integers(2, 6),
    st.floats(0, 3),
)


@settings(max_examples=30)
@given(tempos)
def test_halving_and_doubling_undo_each_other(tempo: TempoMap) -> None:
    """The steps come back, and bars begin where they began."""
    back = hand.doubled(hand.halved(tempo))
    assert back.steps == tempo.steps
    assert back.downbeat == tempo.downbeat
    assert (back.source, back.confidence) == ("given", 1.0)


@settings(max_examples=30)
@given(tempos)
def test_beats_of_half_the_tempo_are_every_second_one(tempo: TempoMap) -> None:
    """Seconds of beat k of the half are those of beat 2k."""
    beats = np.arange(20.0)
    assert hand.halved(tempo).seconds(beats) == pytest.approx(tempo.seconds(2 * beats))


@settings(max_examples=30)
@given(tempos, st.integers(-9, 9))
def test_the_bar_moves_by_beats(tempo: TempoMap, beats: int) -> None:
    """Whole beats from where it was, within the first bar of the map."""
    moved = hand.shifted(tempo, beats)
    before, after = (
        float(tempo.beats(np.array([at]))[0]) for at in (tempo.downbeat, moved.downbeat)
    )
    bars = (after - before - beats) / tempo.beats_per_bar
    assert bars == pytest.approx(round(bars), abs=1e-6)
    assert -1e-9 <= after < tempo.beats_per_bar + 1e-9
    assert moved.steps == tempo.steps


def test_bars_and_their_place_are_taken_as_said() -> None:
    """Nothing else changes."""
    tempo = hand.with_beats_per_bar(hand.with_downbeat(TempoMap.constant(90), 1.25), 3)
    assert (tempo.bpm, tempo.downbeat, tempo.beats_per_bar) == (90, 1.25, 3)


@settings(max_examples=30)
@given(bpm=st.floats(50, 200), start=st.floats(0.1, 5), seed=st.integers(0, 99))
def test_even_taps_are_one_tempo(bpm: float, start: float, seed: int) -> None:
    """Sixteen taps, 8 ms uneven: to 0.7 %, and the bar begins on the first of them."""
    taps = start + np.arange(16) * 60 / bpm
    taps = taps + np.random.default_rng(seed).normal(0, 0.008, 16)
    tempo = hand.tapped(list(taps), 240.0)
    assert len(tempo.steps) == 1
    assert tempo.bpm == pytest.approx(bpm, rel=0.007)
    assert tempo.downbeat == pytest.approx(taps[0], abs=0.03)
    assert hand.agrees(tempo, list(taps))


def test_taps_that_slow_down_are_steps_on_which_they_lie() -> None:
    """From 120 to 80 BPM over 60 beats; the first of a bar of three is the first tap."""
    taps = 2.0 + np.cumsum(60 / np.linspace(120, 80, 60))
    tempo = hand.tapped(list(taps), 60.0, beats_per_bar=3)
    beats = tempo.beats(taps)
    assert len(tempo.steps) > 3
    assert np.abs(beats - np.rint(beats)).max() < 0.03
    assert tempo.downbeat is not None
    bars = (tempo.beats(np.array([tempo.downbeat])) - beats[0]) / 3
    assert bars[0] == pytest.approx(round(bars[0]), abs=0.02)


def test_two_taps_are_a_tempo_and_one_is_none() -> None:
    """A second apart: 60 BPM. One tap, or two an hour apart, are refused."""
    assert hand.tapped([1.0, 2.0], 60.0).bpm == 60.0
    for taps in ([1.0], [], [1.0, 1.0], [0.0, 3600.0]):
        with pytest.raises(ValueError, match=r"taps|BPM"):
            hand.tapped(taps, 60.0)


def test_taps_beside_the_beat_do_not_agree() -> None:
    """Half-way between beats."""
    tempo = hand.with_downbeat(TempoMap.constant(120), 0.1)
    assert hand.agrees(tempo, [0.12, 0.59, 1.11])
    assert not hand.agrees(tempo, [0.35, 0.85, 1.35])
    assert hand.nearest_beat(tempo, 3.2) == pytest.approx(3.1)
