"""The grid: every sample has its segments and its hop, whatever the lengths."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.separation.grid import Grid


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Songs of up to eight segments, any overlap."""
    segment = draw(st.integers(1, 50))
    return Grid(draw(st.integers(1, 8 * segment)), segment, draw(st.integers(1, segment)))


@given(grids())
def test_hops_tile_the_song(grid: Grid) -> None:
    """End to end, from the first sample to the last."""
    spans = [grid.hop_span(hop) for hop in range(grid.n_hops)]

    edges = [0, *(stop for _, stop in spans)]
    assert [start for start, _ in spans] == edges[:-1]
    assert edges[-1] == grid.frames


@given(grids())
def test_segments_are_full_of_song(grid: Grid) -> None:
    """None reaches over the end; only a song shorter than a segment has a short one."""
    for segment in range(grid.n_segments):
        start, stop = grid.span(segment)
        assert start >= 0
        assert stop <= grid.frames
        assert stop - start == min(grid.segment, grid.frames)


@given(grids())
def test_segments_and_hops_agree(grid: Grid) -> None:
    """A hop names exactly the segments that overlap it, and a segment the hops."""
    for hop in range(grid.n_hops):
        start, stop = grid.hop_span(hop)
        overlapping = [
            segment
            for segment in range(grid.n_segments)
            if grid.span(segment)[0] < stop and grid.span(segment)[1] > start
        ]
        assert list(grid.segments_of(hop)) == overlapping
        assert 1 <= len(overlapping) <= grid.most_in_a_hop
        assert all(hop in grid.hops_of(segment) for segment in overlapping)


@given(grids())
def test_what_every_segment_agrees_on_comes_back(grid: Grid) -> None:
    """Weights are divided by their sum: identical segments give the song itself."""
    song = np.random.default_rng(440).uniform(-1, 1, (2, grid.frames)).astype(np.float32)
    segments = {k: song[:, slice(*grid.span(k))] for k in range(grid.n_segments)}

    got = np.concatenate([grid.blend(hop, segments) for hop in range(grid.n_hops)], axis=1)

    np.testing.assert_allclose(got, song, atol=1e-6)


@given(grids(), st.integers(1, 5))
def test_groups_do_not_depend_on_what_is_asked_for(grid: Grid, size: int) -> None:
    """A segment is always computed beside the same others."""
    whole = {k: group for group in grid.groups_of(range(grid.n_segments), size) for k in group}

    assert sorted(whole) == list(range(grid.n_segments))
    for segment in range(grid.n_segments):
        assert grid.groups_of([segment], size) == [whole[segment]]


def test_an_empty_song_has_no_segments() -> None:
    """And no hops, so nothing is asked of an engine."""
    grid = Grid(0, 100, 75)

    assert (grid.n_segments, grid.n_hops) == (0, 0)
