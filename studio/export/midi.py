"""The takes as standard MIDI files: one of each stem, and one of the whole song."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from studio.export.contract import ExportedFile, ExportOptions, PlannedFile, Written
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

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """Every note stands in two files, and so does the tempo map."""
        fixed = 1024 + 16 * len(bundle.tempo.steps)
        sizes = [
            fixed + _BYTES_A_NOTE * len(take.notes()) for take, _, _ in _chosen(bundle, options)
        ]
        files = _files(bundle, options)
        return tuple(map(PlannedFile, files, [*sizes, fixed + sum(sizes)]))

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``."""
        chosen = _chosen(bundle, options)
        files = _files(bundle, options)
        parts = [part for _, part, _ in chosen]
        for number, (part, file) in enumerate(zip(parts, files, strict=False)):
            job.update(number / len(files), f"Writing {PurePosixPath(file.path).name}")
            write_midi(folder / file.path, [part], bundle.tempo, bundle.duration)
        job.update(len(parts) / len(files), f"Writing {PurePosixPath(files[-1].path).name}")
        write_midi(folder / files[-1].path, parts, bundle.tempo, bundle.duration)
        return Written(files, notes=_said(parts))


def _chosen(bundle: SongBundle, options: ExportOptions) -> list[tuple[Take, Part, str]]:
    """The takes that are wanted, each with its track and the name it has among all."""
    parts = [_part(take) for take in bundle.takes]
    whole = song_file(bundle.song, ".mid")
    names = distinct([whole, *(part_file(bundle.song, p.name, ".mid") for p in parts)])[1:]
    every = zip(bundle.takes, parts, names, strict=True)
    return [row for row in every if options.wants(row[0].stem)]


def _files(bundle: SongBundle, options: ExportOptions) -> tuple[ExportedFile, ...]:
    """A file for each take that is wanted, and one for all of them."""
    parts = [
        ExportedFile(f"MIDI/{name}", "part", take.stem)
        for take, _, name in _chosen(bundle, options)
    ]
    return (*parts, ExportedFile(f"MIDI/{song_file(bundle.song, '.mid')}", "midi"))


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
