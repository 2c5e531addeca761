"""Separation by signal processing alone: no weights, at once, on any machine.

Four properties of most recordings are used, one after another, each on what the one before left:

1. Drums are sudden and broad, everything else lasts: harmonic-percussive separation (Fitzgerald,
   "Harmonic/percussive separation using median filtering", DAFx 2010), with windows short enough
   for hi-hats above, and long enough to tell a kick from a bass below.
2. Bass is low.
3. The voice is in the middle: what the two channels do not share is subtracted from what they
   share, as noise is in Boll, "Suppression of acoustic noise in speech using spectral
   subtraction", IEEE Trans. ASSP 27(2), 1979; cf. Barry, Lawlor and Coyle, "Sound source
   separation: azimuth discrimination and resynthesis", DAFx 2004.
4. A singer moves where an instrument stays: in windows of a fifth of a second a sung note is no
   line along time (Fitzgerald and Gainza, "Single channel vocal separation using median filtering
   and factorisation techniques", ISAST Trans. Electronic and Signal Processing 4(1), 2010). The
   less the sides tell, the more this decides; in a mono song it decides alone.

Masks are soft and what is left over is the last stem, so the stems add up to the mixture. A voice
that is mixed to one side is not found, and goes to ``other``.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, median_filter

from studio.dsp.hpss import percussive_share
from studio.dsp.stft import Spectrum, istft, stft
from studio.music.audio import Samples
from studio.separation.contract import Cost

_RATE = 44100
_TINY = np.float32(1e-30)  # keeps silence from being divided by itself

Weights = NDArray[np.float32]


class ClassicalEngine:
    """See ``contract.Engine`` and ``contract.EngineClass``."""

    version: ClassVar[int] = 1
    summary: ClassVar[str] = "Needs nothing and is fast; far below a network in quality."
    source: ClassVar[str] = (
        "Fitzgerald, Harmonic/percussive separation using median filtering, DAFx 2010; "
        "Boll, Suppression of acoustic noise in speech using spectral subtraction, 1979"
    )
    needs_weights: ClassVar[bool] = False
    devices: ClassVar[tuple[str, ...]] = ("cpu",)
    cost: ClassVar[Cost] = Cost(parameters=0, memory_mb=310, real_time_factor={"cpu": 0.07})

    stems: tuple[str, ...] = ("vocals", "drums", "bass", "other")
    complete = True
    sample_rate = _RATE
    channels = 2
    # Long enough to hear how wide each part of the spectrum is; shorter would be ready sooner.
    segment_samples = 16 * _RATE
    normalise = False
    batch = 1

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> ClassicalEngine:
        """The engine; there is nothing to load, and one device."""
        return cls()

    def separate(self, mixture: Samples) -> Samples:
        """See ``contract.Engine``. Works on any number of samples."""
        stems = np.empty((len(mixture), len(self.stems), *mixture.shape[1:]), np.float32)
        for item, song in enumerate(mixture):
            drums = _drums_above(song) + _drums_below(song)
            rest = song - drums
            vocals, bass = _voice_and_bass(rest)
            stems[item] = vocals, drums, bass, rest - vocals - bass
        return stems


# Kicks overlap with the bass, the rest of the kit with everything else.
_KICK_HZ = 180.0


def _drums_above(song: Samples) -> Samples:
    """Snare, hats, cymbals, and the attack of the kick.

    A tenth of a second is little, or sung syllables would be hits; half a kilohertz is much, or
    the partials of a low note together would be one. Singers glide, so that what is harmonic is
    missed more often than what is percussive: hence the margin.
    """
    return _percussive(song, 2048, seconds=0.1, hertz=500.0, margin=1.2, above=True)


def _drums_below(song: Samples) -> Samples:
    """The kick: over within a quarter of a second, and wider than the line of a bass note."""
    return _percussive(song, 4096, seconds=0.5, hertz=75.0, margin=1.0, above=False)


def _percussive(
    song: Samples, n_fft: int, seconds: float, hertz: float, margin: float, above: bool
) -> Samples:
    """What is percussive on one side of ``_KICK_HZ``, of medians as long as stated."""
    hop_length = n_fft // 4
    spectrum = stft(song, n_fft, hop_length)
    side = _below(_KICK_HZ, n_fft)
    side = 1 - side if above else side
    used = np.flatnonzero(side > 1e-3)
    bins = slice(int(used[0]), int(used[-1]) + 1)
    n_frames, n_bins = round(seconds * _RATE / hop_length), round(hertz * n_fft / _RATE)
    share = percussive_share(_magnitudes(spectrum[..., bins]), n_frames, n_bins, margin)
    spectrum[..., bins] *= share * side[bins]
    spectrum[..., : bins.start] = 0
    spectrum[..., bins.stop :] = 0
    return istft(spectrum, song.shape[-1], hop_length)


_VOICE_N_FFT = 8192  # 5 Hz a bin and 0.2 s: single partials, as bass and voice overlap in range
_VOICE_HOP = _VOICE_N_FFT // 4
_THIRDS = np.full(3, 1 / 3)
_BASS_HZ = 200.0  # between the range of a bass and that of a voice


def _voice_and_bass(rest: Samples) -> tuple[Samples, Samples]:
    """The two that are next to be taken from ``rest``, which is the song without its drums."""
    spectrum = stft(rest, _VOICE_N_FFT, _VOICE_HOP)
    low = _below(_BASS_HZ, _VOICE_N_FFT)
    bass = istft(spectrum * low, rest.shape[-1], _VOICE_HOP)
    middle, sides = _power((spectrum[0] + spectrum[1]) / 2), _power((spectrum[0] - spectrum[1]) / 2)
    weights = _central(middle, sides)
    weights *= _moving(spectrum, _width(middle, sides, 1 - low))
    spectrum *= weights * (1 - low)
    return istft(spectrum, rest.shape[-1], _VOICE_HOP), bass


def _central(middle: Weights, sides: Weights) -> Weights:
    """The part of the power in each bin that lies in the middle and has no share in the sides.

    Instruments at the sides are in the middle too, the more, the less they are panned. How much
    more is heard where nobody sings: it is the ratio that three quarters of the frames exceed.
    It lies between 1 (on one side alone) and 20 (less is left in the sides by any reverberation).
    """
    heard = middle.mean(axis=1) > 1e-6 * middle.mean(axis=1).max(initial=0)
    if not heard.any():
        return np.zeros_like(middle)
    ratios = middle[heard] / np.maximum(sides[heard], middle[heard] / 1000 + _TINY)
    ratio = np.quantile(ratios, 0.25, axis=0)
    spread = np.clip(median_filter(ratio, 15), 1, 20).astype(np.float32)  # over 80 Hz
    central: Weights = np.maximum(middle - spread * sides, 0)
    central /= middle + sides + _TINY
    return central


def _moving(spectrum: Spectrum, width: float) -> Weights:
    """A weight for the voice: 1 where a bin is unsteady, less where it is steady for half a second.

    Three tenths are left at least, since singers hold notes too. One part in a hundred in the
    sides, which is what reverberation alone would leave there, halves what steadiness has to say.
    """
    trust = np.float32(0.7 / (1 + width / 0.01))
    n_frames, n_bins = round(1.0 * _RATE / _VOICE_HOP), round(50.0 * _VOICE_N_FFT / _RATE)
    unsteady = percussive_share(_magnitudes(spectrum), n_frames, n_bins)
    return 1 - trust * (1 - unsteady)


def _width(middle: Weights, sides: Weights, side: Weights) -> float:
    """The part of the power that lies in the sides, in [0, 1]; 0 in silence."""
    wide, narrow = float(sides.sum(axis=0) @ side), float(middle.sum(axis=0) @ side)
    return wide / (wide + narrow) if wide else 0.0


def _magnitudes(spectrum: Spectrum) -> Weights:
    """Root mean square of the channels: (channels, frames, bins) -> (frames, bins)."""
    squares: Weights = spectrum.real**2 + spectrum.imag**2
    magnitudes: Weights = np.sqrt(squares.mean(axis=0))
    return magnitudes


def _power(spectrum: Spectrum) -> Weights:
    """Power of (frames, bins), the mean of three frames: a bin by itself flickers.

    Not by a running sum, whose rounding leaves something, even below zero, in silence.
    """
    power: Weights = convolve1d(spectrum.real**2 + spectrum.imag**2, _THIRDS, axis=0)
    return power


def _below(corner_hz: float, n_fft: int) -> Weights:
    """Gain of each bin that is 1 below the corner, half at it, and falls by 48 dB an octave."""
    hertz = np.arange(n_fft // 2 + 1) * (_RATE / n_fft)
    return (1 / (1 + (hertz / corner_hz) ** 8)).astype(np.float32)
