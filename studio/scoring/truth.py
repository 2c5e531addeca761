"""How many notes are right, where the true ones are known: F-measures.

A note is right if one of the same pitch begins within the tolerance, each true note counted once;
with ends, if it also ends within 50 ms or a fifth of the true note's length, whichever is more.
The values are those of mir_eval (Raffel et al., "mir_eval: a transparent implementation of common
MIR metrics", ISMIR 2014; ``transcription.match_notes``), which the tests compare them with; of
drums, a hit is a note of its piece.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from studio.music.notes import Notes

KEYS = ("f1_50ms", "f1_25ms", "f1_offsets")
_DECIMALS = 4  # of a second: mir_eval compares times to a tenth of a millisecond


def f_measures(truth: Notes, take: Notes) -> dict[str, float]:
    """F-measures in [0, 1] by key: onsets within 50 ms, within 25 ms, and within 50 ms with ends.

    0 where either has no notes.
    """
    found = (
        _f(truth, take, 0.05, offsets=False),
        _f(truth, take, 0.025, offsets=False),
        _f(truth, take, 0.05, offsets=True),
    )
    return dict(zip(KEYS, found, strict=True))


def _f(truth: Notes, take: Notes, tolerance: float, offsets: bool) -> float:
    """Twice the right notes over all notes of both."""
    if not len(truth) or not len(take):
        return 0.0
    here, there = _near(truth, take, tolerance)
    right = _apart(truth.onset[here], take.onset[there]) <= tolerance
    right &= truth.pitch[here] == take.pitch[there]
    if offsets:
        allowed = np.maximum(0.2 * (truth.offset - truth.onset), 0.05)[here]
        right &= _apart(truth.offset[here], take.offset[there]) <= allowed
    here, there = here[right], there[right]
    pairs = csr_array((np.ones(len(here), np.int8), (here, there)), (len(truth), len(take)))
    matched = maximum_bipartite_matching(pairs, perm_type="column")
    return float(2 * np.count_nonzero(matched >= 0) / (len(truth) + len(take)))


def _near(truth: Notes, take: Notes, tolerance: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of every two notes that begin within ``tolerance``, and a little more."""
    reach = tolerance + 10.0**-_DECIMALS
    first = np.searchsorted(take.onset, truth.onset - reach)
    counts = np.searchsorted(take.onset, truth.onset + reach) - first
    here = np.repeat(np.arange(len(truth)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return here, np.repeat(first, counts) + within


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(np.abs(one - other), _DECIMALS), np.float64)
