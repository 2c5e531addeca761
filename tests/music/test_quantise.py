"""Notes on the grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.quantise import DIVISIONS, nearest_lines, quantised
from studio.music.tempo import TempoMap, TempoStep

STEPS = (TempoStep(0, 117.3), TempoStep(7, 88.0), TempoStep(40.5, 131.0))
divisions = st.sampled_from(sorted(DIVISIONS.values()))
tempos = st.builds(lambda downbeat: TempoMap(STEPS, downbeat=downbeat), st.none() | st.floats(0, 5))
songs = st.lists(
    st.builds(
        lambda at, pitch, length: Note(at, pitch, at + length),
        st.floats(0, 60),
        st.integers(50, 70),
        st.floats(0.01, 2),
    ),
    max_size=30,
).map(Notes.of)


def origin(tempo: TempoMap) -> float:
    """The beat of the downbeat."""
    return float(tempo.beats(np.array([tempo.downbeat or 0.0]))[0])


def off_the_line(seconds: np.ndarray, tempo: TempoMap, division: float) -> np.ndarray:
    """Divisions to the nearest line, that of the downbeat being one of them."""
    place = (tempo.beats(seconds) - origin(tempo)) / division
    return np.abs(place - np.rint(place))


@given(notes=songs, tempo=tempos, division=divisions)
def test_at_full_strength_every_note_lies_on_a_line(
    notes: Notes, tempo: TempoMap, division: float
) -> None:
    """The nearest: none goes further than half a division, but at the start of the song."""
    moved = quantised(notes, tempo, division)

    assert (off_the_line(moved.onset, tempo, division) < 1e-7).all()
    assert (moved.onset >= 0).all()
    lines = nearest_lines(notes.onset, tempo, division, origin=origin(tempo))
    later = tempo.beats(notes.onset) > division
    far = np.abs(tempo.beats(lines) - tempo.beats(notes.onset))
    assert (far[later] <= division / 2 + 1e-7).all()


@given(notes=songs, tempo=tempos, division=divisions, strength=st.floats(0, 0.99))
def test_at_less_it_goes_that_share_of_its_way(
    notes: Notes, tempo: TempoMap, division: float, strength: float
) -> None:
    """Halfway at 0.5; lengths, pitches and velocities stay, and the order."""
    notes = notes.where(np.append(True, np.diff(notes.onset) > 1e-6)[: len(notes)])
    full = nearest_lines(notes.onset, tempo, division, origin=origin(tempo))

    moved = quantised(notes, tempo, division, strength)

    want = notes.onset + strength * (full - notes.onset)
    np.testing.assert_allclose(moved.onset, want, atol=1e-9)
    np.testing.assert_allclose(moved.offset - moved.onset, notes.offset - notes.onset, atol=1e-9)
    assert moved.pitch.tolist() == notes.pitch.tolist()


def test_halfway_of_a_known_case() -> None:
    """At 120 BPM sixteenths stand every 125 ms; 100 ms is 25 ms before one."""
    notes = Notes.of([Note(0.1, 60, 0.3)])
    tempo = TempoMap.constant(120)

    assert quantised(notes, tempo, 0.25).onset.tolist() == [0.125]
    assert quantised(notes, tempo, 0.25, 0.5).onset.tolist() == pytest.approx([0.1125])
    assert quantised(notes, tempo, 0.25, 0.0) == notes


def test_the_lines_go_through_the_downbeat() -> None:
    """The grid is that of the music, wherever its first bar begins."""
    tempo = TempoMap((TempoStep(0, 120.0),), downbeat=0.33)
    notes = Notes.of([Note(0.01, 60, 0.1), Note(0.34, 60, 0.5), Note(0.8, 62, 0.9)])

    assert quantised(notes, tempo, 0.5).onset.tolist() == pytest.approx([0.08, 0.33, 0.83])


def test_swing_delays_every_second_line() -> None:
    """At 120 BPM eighths stand every 250 ms; a full swing puts the off-beat at 333 ms."""
    seconds = np.array([0.0, 0.26, 0.49, 0.84])

    got = nearest_lines(seconds, TempoMap.constant(120), 0.5, swing=1.0)

    assert got.tolist() == pytest.approx([0.0, 1 / 3, 0.5, 0.5 + 1 / 3])


def test_notes_that_meet_on_a_line_become_one() -> None:
    """As long and as loud as any; another pitch is another note."""
    notes = Notes.of([Note(0.48, 60, 0.9, 50), Note(0.51, 60, 0.6, 90), Note(0.5, 61, 0.7)])

    moved = quantised(notes, TempoMap.constant(120), 0.25)

    assert [(n.onset, n.pitch, n.velocity) for n in moved] == [(0.5, 60, 90), (0.5, 61, 80)]
    assert moved.offset.tolist() == pytest.approx([0.92, 0.7])


def test_no_notes_are_no_notes() -> None:
    """Of an empty take nothing is left to move."""
    assert quantised(NO_NOTES, TempoMap.constant(120), 0.25) == NO_NOTES
