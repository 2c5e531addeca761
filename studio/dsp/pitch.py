"""How strongly a spectrum speaks for each pitch, as if there were only one.

A pitch speaks where the prime multiples of its frequency have energy and what lies between them has
none: Camacho and Harris, "A sawtooth waveform inspired pitch estimator for speech and music", JASA
124(3), 2008 (SWIPE'). Departs from it in that magnitudes are compressed less, which keeps a voice
apart from what leaked into it, and in that frequencies stay linear, so that all pitches of a window
are one matrix product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from studio.dsp.harmonic import hertz

_PRIMES = (1, 2, 3, 5, 7, 11, 13)
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 5000.0
_COMPRESSION = 0.9  # of magnitudes
_FALL = 0.65  # partials count as frequency ** -_FALL
_BLOCK = 512


class PitchKernels:
    """The matrices for ``pitches``, each taken from the windows that suit its period.

    Args:
        pitches: MIDI numbers, rising, shape (pitches,).
        windows: Lengths in samples, falling by halves; ``longest_hz`` is the frequency from which
            on downwards the first one is used alone, and each octave above leads on to the next.
    """

    def __init__(
        self,
        pitches: NDArray[np.float64],
        windows: Sequence[int],
        longest_hz: float,
        sample_rate: int,
    ) -> None:
        frequency = hertz(pitches)
        octave = np.log2(frequency / longest_hz)
        last = len(windows) - 1
        place = np.clip(octave, 0.0, last)
        self.windows = tuple(windows)
        self._kernels = [
            _kernel(frequency, length, sample_rate, np.clip(1.0 - np.abs(place - k), 0.0, None))
            for k, length in enumerate(windows)
        ]

    def salience(self, samples: NDArray[np.float32], hop: int) -> NDArray[np.float32]:
        """How strongly each pitch is spoken for, shape (frames, pitches), at most 1.

        Frame k is centred on sample k * hop, of ceil(samples / hop); silence beyond the ends.
        """
        frames = -(-len(samples) // hop)
        size = self._kernels[0][1].shape[1]
        total = np.zeros((frames, size), np.float32)
        for length, (used, kernel) in zip(self.windows, self._kernels, strict=True):
            padded = np.pad(samples, (length // 2, length))
            windows = sliding_window_view(padded, length)[::hop][:frames]
            shape = np.hanning(length).astype(np.float32)
            for at in range(0, frames, _BLOCK):
                # Twice as many bins as samples, so that a partial never falls between two.
                spectrum = scipy.fft.rfft(windows[at : at + _BLOCK] * shape, 2 * length, axis=1)
                power = np.abs(spectrum[:, used]) ** np.float32(_COMPRESSION)
                norm = np.sqrt((power**2).sum(axis=1, keepdims=True)) + np.float32(1e-9)
                total[at : at + _BLOCK] += (power / norm) @ kernel
        return total


def _kernel(
    frequency: NDArray[np.float64], length: int, sample_rate: int, share: NDArray[np.float64]
) -> tuple[slice, NDArray[np.float32]]:
    """The bins one window's kernel uses, and its weights, shape (bins, pitches)."""
    bins = np.arange(length + 1) * sample_rate / (2 * length)
    first, last = np.searchsorted(bins, (_LOWEST_HZ, _HIGHEST_HZ))
    bins = bins[first:last, None]
    ratio = bins / frequency
    weights = np.zeros(ratio.shape)
    for order in _PRIMES:
        away = np.abs(ratio - order)
        lobe = np.cos(2.0 * np.pi * ratio)
        weights = np.where(away < 0.25, lobe, weights)
        weights += np.where((away >= 0.25) & (away < 0.75), 0.5 * lobe, 0.0)
    weights *= bins**-_FALL
    norm = np.sqrt((np.maximum(weights, 0.0) ** 2).sum(axis=0))
    kernel: NDArray[np.float32] = (share * weights / norm).astype(np.float32)
    return slice(int(first), int(last)), kernel
