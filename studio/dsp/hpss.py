"""What is steady and what is sudden in a spectrogram: harmonic-percussive separation.

A tone is a line along time, a hit a line along frequency; a median across a line removes it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Magnitudes = NDArray[np.float32]

_TINY = np.float32(1e-30)  # keeps silence from being divided by itself


def percussive_share(
    magnitudes: Magnitudes, n_frames: int, n_bins: int, margin: float = 1.0
) -> Magnitudes:
    """The part of the power in each bin that is percussive; the rest is harmonic.

    Source: Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx 2010, with
    its Wiener mask, and the margin of Driedger, Müller and Disch, "Extending harmonic-percussive
    separation of audio signals", ISMIR 2014, here inside the Wiener mask.

    Args:
        magnitudes: Shape (frames, bins).
        n_frames: A tone lasts for more than half of this many frames.
        n_bins: A hit covers more than half of this many bins.
        margin: By how much the percussive must exceed the harmonic to get half. With 1 the
            two are treated alike.

    Returns:
        Shape (frames, bins), in [0, 1]; 0 in silence.
    """
    harmonic = np.float32(margin) * running_median(magnitudes, n_frames, axis=0)
    percussive = running_median(magnitudes, n_bins, axis=1)
    percussive *= percussive
    harmonic *= harmonic
    harmonic += percussive + _TINY
    percussive /= harmonic
    return percussive


def running_median(values: Magnitudes, length: int, axis: int) -> Magnitudes:
    """The median of the ``length`` values around each, along one axis of a matrix.

    Beyond its ends the matrix is mirrored. An even ``length`` counts as the next odd one.
    """
    if axis == 0:
        return np.ascontiguousarray(running_median(values.T, length, axis=1).T)
    beside = length // 2
    mirrored = np.pad(values, ((0, 0), (beside, beside)), mode="symmetric")
    # One long row: a running median in one dimension keeps its window sorted, in two it does not.
    row: Magnitudes = median_filter(mirrored.ravel(), size=2 * beside + 1)
    return row.reshape(mirrored.shape)[:, beside : beside + values.shape[1]]
