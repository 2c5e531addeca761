"""A song through an engine, in memory that does not grow with the song.

Contract: the same song, engine and options give the same samples, whatever was asked for first
and however often the work was killed in between. The song is cut into overlapping segments on a
fixed grid; separated segments are made to add up, blended into hops, and finished hops are kept
in the folder. When all are there they are brought to the song's own rate and length and written
as one float32 WAV a stem, whole or not at all.

A song shorter than a segment is followed by zeros: networks learned on such endings, whereas a
reflection would repeat notes that were never played.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.audio.resample import resample_blocks, resampled_frames
from studio.audio.wav import Wav
from studio.audio.write import WavWriter
from studio.errors import DiskFullError, OptionError
from studio.files import disk_bytes
from studio.job import Job
from studio.music.audio import Samples
from studio.separation import parts as kept
from studio.separation.contract import Engine
from studio.separation.exact_sum import SumMode, close_sum
from studio.separation.grid import Grid
from studio.separation.parts import Parts
from studio.separation.segments import Level, Separator, level_of

REST = "rest"
_RESAMPLED = "mixture-resampled.wav"
_BLOCK_FRAMES = 1 << 18


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How segments become a song.

    Attributes:
        overlap: Of neighbouring segments, as a part of their length, in [0, 0.9]. More costs
            time; below 0.1 seams can become audible.
        sum: How stems are made to add up to the song; see ``exact_sum``.

    Raises:
        OptionError: ``overlap`` is out of its range.
    """

    overlap: float = 0.25
    sum: SumMode = "weighted"

    def __post_init__(self) -> None:
        if not 0.0 <= self.overlap <= 0.9:
            reason = "it lies between 0 and 0.9"
            raise OptionError(option="overlap", value=self.overlap, reason=reason)


def first(missing: Sequence[int]) -> int:
    """The order of a song that nobody listens to yet: from its start."""
    return missing[0]


def hop_seconds(engine: Engine, options: StreamOptions) -> float:
    """Length of a hop: hop k starts at k times this, which is how ``next_hop`` finds a place."""
    return _hop_length(engine, options) / engine.sample_rate


def as_heard(engine: Engine, options: StreamOptions, job: Job) -> Callable[[Sequence[int]], int]:
    """The order for a listener: from where ``job.listening_at`` is now, then from the start."""
    seconds = hop_seconds(engine, options)

    def next_hop(missing: Sequence[int]) -> int:
        here = int((job.listening_at or 0.0) / seconds)
        return next((hop for hop in missing if hop >= here), missing[0])

    return next_hop


def separate_song(
    engine: Engine,
    mixture: Path,
    folder: Path,
    options: StreamOptions,
    job: Job,
    next_hop: Callable[[Sequence[int]], int] = first,
) -> tuple[str, ...]:
    """Write ``<stem>.wav`` for every stem of ``mixture`` into ``folder``.

    The files have the rate, channels and exact number of frames of ``mixture``. A run that was
    killed or cancelled is taken up where it stopped by another call with the same arguments.

    ``job`` is told ``separating`` with all that ``hops.FinishedHops`` needs, and then ``hop`` for
    each that is finished.

    Args:
        mixture: A float32 WAV of 1 or 2 channels.
        folder: Belongs to this song, engine, weights and options alone.
        next_hop: Chooses among the missing hops (rising numbers) which is computed next.

    Returns:
        The names of the stems: ``engine.stems``, and ``rest`` where these are not the whole song.

    Raises:
        AudioFormatError: the engine broke its contract.
        OutOfMemoryError, MemoryError: a segment did not fit; as the engine raised it.
        DiskFullError, WriteError: the files cannot be written.
        Cancelled: the user asked to stop.
    """
    names = _names(engine)
    with Wav(mixture) as song:
        if kept.begun(folder) or not _written(song, folder, names):
            folder.mkdir(parents=True, exist_ok=True)
            _separate(engine, song, folder, options, job, next_hop)
    kept.remove(folder)
    (folder / _RESAMPLED).unlink(missing_ok=True)
    return names


