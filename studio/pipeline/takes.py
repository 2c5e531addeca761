"""The stages of a song's notes: hear, decode, score."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from studio.audio.write import peak
from studio.devices.choose import choose
from studio.job import Job
from studio.models.store import find, verify
from studio.music.bundle import StemFile
from studio.music.notes import Notes
from studio.music.stem import in_order
from studio.music.take import Take
from studio.project.project import Project
from studio.project.stages import Facts, Result, Stage
from studio.scoring.measures import MEASURES
from studio.scoring.suggest import suggest
from studio.scoring.table import Row, score_takes
from studio.transcription.contract import DetectorClass
from studio.transcription.engines import DETECTORS
from studio.transcription.listen import listen, load_activations, save_activations
from studio.transcription.transcribe import candidates, choose_engine

# A stem whose loudest sample lies below -60 dBFS is silent to a listener beside the others.
_SILENT_PEAK = 1e-3
# The thresholds of the source document's table.
TABLE_THRESHOLDS = (0.55, 0.7, 0.9)
_SCORES_VERSION = 1
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
    return peak(path) < _SILENT_PEAK


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
        weights = verify(find(detector_class.weights)) if detector_class.weights else None
        detector = detector_class.open(choice.device, weights)
        save_activations(listen(detector, path, job.part(0, 0.9)), heard)
    return candidates(detector_class, load_activations(heard), path, job.part(0.9, 1))


def take_of(project: Project, file: StemFile, device: str, job: Job) -> Take | None:
    """The take of a stem, by the detector for its kind; None where the stem is silent."""
    if is_silent(file.path):
        return None
    name, detector_class = detector_for(file.stem.kind, None)
    weights = find(detector_class.weights).sha256 if detector_class.weights else None
    options = {"stem": file.stem.name, "engine": name, "weights": weights, "kind": file.stem.kind}
    # The folder of the stem's stage carries that stage's key.
    heard = file.path.parent.name
    stage = Stage(f"take/{file.stem.name}", detector_class.version, (heard,), options)

    def make(part: Path, job: Job) -> Facts:
        found = hear(file.path, detector_class, device, part, job)
        _save(found, part / "candidates.npz")
        (part / "activations.npz").unlink()
        return {**options, "heard": heard}

    return _take(project.run(stage, make, job))


def forget_others(project: Project, files: list[StemFile]) -> None:
    """Take the takes of stems that are no longer in use out of use."""
    heard = {file.stem.name: file.path.parent.name for file in files}
    for result in _in_use(project, "take/"):
        if heard.get(result.facts["stem"]) != result.facts["heard"]:
            project.forget(f"take/{result.facts['stem']}")
            project.forget(f"scores/{result.facts['stem']}")


def takes_in_use(project: Project) -> list[Take]:
    """The takes the last ``process`` made, at the thresholds it used, in the order of the stems."""
    thresholds = project.document.thresholds
    found = [_take(result) for result in _in_use(project, "take/")]
    return [take.at(thresholds.get(take.stem, take.options.onset_threshold)) for take in found]


def _in_use(project: Project, slots: str) -> list[Result]:
    """The results in the slots that begin so, in the order of the stems they end with."""
    named = [slot for slot in project.document.stages if slot.startswith(slots)]
    stems = in_order([slot.removeprefix(slots) for slot in named])
    results = [project.result(f"{slots}{name}") for name in stems]
    return [result for result in results if result is not None]


def table(project: Project, files: list[StemFile], takes: list[Take], job: Job) -> Scores:
    """Each take at the document's thresholds and at its own, against its stem; a stage a stem."""
    paths = {file.stem.name: file.path for file in files}
    project.forget("scores/")
    for index, take in enumerate(takes):
        step = job.part(index / len(takes), (index + 1) / len(takes))
        _score(project, take, paths[take.stem], step)
    return scores_in_use(project)


def _score(project: Project, take: Take, path: Path, job: Job) -> None:
    """The rows of one stem, and the threshold they suggest."""
    thresholds = sorted({*TABLE_THRESHOLDS, take.options.onset_threshold})
    heard = project.document.stages[f"take/{take.stem}"]
    options = {
        "thresholds": thresholds,
        "scores": [[m.name, m.package, _version(m.package)] for m in MEASURES],
    }
    stage = Stage(f"scores/{take.stem}", _SCORES_VERSION, (heard,), options)

    def make(part: Path, job: Job) -> Facts:
        scored = score_takes([take.at(threshold) for threshold in thresholds], path, job)
        best = suggest(row.setting for row in scored)
        suggested = {} if best is None else {take.stem: best}
        facts: Facts = msgspec.to_builtins(Scores([row_of(row) for row in scored], suggested))
        return facts

    project.run(stage, make, job)


def _version(package: str) -> str:
    """Of the distribution a score comes from; ours is told by ``_SCORES_VERSION``."""
    return "" if package == "stemwright" else version(package)


def scores_in_use(project: Project) -> Scores:
    """The table the last ``process`` made."""
    rows: list[TakeRow] = []
    suggested: dict[str, float] = {}
    for result in _in_use(project, "scores/"):
        found = msgspec.convert(result.facts, Scores)
        rows += found.takes
        suggested |= found.suggested
    return Scores(rows, suggested)


def row_of(row: Row) -> TakeRow:
    """A row of the scoring room's table as a row of ``scores.json``."""
    threshold = row.take.options.onset_threshold
    return TakeRow(row.take.stem, row.take.engine, threshold, row.notes, row.scores)


def _take(result: Result) -> Take:
    facts = result.facts
    found = _load(result.folder / "candidates.npz")
    return Take(facts["stem"], facts["engine"], facts["kind"], found)


def _save(notes: Notes, target: Path) -> None:
    columns: dict[str, Any] = {name: getattr(notes, name) for name in _COLUMNS}
    with target.open("wb") as file:
        np.savez(file, **columns)


def _load(path: Path) -> Notes:
    with np.load(path, allow_pickle=False) as columns:
        return Notes(*(columns[name] for name in _COLUMNS))
