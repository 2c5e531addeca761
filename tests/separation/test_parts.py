"""Finished hops on disk: what a crash can leave behind is never believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.separation.grid import Grid
from studio.separation.parts import Parts, begun, remove

GRID = Grid(frames=95, segment=30, hop=20)
WORK = "the same work"


def _fill(folder: Path, hops: list[int]) -> None:
    """Keep some hops, each full of its own number."""
    with Parts(folder, WORK, GRID, 4) as parts:
        for hop in hops:
            start, stop = GRID.hop_span(hop)
            parts.write(hop, np.full((4, stop - start), hop, np.float32))


def test_hops_are_found_again(tmp_path: Path) -> None:
    """In any order, the short last one too."""
    _fill(tmp_path, [4, 1])

    with Parts(tmp_path, WORK, GRID, 4) as parts:
        assert parts.missing() == [0, 2, 3]
        assert np.array_equal(parts.read(4), np.full((4, 15), 4, np.float32))
        assert np.array_equal(parts.read(1), np.full((4, 20), 1, np.float32))


@pytest.mark.parametrize("torn", [b"3", b"\x00\x00\x00", b"-1\n", b"3x\n", b"99\n", b"\n\n"])
def test_a_torn_line_is_ignored(tmp_path: Path, torn: bytes) -> None:
    """A line without its newline, or with anything but a hop on it, finishes nothing."""
    _fill(tmp_path, [0, 1])
    with (tmp_path / "journal").open("ab") as journal:
        journal.write(torn)

    with Parts(tmp_path, WORK, GRID, 4) as parts:
        assert parts.done == {0, 1}
        parts.write(2, np.zeros((4, 20), np.float32))
    with Parts(tmp_path, WORK, GRID, 4) as parts:
        assert parts.done == {0, 1, 2}


def test_hops_of_other_work_are_thrown_away(tmp_path: Path) -> None:
    """Such as of another overlap."""
    _fill(tmp_path, [0, 1])

    with Parts(tmp_path, "other work", GRID, 4) as parts:
        assert not parts.done


def test_a_journal_without_its_hops_is_not_believed(tmp_path: Path) -> None:
    """A cut or missing file of hops means that none is finished."""
    for damage in (lambda p: p.unlink(), lambda p: p.write_bytes(b"")):
        _fill(tmp_path, [0, 1])
        damage(tmp_path / "hops.f32")

        with Parts(tmp_path, WORK, GRID, 4) as parts:
            assert not parts.done


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    """And the folder counts as not begun."""
    _fill(tmp_path, [0])
    assert begun(tmp_path)

    remove(tmp_path)

    assert not begun(tmp_path)
    assert not list(tmp_path.iterdir())
