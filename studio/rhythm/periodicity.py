"""From a curve of onset strength to one tempo, and how firmly the onsets keep to it.

Three steps, each usable alone:

1. ``tempo_path``: autocorrelation of 12-second windows; a candidate counts by what it finds at 1, 2
   and 4 beats and at half a beat, times a log-normal prior around 120 BPM that settles the octave
   (as in Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music Research 36(1), 2007);
   from window to window by the likeliest path.
2. ``refined_tempo``: the tempo within 3 % at which the Fourier transform of the whole curve, at
   the beat and its first harmonics, is largest: the longer the song, the finer.
3. ``confidence``: the length of the mean vector of onset phases, above what chance gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import gaussian_filter1d

Curve = NDArray[np.float64]

LOWEST_BPM, HIGHEST_BPM = 40.0, 240.0
PRIOR_BPM, PRIOR_OCTAVES = 120.0, 1.1
_WINDOW_SECONDS, _WINDOW_STEP_SECONDS = 12.0, 4.0
_STEPS_PER_OCTAVE = 140  # candidates 0.5 % apart
_CHANGE_COST = 8.0  # of an octave from one window to the next
_AT_BEATS = ((0.5, 0.5), (1.0, 1.0), (2.0, 1.0), (4.0, 1.0))  # (lag in beats, weight)
# A click on every half beat, each as strong as the next, is itself the beat, up to this tempo.
_EVEN, _FASTEST_EVEN_BPM = 0.95, 185.0
_HARMONICS = (1, 2, 3, 4)
_REFINE = 0.03
_MOST_POINTS = 1 << 22
# Chance: among tempi tried, N independent onsets reach a mean vector of about 4.5 / sqrt(N); a
# singer's or a player's free time reaches 0.3 (both measured on random and on sung onsets).
_CHANCE, _LOOSE = 4.5, 0.3


def peaks_only(strength: NDArray[np.floating[Any]], fps: float) -> Curve:
    """The curve less its local mean (0.4 s), where it is above; scaled to a mean of 1.

    All zeros where nothing begins.
    """
    curve = np.asarray(strength, np.float64)
    above = np.maximum(curve - gaussian_filter1d(curve, 0.4 * fps, mode="nearest"), 0.0)
    mean = above.mean() if above.size else 0.0
    return above / mean if mean > 0 else above


def tempo_path(curves: Sequence[Curve], fps: float) -> tuple[Curve, Curve]:
    """The tempo through a song: seconds, 4 apart, and the tempo in BPM around each.

    Args:
        curves: Of onset strength: of all that sounds, and of its parts.

    The likeliest path by Viterbi's search: what each window finds, less a cost of each change
    that grows with its size, so that a steady song has one tempo and none leaps by an octave for
    a few bars.
    """
    each = [_scaled(_autocorrelations(curve, fps)) for curve in curves]
    similar = each[0]
    bpm = _candidates()
    seconds = np.arange(len(similar)) * np.float64(_WINDOW_STEP_SECONDS) + _WINDOW_SECONDS / 2
    change = _CHANGE_COST * np.abs(np.log2(bpm)[:, None] - np.log2(bpm))
    score, came = np.zeros(len(bpm)), np.zeros((len(similar), len(bpm)), np.int16)
    for window, row in enumerate(similar):
        ways = score[:, None] - change
        came[window] = ways.argmax(axis=0)
        score = ways.max(axis=0) + _salience(row, bpm, fps)
    path = [int(score.argmax())]
    for row in came[:0:-1]:
        path.append(int(row[path[-1]]))
    found = bpm[path[::-1]]
    faster: Curve = found * 2.0 ** _even_octaves(each, found, fps)
    return seconds, faster


def _candidates() -> Curve:
    octaves = np.log2(HIGHEST_BPM / LOWEST_BPM)
    return LOWEST_BPM * 2.0 ** np.linspace(0, octaves, int(octaves * _STEPS_PER_OCTAVE))


def _salience(similar: Curve, bpm: Curve, fps: float) -> Curve:
    """How well each tempo fits an autocorrelation, and how common it is."""
    beat = 60.0 / bpm * fps
    found = sum(weight * _read(similar, beats * beat) for beats, weight in _AT_BEATS)
    prior = np.exp(-0.5 * (np.log2(bpm / PRIOR_BPM) / PRIOR_OCTAVES) ** 2)
    salience: Curve = np.maximum(found, 0.0) * prior
    return salience


def _even_octaves(each: Sequence[Curve], bpm: Curve, fps: float) -> int:
    """By how many octaves the beat is faster: its halves are as strong as the beats, in all."""

    def at(similar: Curve, octaves: int) -> float:
        beat = 60.0 / (bpm * 2.0**octaves) * fps
        around = np.linspace(0.98, 1.02, 9)
        rows = zip(similar, beat, strict=True)
        return float(np.mean([_read(row, around * length).max() for row, length in rows]))

    octaves = 0
    while 2.0 ** (octaves + 1) * np.median(bpm) <= _FASTEST_EVEN_BPM and all(
        at(similar, octaves + 1) >= _EVEN * at(similar, octaves) for similar in each
    ):
        octaves += 1
    return octaves


def _scaled(similar: Curve) -> Curve:
    """Each window 1 at lag 0, or 0 throughout."""
    scaled: Curve = similar / np.where(similar[:, :1] > 0, similar[:, :1], 1.0)
    return scaled


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


def _autocorrelations(curve: Curve, fps: float) -> Curve:
    """How alike the curve is to itself, by window and lag in frames; not scaled."""
    width = min(round(_WINDOW_SECONDS * fps), len(curve))
    step = round(_WINDOW_STEP_SECONDS * fps)
    size = next_fast_len(2 * width, real=True)
    fewer = np.maximum(1.0 - np.arange(width) / width, 0.2)  # fewer pairs at longer lags
    longest = min(width, round(240.0 / LOWEST_BPM * fps) + 1)  # no lag beyond is looked at
    found = []
    for start in range(0, max(1, len(curve) - width + 1), step):
        window = curve[start : start + width]
        power = np.abs(rfft(window - window.mean(), size)) ** 2
        found.append(irfft(power, size)[:longest] / fewer[:longest])
    return np.array(found)


def _spectrum(curve: Curve, fps: float) -> tuple[Curve, float]:
    """Magnitudes of the whole curve, finer than its resolution; and Hz a bin.

    Eight times finer up to an hour and a half, less beyond, so that memory stays small.
    """
    finer = int(np.clip(_MOST_POINTS // max(1, len(curve)), 2, 8))
    size = next_fast_len(finer * len(curve), real=True)
    magnitudes: Curve = np.abs(rfft(curve.astype(np.float32), size)).astype(np.float64)
    return magnitudes, fps / size


def _read(values: Curve, places: Curve) -> Curve:
    """``values`` at fractional ``places``, 0 beyond the last."""
    read: Curve = np.interp(places, np.arange(len(values)), values, right=0.0)
    return read
