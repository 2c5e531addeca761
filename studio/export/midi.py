"""The takes as standard MIDI files: one of each stem, and one of the whole song.

Each says tempo, time signature, key and markers itself. Where they are asked for, the same files
with their notes on the grid lie in ``MIDI/Quantised``: they have the role and the stem of those
they were made of, and are told from them by the folder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path, PurePosixPath

import numpy as np

from studio.export.contract import ExportedFile, ExportOptions, Option, PlannedFile, Written
from studio.export.names import distinct, part_file, song_file
from studio.job import Job
from studio.midi.general import drum_piece, kit_order, program
from studio.midi.write import MELODIC_CHANNELS, Part, write_midi
from studio.music.bundle import SongBundle
from studio.music.quantise import DIVISIONS, quantised
from studio.music.stem import stem
from studio.music.take import Take

FOLDER, QUANTISED = "MIDI", "MIDI/Quantised"
_BYTES_A_FILE, _BYTES_A_TRACK = 1024, 128
_BYTES_A_NOTE = 16  # two messages of at most four bytes of time and three of content, and some
_BYTES_A_STEP = 16


class MidiTarget:
    """``MIDI/Song - Vocals.mid`` and so on, and ``MIDI/Song.mid``, each with the tempo map."""

    summary = "The notes of each stem, and of all, as MIDI files with the tempo of the song."

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """Every note stands in two files or four, and so does the tempo map."""
        sheets, _ = _sheets(bundle, options)
        return tuple(PlannedFile(sheet.file, _size(sheet, bundle)) for sheet in sheets)

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``."""
        sheets, notes = _sheets(bundle, options)
        for number, sheet in enumerate(sheets):
            job.update(number / len(sheets), f"Writing {PurePosixPath(sheet.file.path).name}")
            write_midi(
                folder / sheet.file.path,
                sheet.tracks,
                bundle.tempo,
                bundle.duration,
                key=bundle.key,
                markers=bundle.markers,
                guide=options.guide_note,
            )
        return Written(tuple(sheet.file for sheet in sheets), _unusual(options), notes)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One file and the tracks in it."""

    file: ExportedFile
    tracks: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Voice:
    """A take that is wanted: its stem, the name its file has among all, and what it plays."""

    stem: str
    name: str
    part: Part


def _sheets(bundle: SongBundle, options: ExportOptions) -> tuple[list[_Sheet], tuple[str, ...]]:
    """The notes as they were heard, on the grid too where that is asked for, and what to say."""
    heard = _voices(bundle, options)
    sheets, notes = _files(FOLDER, bundle, heard, options), _said(heard)
    if options.quantise > 0:
        moved = [_on_the_grid(voice, bundle, options) for voice in heard]
        sheets += _files(QUANTISED, bundle, moved, options)
        notes += _lost(heard, moved)
    return sheets, notes


def _voices(bundle: SongBundle, options: ExportOptions) -> list[_Voice]:
    """The takes that are wanted."""
    parts = [_part(take, options) for take in bundle.takes]
    whole = song_file(bundle.song, ".mid")
    names = distinct([whole, *(part_file(bundle.song, p.name, ".mid") for p in parts)])[1:]
    stems = [take.stem for take in bundle.takes]
    voices = map(_Voice, stems, names, parts)
    return [voice for voice in voices if options.wants(voice.stem)]


def _part(take: Take, options: ExportOptions) -> Part:
    """A take as it is played."""
    sound = program(take.kind) if options.programs else None
    return Part(stem(take.stem).label, take.notes(), take.kind == "drums", sound)


def _on_the_grid(voice: _Voice, bundle: SongBundle, options: ExportOptions) -> _Voice:
    """The same with its notes moved."""
    division, share = DIVISIONS[options.grid], min(options.quantise, 1.0)
    notes = quantised(voice.part.notes, bundle.tempo, division, share)
    return replace(voice, part=replace(voice.part, notes=notes))


def _files(
    folder: str, bundle: SongBundle, voices: list[_Voice], options: ExportOptions
) -> list[_Sheet]:
    """A file for each voice, and one for all of them."""
    tracks = [_tracks(voice.part, options) for voice in voices]
    parts = [ExportedFile(f"{folder}/{voice.name}", "part", voice.stem) for voice in voices]
    whole = ExportedFile(f"{folder}/{song_file(bundle.song, '.mid')}", "midi")
    return [*map(_Sheet, parts, tracks), _Sheet(whole, tuple(chain.from_iterable(tracks)))]


def _tracks(part: Part, options: ExportOptions) -> tuple[Part, ...]:
    """The part, or where that is asked for a track for each piece of a drum kit."""
    if not (options.drum_tracks and part.drums and len(part.notes)):
        return (part,)
    played = part.notes.pitch
    keys = sorted(set(played.tolist()), key=kit_order)
    return tuple(
        replace(part, name=name, notes=part.notes.where(np.isin(played, list(struck))))
        for name, struck in groupby(keys, drum_piece)
    )


def _size(sheet: _Sheet, bundle: SongBundle) -> int:
    """Bytes of the file, at most."""
    markers = sum(_BYTES_A_STEP + 4 * len(marker.name) for marker in bundle.markers)
    names = sum(_BYTES_A_TRACK + 8 * len(part.name) for part in sheet.tracks)
    notes = _BYTES_A_NOTE * sum(len(part.notes) for part in sheet.tracks)
    return _BYTES_A_FILE + _BYTES_A_STEP * len(bundle.tempo.steps) + markers + names + notes


def _unusual(options: ExportOptions) -> dict[str, Option]:
    """What was chosen that is not as it usually is."""
    usual = ExportOptions()
    names = ("programs", "drum_tracks", "guide_note", "quantise")
    chosen = {name: getattr(options, name) for name in names}
    changed = {name: value for name, value in chosen.items() if value != getattr(usual, name)}
    return {**changed, **({"grid": options.grid} if options.quantise > 0 else {})}


def _said(voices: list[_Voice]) -> tuple[str, ...]:
    """What is not as one may expect: an empty file is worth a sentence."""
    if not voices:
        return ("No stem was transcribed, so the MIDI file holds the tempo alone.",)
    shared = sum(not voice.part.drums for voice in voices) > MELODIC_CHANNELS
    crowded = (
        f"MIDI has {MELODIC_CHANNELS} channels beside the drums': in the song's MIDI file parts "
        f"from number {MELODIC_CHANNELS + 1} on share one with an earlier part. Every part has a "
        "track of its own."
    )
    empty = (
        f"No notes were found in {voice.part.name}; its MIDI file is empty."
        for voice in voices
        if not len(voice.part.notes)
    )
    return (*empty, *((crowded,) if shared else ()))


def _lost(heard: list[_Voice], moved: list[_Voice]) -> tuple[str, ...]:
    """Notes that became one with another."""
    lost = sum(len(a.part.notes) - len(b.part.notes) for a, b in zip(heard, moved, strict=True))
    joined = f"Quantising joined {lost} of the notes with another of the same pitch on its line."
    return (joined,) if lost else ()
