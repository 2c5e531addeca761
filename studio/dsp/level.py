"""How loud a sound is, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def powers(blocks: Iterable[NDArray[np.float32]], length: int) -> NDArray[np.float64]:
    """The mean power of each piece of ``length`` samples; the last piece is filled with silence.

    Args:
        blocks: A sound in blocks of any size, shape (channels, samples); the channels are
            averaged after squaring.

    Returns:
        Shape (pieces,). A full-scale sine has 0.5.
    """
    found = [np.zeros(0)]
    kept = np.zeros(0)
    for block in blocks:
        kept = np.concatenate((kept, np.square(block, dtype=np.float64).mean(axis=0)))
        whole = len(kept) // length * length
        found.append(kept[:whole].reshape(-1, length).mean(axis=1))
        kept = kept[whole:]
    if len(kept):
        found.append(np.array([kept.sum() / length]))
    return np.concatenate(found)


def decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power in dB; -120 is the least."""
    level: NDArray[np.float64] = 10.0 * np.log10(np.maximum(power, 1e-12))
    return level


def loud_level(power: NDArray[np.float64]) -> float:
    """The level in dB of the loud parts of a sound, however long it is silent between them.

    The 90th percentile of the pieces that lie within 40 dB of the loudest.
    """
    level = decibels(power)
    return float(np.percentile(level[level >= level.max() - 40.0], 90)) if len(level) else -120.0
