"""Which pitches a spectrum is made of: bands on a musical scale, harmonic combs, decomposition.

Bands lie a third of a semitone apart. Each is taken from the longest window that still follows
notes at its height, so low pitches are told apart and high ones are dated well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.dsp.bands import band_magnitudes

BANDS_PER_SEMITONE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Bands of a spectrum on a logarithmic scale.

    Attributes:
        midi: The centre of each band as a MIDI number, shape (bands,).
        banks: For each window its weights, shape (bins, bands of it), low bands first.
        sample_rate: In Hz.
    """

    midi: NDArray[np.float64]
    banks: tuple[NDArray[np.float32], ...]
    sample_rate: int


def scale(
    lowest: float, highest_hz: float, windows: Sequence[tuple[int, float]], sample_rate: int
) -> Scale:
    """Bands from the MIDI number ``lowest`` up to ``highest_hz``.

    Args:
        windows: Each a length in samples and the frequency below which it is used, rising; the
            last one reaches to the end.
    """
    count = int(BANDS_PER_SEMITONE * (midi_of(highest_hz) - lowest)) + 1
    midi = lowest + np.arange(count) / BANDS_PER_SEMITONE
    centre = hertz(midi)
    edges = [0.0, *(below for _, below in windows[:-1]), np.inf]
    banks = tuple(
        _bank(length, centre[(centre >= start) & (centre < stop)], sample_rate)
        for (length, _), start, stop in zip(windows, edges[:-1], edges[1:], strict=True)
    )
    return Scale(midi, banks, sample_rate)


def magnitudes(samples: NDArray[np.float32], on: Scale, hop: int) -> NDArray[np.float32]:
    """Magnitude in each band, shape (frames, bands); frame k is centred on sample k * hop."""
    return np.concatenate([band_magnitudes(samples, bank, hop) for bank in on.banks], axis=1)


def combs(
    pitches: NDArray[np.float64], decays: Sequence[float], harmonics: int, on: Scale
) -> NDArray[np.float32]:
    """What harmonic sounds look like in the bands.

    Args:
        pitches: MIDI numbers.
        decays: Of the amplitudes: harmonic h has h ** -decay.
        harmonics: How many at most.

    Returns:
        Magnitudes, shape (pitches, decays, bands); the fundamental has amplitude 1.
    """
    found = np.zeros((len(pitches), len(decays), len(on.midi)), np.float32)
    limit = hertz(on.midi[-1])
    order = np.arange(1, harmonics + 1)
    for row, fundamental in zip(found, hertz(pitches), strict=True):
        heard = order[order * fundamental < limit]
        lobes = np.stack([_lobe(fundamental * h, on) for h in heard])
        for decay, comb in zip(decays, row, strict=True):
            comb[:] = (lobes * heard[:, None] ** -decay).max(axis=0)
    return found


def decompose(
    spectra: NDArray[np.float32], parts: NDArray[np.float32], iterations: int
) -> NDArray[np.float32]:
    """How much of each of ``parts`` adds up to the spectra; nothing is negative.

    Minimises the Kullback-Leibler divergence by multiplicative updates, the parts fixed: Lee and
    Seung, "Algorithms for Non-negative Matrix Factorization", NIPS 2000.

    Args:
        spectra: Shape (frames, bands).
        parts: Shape (parts, bands).

    Returns:
        Shape (frames, parts). Each frame is decomposed on its own.
    """
    tiny = np.float32(1e-6)
    total = parts.sum(axis=1)
    even = spectra.sum(axis=1, keepdims=True) / total.sum()
    share = np.repeat(np.maximum(even, tiny), len(parts), axis=1)
    for _ in range(iterations):
        share *= ((spectra / (share @ parts + tiny)) @ parts.T) / total
    return share


def hertz(midi: NDArray[np.float64]) -> NDArray[np.float64]:
    """The frequency of MIDI numbers, A4 = 440 Hz."""
    return 440.0 * 2.0 ** ((midi - 69.0) / 12.0)


def midi_of(frequency: float) -> float:
    """The MIDI number of a frequency in Hz."""
    return 69.0 + 12.0 * float(np.log2(frequency / 440.0))


def _bank(length: int, centre: NDArray[np.float64], sample_rate: int) -> NDArray[np.float32]:
    """Triangles of unit area around ``centre``, at least one bin to either side."""
    bins = np.arange(length // 2 + 1)[:, None] * sample_rate / length
    side = np.maximum(centre * (2.0 ** (1 / 12 / BANDS_PER_SEMITONE) - 1), sample_rate / length)
    weights = np.clip(1.0 - np.abs(bins - centre) / side, 0.0, None)
    bank: NDArray[np.float32] = (weights / weights.sum(axis=0)).astype(np.float32)
    return bank


def _lobe(frequency: float, on: Scale) -> NDArray[np.float64]:
    """What one sine of amplitude 1 looks like in the bands, under Hann windows."""
    parts = []
    for bank in on.banks:
        length = 2 * (len(bank) - 1)
        away = np.arange(len(bank)) - frequency * length / on.sample_rate
        inside = np.abs(away) < 2.0
        near = np.where(inside & (np.abs(np.abs(away) - 1.0) > 1e-6), away, 0.0)
        shape = np.abs(np.sinc(near) / (1.0 - near**2))
        shape[np.abs(np.abs(away) - 1.0) <= 1e-6] = 0.5
        parts.append((shape * inside) @ bank)
    return np.concatenate(parts)
