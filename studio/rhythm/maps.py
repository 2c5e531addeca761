"""From steps that were fitted to beats to a tempo map, whose beat 0 is second 0.

The beats of the song are whole beats of the map, from the first on that lies three quarters of a
beat or more behind second 0. One step leads there; its tempo is within a third of the next one's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.music.tempo import TempoMap, TempoStep
from studio.rhythm.fit import Floats, Indices, Steps

_BEHIND = 0.75  # of a beat


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """A song's beats and their map.

    Attributes:
        index: The beats, as the steps number them.
        seconds: Where they lie.
        tempo: The map, without bars.
    """

    index: Indices
    seconds: Floats
    tempo: TempoMap


def mapped(steps: Steps, source: str, confidence: float) -> Mapped:
    """The map of ``steps``, and all beats up to their last; before their first they go on."""
    period = steps.first_period
    earliest = -int(steps.seconds[0] / period) - 2
    index = np.arange(earliest + steps.knots[0], steps.knots[-1] + 1)
    seconds = steps.at(index)
    inside = seconds >= _BEHIND * period
    index, seconds = index[inside], seconds[inside]
    return Mapped(index, seconds, TempoMap(_steps(steps, index, seconds), 4, source, confidence))


def _steps(steps: Steps, index: Indices, seconds: Floats) -> tuple[TempoStep, ...]:
    """From second 0 to the first of the beats, then from knot to knot."""
    start = float(seconds[0])
    lead = max(1, round(start / steps.first_period))
    inner = steps.knots[(steps.knots > index[0]) & (steps.knots < index[-1])]
    knots = np.concatenate((index[:1], inner, index[-1:]))
    bpm = 60.0 * np.diff(knots) / np.diff(steps.at(knots))
    following = (
        TempoStep(float(knot - index[0] + lead), float(tempo))
        for knot, tempo in zip(knots[:-1], bpm, strict=True)
    )
    return (TempoStep(0.0, 60.0 * lead / start), *following)
