"""Stems that come alone: any audio file to notes, any take against any recording.

The work is done in a scratch folder of the cache; nothing is left but what was asked for.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from studio.audio.decode import decode
from studio.devices.choose import choose
from studio.errors import ExportConflictError, MissingFileError, OptionError
from studio.export.names import song_name
from studio.files import write_bytes, writing
from studio.job import Job
from studio.midi.general import program
from studio.midi.read import read_midi
from studio.midi.write import Part as Track
from studio.midi.write import write_midi
from studio.music.notes import Note, Notes
from studio.music.stem import kind_by_name
from studio.music.take import Take
from studio.music.tempo import TempoMap
from studio.paths import cache_folder
from studio.pipeline.outputs import Part, Report
from studio.pipeline.song import ProcessOptions, process
from studio.pipeline.takes import (
    TABLE_THRESHOLDS,
    Scores,
    TakeRow,
    detector_for,
    hear,
    is_silent,
    scores_in_use,
)
from studio.project.project import is_project, open_project
from studio.rhythm.tempo import estimate_tempo
from studio.scoring.plot import plot_take
from studio.scoring.suggest import GRID, suggest
from studio.scoring.table import Row, score_takes

_MIDI = (".mid", ".midi")
_SCRATCH = "stem-"
# What a killed run left; no run takes this long.
_OLD_SECONDS = 24 * 3600


class TranscribeOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``transcribe`` is asked for.

    Attributes:
        stem: An audio file, or the folder of a song that is apart.
        out: Folder of the files.
        kind: What it is, of ``music.stem.KINDS``; None goes by its name.
        engine: A detector; None goes by the kind.
        thresholds: Onset thresholds, a file each; None is one at 0.55.
        tempo: In BPM; None estimates it.
        device: ``auto`` or a device's name.
        force: Whether a .mid in the way may be replaced.
    """

    stem: str
    out: str
    kind: str | None = None
    engine: str | None = None
    thresholds: list[float] | None = None
    tempo: float | None = None
    device: str = "auto"
    force: bool = False


class ScoreOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``score`` is asked for.

    Attributes:
        stem: An audio file, or the folder of a song that is apart.
        takes: MIDI files; none: takes made from the stem itself.
        kind: As in ``TranscribeOptions``.
        reference: A MIDI file that the takes are compared with as well.
        sweep: Whether takes are made at every threshold of the grid, beside those given.
        plot: Where to draw stem, best take and correlation; None: nowhere.
    """

    stem: str
    takes: list[str] = []
    kind: str | None = None
    reference: str | None = None
    sweep: bool = False
    plot: str | None = None


@dataclass(frozen=True, slots=True)
class _Stem:
    """A decoded stem in the scratch folder."""

    name: str
    kind: str
    wav: Path
    seconds: float
    work: Path


def transcribe(options: TranscribeOptions, job: Job) -> Report:
    """Write the notes of a stem, one ``.mid`` a threshold.

    Raises:
        ExportConflictError: a file in the way holds something else.
        StudioError: the stem cannot be read, the engine cannot hear it ...
    """
    if is_project(Path(options.stem)):
        return _transcribe_song(options, job)
    thresholds = options.thresholds or [0.55]
    with _decoded(options.stem, options.kind, job.part(0, 0.1)) as stem:
        targets = [Path(options.out, name) for name in _names(stem.name, thresholds)]
        name, device, found = _heard(stem, options.engine, options.device, job.part(0.1, 0.8))
        tempo = _tempo(options.tempo, stem, job.part(0.8, 0.9))
        takes = [Take(stem.name, name, stem.kind, found).at(threshold) for threshold in thresholds]
        for take, target in zip(takes, targets, strict=True):
            _write(take, target, tempo, stem, options.force)
        job.update(1.0, "written")
        return Report(
            song=stem.name,
            folder=options.out,
            seconds=stem.seconds,
            engine=name,
            device=device,
            bpm=tempo.usual_bpm,
            bpm_source=tempo.source,
            stems=[
                Part(target.stem, not len(found), len(take.notes()))
                for take, target in zip(takes, targets, strict=True)
            ],
            suggested={},
            files=[target.name for target in targets],
        )


def _transcribe_song(options: TranscribeOptions, job: Job) -> Report:
    """All stems of a song at one threshold, as ``process`` does."""
    thresholds = options.thresholds or [0.55]
    if options.kind or options.engine or len(thresholds) > 1:
        reason = "a song's folder holds one take a stem; name a file of its Stems"
        raise OptionError(option="STEM", value=options.stem, reason=reason)
    return process(
        ProcessOptions(
            song=options.stem,
            out=options.out,
            device=options.device,
            threshold=options.thresholds[0] if options.thresholds else None,
            tempo=options.tempo,
            targets=("midi",),
            force=options.force,
        ),
        job,
    )


def score(options: ScoreOptions, job: Job) -> Scores:
    """The table of scores of takes against a stem, and the threshold suggested where there is one.

    Raises:
        StudioError: a file cannot be read.
    """
    if is_project(Path(options.stem)):
        return _scores_of_song(options, job)
    with _decoded(options.stem, options.kind, job.part(0, 0.1)) as stem:
        takes = _takes_to_score(stem, options, job.part(0.1, 0.5))
        reference = None if options.reference is None else _midi_notes(options.reference, stem.kind)
        table = score_takes(takes, stem.wav, job.part(0.5, 0.9), reference)
        if options.plot is not None and table:
            best = max(table, key=lambda row: row.scores["agreement"])
            origin = best.take.engine if _is_file(best.take) else ""
            plot_take(best.take, stem.wav, Path(options.plot), job.part(0.9, 1), origin)
    return _table(table, options)


def _scores_of_song(options: ScoreOptions, job: Job) -> Scores:
    """The scores a song's project holds."""
    if options.takes or options.reference or options.plot or options.sweep:
        reason = "a song's folder has the scores of its own takes; name a file of its Stems"
        raise OptionError(option="STEM", value=options.stem, reason=reason)
    with open_project(Path(options.stem)) as project:
        return scores_in_use(project)


