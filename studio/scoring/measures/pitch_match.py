"""Pitch match: whether the same pitches sound at the same times.

Definition: 100 times the mean-removed cosine, at lag 0, of the semitone spectra of take and
target (``scoring.signal``); negative ones count as 0.
"""

from __future__ import annotations

from studio.dsp.correlation import cosine
from studio.scoring.contract import Measure
from studio.scoring.signal import Signal


def pitch_match(take: Signal, target: Signal) -> float:
    """In [0, 100]."""
    return 100.0 * max(0.0, cosine(take.spectrum, target.spectrum))


PITCH_MATCH = Measure(
    key="pitch_match",
    label="Pitch match",
    unit="of 100",
    low=0.0,
    high=100.0,
    meaning=(
        "How well the pitches that sound agree with those of the stem over time; timbre keeps it "
        "below 100, and it does not prove that notes begin where they should."
    ),
    combine="mean",
    value=pitch_match,
)
