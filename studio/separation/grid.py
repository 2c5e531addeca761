"""Where segments and hops of a song lie, and how segments become hops.

Segments have one length and overlap; hops lie end to end, one for each step from a segment to
the next, and are what is finished and kept. Both start at sample 0 whatever is asked for first,
so the same song gives the same samples. All counts are samples at the engine's rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from studio.music.audio import Samples

# Below this weight nothing is audible, but a segment's first sample must not have none: at the
# start of the song no other segment has it.
_LEAST_WEIGHT = 1e-4


@dataclass(frozen=True)
class Grid:
    """The segments and hops of one song.

    Attributes:
        frames: Length of the song.
        segment: Length of a segment; a shorter song is one segment, short.
        hop: From one segment to the next, at most ``segment``.
    """

    frames: int
    segment: int
    hop: int

    @property
    def n_hops(self) -> int:
        """How many hops; the last one may be short."""
        return -(-self.frames // self.hop)

    @property
    def n_segments(self) -> int:
        """How many segments."""
        return len(self._starts)

    @property
    def most_in_a_hop(self) -> int:
        """No hop has parts of more segments than this."""
        return -(-self.segment // self.hop) + 1

    def span(self, segment: int) -> tuple[int, int]:
        """First sample of a segment and the one after its last.

        The last segment is moved left until it ends with the song: networks hear real sound on
        both sides of a cut rather than padding.
        """
        start = int(self._starts[segment])
        return start, min(start + self.segment, self.frames)

    def hop_span(self, hop: int) -> tuple[int, int]:
        """First sample of a hop and the one after its last."""
        return hop * self.hop, min((hop + 1) * self.hop, self.frames)

    def segments_of(self, hop: int) -> range:
        """The segments that have a part in ``hop``."""
        start, stop = self.hop_span(hop)
        first = np.searchsorted(self._starts, start - self.segment, side="right")
        return range(int(first), int(np.searchsorted(self._starts, stop, side="left")))

    def hops_of(self, segment: int) -> range:
        """The hops in which ``segment`` has a part."""
        start, stop = self.span(segment)
        return range(start // self.hop, -(-stop // self.hop))

    def groups_of(self, segments: Iterable[int], size: int) -> list[range]:
        """The aligned groups of ``size`` segments that ``segments`` belong to, in order.

        What is computed at once then never depends on what was asked for.
        """
        firsts = sorted({segment // size * size for segment in segments})
        return [range(first, min(first + size, self.n_segments)) for first in firsts]

    def blend(self, hop: int, separated: Mapping[int, Samples]) -> Samples:
        """One hop from its segments, each of shape (..., samples), weighted by their windows.

        Summed in the order of the segments, so the result does not depend on when they came.
        """
        start, stop = self.hop_span(hop)
        first = separated[self.segments_of(hop)[0]]
        total = np.zeros((*first.shape[:-1], stop - start), np.float32)
        weights = np.zeros(stop - start, np.float32)
        for segment in self.segments_of(hop):
            begin, end = self.span(segment)
            low, high = max(start, begin), min(stop, end)
            weight = self._window[low - begin : high - begin]
            part = separated[segment][..., low - begin : high - begin]
            total[..., low - start : high - start] += weight * part
            weights[low - start : high - start] += weight
        total /= weights
        return total

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        count = max(0, -(-(self.frames - self.segment) // self.hop)) + (self.frames > 0)
        regular = np.arange(count, dtype=np.int64) * self.hop
        return np.minimum(regular, max(0, self.frames - self.segment))

    @cached_property
    def _window(self) -> NDArray[np.float32]:
        """A Hann window: what a network says near the edge of its segment counts least."""
        phase = np.pi * (np.arange(self.segment) + 0.5) / self.segment
        window: NDArray[np.float32] = (np.sin(phase) ** 2 + _LEAST_WEIGHT).astype(np.float32)
        return window
