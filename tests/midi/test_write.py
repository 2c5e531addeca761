"""Written MIDI files, read back by two programs that know nothing of ours."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pretty_midi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import WriteError
from studio.midi.write import TICKS_PER_BEAT, Part, as_written, write_midi
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.tempo import TempoMap, TempoStep

TEN_MINUTES = 600.0


def tempo_map(steps: int, around: float = 120.0) -> TempoMap:
    """So many steps over ten minutes, none of a tempo that a MIDI file can hold exactly."""
    rng = np.random.default_rng(7)
    beats = np.round(np.linspace(0, TEN_MINUTES * around / 60, steps, endpoint=False))
    bpm = around * rng.uniform(0.97, 1.03, steps)
    return TempoMap(tuple(TempoStep(float(b), float(t)) for b, t in zip(beats, bpm, strict=True)))


def ten_minutes_of_notes() -> Notes:
    """A note about every tenth of a second, none over the next of its pitch."""
    onset = np.arange(0.0, TEN_MINUTES - 1, 0.0997)
    pitch = 40 + np.arange(len(onset)) % 25
    return Notes.columns(onset, pitch, onset + 0.3, 1 + np.arange(len(onset)) % 127)


def seconds_by_mido(path: Path) -> list[tuple[float, int]]:
    """Onset and pitch of every note, in the seconds mido plays them at."""
    now, found = 0.0, []
    for message in mido.MidiFile(path):
        now += message.time
        if message.type == "note_on":
            found.append((now, message.note))
    return found


@pytest.mark.parametrize("steps", [1, 10, 700])
def test_notes_lie_on_the_audio_for_ten_minutes(steps: int, tmp_path: Path) -> None:
    """Half a tick at 120 BPM is 0.26 ms; what is beyond that would be drift."""
    notes = ten_minutes_of_notes()
    path = tmp_path / "long.mid"

    write_midi(path, [Part("Piano", notes)], tempo_map(steps), TEN_MINUTES)

    by_mido = np.array([onset for onset, _ in seconds_by_mido(path)])
    read = sorted(pretty_midi.PrettyMIDI(str(path)).instruments[0].notes, key=lambda n: n.start)
    print(f"{steps} tempo points: {np.abs(by_mido - notes.onset).max() * 1e3:.3f} ms at most")
    assert np.abs(by_mido - notes.onset).max() < 0.6e-3
    assert np.abs(np.array([n.start for n in read]) - notes.onset).max() < 0.6e-3
    assert np.abs(np.array([n.end for n in read]) - notes.offset).max() < 0.6e-3
    assert [n.pitch for n in read] == notes.pitch.tolist()
    assert [n.velocity for n in read] == notes.velocity.tolist()


@pytest.mark.parametrize("steps", [1, 10, 700])
def test_the_grid_of_the_file_is_the_grid_of_the_song(steps: int, tmp_path: Path) -> None:
    """Every beat of the file falls where the tempo map says, within a tenth of a millisecond."""
    tempo = tempo_map(steps)
    path = tmp_path / "grid.mid"

    write_midi(path, [], tempo, TEN_MINUTES)

    beats = np.arange(0.0, tempo.beats(np.array([TEN_MINUTES]))[0])
    file = pretty_midi.PrettyMIDI(str(path))
    # A map of one step is rounded once: half a microsecond for each of 1200 quarter notes.
    allowed = 0.7e-3 if steps == 1 else 0.1e-3
    got = np.array([file.tick_to_time(int(beat) * TICKS_PER_BEAT) for beat in beats])
    assert np.abs(got - tempo.seconds(beats)).max() < allowed


def test_rounding_of_the_tempo_is_carried_forward() -> None:
    """Seven hundred of one sign would add up to a third of a millisecond."""
    bpm = 60e6 / 500_000.49
    tempo = TempoMap(tuple(TempoStep(float(beat), bpm) for beat in range(700)))

    end = as_written(tempo).seconds(np.array([699.0]))[0]

    assert abs(end - tempo.seconds(np.array([699.0]))[0]) < 1e-6


def test_names_of_any_language_survive(tmp_path: Path) -> None:
    """mido's own default stops at Latin-1; ours are UTF-8."""
    names = ["Gesang – Jürgen", "ピアノ", "Гитара", "🎹"]
    path = tmp_path / "Ænima – 曲.mid"

    write_midi(path, [Part(name, NO_NOTES) for name in names], TempoMap.constant(120), 1.0)

    read = [track.name for track in mido.MidiFile(path, charset="utf-8").tracks]
    assert read == ["Ænima – 曲", *names]


def test_half_a_surrogate_in_a_name_does_not_stop_the_export(tmp_path: Path) -> None:
    """Such names come from file systems that hold bytes, not text."""
    write_midi(tmp_path / "a.mid", [Part("a\udce9b", NO_NOTES)], TempoMap.constant(120), 1.0)

    assert mido.MidiFile(tmp_path / "a.mid").tracks[1].name == "a?b"


