"""What a file says about the sound in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The sound in a file, as known without reading all of it.

    Attributes:
        container: Short name of the file format, such as ``WAV``, ``FLAC``, ``MP4``.
        codec: Short name of how the samples are stored, such as ``PCM_24``, ``AAC``.
        sample_rate: In Hz.
        channels: 1 or more.
        frames: Samples a channel as the file states them: exact for lossless files, else off by a
            few frames of the codec. None where it states nothing and all else would be a guess.
        lossy: Whether the codec throws sound away.
    """

    container: str
    codec: str
    sample_rate: int
    channels: int
    frames: int | None
    lossy: bool
