"""A detector without weights for drums: kick, snare and hi-hat from rises in six bands.

A hit is a sudden rise; which piece was hit shows in where on the scale it rises most. For each
piece the bands of its own are searched for peaks, and the rise in all bands says how sure each
is. Cymbals are heard as the hi-hat. Rises of log-magnitudes as onset evidence: Böck, Krebs and
Schedl, "Evaluating the Online Capabilities of Onset Detection Methods", ISMIR 2012; bands per
piece: Tzanetakis, Kapur and McWalter, "Subband-based Drum Transcription for Audio Signals",
MMSP 2005.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d
from scipy.special import expit

from studio.dsp.bands import band_magnitudes
from studio.dsp.filterbank import triangles
from studio.music.audio import Audio
from studio.transcription.contract import Activations
from studio.transcription.decoders.peaks import draw, hits, vertices

_RATE = 44100
_HOP = 441
_WINDOW = 2048
# Centres of the bands in Hz, with one beyond either end.
_CENTRES = (20, 45, 80, 130, 200, 300, 450, 700, 1000, 1500, 2300, 3500, 5300, 8000, 12000, 18000)
# The bands in six groups, from the deepest to the highest; each begins here.
_GROUPS = (0, 1, 3, 5, 9, 11)
_LOWEST, _PITCHES = 36, 7
_LATE_FRAMES = 0.5  # hits are dated early by so much, as a window sees them before its middle


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the kit.

    Attributes:
        pitch: Its General MIDI key.
        bands: First band of its own, and the one after its last.
        least: A rise below this is no candidate.
        weights: Of the rise in each group, and the bias: how sure a hit is, as a logistic
            function. Fitted to 60 clips of played MIDI rendered with free acoustic and
            electronic kits, then rounded; the best compromise lies near 0.55.
    """

    pitch: int
    bands: tuple[int, int]
    least: float
    weights: tuple[float, ...]
    bias: float


_PIECES = (
    Piece(36, (1, 3), 0.3, (3.0, 1.7, 0.0, -1.5, -0.5, 0.3), -3.9),
    Piece(38, (3, 9), 0.3, (0.0, -2.0, 1.0, 2.0, 0.0, -0.6), -0.8),
    Piece(42, (11, 14), 0.15, (0.0, 0.0, 0.0, 0.0, -2.0, 2.5), 0.2),
)


class DrumDetector:
    """Rises of log-magnitudes in bands; where they are largest tells the piece.

    Source: after Böck, Krebs and Schedl, ISMIR 2012, and Tzanetakis, Kapur and McWalter,
    MMSP 2005.
    """

    summary = "Kick, snare and hi-hat (with cymbals); fast, needs no weights."
    source = "after Böck, Krebs and Schedl, ISMIR 2012, and Tzanetakis et al., MMSP 2005"
    kinds = ("drums",)
    pitch_range = (_LOWEST, _LOWEST + _PITCHES - 1)
    licence = "MIT"
    weights = None
    devices = ("cpu",)
    decoder = staticmethod(hits)
    version = 2

    sample_rate = _RATE
    hop = _HOP
    context_seconds = 0.2
    level_db = -20.0

    def __init__(self) -> None:
        bins = np.arange(_WINDOW // 2 + 1) * _RATE / _WINDOW
        self._bank = triangles(bins, np.array(_CENTRES, np.float64))

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> DrumDetector:
        """A detector; ``device`` is the processor."""
        return cls()

    def detect(self, audio: Audio) -> Activations:
        """Hits in the columns of keys 36, 38 and 42; the keys between them stay silent."""
        level = np.log1p(np.float32(100.0) * band_magnitudes(audio.mono(), self._bank, _HOP))
        rise = np.zeros_like(level)
        rise[2:-1] = np.maximum(level[3:] - level[:-3], 0.0)
        around = maximum_filter1d(rise, 5, axis=0, mode="constant")
        sizes = np.diff((*_GROUPS, rise.shape[1])).astype(np.float32)
        groups = (np.add.reduceat(around, _GROUPS, axis=1) / sizes).astype(np.float32)
        onset = np.zeros((len(rise), _PITCHES), np.float32)
        for piece in _PIECES:
            _draw_hits(onset, rise, groups, piece)
        return Activations(onset, onset, None, self.sample_rate / self.hop, _LOWEST)


def _draw_hits(
    onset: NDArray[np.float32],
    rise: NDArray[np.float32],
    groups: NDArray[np.float32],
    piece: Piece,
) -> None:
    """Write the hits of one piece into its column of ``onset``."""
    own = rise[:, slice(*piece.bands)].mean(axis=1)
    place = vertices(own)[0]
    frame = np.rint(place).astype(np.intp)
    highest = maximum_filter1d(own, 7, mode="constant")
    kept = (own[frame] == highest[frame]) & (own[frame] > piece.least)
    place, frame = place[kept] + _LATE_FRAMES, frame[kept]
    sure = expit(groups[frame] @ np.array(piece.weights, np.float32) + piece.bias)
    draw(onset, place, np.full(len(place), piece.pitch - _LOWEST), sure)
