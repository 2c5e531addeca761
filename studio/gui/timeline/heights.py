"""How wide heads and how high rows are, for the window's size, the number of lanes and the take."""

from __future__ import annotations

from dataclasses import dataclass

WIDE_PX, SMALL_WIDTH, SMALL_HEIGHT = 1920, 1280, 760


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes in pixels at scale 1.

    Attributes:
        head: Width of all heads.
        song, ruler: Heights of these rows.
        lane, take_lane: Least height of a lane, and of the one whose notes are open.
        highest: Greatest height of a lane.
    """

    head: int
    song: int
    ruler: int
    lane: int
    take_lane: int
    highest: int


def measures(window_width: int, window_height: int, take_open: bool) -> Measures:
    """The sizes for a window of this size."""
    head = 264 if window_width >= WIDE_PX else 232
    if window_width >= SMALL_WIDTH and window_height >= SMALL_HEIGHT:
        lane = 52 if take_open else 84
        return Measures(head, 54, 26, lane, lane, 144)
    if take_open:
        return Measures(184, 34, 22, 28, 38, 84)
    return Measures(232, 54, 26, 56, 56, 84)


def lane_heights(sizes: Measures, available: int, lanes: int, take: int | None) -> list[int]:
    """Height of each lane: all there is shared alike, within the limits.

    Args:
        available: Height for all of them.
        lanes: How many there are.
        take: Which of them has its notes open.
    """
    least = [sizes.take_lane if lane == take else sizes.lane for lane in range(lanes)]
    spare = max(0, available - sum(least))
    share, rest = divmod(spare, max(1, lanes))
    return [min(sizes.highest, high + share + (lane < rest)) for lane, high in enumerate(least)]
