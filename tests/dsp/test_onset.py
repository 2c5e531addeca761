"""Rises: where levels go up, and nowhere else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studio.dsp.onset import onset_strength, rises, smoothed

LEVELS = arrays(np.float32, (12, 3), elements=st.floats(0, 10, width=32))


@given(levels=LEVELS, lag=st.integers(1, 4))
def test_a_rise_is_the_step_from_lag_frames_before(levels: np.ndarray, lag: int) -> None:
    """Frame by frame, as the definition says; falls count as 0."""
    before = np.concatenate([np.zeros((lag, 3), np.float32), levels])[:12]
    kept = levels.copy()

    assert np.array_equal(rises(levels, lag), np.maximum(levels - before, 0))
    assert np.array_equal(levels, kept)


def test_a_step_up_is_an_onset_and_a_step_down_is_none() -> None:
    """The curve peaks at the step up and is zero elsewhere."""
    levels = np.zeros((40, 5), np.float32)
    levels[10:30] = 1.0
    strength = onset_strength(levels, lag=2)
    assert strength[10:12].tolist() == [1.0, 1.0]
    assert not strength[:10].any()
    assert not strength[12:].any()


def test_what_sounds_from_the_start_begins_there() -> None:
    """The time before the first frame is silent."""
    assert onset_strength(np.ones((5, 2), np.float32), lag=1).tolist() == [1, 0, 0, 0, 0]


def test_smoothing_keeps_the_place_and_the_sum() -> None:
    """A Gaussian moves nothing."""
    curve = np.zeros(41, np.float32)
    curve[20] = 1.0
    soft = smoothed(curve, 2.5)
    assert np.argmax(soft) == 20
    assert abs(soft.sum() - 1.0) < 1e-4
    assert np.allclose(soft, soft[::-1])


def test_no_frames() -> None:
    """Nothing in, nothing out."""
    assert onset_strength(np.zeros((0, 4), np.float32), smooth=2.0).shape == (0,)
