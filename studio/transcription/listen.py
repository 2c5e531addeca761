"""A stem's WAV to activations, a stretch at a time, in memory that the stretch bounds.

The stem is mixed to mono and resampled in blocks, and heard in stretches of a minute that begin
at whole frames and overlap by the detector's context; so the result is that of hearing it in one
piece. A detector that wants a level gets it by a first pass over the file: the loud parts of the
whole stem are brought there, the same gain throughout. The activations lie in a scratch file
mapped into memory, not on the heap: an hour of piano is 190 MB.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Iterator
from math import ceil
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from studio.audio.resample import resample_blocks, resampled_frames
from studio.audio.wav import Wav
from studio.dsp.level import loud_level, powers
from studio.files import atomic
from studio.job import Job
from studio.music.audio import Audio, Samples
from studio.transcription.contract import Activations, Detector

_STRETCH_SECONDS = 60.0
_BLOCK = 1 << 18
# More gain than this would turn what leaked into an empty stem into notes.
_MOST_GAIN_DB = 26.0


def listen(detector: Detector, stem: Path, job: Job) -> Activations:
    """What ``detector`` hears in the float32 WAV ``stem``.

    Raises:
        MissingFileError, UnreadableAudioError: as ``Wav``.
    """
    with Wav(stem) as wav:
        gain = _gain(wav, detector.level_db)
        samples = resampled_frames(wav.frames, wav.sample_rate, detector.sample_rate)
        mono = (block.mean(axis=0, keepdims=True) * gain for block in wav.blocks(_BLOCK))
        blocks = resample_blocks(mono, wav.sample_rate, detector.sample_rate, 1)
        stretches = _stretches((block[0] for block in blocks), detector)
        return _hear(detector, stretches, ceil(samples / detector.hop), job)


def save_activations(activations: Activations, path: Path) -> None:
    """Write an uncompressed ``.npz``, whole or not at all.

    Raises:
        DiskFullError, WriteError: it cannot be written.
    """
    layers: dict[str, Any] = {
        name: layer for name, layer in _layers(activations).items() if layer is not None
    }
    with atomic(path) as part, part.open("wb") as file:
        np.savez(
            file,
            frames_per_second=np.float64(activations.frames_per_second),
            lowest_pitch=np.int64(activations.lowest_pitch),
            **layers,
        )


def load_activations(path: Path) -> Activations:
    """What ``save_activations`` wrote; the layers are mapped, not read."""
    with np.load(path, allow_pickle=False) as stored:
        rate, lowest = float(stored["frames_per_second"]), int(stored["lowest_pitch"])
        offset = _mapped(path, "offset") if "offset" in stored else None
    return Activations(_mapped(path, "onset"), _mapped(path, "frame"), offset, rate, lowest)


def _gain(wav: Wav, level_db: float | None) -> np.float32:
    """The factor that brings the loud parts of the stem to ``level_db``."""
    if level_db is None:
        return np.float32(1.0)
    mono = (block.mean(axis=0, keepdims=True) for block in wav.blocks(_BLOCK))
    tenths = uniform_filter1d(powers(mono, max(1, wav.sample_rate // 100)), 10, mode="constant")
    missing = min(level_db - loud_level(tenths), _MOST_GAIN_DB)
    return np.float32(10.0 ** (missing / 20.0))


def _stretches(blocks: Iterable[Samples], detector: Detector) -> Iterator[tuple[Samples, int, int]]:
    """Stretches of sound, each with the first and the count of the frames to take from it."""
    hop = detector.hop
    core = round(_STRETCH_SECONDS * detector.sample_rate / hop) * hop
    context = ceil(detector.context_seconds * detector.sample_rate / hop) * hop
    kept = np.zeros(0, np.float32)
    begin = at = 0  # where ``kept`` and the next stretch's own frames begin, in samples
    for block in blocks:
        kept = np.concatenate((kept, block))
        while begin + len(kept) >= at + core + context:
            yield kept[: at + core + context - begin], (at - begin) // hop, core // hop
            at += core
            used = max(0, at - context - begin)
            kept, begin = kept[used:], begin + used
    if begin + len(kept) > at:
        yield kept, (at - begin) // hop, ceil((begin + len(kept) - at) / hop)


def _hear(
    detector: Detector, stretches: Iterable[tuple[Samples, int, int]], n_frames: int, job: Job
) -> Activations:
    """The activations of all stretches, joined."""
    whole: Activations | None = None
    at = 0
    for samples, first, count in stretches:
        job.update(at / n_frames, "listening")
        heard = detector.detect(Audio(samples[None], detector.sample_rate))
        whole = whole or _scratch(heard, n_frames)
        for target, layer in zip(_layers(whole).values(), _layers(heard).values(), strict=True):
            if target is not None and layer is not None:
                target[at : at + count] = layer[first : first + count]
        at += count
    job.update(1.0, "listening")
    return whole or detector.detect(Audio(np.zeros((1, 0), np.float32), detector.sample_rate))


def _scratch(like: Activations, n_frames: int) -> Activations:
    """Empty activations of ``n_frames``, in a scratch file."""
    shape = (n_frames, like.onset.shape[1])
    return Activations(
        _scratch_layer(shape),
        _scratch_layer(shape),
        None if like.offset is None else _scratch_layer(shape),
        like.frames_per_second,
        like.lowest_pitch,
    )


def _scratch_layer(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Zeros in a file without a name, which goes when the array does."""
    with TemporaryFile() as file:
        return np.memmap(file, np.float32, "w+", shape=shape)


def _layers(activations: Activations) -> dict[str, NDArray[np.float32] | None]:
    return {
        "onset": activations.onset,
        "frame": activations.frame,
        "offset": activations.offset,
    }


def _mapped(path: Path, name: str) -> NDArray[np.float32]:
    """An array of an uncompressed ``.npz``, mapped from where its bytes lie in the file."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        file.seek(archive.getinfo(f"{name}.npy").header_offset + 26)
        lengths = struct.unpack("<HH", file.read(4))  # of the member's name and extra field
        file.seek(sum(lengths), 1)
        npy.read_magic(file)
        shape, _, kind = npy.read_array_header_1_0(file)
        at = file.tell()
    return np.memmap(path, kind, "r", at, shape)
