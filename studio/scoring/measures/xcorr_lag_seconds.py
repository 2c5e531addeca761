"""By how much the take is late, by the peak of the cross-correlation of the samples.

Definition: the lag, within ±10 s, at which ``xcorr_max`` is reached, in seconds; positive where
the take is late. Resolution: one sample of 22.05 kHz.
"""

from __future__ import annotations

import numpy as np

from studio.scoring.contract import Measure
from studio.scoring.signal import MAX_LAG, MAX_LAG_SECONDS, SAMPLE_RATE, Signal


def xcorr_lag_seconds(take: Signal, target: Signal) -> float:
    """In [-10, 10]; positive: the take is late."""
    return (int(np.argmax(take.correlation(target))) - MAX_LAG) / SAMPLE_RATE


XCORR_LAG_SECONDS = Measure(
    key="xcorr_lag_seconds",
    label="Lag",
    unit="s",
    low=-MAX_LAG_SECONDS,
    high=MAX_LAG_SECONDS,
    meaning=(
        "The shift at which take and stem correlate most, positive when the take is late; where "
        "music repeats it may be a beat or a bar off, so it does not prove lateness by itself."
    ),
    combine="median",
    value=xcorr_lag_seconds,
)
