"""A detector without weights for everything pitched: spectra taken apart into harmonic combs.

Each spectrum is decomposed into combs, one set a semitone (``dsp.harmonic``): how much of a comb
there is is the pitch's salience, seen relative to the loudest pitch within four seconds. A
candidate is where the salience of a pitch rises; four facts about it make its onset activation.
The method follows Klapuri, "Multiple Fundamental Frequency Estimation by Summing Harmonic
Amplitudes", ISMIR 2006 (compressed harmonic spectra, competing pitches), and Vincent, Bertin and
Badeau, "Adaptive Harmonic Spectral Decomposition for Multiple Pitch Estimation", IEEE TASLP
18(3), 2010 (decomposition into fixed harmonic spectra).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.special import expit

from studio.dsp.harmonic import Scale, combs, decompose, magnitudes, scale
from studio.music.audio import Audio
from studio.transcription.contract import Activations
from studio.transcription.decoders.peaks import draw, peaks

_RATE = 16000
_HOP = 160  # frames of 10 ms inside; 20 ms in the activations
_LOWEST, _HIGHEST = 28, 100
_WINDOWS = ((2048, 900.0), (1024, np.inf))
_COMPRESSION = 0.6  # of magnitudes: evens out timbres, as in Klapuri's whitening
_DECAYS = (0.0, 1.0)  # a bright and a dark comb for each pitch
_HARMONICS = 12
_ITERATIONS = 20

_AROUND_SECONDS = 4.0  # salience is relative to the loudest pitch this near, ...
_FAINT = 0.3  # ... but not to one fainter than this: noise stays noise
_APART_FRAMES = 6  # onsets of one pitch are 60 ms apart
_LEAST_RISE = 0.08

# How sure an onset is: a logistic function of four facts. The weights were fitted once to 7400
# candidates in 59 clips rendered from sampled piano, guitar, bass and sung vowels (all free to
# use), then rounded; the bias puts the best compromise for all of them near 0.55.
_RISE, _LASTING, _BURST, _LEAD, _BIAS = 7.0, 1.0, 2.0, 3.0, -4.0


class SpectralDetector:
    """Spectra decomposed into harmonic combs; onsets where a comb's share rises.

    Source: after Klapuri, ISMIR 2006, and Vincent, Bertin and Badeau, IEEE TASLP 18(3), 2010.
    """

    summary = "Any pitched stem, voice included; fast, needs no weights."
    source = "after Klapuri, ISMIR 2006, and Vincent, Bertin and Badeau, IEEE TASLP 2010"
    kinds = ("vocals", "bass", "piano", "guitar", "other")
    pitch_range = (_LOWEST, _HIGHEST)
    licence = "MIT"
    weights = None
    devices = ("cpu",)
    decoder = staticmethod(peaks)
    version = 2

    sample_rate = _RATE
    hop = 2 * _HOP
    context_seconds = 5.0
    level_db = -20.0

    def __init__(self) -> None:
        self._scale = scale(_LOWEST - 1.0, 7600.0, _WINDOWS, _RATE)
        pitches = np.arange(_LOWEST, _HIGHEST + 1, dtype=np.float64)
        parts = combs(pitches, _DECAYS, _HARMONICS, self._scale) ** np.float32(_COMPRESSION)
        parts /= np.linalg.norm(parts, axis=2, keepdims=True)
        self._parts = parts.reshape(-1, parts.shape[2])
        self._partials = _partials(pitches, self._scale)

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> SpectralDetector:
        """A detector; ``device`` is the processor."""
        return cls()

    def detect(self, audio: Audio) -> Activations:
        """What is heard of the pitches E1 to E7."""
        spectra = magnitudes(audio.mono(), self._scale, _HOP)
        salience = _relative(self._salience(spectra))
        rise, sure = _evidence(salience, spectra, self._partials)
        frame, pitch = _candidates(rise)
        place = _refined(salience, frame, pitch)
        strength = sure[frame, pitch]
        kept = _apart(place, pitch, strength)
        sounding = np.minimum(_mean(salience, 0, 2)[::2], np.float32(1.0))
        onset = np.zeros_like(sounding)
        draw(onset, place[kept] / 2, pitch[kept], strength[kept])
        return Activations(onset, sounding, None, self.sample_rate / self.hop, _LOWEST)

    def _salience(self, spectra: NDArray[np.float32]) -> NDArray[np.float32]:
        """How much of each pitch's combs there is, shape (frames, pitches)."""
        blocks = [
            decompose(
                spectra[start : start + 512] ** np.float32(_COMPRESSION), self._parts, _ITERATIONS
            )
            for start in range(0, len(spectra), 512)
        ]
        shares = np.concatenate([np.zeros((0, len(self._parts)), np.float32), *blocks])
        return np.add.reduceat(
            shares, np.arange(0, len(self._parts), len(_DECAYS)), axis=1, dtype=np.float32
        )


