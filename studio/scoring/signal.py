"""What scores look at: mono sound at 22.05 kHz, and its features, each computed once.

Every score of a stem against several takes shares one ``Signal`` of the stem, so its features
serve all of them. Frames are 220 samples (9.98 ms) apart.

Features (all ignore loudness, since each is scaled by its own signal's level):

* ``spectrum``: magnitudes of a 4096-sample Hann window in bands of a semitone, MIDI 33 to 100,
  as log(1 + 20 m / p), p the 99.9th percentile of all m (but a tenth of the largest at least,
  lest p be 0 where hardly anything sounds);
* ``flux``: rises of the activations (``scoring.activations``) over three frames, to the power
  3/4, under a Gaussian of 0.7 frames;
* ``onsets``: mean rise over two frames of sixth-octave bands, 40 Hz to 10 kHz, of a 2048-sample
  window on the same scale, under a Gaussian of 2 frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from studio.dsp import bands, filterbank, onset
from studio.dsp.correlation import correlate
from studio.scoring.activations import activations, voice_in

SAMPLE_RATE = 22050
HOP = 220
MAX_LAG_SECONDS = 10.0
MAX_LAG = round(MAX_LAG_SECONDS * SAMPLE_RATE)
LOWEST, HIGHEST = 33, 100

_SEMITONES = bands.semitones(LOWEST, HIGHEST, SAMPLE_RATE, 4096)
_VOICE = voice_in(_SEMITONES, LOWEST, HIGHEST, SAMPLE_RATE)
_SIXTHS = filterbank.logarithmic(np.arange(1025) * SAMPLE_RATE / 2048, 6, 40.0, 10_000.0)


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """A sound frame by frame: magnitudes in semitones and in sixths of an octave, and pitches.

    Attributes:
        semitones, pitches: Shape (frames, 68): magnitudes, and what of each pitch they are made of.
        sixths: Shape (frames, bands).
    """

    semitones: NDArray[np.float32]
    pitches: NDArray[np.float32]
    sixths: NDArray[np.float32]

    @classmethod
    def of(cls, samples: NDArray[np.float32]) -> Bands:
        """The bands of a sound."""
        found = bands.band_magnitudes(samples, _SEMITONES, HOP)
        sixths = bands.band_magnitudes(samples, _SIXTHS, HOP)
        return cls(found, activations(found, _VOICE), sixths)

    @classmethod
    def silence(cls, samples: int) -> Bands:
        """The bands of so many samples of nothing."""
        frames = -(-samples // HOP)
        widths = _SEMITONES.shape[1], len(_VOICE), _SIXTHS.shape[1]
        return cls(*(np.zeros((frames, width), np.float32) for width in widths))

    def put(self, first: int, part: Bands, at: int, frames: int) -> None:
        """Replace ``frames`` frames from ``first`` on by those of ``part`` from ``at`` on."""
        for name in self.__slots__:
            getattr(self, name)[first : first + frames] = getattr(part, name)[at : at + frames]


class Signal:
    """Mono sound at 22.05 kHz. Equal only to itself, so that features can be kept by it.

    Attributes:
        samples: float32, shape (samples,). Not to be written into.
    """

    def __init__(self, samples: NDArray[np.float32], known: Bands | None = None) -> None:
        """Of ``samples``, whose bands are computed when needed, unless they are ``known``."""
        self.samples = samples
        self._known = known
        self._correlations: WeakKeyDictionary[Signal, NDArray[np.float32]] = WeakKeyDictionary()

    @cached_property
    def energy(self) -> float:
        """The sum of squares; 0 says that there is nothing to compare."""
        return float(np.square(self.samples, dtype=np.float64).sum())

    @cached_property
    def bands(self) -> Bands:
        """What all features are made of."""
        return Bands.of(self.samples) if self._known is None else self._known

    @cached_property
    def spectrum(self) -> NDArray[np.float32]:
        """Semitone bands over time, shape (frames, 68)."""
        return _compressed(self.bands.semitones)

    @cached_property
    def flux(self) -> NDArray[np.float32]:
        """Where each pitch begins to sound, shape (frames, 68)."""
        root = np.sqrt(onset.rises(self.bands.pitches, 3))
        return onset.smoothed(root * np.sqrt(root), 0.7)

    @cached_property
    def onsets(self) -> NDArray[np.float32]:
        """Where anything begins to sound, shape (frames,)."""
        return onset.onset_strength(_compressed(self.bands.sixths), lag=2, smooth=2.0)

    def correlation(self, target: Signal) -> NDArray[np.float32]:
        """``dsp.correlation.correlate`` of this take with ``target``, at lags within ±10 s."""
        if target not in self._correlations:
            found = correlate(self.samples, target.samples, MAX_LAG)
            self._correlations[target] = found
        return self._correlations[target]


def _compressed(magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Loudness taken out, and the scale made logarithmic."""
    if not magnitudes.any():
        return magnitudes
    loud = max(np.percentile(magnitudes, 99.9), 0.1 * magnitudes.max())
    compressed: NDArray[np.float32] = np.log1p(magnitudes * np.float32(20.0 / loud))
    return compressed
