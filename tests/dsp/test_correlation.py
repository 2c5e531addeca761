"""Correlation: delays found where they are, by definition and against scipy's direct sum."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dsp.correlation import correlate, cosine


@settings(max_examples=40, deadline=None)
@given(delay=st.integers(-400, 400))
def test_a_delayed_copy_is_found_at_its_delay(delay: int) -> None:
    """A copy that is k samples late has its peak, its energy, at lag k."""
    noise = np.random.default_rng(440).standard_normal(2000).astype(np.float32)
    reference = np.pad(noise, (500, 500))
    late = np.roll(reference, delay)

    found = correlate(late, reference, 400)

    assert np.argmax(found) - 400 == delay
    assert found.max() == pytest.approx(float(np.dot(noise, noise)), rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 900), m=st.integers(1, 900), max_lag=st.integers(1, 300))
def test_blocks_give_the_direct_sum(n: int, m: int, max_lag: int) -> None:
    """Against scipy's direct method, for any lengths and any range of lags."""
    rng = np.random.default_rng(n * 1000 + m)
    late, reference = (rng.standard_normal(k).astype(np.float32) for k in (n, m))

    full = scipy.signal.correlate(late, reference, "full", "direct")
    lags = scipy.signal.correlation_lags(n, m)
    want = np.zeros(2 * max_lag + 1)
    near = np.abs(lags) <= max_lag
    want[lags[near] + max_lag] = full[near]

    assert correlate(late, reference, max_lag) == pytest.approx(want, abs=2e-4)


@given(scale=st.floats(1e-3, 1e3), offset=st.floats(-10, 10))
def test_a_cosine_ignores_scale_and_mean(scale: float, offset: float) -> None:
    """The same shape is 1, whatever its gain and its level; turned over it is -1."""
    shape = np.random.default_rng(1).standard_normal(300).astype(np.float32)
    other = (scale * shape + offset).astype(np.float32)

    assert cosine(shape, other) == pytest.approx(1.0, abs=1e-4)
    assert cosine(shape, -other) == pytest.approx(-1.0, abs=1e-4)


def test_a_cosine_is_pearsons_correlation(rng: np.random.Generator) -> None:
    """As numpy computes it."""
    a, b = rng.standard_normal((2, 50, 4)).astype(np.float32)
    assert cosine(a, b) == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1], abs=1e-6)


def test_what_does_not_vary_is_like_nothing() -> None:
    """Constants, silence and nothing at all give 0, not a division by zero."""
    flat, noise = np.full(9, 3.0, np.float32), np.arange(9, dtype=np.float32)
    assert cosine(flat, noise) == cosine(noise, flat) == cosine(flat, flat) == 0.0
    assert cosine(flat[:0], flat[:0]) == 0.0
    assert not correlate(np.zeros(9, np.float32), noise, 4).any()
    assert correlate(noise[:0], noise[:0], 4).tolist() == [0] * 9
