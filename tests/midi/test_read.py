"""Reading: what was written comes back, and what others wrote is read as it sounds."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.errors import MissingFileError, UnreadableMidiError
from studio.midi.read import read_midi
from studio.midi.write import Part, write_midi
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.tempo import TempoMap, TempoStep

ON, OFF = "note_on", "note_off"


def messages(*events: tuple[str, int, int]) -> mido.MidiTrack:
    """A track of (kind, ticks after the one before, key)."""
    return mido.MidiTrack(mido.Message(kind, note=key, time=t) for kind, t, key in events)


def saved(path: Path, *tracks: mido.MidiTrack, kind: int = 1) -> Path:
    """A file of 480 ticks a quarter note: at 120 BPM, 960 ticks a second."""
    mido.MidiFile(type=kind, ticks_per_beat=480, tracks=list(tracks)).save(path)
    return path


def heard(path: Path) -> list[tuple[float, float, int]]:
    """Onset, offset and pitch of the only part."""
    (part,) = read_midi(path).parts
    return [(note.onset, note.offset, note.pitch) for note in part.notes]


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Names, kinds, programs, notes and tempo; a part without notes has nothing to bring back."""
    tempo = TempoMap((TempoStep(0, 120.0), TempoStep(4, 93.75)), beats_per_bar=3)
    piano = Notes.of([Note(0.1, 60, 0.7, 33), Note(0.1, 64, 2.9, 90), Note(3.0, 60, 3.2, 127)])
    drums = Notes.of([Note(0.5, 36, 0.6, 100)])
    parts = [Part("Piäno", piano, program=4), Part("Drums", drums, True), Part("Off", NO_NOTES)]

    write_midi(tmp_path / "a.mid", parts, tempo, 4.0)
    got = read_midi(tmp_path / "a.mid")

    assert [(p.name, p.drums, p.program) for p in got.parts] == [
        ("Piäno", False, 4),
        ("Drums", True, None),
    ]
    for part, notes in zip(got.parts, (piano, drums), strict=True):
        assert part.notes.pitch.tolist() == notes.pitch.tolist()
        assert part.notes.velocity.tolist() == notes.velocity.tolist()
        np.testing.assert_allclose(part.notes.onset, notes.onset, atol=0.35e-3)
        np.testing.assert_allclose(part.notes.offset, notes.offset, atol=0.35e-3)
    assert got.tempo == tempo


def test_a_second_press_ends_the_first(tmp_path: Path) -> None:
    """A key is held once; the release left over belongs to nothing."""
    track = messages((ON, 0, 60), (ON, 480, 60), (OFF, 480, 60), (OFF, 480, 60))

    assert heard(saved(tmp_path / "a.mid", track)) == [(0.0, 0.5, 60), (0.5, 1.0, 60)]


def test_a_press_written_before_the_release_it_follows_is_not_silenced(tmp_path: Path) -> None:
    """Some programs write the two in this order, at one tick."""
    track = messages((ON, 0, 60), (ON, 480, 60), (OFF, 0, 60), (OFF, 480, 60))

    assert heard(saved(tmp_path / "a.mid", track)) == [(0.0, 0.5, 60), (0.5, 1.0, 60)]


def test_a_key_never_released_ends_with_its_track(tmp_path: Path) -> None:
    """Here two seconds after the start."""
    track = messages((ON, 0, 60), (ON, 960, 72), (OFF, 960, 72))

    assert heard(saved(tmp_path / "a.mid", track)) == [(0.0, 2.0, 60), (1.0, 2.0, 72)]


def test_a_note_of_no_length_lasts_one_tick(tmp_path: Path) -> None:
    """Drum machines write such notes, and they are meant."""
    track = messages((ON, 480, 36), (OFF, 0, 36))

    assert heard(saved(tmp_path / "a.mid", track)) == [(0.5, 481 / 960, 36)]


def test_a_press_without_force_is_a_release(tmp_path: Path) -> None:
    """note_on with velocity 0, as most keyboards send."""
    track = messages((ON, 0, 60))
    track.append(mido.Message(ON, note=60, velocity=0, time=960))

    assert heard(saved(tmp_path / "a.mid", track)) == [(0.0, 1.0, 60)]


