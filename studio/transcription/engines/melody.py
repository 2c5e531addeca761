"""A detector without weights for one voice at a time: singing, bass, a lead.

For each frame it says how surely each semitone is the one that sounds (``dsp.pitch``), and how much
like a new syllable or pluck the moment is. Nothing is decided here: vibrato, slides, and which of
two octaves it was are weighed over time by ``decoders.melody``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.special import expit

from studio.dsp.bands import band_magnitudes
from studio.dsp.filterbank import triangles
from studio.dsp.level import decibels, powers
from studio.dsp.pitch import PitchKernels
from studio.music.audio import Audio
from studio.transcription.contract import Activations
from studio.transcription.decoders.melody import melody
from studio.transcription.decoders.peaks import draw

_RATE = 16000
_HOP = 160
_LOWEST, _HIGHEST = 28, 88
_WINDOWS = (2048, 1024, 512)
_LONGEST_HZ = 70.0  # at this pitch and below the longest window is used alone
_BINS = 5  # a semitone
_MARGIN = 12  # bins beyond either end, so that the lowest and highest semitone have neighbours

# A pitch is sung where it is spoken for so strongly, and about as strongly as the best one.
_SPOKEN, _SPOKEN_WIDTH = 0.36, 0.05
_BEHIND = 0.06
_SEMITONE = 0.62  # deviation of what is sung from the middle of its semitone
# The loud parts of the stem lie at -20 dB (``level_db``); what is so much softer is no note.
_SOFTEST_DB, _SOFT_WIDTH_DB = -58.0, 3.0

_FLUX_WINDOW = 512
_CENTRES = np.geomspace(130.0, 8000.0, 14)
_LOUD = 300.0  # magnitudes times this, then the logarithm
_LAG = 5  # frames a rise takes
_FULL_RISE = 0.9
_LEAST_RISE = 0.05
_APART = 4  # frames between two rises


class MelodyDetector:
    """One pitch at a time, by kernels of prime harmonics; the notes by a hidden Markov model.

    Source: after Camacho and Harris, JASA 2008 (pitch), and Ryynänen and Klapuri, "Modelling of
    note events for singing transcription", SAPA 2004 (notes).
    """

    summary = "One voice at a time: singing, bass, a lead; fast, needs no weights."
    source = "after Camacho and Harris, JASA 2008, and Ryynänen and Klapuri, SAPA 2004"
    kinds = ("vocals", "bass", "other", "guitar")
    pitch_range = (_LOWEST, _HIGHEST)
    licence = "MIT"
    weights = None
    devices = ("cpu",)
    decoder = staticmethod(melody)
    version = 1

    sample_rate = _RATE
    hop = _HOP
    context_seconds = 0.25
    level_db = -20.0

    def __init__(self) -> None:
        bins = _BINS * (_HIGHEST - _LOWEST)
        pitches = _LOWEST + np.arange(-_MARGIN, bins + _MARGIN + 1) / _BINS
        self._kernels = PitchKernels(pitches, _WINDOWS, _LONGEST_HZ, _RATE)
        hertz = np.arange(_FLUX_WINDOW // 2 + 1) * _RATE / _FLUX_WINDOW
        self._bank = triangles(hertz, _CENTRES)

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> MelodyDetector:
        """A detector; ``device`` is the processor."""
        return cls()

    def detect(self, audio: Audio) -> Activations:
        """What is heard of the pitches E1 to E6."""
        samples = audio.mono()
        salience = self._kernels.salience(samples, _HOP)
        frame = _semitones(_spoken(salience) * _audible(samples)[:, None])
        onset = np.repeat(self._rises(samples), frame.shape[1], axis=1)
        return Activations(onset, frame, None, _RATE / _HOP, _LOWEST)

    def _rises(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Peaks of how much the sound grows over all bands, drawn where the growth is centred."""
        level = np.log1p(np.float32(_LOUD) * band_magnitudes(samples, self._bank, _HOP))
        before, after = (_LAG + 1) // 2, _LAG // 2
        around = np.pad(level, ((before, after), (0, 0)))
        growth = np.maximum(around[_LAG:] - around[: len(level)], 0.0).mean(axis=1)
        highest = maximum_filter1d(growth, 2 * _APART + 1, mode="constant")
        frame = np.flatnonzero((growth == highest) & (growth > _LEAST_RISE * _FULL_RISE))
        steps = np.arange(-_APART, _APART + 1)
        weight = np.pad(growth, _APART)[frame[:, None] + _APART + steps]
        place = np.maximum(frame + (weight * steps).sum(axis=1) / weight.sum(axis=1), 0.0)
        rises = np.zeros((len(level), 1), np.float32)
        draw(rises, place, np.zeros(len(place), np.intp), np.minimum(growth[frame] / _FULL_RISE, 1))
        return rises


def _spoken(salience: NDArray[np.float32]) -> NDArray[np.float32]:
    """How surely each pitch is the one that sounds; 0 beside the peaks of the salience."""
    here = salience[:, 1:-1]
    peak = (here >= salience[:, :-2]) & (here > salience[:, 2:])
    best = salience.max(axis=1, keepdims=True)
    sure = expit((here - _SPOKEN) / _SPOKEN_WIDTH) * np.exp((here - best) / _BEHIND)
    return np.pad(np.where(peak, sure, 0.0), ((0, 0), (1, 1))).astype(np.float32)


def _audible(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each frame is from what is too soft beside the loud parts, in [0, 1]."""
    tens = powers([samples[None]], _HOP)
    around = uniform_filter1d(tens, 3, mode="constant")
    return expit((decibels(around) - _SOFTEST_DB) / _SOFT_WIDTH_DB).astype(np.float32)


def _semitones(sure: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each semitone the surest pitch about it, less sure the further it lies away."""
    frame = np.zeros((len(sure), _HIGHEST - _LOWEST + 1), np.float32)
    reach = round(1.6 * _BINS)
    for step in range(-reach, reach + 1):
        column = sure[:, _MARGIN + step : sure.shape[1] - _MARGIN + step : _BINS]
        far = np.float32(np.exp(-0.5 * (step / _BINS / _SEMITONE) ** 2))
        np.maximum(frame, far * column, out=frame)
    return frame
