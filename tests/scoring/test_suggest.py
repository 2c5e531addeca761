"""The suggested threshold: one that agrees with the stem, and the most usual of these."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.job import Job
from studio.music.notes import NO_NOTES, Notes
from studio.music.take import Take
from studio.scoring.suggest import GRID, suggest, sweep


def rows(*agreements: float) -> list[tuple[float, dict[str, float], int]]:
    """One row a threshold of the grid, all with notes."""
    return [(t, {"agreement": a}, 10) for t, a in zip(GRID, agreements, strict=False)]


def test_the_threshold_that_agrees_best_is_suggested() -> None:
    """Wherever it stands, if no other comes near."""
    assert suggest(rows(20, 60, 75, 40, 10)) == pytest.approx(0.4)
    assert suggest(rows(10, 10, 10, 10, 10, 10, 10, 75)) == pytest.approx(0.9)


def test_of_those_that_agree_as_well_the_most_usual_is_suggested() -> None:
    """Within 5 % of the best nothing is known to be better: 0.55 is; the higher of two as near."""
    assert suggest(rows(75, 74, 73, 72, 10)) == pytest.approx(0.5)
    assert suggest(rows(10, 10, 10, 10, 10, 72, 73, 75)) == pytest.approx(0.7)
    assert suggest(rows(75, 75, 75, 75, 75)) == pytest.approx(0.6)


def test_thresholds_between_the_tenths_change_nothing() -> None:
    """The window measures more than the command line, and suggests the same."""
    tenths = rows(20, 30, 60, 75, 60, 30, 20, 10)
    assert suggest([*tenths, (0.44, {"agreement": 99.0}, 9)]) == suggest(tenths)
    assert suggest([(0.44, {"agreement": 99.0}, 9), (0.5, {"agreement": 70.0}, 9)]) == 0.44


@given(agreements=st.lists(st.floats(0.01, 100), min_size=1, max_size=8), data=st.data())
def test_the_order_of_the_rows_does_not_matter(
    agreements: list[float], data: st.DataObject
) -> None:
    """A permutation of the rows suggests the same."""
    table = rows(*agreements)
    assert suggest(data.draw(st.permutations(table))) == suggest(table)


def test_nothing_is_suggested_where_nothing_agrees() -> None:
    """No rows, no notes, or no agreement at all."""
    assert suggest([]) is None
    assert suggest(rows(0, 0, 0)) is None
    assert suggest([(0.5, {"agreement": 40.0}, 0)]) is None


def test_a_sweep_finds_the_threshold_that_parts_notes_from_ghosts(
    degrade: SimpleNamespace,
    write_stem: Callable[..., Path],
    make_take: Callable[..., Take],
) -> None:
    """True notes of strength 0.75 or more, ghosts below 0.55: 0.6 and 0.7 keep just the notes."""
    clean = degrade.melody(seconds=5.0)
    rng = np.random.default_rng(3)
    ghosts = degrade.ALL["50 % ghost notes"](clean, rng, False)
    real = np.isin(ghosts.onset, clean.onset)
    strength = np.where(real, rng.uniform(0.75, 1, len(real)), rng.uniform(0.1, 0.55, len(real)))
    take = make_take(Notes.columns(ghosts.onset, ghosts.pitch, ghosts.offset, strength=strength))

    table = sweep(take, write_stem(degrade.plucked(clean, 5.0)), Job(), keys=("agreement",))

    assert [row.setting[0] for row in table] == list(GRID)
    assert suggest(row.setting for row in table) == pytest.approx(0.6)


def test_a_take_without_candidates_is_swept_too(
    write_stem: Callable[..., Path], make_take: Callable[..., Take]
) -> None:
    """And nothing is suggested."""
    table = sweep(make_take(NO_NOTES), write_stem(np.ones(5000)), Job())
    assert suggest(row.setting for row in table) is None
