"""The tables of ``stemwright lab evaluate notes`` and ``drums``: every engine on every set.

An engine hears what a user's stem would give it: a WAV, through ``listen`` and its own decoder, at
the default threshold and never another. A row says how long it took a second of sound.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile as sf

from studio.audio.write import WavWriter
from studio.errors import EngineMissingError, ModelMissingError
from studio.job import Job
from studio.lab.notes.measure import Measured, measured
from studio.lab.notes.sets import PIECES, SONGS, Recording, Set, drum_hits, note_sets
from studio.music.audio import Samples
from studio.music.notes import Notes
from studio.music.take import TakeOptions, choose
from studio.separation.engines import ENGINES
from studio.separation.stream import StreamOptions, separate_song
from studio.transcription.contract import Detector, DetectorClass
from studio.transcription.engines import DETECTORS
from studio.transcription.listen import listen
from studio.transcription.transcribe import candidates, choose_engine, weights_of

_PIECE_NAMES = {36: "kick", 38: "snare", 42: "hi-hat"}


@dataclass(frozen=True, slots=True)
class Row:
    """One engine on one set.

    Attributes:
        set: What was played.
        engine: Its name; of the second annotator, ``A2``.
        chosen: Whether it is the one that stems of this kind get without a word.
        speed: Seconds of work a second of sound.
    """

    set: str
    engine: str
    chosen: bool
    measured: Measured
    speed: float


def evaluate(
    what: str, data: Path | None, job: Job, engines: Collection[str] | None = None
) -> list[Row]:
    """The rows of one table.

    Args:
        what: ``notes`` or ``drums``.
        data: The folder that STEMWRIGHT_DATA names; None: what is rendered alone (no drums).
        engines: Names of detectors; None: all whose weights are here. What is missing is said.

    Raises:
        UnknownChoiceError: no detector has that name.
    """
    names = DETECTORS.names() if engines is None else list(engines)
    with TemporaryDirectory() as scratch:
        opened = _opened(names, job)
        if what == "drums":
            return _drums(opened, data, Path(scratch), job) if data is not None else []
        return _notes(opened, note_sets(data), Path(scratch), job)


def table(rows: Sequence[Row]) -> str:
    """The rows for people; ``*`` marks what is chosen without a word."""
    head = f"{'set':<30}{'engine':<15}{'notes':>6}{'P':>7}{'R':>7}{'F1':>7}{'95 %':>14}"
    head += f"{'25 ms':>7}{'+ends':>7}{'late':>8}{'speed':>8}"
    lines = [head]
    for row in rows:
        m = row.measured
        name = row.engine + ("*" if row.chosen else "")
        shares = "".join(f"{value:7.3f}" for value in (m.precision, m.recall, m.f1))
        lines.append(
            f"{row.set:<30}{name:<15}{m.notes:>6}{shares}{f'{m.low:.2f} to {m.high:.2f}':>14}"
            f"{m.f1_25ms:7.3f}{m.f1_offsets:7.3f}{1000 * m.late:5.0f} ms{row.speed:8.3f}"
        )
    return "\n".join(lines)


_Opened = dict[str, tuple[DetectorClass, Detector]]


def _opened(names: Iterable[str], job: Job) -> _Opened:
    """The detectors that can be used here; of the others it is said what they lack."""
    opened: _Opened = {}
    for name in names:
        detector = DETECTORS.load(name)
        try:
            opened[name] = detector, detector.open("cpu", weights_of(detector))
        except (ModelMissingError, EngineMissingError) as error:
            job.note(f"{name} is left out: {error.message}")
    return opened


def _told(rows: Sequence[Row], job: Job) -> None:
    """Say the rows of a set as soon as they are known: all of them take minutes."""
    for line in table(rows).splitlines()[1:]:
        job.note(line)


def _notes(opened: _Opened, sets: Sequence[Set], scratch: Path, job: Job) -> list[Row]:
    rows: list[Row] = []
    for number, one in enumerate(sets):
        able = {name: both for name, both in opened.items() if one.kind in both[0].kinds}
        heard: dict[tuple[str, str], list[tuple[Notes, Notes]]] = defaultdict(list)
        spent, seconds = dict.fromkeys(able, 0.0), 0.0
        for recording in one.recordings():
            job.update(number / len(sets), one.name)
            path = _written(recording.samples, recording.sample_rate, scratch)
            seconds += recording.samples.shape[1] / recording.sample_rate
            for name, (kind, detector) in able.items():
                start = time.perf_counter()
                found = _heard(kind, detector, path)
                spent[name] += time.perf_counter() - start
                for who, truth in recording.truths.items():
                    heard[who, name].append((truth, found))
            _annotators(recording, heard)
        known = len(rows)
        for (who, name), pairs in heard.items():
            label = f"{one.name} ({who})" if who else one.name
            chosen = name == choose_engine(one.kind)
            speed = spent.get(name, 0.0) / seconds
            rows.append(Row(label, name, chosen, measured(pairs), speed))
        _told(rows[known:], job)
    return rows


def _annotators(
    recording: Recording, heard: dict[tuple[str, str], list[tuple[Notes, Notes]]]
) -> None:
    """The second person's notes against the first's: how far people agree."""
    if len(recording.truths) == 2:
        (first, truth), (second, found) = recording.truths.items()
        heard[first, second].append((truth, found))


def _drums(opened: _Opened, data: Path, scratch: Path, job: Job) -> list[Row]:
    """True stems and those that the engine without weights makes of the mixture."""
    rows = []
    able = {name: both for name, both in opened.items() if "drums" in both[0].kinds}
    for source in ("true stem", "separated"):
        heard: dict[tuple[int, str], list[tuple[Notes, Notes]]] = defaultdict(list)
        spent, seconds = dict.fromkeys(able, 0.0), 0.0
        for number, song in enumerate(SONGS):
            job.update(number / len(SONGS), f"{song}, {source}")
            folder = data / "eval/mdb" / song
            path = _drum_stem(folder, source, scratch / song)
            truth = drum_hits(folder / "drums.txt")
            seconds += sf.info(path).duration
            for name, (kind, detector) in able.items():
                start = time.perf_counter()
                found = _heard(kind, detector, path)
                spent[name] += time.perf_counter() - start
                for piece in PIECES:
                    of_piece = (notes.where(notes.pitch == piece) for notes in (truth, found))
                    heard[piece, name].append(tuple(of_piece))  # type: ignore[arg-type]
        for (piece, name), pairs in heard.items():
            label = f"{_PIECE_NAMES[piece]}, {source}"
            chosen = name == choose_engine("drums")
            rows.append(Row(label, name, chosen, measured(pairs), spent[name] / seconds))
    return rows


def _drum_stem(folder: Path, source: str, scratch: Path) -> Path:
    """A WAV of the drums of a song."""
    scratch.mkdir(exist_ok=True)
    whole = "drums.flac" if source == "true stem" else "mixture.flac"
    samples, rate = sf.read(folder / whole, dtype="float32", always_2d=True)
    path = _written(np.ascontiguousarray(samples.T), rate, scratch)
    if source == "true stem":
        return path
    engine = ENGINES.load("classical").open("cpu")
    separate_song(engine, path, scratch / "apart", StreamOptions(), Job())
    return scratch / "apart" / "drums.wav"


def _heard(kind: DetectorClass, detector: Detector, path: Path) -> Notes:
    """What plays at the default threshold."""
    found = candidates(kind, listen(detector, path, Job()), path, Job())
    return choose(found, TakeOptions()).without_overlaps()


def _written(samples: Samples, sample_rate: int, folder: Path) -> Path:
    path = folder / "stem.wav"
    with WavWriter(path, sample_rate, samples.shape[0], samples.shape[1]) as out:
        out.write(samples)
    return path
