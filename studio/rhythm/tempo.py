"""The tempo of a song, from its mixture.

Contract: one constant tempo in quarter notes a minute, with a confidence that says how closely the
song keeps to it; no downbeat. Work runs in blocks; what is kept of the song is one number for each
ten milliseconds. Beats are heard on the mixture, never on one stem.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.audio.resample import resample_blocks
from studio.audio.wav import Wav
from studio.dsp import bands, filterbank, onset
from studio.job import Job
from studio.music.tempo import TempoMap
from studio.rhythm import periodicity

DEFAULT_BPM = 120.0

_RATE, _HOP, _WINDOW = 22050, 220, 1024
FRAMES_PER_SECOND = _RATE / _HOP
_BANDS = filterbank.logarithmic(np.arange(_WINDOW // 2 + 1) * _RATE / _WINDOW, 3, 40.0, 10_000.0)
_LAG = 2  # frames over which a level rises
_BLOCK = 1 << 17


def estimate_tempo(mixture: Path, job: Job) -> TempoMap:
    """The tempo of ``mixture``, a WAV of ours.

    It is made a whole number where that moves the song's last beat by less than 20 ms.

    Returns:
        ``source`` is ``estimated``; where too little begins to tell a tempo by, 120 BPM with
        ``source`` ``default`` and confidence 0.

    Raises:
        Cancelled: by ``job``.
    """
    strength = onset_curve(mixture, job)
    fps = FRAMES_PER_SECOND
    curve = periodicity.peaks_only(strength, fps)
    if not periodicity.enough_onsets(curve):
        return TempoMap.constant(DEFAULT_BPM, "default", 0.0)
    bpm = periodicity.refined_tempo(curve, fps, periodicity.coarse_tempo(curve, fps))
    sure = periodicity.confidence(curve, fps, bpm)
    return TempoMap.constant(periodicity.snapped(bpm, len(curve) / fps), "estimated", sure)


def onset_curve(mixture: Path, job: Job) -> NDArray[np.float32]:
    """How strongly something begins, ``FRAMES_PER_SECOND`` values a second, shape (frames,).

    Levels are square roots of magnitudes: that keeps soft onsets beside loud ones, and a louder
    song gives the same curve on another scale.
    """
    before = np.zeros((_LAG, _BANDS.shape[1]), np.float32)
    curve = []
    with Wav(mixture) as wav:
        for magnitudes in bands.band_blocks(_mono(wav, job), _BANDS, _HOP):
            levels = np.concatenate((before, np.sqrt(magnitudes)))
            curve.append(onset.onset_strength(levels, _LAG)[_LAG:])
            before = levels[-_LAG:]
    return onset.smoothed(np.concatenate(curve), 1.0)


def _mono(wav: Wav, job: Job) -> Iterator[NDArray[np.float32]]:
    """The mean of the channels at 22.05 kHz, in blocks."""

    def read() -> Iterator[NDArray[np.float32]]:
        done = 0
        for block in wav.blocks(_BLOCK):
            job.update(done / max(1, wav.frames), "Finding the tempo")
            done += block.shape[1]
            yield block.mean(axis=0, keepdims=True, dtype=np.float32)

    for block in resample_blocks(read(), wav.sample_rate, _RATE, 1):
        yield block[0]
