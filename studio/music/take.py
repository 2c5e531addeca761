"""A take: the candidates one engine found in a stem, the options that choose, and the edits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from studio.music.notes import Note, Notes

# Seconds by which a difference of two times may be off.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class TakeOptions:
    """What chooses notes among the candidates.

    Attributes:
        onset_threshold: In [0, 1]; a higher one keeps a subset.
        shortest: Notes shorter than this many seconds are dropped.
        lowest_pitch, highest_pitch: MIDI numbers, both kept.
    """

    onset_threshold: float = 0.55
    shortest: float = 0.0
    lowest_pitch: int = 0
    highest_pitch: int = 127


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by hand, on a note's id: it holds whatever the threshold.

    ``change`` and ``remove`` name a note by ``id``, as it was before this edit; ``add`` and
    ``change`` carry the new ``note``, which goes by its own id from then on.
    """

    action: Literal["add", "change", "remove"]
    id: str
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """Notes of one stem, as one engine heard them.

    Attributes:
        stem: The stem's name.
        engine: The detector's name.
        kind: What it was transcribed as: vocals, bass, drums, piano, guitar or other.
        candidates: Everything decoded at the lowest threshold, each with its strength.
        options: What chooses among them.
        edits: The log; undo is dropping its last.
    """

    stem: str
    engine: str
    kind: str
    candidates: Notes
    options: TakeOptions = field(default_factory=TakeOptions)
    edits: tuple[Edit, ...] = ()

    def at(self, onset_threshold: float) -> Take:
        """The same take at another threshold."""
        return replace(self, options=replace(self.options, onset_threshold=onset_threshold))

    def edited(self, edit: Edit) -> Take:
        """The take with one more edit."""
        return replace(self, edits=(*self.edits, edit))

    def notes(self) -> Notes:
        """What plays: the candidates the options keep, then the edits in order.

        A note that was changed by hand stays, whatever the threshold.
        """
        kept = choose(self.candidates, self.options)
        if not self.edits:
            return kept
        by_id = {note.id: note for note in kept}
        for edit in self.edits:
            by_id.pop(edit.id, None)
            if edit.action != "remove" and edit.note is not None:
                by_id[edit.note.id] = edit.note
        return Notes.of(by_id.values())


def choose(candidates: Notes, options: TakeOptions) -> Notes:
    """The candidates that ``options`` keep; a higher threshold gives a subset."""
    return candidates.where(
        (candidates.strength >= np.float32(options.onset_threshold))
        & (candidates.offset - candidates.onset >= options.shortest - _ROUNDING)
        & (candidates.pitch >= options.lowest_pitch)
        & (candidates.pitch <= options.highest_pitch)
    )
