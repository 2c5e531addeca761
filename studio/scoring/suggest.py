"""Which onset threshold to suggest: one that agrees with the stem, and the most usual of these.

Rule: of the thresholds 0.2, 0.3 ... 0.9 whose agreement is within 5 % of the best, the one nearest
to the usual 0.55; of two as near the higher, which keeps fewer notes. Where those thresholds were
not all measured, the same of what was. Nothing is suggested where no take agrees at all (no notes,
or a silent stem). What the rule costs against the best threshold, and what others would, stands in
``docs/scores.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from studio.job import Job
from studio.music.take import Take
from studio.scoring.table import Row, score_takes

GRID = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
USUAL = 0.55
NEARLY = 0.05  # of the best agreement: takes that differ by less cannot be told apart by it
Setting = tuple[float, Mapping[str, float], int]


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


def suggest(rows: Iterable[Setting]) -> float | None:
    """The threshold to suggest among rows of (threshold, scores, number of notes)."""
    rows = list(rows)
    if {threshold for threshold, _, _ in rows} >= set(GRID):
        rows = [row for row in rows if row[0] in GRID]
    agreed = {threshold: scores["agreement"] for threshold, scores, notes in rows if notes > 0}
    best = max(agreed.values(), default=0.0)
    if best <= 0:
        return None
    good = [threshold for threshold, value in agreed.items() if value >= (1.0 - NEARLY) * best]
    # Rounded, since 0.55 - 0.5 and 0.6 - 0.55 are not the same number.
    return min(good, key=lambda threshold: (round(abs(threshold - USUAL), 9), -threshold))


def flat_range(rows: Iterable[Setting], share: float = NEARLY) -> tuple[float, float] | None:
    """Lowest and highest threshold around the suggested one that are as good, or nearly.

    Between the two no row's agreement is below the best by more than ``share`` of it, or below
    that of the suggested one. None where nothing is suggested.
    """
    rows = list(rows)
    known = sorted((threshold, scores["agreement"]) for threshold, scores, _ in rows)
    chosen = suggest(rows)
    if chosen is None:
        return None
    enough = min((1.0 - share) * max(value for _, value in known), dict(known)[chosen])
    worse = [threshold for threshold, value in known if value < enough]
    low = max((threshold for threshold in worse if threshold < chosen), default=-1.0)
    high = min((threshold for threshold in worse if threshold > chosen), default=2.0)
    inside = [threshold for threshold, _ in known if low < threshold < high]
    return inside[0], inside[-1]
