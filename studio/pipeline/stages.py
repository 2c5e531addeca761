"""The stages of a song's sound: decode, separate, the rest, the beat and the harmony.

Each is computed once, under the key of all that it depends on.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
import numpy as np

from studio.audio.decode import decode as decode_file
from studio.audio.wav import Wav
from studio.audio.write import WavWriter
from studio.devices.choose import Choice, choose
from studio.devices.speed import estimate, remember
from studio.errors import OptionError
from studio.files import reading, sha256
from studio.job import Job
from studio.models.store import StoredModel, resolve, verify
from studio.music.bundle import Marker, StemFile
from studio.music.key import Key
from studio.music.stem import in_order, stem
from studio.music.tempo import TempoMap
from studio.project.project import Project
from studio.project.stages import Facts, Result, Stage, confine
from studio.separation.contract import EngineClass
from studio.separation.engines import ENGINES
from studio.separation.exact_sum import SumMode
from studio.separation.stream import StreamOptions, as_heard, separate_song

if TYPE_CHECKING:
    from studio.rhythm.listen import Columns

_BLOCK = 1 << 16
# A shorter song says little of how fast an engine is.
_TELLING_SECONDS = 10.0
# Slots whose results are of no use once the song is another recording.
_OF_THE_SOURCE = ("stems", "rest", "outlines", "pulse", "tempo", "harmony", "take/", "scores/")
_COLUMNS, _TEMPO_VERSION = "columns.npz", 2


@dataclass(frozen=True, slots=True)
class Separation:
    """How to take a song apart; as in ``ProcessOptions``, the model found.

    Attributes:
        name: As the user said it: an engine, or a model.
        engine: The engine's name.
        model: Its weights, or None where it needs none.
    """

    name: str
    engine: str
    model: StoredModel | None
    device: str
    overlap: float
    sum: SumMode

    @classmethod
    def by(cls, name: str, device: str, overlap: float, mode: SumMode) -> Separation:
        """By the engine or model ``name``.

        Raises:
            UnknownChoiceError, ModelMissingError, OptionError: it is not there to be used.
        """
        engine, model = resolve(name, ENGINES.names())
        if model is None and ENGINES.load(engine).needs_weights:
            raise OptionError(option="--model", value=name, reason="this engine needs weights")
        return cls(name, engine, model, device, overlap, mode)


def decode(project: Project, song: Path, preview: float | None, job: Job) -> Result:
    """The song as our WAV ``mixture.wav``, the time base of all that follows."""
    with reading(song):
        digest = sha256(song)
    stage = Stage("source", 1, (digest,), {"preview": preview})

    def make(part: Path, job: Job) -> Facts:
        whole = part / ("mixture.wav" if preview is None else "whole.wav")
        decoded = decode_file(song, whole, job)
        frames, notes = decoded.frames, list(decoded.notes)
        if preview is not None:
            frames = _cut_middle(whole, part / "mixture.wav", preview, job)
            whole.unlink()
            notes.append(f"A preview: {preview:g} seconds from the middle of the song.")
        return {"sample_rate": decoded.sample_rate, "frames": frames, "notes": notes}

    before = project.document.stages.get("source")
    result = told(project.run(stage, make, job), job)
    if before not in (None, result.key):
        for slot in _OF_THE_SOURCE:
            project.forget(slot)
    return result


def separate(project: Project, source: Result, how: Separation, job: Job) -> Result:
    """The stems as ``<stem>.wav``, of the song's rate, channels and length.

    Raises:
        DeviceError: before anything starts.
    """
    engine_class = ENGINES.load(how.engine)
    weights = None if how.model is None else how.model.sha256
    options = {"engine": how.engine, "weights": weights, "overlap": how.overlap, "sum": how.sum}
    stage = Stage("stems", engine_class.version, (source.key,), options)

    def make(part: Path, job: Job) -> Facts:
        choice = choose(how.device, engine_class.devices)
        _announce(how, engine_class, choice, source, job)
        stems = _separate(how, engine_class, choice, source, part, job)
        return {
            "stems": list(stems),
            "name": how.name,
            "weights_sha256": weights,
            "licence": _licence(how.model),
            "device": choice.device,
            "overlap": how.overlap,
            "sum": how.sum,
            "notes": [] if how.sum != "off" else ["The stems were not made to add up to the song."],
        }

    before = project.document.stages.get("stems")
    result = told(project.run(stage, make, job), job)
    if before not in (None, result.key):
        # Of other stems; forgotten here, so that a run stopped right after mixes nothing up.
        for slot in ("rest", "take/", "scores/"):
            project.forget(slot)
    return result


def rest(project: Project, stems: Result, others: list[str], job: Job) -> Result:
    """The stems ``others`` mixed into one, ``rest.wav``."""
    stage = Stage("rest", 1, (stems.key,), {"of": others})

    def make(part: Path, job: Job) -> Facts:
        _mix([stems.folder / f"{name}.wav" for name in others], part / "rest.wav", job)
        return {"of": others}

    return project.run(stage, make, job)


def stem_files(project: Project, stems: Result) -> list[StemFile]:
    """The stems in use, in order: those of ``stems``, less those mixed into the rest, and it."""
    mixed = project.result("rest")
    names: list[str] = in_order(stems.facts["stems"])
    if mixed is None:
        return [stem_file(stems, name) for name in names]
    kept = [stem_file(stems, name) for name in names if name not in mixed.facts["of"]]
    return [*kept, stem_file(mixed, "rest")]


def stem_file(result: Result, name: str) -> StemFile:
    """A stem of the result; a stranger's project may name one that leads elsewhere."""
    path = result.folder / f"{name}.wav"
    confine(path, result.folder)
    return StemFile(stem(name), path)


