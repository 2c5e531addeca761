"""Whole files for other programs: one lane's sound or notes, dragged or copied.

They lie in a folder of this run, which goes when the window closes: a DAW reads late what was
dropped on it.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from studio.export.names import part_file, safe
from studio.files import atomic, reading, writing
from studio.gui.state.song import Lane, SongState
from studio.music.tempo import TempoMap

if TYPE_CHECKING:
    from studio.midi.write import Part


class Handout:
    """Writes what is dragged out of the window."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def audio(self, song: SongState, lane: Lane) -> list[Path]:
        """The stem as a WAV with the song's name, as long as the song; nothing before it is whole.

        Raises:
            MissingFileError: the song's folder is gone.
            DiskFullError, WriteError: it cannot be written.
        """
        if lane.wav is None:
            return []
        target = self._place(song) / part_file(song.title, lane.stem.label, ".wav")
        with reading(lane.wav):
            size = lane.wav.stat().st_size
        # Copied, not linked: another program may write into what it was given.
        if not target.exists() or target.stat().st_size != size:
            with atomic(target) as part:
                shutil.copyfile(lane.wav, part)
        return [target]

    def notes(self, song: SongState, lane: Lane, tempo: TempoMap | None) -> list[Path]:
        """The lane's notes as a .mid with the song's tempo; nothing where none were found.

        Raises:
            DiskFullError, WriteError: it cannot be written.
        """
        if lane.take is None:
            return []
        from studio.midi.write import write_midi  # brings mido, which the first picture lacks

        target = self._place(song) / part_file(song.title, lane.stem.label, ".mid")
        write_midi(target, [_part(lane)], tempo or TempoMap.constant(120.0), song.duration)
        return [target]

    def everything(self, song: SongState, tempo: TempoMap | None) -> list[Path]:
        """All lanes, sound and notes."""
        files = []
        for lane in song.lanes:
            files += self.audio(song, lane) + self.notes(song, lane, tempo)
        return files

    def close(self) -> None:
        """Remove the folder of this run."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _place(self, song: SongState) -> Path:
        with writing(Path(tempfile.gettempdir())):
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="stemwright-"))
            place = self._folder / safe(song.folder.name if song.folder else song.title)
            place.mkdir(parents=True, exist_ok=True)
        return place


def _part(lane: Lane) -> Part:
    from studio.midi.general import program
    from studio.midi.write import Part

    take = lane.take
    assert take is not None
    return Part(lane.stem.label, take.notes, drums=take.kind == "drums", program=program(take.kind))
