"""The largest cross-correlation of the samples themselves, at any lag within ±10 s.

Definition: max over lags l of the sum over n of take[n + l] target[n], samples at 22.05 kHz with
full scale ±1, nothing normalised. A long song's stretches are searched each on its own and added.
"""

from __future__ import annotations

from math import inf

from studio.scoring.contract import Measure
from studio.scoring.signal import Signal


def xcorr_max(take: Signal, target: Signal) -> float:
    """At least 0."""
    return max(0.0, float(take.correlation(target).max()))


XCORR_MAX = Measure(
    key="xcorr_max",
    label="Cross-correlation, maximum",
    unit="full scale²",
    low=0.0,
    high=inf,
    meaning=(
        "The largest sum of products of take and stem at any shift; it grows with loudness, length "
        "and the number of notes and cannot see lateness, so a higher one does not prove a better "
        "take."
    ),
    combine="sum",
    value=xcorr_max,
)
