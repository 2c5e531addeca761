"""The whole path of one song, in a project that remembers every stage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from studio.errors import MissingFileError, OptionError, ProjectDamagedError
from studio.export.manifest import Manifest
from studio.export.names import song_name
from studio.job import Job
from studio.music.bundle import SongBundle, StemFile
from studio.music.stem import in_order, stem
from studio.music.take import Take
from studio.music.tempo import TempoMap
from studio.pipeline import stages
from studio.pipeline.outputs import Apart, Part, Report, write_outputs
from studio.pipeline.takes import (
    Scores,
    forget_others,
    is_silent,
    scores_in_use,
    table,
    take_of,
    takes_in_use,
)
from studio.project.project import Project, is_project, open_project, project_of
from studio.project.stages import Result, confine
from studio.separation.exact_sum import SumMode
from studio.settings import OPTIONS

# What share of the time each step usually takes, for one honest bar over all of them.
_SHARES = {
    "decode": 0.02,
    "separate": 0.55,
    "tempo": 0.03,
    "takes": 0.2,
    "scores": 0.15,
    "out": 0.05,
}


class ProcessOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``process`` and ``separate`` are asked for.

    Attributes:
        song: An audio file, or the folder of a song that is already apart.
        out: Where folders of songs are made; not used where ``song`` is one.
        model: An engine without weights, or the name of a model. None: a song that is apart
            stays as it is, another is separated by the default.
        device: ``auto`` or a device's name.
        overlap: Of segments, in [0, 0.5].
        sum: How the stems are made to add up to the song: off, plain or weighted.
        stems: Names to keep; the others are mixed into ``rest``. None keeps all.
        transcribe: Names of the stems to transcribe. None: all that are not silent.
        threshold: Onset threshold of the takes that are exported, in [0, 1].
        tempo: In BPM; None estimates it.
        preview: Only this many seconds from the middle of the song.
        targets: Names of export targets.
        audio_format: Of the exported stems.
        force: Whether files in the way may be replaced.
    """

    song: str
    out: str
    model: str | None = None
    device: str = "auto"
    overlap: float = 0.25
    sum: SumMode = "weighted"
    stems: list[str] | None = None
    transcribe: list[str] | None = None
    threshold: float = 0.55
    tempo: float | None = None
    preview: float | None = None
    targets: tuple[str, ...] = ("stems", "midi")
    audio_format: str = "float32"
    force: bool = False


class ExportOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``export`` is asked for; as in ``ProcessOptions``."""

    folder: str
    targets: tuple[str, ...] = ("stems", "midi")
    audio_format: str = "float32"
    force: bool = False


def process(options: ProcessOptions, job: Job) -> Report:
    """Take a song apart, transcribe, score and export it.

    Raises:
        StudioError: in many ways; nothing half-written is left, and the next run goes on.
    """
    steps = _parts(job)
    how = _separation(options)
    with _project(options) as project:
        source = _source(project, options, steps["decode"])
        stems = _stems(project, source, how, steps["separate"])
        tempo = _tempo(project, source, options, steps["tempo"])
        files = _stem_files(project, stems, options.stems, job)
        takes = _takes(project, files, options, steps["takes"])
        scores = table(project, files, takes, steps["scores"])
        apart = _apart(project, source, stems, files, tempo, takes, scores)
        manifest = write_outputs(
            project, apart, options.targets, options.audio_format, options.force, steps["out"]
        )
        return _report(project, apart, manifest)


def export(options: ExportOptions, job: Job) -> Report:
    """Write a song that is already apart for other targets, with the takes in use.

    Raises:
        StudioError: the folder is no song's, or the files cannot be written.
    """
    with open_project(Path(options.folder)) as project:
        apart = _apart_as_found(project)
        targets = _that_can_be_written(apart, options.targets, job)
        manifest = write_outputs(project, apart, targets, options.audio_format, options.force, job)
        return _report(project, apart, manifest)


def _that_can_be_written(apart: Apart, targets: tuple[str, ...], job: Job) -> tuple[str, ...]:
    """Without MIDI where nothing was transcribed: old files must not give way to empty ones."""
    if apart.bundle.takes or "midi" not in targets:
        return targets
    job.note("These stems have no notes yet, so MIDI is left as it is; `stemwright process` it.")
    return tuple(target for target in targets if target != "midi")


def _parts(job: Job) -> dict[str, Job]:
    """A job for each step, filling its share."""
    parts, start = {}, 0.0
    for name, share in _SHARES.items():
        parts[name] = job.part(start, start + share)
        start += share
    return parts


@contextmanager
def _project(options: ProcessOptions) -> Iterator[Project]:
    """The project of the song, found or made."""
    song = Path(options.song)
    if song.is_dir():
        with open_project(song) as project:
            yield project
        return
    if not song.is_file():
        raise MissingFileError(file=str(song), reason="there is no such file")
    name = song_name(song) + (" (preview)" if options.preview else "")
    with project_of(song, name, Path(options.out)) as project:
        yield project


def _source(project: Project, options: ProcessOptions, job: Job) -> Result:
    """The decoded song; a folder that is already a project has it."""
    song = Path(options.song)
    if is_project(song):
        found = project.result("source")
        if found is None:
            raise ProjectDamagedError(file=str(song), reason="it holds no decoded song yet")
        return found
    return stages.decode(project, song, options.preview, job)


def _separation(options: ProcessOptions) -> stages.Separation | None:
    """How to take the song apart; None where it is to stay as it is.

    Asked first, so that a model that is not here is said before any work.
    """
    if options.model is None and is_project(Path(options.song)):
        return None
    model = options.model or str(OPTIONS["model"].default)
    return stages.Separation.by(model, options.device, options.overlap, options.sum)


def _stems(project: Project, source: Result, how: stages.Separation | None, job: Job) -> Result:
    """The separated song: as it is, where nothing else is asked for."""
    if how is not None:
        return stages.separate(project, source, how, job)
    found = project.result("stems")
    if found is None:
        raise ProjectDamagedError(file=str(project.folder), reason="the song is not apart yet")
    return stages.told(found, job)


def _tempo(project: Project, source: Result, options: ProcessOptions, job: Job) -> TempoMap:
    """The tempo given; else, of a song already apart, the one in use; else the estimated one."""
    again = options.tempo is None and is_project(Path(options.song))
    if again and project.result("tempo") is not None:
        return stages.tempo_in_use(project)
    return stages.tempo(project, source, options.tempo, job)


def _stem_files(
    project: Project, stems: Result, wanted: list[str] | None, job: Job
) -> list[StemFile]:
    """The stems that are kept, in order; with ``wanted``, all others as one ``rest``."""
    names: list[str] = in_order(stems.facts["stems"])
    if wanted is None:
        project.forget("rest")
        return [_file_of(stems, name) for name in names]
    for name in wanted:
        if name not in names:
            raise OptionError(option="--stems", value=name, reason=f"there are {', '.join(names)}")
    kept = [name for name in names if name in wanted]
    files = [_file_of(stems, name) for name in kept]
    others = [name for name in names if name not in wanted]
    if others:
        rest = stages.rest(project, stems, others, job)
        files.append(StemFile(stem("rest"), rest.folder / "rest.wav"))
    return files


def _file_of(stems: Result, name: str) -> StemFile:
    """A stem of the result; a stranger's project may name one that leads elsewhere."""
    path = stems.folder / f"{name}.wav"
    confine(path, stems.folder)
    return StemFile(stem(name), path)


