"""Write files for a song that is apart; and say beforehand which, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studio.errors import ProjectDamagedError, UnknownChoiceError
from studio.export.forecast import Forecast, forecast
from studio.job import Job
from studio.pipeline import stages
from studio.pipeline.outputs import (
    Apart,
    FileOptions,
    Outputs,
    Report,
    apart_of,
    report,
    write_outputs,
)
from studio.pipeline.takes import scores_of, takes_in_use
from studio.project.project import Project, is_project, open_project

MIXTURE = "mixture"


class ExportOptions(FileOptions, frozen=True, forbid_unknown_fields=True):
    """What ``export`` and ``plan`` are asked for.

    Attributes: those of ``FileOptions``, and
        folder: Of a song that is apart.
        targets: Names of export targets.
        out: A folder that gets a folder named like the song; None: the song's own folder.
        stems: Names of the stems to write, ``mixture`` for the song itself; None: all. Files of
            the others, and the scores, stay as they are.
        force: Whether files in the way may be replaced.
        keep: Whether files in the way stay while all others are written.
        device: Where a stem is heard, should the chosen variant not have been heard yet.
    """

    folder: str
    targets: tuple[str, ...] = ("stems", "midi", "dawproject", "reaper")
    force: bool = False
    out: str | None = None
    stems: tuple[str, ...] | None = None
    keep: bool = False
    device: str = "auto"


def export(options: ExportOptions, job: Job) -> Report:
    """Write a song that is already apart, with the takes as the window left them.

    Raises:
        UnknownChoiceError: a stem or target that is not there.
        OptionError: of the options one cannot be, for any song or for this one.
        ExportConflictError: files in the way, unless ``force`` or ``keep``.
        StudioError: the folder is no song's, or the files cannot be written.
    """
    with open_project(Path(options.folder)) as project:
        apart = _apart(project, options, job.part(0, 0.1))
        outputs = _outputs(project, apart, options, job)
        if _scores_go_along(apart, outputs):
            files, takes = list(apart.bundle.stems), list(apart.bundle.takes)
            scores = scores_of(project, files, takes, job.part(0.1, 0.5))
            apart = replace(apart, scores=scores)
        manifest = write_outputs(apart, outputs, job.part(0.5, 1))
        return report(outputs.folder, apart, manifest)


def plan(options: ExportOptions, job: Job) -> Forecast:
    """What ``export`` would do; nothing is written.

    Raises:
        UnknownChoiceError: a stem or target that is not there.
        OptionError: of the options one cannot be, for any song or for this one.
        StudioError: the folder is no song's, or holds a manifest of somebody else's.
    """
    with open_project(Path(options.folder)) as project:
        apart = _apart(project, options, job.part(0, 0.1))
        outputs = _outputs(project, apart, options, job)
        scores = _scores_go_along(apart, outputs)
        return forecast(
            apart.bundle,
            outputs.folder,
            outputs.targets,
            outputs.options,
            scores,
            options.force,
            job.part(0.1, 1),
        )


def _apart(project: Project, options: ExportOptions, job: Job) -> Apart:
    """The song with what is in use."""
    source, stems = project.result("source"), project.result("stems")
    if source is None or stems is None:
        raise ProjectDamagedError(file=str(project.folder), reason="the song is not apart yet")
    files = stages.stem_files(project, stems)
    names = [MIXTURE, *(file.stem.name for file in files)]
    for name in options.stems or ():
        if name not in names:
            raise UnknownChoiceError.among("stem", name, names)
    takes = takes_in_use(project, files, options.device, job)
    return apart_of(project, source, stems, files, takes)


def _outputs(project: Project, apart: Apart, options: ExportOptions, job: Job) -> Outputs:
    """Without MIDI where nothing was transcribed: old files must not give way to empty ones."""
    outputs = Outputs(
        targets=options.targets,
        options=options.of(options.stems),
        folder=_folder(project, options.out),
        force=options.force,
        keep=options.keep,
    )
    if "midi" in options.targets and not any(
        outputs.options.wants(take.stem) for take in apart.bundle.takes
    ):
        job.note("These stems have no notes yet, so no MIDI is written; transcribe them first.")
        return replace(outputs, targets=[name for name in options.targets if name != "midi"])
    return outputs


def _scores_go_along(apart: Apart, outputs: Outputs) -> bool:
    """With the notes of the whole song; sound alone does not wait for them."""
    whole = outputs.options.stems is None
    return bool(apart.bundle.takes and set(outputs.targets) - {"stems"} and whole)


def _folder(project: Project, out: str | None) -> Path:
    """The song's own folder, or one of its name below ``out`` that is no other song's."""
    if out is None:
        return project.folder
    number, name = 1, project.folder.name
    while True:
        folder = Path(out, name if number == 1 else f"{name} ({number})")
        if not is_project(folder) or folder.samefile(project.folder):
            return folder
        number += 1
