"""What stands in a MIDI file beside the notes: names, key, markers, the guide note."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
import pretty_midi
import pytest

from studio.midi.read import read_midi
from studio.midi.write import Part, as_written, write_midi
from studio.music.bundle import Marker
from studio.music.key import Key
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.tempo import TempoMap, TempoStep

TEMPO = TempoMap((TempoStep(0, 117.3), TempoStep(3, 96.1), TempoStep(9, 140.7)))
# Pitch classes of the scale's first note, as the signature of so many sharps (or flats, below 0)
# has them: the circle of fifths.
MAJOR = {0: 0, 1: -5, 2: 2, 3: -3, 4: 4, 5: -1, 6: 6, 7: 1, 8: -4, 9: 3, 10: -2, 11: 5}


def written(
    path: Path,
    parts: Sequence[Part] = (),
    seconds: float = 10.0,
    key: Key | None = None,
    markers: Sequence[Marker] = (),
    guide: bool = False,
) -> mido.MidiFile:
    """The file, read as UTF-8."""
    write_midi(path, parts, TEMPO, seconds, key=key, markers=markers, guide=guide)
    return mido.MidiFile(path, charset="utf-8")


NAMES = ["피아노", "吉他 – 第一", "קולות רקע", "🎹🥁", "Gesang – Jürgen", "Ænima", "Plain"]


def test_names_of_any_script_are_read_as_they_are(tmp_path: Path) -> None:
    """By mido and by pretty_midi, each told or able to take UTF-8."""
    note = Notes.of([Note(0.0, 60, 1.0)])
    path = tmp_path / "n.mid"

    file = written(path, [Part(name, note) for name in NAMES])

    assert [track.name for track in file.tracks[1:]] == NAMES
    told = [
        i.name.encode("latin-1").decode() for i in pretty_midi.PrettyMIDI(str(path)).instruments
    ]
    assert told == NAMES
    assert [part.name for part in read_midi(path).parts] == NAMES


def test_a_name_that_is_not_ascii_has_one_that_is_beside_it(tmp_path: Path) -> None:
    """As the name of the instrument; a plain name needs none."""
    file = written(tmp_path / "n.mid", [Part(name, NO_NOTES) for name in NAMES])

    plain = [[m.name for m in t if m.type == "instrument_name"] for t in file.tracks[1:]]
    assert plain == [
        ["Part 1"],
        ["Part 2"],
        ["Part 3"],
        ["Part 4"],
        ["Gesang Jurgen"],
        ["nima"],
        [],
    ]


def test_a_name_is_one_line(tmp_path: Path) -> None:
    """Line breaks and bells become spaces; of half a surrogate a question mark is left."""
    file = written(tmp_path / "n.mid", [Part("a\r\nb\x07\udce9", NO_NOTES)])

    assert file.tracks[1].name == "a b ?"


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("tonic", range(12))
def test_every_key_is_the_signature_of_its_scale(tonic: int, minor: bool, tmp_path: Path) -> None:
    """Sharps or flats as on the circle of fifths, and read as the same scale by pretty_midi."""
    path = tmp_path / "k.mid"
    written(path, key=Key(tonic, minor))

    content = path.read_bytes()
    at = content.index(b"\xff\x59\x02")
    sharps, mode = content[at + 3], content[at + 4]
    sharps -= 256 if sharps > 127 else 0
    # A minor key has the signature of the major key three semitones above it.
    assert mode == minor
    assert (sharps - MAJOR[(tonic + 3) % 12 if minor else tonic]) % 12 == 0
    assert -6 <= sharps <= 6
    (signature,) = pretty_midi.PrettyMIDI(str(path)).key_signature_changes
    assert signature.key_number == tonic + 12 * minor


def test_an_unknown_key_is_not_written(tmp_path: Path) -> None:
    """C major would be a claim."""
    written(tmp_path / "k.mid")

    assert b"\xff\x59" not in (tmp_path / "k.mid").read_bytes()


def test_markers_lie_where_they_are_in_the_song(tmp_path: Path) -> None:
    """In order, within half a tick; what lies behind the end is left out."""
    markers = [Marker(4.0, "Refrain ♯1"), Marker(0.0, "Am"), Marker(1.234, "F"), Marker(99.0, "C")]

    file = written(tmp_path / "m.mid", key=Key(9, True), markers=markers)

    now, found = 0, []
    for message in file.tracks[0]:
        now += message.time
        found += [(now, message.text)] if message.type == "marker" else []
    assert [text for _, text in found] == ["Am", "F", "Refrain ♯1"]
    seconds = as_written(TEMPO).seconds(np.array([tick / 960 for tick, _ in found]))
    np.testing.assert_allclose(seconds, [0.0, 1.234, 4.0], atol=0.33e-3)
    kinds = [message.type for message in file.tracks[0]]
    assert kinds[:5] == ["track_name", "time_signature", "key_signature", "set_tempo", "marker"]
    assert kinds.count("set_tempo") == 3


def test_the_guide_note_is_as_long_as_the_file_and_hardly_sounds(tmp_path: Path) -> None:
    """On a track of its own behind the parts, on a channel no part has."""
    part = Part("Bass", Notes.of([Note(0.0, 40, 1.0)]))

    file = written(tmp_path / "g.mid", [part], guide=True)

    guide = file.tracks[-1]
    (on,) = [m for m in guide if m.type == "note_on"]
    (off,) = [m for m in guide if m.type == "note_off"]
    assert guide.name == "Tempo map"
    assert (on.time, on.velocity, off.time) == (0, 1, sum(m.time for m in file.tracks[0]))
    assert on.channel not in {m.channel for m in file.tracks[1] if not m.is_meta} | {9}
    assert {sum(m.time for m in track) for track in file.tracks} == {off.time}


def test_the_guide_note_is_no_part_when_the_file_is_read(tmp_path: Path) -> None:
    """Scores must not count it."""
    part = Part("Bass", Notes.of([Note(0.0, 40, 1.0)]))
    written(tmp_path / "g.mid", [part], guide=True)

    assert [read.name for read in read_midi(tmp_path / "g.mid").parts] == ["Bass"]
