"""What is heard now: pulled blocks and the clock, joined.

A device pulls in steps and ahead of what is heard. A delay-locked loop (Adriaensen, "Using a DLL
to filter time", LAC 2005) smooths the times of its pulls, so that the playhead runs evenly.
"""

from __future__ import annotations

from dataclasses import dataclass

# Stretches of the song in the order in which they are played: (first frame, frames).
Route = list[tuple[int, int]]

_KEPT = 64  # blocks; more than any latency holds
_GAIN = 0.05  # of the loop: jitter of a callback is averaged over about twenty
_GAP_SECONDS = 0.25  # an interruption longer than this is no jitter


@dataclass(frozen=True, slots=True)
class _Block:
    begin: float
    frame_seconds: float
    route: tuple[tuple[int, int], ...]
    rest: int

    def frame(self, now: float) -> int:
        """Where in the song ``now`` is, at the end of the route after it."""
        ahead = max(0, int((now - self.begin) / self.frame_seconds))
        for start, count in self.route:
            if ahead < count:
                return start + ahead
            ahead -= count
        return self.rest


class PlayClock:
    """Fed by the sound's thread, read by any other."""

    def __init__(self) -> None:
        self._blocks: tuple[_Block, ...] = ()
        self._due: float | None = None

    def forget(self) -> None:
        """The music goes on elsewhere: nothing pulled so far counts any more."""
        self._blocks = ()

    def restart(self) -> None:
        """The output starts with an empty buffer: what is pulled next is heard at once."""
        self._due = None

    def pulled(
        self, now: float, latency: float, frame_seconds: float, count: int, lead: int,
        route: Route, rest: int,
    ) -> None:  # fmt: skip
        """A block of ``count`` frames was pulled.

        Args:
            now, latency: In seconds; the block is heard at about their sum.
            frame_seconds: How long a frame takes.
            lead: Frames of the block before ``route`` begins.
            rest: Where the song stands after the route.
        """
        begin = self._begin(now, latency)
        self._due = begin + count * frame_seconds
        block = _Block(begin + lead * frame_seconds, frame_seconds, tuple(route), rest)
        self._blocks = (*self._blocks[1 - _KEPT :], block)

    def frame(self, now: float) -> int | None:
        """The frame that is heard, at least the first pulled; None while nothing was pulled."""
        blocks = self._blocks
        if not blocks:
            return None
        begun = [block for block in blocks if block.begin <= now]
        return begun[-1].frame(now) if begun else blocks[0].frame(blocks[0].begin)

    def _begin(self, now: float, latency: float) -> float:
        """When a block pulled ``now`` is heard."""
        if self._due is None or now - self._due > _GAP_SECONDS:
            return now  # the device's buffer is empty
        return self._due + _GAIN * (now + latency - self._due)
