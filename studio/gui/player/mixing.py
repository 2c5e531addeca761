"""The arithmetic of playing: where a block reads, how its gains move, and what is in between.

Every function is pure. Counts are frames at the song's rate, gains are linear. All lanes are read
at one whole-numbered position, so they cannot drift apart; a track at gain 1 keeps its bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from studio.gui.player.timing import Route
from studio.gui.player.tracks import Span, Track, merged
from studio.music.audio import Samples

Loop = Span

# A change of gain takes this long: 6 ms at 44.1 kHz, no click and no lag.
RAMP_FRAMES = 256
# The end of a loop fades into what comes before its start, so that its length stays exact.
SEAM_FRAMES = 192
# From the song to its stems, where these are there, and back.
BORDER_FRAMES = 441


def route_of(position: int, count: int, frames: int, loop: Loop | None) -> Route:
    """The stretches that ``count`` frames from ``position`` on are made of, in playing order.

    A position before the loop's end is caught by the loop. Shorter than ``count`` where the song
    of ``frames`` ends.
    """
    route: Route = []
    while count > 0:
        caught = loop is not None and position < loop[1]
        end = loop[1] if loop is not None and caught else frames
        step = min(count, end - position)
        if step > 0:
            route.append((position, step))
            position, count = position + step, count - step
        if count > 0 and not caught:
            break
        if loop is not None and caught and position >= loop[1]:
            position = loop[0]
    return route


def in_seam(position: int, loop: Loop | None) -> bool:
    """Whether the loop's end is fading there."""
    return loop is not None and loop[1] - SEAM_FRAMES <= position < loop[1]


def read_route(track: Track, route: Route, loop: Loop | None) -> Samples:
    """What ``track`` plays along ``route``, shape (2, frames), the loop's seam faded (linearly)."""
    blocks = []
    for start, count in route:
        block = track.read(start, count)
        if loop is not None:
            _fade_seam(track, block, start, loop)
        blocks.append(block)
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)


def _fade_seam(track: Track, block: Samples, start: int, loop: Loop) -> None:
    """Fade the part of ``block`` that lies in the loop's seam, in place."""
    first, stop = max(start, loop[1] - SEAM_FRAMES), min(start + block.shape[1], loop[1])
    if first >= stop:
        return
    share = _steps(first - (loop[1] - SEAM_FRAMES), stop - first) / SEAM_FRAMES
    lead = track.read(first - (loop[1] - loop[0]), stop - first)
    part = block[:, first - start : stop - start]
    part += share * (lead - part)


def gaps_along(tracks: list[Track], route: Route) -> list[Span]:
    """Where along ``route`` one of ``tracks`` is missing: rising, in frames from its start."""
    gaps: list[Span] = []
    at = 0
    for start, count in route:
        for track in tracks:
            gaps += [(at + a - start, at + b - start) for a, b in track.missing(start, count)]
        at += count
    return merged(gaps)


def song_share(share: float, gaps: list[Span], count: int) -> Samples:
    """How much of the song itself is heard in place of its stems, shape (count,), in [0, 1].

    It is 1 wherever a stem is missing. Outside ``gaps`` it moves towards 0 by 1 in
    ``BORDER_FRAMES``, and rises in time before one: linear, since the stems add up to the song.

    Args:
        share: Its last value before.
        gaps: In frames from now on, also those up to ``BORDER_FRAMES`` after ``count``.
    """
    curve = np.empty(count, np.float32)
    at = 0
    wide = merged([(max(0, start - BORDER_FRAMES), min(stop, count)) for start, stop in gaps])
    for start, stop in [*wide, (count, count)]:
        share = _move(curve[at : min(start, count)], share, -1)
        share = _move(curve[start:stop], share, 1)
        at = stop
    return curve


def _move(curve: Samples, share: float, way: int) -> float:
    """Fill ``curve`` from ``share`` on; returns where it ends."""
    if len(curve) == 0:
        return share
    np.clip(share + way * _steps(1, len(curve)) / BORDER_FRAMES, 0.0, 1.0, out=curve)
    return float(curve[-1])


def stem_and_take(place: float) -> tuple[float, float]:
    """Gains of both at a place of the crossfader, 0 the stem, 1 the take.

    Equal power: the two are made of different waves, whose powers add.
    """
    if place <= 0.0:
        return 1.0, 0.0
    if place >= 1.0:
        return 0.0, 1.0
    return math.cos(math.pi / 2 * place), math.sin(math.pi / 2 * place)


@dataclass(frozen=True, slots=True)
class Ramp:
    """A left and a right gain on their way."""

    left: float
    right: float
    to_left: float
    to_right: float
    frames_left: int = 0

    @classmethod
    def at(cls, left: float, right: float) -> Ramp:
        """Gains that stand still."""
        return cls(left, right, left, right)

    def towards(self, left: float, right: float) -> Ramp:
        """On the way to other gains, from where they are."""
        if (left, right) == (self.to_left, self.to_right):
            return self
        return Ramp(self.left, self.right, left, right, RAMP_FRAMES)

    def over(self, count: int) -> tuple[Samples, Ramp]:
        """Gains for ``count`` frames, shape (2, count) or (2, 1), and where they are afterwards."""
        here = np.array([[self.left], [self.right]], np.float32)
        if self.frames_left == 0:
            return here, self
        there = np.array([[self.to_left], [self.to_right]], np.float32)
        gains = here + (there - here) * np.minimum(_steps(1, count) / self.frames_left, 1.0)
        if count >= self.frames_left:
            return gains, Ramp.at(self.to_left, self.to_right)
        left, right = (float(gain) for gain in gains[:, -1])
        return gains, Ramp(left, right, self.to_left, self.to_right, self.frames_left - count)


def _steps(first: int, count: int) -> Samples:
    return np.arange(first, first + count, dtype=np.float32)
