"""The one drum kit: a falling tone and filtered noise for each piece, by General MIDI number.

A hit rings for its own time, whatever the length of its note. Keys without a piece of their own
get a short neutral knock, so that no hit is ever lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

RING = 6.9  # time constants until a decay has fallen by 60 dB


@dataclass(frozen=True, slots=True)
class Piece:
    """What a drum or a cymbal sounds like.

    Attributes:
        start_hz, hz: The tone falls from one to the other within about 20 ms.
        tone, noise: Level of each part.
        tone_seconds, noise_seconds: Time constant of each part's decay.
        band: Lowest and highest frequency of the noise, in Hz.
    """

    start_hz: float
    hz: float
    tone: float
    tone_seconds: float
    noise: float
    noise_seconds: float
    band: tuple[int, int]

    @property
    def seconds(self) -> float:
        """How long it rings."""
        return RING * max(self.tone_seconds, self.noise_seconds)


KICK = Piece(160, 52, 0.6, 0.09, 0.10, 0.008, (1500, 6000))
SIDE_STICK = Piece(800, 760, 0.2, 0.015, 0.20, 0.010, (1000, 6000))
SNARE = Piece(260, 185, 0.2, 0.05, 0.35, 0.080, (700, 9000))
CLAP = Piece(0, 0, 0.0, 0.01, 0.40, 0.060, (900, 4000))
CLOSED_HAT = Piece(0, 0, 0.0, 0.01, 0.20, 0.030, (6500, 16000))
OPEN_HAT = Piece(0, 0, 0.0, 0.01, 0.20, 0.180, (6000, 16000))
CRASH = Piece(0, 0, 0.0, 0.01, 0.25, 0.500, (2500, 15000))
RIDE = Piece(3150, 3150, 0.03, 0.20, 0.12, 0.180, (4500, 14000))
KNOCK = Piece(900, 800, 0.1, 0.02, 0.15, 0.020, (500, 5000))


def _tom(hz: float) -> Piece:
    return Piece(1.6 * hz, hz, 0.4, 0.12, 0.08, 0.012, (600, 5000))


# General MIDI 1 percussion map.
KIT: dict[int, Piece] = {
    35: KICK,
    36: KICK,
    37: SIDE_STICK,
    38: SNARE,
    39: CLAP,
    40: SNARE,
    41: _tom(75),
    42: CLOSED_HAT,
    43: _tom(90),
    44: CLOSED_HAT,
    45: _tom(110),
    46: OPEN_HAT,
    47: _tom(130),
    48: _tom(155),
    49: CRASH,
    50: _tom(185),
    51: RIDE,
    52: CRASH,
    53: RIDE,
    55: CRASH,
    57: CRASH,
    59: RIDE,
}


def piece(key: int) -> Piece:
    """What General MIDI percussion key ``key`` plays."""
    return KIT.get(key, KNOCK)


@cache
def hit(key: int, sample_rate: int) -> NDArray[np.float64]:
    """One hit from its first to its last sample, shape (samples,). Do not write into it."""
    sound = piece(key)
    t = np.arange(round(sound.seconds * sample_rate)) / sample_rate
    end = np.clip((sound.seconds - t) / 0.005, 0.0, 1.0)  # no click where it is cut
    samples: NDArray[np.float64] = end * (_tone(sound, t) + _noise(sound, t, sample_rate))
    samples.setflags(write=False)
    return samples


def _tone(sound: Piece, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """The skin: the phase is the integral of hz + (start_hz - hz) exp(-t / 20 ms)."""
    cycles = sound.hz * t + (sound.start_hz - sound.hz) * 0.02 * (1.0 - np.exp(t / -0.02))
    return sound.tone * np.exp(t / -sound.tone_seconds) * np.sin(2 * np.pi * cycles)


def _noise(sound: Piece, t: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """The wires or the metal: noise of deviation 1 within the band, then the decay."""
    low, high = min(sound.band[0], 0.35 * sample_rate), min(sound.band[1], 0.45 * sample_rate)
    # RandomState: numpy promises that its numbers never change, and so our sound does not.
    white = np.random.RandomState(sound.band[0]).standard_normal(len(t))
    filtered = _band(white, low / sample_rate, high / sample_rate)
    level = sound.noise * np.exp(t / -sound.noise_seconds)
    shaped: NDArray[np.float64] = level * filtered / filtered.std()
    return shaped


def _band(signal: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """``signal`` through a Butterworth band-pass of order 2, edges in cycles a sample.

    The bilinear transform puts the analogue frequency tan(pi f) at f (Oppenheim and Schafer,
    "Discrete-Time Signal Processing", section 7.2). Padded to twice its length, so that what the
    filter rings on after the end does not come back at the start.
    """
    size = 2 * len(signal)
    bottom, top = np.tan(np.pi * low), np.tan(np.pi * high)
    response = np.zeros(size // 2 + 1, np.complex128)  # nothing passes at 0 and at half the rate
    at = np.tan(np.pi * np.arange(1, size // 2) / size)
    x = (at * at - bottom * top) / (at * (top - bottom))  # the low-pass this is made of: 1 at x = 0
    response[1:-1] = 1.0 / (1.0 - x * x + 1j * np.sqrt(2.0) * x)
    filtered: NDArray[np.float64] = np.fft.irfft(np.fft.rfft(signal, size) * response, size)
    return filtered[: len(signal)]
