"""The whole path of one song, in a project that remembers every stage."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec

from studio.errors import OptionError, ProjectDamagedError
from studio.export.names import checked
from studio.export.prepare import check_options
from studio.export.write import load_targets
from studio.job import Job
from studio.music.bundle import StemFile
from studio.music.stem import in_order
from studio.music.take import Take
from studio.pipeline import opening, stages
from studio.pipeline.outputs import (
    FileOptions,
    Outputs,
    Report,
    apart_of,
    report,
    write_outputs,
)
from studio.pipeline.takes import (
    forget_others,
    heard_as,
    last_heard,
    set_up,
    table,
    take_of,
    takes_in_use,
)
from studio.project.history import History
from studio.project.project import Project, is_project
from studio.project.stages import Result
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


class ProcessOptions(FileOptions, frozen=True, forbid_unknown_fields=True):
    """What ``process`` and ``separate`` are asked for.

    Attributes: those of ``FileOptions``, and
        song: An audio file, or the folder of a song that is already apart.
        out: Where folders of songs are made; not used where ``song`` is one.
        model: An engine without weights, or the name of a model. None: a song that is apart
            stays as it is, another is separated by the default.
        device: ``auto`` or a device's name.
        overlap: Of segments, in [0, 0.5].
        sum: How the stems are made to add up to the song: off, plain or weighted.
        stems: Names to keep; the others are mixed into ``rest``. None keeps all.
        transcribe: Names of the stems to transcribe. None: all that are not silent.
        threshold: Onset threshold of the takes that are exported, in [0, 1]. None: of each take
            what was chosen in the window, else ``usual_threshold``.
        usual_threshold: What holds where nobody chose.
        tempo: In BPM; None estimates it.
        preview: Only this many seconds from the middle of the song.
        targets: Names of export targets.
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
    threshold: float | None = None
    usual_threshold: float = 0.55
    tempo: float | None = None
    preview: float | None = None
    targets: tuple[str, ...] = ("stems", "midi", "dawproject", "reaper")
    force: bool = False


def process(options: ProcessOptions, job: Job) -> Report:
    """Take a song apart, transcribe, score and export it.

    Raises:
        StudioError: in many ways; nothing half-written is left, and the next run goes on.
    """
    checked(options.naming)  # said before hours of work, not after
    steps = _parts(job)
    how = _separation(options)
    song, mark = Path(options.song), " (preview)" if options.preview else ""
    with opening.opened(song, Path(options.out), mark) as project:
        source = opening.source(project, song, options.preview, steps["decode"])
        check_options(options.of(), load_targets(options.targets), source.facts["sample_rate"])
        stems = _stems(project, source, how, steps["separate"])
        _tempo(project, source, options, steps["tempo"])
        files = _stem_files(project, stems, options.stems, how is None, job)
        takes = _takes(project, files, options, steps["takes"])
        scores = table(project, files, takes, steps["scores"])
        apart = replace(apart_of(project, source, stems, files, takes), scores=scores)
        outputs = Outputs(options.targets, options.of(), project.folder, options.force)
        return report(project.folder, apart, write_outputs(apart, outputs, steps["out"]))


def _parts(job: Job) -> dict[str, Job]:
    """A job for each step, filling its share."""
    parts, start = {}, 0.0
    for name, share in _SHARES.items():
        parts[name] = job.part(start, start + share)
        start += share
    return parts


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


def _tempo(project: Project, source: Result, options: ProcessOptions, job: Job) -> None:
    """Use the tempo given; else the one somebody said before, or of a song that is apart the one
    in use; else the estimated."""
    used = project.result("tempo")
    if options.tempo is not None or used is None:
        stages.tempo(project, source, options.tempo, job)
    elif is_project(Path(options.song)):
        return
    elif used.facts["source"] == "given":
        job.note(
            f"The tempo set before, {stages.tempo_in_use(project).usual_bpm:.2f} BPM, holds; "
            f"stemwright tempo with --estimate finds it anew."
        )
    else:
        stages.tempo(project, source, None, job)


def _stem_files(
    project: Project, stems: Result, wanted: list[str] | None, stays: bool, job: Job
) -> list[StemFile]:
    """The stems that are kept, in order; with ``wanted``, all others as one ``rest``.

    Of a song that ``stays`` as it is the choice made before holds where none is ``wanted``.
    """
    names: list[str] = in_order(stems.facts["stems"])
    if wanted is None and stays:
        return stages.stem_files(project, stems)
    project.forget("rest")
    if wanted is None:
        return [stages.stem_file(stems, name) for name in names]
    for name in wanted:
        if name not in names:
            raise OptionError(option="--stems", value=name, reason=f"there are {', '.join(names)}")
    kept = [name for name in names if name in wanted]
    files = [stages.stem_file(stems, name) for name in kept]
    others = [name for name in names if name not in wanted]
    if others:
        rest = stages.rest(project, stems, others, job)
        files.append(stages.stem_file(rest, "rest"))
    return files


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
        return takes_in_use(project, files, options.device, job)
    wanted = names if options.transcribe is None else options.transcribe
    chosen = [file for file in files if file.stem.name in wanted]
    history = History.peek(project.root)
    ways = [heard_as(history, file, last_heard(project, file)) for file in chosen]
    project.forget("take/")
    takes = []
    for index, (file, (kind, engine)) in enumerate(zip(chosen, ways, strict=True)):
        part = job.part(index / len(chosen), (index + 1) / len(chosen))
        take = take_of(project, file, options.device, part, kind, engine)
        if take is not None:
            takes.append(take)
    return _set_up(project, takes, options)


def _set_up(project: Project, takes: list[Take], options: ProcessOptions) -> list[Take]:
    """The takes at the thresholds asked for, with what was done to them in the window."""
    asked = options.threshold
    if asked is not None:
        _say_threshold(project, [take.stem for take in takes], asked)
    history = History.peek(project.root)
    threshold = options.usual_threshold if asked is None else asked
    unknown = [take.stem for take in takes if not history.knows(take.stem)]
    project.use(thresholds=dict.fromkeys(unknown, threshold))
    return [set_up(take, history, project.document.thresholds) for take in takes]


def _say_threshold(project: Project, stems: list[str], threshold: float) -> None:
    """Where the window has a say, the threshold asked for is a change like its own.

    Raises:
        ProjectBusyError: a window has the song open.
    """
    known = History.peek(project.root)
    others = [
        name
        for name in stems
        if known.knows(name) and known.setup(name).options.onset_threshold != threshold
    ]
    if not others:
        return
    with closing(History.open(project.root)) as history:
        for name in others:
            setup = history.setup(name)
            options = replace(setup.options, onset_threshold=threshold)
            new = msgspec.structs.replace(setup, options=options)
            history.do(name, history.chosen(name), new, f"Threshold {threshold:.2f}")
