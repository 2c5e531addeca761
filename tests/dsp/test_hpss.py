"""Harmonic-percussive separation: lines along time one way, lines along frequency the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.dsp.hpss import percussive_share, running_median
from studio.dsp.stft import istft, stft

RATE, N_FFT, HOP = 22050, 1024, 256


def nsdr(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Signal to error, in dB."""
    return float(10 * np.log10((reference**2).sum() / ((reference - estimate) ** 2).sum()))


def split(samples: np.ndarray, margin: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """(percussive, harmonic) of a mono signal."""
    spectrum = stft(samples, N_FFT, HOP)
    share = percussive_share(np.abs(spectrum), 17, 25, margin)
    percussive = istft(spectrum * share, len(samples), HOP)
    return percussive, samples - percussive


def clicks_and_tone() -> tuple[np.ndarray, np.ndarray]:
    """Four clicks a second, and a steady tone of 440 Hz."""
    clicks = np.zeros(3 * RATE, np.float32)
    clicks[RATE // 8 :: RATE // 4] = 1.0
    tone = 0.1 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE).astype(np.float32)
    return clicks, tone


def test_clicks_and_a_tone_go_where_they_belong() -> None:
    """Each is what is left of the other."""
    clicks, tone = clicks_and_tone()

    percussive, harmonic = split(clicks + tone)

    assert nsdr(clicks, percussive) > 12
    assert nsdr(tone, harmonic) > 20


def test_a_margin_makes_less_percussive() -> None:
    """In every bin; and what is clear stays clear."""
    clicks, tone = clicks_and_tone()
    magnitudes = np.abs(stft(clicks + tone, N_FFT, HOP))

    plain = percussive_share(magnitudes, 17, 25)
    strict = percussive_share(magnitudes, 17, 25, margin=2.0)

    assert (strict <= plain).all()
    assert strict.max() > 0.99


def test_time_and_frequency_are_mirror_images() -> None:
    """What is percussive one way is harmonic when the axes are exchanged."""
    magnitudes = np.random.default_rng(440).uniform(0.1, 1, (60, 80)).astype(np.float32)

    one = percussive_share(magnitudes, 9, 13)
    other = percussive_share(magnitudes.T, 13, 9)

    np.testing.assert_allclose(one, 1 - other.T, atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (30, 40)])
def test_silence_is_not_percussive_and_nothing_is_undefined(shape: tuple[int, int]) -> None:
    """Zero, even where there is nothing to divide; one frame or one bin are enough."""
    assert not percussive_share(np.zeros(shape, np.float32), 9, 9).any()
    assert np.isfinite(percussive_share(np.ones(shape, np.float32), 9, 9)).all()


@given(
    n_rows=st.integers(1, 6),
    n_columns=st.integers(1, 30),
    length=st.integers(1, 41),
    axis=st.sampled_from([0, 1]),
    seed=st.integers(0, 2**16),
)
def test_the_running_median_is_the_median_of_each_neighbourhood(
    n_rows: int, n_columns: int, length: int, axis: int, seed: int
) -> None:
    """By definition, value by value; rows do not touch, and the ends are mirrored."""
    values = np.random.default_rng(seed).uniform(size=(n_rows, n_columns)).astype(np.float32)
    beside = length // 2
    beyond = [(0, 0), (0, 0)]
    beyond[axis] = (beside, beside)
    mirrored = np.pad(values, beyond, mode="symmetric")
    around = np.lib.stride_tricks.sliding_window_view(mirrored, 2 * beside + 1, axis=axis)

    median = running_median(values, length, axis)

    np.testing.assert_array_equal(median, np.median(around, axis=-1))