def _takes(
    project: Project, files: list[StemFile], options: ProcessOptions, job: Job
) -> list[Take]:
    """A take of every stem asked for; silent ones are left out."""
    names = [file.stem.name for file in files]
    for name in options.transcribe or ():
        if name not in names:
            reason = f"there are {', '.join(names)}"
            raise OptionError(option="--transcribe", value=name, reason=reason)
    if options.transcribe == []:
        forget_others(project, files)
        return takes_in_use(project)
    wanted = names if options.transcribe is None else options.transcribe
    chosen = [file for file in files if file.stem.name in wanted]
    project.forget("take/")
    takes = []
    for index, file in enumerate(chosen):
        part = job.part(index / len(chosen), (index + 1) / len(chosen))
        take = take_of(project, file, options.device, part)
        if take is not None:
            takes.append(take.at(options.threshold))
    project.use(thresholds={take.stem: options.threshold for take in takes})
    return takes


def _apart(
    project: Project,
    source: Result,
    stems: Result,
    files: list[StemFile],
    tempo: TempoMap,
    takes: list[Take],
    scores: Scores,
) -> Apart:
    bundle = SongBundle(
        song=project.folder.name,
        mixture=source.folder / "mixture.wav",
        sample_rate=source.facts["sample_rate"],
        frames=source.facts["frames"],
        stems=tuple(files),
        takes=tuple(takes),
        tempo=tempo,
    )
    return Apart(bundle, stems.facts, [*source.facts["notes"], *stems.facts["notes"]], scores)


def _apart_as_found(project: Project) -> Apart:
    """The song as the last ``process`` left it."""
    source, stems = project.result("source"), project.result("stems")
    if source is None or stems is None:
        raise ProjectDamagedError(file=str(project.folder), reason="the song is not apart yet")
    rest = project.result("rest")
    names: list[str] = stems.facts["stems"]
    if rest is not None:
        names = [name for name in names if name not in rest.facts["of"]]
    files = [_file_of(stems, name) for name in in_order(names)]
    if rest is not None:
        files.append(StemFile(stem("rest"), rest.folder / "rest.wav"))
    takes = takes_in_use(project)
    tempo = stages.tempo_in_use(project)
    return _apart(project, source, stems, files, tempo, takes, scores_in_use(project))


def _report(project: Project, apart: Apart, manifest: Manifest) -> Report:
    notes = {take.stem: len(take.notes()) for take in apart.bundle.takes}
    return Report(
        song=apart.bundle.song,
        folder=str(project.folder),
        seconds=apart.bundle.duration,
        engine=apart.engine["name"],
        device=apart.engine["device"],
        bpm=apart.bundle.tempo.bpm,
        bpm_source=apart.bundle.tempo.source,
        stems=[
            Part(file.stem.name, is_silent(file.path), notes.get(file.stem.name))
            for file in apart.bundle.stems
        ],
        suggested=apart.scores.suggested,
        files=[file.path for file in manifest.files],
    )