def _separate(
    engine: Engine,
    song: Wav,
    folder: Path,
    options: StreamOptions,
    job: Job,
    next_hop: Callable[[Sequence[int]], int],
) -> None:
    """Everything but clearing up."""
    _require_room(song, engine, folder)
    _resample(song, engine.sample_rate, folder, job.part(0.0, 0.02))
    with _at_rate(song, engine.sample_rate, folder) as source:
        level = level_of(_watched(source, job.part(0.02, 0.03))) if engine.normalise else Level()
        grid = Grid(source.frames, engine.segment_samples, _hop_length(engine, options))
        work = _described(song, engine, grid, options)
        with Parts(folder, work, grid, len(engine.stems) * song.channels) as parts:
            separator = Separator(engine, source, grid, level, options.sum)
            job.found(
                "separating",
                folder=str(folder.absolute()),
                stems=list(engine.stems),
                channels=song.channels,
                sample_rate=engine.sample_rate,
                frames=grid.frames,
                hop_frames=grid.hop,
                done=sorted(parts.done),
            )
            _fill(parts, separator, grid, job.part(0.03, 0.95), next_hop)
            _write(song, engine, parts, folder, options.sum, job.part(0.95, 1.0))


def _fill(
    parts: Parts,
    separator: Separator,
    grid: Grid,
    job: Job,
    next_hop: Callable[[Sequence[int]], int],
) -> None:
    """Compute hops until none is missing.

    Separated segments wait in memory until their hops are whole; where the order jumps, the ones
    that waited longest are dropped and computed again when they are due.
    """
    waiting: dict[int, Samples] = {}
    most = grid.most_in_a_hop + 2 * separator.batch
    while missing := parts.missing():
        hop = next_hop(missing)
        if hop in parts.done or not 0 <= hop < grid.n_hops:
            raise ValueError(f"hop {hop} is not missing")
        wanted = grid.segments_of(hop)
        for segment in waiting.keys() & set(wanted):
            waiting[segment] = waiting.pop(segment)  # the newest are kept longest
        absent = [segment for segment in wanted if segment not in waiting]
        for group in grid.groups_of(absent, separator.batch):
            done = len(parts.done) / grid.n_hops
            job.update(
                done,
                f"separating {_clock(done * separator.seconds)} of {_clock(separator.seconds)}",
            )
            waiting |= separator.separate(group)
            _keep_whole(parts, grid, group, waiting, job)
            while len(waiting) > most:
                del waiting[next(iter(waiting))]


def _keep_whole(
    parts: Parts, grid: Grid, group: range, waiting: dict[int, Samples], job: Job
) -> None:
    """Keep the hops that ``group`` completes, and forget segments nobody waits for."""
    touched = {hop for segment in group for hop in grid.hops_of(segment)}
    for hop in sorted(touched - parts.done):
        if all(segment in waiting for segment in grid.segments_of(hop)):
            blended = grid.blend(hop, waiting)
            parts.write(hop, blended.reshape(-1, blended.shape[-1]))
            job.found("hop", hop=hop)
    for segment in [s for s in waiting if parts.done.issuperset(grid.hops_of(s))]:
        del waiting[segment]


def _write(song: Wav, engine: Engine, parts: Parts, folder: Path, mode: SumMode, job: Job) -> None:
    """The stems from the finished hops, at the song's rate and length, closed to its sum."""
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                WavWriter(folder / f"{name}.wav", song.sample_rate, song.channels, song.frames)
            )
            for name in _names(engine)
        ]
        start = 0
        for block in _at_song_rate(song, engine, parts):
            job.update(start / song.frames, "writing the stems")
            mixture = song.read(start, block.shape[1])
            stems = _closed(mixture, block.reshape(-1, *mixture.shape), engine.complete, mode)
            for writer, stem in zip(writers, stems, strict=True):
                writer.write(stem)
            start += block.shape[1]


