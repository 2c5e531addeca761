"""The key of a song."""

from __future__ import annotations

from dataclasses import dataclass

# As musicians write them: the signature of fewest sharps or flats.
_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Key:
    """A major or minor key.

    Attributes:
        tonic: Its pitch class, 0 (C) to 11 (B).
        minor: Whether it is minor.

    Raises:
        ValueError: the tonic is no pitch class.
    """

    tonic: int
    minor: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.tonic <= 11:
            raise ValueError(f"a pitch class is 0 to 11, not {self.tonic}")

    @property
    def tonic_name(self) -> str:
        """``F#``, ``Bb``: ASCII."""
        return (_MINOR if self.minor else _MAJOR)[self.tonic]

    @property
    def name(self) -> str:
        """``F# minor``."""
        return f"{self.tonic_name} {'minor' if self.minor else 'major'}"

    @property
    def midi_name(self) -> str:
        """As a key signature of a MIDI file and of mido: ``F#m``."""
        return f"{self.tonic_name}{'m' if self.minor else ''}"
