"""Onset match: whether things begin at the same times, whatever their pitch.

Definition: 100 times the mean-removed cosine, at lag 0, of the onset curves of take and target
(``scoring.signal``); negative ones count as 0.
"""

from __future__ import annotations

from studio.dsp.correlation import cosine
from studio.scoring.contract import Measure
from studio.scoring.signal import Signal


def onset_match(take: Signal, target: Signal) -> float:
    """In [0, 100]."""
    return 100.0 * max(0.0, cosine(take.onsets, target.onsets))


ONSET_MATCH = Measure(
    key="onset_match",
    label="Onset match",
    unit="of 100",
    low=0.0,
    high=100.0,
    meaning=(
        "How well the moments at which notes begin agree with those of the stem; it does not "
        "look at pitch, so wrong notes at the right time score as high as right ones."
    ),
    combine="mean",
    value=onset_match,
)