def pulse(project: Project, source: Result, job: Job) -> Result:
    """What musical time is heard by, as ``columns.npz``; see ``rhythm.listen``."""

    def make(part: Path, job: Job) -> Facts:
        # Imported here: who waits for the first hop does not wait for this.
        from studio.rhythm.listen import listen, save

        save(listen(source.folder / "mixture.wav", job), part / _COLUMNS)
        return {}

    return project.run(Stage("pulse", 1, (source.key,), {}), make, job)


def columns_of(heard: Result) -> Columns:
    """The columns of a ``pulse``."""
    from studio.rhythm.listen import load

    return load(heard.folder / _COLUMNS)


def tempo(project: Project, source: Result, given: float | None, job: Job) -> TempoMap:
    """The song's tempo, beats and bars, found once in the whole song; and its harmony.

    A tempo that is given stays as it is, and its beats and bars are found.
    """
    heard = pulse(project, source, job.part(0, 0.8))

    def make(part: Path, job: Job) -> Facts:
        from studio.rhythm.tempo import Told, doubts, tempo_of

        found = tempo_of(columns_of(heard), Told(bpm=given))
        return cast(Facts, msgspec.to_builtins(found)) | {"notes": doubts(found)}

    stage = Stage("tempo", _TEMPO_VERSION, (heard.key,), {"given": given})
    result = told(project.run(stage, make, job.part(0.8, 0.9)), job)
    _harmony(project, heard, result, job.part(0.9, 1))
    return _tempo_map(result)


def use_tempo(project: Project, source: Result, tempo: TempoMap, job: Job) -> None:
    """Use ``tempo`` from now on, with the harmony of its bars."""
    heard = pulse(project, source, job)
    facts = cast(Facts, msgspec.to_builtins(tempo))
    stage = Stage("tempo", _TEMPO_VERSION, (heard.key,), {"map": facts})
    result = project.run(stage, lambda *_: facts | {"notes": []}, job)
    _harmony(project, heard, result, job)


def tempo_in_use(project: Project) -> TempoMap:
    """The tempo the last ``process`` used, or what was said since."""
    found = project.result("tempo")
    return (
        TempoMap.constant(120.0, source="default", confidence=0.0)
        if not found
        else _tempo_map(found)
    )


