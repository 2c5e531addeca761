"""Local peaks of onset activation to notes that end where the pitch has stopped sounding.

Every peak over a low floor is a candidate; its strength is its height. Where a note ends does
not depend on which other candidates are kept, so the notes at a higher threshold are, note for
note, some of those at a lower one. Notes of one pitch may therefore overlap:
``Notes.without_overlaps`` cuts them when they are played.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.music.notes import NO_NOTES, Notes
from studio.transcription.contract import Activations

FLOOR = 0.1  # a weaker peak is noise
SOUNDING = 0.3  # a pitch whose frame activation is lower has stopped ...
STOPPED_SECONDS = 0.06  # ... once it stays so for this long
SHORTEST_SECONDS = 0.06
FLICKER_SECONDS = 0.12
HIT_SECONDS = 0.1
HELD = 0.7
_HELD_FRAMES, _HELD_OF_THEM = 10, 7


def peaks(
    activations: Activations, floor: float = FLOOR, stopped_seconds: float = STOPPED_SECONDS
) -> Notes:
    """A candidate for each local peak of at least ``floor``, in each pitch on its own.

    Time and height of a peak are those of the parabola through its frame and the two beside it.
    """
    found = [
        _pitch(activations, column, floor, stopped_seconds)
        for column in range(activations.onset.shape[1])
    ]
    if not found:
        return NO_NOTES
    onset, offset, strength = (np.concatenate(column) for column in zip(*found, strict=True))
    pitch = np.repeat(np.arange(len(found)), [len(columns[0]) for columns in found])
    return Notes.columns(onset, pitch + activations.lowest_pitch, offset, strength=strength)


def held(activations: Activations, floor: float = FLOOR) -> Notes:
    """As ``peaks``, for networks that hear more onsets than notes.

    The strength is that of the onset, or what the pitch then holds, whichever is less: seven of
    the ten frames after the onset reach ``HELD`` times the strength. Gaps of
    ``FLICKER_SECONDS`` end no note.
    """
    found = peaks(activations, floor, FLICKER_SECONDS)
    frame = np.pad(activations.frame, ((0, _HELD_FRAMES + 1), (0, 0)))
    start = np.rint(found.onset * activations.frames_per_second).astype(np.intp)
    after = frame[
        start[:, None] + np.arange(1, _HELD_FRAMES + 1),
        found.pitch[:, None] - activations.lowest_pitch,
    ]
    holds = np.sort(after, axis=1)[:, _HELD_FRAMES - _HELD_OF_THEM] / np.float32(HELD)
    strength = np.minimum(found.strength, holds.astype(np.float32))
    return Notes(found.onset, found.pitch, found.offset, found.velocity, strength)


def hits(activations: Activations, floor: float = FLOOR) -> Notes:
    """A candidate of ``HIT_SECONDS`` for each local peak of at least ``floor``: for drums."""
    found = peaks(activations, floor)
    return Notes(
        found.onset, found.pitch, found.onset + HIT_SECONDS, found.velocity, found.strength
    )


def _pitch(
    activations: Activations, column: int, floor: float, stopped_seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]:
    """Onsets, offsets and strengths of one pitch."""
    rate = activations.frames_per_second
    place, strength = vertices(np.asarray(activations.onset[:, column]))
    kept = strength >= np.float32(floor)
    onset = place[kept] / rate
    sounding = np.asarray(activations.frame[:, column]) >= SOUNDING
    stops = _stops(sounding, max(1, round(stopped_seconds * rate))) / rate
    after = np.searchsorted(stops, onset + SHORTEST_SECONDS)
    offset = np.append(stops, len(sounding) / rate)[after]
    return onset, np.maximum(offset, onset + SHORTEST_SECONDS), strength[kept]


def vertices(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Place, in frames, and height of each local peak of ``values``, shape (frames,).

    A peak at an edge, which lacks a neighbour, is where it is.
    """
    around = np.pad(values.astype(np.float64), 1)
    left, here, right = around[:-2], around[1:-1], around[2:]
    at = np.flatnonzero((here > left) & (here >= right))
    left, here, right = left[at], here[at], right[at]
    lean = np.where((at > 0) & (at < len(values) - 1), left - right, 0.0)
    shift = lean / (2.0 * (left - 2.0 * here + right))
    height = np.clip(here - 0.25 * lean * shift, 0.0, 1.0)
    return at + shift, height.astype(np.float32)


def draw(
    onset: NDArray[np.float32],
    place: NDArray[np.float64],
    pitch: NDArray[np.intp],
    strength: NDArray[np.float32],
) -> None:
    """Write onsets into an activation as parabolas three frames wide; undone by ``vertices``.

    Place and strength come back exactly, though the place lies between two frames, where the
    onsets of a pitch are at least three frames apart.

    Args:
        onset: Shape (frames, pitches), changed in place.
        place: In frames. With ``pitch``, a column, and ``strength`` of shape (onsets,).
    """
    nearest = np.rint(place).astype(np.intp)
    for step in (-1, 0, 1):
        frame = nearest + step
        value = strength * (1.0 - ((frame - place) / 1.5) ** 2)
        inside = (frame >= 0) & (frame < len(onset))
        onset[frame[inside], pitch[inside]] = value[inside]


def _stops(sounding: NDArray[np.bool_], length: int) -> NDArray[np.intp]:
    """The frames from which a pitch does not sound for ``length`` frames, or to the end."""
    heard = np.concatenate(([0], np.cumsum(np.pad(sounding, (0, length)))))
    return np.flatnonzero(heard[length:-1] == heard[: -length - 1])
