"""The stages of a song's notes: hear, decode, score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from studio.audio.write import peak
from studio.devices.choose import choose
from studio.job import Job
from studio.models.store import find
from studio.music.bundle import StemFile
from studio.music.notes import Notes
from studio.music.stem import in_order, stem
from studio.music.take import Take, TakeOptions
from studio.pipeline.outlines import SILENT_PEAK
from studio.pipeline.view import TakeView
from studio.project.history import History
from studio.project.project import Project
from studio.project.stages import Facts, Result, Stage
from studio.scoring.curve import score_curve
from studio.scoring.measures import MEASURES
from studio.scoring.suggest import GRID, suggest
from studio.scoring.table import Row
from studio.transcription.contract import DetectorClass
from studio.transcription.engines import DETECTORS
from studio.transcription.listen import listen, load_activations, save_activations
from studio.transcription.transcribe import candidates, choose_engine, weights_of, why_usual

# The thresholds of the source document's table.
TABLE_THRESHOLDS = (0.55, 0.7, 0.9)
_SCORES_VERSION = 2
CANDIDATES = "candidates.npz"
_COLUMNS = ("onset", "pitch", "offset", "velocity", "strength")


class TakeRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of ``scores.json``: one take and its scores.

    Attributes:
        engine: The detector, or the name of the MIDI file.
        threshold: The onset threshold; None of a MIDI file.
        against: What it was compared with: the stem, or a reference file's name.
    """

    stem: str
    engine: str
    threshold: float | None
    notes: int
    scores: dict[str, float]
    against: str = "stem"


class Scores(msgspec.Struct, frozen=True):
    """``scores.json``: a row a take, and the threshold suggested for each stem."""

    takes: list[TakeRow] = []
    suggested: dict[str, float] = {}


def is_silent(path: Path) -> bool:
    """Whether nobody would hear the stem in the WAV ``path``."""
    return peak(path) < SILENT_PEAK


def detector_for(kind: str, engine: str | None) -> tuple[str, DetectorClass]:
    """The detector asked for, or the one for stems of this kind.

    Raises:
        UnknownChoiceError, OptionError: there is none of that name, or it does not hear this kind.
    """
    name = choose_engine(kind, engine)
    return name, DETECTORS.load(name)


def hear(path: Path, detector_class: DetectorClass, device: str, part: Path, job: Job) -> Notes:
    """All candidates of the stem in the WAV ``path``; ``part`` keeps the activations.

    Raises:
        ModelMissingError: the detector's weights are not here.
        DeviceError: the device cannot be used.
    """
    heard = part / "activations.npz"
    if not heard.exists():
        choice = choose(device, detector_class.devices)
        detector = detector_class.open(choice.device, weights_of(detector_class))
        save_activations(listen(detector, path, job.part(0, 0.9)), heard)
    return candidates(detector_class, load_activations(heard), path, job.part(0.9, 1))


def take_of(
    project: Project,
    file: StemFile,
    device: str,
    job: Job,
    kind: str | None = None,
    engine: str | None = None,
) -> Take | None:
    """The take of a stem; None where the stem is silent.

    Args:
        kind: What it is heard as; None goes by the stem.
        engine: A detector; None: the one for the kind.

    Raises:
        UnknownChoiceError, OptionError, ModelMissingError, DeviceError: as ``detector_for`` and
            ``hear``.
    """
    if is_silent(file.path):
        return None
    kind = kind or file.stem.kind
    name, detector_class = detector_for(kind, engine)
    weights = find(detector_class.weights).sha256 if detector_class.weights else None
    options = {"stem": file.stem.name, "engine": name, "weights": weights, "kind": kind}
    # The folder of the stem's stage carries that stage's key.
    heard = file.path.parent.name
    stage = Stage(f"take/{file.stem.name}", detector_class.version, (heard,), options)

    def make(part: Path, job: Job) -> Facts:
        found = hear(file.path, detector_class, device, part, job)
        _save(found, part / CANDIDATES)
        (part / "activations.npz").unlink()
        return {**options, "heard": heard}

    return take_from(project.run(stage, make, job))


