"""Seconds to beats and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.tempo import TempoMap, TempoStep


@st.composite
def maps(draw: st.DrawFn) -> TempoMap:
    """Up to eight steps."""
    gaps = draw(st.lists(st.floats(0.25, 64), max_size=7))
    beats = np.concatenate(([0.0], np.cumsum(gaps))).tolist()
    return TempoMap(tuple(TempoStep(beat, draw(st.floats(20, 300))) for beat in beats))


times = st.lists(st.floats(0, 600), min_size=1, max_size=20).map(
    lambda rows: np.array(rows, np.float64)
)


@given(tempo=maps(), seconds=times)
def test_seconds_survive_the_way_there_and_back(tempo: TempoMap, seconds: np.ndarray) -> None:
    """To a nanosecond, on whatever step they lie."""
    np.testing.assert_allclose(tempo.seconds(tempo.beats(seconds)), seconds, atol=1e-9, rtol=1e-12)


@given(tempo=maps(), seconds=times)
def test_beats_never_run_backwards(tempo: TempoMap, seconds: np.ndarray) -> None:
    """Later is later, and the start is beat 0."""
    ordered = np.sort(seconds)

    assert (np.diff(tempo.beats(ordered)) >= 0).all()
    assert tempo.beats(np.zeros(1)) == 0


def test_a_constant_tempo_is_a_product() -> None:
    """At 120 BPM a beat is half a second, before the start as well."""
    tempo = TempoMap.constant(120.0)

    np.testing.assert_array_equal(tempo.beats(np.array([-1.0, 0.0, 0.5, 30.0])), [-2, 0, 1, 60])
    np.testing.assert_array_equal(tempo.seconds(np.array([-2.0, 0.0, 1.0, 60.0])), [-1, 0, 0.5, 30])
    assert tempo.bpm == 120.0


def test_people_are_told_the_usual_tempo() -> None:
    """Not the first of several steps, which only leads to the first beat."""
    led = TempoMap((TempoStep(0.0, 81.0), TempoStep(2.0, 120.0)))
    drifting = (90.0, 120.0, 121.0, 119.0, 140.0)
    bars = TempoMap(tuple(TempoStep(4.0 * bar, bpm) for bar, bpm in enumerate(drifting)))

    assert TempoMap.constant(117.3).usual_bpm == 117.3
    assert led.usual_bpm == 120.0
    assert bars.usual_bpm == 120.0


def test_a_step_takes_effect_on_its_beat() -> None:
    """Four beats at 60, then twice as fast."""
    tempo = TempoMap((TempoStep(0.0, 60.0), TempoStep(4.0, 120.0)))

    np.testing.assert_array_equal(tempo.seconds(np.array([3.0, 4.0, 5.0, 6.0])), [3, 4, 4.5, 5])
    np.testing.assert_array_equal(tempo.beats(np.array([3.0, 4.0, 4.5, 5.0])), [3, 4, 5, 6])


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (TempoStep(1.0, 120.0),),
        (TempoStep(0.0, 0.0),),
        (TempoStep(0.0, -60.0),),
        (TempoStep(0.0, float("nan")),),
        (TempoStep(0.0, 120.0), TempoStep(4.0, 90.0), TempoStep(4.0, 60.0)),
        (TempoStep(0.0, 120.0), TempoStep(4.0, 90.0), TempoStep(2.0, 60.0)),
    ],
)
def test_what_is_no_tempo_map_is_refused(steps: tuple[TempoStep, ...]) -> None:
    """Empty, late, standing still, backwards: a bug where it was made, not where it is used."""
    with pytest.raises(ValueError, match="tempo"):
        TempoMap(steps)
