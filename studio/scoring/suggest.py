"""Which onset threshold to suggest: the one whose take agrees most with the stem.

Rule: the highest agreement; among equals the highest threshold, which is the take with the fewest
notes. Nothing is suggested where no take agrees at all (no notes, or a silent stem). In the study
behind ``docs/scores.md`` this rule cost 0.009 of note F1 against the best possible threshold,
where a fixed threshold cost 0.036 and the raw cross-correlation 0.30.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from studio.job import Job
from studio.music.take import Take
from studio.scoring.table import Row, score_takes

GRID = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def sweep(
    take: Take,
    target: Path,
    job: Job,
    thresholds: Sequence[float] = GRID,
    keys: Sequence[str] | None = None,
) -> list[Row]:
    """The scores of ``take`` at each of ``thresholds``, the target analysed once.

    Args:
        keys: The scores to compute; ("agreement",) is enough for ``suggest``. None: all.
    """
    return score_takes([take.at(threshold) for threshold in thresholds], target, job, keys=keys)


def suggest(rows: Iterable[tuple[float, Mapping[str, float], int]]) -> float | None:
    """The threshold to suggest among rows of (threshold, scores, number of notes)."""
    ranked = [
        (scores["agreement"], threshold)
        for threshold, scores, notes in rows
        if notes > 0 and scores["agreement"] > 0
    ]
    return max(ranked)[1] if ranked else None
