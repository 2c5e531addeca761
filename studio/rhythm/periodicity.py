"""From a curve of onset strength to one tempo, and how firmly the onsets keep to it.

Three steps, each usable alone:

1. ``coarse_tempo``: autocorrelation of 12-second windows, so that a drifting band still shows its
   period; a candidate counts by what it finds at 1, 2 and 4 beats and at half a beat, times a
   log-normal prior around 120 BPM that settles the octave (as in Ellis, "Beat Tracking by Dynamic
   Programming", Journal of New Music Research 36(1), 2007).
2. ``refined_tempo``: the tempo within 3 % at which the Fourier transform of the whole curve, at
   the beat and its first harmonics, is largest: the longer the song, the finer.
3. ``confidence``: the length of the mean vector of onset phases, above what chance gives.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import gaussian_filter1d

Curve = NDArray[np.float64]

LOWEST_BPM, HIGHEST_BPM = 40.0, 240.0
PRIOR_BPM, PRIOR_OCTAVES = 120.0, 1.1
_WINDOW_SECONDS, _WINDOW_STEP_SECONDS = 12.0, 4.0
_STEPS_PER_OCTAVE = 140  # candidates 0.5 % apart
_AT_BEATS = ((0.5, 0.5), (1.0, 1.0), (2.0, 1.0), (4.0, 1.0))  # (lag in beats, weight)
# A click on every half beat, each as strong as the next, is itself the beat, up to this tempo.
_EVEN, _FASTEST_EVEN_BPM = 0.95, 185.0
_HARMONICS = (1, 2, 3, 4)
_REFINE = 0.03
# Chance: among tempi tried, N independent onsets reach a mean vector of about 4.5 / sqrt(N); a
# singer's or a player's free time reaches 0.3 (both measured on random and on sung onsets).
_CHANCE, _LOOSE = 4.5, 0.3


def peaks_only(strength: NDArray[np.float32], fps: float) -> Curve:
    """The curve less its local mean (0.4 s), where it is above; scaled to a mean of 1.

    All zeros where nothing begins.
    """
    curve = np.asarray(strength, np.float64)
    above = np.maximum(curve - gaussian_filter1d(curve, 0.4 * fps, mode="nearest"), 0.0)
    mean = above.mean() if above.size else 0.0
    return above / mean if mean > 0 else above


def coarse_tempo(curve: Curve, fps: float) -> float:
    """The tempo in BPM to about 0.5 %, its octave settled."""
    similar = _autocorrelation(curve, fps)
    octaves = np.log2(HIGHEST_BPM / LOWEST_BPM)
    bpm = LOWEST_BPM * 2.0 ** np.linspace(0, octaves, int(octaves * _STEPS_PER_OCTAVE))
    beat = 60.0 / bpm * fps
    salience = sum(weight * _read(similar, beats * beat) for beats, weight in _AT_BEATS)
    prior = np.exp(-0.5 * (np.log2(bpm / PRIOR_BPM) / PRIOR_OCTAVES) ** 2)
    best = float(bpm[np.argmax(np.maximum(salience, 0.0) * prior)])

    def at(tempo: float) -> float:
        return float(_read(similar, np.linspace(0.98, 1.02, 9) * 60.0 / tempo * fps).max())

    while 2 * best <= _FASTEST_EVEN_BPM and at(2 * best) >= _EVEN * at(best):
        best *= 2
    return best


def refined_tempo(curve: Curve, fps: float, bpm: float) -> float:
    """The tempo near ``bpm`` that the whole curve keeps best, to a small part of a beat."""
    spectrum, bin_hz = _spectrum(curve, fps)
    resolution = fps / len(curve) / max(_HARMONICS)
    reach = bpm / 60.0 * _REFINE
    hz = bpm / 60.0 + np.arange(-reach, reach, resolution / 16)
    strength = sum(_read(spectrum, k * hz / bin_hz) for k in _HARMONICS)
    top = int(np.argmax(strength))
    if not 0 < top < len(hz) - 1:
        return float(hz[top]) * 60.0
    left, middle, right = np.asarray(strength)[top - 1 : top + 2]
    curvature = left - 2 * middle + right
    shift = 0.5 * (left - right) / curvature if curvature < 0 else 0.0
    return float(hz[top] + shift * resolution / 16) * 60.0


def enough_onsets(curve: Curve) -> bool:
    """Whether there are more onsets than could stand on some grid by chance alone."""
    return _chance(curve) < 1.0


def confidence(curve: Curve, fps: float, bpm: float) -> float:
    """In [0, 1]: how closely onsets keep to the grid of ``bpm``, its halves, thirds or quarters.

    1 for a click track, 0 for noise, speech or a handful of notes. It does not say whether the
    beat was found at the octave a listener would tap.
    """
    if not enough_onsets(curve):
        return 0.0
    spectrum, bin_hz = _spectrum(curve, fps)
    beats = np.array(_HARMONICS) * bpm / 60.0
    aligned = float(_read(spectrum, beats / bin_hz).max()) / float(curve.sum())
    ignored = max(_LOOSE, _chance(curve))
    return float(np.clip((aligned - ignored) / (1.0 - ignored), 0.0, 1.0))


def snapped(bpm: float, seconds: float, tolerance: float = 0.020) -> float:
    """``bpm`` as a whole number, if that moves the last beat of ``seconds`` by less than that."""
    whole = float(round(bpm))
    return whole if abs(whole - bpm) / whole * seconds < tolerance else bpm


def _chance(curve: Curve) -> float:
    """How long a mean vector random onsets, as many as these, would have; 1 where there are none.

    Their number is read from the curve as (sum x)^2 / sum x^2.
    """
    if not curve.any():
        return 1.0
    independent = float(curve.sum()) ** 2 / float((curve * curve).sum())
    return min(1.0, _CHANCE / sqrt(independent))


def _autocorrelation(curve: Curve, fps: float) -> Curve:
    """How alike the curve is to itself, by lag in frames; 1 at lag 0, mean of all windows."""
    width = min(round(_WINDOW_SECONDS * fps), len(curve))
    step = round(_WINDOW_STEP_SECONDS * fps)
    size = next_fast_len(2 * width, real=True)
    total = np.zeros(width)
    for start in range(0, max(1, len(curve) - width + 1), step):
        window = curve[start : start + width]
        power = np.abs(rfft(window - window.mean(), size)) ** 2
        total += irfft(power, size)[:width]
    total /= np.maximum(1.0 - np.arange(width) / width, 0.2)  # fewer pairs at longer lags
    return total / total[0] if total[0] > 0 else total


def _spectrum(curve: Curve, fps: float) -> tuple[Curve, float]:
    """Magnitudes of the whole curve, eight times finer than its resolution; and Hz a bin."""
    size = next_fast_len(8 * len(curve), real=True)
    return np.abs(rfft(curve, size)), fps / size


def _read(values: Curve, places: Curve) -> Curve:
    """``values`` at fractional ``places``, 0 beyond the last."""
    read: Curve = np.interp(places, np.arange(len(values)), values, right=0.0)
    return read
