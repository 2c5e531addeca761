"""Another sample rate: no delay, no drift, an exact length.

By libsoxr (VHQ, linear phase): sample n of the source lies at n · target / source of the result.
Its result does not depend on how the sound is cut into blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from studio.music.audio import Audio, Samples

_QUALITY = "VHQ"


def resampled_frames(frames: int, source_rate: int, target_rate: int) -> int:
    """How many samples ``frames`` become: the nearest whole number, halves up."""
    return (2 * frames * target_rate + source_rate) // (2 * source_rate)


def resample_blocks(
    blocks: Iterable[Samples], source_rate: int, target_rate: int, channels: int
) -> Iterator[Samples]:
    """The blocks at another rate.

    Args:
        blocks: float32, shape (channels, n), of any n.
        source_rate: Of ``blocks``, in Hz.
        target_rate: Of the result, in Hz.

    Yields float32 blocks of shape (channels, m), m > 0, ``resampled_frames`` of all of them
    together. They come later than what they are made of: soxr holds back some milliseconds.
    """
    if source_rate == target_rate:
        yield from (block for block in blocks if block.shape[1])
        return
    stream = soxr.ResampleStream(source_rate, target_rate, channels, "float32", _QUALITY)
    taken = given = 0
    for block in blocks:
        taken += block.shape[1]
        made = stream.resample_chunk(np.ascontiguousarray(block.T))
        given += len(made)
        if len(made):
            yield np.ascontiguousarray(made.T)
    rest = resampled_frames(taken, source_rate, target_rate) - given
    end = stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)[:rest]
    if rest > 0:
        yield np.pad(end.T, ((0, 0), (0, rest - len(end))))


def resample(audio: Audio, sample_rate: int) -> Audio:
    """A short stretch at another rate, ``resampled_frames`` long."""
    made = list(
        resample_blocks([audio.samples], audio.sample_rate, sample_rate, audio.channels)
    ) or [np.zeros((audio.channels, 0), np.float32)]
    return Audio(np.concatenate(made, axis=1), sample_rate)
