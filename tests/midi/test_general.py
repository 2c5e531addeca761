"""General MIDI, against pretty_midi's tables."""

from __future__ import annotations

import pretty_midi
import pytest

from studio.midi.general import DRUM_KEYS, drum_name, drum_piece, kit_order, program
from studio.music.stem import KINDS


def test_drum_keys_are_those_of_the_standard() -> None:
    """pretty_midi has typed the same table."""
    assert {key: pretty_midi.note_number_to_drum_name(key) for key in range(35, 82)} == DRUM_KEYS
    assert drum_name(20) == "Key 20"


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("vocals", "Ensemble"),
        ("bass", "Bass"),
        ("guitar", "Guitar"),
        ("piano", "Piano"),
        ("other", "Ensemble"),
    ],
)
def test_each_kind_sounds_as_its_family(kind: str, family: str) -> None:
    """The families are the standard's, eight programs each."""
    number = program(kind)
    assert number is not None
    assert pretty_midi.program_to_instrument_class(number) == family


def test_every_kind_has_a_program_and_drums_have_none() -> None:
    """No kind is forgotten."""
    assert [kind for kind in KINDS if program(kind) is None] == ["drums"]


def test_a_kit_has_its_pieces_in_order() -> None:
    """What belongs to no piece of the usual kit has its own name, and comes after these."""
    keys = [51, 49, 50, 46, 44, 42, 41, 40, 38, 37, 36, 35, 56, 20]

    pieces = list(dict.fromkeys(map(drum_piece, sorted(keys, key=kit_order))))

    assert pieces == [
        *("Kick", "Snare", "Hi-hat", "Toms", "Ride", "Crash"),
        *("Key 20", "Cowbell"),
    ]
