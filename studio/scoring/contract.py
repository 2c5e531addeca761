"""What a score is: a number that says how much a take sounds like a target.

The take is always rendered by the one voice of ``studio.synth`` at one velocity, so scores compare
the takes of one stem; those of two stems, or of two programs, are not comparable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from studio.registry import Registry
from studio.scoring.signal import Signal

Combine = Literal["mean", "sum", "median"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One score.

    Attributes:
        key: Its name in ``scores.json``; part of the public format.
        label: Its name for people.
        unit: What one of it is; empty for a plain ratio.
        low, high: The range of its values, both reached or approached.
        meaning: One sentence: what it means, and what it does not prove.
        combine: How the values of a long song's stretches become one: their ``mean`` weighted by
            length, their ``sum``, or their ``median``.
        value: (take, target) -> the score of at most five minutes. Never called when either is
            silent: every score is 0 then.
    """

    key: str
    label: str
    unit: str
    low: float
    high: float
    meaning: str
    combine: Combine
    value: Callable[[Signal, Signal], float]


MEASURES: Registry[Measure] = Registry("score", "stemwright.scores")