def _table(table: list[Row], options: ScoreOptions) -> Scores:
    """The rows against the stem, then those against the reference, as in the source document."""
    rows = [_row(row, row.scores, "stem") for row in table]
    rows += [
        _row(row, row.against_reference, Path(str(options.reference)).name)
        for row in table
        if row.against_reference is not None
    ]
    best = suggest(row.setting for row in table if not _is_file(row.take))
    return Scores(rows, {} if best is None or not table else {table[0].take.stem: best})


def _row(row: Row, scores: dict[str, float], against: str) -> TakeRow:
    threshold = None if _is_file(row.take) else row.take.options.onset_threshold
    return TakeRow(row.take.stem, row.take.engine, threshold, row.notes, scores, against)


def _is_file(take: Take) -> bool:
    """Whether the take is a MIDI file of the user's: its name stands for the engine then."""
    return take.engine.casefold().endswith(_MIDI)


@contextmanager
def _decoded(path: str, kind: str | None, job: Job) -> Iterator[_Stem]:
    """The stem as our WAV in a scratch folder, which goes with the block."""
    source = Path(path)
    if not source.is_file():
        raise MissingFileError(file=path, reason="there is no such file")
    with writing(cache_folder()):
        cache_folder().mkdir(parents=True, exist_ok=True)
    _sweep(cache_folder())
    with TemporaryDirectory(dir=cache_folder(), prefix=_SCRATCH) as work:
        wav = Path(work, "stem.wav")
        decoded = decode(source, wav, job)
        for note in decoded.notes:
            job.note(note)
        seconds = decoded.frames / decoded.sample_rate
        guess = kind or kind_by_name(source.stem)
        yield _Stem(song_name(source), guess, wav, seconds, Path(work))


def _sweep(folder: Path) -> None:
    """Remove the scratch folders that killed runs left; other runs may be using theirs."""
    for left in folder.glob(f"{_SCRATCH}*"):
        with suppress(FileNotFoundError):  # another run sweeps too
            old = time.time() - left.lstat().st_mtime > _OLD_SECONDS
            if old and left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)


def _heard(stem: _Stem, engine: str | None, device: str, job: Job) -> tuple[str, str, Notes]:
    """The detector's name, its device, and all candidates; a silent stem has none."""
    name, detector_class = detector_for(stem.kind, engine)
    choice = choose(device, detector_class.devices)
    if is_silent(stem.wav):
        job.note(f"{stem.name} is silent: it has no notes.")
        return name, choice.device, Notes.of(())
    job.note(f"Transcribing {stem.name} as {stem.kind} with {name} on {choice.label}.")
    return name, choice.device, hear(stem.wav, detector_class, choice.device, stem.work, job)


def _tempo(given: float | None, stem: _Stem, job: Job) -> TempoMap:
    return TempoMap.constant(given) if given is not None else estimate_tempo(stem.wav, job)


def _names(stem: str, thresholds: list[float]) -> list[str]:
    """``bass.mid``, or ``bass 0.55.mid`` and so on."""
    if len(thresholds) == 1:
        return [f"{stem}.mid"]
    return [f"{stem} {threshold:g}.mid" for threshold in thresholds]


def _write(take: Take, target: Path, tempo: TempoMap, stem: _Stem, force: bool) -> None:
    """Write one file; another file in the way stays unless ``force``."""
    made = stem.work / target.name
    track = Track(stem.name, take.notes(), take.kind == "drums", program(take.kind))
    write_midi(made, [track], tempo, stem.seconds)
    content = made.read_bytes()
    if target.exists() and not force and target.read_bytes() != content:
        raise ExportConflictError(folder=str(target.parent), files=target.name)
    write_bytes(target, content)


def _takes_to_score(stem: _Stem, options: ScoreOptions, job: Job) -> list[Take]:
    """The MIDI files as takes, or takes made from the stem."""
    given = [
        Take(stem.name, Path(file).name, stem.kind, _midi_notes(file, stem.kind))
        for file in options.takes
    ]
    if given and not options.sweep:
        return given
    name, _, found = _heard(stem, None, "auto", job)
    thresholds = GRID if options.sweep else TABLE_THRESHOLDS
    made = Take(stem.name, name, stem.kind, found)
    return [*given, *(made.at(threshold) for threshold in thresholds)]


def _midi_notes(file: str, kind: str) -> Notes:
    """The notes of a MIDI file that a stem of ``kind`` could play.

    Its drum tracks or its others; of these the ones that are named like the kind, if there are.
    """
    parts = [part for part in read_midi(Path(file)).parts if part.drums == (kind == "drums")]
    named = [part for part in parts if kind_by_name(part.name) == kind]
    notes: list[Note] = [note for part in named or parts for note in part.notes]
    return Notes.of(notes)
