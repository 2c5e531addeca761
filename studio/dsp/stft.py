"""Short-time spectra and back, in 32-bit floats.

Contract: ``istft(stft(samples, ...), ...)`` gives ``samples`` back, every one of them, whatever
their number; a spectrum that was changed in between is inverted with the least squared error
(Griffin and Lim, "Signal estimation from modified short-time Fourier transform", IEEE Trans. ASSP
32(2), 1984). Frames are worked on in groups, so that little is needed besides input and output.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

Spectrum = NDArray[np.complex64]

_FRAMES_AT_ONCE = 64


def stft(samples: NDArray[np.float32], n_fft: int, hop_length: int) -> Spectrum:
    """Spectra under a periodic Hann window.

    The signal is taken to be silent before its start and after its end, and every sample lies in
    the same number of windows: frame t covers the ``n_fft`` samples that end with sample
    ``(t + 1) * hop_length``.

    Args:
        samples: Shape (..., samples).
        n_fft: Length of a window, in samples.
        hop_length: From a window to the next, in samples; a third of ``n_fft`` or less, and a
            divisor of it.

    Returns:
        Shape (..., frames, n_fft // 2 + 1).

    Raises:
        ValueError: ``hop_length`` is none.
    """
    window = _window(n_fft, hop_length)
    n_frames = n_frames_of(samples.shape[-1], n_fft, hop_length)
    before = n_fft - hop_length
    after = n_frames * hop_length - samples.shape[-1]
    padded = np.pad(samples, [(0, 0)] * (samples.ndim - 1) + [(before, after)])
    frames = sliding_window_view(padded, n_fft, axis=-1)[..., ::hop_length, :]
    spectrum = np.empty((*samples.shape[:-1], n_frames, n_fft // 2 + 1), np.complex64)
    for first in range(0, n_frames, _FRAMES_AT_ONCE):
        some = np.s_[..., first : first + _FRAMES_AT_ONCE, :]
        spectrum[some] = rfft(frames[some] * window)
    return spectrum


def istft(spectrum: Spectrum, n_samples: int, hop_length: int) -> NDArray[np.float32]:
    """The signal of ``n_samples`` samples whose ``stft`` is nearest to ``spectrum``.

    Args:
        spectrum: Shape (..., frames, bins), of as many frames as ``stft`` makes of ``n_samples``.

    Returns:
        Shape (..., n_samples).

    Raises:
        ValueError: the number of frames is another, or ``hop_length`` is none for these bins.
    """
    *outer, n_frames, n_bins = spectrum.shape
    n_fft = 2 * (n_bins - 1)
    if n_frames != n_frames_of(n_samples, n_fft, hop_length):
        raise ValueError(f"{n_frames} frames are not those of {n_samples} samples")
    window = _window(n_fft, hop_length)
    window = window / np.float32((window**2).sum() / hop_length)
    padded = np.zeros((*outer, (n_frames - 1) * hop_length + n_fft), np.float32)
    for first in range(0, n_frames, _FRAMES_AT_ONCE):
        frames = irfft(spectrum[..., first : first + _FRAMES_AT_ONCE, :], n_fft) * window
        _overlap_add(padded[..., first * hop_length :], frames, hop_length)
    start = n_fft - hop_length
    return padded[..., start : start + n_samples]


def n_frames_of(n_samples: int, n_fft: int, hop_length: int) -> int:
    """How many windows touch ``n_samples`` samples: the last one starts within the last hop."""
    return -(-(n_samples + n_fft - hop_length) // hop_length)


def _overlap_add(padded: NDArray[np.float32], frames: NDArray[np.float32], hop_length: int) -> None:
    """Add frames, the first at the start of ``padded``, in place: one hop of all at a time."""
    *outer, n_frames, n_fft = frames.shape
    for start in range(0, n_fft, hop_length):
        hops = frames[..., start : start + hop_length].reshape(*outer, -1)
        padded[..., start : start + n_frames * hop_length] += hops


@lru_cache(maxsize=8)
def _window(n_fft: int, hop_length: int) -> NDArray[np.float32]:
    """A periodic Hann window. Its squares add up to a constant where three or more overlap."""
    if n_fft % hop_length or n_fft < 3 * hop_length:
        raise ValueError(f"windows of {n_fft} samples cannot be {hop_length} samples apart")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    return window.astype(np.float32)