def forget_others(project: Project, files: list[StemFile]) -> None:
    """Take the takes of stems that are no longer in use out of use."""
    heard = {file.stem.name: file.path.parent.name for file in files}
    for result in _in_use(project, "take/"):
        if heard.get(result.facts["stem"]) != result.facts["heard"]:
            project.forget(f"take/{result.facts['stem']}")
            project.forget(f"scores/{result.facts['stem']}")


def takes_in_use(project: Project, files: list[StemFile], device: str, job: Job) -> list[Take]:
    """The takes of ``files`` that were made, as the window left them, in that order.

    What was heard already is not heard again; a variant by an engine that did not hear this stem
    yet is.
    """
    history = History.peek(project.root)
    found = []
    for number, file in enumerate(files):
        last = last_heard(project, file)
        if last is None:
            continue
        part = job.part(number / len(files), (number + 1) / len(files))
        kind, engine = heard_as(history, file, last)
        if kind == last.facts["kind"] and engine == last.facts["engine"]:
            take: Take | None = take_from(last)
        else:
            take = take_of(project, file, device, part, kind, engine)
        if take is not None:
            found.append(set_up(take, history, project.document.thresholds))
    return found


def last_heard(project: Project, file: StemFile) -> Result | None:
    """What was heard in a stem the last time; None if nothing was, or in other samples."""
    last = project.result(f"take/{file.stem.name}")
    return last if last and last.facts["heard"] == file.path.parent.name else None


def heard_as(
    history: History, file: StemFile, last: Result | None
) -> tuple[str | None, str | None]:
    """Kind and engine of the chosen variant of a stem; where it has none, as it was heard last."""
    setup = history.setup(file.stem.name)
    facts = last.facts if last else {}
    kind = setup.kind or facts.get("kind")
    usual = facts.get("engine") if kind == facts.get("kind") else None
    return kind, setup.engine or usual


def set_up(take: Take, history: History, thresholds: Mapping[str, float]) -> Take:
    """``take`` with options and edits of the chosen variant; else at the threshold in use."""
    if not history.knows(take.stem):
        return take.at(thresholds.get(take.stem, take.options.onset_threshold))
    setup = history.setup(take.stem)
    return replace(take, options=setup.options, edits=setup.edits)


def _in_use(project: Project, slots: str) -> list[Result]:
    """The results in the slots that begin so, in the order of the stems they end with."""
    named = [slot for slot in project.document.stages if slot.startswith(slots)]
    stems = in_order([slot.removeprefix(slots) for slot in named])
    results = [project.result(f"{slots}{name}") for name in stems]
    return [result for result in results if result is not None]


def table(project: Project, files: list[StemFile], takes: list[Take], job: Job) -> Scores:
    """Each take at the document's thresholds and at its own, against its stem; a stage a stem.

    Scores of other stems are no longer in use.
    """
    project.forget("scores/")
    return scores_of(project, files, takes, job)


def scores_of(project: Project, files: list[StemFile], takes: list[Take], job: Job) -> Scores:
    """As ``table``, leaving the scores of other stems in use."""
    paths = {file.stem.name: file.path for file in files}
    found = Scores()
    for index, take in enumerate(takes):
        step = job.part(index / len(takes), (index + 1) / len(takes))
        found = _together(found, _score(project, take, paths[take.stem], step))
    return found


def _together(one: Scores, other: Scores) -> Scores:
    return Scores([*one.takes, *other.takes], one.suggested | other.suggested)


