"""Notes: one note for people, many notes as columns for arithmetic.

An hour of music holds a hundred thousand notes; as columns they weigh three megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note or drum hit.

    Attributes:
        onset: Start in seconds from the start of the song.
        pitch: MIDI number; for drums the General MIDI percussion key.
        offset: End in seconds, after ``onset``.
        velocity: 1 to 127.
        strength: The highest onset threshold, in [0, 1], at which the note is still there.
    """

    onset: float
    pitch: int
    offset: float
    velocity: int = 80
    strength: float = 1.0

    @property
    def id(self) -> str:
        """A name that stays the same whatever the threshold: pitch and millisecond of onset."""
        return f"{self.pitch}@{round(self.onset * 1000)}"


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Many notes as columns of equal length, sorted by onset, then pitch.

    Attributes: as in ``Note``; onset and offset float64, pitch and velocity int16, strength
    float32, each of shape (notes,).
    """

    onset: NDArray[np.float64]
    pitch: NDArray[np.int16]
    offset: NDArray[np.float64]
    velocity: NDArray[np.int16]
    strength: NDArray[np.float32]

    @classmethod
    def of(cls, notes: Iterable[Note]) -> Notes:
        """The columns of ``notes``, sorted."""
        rows = sorted(notes)
        return cls(
            np.array([n.onset for n in rows], np.float64),
            np.array([n.pitch for n in rows], np.int16),
            np.array([n.offset for n in rows], np.float64),
            np.array([n.velocity for n in rows], np.int16),
            np.array([n.strength for n in rows], np.float32),
        )

    @classmethod
    def columns(
        cls,
        onset: NDArray[np.floating],
        pitch: NDArray[np.integer],
        offset: NDArray[np.floating],
        velocity: NDArray[np.integer] | int = 80,
        strength: NDArray[np.floating] | float = 1.0,
    ) -> Notes:
        """Notes from unsorted columns."""
        order = np.lexsort((pitch, onset))
        size = len(onset)
        return cls(
            np.asarray(onset, np.float64)[order],
            np.asarray(pitch, np.int16)[order],
            np.asarray(offset, np.float64)[order],
            np.broadcast_to(np.asarray(velocity, np.int16), size)[order],
            np.broadcast_to(np.asarray(strength, np.float32), size)[order],
        )

    def __len__(self) -> int:
        return len(self.onset)

    def __iter__(self) -> Iterator[Note]:
        for row in zip(
            self.onset.tolist(),
            self.pitch.tolist(),
            self.offset.tolist(),
            self.velocity.tolist(),
            self.strength.tolist(),
            strict=True,
        ):
            yield Note(*row)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Notes):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in self.__slots__
        )

    __hash__ = None  # type: ignore[assignment]

    def where(self, mask: NDArray[np.bool_]) -> Notes:
        """The notes where ``mask``, shape (notes,), holds."""
        return Notes(
            self.onset[mask],
            self.pitch[mask],
            self.offset[mask],
            self.velocity[mask],
            self.strength[mask],
        )

    def with_velocity(self, velocity: NDArray[np.integer]) -> Notes:
        """The same notes, played as loud as ``velocity`` (shape (notes,), 1 to 127) says."""
        return Notes(
            self.onset, self.pitch, self.offset, np.asarray(velocity, np.int16), self.strength
        )

    def without_overlaps(self) -> Notes:
        """The same notes, none sounding on into the next of its own pitch.

        A player and a MIDI channel hold a key only once; of several that start together on one
        pitch the last in order stays.
        """
        offset = self.offset.copy()
        order = np.lexsort((self.onset, self.pitch))
        here, following = order[:-1], order[1:]
        same = self.pitch[here] == self.pitch[following]
        offset[here[same]] = np.minimum(offset[here[same]], self.onset[following[same]])
        cut = Notes(self.onset, self.pitch, offset, self.velocity, self.strength)
        return cut.where(cut.offset > cut.onset)


NO_NOTES = Notes.of(())