def harmony_in_use(project: Project) -> tuple[Key | None, tuple[Marker, ...]]:
    """The key and the chords, where they are known and sure."""
    found = project.result("harmony")
    if found is None:
        return None, ()
    key = None if found.facts["key"] is None else msgspec.convert(found.facts["key"], Key)
    return key, msgspec.convert(found.facts["chords"], tuple[Marker, ...])


def _harmony(project: Project, heard: Result, tempo: Result, job: Job) -> None:
    """Key and chords on the bars of ``tempo``."""

    def make(part: Path, job: Job) -> Facts:
        from studio.rhythm.harmony import harmony_of

        found = harmony_of(columns_of(heard), _tempo_map(tempo))
        return cast(Facts, msgspec.to_builtins(found))

    project.run(Stage("harmony", 1, (heard.key, tempo.key), {}), make, job)


def _tempo_map(result: Result) -> TempoMap:
    return msgspec.convert(result.facts, TempoMap)


def _announce(
    how: Separation, engine_class: EngineClass, choice: Choice, source: Result, job: Job
) -> None:
    """Say which device runs, why, and how long it will take, before it starts."""
    speed = estimate(how.engine, choice.device, engine_class.cost)
    about = f"about {duration(seconds_of(source) * speed.real_time_factor)} ({speed.source})"
    job.note(f"Separating with {how.name} on {choice.label}: {about}. {choice.why}".strip())


def _separate(
    how: Separation,
    engine_class: EngineClass,
    choice: Choice,
    source: Result,
    part: Path,
    job: Job,
) -> tuple[str, ...]:
    """Open the engine, run the stream, and remember how fast it was here."""
    job.update(0.0, "opening the engine")
    weights = None if how.model is None else verify(how.model)
    engine = engine_class.open(choice.device, weights)
    fresh = not any(part.iterdir())
    start = time.monotonic()
    options = StreamOptions(overlap=how.overlap, sum=how.sum)
    mixture, next_hop = source.folder / "mixture.wav", as_heard(engine, options, job)
    stems = separate_song(engine, mixture, part, options, job, next_hop)
    if fresh and seconds_of(source) >= _TELLING_SECONDS:
        remember(how.engine, choice.device, (time.monotonic() - start) / seconds_of(source))
    return stems


def seconds_of(source: Result) -> float:
    """The length of a decoded song."""
    return float(source.facts["frames"] / source.facts["sample_rate"])


def _licence(model: StoredModel | None) -> str:
    """A sentence on the weights that were used, for the page beside the stems."""
    return "" if model is None else f"The weights of {model.name}: {model.licence}"


def _mix(files: list[Path], target: Path, job: Job) -> None:
    """The sum of ``files``, block by block."""
    with ExitStack() as stack:
        wavs = [stack.enter_context(Wav(path)) for path in files]
        first = wavs[0]
        blocks = zip(*(wav.blocks(_BLOCK) for wav in wavs), strict=True)
        with WavWriter(target, first.sample_rate, first.channels, first.frames) as writer:
            for index, parts in enumerate(blocks):
                writer.write(np.sum(parts, axis=0, dtype=np.float32))
                job.update(min(1.0, index * _BLOCK / max(1, first.frames)), "mixing the rest")


def _cut_middle(whole: Path, target: Path, seconds: float, job: Job) -> int:
    """Write ``seconds`` from the middle of ``whole``; returns the count of frames."""
    with Wav(whole) as wav:
        frames = min(wav.frames, max(1, round(seconds * wav.sample_rate)))
        start = (wav.frames - frames) // 2
        with WavWriter(target, wav.sample_rate, wav.channels, frames) as writer:
            for at in range(start, start + frames, _BLOCK):
                writer.write(wav.read(at, min(_BLOCK, start + frames - at)))
                job.update(1.0, "cutting the preview")
    return frames


def told(result: Result, job: Job) -> Result:
    """Say what the user must hear of a result, also when it was cached."""
    for note in result.facts["notes"]:
        job.note(note)
    return result


def duration(seconds: float) -> str:
    """Seconds for people: ``0:05``, ``2:40`` or ``1:02:00``."""
    whole = max(1, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