def _closed(mixture: Samples, stems: Samples, complete: bool, mode: SumMode) -> Samples:
    """Stems that add up, or with the remainder as one more where they are not the whole song."""
    if not complete:
        rest = mixture - stems.sum(axis=0, dtype=np.float64)
        return np.concatenate([stems, rest[None].astype(np.float32)])
    return stems if mode == "off" else close_sum(mixture, stems)


def _at_song_rate(song: Wav, engine: Engine, parts: Parts) -> Iterator[Samples]:
    """All rows in blocks, together as many frames as the song has."""
    hops = (parts.read(hop) for hop in sorted(parts.done))
    if song.sample_rate == engine.sample_rate:
        return hops
    rows = len(engine.stems) * song.channels
    blocks = resample_blocks(hops, engine.sample_rate, song.sample_rate, rows)
    return _of_length(blocks, rows, song.frames)


def _of_length(blocks: Iterable[Samples], rows: int, frames: int) -> Iterator[Samples]:
    """``blocks``, cut or followed by zeros: there and back again may be off by a sample."""
    left = frames
    for block in blocks:
        cut = block[:, :left]
        left -= cut.shape[1]
        yield cut
    if left:
        yield np.zeros((rows, left), np.float32)


def _resample(song: Wav, sample_rate: int, folder: Path, job: Job) -> None:
    """Make the copy of the song at ``sample_rate``, where one is needed and none was kept."""
    copy = folder / _RESAMPLED
    if song.sample_rate == sample_rate or copy.exists():
        return
    frames = resampled_frames(song.frames, song.sample_rate, sample_rate)
    blocks = resample_blocks(_watched(song, job), song.sample_rate, sample_rate, song.channels)
    with WavWriter(copy, sample_rate, song.channels, frames) as writer:
        for block in blocks:
            writer.write(block)


def _at_rate(song: Wav, sample_rate: int, folder: Path) -> AbstractContextManager[Wav]:
    """The song at ``sample_rate``: itself, which stays open, or its copy."""
    return nullcontext(song) if song.sample_rate == sample_rate else Wav(folder / _RESAMPLED)


def _watched(song: Wav, job: Job) -> Iterator[Samples]:
    """The song in blocks, with progress."""
    read = 0
    for block in song.blocks(_BLOCK_FRAMES):
        job.update(read / song.frames, "reading the song")
        yield block
        read += block.shape[1]


def _names(engine: Engine) -> tuple[str, ...]:
    return engine.stems if engine.complete else (*engine.stems, REST)


def _hop_length(engine: Engine, options: StreamOptions) -> int:
    return max(1, round(engine.segment_samples * (1 - options.overlap)))


def _described(song: Wav, engine: Engine, grid: Grid, options: StreamOptions) -> str:
    """One line that differs where finished hops would not fit."""
    return json.dumps(
        {
            "song": [song.frames, song.channels, song.sample_rate],
            "engine": [engine.stems, engine.complete, engine.sample_rate, engine.channels],
            "grid": [grid.frames, grid.segment, grid.hop],
            "normalise": engine.normalise,
            "sum": options.sum,
        }
    )


def _written(song: Wav, folder: Path, names: Sequence[str]) -> bool:
    """Whether all stems are there, as of a run that was killed just before it returned."""
    for name in names:
        file = folder / f"{name}.wav"
        if not file.exists():
            return False
        with Wav(file) as stem:
            if stem.frames != song.frames:
                return False
    return True


def _require_room(song: Wav, engine: Engine, folder: Path) -> None:
    """Say now, not after an hour, that hops and stems have no room. Raises DiskFullError.

    What an earlier run left here has its room already.
    """
    ratio = engine.sample_rate / song.sample_rate
    each = 4 * song.frames * song.channels
    needed = each * (len(engine.stems) + 1) * (1 + ratio)
    needed -= sum(disk_bytes(path) for path in folder.iterdir())
    free = shutil.disk_usage(folder).free
    if free < needed:
        reason = f"{needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free"
        raise DiskFullError(folder=str(folder), reason=reason)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
