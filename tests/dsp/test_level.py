"""How loud a sound is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.dsp.level import decibels, loud_level, powers


@given(lengths=st.lists(st.integers(0, 50), min_size=1, max_size=8), piece=st.integers(1, 40))
def test_powers_do_not_depend_on_the_blocks(lengths: list[int], piece: int) -> None:
    """The mean square of each piece, over the channels, the last filled with silence."""
    rng = np.random.default_rng(sum(lengths))
    blocks = [rng.standard_normal((2, n)).astype(np.float32) for n in lengths]
    square = np.square(np.concatenate(blocks, axis=1, dtype=np.float64)).mean(axis=0)
    padded = np.pad(square, (0, -len(square) % piece))

    assert powers(blocks, piece) == pytest.approx(padded.reshape(-1, piece).mean(axis=1))


def test_a_full_scale_sine_has_minus_three_decibels() -> None:
    """And silence the least there is."""
    sine = np.sin(2 * np.pi * np.arange(1000) / 100)[None].astype(np.float32)

    assert decibels(powers([sine], 1000)) == pytest.approx([-3.01], abs=0.01)
    assert decibels(np.zeros(1)) == pytest.approx([-120.0])


@given(silent=st.integers(0, 500), soft=st.integers(0, 100))
def test_silence_does_not_lower_the_level_of_the_loud_parts(silent: int, soft: int) -> None:
    """Nor do a few soft pieces."""
    power = np.concatenate([np.zeros(silent), np.full(soft, 1e-4), np.full(200, 0.01)])

    assert loud_level(power) == pytest.approx(-20.0)


def test_nothing_has_the_least_level() -> None:
    """No piece at all, or only silence."""
    assert loud_level(np.zeros(0)) == loud_level(np.zeros(9)) == -120.0
