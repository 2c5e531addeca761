"""The tempo map: steps of tempo on beats, and the way between seconds and beats."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-6  # quarter notes: a downbeat so little before a bar line lies on it


@dataclass(frozen=True, slots=True)
class TempoStep:
    """From ``beat`` (quarter notes from the start) on, ``bpm`` quarter notes a minute."""

    beat: float
    bpm: float


@dataclass(frozen=True, slots=True)
class TempoMap:
    """How musical time runs over a song. Steps, never ramps: no two DAWs ramp alike.

    Attributes:
        steps: At least one, the first at beat 0, rising.
        beats_per_bar: Quarter notes a bar.
        source: Where it comes from: ``estimated``, ``given`` or ``default``.
        confidence: In [0, 1]; 1 where it was given.
        downbeat: A second on which a bar begins, usually the first; None where it is not known.

    Raises:
        ValueError: the steps are not as said. Who reads them from outside checks them before.
    """

    steps: tuple[TempoStep, ...]
    beats_per_bar: int = 4
    source: str = "given"
    confidence: float = 1.0
    downbeat: float | None = None

    def __post_init__(self) -> None:
        beats = [step.beat for step in self.steps]
        if beats[:1] != [0.0] or any(later <= here for here, later in pairwise(beats)):
            raise ValueError(f"the steps of a tempo map rise from beat 0, not {beats}")
        if not all(0 < step.bpm < float("inf") for step in self.steps):
            raise ValueError(f"a tempo is above 0 BPM, not {[step.bpm for step in self.steps]}")

    @classmethod
    def constant(cls, bpm: float, source: str = "given", confidence: float = 1.0) -> TempoMap:
        """One tempo throughout."""
        return cls((TempoStep(0.0, bpm),), source=source, confidence=confidence)

    @property
    def bpm(self) -> float:
        """The tempo at the start."""
        return self.steps[0].bpm

    @property
    def usual_bpm(self) -> float:
        """The tempo for people: the median of the steps, by their beats.

        Of several steps the first is left out, which often only leads to the first beat; how long
        the last one lasts is not known, so it counts as the mean of the others.
        """
        steps = self.steps[1:] or self.steps
        lengths = np.diff([step.beat for step in steps])
        weights = np.append(lengths, lengths.mean() if len(lengths) else 1.0)
        tempos = np.array([step.bpm for step in steps])
        order = np.argsort(tempos)
        passed = np.cumsum(weights[order])
        return float(tempos[order][np.searchsorted(passed, passed[-1] / 2)])

    @property
    def first_bar(self) -> float:
        """Quarter notes from the start to the first bar line: 0 to below ``beats_per_bar``.

        Bar 1 begins there; 0 where no downbeat is known.
        """
        if self.downbeat is None:
            return 0.0
        first = float(self.beats(np.array([self.downbeat]))[0]) % self.beats_per_bar
        return 0.0 if self.beats_per_bar - first < _ROUNDING else first

    def beats(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Quarter notes from the start, at each of ``seconds``."""
        beat, start, bpm = self._knots()
        step = np.clip(np.searchsorted(start, seconds, side="right") - 1, 0, None)
        at: NDArray[np.float64] = beat[step] + (seconds - start[step]) * bpm[step] / 60.0
        return at

    def seconds(self, beats: NDArray[np.float64]) -> NDArray[np.float64]:
        """Seconds from the start, at each of ``beats``."""
        beat, start, bpm = self._knots()
        step = np.clip(np.searchsorted(beat, beats, side="right") - 1, 0, None)
        at: NDArray[np.float64] = start[step] + (beats - beat[step]) * 60.0 / bpm[step]
        return at

    def _knots(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Beat, second and tempo of each step."""
        beat = np.array([step.beat for step in self.steps])
        bpm = np.array([step.bpm for step in self.steps])
        start = np.concatenate(([0.0], np.cumsum(np.diff(beat) * 60.0 / bpm[:-1])))
        return beat, start, bpm
