"""Samples as the bytes of a WAV or a FLAC, on an open file.

The system's own error comes out of every call, of FLAC's library too: a full disk must be known
as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Literal, Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from studio.audio.chunks import Tags, plain
from studio.audio.riff import SAMPLE_BYTES, wav_header
from studio.music.audio import Samples

Subtype = Literal["FLOAT", "PCM_24", "PCM_16"]


class Encoder(Protocol):
    """What turns samples into the bytes of one kind of file."""

    def write(self, block: Samples) -> None:
        """Append samples of shape (channels, n). Raises OSError."""
        ...

    def finish(self) -> None:
        """Write what only the end can tell. Raises OSError."""
        ...

    def drop(self) -> None:
        """Let go without another byte. Allowed after ``finish``."""
        ...


class Quantiser:
    """float32 to whole numbers: rounded, clipped at full scale, 16 bit with dither.

    The dither is triangular, ±1 LSB (Lipshitz, Wannamaker and Vanderkooy, "Quantization and
    Dither: A Theoretical Survey", JAES 40(5), 1992): it makes the error independent of the sound.
    24 bit needs none: its steps lie below the noise of any converter.
    """

    def __init__(self, bits: int, seed: int) -> None:
        self._scale = float(1 << (bits - 1))
        self._noise = np.random.default_rng(seed) if bits == 16 else None

    def __call__(self, block: Samples) -> NDArray[np.int32]:
        """``block`` (channels, n) as numbers of shape (n, channels)."""
        wanted = block.T.astype(np.float64) * self._scale
        if self._noise is not None:
            # Drawn sample by sample, so that it does not depend on how the sound is cut in blocks.
            wanted += self._noise.random((*wanted.shape, 2)).sum(axis=2) - 1
        return np.clip(np.rint(wanted), -self._scale, self._scale - 1).astype(np.int32)


class WavEncoder:
    """A WAV, or RF64 above 4 GiB. ``frames`` None: the header is written again at the end.

    ``tail`` are whole chunks that follow the samples.
    """

    def __init__(
        self,
        file: BinaryIO,
        subtype: Subtype,
        sample_rate: int,
        channels: int,
        frames: int | None,
        seed: int,
        tail: bytes = b"",
    ) -> None:
        self._file = file
        self._tail = tail
        self._shape = subtype, sample_rate, channels
        self._open_end = frames is None
        self._bytes = 0
        self._quantise = None if subtype == "FLOAT" else Quantiser(_bits(subtype), seed)
        file.write(self._header(frames or 0))

    def write(self, block: Samples) -> None:
        """Append samples of shape (channels, n). Raises OSError."""
        if self._quantise is None:
            raw = np.ascontiguousarray(block.T, "<f4").data  # written without another copy
        else:
            raw = _packed(self._quantise(block), SAMPLE_BYTES[self._shape[0]]).data
        self._bytes += raw.nbytes
        self._file.write(raw)

    def finish(self) -> None:
        """Pad to an even length, add the tail, and state the length where it was open.

        Raises OSError.
        """
        self._file.write(bytes(self._bytes % 2) + self._tail)
        if self._open_end:
            subtype, _, channels = self._shape
            frames = self._bytes // (SAMPLE_BYTES[subtype] * channels)
            self._file.seek(0)
            self._file.write(self._header(frames))

    def drop(self) -> None:
        """Nothing is held."""

    def _header(self, frames: int) -> bytes:
        return wav_header(*self._shape, frames, self._open_end, len(self._tail))


class FlacEncoder:
    """A FLAC, by libsndfile. Of ``tags`` it holds title and album."""

    def __init__(
        self,
        file: BinaryIO,
        subtype: Subtype,
        sample_rate: int,
        channels: int,
        seed: int,
        tags: Tags | None = None,
    ) -> None:
        self._sink = Sink(file)
        self._shift = 32 - _bits(subtype)
        self._quantise = Quantiser(_bits(subtype), seed)
        self._sound = soundfile.SoundFile(
            self._sink, "w", sample_rate, channels, subtype, format="FLAC"
        )
        if tags is not None:
            self._sound.title, self._sound.album = plain(tags.title), plain(tags.song)

    def write(self, block: Samples) -> None:
        """Append samples of shape (channels, n). Raises OSError."""
        with self._sink.errors():
            self._sound.write(self._quantise(block) << self._shift)

    def finish(self) -> None:
        """Write the last frame, the length and the checksum. Raises OSError."""
        with self._sink.errors():
            self._sound.close()

    def drop(self) -> None:
        """Close libsndfile's side; what it still wants to write goes nowhere."""
        self._sink.closed = True
        with suppress(soundfile.SoundFileError):  # the error that matters is on its way already
            self._sound.close()


class Sink:
    """An open file for a library. Its first error is kept: C code could only lose it."""

    def __init__(
        self,
        file: BinaryIO,
        # libsndfile's, and what soundfile says of short writes.
        theirs: tuple[type[Exception], ...] = (soundfile.SoundFileError, AssertionError),
    ) -> None:
        self._file = file
        self._theirs = theirs
        self._error: OSError | None = None
        self.closed = False

    def write(self, content: bytes) -> int:
        """Write all of ``content``, or nothing after an error."""
        if self.closed or self._error is not None:
            return 0
        try:
            return self._file.write(content)
        except OSError as error:
            self._error = error
            return 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a byte. What is still buffered is written first, so that this can fail as well."""
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            self._error = self._error or error
            return -1

    def tell(self) -> int:
        """The byte it stands at."""
        return self._file.tell()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Let the system's error out of the body in place of the library's."""
        try:
            yield
        except self._theirs as error:
            raise self._error or OSError(str(error)) from error
        if self._error is not None:
            raise self._error


def _bits(subtype: Subtype) -> int:
    return 8 * SAMPLE_BYTES[subtype]


def _packed(values: NDArray[np.int32], width: int) -> NDArray[np.uint8]:
    """The lowest ``width`` bytes of each value, little end first."""
    whole = np.ascontiguousarray(values, "<i4").view(np.uint8)
    return np.ascontiguousarray(whole.reshape(-1, 4)[:, :width])
