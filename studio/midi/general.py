"""General MIDI: the instrument a part is given, and the names of the drum keys.

Programs are counted from 0, as the bytes are; printed lists count from 1. The numbers and names
are those of the General MIDI System Level 1 sound set and percussion key map (MIDI
Manufacturers Association, 1991).
"""

from __future__ import annotations

DRUM_CHANNEL = 9
"""Index of the channel that carries drums; people call it channel 10."""

_PROGRAMS = {
    "vocals": 53,  # Voice Oohs
    "bass": 33,  # Electric Bass (finger)
    "guitar": 27,  # Electric Guitar (clean)
    "piano": 0,  # Acoustic Grand Piano
    "other": 48,  # String Ensemble 1: it sustains, whatever the part may be
}

DRUM_KEYS = {
    35: "Acoustic Bass Drum",
    36: "Bass Drum 1",
    37: "Side Stick",
    38: "Acoustic Snare",
    39: "Hand Clap",
    40: "Electric Snare",
    41: "Low Floor Tom",
    42: "Closed Hi Hat",
    43: "High Floor Tom",
    44: "Pedal Hi Hat",
    45: "Low Tom",
    46: "Open Hi Hat",
    47: "Low-Mid Tom",
    48: "Hi-Mid Tom",
    49: "Crash Cymbal 1",
    50: "High Tom",
    51: "Ride Cymbal 1",
    52: "Chinese Cymbal",
    53: "Ride Bell",
    54: "Tambourine",
    55: "Splash Cymbal",
    56: "Cowbell",
    57: "Crash Cymbal 2",
    58: "Vibraslap",
    59: "Ride Cymbal 2",
    60: "Hi Bongo",
    61: "Low Bongo",
    62: "Mute Hi Conga",
    63: "Open Hi Conga",
    64: "Low Conga",
    65: "High Timbale",
    66: "Low Timbale",
    67: "High Agogo",
    68: "Low Agogo",
    69: "Cabasa",
    70: "Maracas",
    71: "Short Whistle",
    72: "Long Whistle",
    73: "Short Guiro",
    74: "Long Guiro",
    75: "Claves",
    76: "Hi Wood Block",
    77: "Low Wood Block",
    78: "Mute Cuica",
    79: "Open Cuica",
    80: "Mute Triangle",
    81: "Open Triangle",
}
"""Percussion keys, by MIDI number."""

_PIECES = {
    "Kick": (35, 36),
    "Snare": (37, 38, 40),
    "Hi-hat": (42, 44, 46),
    "Toms": (41, 43, 45, 47, 48, 50),
    "Ride": (51, 53, 59),
    "Crash": (49, 57),
}
_PIECE_OF = {key: name for name, keys in _PIECES.items() for key in keys}


def program(kind: str) -> int | None:
    """The instrument for a take of ``kind`` (of ``music.stem.KINDS``), 0 to 127.

    None for drums: their channel has a kit, not an instrument.
    """
    return None if kind == "drums" else _PROGRAMS.get(kind, _PROGRAMS["other"])


def drum_name(key: int) -> str:
    """What is struck at MIDI number ``key``; a number outside the map is named by itself."""
    return DRUM_KEYS.get(key, f"Key {key}")


def drum_piece(key: int) -> str:
    """The piece of the kit that ``key`` is struck on, such as ``Kick`` or ``Toms``.

    What is no part of the usual kit goes by its own name.
    """
    return _PIECE_OF.get(key) or drum_name(key)


def kit_order(key: int) -> tuple[int, int]:
    """Where ``key`` belongs among a kit's tracks: kick, snare and so on, then all others."""
    pieces = [*_PIECES, drum_piece(key)]
    return pieces.index(drum_piece(key)), key
