"""Where a level in dB lies on a fader or meter: −60 at the foot, 0 at four fifths, +6 on top."""

from __future__ import annotations

import math

LOWEST_DB, HIGHEST_DB = -60.0, 6.0
# Bends the line so that the decibels about 0 get most of the way; puts 0 dB at 0.80.
CURVE = 2.34


def share(db: float) -> float:
    """The place of ``db`` in [0, 1]."""
    part = (db - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB)
    return math.pow(min(max(part, 0.0), 1.0), CURVE)


def decibels(peak: float) -> float:
    """A linear peak in dB of full scale; silence is −inf."""
    return 20 * math.log10(peak) if peak > 0 else -math.inf
