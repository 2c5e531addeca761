"""How much of each pitch of the program's voice a spectrum is made of.

A note of any instrument sounds in many semitones. Here every frame is taken apart into notes of
the one voice that plays all takes, so that a note becomes one pitch again, and a ghost an octave
above it another. Frames are independent of each other, and of how loud the sound is.

Source: non-negative matrix factorisation with a fixed dictionary, by the multiplicative updates of
Lee and Seung, "Algorithms for non-negative matrix factorization", NIPS 2000 (Euclidean distance);
for transcription Smaragdis and Brown, WASPAA 2003.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.synth.voice import HARMONICS

ITERATIONS = 15
# So few that no product is shared out among threads, which would change its last digits.
_FRAMES_AT_ONCE = 48
_TINY = np.float32(1e-30)  # lest 0 be divided by 0 in silence


def voice_in(
    bank: NDArray[np.float32], lowest: int, highest: int, sample_rate: int
) -> NDArray[np.float32]:
    """The voice's held note at each pitch, as magnitudes in bands.

    Args:
        bank: Weights of the bands, shape (bins, bands), for windows of 2 * (bins - 1) samples.
        lowest, highest: MIDI numbers.

    Returns:
        Shape (pitches, bands); the bands of a pitch add up to 1.
    """
    length = 2 * (len(bank) - 1)
    seconds = np.arange(length) / sample_rate
    hz = 440.0 * 2.0 ** ((np.arange(lowest, highest + 1) - 69) / 12)
    sound = np.zeros((len(hz), length))
    for k in range(1, HARMONICS + 1):
        heard = (k * hz < 0.45 * sample_rate)[:, None]
        sound += heard * np.sin(2 * np.pi * k * hz[:, None] * seconds) / k
    spectra = np.abs(np.fft.rfft(sound * np.hanning(length + 1)[:-1], axis=1))
    found = spectra @ bank
    voice: NDArray[np.float32] = (found / found.sum(axis=1, keepdims=True)).astype(np.float32)
    return voice


def activations(magnitudes: NDArray[np.float32], voice: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels of the pitches, none negative, whose sum comes near ``magnitudes``.

    Args:
        magnitudes: Shape (frames, bands), not negative.
        voice: Shape (pitches, bands), of ``voice_in``.

    Returns:
        Shape (frames, pitches).
    """
    found = np.empty((len(magnitudes), len(voice)), np.float32)
    overlap = voice @ voice.T
    for first in range(0, len(magnitudes), _FRAMES_AT_ONCE):
        wanted = magnitudes[first : first + _FRAMES_AT_ONCE] @ voice.T
        levels = wanted.copy()
        for _ in range(ITERATIONS):
            levels *= wanted / (levels @ overlap + _TINY)
        found[first : first + _FRAMES_AT_ONCE] = levels
    return found
