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
from studio.scoring.contract import Measure
from studio.scoring.measures import MEASURES
from studio.scoring.signal import SAMPLE_RATE, Signal
from studio.scoring.stretches import LONGEST_SECONDS, stretches
from studio.synth.render import render


@dataclass(frozen=True, slots=True)
class Row:
    """One take's line of the table.

    Attributes:
        take: What was scored.
        notes: How many notes it plays.
        scores: Each score against the stem, by key.
        against_reference: The same against the reference take; None where none was given.
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
        reference: Notes to compare with as well, rendered like the takes: the second column of
            the source document's table.
        keys: The scores to compute; None: all that are listed.
        longest: Seconds a score sees at once.

    Raises:
        UnknownChoiceError: a key is not listed.
        BrokenExtensionError: somebody else's score does not load, or is not a number.
        Cancelled: by ``job``.
    """
    measures = {name: MEASURES.load(name) for name in keys or MEASURES.names()}
    notes = [take.notes() for take in takes]
    stem = [_Tally(measures) for _ in takes]
    other = [_Tally(measures) for _ in takes]
    for stretch in stretches(target, longest):
        sound = Signal(stretch.samples)
        for i, take in enumerate(takes):
            job.update(stretch.start + (stretch.stop - stretch.start) * i / len(takes), "Scoring")
            played = _played(notes[i], take.kind, stretch.first, len(stretch.samples))
            stem[i].add(played, sound)
            if reference is not None:
                model = _played(reference, take.kind, stretch.first, len(stretch.samples))
                other[i].add(played, model)
    return [
        Row(take, len(kept), a.scores(), None if reference is None else b.scores())
        for take, kept, a, b in zip(takes, notes, stem, other, strict=True)
    ]
