"""The suggested threshold: the take that agrees most."""

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


def test_the_highest_agreement_wins() -> None:
    """Wherever it stands."""
    assert suggest(rows(20, 60, 75, 74, 10)) == pytest.approx(0.4)


def test_among_equals_the_highest_threshold_wins() -> None:
    """It is the take with the fewest notes."""
    assert suggest(rows(20, 60, 75, 75, 10)) == pytest.approx(0.5)


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
    assert suggest(row.setting for row in table) == pytest.approx(0.7)


def test_a_take_without_candidates_is_swept_too(
    write_stem: Callable[..., Path], make_take: Callable[..., Take]
) -> None:
    """And nothing is suggested."""
    table = sweep(make_take(NO_NOTES), write_stem(np.ones(5000)), Job())
    assert suggest(row.setting for row in table) is None
