"""The export target ``live``: a page for the plain route, and an experimental set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.errors import LiveTemplateError
from studio.export.contract import ExportedFile, ExportOptions, PlannedFile, Written
from studio.export.live.find import live_sets
from studio.export.live.page import NAME, page
from studio.export.live.patch import make_set
from studio.export.live.tempo import FASTEST, SLOWEST, fits
from studio.export.names import song_file
from studio.files import write_bytes
from studio.job import Job
from studio.music.bundle import SongBundle

# Live looks for sounds below the set only where a folder of this name marks a project.
_PROJECT = "Ableton Project Info/READ ME.txt"
_ABOUT = b"This folder tells Ableton Live that the folder around it is a project. Leave it there.\n"
_MOST_TRIED = 5

_EXPERIMENTAL = (
    "The set for Ableton Live is experimental: it was made from {name} and keeps every rule we "
    f"know of, but nobody has opened it in Live. If Live refuses it, do as {NAME} says."
)
_NONE_FOUND = (
    "No set for Ableton Live was written, since none of yours was found to make it from: save "
    "one in Live 11 or 12 as a template, with a clip on an audio and on a MIDI track, or choose "
    "one."
)
_TEMPO = (
    f"No set for Ableton Live was written, since Live knows tempi from {SLOWEST:g} to "
    f"{FASTEST:g} BPM only and this song has others."
)
_SILENT = "No stem was transcribed, so the set for Ableton Live holds audio and tempo alone."
_MP3 = "How Live places the first sample of an MP3 was not tried; WAV and FLAC leave no doubt."


class LiveTarget:
    """``Ableton Live.txt`` and, made from a set of the user's, ``Song.als``."""

    summary = "A page for Ableton Live, and a set made from one of yours (experimental)."
    needs = ("stems", "midi")

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """All is made, and measured.

        Raises:
            MissingFileError, LiveTemplateError: no set can be made from the one that was chosen.
        """
        files = _files(bundle, options, _made(bundle, options, Job()))
        return tuple(PlannedFile(file, len(content)) for file, content in files)

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``.

        Raises:
            MissingFileError, LiveTemplateError: no set can be made from the one that was chosen.
        """
        made = _made(bundle, options, job)
        files = list(_files(bundle, options, made))
        for file, content in files:
            job.update(1.0, f"Writing {file.path}")
            write_bytes(folder / file.path, content)
        written = tuple(file for file, _ in files)
        return Written(written, {"template": made.template} if made.template else {}, made.notes)


@dataclass(frozen=True, slots=True)
class _Made:
    """The set, if one could be made; what it was made from; what is to be said."""

    content: bytes | None
    template: str
    notes: tuple[str, ...]


def _made(bundle: SongBundle, options: ExportOptions, job: Job) -> _Made:
    """From the set that was chosen, or else the first of those found that serves."""
    if not fits(bundle.tempo):
        return _Made(None, "", (_TEMPO,))
    if options.live_template is not None:
        content = make_set(options.live_template, bundle, options, job)
        return _with_set(content, options.live_template, bundle, options)
    refused: list[str] = []
    for path in live_sets()[:_MOST_TRIED]:
        try:
            content = make_set(path, bundle, options, job)
        except LiveTemplateError as error:
            refused.append(error.message)
        else:
            return _with_set(content, path, bundle, options, refused)
    return _Made(None, "", (*refused, _NONE_FOUND))


def _with_set(
    content: bytes,
    template: Path,
    bundle: SongBundle,
    options: ExportOptions,
    refused: list[str] | None = None,
) -> _Made:
    said = [*(refused or ()), _EXPERIMENTAL.format(name=template.name)]
    said += [] if bundle.takes else [_SILENT]
    said += [_MP3] if options.audio_format == "mp3" else []
    return _Made(content, template.name, tuple(said))


def _files(
    bundle: SongBundle, options: ExportOptions, made: _Made
) -> Iterator[tuple[ExportedFile, bytes]]:
    """The set first, where there is one."""
    if made.content is not None:
        yield ExportedFile(song_file(bundle.song, ".als"), "live"), made.content
        yield ExportedFile(_PROJECT, "readme"), _ABOUT
    yield ExportedFile(NAME, "readme"), page(bundle, options, made.content is not None)
