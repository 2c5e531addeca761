"""Keys and chords of cadences whose answer is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio.job import Job
from studio.music.key import Key
from studio.music.tempo import TempoMap
from studio.rhythm.harmony import bar_lines, chord_name, harmony_of
from studio.rhythm.listen import listen, load, save
from studio.rhythm.tempo import tempo_of

WriteSong = Callable[..., Path]
Band = Callable[..., np.ndarray]
# I vi IV V, and i VI iv V.
MAJOR = ((0, 4, 7), (9, 0, 4), (5, 9, 0), (7, 11, 2))
MINOR = ((0, 3, 7), (8, 0, 3), (5, 8, 0), (7, 11, 2))
BEATS = 0.25 + np.arange(37) * 0.5


def moved(chords: tuple[tuple[int, ...], ...], tonic: int) -> list[list[int]]:
    """The chords in another key."""
    return [[(pitch + tonic) % 12 for pitch in chord] for chord in chords]


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("minor", [False, True])
def test_a_cadence_tells_its_key_and_chords(
    write_song: WriteSong, band: Band, tonic: int, minor: bool
) -> None:
    """In all 24 keys: the key, and each chord at the bar where it begins."""
    chords = moved(MINOR if minor else MAJOR, tonic)
    columns = listen(write_song(band(BEATS, chords, drums=False), 22050), Job())
    tempo = TempoMap.constant(120, "estimated", 0.9)
    tempo = TempoMap(tempo.steps, 4, "estimated", 0.9, 0.25)

    harmony = harmony_of(columns, tempo)

    key = Key(tonic, minor)
    kinds = (12, 0, 12, 0) if minor else (0, 12, 0, 0)
    names = [chord_name(c[0] + kind, key) for c, kind in zip(chords, kinds, strict=True)]
    assert harmony.key == key
    assert [chord.name for chord in harmony.chords[:4]] == names
    assert [chord.seconds for chord in harmony.chords[:4]] == pytest.approx(
        [0.25, 2.25, 4.25, 6.25]
    )


def test_drums_and_another_pitch_do_not_hide_the_key(write_song: WriteSong, band: Band) -> None:
    """A band with drums, played 40 cents sharp: read as if at another rate."""
    sound = band(BEATS, moved(MAJOR, 2))
    song = write_song(sound, round(22050 * 2 ** (0.4 / 12)))
    assert harmony_of(listen(song, Job()), TempoMap.constant(120)).key == Key(2)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(22050 * 3),
        0.1 * np.random.default_rng(440).standard_normal(22050 * 20),
        0.5 * np.sin(np.arange(22050 * 8) * 2 * np.pi * 440 / 22050),
        np.zeros(5),
    ],
    ids=["silence", "noise", "one tone", "five samples"],
)
def test_what_has_no_key_gets_none(write_song: WriteSong, samples: np.ndarray) -> None:
    """Nor chords."""
    columns = listen(write_song(samples, 22050), Job())
    harmony = harmony_of(columns, tempo_of(columns))
    assert (harmony.key, harmony.chords) == (None, ())


def test_chords_need_bars(write_song: WriteSong, band: Band) -> None:
    """Where no downbeat is known there are none, and the key is known all the same."""
    columns = listen(write_song(band(BEATS, MAJOR), 22050), Job())
    harmony = harmony_of(columns, TempoMap.constant(120))
    assert harmony.chords == ()
    assert harmony.key == Key(0)


@pytest.mark.parametrize(
    ("chord", "key", "name"),
    [
        (6, Key(1), "Gb"),
        (6, Key(2), "F#"),
        (22, Key(5), "Bbm"),
        (22, Key(6), "A#m"),
        (13, Key(9, minor=True), "C#m"),
        (0, None, "C"),
        (3, Key(7), "Eb"),
        (24, None, "N.C."),
    ],
)
def test_chords_are_spelt_as_in_their_key(chord: int, key: Key | None, name: str) -> None:
    """Flats in keys of flats, sharps in keys of sharps; a borrowed root as it usually is."""
    assert chord_name(chord, key) == name


def test_bar_lines_follow_the_map() -> None:
    """From the first downbeat to the end of the song."""
    tempo = TempoMap(TempoMap.constant(120).steps, 3, downbeat=0.5)
    assert bar_lines(tempo, 6.0) == pytest.approx([0.5, 2.0, 3.5, 5.0])


def test_columns_are_kept_whole(write_song: WriteSong, band: Band, tmp_path: Path) -> None:
    """What is read back tells the same tempo, key and chords."""
    columns = listen(write_song(band(BEATS, MAJOR), 22050), Job())
    save(columns, tmp_path / "columns.npz")
    kept = load(tmp_path / "columns.npz")
    assert tempo_of(kept).bpm == tempo_of(columns).bpm
    assert harmony_of(kept, tempo_of(kept)) == harmony_of(columns, tempo_of(columns))
