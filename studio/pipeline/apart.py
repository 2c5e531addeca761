"""The tasks of a song in the window: take it apart while it is heard, and see what is known of it.

What they say on the way, and their result, stand in ``view``. Neither exports anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from studio.job import Job
from studio.music.bundle import StemFile
from studio.pipeline import opening, stages
from studio.pipeline.outlines import SILENT_PEAK, Outlined, decibels, outline, outlines
from studio.pipeline.view import EngineView, SongView, StemView, TakeView
from studio.project.project import Project, is_project, open_project
from studio.project.stages import Result
from studio.separation.exact_sum import SumMode
from studio.settings import OPTIONS

# What share of the time each step usually takes.
_DECODED, _OUTLINED, _SEPARATED, _DRAWN = 0.04, 0.05, 0.9, 0.95


class ApartOptions(msgspec.Struct, frozen=True):
    """What ``apart`` is asked for.

    Attributes:
        song: An audio file, or the folder of a song.
        out: Where folders of songs are made; not used where ``song`` is one.
        model: An engine without weights, or the name of a model. None: a song that is apart
            stays as it is, the folder of a song too; any other file is separated by the default.
        device: ``auto`` or a device's name.
        overlap: Of segments, in [0, 0.5].
        sum: How the stems are made to add up to the song: off, plain or weighted.
    """

    song: str
    out: str = ""
    model: str | None = None
    device: str = "auto"
    overlap: float = 0.25
    sum: SumMode = "weighted"


class ViewOptions(msgspec.Struct, frozen=True):
    """What ``view`` is asked for: the folder of a song."""

    folder: str


def apart(options: ApartOptions, job: Job) -> SongView:
    """Take a song apart, the listener's place first; of a song that is apart, what is missing.

    Says ``song``, ``peaks``, ``separating``, ``hop`` and ``stems``; see ``view``.

    Raises:
        StudioError: in many ways; nothing half-written is left, and the next run goes on.
    """
    if options.model is not None:
        _separation(options, options.model)  # one that is not here is said before any work
    file = Path(options.song)
    with opening.opened(file, Path(options.out)) as project:
        source = opening.source(project, file, None, job.part(0, _DECODED))
        song = _shown(project, source, job.part(_DECODED, _OUTLINED))
        stems = _stems(project, source, options, job.part(_OUTLINED, _SEPARATED))
        if stems is None:
            return song
        song = _with_stems(project, source, stems, song, job.part(_SEPARATED, _DRAWN))
        job.found("stems", **msgspec.to_builtins(song))
        if "tempo" not in project.document.stages:
            stages.tempo(project, source, None, job.part(_DRAWN, 1))
        return msgspec.structs.replace(song, **_musical(project))


def view(options: ViewOptions, job: Job) -> SongView:
    """All that is known of a song, with outlines made where they are missing.

    Says ``song``, ``peaks`` and ``stems``; see ``view``.

    Raises:
        MissingFileError, ProjectDamagedError, ProjectNewerError, ProjectOutsideError
        ProjectBusyError: another process holds it.
    """
    with open_project(Path(options.folder)) as project:
        source = opening.decoded(project)
        song = _shown(project, source, job.part(0, 0.3))
        stems = project.result("stems")
        if stems is None:
            return song
        song = _with_stems(project, source, stems, song, job.part(0.3, 1))
        job.found("stems", **msgspec.to_builtins(song))
        return song


def _separation(options: ApartOptions, model: str) -> stages.Separation:
    return stages.Separation.by(model, options.device, options.overlap, options.sum)


def _stems(project: Project, source: Result, options: ApartOptions, job: Job) -> Result | None:
    """The separated song, or None where it is not apart and nobody asks for it."""
    model = options.model
    if model is None:
        found = project.result("stems")
        if found is not None or is_project(Path(options.song)):
            return found
        model = str(OPTIONS["model"].default)
    return stages.separate(project, source, _separation(options, model), job)


def _shown(project: Project, source: Result, job: Job) -> SongView:
    """The song as soon as it can be played and drawn."""
    about = project.document.song
    song = SongView(
        name=project.folder.name,
        folder=str(project.folder.absolute()),
        source=about.path,
        source_there=Path(about.path).is_file(),
        sample_rate=source.facts["sample_rate"],
        frames=source.facts["frames"],
        mixture=str(source.folder.absolute() / "mixture.wav"),
        notes=list(source.facts["notes"]),
    )
    job.found("song", **msgspec.to_builtins(song))
    peaks = str(outline(project, source, job).absolute())
    job.found("peaks", path=peaks)
    return msgspec.structs.replace(song, peaks=peaks)


def _with_stems(
    project: Project, source: Result, stems: Result, song: SongView, job: Job
) -> SongView:
    """The song with its stems, their takes, and the tempo where it is known."""
    files = stages.stem_files(project, stems)
    drawn = outlines(project, source, files, job)
    takes = _takes(project)
    return msgspec.structs.replace(
        song,
        **_musical(project),
        engine=EngineView(stems.facts["name"], stems.facts["device"]),
        notes=[*song.notes, *stems.facts["notes"]],
        sum_error_db=drawn.sum_error_db,
        stems=[_stem(file, drawn, takes.get(file.stem.name)) for file in files],
    )


def _stem(file: StemFile, drawn: Outlined, take: TakeView | None) -> StemView:
    name = file.stem.name
    return StemView(
        name=name,
        wav=str(file.path.absolute()),
        peaks=str(drawn.peaks[name].absolute()),
        silent=drawn.loudest[name] < SILENT_PEAK,
        loudest_db=decibels(drawn.loudest[name]),
        take=take,
    )


def _takes(project: Project) -> dict[str, TakeView]:
    """The takes in use, by stem."""
    if not any(slot.startswith("take/") for slot in project.document.stages):
        return {}
    # Imported here: who waits for the first hop does not wait for the scores.
    from studio.pipeline.takes import take_views

    return {take.stem: take for take in take_views(project)}


def _musical(project: Project) -> dict[str, Any]:
    """Tempo, key and chords in use, as JSON; nothing where no tempo is known."""
    if "tempo" not in project.document.stages:
        return {}
    key, chords = stages.harmony_in_use(project)
    return {
        "tempo": msgspec.to_builtins(stages.tempo_in_use(project)),
        "key": None if key is None else key.name,
        "chords": msgspec.to_builtins(list(chords)),
    }
