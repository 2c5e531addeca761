"""The one pitched voice: six harmonics, a soft attack, a decay to a held level, a soft end.

It stands for every pitched instrument alike, so it claims nothing about timbre: scores compare
takes of one stem, all of them in this voice.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

HARMONICS = 6  # the k-th one k times weaker than the first
ATTACK_SECONDS = 0.010
DECAY_SECONDS = 0.3  # time constant
HELD_LEVEL = 0.3  # of the full level, where the decay ends
RELEASE_SECONDS = 0.040  # after the note's end
LEVEL = 0.2  # peak of a note at full velocity, before its harmonics add up

_TABLE = 4096


def pitched(
    pitch: int, onset: float, offset: float, first: int, last: int, sample_rate: int
) -> NDArray[np.float64]:
    """Samples ``first`` <= n < ``last`` of one note; sample n stands for n / sample_rate seconds.

    Every value follows from its own n alone, so pieces join without a seam. Harmonics above
    0.45 of the sample rate are left out.

    Args:
        pitch: MIDI number, A4 = 69 = 440 Hz.
        onset, offset: In seconds.

    Returns:
        Shape (last - first,).
    """
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    harmonics = min(HARMONICS, int(0.45 * sample_rate / hz))
    since = np.arange(first, last) / sample_rate - onset
    return LEVEL * envelope(since, offset - onset) * _wave(hz * since, harmonics)


def envelope(since: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """How loud a note of ``length`` seconds is, ``since`` seconds after its start; at most 1."""
    held = np.clip(since, 0.0, length)
    decay = HELD_LEVEL + (1.0 - HELD_LEVEL) * np.exp(held / -DECAY_SECONDS)
    rise = _smooth(since / ATTACK_SECONDS)
    fall = _smooth((length + RELEASE_SECONDS - since) / RELEASE_SECONDS)
    return decay * rise * fall


def _smooth(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """From 0 to 1 while ``x`` does, without a corner at either end."""
    inside = np.clip(x, 0.0, 1.0)
    step: NDArray[np.float64] = inside * inside * (3.0 - 2.0 * inside)
    return step


def _wave(cycles: NDArray[np.float64], harmonics: int) -> NDArray[np.float64]:
    """The sum of the harmonics, at so many ``cycles`` from the start of a period.

    Read from a table with linear interpolation, whose error stays below 1e-5.
    """
    table = _table(harmonics)
    place = (cycles - np.floor(cycles)) * _TABLE
    whole = place.astype(np.intp)
    left = table[whole]
    return left + (place - whole) * (table[whole + 1] - left)


@cache
def _table(harmonics: int) -> NDArray[np.float64]:
    """One period and two values of the next (a phase may round up to a whole period)."""
    cycles = np.arange(_TABLE + 2) / _TABLE
    k = np.arange(1, harmonics + 1)[:, None]
    period: NDArray[np.float64] = (np.sin(2 * np.pi * k * cycles) / k).sum(axis=0)
    return period
