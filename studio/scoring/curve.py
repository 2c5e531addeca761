"""Scores over the onset threshold: one take at many thresholds, each soon after the other.

From one threshold to the next few notes come or go, so only the sound and the frames around those
are computed again. The scores are those of ``table.score_takes`` but for the last digits.

Memory follows a stretch of five minutes, not the song. Of a longer song every stretch but the
last is scored at all thresholds before anything is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.job import Job
from studio.music.notes import Notes
from studio.music.take import Take
from studio.scoring.measures import MEASURES
from studio.scoring.signal import HOP, SAMPLE_RATE, Bands, Signal
from studio.scoring.stretches import LONGEST_SECONDS, Stretch, stretches
from studio.scoring.table import Row, Tally
from studio.synth.render import extent, render

# Half of the longest window, in frames: that far a sample reaches.
_REACH = ceil(2048 / HOP)
# Changes nearer than this are computed as one.
_NEAR_SAMPLES = SAMPLE_RATE // 2


def coarse_to_fine(count: int) -> list[int]:
    """The numbers below ``count``: first far apart, then those between."""
    order: dict[int, None] = {}
    for step in (8, 4, 1):
        order |= dict.fromkeys(range(0, count, step))
    return list(order)


def score_curve(
    take: Take,
    target: Path,
    settings: Mapping[float, Sequence[str]],
    job: Job,
    found: Callable[[Row], None] | None = None,
    longest: float = LONGEST_SECONDS,
) -> list[Row]:
    """The scores of ``take`` against the stem in the WAV ``target``, a row a threshold.

    Args:
        settings: By threshold, in the order in which they are computed, the keys of the scores.
        found: Called with each row as soon as it is known.
        longest: Seconds a score sees at once.

    Returns:
        The rows in the order of ``settings``.

    Raises:
        UnknownChoiceError, BrokenExtensionError: as ``score_takes``.
        Cancelled: by ``job``.
    """
    takes = {threshold: take.at(threshold) for threshold in settings}
    tallies = {
        threshold: Tally({key: MEASURES.load(key) for key in keys})
        for threshold, keys in settings.items()
    }
    rows: list[Row] = []
    for stretch in stretches(target, longest):
        sound, player = Signal(stretch.samples), _Player(take.kind, stretch)
        for number, (threshold, one) in enumerate(takes.items()):
            part = job.part(
                stretch.progress(number / len(takes)), stretch.progress((number + 1) / len(takes))
            )
            part.update(0.0, f"comparing at {threshold:.2f}")
            notes = one.notes()
            tallies[threshold].add(player.play(notes), sound, part)
            if stretch.is_last:
                rows.append(Row(one, len(notes), tallies[threshold].scores(), None))
                if found is not None:
                    found(rows[-1])
    job.update(1.0, "compared")
    return rows


class _Player:
    """Notes as they sound during a stretch, where most of them sounded just before as well."""

    def __init__(self, kind: str, stretch: Stretch) -> None:
        self._kind = kind
        self._first = stretch.first
        self._samples = np.zeros_like(stretch.samples)
        self._bands = Bands.silence(len(self._samples))
        self._sound = Signal(self._samples, self._bands)
        self._extents: NDArray[np.int64] = np.zeros((0, 3), np.int64)

    def play(self, notes: Notes) -> Signal:
        """The sound of ``notes``; to be used before the next is asked for."""
        playable = notes.without_overlaps()
        extents = np.stack([*extent(playable, self._kind, SAMPLE_RATE), playable.pitch], axis=1)
        spans = self._changed(extents)
        for start, stop in spans:
            at = (self._first + start) / SAMPLE_RATE, (self._first + stop) / SAMPLE_RATE
            self._samples[start:stop] = render(playable, self._kind, *at, SAMPLE_RATE)
        self._analyse(spans)
        self._extents = extents
        if spans:
            self._sound = Signal(self._samples, self._bands)
        return self._sound

    def _changed(self, extents: NDArray[np.int64]) -> list[tuple[int, int]]:
        """Where the sound is another than before, as samples of the stretch."""
        both, counts = np.unique(
            np.concatenate([self._extents, extents]), axis=0, return_counts=True
        )
        spans: list[tuple[int, int]] = []
        for begin, end, _ in (both[counts % 2 == 1] - [self._first, self._first, 0]).tolist():
            start, stop = max(begin, 0), min(end, len(self._samples))
            if start >= stop:
                continue
            if spans and start <= spans[-1][1] + _NEAR_SAMPLES:
                start, stop = spans[-1][0], max(spans.pop()[1], stop)
            spans.append((start, stop))
        return spans

    def _analyse(self, spans: list[tuple[int, int]]) -> None:
        """Compute the frames that see the samples of ``spans``, all in one go."""
        if not spans:
            return
        ranges = [self._seen(start, stop) for start, stop in spans]
        pieces = [self._around(first, last) for first, last in ranges]
        found = Bands.of(np.concatenate(pieces))
        at = 0
        for first, last in ranges:
            self._bands.put(first, found, at + _REACH, last - first)
            at += last - first + 2 * _REACH

    def _seen(self, start: int, stop: int) -> tuple[int, int]:
        """First frame that sees samples from ``start`` to ``stop``, and the one after the last."""
        frames = len(self._bands.semitones)
        return max(0, start // HOP - _REACH), min(frames, stop // HOP + _REACH + 1)

    def _around(self, first: int, last: int) -> NDArray[np.float32]:
        """The samples which frames ``first`` <= k < ``last`` see, and a little more."""
        start, stop = (first - _REACH) * HOP, (last + _REACH) * HOP
        inside = self._samples[max(0, start) : stop]
        before = max(0, -start)
        return np.pad(inside, (before, stop - start - before - len(inside)))
