"""By how much the take is late, by the peak of the cross-correlation of the samples.

Definition: among the local maxima of the cross-correlation, at lags within ±10 s, that reach at
least 97 % of ``xcorr_max``, the lag nearest 0, in seconds; positive where the take is late. Music
that repeats correlates nearly as well a beat or a bar off: of such equals the nearest is meant.
Resolution: one sample of 22.05 kHz.
"""

from __future__ import annotations

import numpy as np

from studio.scoring.contract import Measure
from studio.scoring.signal import MAX_LAG, MAX_LAG_SECONDS, SAMPLE_RATE, Signal

NEARLY = 0.97


def xcorr_lag_seconds(take: Signal, target: Signal) -> float:
    """In [-10, 10]; positive: the take is late."""
    found = take.correlation(target)
    around = np.pad(found, 1, constant_values=-np.inf)
    peaks = np.flatnonzero((found >= around[:-2]) & (found >= around[2:]))
    lags = peaks[found[peaks] >= NEARLY * found.max()] - MAX_LAG
    # A maximum below 0 is below 97 % of itself.
    nearest = lags[np.argmin(np.abs(lags))] if len(lags) else np.argmax(found) - MAX_LAG
    return int(nearest) / SAMPLE_RATE


XCORR_LAG_SECONDS = Measure(
    key="xcorr_lag_seconds",
    label="Lag",
    unit="s",
    low=-MAX_LAG_SECONDS,
    high=MAX_LAG_SECONDS,
    meaning=(
        "The shift at which take and stem correlate most, or nearly, positive when the take is "
        "late; where music repeats it may be a beat or a bar off, so it does not prove lateness."
    ),
    combine="median",
    value=xcorr_lag_seconds,
)
