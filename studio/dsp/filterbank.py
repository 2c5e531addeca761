"""Banks of overlapping triangles on a magnitude spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def logarithmic(
    bin_hz: NDArray[np.float64],
    bands_per_octave: int,
    lowest_hz: float,
    highest_hz: float,
    reference_hz: float = 440.0,
) -> NDArray[np.float32]:
    """Triangles of unit area, equally spaced on a logarithmic scale through ``reference_hz``.

    Each triangle rises from the centre of the one below and falls to the centre of the one
    above, all rounded to bins; centres that fall on the same bin are one band. Where bands are
    narrower than two bins they are single bins.

    Source: Böck et al., "madmom: a new Python audio and music signal processing library",
    ACM Multimedia 2016 (``LogarithmicFilterbank`` with unique, normalised filters).

    Args:
        bin_hz: Frequencies of the bins, rising, shape (bins,).

    Returns:
        Weights, shape (bins, bands): ``magnitudes @ weights`` gives bands.
    """
    first = np.ceil(np.log2(lowest_hz / reference_hz) * bands_per_octave)
    last = np.floor(np.log2(highest_hz / reference_hz) * bands_per_octave)
    centre_hz = reference_hz * 2.0 ** (np.arange(first, last + 1) / bands_per_octave)
    centres = np.unique(_nearest(bin_hz, centre_hz))
    bank = np.zeros((len(bin_hz), len(centres) - 2), np.float32)
    for band, (start, middle, stop) in enumerate(
        zip(centres[:-2], centres[1:-1], centres[2:], strict=True)
    ):
        bank[start : max(stop, start + 1), band] = _triangle(start, middle, stop)
    return bank


def _nearest(bin_hz: NDArray[np.float64], hz: NDArray[np.float64]) -> NDArray[np.intp]:
    """The bin nearest to each of ``hz``; the upper one of two equally near."""
    above = np.clip(np.searchsorted(bin_hz, hz), 1, len(bin_hz) - 1)
    nearer_below = hz - bin_hz[above - 1] < bin_hz[above] - hz
    return above - nearer_below


def _triangle(start: int, middle: int, stop: int) -> NDArray[np.float32]:
    """A triangle over the bins start <= bin < stop, one at the middle, with the sum one."""
    if stop - start < 2:
        return np.ones(1, np.float32)
    shape = np.zeros(stop - start, np.float32)
    shape[: middle - start] = np.linspace(0, 1, middle - start, endpoint=False)
    shape[middle - start :] = np.linspace(1, 0, stop - middle, endpoint=False)
    normalised: NDArray[np.float32] = shape / shape.sum()
    return normalised


def triangles(bin_hz: NDArray[np.float64], centre_hz: NDArray[np.float64]) -> NDArray[np.float32]:
    """Triangles of height one between ``centre_hz``; its first and last are only feet.

    Args:
        bin_hz: Frequencies of the bins, shape (bins,).
        centre_hz: Rising, shape (bands + 2,).

    Returns:
        Weights, shape (bins, bands).
    """
    low, middle, high = centre_hz[:-2], centre_hz[1:-1], centre_hz[2:]
    rising = (bin_hz[:, None] - low) / (middle - low)
    falling = (high - bin_hz[:, None]) / (high - middle)
    return np.clip(np.minimum(rising, falling), 0.0, None).astype(np.float32)