def _partials(pitches: NDArray[np.float64], on: Scale) -> NDArray[np.float32]:
    """Weights that take the mean over the bands of a pitch's first seven harmonics."""
    weights = np.zeros((len(on.midi), len(pitches)), np.float32)
    for column, pitch in enumerate(pitches):
        above = pitch + 12 * np.log2(np.arange(1, 8))
        bands = np.abs(on.midi[:, None] - above[above <= on.midi[-1]]).argmin(axis=0)
        np.add.at(weights[:, column], bands, 1 / len(bands))
    return weights


def _relative(salience: NDArray[np.float32]) -> NDArray[np.float32]:
    """Salience as a part of the loudest pitch nearby, each over 90 ms."""
    smooth = uniform_filter1d(salience, 9, axis=0, mode="constant").astype(np.float32)
    reach = round(2 * _AROUND_SECONDS * _RATE / _HOP) + 1
    loudest = maximum_filter1d(smooth.max(axis=1), reach, mode="constant")
    part = salience / np.maximum(loudest, np.float32(_FAINT))[:, None]
    return part.astype(np.float32)


def _evidence(
    salience: NDArray[np.float32], spectra: NDArray[np.float32], partials: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How much each pitch rises at each frame, and how sure it is that it starts there.

    The four facts: the rise itself; that the pitch then lasts; a burst of its partials; and its
    lead over the pitches beside it, which hear a part of every note.
    """
    after, before = _mean(salience, 1, 15), _mean(salience, -14, 0)
    rise = np.log1p(after) - np.log1p(before)
    lasting = _log(_mean(salience, 4, 30))
    beside = np.pad(after, ((0, 0), (1, 1)))
    lead = _log(after) - _log(np.maximum(beside[:, :-2], beside[:, 2:]))
    level = np.log1p(np.float32(300.0) * spectra)
    growth = np.zeros_like(level)
    growth[3:] = np.maximum(level[3:] - level[:-3], 0.0)
    burst = maximum_filter1d(growth @ partials, 7, axis=0, mode="constant")
    score = _RISE * rise + _LASTING * lasting + _BURST * burst + _LEAD * lead + _BIAS
    return rise, expit(score).astype(np.float32)


def _log(salience: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logarithm, blind below 0.08."""
    log: NDArray[np.float32] = np.log(salience + np.float32(0.08))
    return log


def _mean(values: NDArray[np.float32], start: int, stop: int) -> NDArray[np.float32]:
    """For each frame the mean over the frames ``start`` to ``stop`` after it, silence outside."""
    total = np.cumsum(np.pad(values, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    frame = np.arange(len(values))
    first, last = (np.clip(frame + edge, 0, len(values)) for edge in (start, stop))
    mean: NDArray[np.float32] = ((total[last] - total[first]) / (stop - start)).astype(np.float32)
    return mean


def _candidates(rise: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Frame and pitch of every peak of the rise within 50 ms."""
    smooth = uniform_filter1d(rise, 3, axis=0, mode="constant")
    highest = maximum_filter1d(smooth, 11, axis=0, mode="constant")
    frame, pitch = np.nonzero((smooth == highest) & (rise > _LEAST_RISE))
    return frame, pitch


def _refined(
    salience: NDArray[np.float32], frame: NDArray[np.intp], pitch: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Where the amplitude grows: the centre of its growth within 40 ms of each frame.

    The compressed salience alone would date onsets early, at the edge of the window.
    """
    amplitude = salience.astype(np.float64) ** (1 / _COMPRESSION)
    amplitude = uniform_filter1d(amplitude, 3, axis=0, mode="constant")
    growth = np.zeros_like(amplitude)
    growth[1:-1] = np.maximum(amplitude[2:] - amplitude[:-2], 0.0)
    steps = np.arange(-4, 5)
    near = np.clip(frame[:, None] + steps, 0, len(salience) - 1)
    weight = growth[near, pitch[:, None]] + 1e-9
    place: NDArray[np.float64] = frame + (weight * steps).sum(axis=1) / weight.sum(axis=1)
    return np.maximum(place, 0.0)


def _apart(
    place: NDArray[np.float64], pitch: NDArray[np.intp], strength: NDArray[np.float32]
) -> NDArray[np.intp]:
    """Indices of the onsets that remain when of two too near in one pitch the surer one stays."""
    kept = np.lexsort((place, pitch))
    while len(kept) > 1:
        near = (np.diff(pitch[kept]) == 0) & (np.diff(place[kept]) < _APART_FRAMES)
        if not near.any():
            break
        first = int(np.flatnonzero(near)[0])
        weaker = first + int(strength[kept[first]] >= strength[kept[first + 1]])
        kept = np.delete(kept, weaker)
    return kept
