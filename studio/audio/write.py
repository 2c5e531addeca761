"""Sound files that appear whole or not at all, with the same bytes for the same samples."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal

import numpy as np
import soundfile

from studio.audio.chunks import Tags, tag_chunks
from studio.audio.encode import Encoder, FlacEncoder, Subtype, WavEncoder
from studio.audio.wav import Wav
from studio.errors import WriteError
from studio.files import atomic, writing
from studio.job import Job
from studio.music.audio import Samples

Container = Literal["WAV", "FLAC", "MP3"]


class WavWriter:
    """Writes a sound file block by block; it appears when the ``with`` ends well.

    ::

        with WavWriter(target, 44100, 2, frames) as out:
            for block in blocks:
                out.write(block)

    FLOAT keeps the samples as they are. PCM_24 and PCM_16 clip at full scale: apply a gain first,
    ``peak`` tells which. PCM_16 is dithered with noise that depends on the file's name alone:
    the stems of an export do not share theirs, which would add up in phase, and two exports are
    the same. An MP3 takes the samples as they are, and a decoder may clip them.
    """

    def __init__(
        self,
        target: Path,
        sample_rate: int,
        channels: int,
        frames: int | None,
        subtype: Subtype = "FLOAT",
        container: Container = "WAV",
        tags: Tags | None = None,
    ) -> None:
        """Prepare; nothing is written before the ``with``.

        Args:
            target: Missing parent folders are made.
            sample_rate: In Hz.
            channels: 1 or more.
            frames: Samples a channel that will be written, exactly. Above 4 GiB a WAV becomes
                RF64. None where nobody knows yet: the header then keeps room for either.
            subtype: FLOAT for WAV only.
            container: FLAC holds PCM_24 or PCM_16; of an MP3 ``subtype`` says nothing.
            tags: What a WAV says about itself behind its samples. FLAC and MP3 have title and
                album of it.
        """
        if container == "FLAC" and subtype == "FLOAT":
            raise ValueError("FLAC holds whole numbers only")
        self._target = target
        self._sample_rate = sample_rate
        self._channels = channels
        self._frames = frames
        self._subtype: Subtype = subtype
        self._container = container
        self._tags = tags
        self._written = 0
        self._stack = ExitStack()
        self._encoder: Encoder

    def __enter__(self) -> WavWriter:
        """Raises DiskFullError or WriteError."""
        with ExitStack() as stack:
            part = stack.enter_context(atomic(self._target))
            file = stack.enter_context(part.open("w+b"))
            self._encoder = self._open_encoder(file)
            stack.callback(self._encoder.drop)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Raises DiskFullError or WriteError, and ValueError where frames are missing."""
        if error is not None:
            self._stack.__exit__(kind, error, at)
            return
        with self._stack:
            if self._frames not in (None, self._written):
                raise ValueError(f"{self._written} of {self._frames} frames were written")
            self._encoder.finish()

    def write(self, block: Samples) -> None:
        """Append float32 samples of shape (channels, n).

        Raises:
            DiskFullError, WriteError: they cannot be written.
        """
        if block.ndim != 2 or block.shape[0] != self._channels:
            raise ValueError(f"expected {self._channels} channels, got shape {block.shape}")
        self._written += block.shape[1]
        with writing(self._target):
            self._encoder.write(block)

    def _open_encoder(self, file: BinaryIO) -> Encoder:
        seed = zlib.crc32(os.fsencode(self._target.stem))
        rate, channels = self._sample_rate, self._channels
        if self._container == "WAV":
            tail = b""
            if self._tags is not None:
                tail = tag_chunks(self._tags, self._subtype, rate, channels, self._frames)
            return WavEncoder(file, self._subtype, rate, channels, self._frames, seed, tail)
        try:
            if self._container == "MP3":
                from studio.audio.lame import Mp3Encoder  # few need libav to write

                return Mp3Encoder(file, rate, channels, self._tags)
            return FlacEncoder(file, self._subtype, rate, channels, seed, self._tags)
        except (soundfile.SoundFileError, ValueError) as error:
            reason = f"{self._container} cannot hold {channels} channels at {rate} Hz"
            raise WriteError(file=str(self._target), reason=reason) from error


def peak(path: Path) -> float:
    """The largest magnitude in a float32 WAV of ours; 0.0 for silence and for no samples."""
    with Wav(path) as wav:
        return max((float(np.abs(block).max()) for block in wav.blocks()), default=0.0)


def copy_audio(
    source: Path,
    target: Path,
    subtype: Subtype,
    gain: float,
    job: Job,
    container: Container = "WAV",
    tags: Tags | None = None,
    lead: int = 0,
) -> None:
    """Write one of our float32 WAVs again in the form an export asks for.

    Args:
        gain: What every sample is multiplied with; 1.0 leaves FLOAT bit for bit as it is.
        tags: What the file says about itself.
        lead: Samples of silence that come first.

    Raises:
        MissingFileError, UnreadableAudioError: ``source`` cannot be read.
        DiskFullError, WriteError: ``target`` cannot be written.
    """
    with Wav(source) as wav:
        frames = lead + wav.frames
        form = wav.sample_rate, wav.channels, frames, subtype, container, tags
        with WavWriter(target, *form) as out:
            done = 0
            for block in scaled(wav, gain, lead):
                out.write(block)
                done += block.shape[1]
                job.update(done / frames, f"writing {target.name}")


def scaled(wav: Wav, gain: float, lead: int) -> Iterator[Samples]:
    """What an export writes of ``wav``: silence, then the samples times ``gain``, in blocks.

    Args:
        gain: 1.0 leaves every sample bit for bit as it is.
        lead: Samples of silence.
    """
    for strip in wav.strips(lead=lead):
        yield strip.T if gain == 1.0 else strip.T * np.float32(gain)
