"""The one gate that samples pass."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from studio.errors import AudioFormatError
from studio.music.audio import Audio


@given(
    samples=hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(0, 50)),
        elements=st.floats(-2, 2, width=32),
    ),
    rate=st.sampled_from([8000, 44100, 192000]),
)
def test_what_is_sound_passes_unchanged(samples: np.ndarray, rate: int) -> None:
    """Any length, none included; its figures agree with the array."""
    audio = Audio(samples, rate)

    assert audio.samples is samples
    assert (audio.channels, audio.n_samples) == samples.shape
    assert audio.duration == samples.shape[1] / rate
    assert audio.mono().shape == (samples.shape[1],)
    assert audio.mono().dtype == np.float32


@pytest.mark.parametrize(
    ("samples", "rate", "reason"),
    [
        (np.zeros((2, 8)), 44100, "float64"),
        (np.zeros((2, 8), np.int16), 44100, "int16"),
        (np.zeros(8, np.float32), 44100, r"\(8,\)"),
        (np.zeros((1, 2, 8), np.float32), 44100, r"\(1, 2, 8\)"),
        (np.zeros((0, 8), np.float32), 44100, "no channel"),
        (np.array([[0, np.nan]], np.float32), 44100, "NaN"),
        (np.array([[0, np.inf]], np.float32), 44100, "infinity"),
        (np.zeros((1, 8), np.float32), 0, "0 Hz"),
        (np.zeros((1, 8), np.float32), -1, "-1 Hz"),
    ],
)
def test_what_breaks_the_convention_is_refused(samples: np.ndarray, rate: int, reason: str) -> None:
    """The sentence says in what."""
    with pytest.raises(AudioFormatError, match=reason):
        Audio(samples, rate)


def test_mono_is_the_mean_of_the_channels() -> None:
    """Not their sum: two equal channels sound as one."""
    stereo = Audio(np.array([[1.0, 0.5], [0.0, 0.5]], np.float32), 10)

    np.testing.assert_array_equal(stereo.mono(), np.array([0.5, 0.5], np.float32))


def test_loud_values_are_kept() -> None:
    """Beyond full scale is no error: only a fixed-point file limits."""
    assert Audio(np.full((1, 2), 3.0, np.float32), 10).samples.max() == 3.0
