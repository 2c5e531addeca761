"""Precision, recall and F of notes, with an interval that says how far to trust them.

A note is found if one of the same pitch (within 50 cents) begins within the tolerance; with
offsets, if it also ends within 50 ms or a fifth of the note's length, whichever is more. Notes are
paired by mir_eval (Raffel et al., "mir_eval: a transparent implementation of common MIR metrics",
ISMIR 2014), a drum hit as a note of its piece. Counts are summed over all recordings of a set. The
interval is the bootstrap's over stretches of five seconds, since notes of one moment fail together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mir_eval.transcription import match_notes
from numpy.typing import NDArray

from studio.dsp.harmonic import hertz
from studio.music.notes import Notes

_STRETCH_SECONDS = 5.0
_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """What is said of one engine on one set.

    Attributes:
        notes: How many notes the truth has.
        found: How many the engine gave.
        precision, recall, f1: Onsets within 50 ms.
        low, high: Between them ``f1`` lies in 95 of 100 draws.
        f1_25ms: Onsets within 25 ms.
        f1_offsets: Onsets within 50 ms, and the end as well.
        late: Median of the onset errors of the paired notes, in seconds.
    """

    notes: int
    found: int
    precision: float
    recall: float
    f1: float
    low: float
    high: float
    f1_25ms: float
    f1_offsets: float
    late: float


def measured(pairs: Sequence[tuple[Notes, Notes]]) -> Measured:
    """How well the second of each pair are the first."""
    wide = [_matched(truth, found, 0.05, offsets=False) for truth, found in pairs]
    tight = [_matched(truth, found, 0.025, offsets=False) for truth, found in pairs]
    ends = [_matched(truth, found, 0.05, offsets=True) for truth, found in pairs]
    counts = _together(pairs, wide)
    total = counts.sum(axis=0)
    low, high = _interval(counts)
    errors = [
        found.onset[there] - truth.onset[here]
        for (truth, found), (here, there) in zip(pairs, wide, strict=True)
    ]
    late = np.concatenate(errors)
    return Measured(
        notes=int(total[1]),
        found=int(total[2]),
        precision=_share(total[0], total[2]),
        recall=_share(total[0], total[1]),
        f1=_f(total),
        low=low,
        high=high,
        f1_25ms=_f(_together(pairs, tight).sum(axis=0)),
        f1_offsets=_f(_together(pairs, ends).sum(axis=0)),
        late=float(np.median(late)) if len(late) else 0.0,
    )


_Match = tuple[NDArray[np.intp], NDArray[np.intp]]


def _matched(truth: Notes, found: Notes, tolerance: float, offsets: bool) -> _Match:
    """Indices of the true notes that were found, and of the notes that found them."""
    if not len(truth) or not len(found):
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    pairs = match_notes(
        *_columns(truth),
        *_columns(found),
        onset_tolerance=tolerance,
        offset_ratio=0.2 if offsets else None,
    )
    matched = np.array(pairs, np.intp).reshape(-1, 2)
    return matched[:, 0], matched[:, 1]


def _columns(notes: Notes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Intervals in seconds and pitches in Hz, as mir_eval has them."""
    times = np.column_stack([notes.onset, np.maximum(notes.offset, notes.onset + 1e-3)])
    return times, hertz(notes.pitch.astype(np.float64))


def _together(
    pairs: Sequence[tuple[Notes, Notes]], matches: Sequence[_Match]
) -> NDArray[np.float64]:
    """Paired, true and given notes of each stretch of each recording, shape (stretches, 3)."""
    rows = [np.zeros((0, 3))]
    for (truth, found), (here, _) in zip(pairs, matches, strict=True):
        last = max([*truth.onset, *found.onset, 0.0])
        edges = np.arange(0.0, last + 2 * _STRETCH_SECONDS, _STRETCH_SECONDS)
        columns = (truth.onset[here], truth.onset, found.onset)
        rows.append(np.column_stack([np.histogram(times, edges)[0] for times in columns]))
    return np.concatenate(rows)


def _interval(counts: NDArray[np.float64]) -> tuple[float, float]:
    """The 2.5th and the 97.5th percentile of F over draws of the stretches."""
    if not len(counts):
        return 0.0, 0.0
    draw = np.random.default_rng(440).integers(0, len(counts), (_DRAWS, len(counts)))
    paired, true, given = counts[draw].sum(axis=1).T
    values = np.where(true + given > 0, 2.0 * paired / np.maximum(true + given, 1.0), 1.0)
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _f(total: NDArray[np.float64]) -> float:
    """The F-measure of paired, true and given notes; nothing expected, nothing given is 1."""
    paired, true, given = total
    return float(2.0 * paired / (true + given)) if true + given else 1.0