def test_channels_of_a_type_0_file_are_parts(tmp_path: Path) -> None:
    """One track, three channels, the tenth with drums; tempo among the notes."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="Song")])
    for channel in (0, 9, 1):
        track.append(mido.Message(ON, channel=channel, note=40 + channel, time=0))
    track.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=480))
    for channel in (0, 9, 1):
        track.append(mido.Message(OFF, channel=channel, note=40 + channel, time=160))

    got = read_midi(saved(tmp_path / "0.mid", track, kind=0))

    assert [(p.name, p.drums) for p in got.parts] == [
        ("Song, channel 1", False),
        ("Song, channel 2", False),
        ("Song, channel 10", True),
    ]
    ends = [part.notes.offset[0] for part in got.parts]
    assert ends == pytest.approx([0.5 + 160 / 480, 0.5 + 480 / 480, 0.5 + 320 / 480])


def test_a_file_without_tempo_runs_at_120(tmp_path: Path) -> None:
    """And says that nobody gave it."""
    tempo = read_midi(saved(tmp_path / "a.mid", messages((ON, 0, 60), (OFF, 1, 60)))).tempo

    assert (tempo.bpm, tempo.source, tempo.confidence) == (120.0, "default", 0.0)


def test_a_message_of_unknown_kind_keeps_its_time(tmp_path: Path) -> None:
    """Kind 0x0A, a text, one second long: mido alone drops the second."""
    path = tmp_path / "a.mid"
    track = bytes.fromhex("8740 ff0a 0161  00 903c40  60 803c00  00 ff2f00")
    path.write_bytes(
        b"MThd" + bytes.fromhex("00000006 0001 0001 01e0") + b"MTrk" + b"\0\0\0\x12" + track
    )

    assert heard(path)[0][0] == 1.0


def test_names_in_latin_1_are_read_too(tmp_path: Path) -> None:
    """Old files; ``é`` alone is no UTF-8."""
    track = messages((ON, 0, 60), (OFF, 1, 60))
    track.insert(0, mido.MetaMessage("track_name", name="Mélodie"))

    assert read_midi(saved(tmp_path / "a.mid", track)).parts[0].name == "Mélodie"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(MissingFileError, match=r"no\.mid"):
        read_midi(tmp_path / "no.mid")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut short"),
        (b"RIFF....WAVEfmt and so on", "no MIDI file"),
        (b"MThd\0\0\0\x06\0\x02\0\0\x01\xe0", "type 2"),
        (b"MThd\0\0\0\x06\0\x01\0\0\xe7\x28", "film frames"),
        (b"MThd\0\0\0\x06\0\x01\0\x01\x01\xe0MTrk\0\0\0\x20\0\x90", "cut short"),
    ],
)
def test_damage_is_said_with_its_reason(content: bytes, reason: str, tmp_path: Path) -> None:
    """The sentence names the file, and why."""
    path = tmp_path / "bad.mid"
    path.write_bytes(content)

    with pytest.raises(UnreadableMidiError, match=rf"bad\.mid.*{reason}"):
        read_midi(path)


HEADER = b"MThd\0\0\0\x06\0\x01\0\x01\x01\xe0MTrk"


@given(st.binary(max_size=60), st.booleans())
@example(b"\0\0\0\x06\0\xff\x59\x02\x7f\x05", True)  # a key with 127 sharps
@example(b"\0\0\0\x04\0\xff\x51\x00", True)  # a tempo of no bytes
@example(b"\0\0\0\x07\0\xff\x51\x03\0\0\0", True)  # a tempo of no time
@example(b"\0\0\0\x05\0\xff\x54\x01\xff", True)  # film frames of no known rate
@example(b"\0\0\0\x07\0\xff\x58\x04\x04\xff\0\0", True)  # a bar of 4/2^255, cut
def test_no_bytes_bring_more_than_our_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, sized: bool
) -> None:
    """Anything after a good header is read, or refused in a sentence."""
    path = tmp_path_factory.mktemp("any") / "any.mid"
    size = b"" if sized else len(content).to_bytes(4, "big")
    path.write_bytes(HEADER + size + content)

    with suppress(UnreadableMidiError):
        for part in read_midi(path).parts:
            assert (part.notes.offset > part.notes.onset).all()


@pytest.mark.data
@pytest.mark.slow
def test_no_hit_of_a_real_drummer_is_lost(data: Path) -> None:
    """Every press of every performance, at the time mido plays it; some have no length at all."""
    paths = sorted(data.rglob("*.mid"))
    assert paths
    for path in paths:
        now, pressed = 0.0, []
        for message in mido.MidiFile(path):
            now += message.time
            if message.type == ON and message.velocity > 0:
                pressed.append((message.note, now))

        read = [(note.pitch, note.onset) for part in read_midi(path).parts for note in part.notes]

        np.testing.assert_allclose(sorted(read), sorted(pressed), rtol=0, atol=1e-9)
