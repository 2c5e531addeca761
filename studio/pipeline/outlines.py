"""The stages of what is drawn and said of finished sound: outlines, levels, the sum's error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.audio.peaks import Peaks, peaks_of
from studio.audio.wav import Wav
from studio.job import Job
from studio.music.bundle import StemFile
from studio.project.project import Project
from studio.project.stages import Facts, Result, Stage

# A stem whose loudest sample lies below -60 dBFS is silent to a listener beside the others.
SILENT_PEAK = 1e-3
_LOWEST_DB = -200.0
_VERSION = 1
_BLOCK_FRAMES = 1 << 16  # whole bins of an outline


@dataclass(frozen=True, slots=True)
class Outlined:
    """What one pass over the stems finds.

    Attributes:
        peaks: Outlines, by stem.
        loudest: The greatest magnitude, by stem.
        sum_error_db: The greatest difference of the stems' sum and the song, in dB of full scale,
            at least -200.
    """

    peaks: dict[str, Path]
    loudest: dict[str, float]
    sum_error_db: float


def outline(project: Project, source: Result, job: Job) -> Path:
    """The outline of the song."""
    stage = Stage("outline", _VERSION, (source.key,), {})

    def make(part: Path, job: Job) -> Facts:
        peaks_of(source.folder / "mixture.wav", job).save(part / "peaks.npz")
        return {}

    return project.run(stage, make, job).folder / "peaks.npz"


def outlines(project: Project, source: Result, files: Sequence[StemFile], job: Job) -> Outlined:
    """Outlines and levels of the stems in ``files``."""
    # The folder of a stage carries its key.
    inputs = (source.key, *sorted({file.path.parent.name for file in files}))
    names = [file.stem.name for file in files]
    stage = Stage("outlines", _VERSION, inputs, {"stems": names})

    def make(part: Path, job: Job) -> Facts:
        peaks, loudest, error = _one_pass(source.folder / "mixture.wav", files, job)
        for name, found in zip(names, peaks, strict=True):
            found.save(part / f"{name}.npz")
        levels = dict(zip(names, loudest, strict=True))
        error_db = decibels(error)
        return {
            "loudest": levels,
            "sum_error_db": _LOWEST_DB if error_db is None else error_db,
        }

    result = project.run(stage, make, job)
    paths = {name: result.folder / f"{name}.npz" for name in names}
    return Outlined(paths, result.facts["loudest"], result.facts["sum_error_db"])


def decibels(amplitude: float) -> float | None:
    """Of full scale, at least -200; None where there is nothing at all."""
    return max(_LOWEST_DB, 20 * math.log10(amplitude)) if amplitude > 0 else None


def _one_pass(
    mixture: Path, files: Sequence[StemFile], job: Job
) -> tuple[list[Peaks], list[float], float]:
    """Outlines and loudest samples of the stems, and the error of their sum, block by block."""
    error, loudest = 0.0, [0.0 for _ in files]
    with ExitStack() as stack:
        song = stack.enter_context(Wav(mixture))
        wavs = [stack.enter_context(Wav(file.path)) for file in files]
        outlined = [Peaks.empty(song.frames, song.sample_rate) for _ in files]
        for start in range(0, song.frames, _BLOCK_FRAMES):
            job.update(start / song.frames, "drawing the stems")
            left = song.read(start, _BLOCK_FRAMES).astype(np.float64)
            for index, wav in enumerate(wavs):
                block = wav.read(start, _BLOCK_FRAMES)
                outlined[index].fill(start, block)
                loudest[index] = max(loudest[index], float(np.abs(block).max()))
                left -= block
            error = max(error, float(np.abs(left).max()))
    return outlined, loudest, error
