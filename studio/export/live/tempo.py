"""The tempo map as a Live set holds it: steps on sixteenths, in numbers of 32 bits.

Live looks at the tempo on every sixteenth and keeps it as a 32-bit float (offlinemark/dawtool
measured the one; the digits of saved sets show the other). A step between two sixteenths
therefore becomes two, on either side of it, with the tempo between them that brings the second
to its time; and each tempo is rounded so that it ends where it should, given where it starts.
So every sixteenth is where it was, but for the rounding.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from studio.music.tempo import TempoMap, TempoStep

SLOWEST, FASTEST = 20.0, 999.0  # Live's own limits, BPM
BEFORE = -63072000  # beats: where Live puts what holds before the first point
_SIXTEENTH = 0.25


def fits(tempo: TempoMap) -> bool:
    """Whether Live knows tempi that slow and that fast."""
    return all(SLOWEST <= step.bpm <= FASTEST for step in tempo.steps)


def as_live(tempo: TempoMap) -> TempoMap:
    """``tempo`` as Live will read it. It must fit."""
    beats = np.array([step.beat for step in tempo.steps]) / _SIXTEENTH
    knots = np.unique(np.concatenate((np.floor(beats), np.ceil(beats)))) * _SIXTEENTH
    ends = tempo.seconds(knots[1:]).tolist()
    steps, now = [], 0.0
    for beat, following, end in zip(knots[:-1].tolist(), knots[1:].tolist(), ends, strict=True):
        bpm = _rounded(60.0 * (following - beat) / (end - now))
        steps.append(TempoStep(beat, bpm))
        now += 60.0 * (following - beat) / bpm
    steps.append(TempoStep(float(knots[-1]), _rounded(tempo.steps[-1].bpm)))
    return replace(tempo, steps=tuple(steps))


def points(written: TempoMap) -> list[tuple[float, float]]:
    """Beat and BPM of every point of the envelope: lines join them, so a step takes two."""
    steps = written.steps
    found = [(float(BEFORE), steps[0].bpm)]
    for before, step in pairwise(steps):
        found += [(step.beat, before.bpm), (step.beat, step.bpm)]
    return found


def _rounded(bpm: float) -> float:
    return float(np.float32(min(max(bpm, SLOWEST), FASTEST)))
