"""Writes ``scores.json``: every score of three pairs of sounds, by their definitions alone.

A second implementation, for comparison only: numpy, scipy and loops, nothing of the program.
Run ``python tests/golden/make_scores.py``; a change of its output is a change of a definition in
docs/scores.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import scipy.signal
from numpy.typing import NDArray

RATE, HOP, SECONDS = 22050, 220, 3
Sound = NDArray[np.float32]


def pairs() -> dict[str, tuple[Sound, Sound]]:
    """(take, target) by name: the same tune in two timbres, late by 25 ms, and mistaken."""
    tune = [(0.2, 57), (0.7, 60), (1.1, 64), (1.6, 69), (2.1, 60)]
    wrong = [(0.2, 57), (0.8, 61), (1.6, 69), (2.1, 48), (2.5, 72)]
    target = _tones(tune, (1.0, 0.2, 0.5, 0.1), 0.25)
    take = _tones(tune, (1.0, 0.5, 0.33), 0.6)
    late = np.pad(take, (551, 0))[: len(take)]
    return {
        "same tune": (take, target),
        "25 ms late": (late, target),
        "other tune": (_tones(wrong, (1.0, 0.5, 0.33), 0.6), target),
    }


def _tones(tune: list[tuple[float, int]], partials: tuple[float, ...], decay: float) -> Sound:
    t = np.arange(SECONDS * RATE) / RATE
    sound = np.zeros(len(t))
    for onset, pitch in tune:
        hz, since = 440 * 2 ** ((pitch - 69) / 12), np.maximum(t - onset, 0)
        wave = sum(a * np.sin(2 * np.pi * (k + 1) * hz * since) for k, a in enumerate(partials))
        sound += 0.2 * wave * np.exp(-since / decay) * np.minimum(1, since / 0.005)
    return sound.astype(np.float32)


def scores(take: Sound, target: Sound) -> dict[str, float]:
    """Every score, as docs/scores.md defines it."""
    cosines = []
    for feature in (_flux, _spectrum, _onsets):
        a, b = feature(take).ravel(), feature(target).ravel()
        cosines.append(max(0.0, float(np.corrcoef(a, b)[0, 1])))
    flux, spectrum, onsets = cosines
    both = scipy.signal.correlate(take.astype(float), target.astype(float), "full", "fft")
    lags = scipy.signal.correlation_lags(len(take), len(target))
    near = np.abs(lags) <= 10 * RATE
    both, lags = both[near], lags[near]
    top = int(np.argmax(both))
    late = min((int(lags[k]) for k in _peaks(both) if both[k] >= 0.97 * both[top]), key=abs)
    return {
        "agreement": 100 * flux**0.8 * onsets**0.15 * spectrum**0.05,
        "onset_match": 100 * onsets,
        "pitch_match": 100 * spectrum,
        "semitone_flux": 100 * flux,
        "xcorr_lag_seconds": late / RATE,
        "xcorr_normalised": float(both[top] / np.linalg.norm(take) / np.linalg.norm(target)),
        "xcorr_max": float(both[top]),
    }


def _peaks(curve: NDArray[np.float64]) -> list[int]:
    inside = range(1, len(curve) - 1)
    return [k for k in inside if curve[k] >= curve[k - 1] and curve[k] >= curve[k + 1]]


def _magnitudes(sound: Sound, length: int) -> NDArray[np.float64]:
    window = scipy.signal.get_window("hann", length)
    padded = np.pad(sound.astype(float), length // 2)
    frames = [
        np.abs(np.fft.rfft(padded[k * HOP : k * HOP + length] * window)) * 2 / window.sum()
        for k in range(-(-len(sound) // HOP))
    ]
    return np.array(frames)


def _compressed(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    loud = max(np.percentile(bands, 99.9), bands.max() / 10)
    return np.log(1 + 20 * bands / loud)


def _semitones(magnitudes: NDArray[np.float64]) -> NDArray[np.float64]:
    hz = np.arange(2049) * RATE / 4096
    bands = []
    for pitch in range(33, 101):
        centre = 440 * 2 ** ((pitch - 69) / 12)
        left = min(centre * 2 ** (-1 / 12), centre - RATE / 4096)
        right = max(centre * 2 ** (1 / 12), centre + RATE / 4096)
        bands.append(np.interp(hz, [left, centre, right], [0, 1, 0]))
    return magnitudes @ np.array(bands).T


def _spectrum(sound: Sound) -> NDArray[np.float64]:
    return _compressed(_semitones(_magnitudes(sound, 4096)))


def _voice() -> NDArray[np.float64]:
    window = scipy.signal.get_window("hann", 4096)
    rows = []
    for pitch in range(33, 101):
        hz = 440 * 2 ** ((pitch - 69) / 12)
        partials = [k for k in range(1, 7) if k * hz < 0.45 * RATE]
        tone = sum(np.sin(2 * np.pi * k * hz * np.arange(4096) / RATE) / k for k in partials)
        (row,) = _semitones(np.abs(np.fft.rfft(tone * window))[None])
        rows.append(row / row.sum())
    return np.array(rows)


def _flux(sound: Sound) -> NDArray[np.float64]:
    voice, frames = _voice(), _semitones(_magnitudes(sound, 4096))
    pitches = []
    for frame in frames:
        wanted = voice @ frame
        levels = wanted.copy()
        for _ in range(15):
            levels = levels * wanted / (voice @ (voice.T @ levels) + 1e-30)
        pitches.append(levels)
    known = np.array(pitches)
    earlier = np.concatenate([np.zeros((3, known.shape[1])), known[:-3]])
    return _smooth(np.maximum(known - earlier, 0) ** 0.75, 0.7)


def _onsets(sound: Sound) -> NDArray[np.float64]:
    magnitudes = _magnitudes(sound, 2048)
    hz = np.arange(1025) * RATE / 2048
    centres = [440 * 2 ** (k / 6) for k in range(-60, 60)]
    centres = [c for c in centres if 40 <= c <= 10_000]
    bins = sorted({int(np.argmin(np.abs(hz - c))) for c in centres})
    bands = []
    for start, middle, stop in zip(bins, bins[1:], bins[2:], strict=False):
        triangle = np.interp(np.arange(1025), [start, middle, stop], [0, 1, 0])
        bands.append(magnitudes @ (triangle / triangle.sum()))
    levels = _compressed(np.array(bands).T)
    earlier = np.concatenate([np.zeros((2, levels.shape[1])), levels[:-2]])
    return _smooth(np.maximum(levels - earlier, 0).mean(axis=1, keepdims=True), 2.0)


def _smooth(curves: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    reach = int(4 * deviation + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    kernel /= kernel.sum()
    return np.array([np.convolve(curve, kernel, "same") for curve in curves.T]).T


if __name__ == "__main__":
    golden = {name: scores(*pair) for name, pair in pairs().items()}
    text = json.dumps(golden, indent=2) + "\n"
    Path(__file__).with_name("scores.json").write_text(text, encoding="utf-8")
