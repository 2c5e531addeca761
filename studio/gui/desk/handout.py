"""Whole files for other programs: one lane's sound or notes, dragged or copied.

They lie in the song's folder, below ``Dragged out``, and stay: most DAWs refer to a dropped sound
where it lies, so a folder that goes when the window closes would take the sound out of the user's
own project. For the same reason a sound is never replaced by another under the same name.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from studio import settings
from studio.errors import MissingFileError, StudioError
from studio.export.names import part_file
from studio.files import atomic, reading, writing
from studio.gui.state.song import Lane, SongState
from studio.gui.widgets.chip import UNKNOWN_BPM
from studio.music.tempo import TempoMap

if TYPE_CHECKING:
    from studio.midi.write import Part

FOLDER = "Dragged out"


def audio(song: SongState, lane: Lane) -> list[Path]:
    """The stem as a WAV with the song's name, as long as the song; nothing before it is whole.

    Raises:
        MissingFileError: the song's folder is gone.
        DiskFullError, WriteError: it cannot be written.
    """
    if lane.wav is None:
        return []
    place = _place(song)
    label = lane.stem.label
    number = 1
    while True:
        numbered = label if number == 1 else f"{label} ({number})"
        target = place / part_file(song.title, numbered, ".wav")
        if not target.exists() or _is_copy(target, lane.wav):
            break
        number += 1
    if not target.exists():
        # Copied, not linked: another program may write into what it was given.
        with reading(lane.wav), atomic(target) as part:
            shutil.copy2(lane.wav, part)
    return [target]


def notes(song: SongState, lane: Lane, tempo: TempoMap | None) -> list[Path]:
    """The lane's notes as a .mid with the song's tempo; nothing where none were found.

    Programs take notes in when they are dropped, so the file is written anew each time, with
    instruments and guide note as the settings and the chosen DAW want them.

    Raises:
        MissingFileError: the song's folder is gone.
        DiskFullError, WriteError: it cannot be written.
    """
    if lane.take is None:
        return []
    from studio.midi.write import write_midi  # brings mido, which the first picture lacks

    target = _place(song) / part_file(song.title, lane.stem.label, ".mid")
    programs, guide = _wanted()
    tempo = tempo or TempoMap.constant(UNKNOWN_BPM)
    write_midi(target, [_part(lane, programs)], tempo, song.duration, guide=guide)
    return [target]


def everything(song: SongState, tempo: TempoMap | None) -> list[Path]:
    """All lanes, sound and notes. Raises as ``audio`` and ``notes``."""
    files = []
    for lane in song.lanes:
        files += audio(song, lane) + notes(song, lane, tempo)
    return files


def _is_copy(target: Path, source: Path) -> bool:
    """Whether ``target`` is what was copied from ``source``: a copy keeps size and time."""
    with reading(source):
        one, other = target.stat(), source.stat()
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _place(song: SongState) -> Path:
    if song.folder is None or not song.folder.is_dir():
        raise MissingFileError(file=str(song.folder), reason="the folder of this song is gone")
    place = song.folder / FOLDER
    with writing(place):
        place.mkdir(exist_ok=True)
    return place


def _wanted() -> tuple[bool, bool]:
    """Whether MIDI files choose instruments, and whether they hold a guide note."""
    from studio.export.daws import DAWS

    try:
        values = settings.load()
    except StudioError:  # it was said when the window opened
        values = settings.defaults()
    guide = values["guide_note"] == "on" or DAWS[str(values["daw"])].guide_note
    return values["programs"] == "on", guide


def _part(lane: Lane, programs: bool) -> Part:
    from studio.midi.general import program
    from studio.midi.write import Part

    take = lane.take
    assert take is not None
    chosen = program(take.kind) if programs else None
    return Part(lane.stem.label, take.notes, drums=take.kind == "drums", program=chosen)
