"""Makes stems add up to their mixture.

An estimate leaves a residual: the mixture less the sum of the stems. Giving every stem an equal
share of it ("plain") is the orthogonal projection on the set of all stems that add up to the
mixture. The true stems are in that set, so the total squared error can only fall. "Weighted"
gives more of it to the stems that are strong where and when the residual is, which is one step of a
Wiener filter; it is usually nearer, but without that guarantee.

Source: Wisdom et al., "Differentiable Consistency Constraints for Improved Deep Speech
Enhancement", ICASSP 2019 (mixture consistency, with equal shares and with shares by power).

The result is linear in the residual, so segments that add up to their mixtures still do so after
overlap-add, to the rounding of float32: better than -120 dB of full scale.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.music.audio import Samples

SumMode = Literal["off", "plain", "weighted"]

_N_FFT = 4096
_HOP = _N_FFT // 2
# Power below which a bin counts as silent in every stem, and all stems are weighted alike. It is
# that of full-scale noise at -160 dB under the window.
_SILENT = _N_FFT / 2 * 1e-16


def project(mixture: Samples, stems: Samples, mode: SumMode) -> Samples:
    """``stems``, changed so that they add up to ``mixture``.

    Args:
        mixture: Shape (channels, samples).
        stems: Shape (sources, channels, samples); not changed.
        mode: "off" returns ``stems`` as they are.

    Returns:
        Shape (sources, channels, samples), float32.
    """
    if mode == "off":
        return stems
    if mode == "weighted":
        stems = stems + _weighted_shares(mixture - stems.sum(axis=0), stems)
    return close_sum(mixture, stems)


def close_sum(mixture: Samples, stems: Samples) -> Samples:
    """The plain projection, in double precision until the end.

    It is also the last pass over finished stems: it removes what rounding and resampling lost.
    """
    residual = mixture - stems.sum(axis=0, dtype=np.float64)
    closed: Samples = (stems + residual / len(stems)).astype(np.float32)
    return closed


def _weighted_shares(residual: Samples, stems: Samples) -> Samples:
    """What each stem gets of ``residual``; the shares add up to it."""
    powers = np.stack([_power(stem) for stem in stems]) + np.float32(_SILENT)
    powers /= powers.sum(axis=0)
    spectrum = _analyse(residual)
    n_samples = residual.shape[-1]
    return np.stack([_synthesise(weight * spectrum, n_samples) for weight in powers])


def _power(stem: Samples) -> NDArray[np.float32]:
    """Power in each bin, the mean of the channels: shape (frames, bins)."""
    spectrum = _analyse(stem)
    power: NDArray[np.float32] = (spectrum.real**2 + spectrum.imag**2).mean(axis=0)
    return power


def _analyse(samples: Samples) -> NDArray[np.complex64]:
    """Short-time spectrum of (channels, samples): shape (channels, frames, bins).

    Sine windows that overlap by half, squared, add up to one; so does every sample of the signal,
    since it is padded by half a window on either side.
    """
    n_frames = -(-samples.shape[-1] // _HOP) + 1
    padded = np.pad(samples, ((0, 0), (_HOP, n_frames * _HOP - samples.shape[-1])))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _N_FFT, axis=-1)[:, ::_HOP]
    spectrum: NDArray[np.complex64] = np.fft.rfft(frames * _WINDOW).astype(np.complex64, copy=False)
    return spectrum


def _synthesise(spectrum: NDArray[np.complex64], n_samples: int) -> Samples:
    """The inverse of ``_analyse``: shape (channels, n_samples)."""
    frames = np.fft.irfft(spectrum, _N_FFT).astype(np.float32, copy=False) * _WINDOW
    first, second = frames[..., :_HOP], frames[..., _HOP:]
    overlapped = first[:, 1:] + second[:, :-1]
    return overlapped.reshape(len(overlapped), -1)[:, :n_samples]


_WINDOW: NDArray[np.float32] = np.sin(np.pi * (np.arange(_N_FFT) + 0.5) / _N_FFT).astype(np.float32)