def _score(project: Project, take: Take, path: Path, job: Job) -> Scores:
    """The rows of one stem, and the threshold they suggest."""
    thresholds = sorted({*TABLE_THRESHOLDS, take.options.onset_threshold})
    heard = project.document.stages[f"take/{take.stem}"]
    options = {"thresholds": thresholds, "scores": measures(), **said_of(take)}
    stage = Stage(f"scores/{take.stem}", _SCORES_VERSION, (heard,), options)

    def make(part: Path, job: Job) -> Facts:
        asked = dict.fromkeys(GRID, ("agreement",)) | dict.fromkeys(thresholds, MEASURES.names())
        rows = score_curve(take, path, {t: asked[t] for t in sorted(asked)}, job)
        best = suggest(row.setting for row in rows)
        scored = [row for row in rows if row.setting[0] in thresholds]
        suggested = {} if best is None else {take.stem: best}
        facts: Facts = msgspec.to_builtins(Scores([row_of(row) for row in scored], suggested))
        return facts

    return msgspec.convert(project.run(stage, make, job).facts, Scores)


def said_of(take: Take) -> Facts:
    """Options and edits of a take but its threshold, for a stage's key; none as it was heard."""
    plain = replace(take, edits=(), options=TakeOptions()).at(take.options.onset_threshold)
    if take.options == plain.options and not take.edits:
        return {}
    options = replace(take.options, onset_threshold=0.0)
    return {"set": msgspec.to_builtins(options), "edits": msgspec.to_builtins(take.edits)}


def measures() -> list[list[str]]:
    """Every score with its package and version, for a stage's key."""
    return [[entry.name, entry.package, _version(entry.package)] for entry in MEASURES]


def _version(package: str) -> str:
    """Of the distribution a score comes from; ours is told by ``_SCORES_VERSION``."""
    return "" if package == "stemwright" else version(package)


def scores_in_use(project: Project) -> Scores:
    """The table the last ``process`` made."""
    found = Scores()
    for result in _in_use(project, "scores/"):
        found = _together(found, msgspec.convert(result.facts, Scores))
    return found


def row_of(row: Row) -> TakeRow:
    """A row of the scoring room's table as a row of ``scores.json``."""
    threshold = row.take.options.onset_threshold
    return TakeRow(row.take.stem, row.take.engine, threshold, row.notes, row.scores)


def take_from(result: Result) -> Take:
    """The take a stage left, without options or edits."""
    facts = result.facts
    found = _load(result.folder / CANDIDATES)
    return Take(facts["stem"], facts["engine"], facts["kind"], found)


def _save(notes: Notes, target: Path) -> None:
    columns: dict[str, Any] = {name: getattr(notes, name) for name in _COLUMNS}
    with target.open("wb") as file:
        np.savez(file, **columns)


def _load(path: Path) -> Notes:
    with np.load(path, allow_pickle=False) as columns:
        return Notes(*(columns[name] for name in _COLUMNS))


def take_views(project: Project) -> list[TakeView]:
    """The takes in use as the window sees them, in the order of the stems."""
    scores = scores_in_use(project)
    return [take_view(result, scores) for result in _in_use(project, "take/")]


def take_view(result: Result, scores: Scores) -> TakeView:
    """The take of a stage, with the rows of ``scores`` that are about it."""
    facts = result.facts
    rows = [
        row for row in scores.takes if (row.stem, row.engine) == (facts["stem"], facts["engine"])
    ]
    return TakeView(
        stem=facts["stem"],
        engine=facts["engine"],
        engine_label=DETECTORS.entry(facts["engine"]).label,
        kind=facts["kind"],
        candidates=str(result.folder.absolute() / CANDIDATES),
        why=_why(facts),
        suggested=scores.suggested.get(facts["stem"]) if rows else None,
        rows=msgspec.to_builtins(rows),
    )


def _why(facts: Facts) -> str:
    """One sentence: why this engine heard this stem."""
    engine, kind = facts["engine"], facts["kind"]
    label = DETECTORS.entry(engine).label
    usual = choose_engine(kind)
    said = "" if kind == stem(facts["stem"]).kind else f", heard as {kind} because you said so"
    if engine == usual:
        return f"{label} is the usual engine for {kind}: {why_usual(kind)}{said}."
    return f"{label} was chosen instead of {DETECTORS.entry(usual).label}{said}."
