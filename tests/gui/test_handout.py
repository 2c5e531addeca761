"""What is dragged into another program is whole, and stays what it was."""

from __future__ import annotations

import os
from pathlib import Path

import mido
import numpy as np
import pytest

from studio import settings
from studio.audio.write import WavWriter
from studio.errors import MissingFileError
from studio.gui.desk import handout
from studio.gui.state.song import Lane, SongState
from studio.gui.state.take import TakeModel
from studio.midi.read import read_midi
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.tempo import TempoMap


def bass(path: Path, value: float) -> Lane:
    """A lane whose stem is a constant."""
    with WavWriter(path, 8000, 1, 8000) as writer:
        writer.write(np.full((1, 8000), value, np.float32))
    return Lane(stem("bass"), wav=path)


@pytest.fixture
def song(tmp_path: Path) -> SongState:
    """A song of one second."""
    state = SongState()
    state.title, state.folder = "Night Ferry", tmp_path / "Night Ferry"
    state.folder.mkdir()
    state.sample_rate, state.frames = 8000, 8000
    return state


def test_a_stem_is_copied_once_under_the_songs_name(song: SongState, tmp_path: Path) -> None:
    """The second drag hands out the same file."""
    lane = bass(tmp_path / "bass.wav", 0.5)
    (first,) = handout.audio(song, lane)
    assert first.name == "Night Ferry - Bass.wav"
    assert lane.wav is not None
    assert first.read_bytes() == lane.wav.read_bytes()
    assert not first.samefile(lane.wav)
    written = first.stat().st_ctime_ns
    assert handout.audio(song, lane) == [first]
    assert first.stat().st_ctime_ns == written


def test_another_sound_gets_another_name(song: SongState, tmp_path: Path) -> None:
    """A DAW refers to the first where it lies: a new separation must not change it there."""
    (first,) = handout.audio(song, bass(tmp_path / "old.wav", 0.5))
    before = first.read_bytes()
    os.utime(tmp_path / "old.wav", ns=(1, 1))
    (second,) = handout.audio(song, bass(tmp_path / "new.wav", 0.25))
    assert second.name == "Night Ferry - Bass (2).wav"
    assert first.read_bytes() == before


def test_notes_are_written_as_they_are_now(song: SongState) -> None:
    """At the threshold of the moment, with the song's tempo."""
    heard = Notes.of([Note(0.1, 40, 0.4, strength=0.9), Note(0.5, 43, 0.8, strength=0.6)])
    lane = Lane(stem("bass"), take=TakeModel(stem("bass"), "spectral", "bass", heard))
    assert lane.take is not None
    (file,) = handout.notes(song, lane, TempoMap.constant(90.0))
    assert [len(part.notes) for part in read_midi(file).parts] == [2]
    lane.take.set_threshold(0.8)
    assert handout.notes(song, lane, TempoMap.constant(90.0)) == [file]
    assert [len(part.notes) for part in read_midi(file).parts] == [1]


@pytest.mark.parametrize(
    ("own", "programs", "guide"),
    [
        ({}, {33}, False),
        ({"programs": "off"}, set(), False),
        ({"guide_note": "on"}, {33}, True),
        ({"daw": "ableton-live"}, {33}, True),
    ],
)
def test_notes_are_written_as_the_settings_and_the_daw_want_them(
    song: SongState, own: dict[str, str], programs: set[int], guide: bool
) -> None:
    """With or without an instrument; for Live with a note as long as the song."""
    settings.save(own)
    heard = Notes.of([Note(0.1, 40, 0.4, strength=0.9)])
    lane = Lane(stem("bass"), take=TakeModel(stem("bass"), "spectral", "bass", heard))
    (path,) = handout.notes(song, lane, TempoMap.constant(90.0))
    file = mido.MidiFile(path)
    said = [message for track in file.tracks for message in track]
    assert {m.program for m in said if m.type == "program_change"} == programs
    assert ("Tempo map" in [track.name for track in file.tracks]) == guide


def test_a_folder_that_is_gone_is_said_and_not_made_again(song: SongState, tmp_path: Path) -> None:
    """It may have been moved; an empty one in its place would only confuse."""
    lane = bass(tmp_path / "bass.wav", 0.5)
    assert song.folder is not None
    song.folder.rmdir()
    with pytest.raises(MissingFileError):
        handout.audio(song, lane)
    assert not song.folder.exists()
