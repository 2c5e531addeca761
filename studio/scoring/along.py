"""How near a take is to its stem along the song: its agreement in each of some spans."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from studio.job import Job
from studio.music.take import Take
from studio.scoring.measures.agreement import agreement_between
from studio.scoring.signal import HOP, SAMPLE_RATE, Signal
from studio.scoring.stretches import stretches
from studio.synth.render import render

# What stays below -60 dBFS is silent to a listener beside the rest of the song.
_SILENT_PEAK = 1e-3


def agreements(take: Take, target: Path, edges: Sequence[float], job: Job) -> list[float | None]:
    """The agreement of ``take`` with the stem in the WAV ``target`` between each two ``edges``.

    Loudness is judged over stretches of five minutes, so that a faint span is not made loud. A
    span across two stretches gets the mean of its parts by their length.

    Args:
        edges: Rising, in seconds.

    Returns:
        len(edges) - 1 values in [0, 100]; None where both are silent, 0 where one is.
    """
    notes = take.notes()
    found: list[list[tuple[float, int]]] = [[] for _ in edges[1:]]
    for stretch in stretches(target):
        job.update(stretch.progress(0.0), "comparing bar by bar")
        part = stretch.between(edges[0], edges[-1])
        if part is None:
            continue
        stem = Signal(part.samples)
        played = Signal(render(notes, take.kind, part.start, part.stop, SAMPLE_RATE))
        for parts, (start, stop) in zip(found, pairwise(edges), strict=True):
            inside = part.between(start, stop)
            if inside is not None:
                first = inside.first - part.first
                last = first + len(inside.samples)
                value = _agreement(played, stem, first, last)
                if value is not None:
                    parts.append((value, last - first))
    return [_mean(parts) for parts in found]


def _agreement(take: Signal, stem: Signal, first: int, last: int) -> float | None:
    """Between two samples of both."""
    heard = bool((np.abs(stem.samples[first:last]) >= _SILENT_PEAK).any())
    plays = bool((np.abs(take.samples[first:last]) >= _SILENT_PEAK).any())
    if not heard or not plays:
        return 0.0 if heard or plays else None
    frames = slice(first // HOP, max(last // HOP, first // HOP + 1))
    return agreement_between(take, stem, frames)


def _mean(parts: list[tuple[float, int]]) -> float | None:
    """By length; None of nothing."""
    if not parts:
        return None
    values, lengths = zip(*parts, strict=True)
    return float(np.average(values, weights=lengths))