def test_channels_skip_the_drums_and_drums_are_on_ten(tmp_path: Path) -> None:
    """Sixteen melodic parts and drums: the tenth channel is the drums' alone."""
    note = Notes.of([Note(0.0, 60, 1.0)])
    parts = [Part(f"{n}", note, drums=n == 3, program=None if n == 3 else n) for n in range(17)]

    write_midi(tmp_path / "c.mid", parts, TempoMap.constant(120), 1.0)

    tracks = mido.MidiFile(tmp_path / "c.mid").tracks[1:]
    channels = [next(m.channel for m in track if m.type == "note_on") for track in tracks]
    assert channels == [0, 1, 2, 9, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 0]
    programs = [[m.program for m in track if m.type == "program_change"] for track in tracks]
    assert programs == [[] if n == 3 else [n] for n in range(17)]


def test_every_track_ends_with_the_bar_in_which_the_song_ends(tmp_path: Path) -> None:
    """5.1 s at 120 BPM are 10.2 quarter notes: three bars, for every track, full or empty."""
    parts = [Part("Bass", Notes.of([Note(1.0, 40, 2.0)])), Part("Empty", NO_NOTES)]

    write_midi(tmp_path / "e.mid", parts, TempoMap.constant(120), 5.1)

    ends = [sum(m.time for m in track) for track in mido.MidiFile(tmp_path / "e.mid").tracks]
    assert ends == [3 * 4 * TICKS_PER_BEAT] * 3


def test_a_song_that_ends_on_the_bar_gets_no_bar_more(tmp_path: Path) -> None:
    """117.3 BPM is rounded in the file; sixteen beats remain four bars."""
    write_midi(tmp_path / "b.mid", [], TempoMap.constant(117.3), 16 * 60 / 117.3)

    assert sum(m.time for m in mido.MidiFile(tmp_path / "b.mid").tracks[0]) == 16 * TICKS_PER_BEAT


def test_the_conductor_comes_first_and_holds_no_notes(tmp_path: Path) -> None:
    """Name, time signature, tempo; in that order readers look for them."""
    write_midi(tmp_path / "k.mid", [], TempoMap((TempoStep(0, 100),), beats_per_bar=3), 1.0)

    file = mido.MidiFile(tmp_path / "k.mid")
    kinds = [message.type for message in file.tracks[0]]
    assert (file.type, file.ticks_per_beat) == (1, 960)
    assert kinds == ["track_name", "time_signature", "set_tempo", "end_of_track"]
    assert (file.tracks[0][1].numerator, file.tracks[0][1].denominator) == (3, 4)
    assert file.tracks[0][2].tempo == 600_000


def test_a_repeated_note_is_released_before_it_is_struck_again(tmp_path: Path) -> None:
    """At one tick the release comes first, or the new note would be silenced."""
    notes = Notes.of([Note(0.0, 60, 0.5), Note(0.5, 60, 1.0)])

    write_midi(tmp_path / "r.mid", [Part("Piano", notes)], TempoMap.constant(120), 1.0)

    kinds = [m.type for m in mido.MidiFile(tmp_path / "r.mid").tracks[1] if not m.is_meta]
    assert kinds == ["note_on", "note_off", "note_on", "note_off"]


@given(
    st.lists(
        st.tuples(
            st.floats(0, 3),
            st.integers(60, 62),
            st.one_of(st.floats(0, 0.002), st.floats(0, 2)),
            st.integers(1, 127),
        ),
        max_size=30,
    )
)
def test_whatever_the_notes_no_key_is_held_twice_or_for_ever(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, int, float, int]]
) -> None:
    """Overlaps, notes of no length and notes on one tick: each start has its end, in turn."""
    path = tmp_path_factory.mktemp("any") / "any.mid"
    notes = Notes.of(Note(onset, pitch, onset + length, v) for onset, pitch, length, v in rows)

    write_midi(path, [Part("Any", notes)], TempoMap.constant(120), 3.0)

    held: dict[int, int] = {}
    tick = 0
    for message in mido.MidiFile(path).tracks[1]:
        tick += message.time
        if message.type == "note_on":
            assert message.note not in held
            held[message.note] = tick
        elif message.type == "note_off":
            assert tick > held.pop(message.note)
    assert not held


def test_the_same_notes_give_the_same_bytes(tmp_path: Path) -> None:
    """No clock and no chance in the file."""
    part = Part("Piano", ten_minutes_of_notes(), program=0)
    (tmp_path / "1").mkdir()

    write_midi(tmp_path / "a.mid", [part], tempo_map(10), TEN_MINUTES)
    write_midi(tmp_path / "1" / "a.mid", [part], tempo_map(10), TEN_MINUTES)

    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "1" / "a.mid").read_bytes()


def test_tempo_steps_after_the_end_are_left_out(tmp_path: Path) -> None:
    """A map may know more of the song than is written."""
    write_midi(tmp_path / "s.mid", [], tempo_map(10), 1.0)

    track = mido.MidiFile(tmp_path / "s.mid").tracks[0]
    assert [m.type for m in track].count("set_tempo") == 1


def test_a_tempo_too_slow_for_the_format_is_written_as_slow_as_it_goes() -> None:
    """Three bytes of microseconds end at 3.58 BPM."""
    assert as_written(TempoMap.constant(1.0)).bpm == pytest.approx(3.5763, abs=1e-3)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file is where the folder should be."""
    (tmp_path / "MIDI").write_text("mine")

    with pytest.raises(WriteError, match="MIDI"):
        write_midi(tmp_path / "MIDI" / "a.mid", [], TempoMap.constant(120), 1.0)
