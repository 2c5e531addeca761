"""What musical time is heard by: columns that say, frame by frame, what begins and what sounds.

Contract: one pass over the whole song, in blocks; what is kept of an hour is 8 MB. Onset columns
have ``FRAMES_PER_SECOND`` frames a second, chroma columns ``CHROMA_PER_SECOND``; frame k stands for
k / rate seconds. A louder song gives the same columns on another scale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.audio.resample import resample_blocks
from studio.audio.wav import Wav
from studio.dsp import bands, filterbank, harmonic, onset
from studio.job import Job

Column = NDArray[np.float16]  # half the digits: nothing is told apart by more
Levels = NDArray[np.float32]

_RATE, _HOP, _WINDOW = 22050, 220, 1024
FRAMES_PER_SECOND = _RATE / _HOP
_BIN_HZ = np.arange(_WINDOW // 2 + 1) * _RATE / _WINDOW
_BANDS = filterbank.logarithmic(_BIN_HZ, 3, 40.0, 10_000.0)
_CENTRE_HZ = (_BANDS * _BIN_HZ[:, None]).sum(axis=0) / _BANDS.sum(axis=0)
_LOW, _HIGH = _CENTRE_HZ < 150.0, _CENTRE_HZ > 1500.0  # kick and bass; snare and cymbals
_LAG = 2  # frames over which a level rises

_CHROMA_RATE, _CHROMA_HOP, _CHROMA_WINDOW = 11025, 1100, 4096
CHROMA_PER_SECOND = _CHROMA_RATE / _CHROMA_HOP
STEPS = harmonic.BANDS_PER_SEMITONE  # of a semitone, in chroma columns
_LOWEST, _HIGHEST_HZ = 33.0, 2100.0
_SCALE = harmonic.scale(_LOWEST, _HIGHEST_HZ, [(_CHROMA_WINDOW, np.inf)], _CHROMA_RATE)
_BASS_BELOW = 53.0  # a MIDI number
_BESIDE = 6 * STEPS  # bands on either side that a peak stands out from

_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What was heard of a song.

    Attributes:
        strength: How strongly something begins, shape (frames,).
        low: The same below 150 Hz.
        high: The same above 1.5 kHz.
        treble: What sounds, by thirds of a semitone from C - 1/3 on, shape (chroma frames, 36).
        bass: The same of the notes below F3.
    """

    strength: Column
    low: Column
    high: Column
    treble: Column
    bass: Column

    @property
    def seconds(self) -> float:
        """How long the song is, to a frame."""
        return len(self.strength) / FRAMES_PER_SECOND


def save(columns: Columns, path: Path) -> None:
    """Write columns as an ``.npz``."""
    np.savez(path, **{name: getattr(columns, name) for name in Columns.__dataclass_fields__})


def load(path: Path) -> Columns:
    """The columns ``save`` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        return Columns(**{name: kept[name] for name in kept.files})


def listen(mixture: Path, job: Job) -> Columns:
    """The columns of ``mixture``, a WAV of ours.

    Raises:
        Cancelled: by ``job``.
    """
    strength, low, high = _onsets(mixture, job.part(0, 0.6)).T
    treble, bass = _chroma(mixture, job.part(0.6, 1))
    return Columns(strength, low, high, treble, bass)


def _onsets(mixture: Path, job: Job) -> Column:
    """Strength, low and high, shape (frames, 3).

    Levels are square roots of magnitudes: that keeps soft onsets beside loud ones.
    """
    before = np.zeros((_LAG, _BANDS.shape[1]), np.float32)
    found = []
    for magnitudes in bands.band_blocks(_mono(mixture, _RATE, job), _BANDS, _HOP):
        levels = np.concatenate((before, np.sqrt(magnitudes)))
        risen = onset.rises(levels, _LAG)[_LAG:]
        parts = (risen, risen[:, _LOW], risen[:, _HIGH])
        found.append(np.stack([part.mean(axis=1, dtype=np.float32) for part in parts], axis=1))
        before = levels[-_LAG:]
    return onset.smoothed(np.concatenate(found), 1.0).astype(np.float16)


def _chroma(mixture: Path, job: Job) -> tuple[Column, Column]:
    """Treble and bass, by pitch classes in thirds of a semitone."""
    low = _SCALE.midi < _BASS_BELOW
    fold = _folding()
    treble, bass = [], []
    blocks = _mono(mixture, _CHROMA_RATE, job)
    for magnitudes in bands.band_blocks(blocks, _SCALE.banks[0], _CHROMA_HOP):
        peaks = _standing_out(np.sqrt(magnitudes))
        treble.append((peaks[:, ~low] @ fold[~low]).astype(np.float16))
        bass.append((peaks[:, low] @ fold[low]).astype(np.float16))
    return np.concatenate(treble), np.concatenate(bass)


def _standing_out(levels: Levels) -> Levels:
    """What is above the mean of the bands around it: tones are, drums are not."""
    width = 2 * _BESIDE + 1
    padded = np.pad(levels, ((0, 0), (_BESIDE + 1, _BESIDE)), mode="edge")
    total = np.cumsum(padded, axis=1, dtype=np.float64)
    mean = (total[:, width:] - total[:, :-width]) / width
    return np.maximum(levels - mean.astype(np.float32), 0.0)


def _folding() -> Levels:
    """From bands to pitch classes, shape (bands, 36): the third below C first."""
    place = np.rint(_SCALE.midi * STEPS).astype(int) + STEPS // 2
    fold: Levels = np.eye(12 * STEPS, dtype=np.float32)[place % (12 * STEPS)]
    return fold


def _mono(mixture: Path, rate: int, job: Job) -> Iterator[Levels]:
    """The mean of the channels at ``rate``, in blocks."""
    with Wav(mixture) as wav:

        def read() -> Iterator[Levels]:
            done = 0
            for block in wav.blocks(_BLOCK):
                job.update(done / max(1, wav.frames), "Finding the beat")
                done += block.shape[1]
                yield block.mean(axis=0, keepdims=True, dtype=np.float32)

        for block in resample_blocks(read(), wav.sample_rate, rate, 1):
            yield block[0]
