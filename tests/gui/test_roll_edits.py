"""Changing notes by hand: nothing is lost, nothing becomes impossible, everything comes back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.gui.roll import clipboard, edits
from studio.gui.roll.edits import SHORTEST, Edits, Room
from studio.music.notes import Note, Notes
from studio.music.take import Take, TakeOptions
from studio.music.tempo import TempoMap, TempoStep

SONG = 60.0
TEMPO = TempoMap((TempoStep(0.0, 96.0), TempoStep(40.0, 132.0)))


@st.composite
def songs(draw: st.DrawFn) -> list[Note]:
    """Notes with ids of their own, somewhere in a minute."""
    places = draw(
        st.sets(st.tuples(st.integers(0, 5900), st.integers(20, 100)), min_size=1, max_size=20)
    )
    return sorted(
        Note(
            place / 100,
            pitch,
            min(SONG, place / 100 + draw(st.integers(1, 100)) / 100),
            draw(st.integers(1, 127)),
        )
        for place, pitch in places
    )


def heard(notes: Sequence[Note]) -> Take:
    """A take of which all is kept."""
    return Take("bass", "spectral", "bass", Notes.of(notes), TakeOptions(0.0))


def after(take: Take, changes: Edits) -> Take:
    """The take with these edits."""
    for edit in changes:
        take = take.edited(edit)
    return take


def room(take: Take) -> Room:
    """What stands there."""
    return Room(SONG, frozenset(note.id for note in take.notes()))


def sane(notes: Sequence[Note]) -> bool:
    """Whether all can be, and no two have the same id."""
    return len({note.id for note in notes}) == len(notes) and all(
        n.onset >= 0
        and 0 <= n.pitch <= 127
        and 1 <= n.velocity <= 127
        and n.offset <= SONG + 1e-9
        and n.offset - n.onset >= SHORTEST - 1e-9
        for n in notes
    )


@given(song=songs(), data=st.data())
def test_every_act_leaves_notes_that_can_be(song: list[Note], data: st.DataObject) -> None:
    """However far one drags: none is lost, none stands on another, none leaves the song."""
    take = heard(song)
    chosen = data.draw(st.lists(st.sampled_from(song), min_size=1, unique=True))
    far = data.draw(st.floats(-100, 100))
    acts = {
        "moved": lambda r: edits.moved(chosen, r, far),
        "transposed": lambda r: edits.transposed(chosen, r, round(far)),
        "end": lambda r: edits.resized(chosen, r, end=far),
        "start": lambda r: edits.resized(chosen, r, start=far),
        "velocities": lambda r: edits.velocities(chosen, r, round(far)),
        "quantised": lambda r: edits.quantised(chosen, r, TEMPO, 1.0, swing=0.6),
    }
    name = data.draw(st.sampled_from(sorted(acts)))

    changed = list(after(take, acts[name](room(take))).notes())

    assert len(changed) == len(song)
    assert sane(changed)
    assert set(song) - set(chosen) <= set(changed)


@given(song=songs(), semitones=st.integers(-20, 20))
def test_up_and_down_again_is_where_it_was(song: list[Note], semitones: int) -> None:
    """Transposing all notes is undone by the opposite."""
    take = heard(song)

    up = after(take, edits.transposed(song, room(take), semitones))
    back = after(up, edits.transposed(list(up.notes()), room(up), -semitones))

    assert list(back.notes()) == song
    assert [n.pitch for n in up.notes()] == [n.pitch + semitones for n in song]


@given(onset=st.integers(0, 5000), share=st.floats(0.1, 0.9))
def test_split_and_join_is_where_it_was(onset: int, share: float) -> None:
    """The two halves touch, and together are the note."""
    note = Note(onset / 100, 60, onset / 100 + 0.5)
    at = note.onset + share * (note.offset - note.onset)
    take = heard([note])

    halves = after(take, edits.split([note], room(take), at))
    whole = after(halves, edits.joined(list(halves.notes()), room(halves)))

    assert [(n.onset, n.offset) for n in halves.notes()] == [(note.onset, at), (at, note.offset)]
    assert list(whole.notes()) == [note]


def test_a_note_too_short_to_split_is_not() -> None:
    """Ten milliseconds stay on both sides."""
    note = Note(1.0, 60, 1.03)

    assert edits.split([note], Room(SONG), 1.025) == ()
    assert len(edits.split([note], Room(SONG), 1.015)) == 2


@given(song=songs(), division=st.sampled_from([0.25, 0.5, 1.0]), strength=st.floats(0, 1))
def test_quantising_comes_nearer_to_the_grid(
    song: list[Note], division: float, strength: float
) -> None:
    """By the share that is asked for; lengths stay."""
    room_ = Room(SONG)
    for edit in edits.quantised(song, room_, TEMPO, division, strength):
        assert edit.note is not None
        before = next(n for n in song if n.id == edit.id)
        assert off_grid(edit.note, division) <= (1 - strength) * off_grid(before, division) + 2e-3
        length = edit.note.offset - edit.note.onset
        if edit.note.offset < SONG - 1e-6:
            assert length == pytest.approx(before.offset - before.onset)


def off_grid(note: Note, division: float) -> float:
    """Seconds to the nearest line."""
    beats = TEMPO.beats(np.array([note.onset]))
    line = TEMPO.seconds(np.round(beats / division) * division)
    return abs(float(line[0]) - note.onset)


def test_swing_delays_every_second_line() -> None:
    """At 120 BPM eighths stand every 250 ms; a full swing puts the off-beat at 333 ms."""
    notes = [Note(0.0, 60, 0.1), Note(0.26, 60, 0.4), Note(0.49, 60, 0.6)]
    tempo = TempoMap.constant(120)

    made = edits.quantised(notes, Room(SONG), tempo, 0.5, swing=1.0)

    onsets = [edit.note.onset for edit in made if edit.note is not None]
    assert sorted(onsets) == pytest.approx([1 / 3, 0.5])


def test_a_note_that_would_stand_on_another_stands_a_millisecond_later() -> None:
    """One key, one millisecond, one note."""
    low, high = Note(1.0, 60, 2.0), Note(1.0, 62, 2.0)

    (edit,) = edits.transposed([low], Room(SONG, frozenset([low.id, high.id])), 2)

    assert edit.note is not None
    assert edit.note.pitch == 62
    assert edit.note.onset == pytest.approx(1.001)


def test_a_group_goes_only_as_far_as_all_of_it_can() -> None:
    """Its shape is kept at the edge of the keyboard and at the start of the song."""
    notes = [Note(1.0, 2, 1.5), Note(2.0, 60, 2.5)]

    down = edits.transposed(notes, Room(SONG), -12)
    left = edits.moved(notes, Room(SONG), -5.0)

    assert sorted(e.note.pitch for e in down if e.note) == [0, 58]
    assert sorted(e.note.onset for e in left if e.note) == [0.0, 1.0]


def test_nothing_to_do_is_no_edit() -> None:
    """No empty step of undo."""
    notes = [Note(0.0, 0, 1.0, 127)]

    assert edits.transposed(notes, Room(SONG), -1) == ()
    assert edits.moved(notes, Room(SONG), -1.0) == ()
    assert edits.velocities(notes, Room(SONG), 5) == ()
    assert edits.joined(notes, Room(SONG)) == ()
    assert edits.moved([], Room(SONG), 1.0) == ()


@given(song=songs(), at=st.floats(0, SONG))
def test_copies_keep_their_shape(song: list[Note], at: float) -> None:
    """What begins after the song is left out; the rest stands as far apart as before."""
    copied = clipboard.take(clipboard.put(song))
    assert copied == song

    pasted = [edit.note for edit in edits.pasted(copied, Room(SONG), at) if edit.note is not None]

    kept = [n for n in song if n.onset - song[0].onset + at <= SONG - SHORTEST]
    assert [n.pitch for n in pasted] == [n.pitch for n in kept]
    assert [n.onset - at for n in pasted] == pytest.approx(
        [n.onset - song[0].onset for n in kept], abs=1e-6
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"version":1,"notes":[[0,60]]}', b'{"version":1,"notes":[[2,60,1,80,1]]}'],
)
def test_a_damaged_clipboard_holds_no_notes(content: bytes) -> None:
    """Another program may have written it."""
    data = clipboard.put([])
    data.setData(clipboard.MIME, content)

    assert clipboard.take(data) == []
