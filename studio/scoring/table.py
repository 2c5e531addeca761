"""The table of scores of one stem: every take against the stem, and against a reference take.

A score sees at most five minutes. A longer song is scored in equal stretches, and what they say
is combined as the ``Measure`` asks; a stretch in which both sides are silent says nothing. So
memory follows the stretch, not the song. Takes are rendered stretch by stretch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from studio.errors import BrokenExtensionError
from studio.job import Job
from studio.music.notes import Notes
from studio.music.take import Take
from studio.scoring.contract import Combine, Measure
from studio.scoring.measures import MEASURES
from studio.scoring.signal import SAMPLE_RATE, Signal
from studio.scoring.stretches import LONGEST_SECONDS, Stretch, stretches
from studio.scoring.truth import f_measures
from studio.synth.render import render


@dataclass(frozen=True, slots=True)
class Row:
    """One take's line of the table.

    Attributes:
        take: What was scored.
        notes: How many notes it plays.
        scores: Each score against the stem, by key.
        against_reference: The same against the reference take, and the F-measures of
            ``scoring.truth`` as if it were right; None where none was given.
    """

    take: Take
    notes: int
    scores: dict[str, float]
    against_reference: dict[str, float] | None

    @property
    def setting(self) -> tuple[float, Mapping[str, float], int]:
        """Threshold, scores and notes, as ``suggest`` takes them."""
        return self.take.options.onset_threshold, self.scores, self.notes


def score_take(take: Take, target: Path, job: Job) -> dict[str, float]:
    """Every score of ``take`` against the stem in the WAV ``target``, by key."""
    return score_takes([take], target, job)[0].scores


def score_takes(
    takes: Sequence[Take],
    target: Path,
    job: Job,
    reference: Notes | None = None,
    keys: Sequence[str] | None = None,
    longest: float = LONGEST_SECONDS,
) -> list[Row]:
    """A row for each of ``takes``, in their order; ``target`` is read and analysed once.

    Args:
        target: The stem, a WAV of ours.
        reference: Notes to compare with as well, rendered like the first take, and note by note:
            the second column of the table.
        keys: The scores to compute; None: all that are listed.
        longest: Seconds a score sees at once.

    Raises:
        UnknownChoiceError: a key is not listed.
        BrokenExtensionError: somebody else's score does not load, or is not a number.
        Cancelled: by ``job``.
    """
    measures = {name: MEASURES.load(name) for name in keys or MEASURES.names()}
    notes = [take.notes() for take in takes]
    tallies = [(Tally(measures), Tally(measures)) for _ in takes]
    for stretch in stretches(target, longest):
        targets = [Signal(stretch.samples)]
        if reference is not None and takes:
            targets.append(_played(reference, takes[0].kind, stretch))
        for i, take in enumerate(takes):
            part = job.part(
                stretch.progress(i / len(takes)), stretch.progress((i + 1) / len(takes))
            )
            part.update(0.0, "scoring")
            played = _played(notes[i], take.kind, stretch)
            for tally, sound in zip(tallies[i], targets, strict=False):
                tally.add(played, sound, part)
    job.update(1.0, "scored")
    return [
        Row(take, len(kept), stem.scores(), _against(reference, kept, other))
        for take, kept, (stem, other) in zip(takes, notes, tallies, strict=True)
    ]


def _against(reference: Notes | None, notes: Notes, tally: Tally) -> dict[str, float] | None:
    """The second column: by sound, and note by note."""
    return None if reference is None else tally.scores() | f_measures(reference, notes)


def _played(notes: Notes, kind: str, stretch: Stretch) -> Signal:
    """``notes`` as they sound during ``stretch``."""
    return Signal(render(notes, kind, stretch.start, stretch.stop, SAMPLE_RATE))


class Tally:
    """The values of a song's stretches, until they become one score each."""

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        self._measures = measures
        self._lengths: list[int] = []
        self._values: dict[str, list[float]] = {key: [] for key in measures}

    def add(self, take: Signal, target: Signal, job: Job) -> None:
        """Score one stretch; ``job`` may stop it between two scores."""
        if not take.energy and not target.energy:
            return
        self._lengths.append(len(target.samples))
        for key, measure in self._measures.items():
            job.update(0.0, "scoring")
            silent = not take.energy or not target.energy
            value = 0.0 if silent else measure.value(take, target)
            if not isfinite(value):
                raise _not_a_number(key)
            self._values[key].append(value)

    def scores(self) -> dict[str, float]:
        """One value a score; 0 where nothing sounded at all."""
        if not self._lengths:
            return dict.fromkeys(self._measures, 0.0)
        return {
            key: _combined(measure.combine, self._values[key], self._lengths)
            for key, measure in self._measures.items()
        }


def _combined(how: Combine, values: list[float], lengths: list[int]) -> float:
    """The values of stretches of ``lengths`` samples as one."""
    match how:
        case "sum":
            return float(np.sum(values))
        case "median":
            return float(np.median(values))
        case "mean":
            return float(np.average(values, weights=lengths))


def _not_a_number(key: str) -> BrokenExtensionError:
    package = MEASURES.entry(key).package
    return BrokenExtensionError(
        kind=MEASURES.kind, name=key, package=package, reason="its value is not a number"
    )
