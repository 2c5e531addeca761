"""Banks of triangles on a spectrum."""

from __future__ import annotations

import numpy as np

from studio.dsp.filterbank import logarithmic, triangles

BINS = np.arange(2048) * 44100 / 4096


def test_logarithmic_bands_have_unit_area_and_rising_centres() -> None:
    """The bank of the 2019 piano network: 144 bands from 43 to 9668 Hz."""
    bank = logarithmic(BINS, 24, 30.0, 10000.0)

    centres = BINS[bank.argmax(axis=0)]
    assert bank.shape == (2048, 144)
    np.testing.assert_allclose(bank.sum(axis=0), 1.0, rtol=1e-6)
    assert (np.diff(centres) > 0).all()
    np.testing.assert_allclose(centres[[0, -1]], [43.07, 9668.4], rtol=1e-3)


def test_high_bands_are_a_quarter_tone_apart() -> None:
    """Where bins are fine enough."""
    centres = BINS[logarithmic(BINS, 24, 30.0, 10000.0).argmax(axis=0)]

    np.testing.assert_allclose(np.diff(np.log2(centres[-40:])), 1 / 24, atol=0.01)


def test_triangles_share_their_feet() -> None:
    """Between the first and the last centre every bin belongs to its two neighbours, in all 1."""
    centres = np.array([100.0, 500.0, 1200.0, 3000.0, 9000.0])

    bank = triangles(BINS, centres)

    inside = (BINS >= 500) & (BINS <= 3000)
    assert bank.shape == (2048, 3)
    np.testing.assert_allclose(bank[inside].sum(axis=1), 1.0, rtol=1e-6)
    assert not bank[(BINS <= 100) | (BINS >= 9000)].any()
