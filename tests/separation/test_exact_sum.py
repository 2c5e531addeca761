"""The exact sum: what adds up, what can only get better, and what stays silent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.separation.exact_sum import SumMode, close_sum, project

Samples = NDArray[np.float32]


def _noise(rng: np.random.Generator, *shape: int) -> Samples:
    return (0.1 * rng.standard_normal(shape)).astype(np.float32)


def _off_by_db(mixture: Samples, stems: Samples) -> float:
    """The greatest difference of sum and mixture, in dB of full scale."""
    difference = np.abs(stems.sum(axis=0, dtype=np.float64) - mixture).max()
    return float(20 * np.log10(difference + 1e-30))


@pytest.mark.parametrize("mode", ["plain", "weighted"])
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sources=st.integers(1, 6),
    channels=st.integers(1, 2),
    n_samples=st.integers(1, 10_000),
)
def test_stems_add_up(
    mode: SumMode, seed: int, sources: int, channels: int, n_samples: int
) -> None:
    """Whatever an engine gives, the sum is the mixture to better than -120 dB."""
    rng = np.random.default_rng(seed)
    mixture = _noise(rng, channels, n_samples)

    stems = project(mixture, _noise(rng, sources, channels, n_samples), mode)

    assert stems.dtype == np.float32
    assert stems.shape == (sources, channels, n_samples)
    assert _off_by_db(mixture, stems) < -120


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), sources=st.integers(1, 6), loudness=st.floats(0, 3))
def test_the_plain_mode_never_adds_error(seed: int, sources: int, loudness: float) -> None:
    """The true stems lie in the set it projects on, so no estimate gets further from them."""
    rng = np.random.default_rng(seed)
    true = _noise(rng, sources, 2, 500)
    estimate = true + np.float32(loudness) * _noise(rng, sources, 2, 500)

    better = project(true.sum(axis=0), estimate, "plain")

    before = np.square(estimate - true, dtype=np.float64).sum()
    after = np.square(better - true, dtype=np.float64).sum()
    assert after <= before * (1 + 1e-6) + 1e-9


def test_the_plain_mode_is_a_projection(rng: np.random.Generator) -> None:
    """What adds up already is left alone, to rounding."""
    mixture = _noise(rng, 2, 3000)
    once = project(mixture, _noise(rng, 4, 2, 3000), "plain")

    np.testing.assert_allclose(project(mixture, once, "plain"), once, atol=1e-7)


def test_the_weighted_mode_gives_a_residual_to_the_stem_that_sounds_like_it() -> None:
    """A tone that lacks half its level in one stem is made good there, not in the other."""
    time = np.arange(44100) / 44100
    low, high = (np.sin(2 * np.pi * hz * time)[None].astype(np.float32) for hz in (200, 5000))
    inside = slice(4096, -4096)

    got = project(low + high, np.stack([low, 0.5 * high]), "weighted")

    np.testing.assert_allclose(got[0][:, inside], low[:, inside], atol=2e-3)
    np.testing.assert_allclose(got[1][:, inside], high[:, inside], atol=2e-3)


def test_the_weighted_mode_helps_more_than_the_plain_one(rng: np.random.Generator) -> None:
    """With errors in proportion to each stem, as those of masks are."""
    true = np.stack([_coloured(rng, 2, 40_000, pole) for pole in (0.99, 0.5, -0.5, -0.99)])
    estimate = true * np.array([0.7, 0.9, 0.8, 0.6], np.float32)[:, None, None]
    error = {
        mode: np.square(project(true.sum(axis=0), estimate, mode) - true).sum()
        for mode in ("off", "plain", "weighted")
    }

    assert error["weighted"] < 0.5 * error["plain"] < 0.5 * error["off"]


def _coloured(rng: np.random.Generator, channels: int, n_samples: int, pole: float) -> Samples:
    """Noise through one pole, at the level of 0.1."""
    spectrum = np.fft.rfft(rng.standard_normal((channels, n_samples)))
    turn = np.exp(-2j * np.pi * np.arange(spectrum.shape[-1]) / n_samples)
    sound = np.fft.irfft(spectrum / (1 - pole * turn), n_samples)
    return (0.1 * sound / sound.std()).astype(np.float32)


@pytest.mark.parametrize("mode", ["off", "plain", "weighted"])
def test_silence_stays_silence(mode: SumMode) -> None:
    """Zeros in, zeros out, to the bit."""
    got = project(np.zeros((2, 5000), np.float32), np.zeros((4, 2, 5000), np.float32), mode)

    assert not got.any()


def test_off_changes_nothing(rng: np.random.Generator) -> None:
    """The engine's own estimate is what the user asked for."""
    stems = _noise(rng, 3, 2, 100)

    assert project(_noise(rng, 2, 100), stems, "off") is stems


@pytest.mark.parametrize("mode", ["plain", "weighted"])
def test_what_is_given_is_not_changed(mode: SumMode, rng: np.random.Generator) -> None:
    """The caller's arrays stay as they are, and the same input gives the same bytes."""
    mixture, stems = _noise(rng, 2, 5000), _noise(rng, 4, 2, 5000)
    kept = stems.copy()

    first, second = project(mixture, stems, mode), project(mixture, stems, mode)

    assert np.array_equal(stems, kept)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("mode", ["plain", "weighted"])
def test_segments_that_add_up_still_do_after_overlap_add(
    mode: SumMode, rng: np.random.Generator
) -> None:
    """Weights that add up to one commute with the sum over stems."""
    mixture = _noise(rng, 2, 15_000)
    starts, length = (0, 5000), 10_000
    ramp = np.clip((np.arange(length) - 0) / 5000, 0, 1).astype(np.float32)
    total = np.zeros((3, 2, 15_000), np.float32)
    for start, weight in zip(starts, (ramp[::-1], ramp), strict=True):
        inside = slice(start, start + length)
        stems = project(mixture[:, inside], _noise(rng, 3, 2, length), mode)
        total[..., inside] += weight * stems

    middle = slice(5000, 10_000)
    weights = (ramp[::-1][5000:] + ramp[:5000]).astype(np.float64)
    assert _off_by_db(mixture[:, middle] * weights.astype(np.float32), total[..., middle]) < -120


def test_closing_removes_rounding(rng: np.random.Generator) -> None:
    """A sum that is off by the rounding of many additions ends below -140 dB."""
    stems = _noise(rng, 6, 2, 10_000)
    mixture = stems.sum(axis=0) * np.float32(1 + 1e-5)

    assert _off_by_db(mixture, close_sum(mixture, stems)) < -140
