"""Semitone flux: whether the same pitches begin at the same times.

Definition: 100 times the mean-removed cosine, at lag 0, of the semitone flux of take and target
(``scoring.signal``); negative ones count as 0.
"""

from __future__ import annotations

from studio.dsp.correlation import cosine
from studio.scoring.contract import Measure
from studio.scoring.signal import Signal


def semitone_flux(take: Signal, target: Signal) -> float:
    """In [0, 100]."""
    return 100.0 * max(0.0, cosine(take.flux, target.flux))


SEMITONE_FLUX = Measure(
    key="semitone_flux",
    label="Semitone flux",
    unit="of 100",
    low=0.0,
    high=100.0,
    meaning=(
        "How well the pitches that begin agree with those of the stem, each at its time; it does "
        "not hear how long notes last, and timbre keeps it below 100 even for the right notes."
    ),
    combine="mean",
    value=semitone_flux,
)
