"""Why a candidate may be no note of its own: it stands on an overtone of one that is kept."""

from __future__ import annotations

import numpy as np

from studio.music.notes import Note, Notes

# Overtones 2 to 6 of equal temperament, in semitones above the fundamental.
LADDER = (12, 19, 24, 28, 31)
_RELATIONS = (12, 19, 24, 28, 31, -12)


def fundamental(candidate: Note, notes: Notes) -> int | None:
    """The pitch of the kept note that ``candidate`` may be an overtone of, or an octave below.

    The note sounds when the candidate starts; the nearest relation counts: an octave before a
    twelfth, and above before below.
    """
    sounding = (notes.onset <= candidate.onset + 0.03) & (notes.offset > candidate.onset)
    there = set(notes.pitch[sounding].tolist())
    for interval in _RELATIONS:
        if candidate.pitch - interval in there:
            return candidate.pitch - interval
    return None


def ladder(low: int, candidate: int) -> list[int]:
    """The rungs to draw: the fundamental and its overtones, up to one above the candidate."""
    low, candidate = min(low, candidate), max(low, candidate)
    rungs = [low, *(low + interval for interval in LADDER)]
    above = int(np.searchsorted(rungs, candidate, side="right"))
    return [pitch for pitch in rungs[: above + 1] if pitch <= 127]
