"""How hard each note was played, from how loud the stem is just after it begins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d
from scipy.stats import rankdata

from studio.audio.wav import Wav
from studio.dsp.level import decibels, loud_level, powers
from studio.job import Job
from studio.music.notes import Notes

_SOFTEST, _MIDDLE, _HARDEST = 30, 72, 115
_ATTACK_PIECES = 5  # of 10 ms
# From this difference on between soft and loud notes the whole range of velocities is used.
_FULL_RANGE_DB = 12.0


def velocities(notes: Notes, stem: Path, job: Job) -> Notes:
    """The same notes with velocities of 30 to 115, by their rank within the stem.

    A note's level is the highest of the stem in the 50 ms after its onset. The softest twentieth
    of the notes gets the lowest velocity, the loudest the highest, the others by rank; where the
    5th and the 95th percentile of the levels lie less than 12 dB apart, the range shrinks towards
    its middle, so that a stem of one level gets one velocity.

    Pass all candidates, whatever the threshold: then a note's velocity never changes with it.

    Raises:
        MissingFileError, UnreadableAudioError: as ``Wav``.
    """
    if not len(notes):
        return notes
    job.update(0.0, "measuring velocities")
    level, _ = levels(notes.onset, stem)
    rank = (rankdata(level) - 0.5) / len(level)
    place = np.clip((rank - 0.05) / 0.9, 0.0, 1.0) - 0.5
    soft, loud = np.percentile(level, (5, 95))
    reach = min(1.0, (loud - soft) / _FULL_RANGE_DB)
    velocity = np.interp(reach * place, (-0.5, 0.0, 0.5), (_SOFTEST, _MIDDLE, _HARDEST))
    job.update(1.0, "measuring velocities")
    return notes.with_velocity(np.rint(velocity).astype(np.int16))


def levels(onset: NDArray[np.float64], stem: Path) -> tuple[NDArray[np.float64], float]:
    """The highest level in dB in the 50 ms after each onset, and that of the loud parts.

    Raises:
        MissingFileError, UnreadableAudioError: as ``Wav``.
    """
    with Wav(stem) as wav:
        length = max(1, wav.sample_rate // 100)
        power = powers(wav.blocks(), length)
        rate = wav.sample_rate / length
    if not len(power):
        return np.full(len(onset), -120.0), -120.0
    pieces = decibels(power)
    ahead = maximum_filter1d(pieces, _ATTACK_PIECES, origin=-(_ATTACK_PIECES // 2), mode="nearest")
    at = np.clip((onset * rate).astype(np.intp), 0, len(pieces) - 1)
    return ahead[at], loud_level(power)
