"""Where sound begins: rises of level, from one frame to a later one.

Source: Böck and Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013, for
spectral flux with a lag; without its maximum filter, since the bands here are wider than a
vibrato.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d


def rises(levels: NDArray[np.float32], lag: int) -> NDArray[np.float32]:
    """How much each band is above its level ``lag`` frames ago; 0 where it is not.

    The frames before the first are taken to be silent, so what sounds from the start begins there.

    Args:
        levels: Shape (frames, bands), not negative.
        lag: In frames, at least 1.

    Returns:
        Shape (frames, bands).
    """
    risen = levels.copy()
    risen[lag:] -= levels[:-lag]
    return np.maximum(risen, 0.0, out=risen)


def onset_strength(
    levels: NDArray[np.float32], lag: int = 2, smooth: float = 0.0
) -> NDArray[np.float32]:
    """The mean rise over all bands, smoothed by a Gaussian of ``smooth`` frames.

    Args:
        levels: Shape (frames, bands), on a logarithmic or similar scale.

    Returns:
        Shape (frames,), not negative.
    """
    curve: NDArray[np.float32] = rises(levels, lag).mean(axis=1, dtype=np.float32)
    return smoothed(curve, smooth) if smooth else curve


def smoothed(curves: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    """``curves``, shape (frames, ...), under a Gaussian of ``deviation`` frames along time."""
    result: NDArray[np.float32] = gaussian_filter1d(curves, deviation, axis=0, mode="constant")
    return result
