"""Whatever is written, two programs that know nothing of ours read every note within half a tick.

mido gives the messages, from which a few lines here make seconds; pretty_midi has its own clock.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import mido
import numpy as np
import pretty_midi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.midi.write import Part, write_midi
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.tempo import TempoMap, TempoStep

SONG = 120.0
FLOATS = 1e-9


class Heard(NamedTuple):
    """A note as it is read, in seconds, and half of the ticks it starts and ends on."""

    pitch: int
    onset: float
    offset: float
    velocity: int
    onset_room: float
    offset_room: float


def clock(file: mido.MidiFile) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tick, second and seconds a tick of every tempo."""
    tick, rows = 0, []
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            rows.append((tick, message.tempo / 1e6 / file.ticks_per_beat))
    ticks, lengths = (np.array(column, float) for column in zip(*rows, strict=True))
    return ticks, np.concatenate([[0.0], np.cumsum(np.diff(ticks) * lengths[:-1])]), lengths


def by_mido(path: Path, track: int = 1) -> list[Heard]:
    """The notes of one track, in the order in which they end."""
    file = mido.MidiFile(path)
    ticks, seconds, lengths = clock(file)

    def at(tick: int) -> tuple[float, float]:
        """Its second, and half of the longer of the ticks on its two sides."""
        before = max(int(np.searchsorted(ticks, tick)) - 1, 0)
        after = int(np.searchsorted(ticks, tick, side="right")) - 1
        second = seconds[before] + (tick - ticks[before]) * lengths[before]
        return second, max(lengths[before], lengths[after]) / 2

    now, held, found = 0, {}, []
    for message in file.tracks[track]:
        now += message.time
        if message.type == "note_on":
            held[message.note] = (*at(now), message.velocity)
        elif message.type == "note_off":
            onset, room, velocity = held.pop(message.note)
            end, end_room = at(now)
            found.append(Heard(message.note, onset, end, velocity, room, end_room))
    assert not held
    return found


def assert_within_half_a_tick(notes: Notes, path: Path) -> None:
    """``notes`` of different pitches are those of the file; none is shorter than a tick there."""
    read = {note.pitch: note for note in by_mido(path)}
    also = {n.pitch: n for i in pretty_midi.PrettyMIDI(str(path)).instruments for n in i.notes}

    assert read.keys() == also.keys() == {note.pitch for note in notes}
    for note in notes:
        heard, other = read[note.pitch], also[note.pitch]
        assert abs(heard.onset - note.onset) <= heard.onset_room + FLOATS
        assert abs(other.start - note.onset) <= heard.onset_room + FLOATS
        # A note of no length gets a tick, which is a tick too many at most.
        room = heard.offset_room if note.offset - note.onset > 0.1 else 3 * heard.offset_room
        assert abs(heard.offset - note.offset) <= room + FLOATS
        assert abs(other.end - note.offset) <= room + FLOATS
        assert heard.velocity == other.velocity == note.velocity


def map_of(steps: int, seed: int, fastest: float = 300.0) -> TempoMap:
    """So many steps at any beats, of any tempo from 40 BPM on."""
    rng = np.random.default_rng(seed)
    later = np.sort(rng.uniform(0.01, SONG * 2, steps - 1))
    beats = [0.0, *later.tolist()]
    return TempoMap(tuple(map(TempoStep, beats, rng.uniform(40, fastest, steps).tolist())))


songs = st.lists(
    st.tuples(
        st.floats(0, SONG - 1),
        st.integers(0, 127),
        st.one_of(st.floats(1e-5, 1e-3), st.floats(0.11, 5)),
        st.integers(1, 127),
    ),
    max_size=20,
    unique_by=lambda row: row[1],
).map(lambda rows: Notes.of(Note(at, key, at + length, v) for at, key, length, v in rows))


@pytest.mark.parametrize("steps", [1, 10, 700])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=songs, seed=st.integers(0, 2**32 - 1))
def test_every_note_is_read_within_half_a_tick(
    steps: int, notes: Notes, seed: int, tmp_path: Path
) -> None:
    """Start, end and velocity; whatever the tempo does."""
    path = tmp_path / "any.mid"

    write_midi(path, [Part("Any", notes)], map_of(steps, seed), SONG)

    assert_within_half_a_tick(notes, path)


@pytest.mark.parametrize("seconds", [1.0, 3 * 3600.0])
def test_a_short_song_and_a_long_one(
    seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second, and three hours: above 60 BPM that is more than pretty_midi takes for likely."""
    monkeypatch.setattr(pretty_midi.pretty_midi, "MAX_TICK", 1e8)
    onset = np.linspace(0.0, seconds - 0.2, 120)
    notes = Notes.columns(onset, np.arange(120), onset + 0.19)
    path = tmp_path / "any.mid"

    write_midi(path, [Part("Any", notes)], map_of(10, 3, fastest=70.0), seconds)

    assert_within_half_a_tick(notes, path)
    length = mido.MidiFile(path).length
    assert seconds <= length < seconds + 4 * 60 / 40


def test_twenty_parts_and_one_without_notes(tmp_path: Path) -> None:
    """Each has its track, in order, with its own notes; none is lost where a channel is shared."""
    parts = [
        Part(f"Part {n}", NO_NOTES if n == 7 else Notes.of([Note(0.5 * n, 40 + n, 0.5 * n + 0.3)]))
        for n in range(20)
    ]
    path = tmp_path / "many.mid"

    write_midi(path, parts, TempoMap.constant(117.3), 12.0)

    file = mido.MidiFile(path)
    assert [track.name for track in file.tracks[1:]] == [f"Part {n}" for n in range(20)]
    assert {sum(m.time for m in track) for track in file.tracks} == {24 * 960}
    for number, part in enumerate(parts):
        read = by_mido(path, number + 1)
        assert [n.pitch for n in read] == part.notes.pitch.tolist()
        np.testing.assert_allclose([n.onset for n in read], part.notes.onset, atol=0.3e-3)
    others = [n.pitch for i in pretty_midi.PrettyMIDI(str(path)).instruments for n in i.notes]
    assert sorted(others) == [40 + n for n in range(20) if n != 7]
