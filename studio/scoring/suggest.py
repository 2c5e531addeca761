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


def flat_range(
    rows: Iterable[tuple[float, Mapping[str, float], int]], share: float = 0.03
) -> tuple[float, float] | None:
    """Lowest and highest threshold around the suggested one that are as good, or nearly.

    Between the two no row's agreement is below the best by more than ``share`` of it. None where
    nothing is suggested.
    """
    rows = list(rows)
    known = sorted((threshold, scores["agreement"]) for threshold, scores, _ in rows)
    best = suggest(rows)
    if best is None:
        return None
    enough = (1.0 - share) * max(value for _, value in known)
    worse = [threshold for threshold, value in known if value < enough]
    low = max((threshold for threshold in worse if threshold < best), default=-1.0)
    high = min((threshold for threshold in worse if threshold > best), default=2.0)
    inside = [threshold for threshold, _ in known if low < threshold < high]
    return inside[0], inside[-1]
