"""The takes as standard MIDI files: one of each stem, and one of the whole song."""

from __future__ import annotations

from pathlib import Path

from studio.export.contract import ExportedFile, ExportOptions, Written
from studio.export.names import distinct, part_file, song_file
from studio.job import Job
from studio.midi.general import program
from studio.midi.write import Part, write_midi
from studio.music.bundle import SongBundle
from studio.music.stem import stem
from studio.music.take import Take

_BYTES_A_NOTE = 16  # two messages of at most four bytes of time and three of content, and some


class MidiTarget:
    """``MIDI/Song - Vocals.mid`` and so on, and ``MIDI/Song.mid``, each with the tempo map."""

    summary = "The notes of each stem, and of all, as MIDI files with the tempo of the song."

    def size(self, bundle: SongBundle, options: ExportOptions) -> int:
        """Every note stands in two files, and so does the tempo map."""
        notes = sum(len(take.notes()) for take in bundle.takes)
        fixed = 1024 + 16 * len(bundle.tempo.steps)
        return 2 * _BYTES_A_NOTE * notes + fixed * (2 * len(bundle.takes) + 1)

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``."""
        parts = [_part(take) for take in bundle.takes]
        whole = song_file(bundle.song, ".mid")
        names = distinct([whole, *(part_file(bundle.song, p.name, ".mid") for p in parts)])[1:]
        files = []
        for number, (take, part, name) in enumerate(zip(bundle.takes, parts, names, strict=True)):
            job.update(number / (len(parts) + 1), f"Writing {name}")
            write_midi(folder / "MIDI" / name, [part], bundle.tempo, bundle.duration)
            files.append(ExportedFile(f"MIDI/{name}", "part", take.stem))
        job.update(len(parts) / (len(parts) + 1), f"Writing {whole}")
        write_midi(folder / "MIDI" / whole, parts, bundle.tempo, bundle.duration)
        files.append(ExportedFile(f"MIDI/{whole}", "midi"))
        return Written(tuple(files), notes=_said(parts))


def _part(take: Take) -> Part:
    """The track of a take."""
    label = stem(take.stem).label
    return Part(label, take.notes(), drums=take.kind == "drums", program=program(take.kind))


def _said(parts: list[Part]) -> tuple[str, ...]:
    """An empty file is worth a sentence."""
    if not parts:
        return ("No stem was transcribed, so the MIDI file holds the tempo alone.",)
    return tuple(
        f"No notes were found in {part.name}; its MIDI file is empty."
        for part in parts
        if not len(part.notes)
    )
