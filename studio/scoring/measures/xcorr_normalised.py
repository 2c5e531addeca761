"""The largest cross-correlation, with the loudness of both sides taken out.

Definition: ``xcorr_max`` divided by the square root of the product of both energies.
"""

from __future__ import annotations

from math import sqrt

from studio.scoring.contract import Measure
from studio.scoring.measures.xcorr_max import xcorr_max
from studio.scoring.signal import Signal


def xcorr_normalised(take: Signal, target: Signal) -> float:
    """In [0, 1]."""
    return min(1.0, xcorr_max(take, target) / sqrt(take.energy * target.energy))


XCORR_NORMALISED = Measure(
    key="xcorr_normalised",
    label="Cross-correlation, normalised",
    unit="",
    low=0.0,
    high=1.0,
    meaning=(
        "The cross-correlation's maximum on a scale where 1 is the same sound; it hangs on phase "
        "and timbre and hardly notices missing notes, so a higher one does not prove a better take."
    ),
    combine="mean",
    value=xcorr_normalised,
)
