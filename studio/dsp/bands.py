"""Magnitudes in bands, frame by frame, in memory that grows with the frames alone.

Contract: frame k is centred on sample k * hop and stands for k * hop / sample_rate seconds; the
sound is taken to be silent before its start and after its end. There are
ceil(samples / hop) frames. A full-scale sine has magnitude 1 at its bin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.sparse import csr_array

_FRAMES_AT_ONCE = 256


def semitones(
    lowest: int, highest: int, sample_rate: int, window_length: int
) -> NDArray[np.float32]:
    """Triangles one semitone wide at half their height, centred on equal-tempered pitches.

    Where a semitone is narrower than a bin the triangle is widened to one bin on either side, so
    that no pitch falls between two bins. Heights are 1: a band is the sum of its magnitudes.

    Args:
        lowest, highest: MIDI numbers of the first and last band.

    Returns:
        Weights, shape (bins, bands).
    """
    bin_hz = np.arange(window_length // 2 + 1)[:, None] * sample_rate / window_length
    centre = 440.0 * 2.0 ** ((np.arange(lowest, highest + 1) - 69) / 12)
    below = np.maximum(centre * (1 - 2.0 ** (-1 / 12)), sample_rate / window_length)
    above = np.maximum(centre * (2.0 ** (1 / 12) - 1), sample_rate / window_length)
    side = np.where(bin_hz < centre, below, above)
    weights: NDArray[np.float32] = np.clip(1.0 - np.abs(bin_hz - centre) / side, 0.0, None).astype(
        np.float32
    )
    return weights


def band_magnitudes(
    samples: NDArray[np.float32], weights: NDArray[np.float32], hop: int
) -> NDArray[np.float32]:
    """Hann-windowed magnitudes summed into bands.

    Args:
        samples: Mono, shape (samples,).
        weights: Shape (bins, bands), for windows of 2 * (bins - 1) samples.
        hop: Samples from one frame to the next.

    Returns:
        Shape (frames, bands), not negative.
    """
    return np.concatenate(list(band_blocks([samples], weights, hop)))


def band_blocks(
    blocks: Iterable[NDArray[np.float32]], weights: NDArray[np.float32], hop: int
) -> Iterator[NDArray[np.float32]]:
    """``band_magnitudes`` of a sound that comes in blocks of any length, as it comes."""
    length = 2 * (len(weights) - 1)
    kept = np.zeros(length // 2, np.float32)  # the silence before the start
    heard = given = 0
    for block in blocks:
        heard += len(block)
        kept = np.concatenate((kept, block))
        ready = max(0, (len(kept) - length) // hop + 1)
        yield _bands(kept, ready, weights, hop)
        kept = kept[ready * hop :]
        given += ready
    last = -(-heard // hop) - given
    yield _bands(np.pad(kept, (0, length + last * hop)), last, weights, hop)


def _bands(
    samples: NDArray[np.float32], n_frames: int, weights: NDArray[np.float32], hop: int
) -> NDArray[np.float32]:
    """The bands of ``n_frames`` windows, the first at the first sample."""
    bands = np.zeros((n_frames, weights.shape[1]), np.float32)
    if not n_frames:
        return bands
    window = _hann(2 * (len(weights) - 1))
    used = int(np.flatnonzero(weights.any(axis=1)).max()) + 1  # bins above are never looked at
    # Triangles are mostly zeros. A sparse product is faster than BLAS on them, and its sums do not
    # depend on how many threads there are.
    bank = csr_array(weights[:used].T)
    frames = sliding_window_view(samples, len(window))[::hop]
    for first in range(0, n_frames, _FRAMES_AT_ONCE):
        last = min(first + _FRAMES_AT_ONCE, n_frames)
        spectrum = np.abs(rfft(frames[first:last] * window, axis=1)[:, :used])
        bands[first:last] = (bank @ spectrum.T).T
    return bands


def _hann(length: int) -> NDArray[np.float32]:
    """A periodic Hann window, scaled so that a full-scale sine has magnitude 1."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    scaled: NDArray[np.float32] = (window * 2 / window.sum()).astype(np.float32)
    return scaled
