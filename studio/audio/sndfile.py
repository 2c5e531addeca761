"""Reading by libsndfile: WAV and its kin, AIFF, CAF, AU, FLAC. All it can raise is mapped here.

Not for MP3 and Ogg: of an MP3 without a length in its header libsndfile 1.2.2 reads as much as it
guesses (58 % of a variable-rate one), of an Ogg in several links the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from studio.audio import riff
from studio.audio.downmix import masked_layout
from studio.audio.info import AudioInfo
from studio.audio.source import FileReader, Source, cannot_read, reading
from studio.errors import StudioError
from studio.music.audio import Samples

_BEGINNINGS = (b"RIFF", b"RIFX", b"RF64", b"riff", b"FORM", b"caff", b".snd", b"fLaC")
_LOSSLESS = ("PCM_", "FLOAT", "DOUBLE", "ALAC_", "DWVW_")
# libsndfile's count of a stream whose header leaves the length open is the largest number it has.
_OPEN_END = 1 << 62
# How finely a break in a FLAC is located.
_STEP_FRAMES = 4096
# A data chunk may state a few bytes more than there are: some writers count the header in.
_HEADER_BYTES = 128


def open_sndfile(path: Path, source: Source) -> SndfileReader | None:
    """A reader of ``source``, or None where libsndfile is not the one to read it."""
    if not source.peek(4).startswith(_BEGINNINGS):
        return None
    try:
        sound = soundfile.SoundFile(source)
    except soundfile.LibsndfileError:
        return None
    # A FLAC of open length would fail at its end, a WAV that states none has perhaps some.
    if sound.frames == 0 or sound.frames >= _OPEN_END:
        sound.close()
        return None
    return SndfileReader(path, source, sound)


class SndfileReader(FileReader):
    """A file libsndfile has open. See ``read.Reader``."""

    def __init__(self, path: Path, source: Source, sound: soundfile.SoundFile) -> None:
        super().__init__(path, source)
        self._sound = sound
        self.info = AudioInfo(
            container=sound.format.replace("WAVEX", "WAV"),
            codec=sound.subtype,
            sample_rate=sound.samplerate,
            channels=sound.channels,
            frames=sound.frames,
            lossy=not sound.subtype.startswith(_LOSSLESS),
        )
        self.layout = masked_layout(riff.channel_mask(source), sound.channels)

    def close(self) -> None:
        """Let go of libsndfile's side."""
        self._sound.close()

    def blocks(self, block_frames: int = 65536) -> Iterator[Samples]:
        """All samples, in blocks. See ``read.Reader``."""
        frames = self._sound.frames
        self._check_length()
        for start in range(0, frames, block_frames):
            yield self._read(start, min(block_frames, frames - start))

    def _read(self, start: int, frames: int) -> Samples:
        # Never a frame more than there are: beyond its end a FLAC with a tag behind it is damaged.
        block = np.empty((frames, self.info.channels), np.float32)
        for at in range(0, frames, _STEP_FRAMES):
            step = block[at : at + _STEP_FRAMES]
            with reading(self._path), self._errors(start + at):
                count = len(self._sound.read(out=step))
            if count < len(step):
                raise self._broken_off(start + at + count, self._sound.frames)
        return np.ascontiguousarray(block.T)

    @contextmanager
    def _errors(self, done: int) -> Iterator[None]:
        try:
            yield
        except soundfile.SoundFileError as error:
            self._source.check()
            raise self._broken_off(done, self._sound.frames) from error
        self._source.check()

    def _check_length(self) -> None:
        """Of a cut WAV or AIFF libsndfile plays what is there and says nothing."""
        if self.info.container not in ("WAV", "RF64", "AIFF"):
            return
        with reading(self._path):
            stated, there = riff.sound_bytes(self._source)
        if stated - there > _HEADER_BYTES:
            frames = self._sound.frames
            raise self._broken_off(frames, round(frames * stated / max(1, there)))

    def _broken_off(self, done: int, frames: int) -> StudioError:
        rate = self.info.sample_rate
        return cannot_read(
            self._path,
            f"it is cut or damaged after {done / rate:.1f} of its {frames / rate:.1f} seconds",
        )
