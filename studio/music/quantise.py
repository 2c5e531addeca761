"""Quantising: notes moved towards the lines of a grid of musical time. Pure functions.

A grid is even, or swung: then every second of its lines comes later, at most by a third of a
division, which is where a triplet has it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from studio.music.notes import Notes
from studio.music.tempo import TempoMap

DIVISIONS: Mapping[str, float] = {
    "1/4": 1.0,
    "1/8": 1 / 2,
    "1/8T": 1 / 3,
    "1/16": 1 / 4,
    "1/16T": 1 / 6,
    "1/32": 1 / 8,
}
"""Quarter notes between two lines, by the grid's name; T is a triplet."""

_TRIPLET = 1 / 3
_ROUNDING = 1e-9  # quarter notes
Floats = NDArray[np.float64]


def nearest_lines(
    seconds: Floats, tempo: TempoMap, division: float, swing: float = 0.0, origin: float = 0.0
) -> Floats:
    """The second of the line nearest to each of ``seconds``, none before the start of the song.

    Args:
        seconds: Shape (times,).
        division: Quarter notes between two lines.
        swing: 0 is even; 1 delays every second line by a third of a division, as in triplets.
        origin: A quarter note of ``tempo`` on which a line lies.
    """
    place = (tempo.beats(seconds) - origin) / division
    lines = np.floor(place)[:, None] + np.arange(-1, 3)
    swung = lines + swing * _TRIPLET * (lines % 2 == 1)
    beats = origin + division * swung
    apart = np.where(beats < -_ROUNDING, np.inf, np.abs(swung - place[:, None]))
    nearest = beats[np.arange(len(place)), apart.argmin(axis=1)]
    return tempo.seconds(np.maximum(nearest, 0.0))


def quantised(
    notes: Notes, tempo: TempoMap, division: float, strength: float = 1.0, swing: float = 0.0
) -> Notes:
    """Onsets moved towards the grid; lengths stay.

    A line lies on the downbeat where the tempo map knows one, else on the start of the song. Notes
    of one pitch that come to lie on one line become one, as long and as loud as any of them.

    Args:
        division, swing: As for ``nearest_lines``.
        strength: How much of the way, 0 to 1.
    """
    known = np.array([0.0 if tempo.downbeat is None else tempo.downbeat])
    lines = nearest_lines(notes.onset, tempo, division, swing, float(tempo.beats(known)[0]))
    # In this form notes of one line have one onset, to the last bit, at strength 1.
    onset = (1.0 - strength) * notes.onset + strength * lines
    offset = notes.offset + (onset - notes.onset)
    return _joined(Notes.columns(onset, notes.pitch, offset, notes.velocity, notes.strength))


def _joined(notes: Notes) -> Notes:
    """One note for those of one pitch that start together."""
    again = (np.diff(notes.onset) == 0) & (np.diff(notes.pitch) == 0)
    if not again.any():
        return notes
    first = np.flatnonzero(np.append(True, ~again))
    return Notes(
        notes.onset[first],
        notes.pitch[first],
        np.maximum.reduceat(notes.offset, first),
        np.maximum.reduceat(notes.velocity, first),
        np.maximum.reduceat(notes.strength, first),
    )
