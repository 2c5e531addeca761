"""Our own float32 WAV files, read at any place.

Once a song is decoded, everything reads it here: no library stands between, so sample n is the
same sample whatever was read before.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from studio.audio.riff import chunks
from studio.audio.source import cannot_read, reading
from studio.music.audio import Samples

_IEEE_FLOAT = 3
_FORMAT_BYTES = 16


class Wav:
    """A float32 WAV that ``write.WavWriter`` made. A context manager; not for several threads.

    Attributes:
        sample_rate: In Hz.
        channels: As many as the file has.
        frames: Samples a channel.
    """

    sample_rate: int
    channels: int
    frames: int

    def __init__(self, path: Path) -> None:
        """Open ``path``.

        Raises:
            MissingFileError: there is no such file.
            UnreadableAudioError: it is not a float32 WAV, or it is cut.
        """
        self._path = path
        with reading(path):
            self._file = path.open("rb")
            try:
                self._read_header()
            except BaseException:
                self._file.close()
                raise

    def __enter__(self) -> Wav:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def read(self, start: int, frames: int) -> Samples:
        """Samples from ``start`` on, shape (channels, ``frames``), fewer where the file ends.

        Raises:
            MissingFileError, UnreadableAudioError: the file vanished or was cut meanwhile.
        """
        return np.ascontiguousarray(self._strip(start, frames).T, np.float32)

    def _strip(self, start: int, frames: int) -> Samples:
        if start < 0 or frames < 0:
            raise ValueError(f"cannot read {frames} samples from {start}")
        count = max(0, min(frames, self.frames - start))
        width = 4 * self.channels
        with reading(self._path):
            self._file.seek(self._offset + start * width)
            raw = self._file.read(count * width)
        if len(raw) < count * width:
            raise cannot_read(self._path, "it was cut while it was read")
        return np.frombuffer(raw, "<f4").reshape(count, self.channels)

    def blocks(self, block_frames: int = 65536, lead: int = 0) -> Iterator[Samples]:
        """All samples from first to last, in blocks of ``block_frames`` at most.

        Args:
            lead: Samples of silence that come first.
        """
        for strip in self.strips(block_frames, lead):
            yield np.ascontiguousarray(strip.T)

    def strips(self, block_frames: int = 65536, lead: int = 0) -> Iterator[Samples]:
        """As ``blocks``, but as samples lie in the file: read-only, of shape (n, channels).

        For who writes them again: to turn them round twice takes longer than to read them.
        """
        for start in range(0, lead, block_frames):
            yield np.zeros((min(block_frames, lead - start), self.channels), np.float32)
        for start in range(0, self.frames, block_frames):
            yield self._strip(start, block_frames)

    def _read_header(self) -> None:
        found = chunks(self._file)
        if b"fmt " not in found or b"data" not in found:
            raise cannot_read(self._path, "it is not a WAV file")
        self._file.seek(found[b"fmt "][0])
        head = self._file.read(_FORMAT_BYTES)
        if len(head) < _FORMAT_BYTES:
            raise cannot_read(self._path, "it is cut")
        tag, self.channels, self.sample_rate, _, _, bits = struct.unpack("<HHIIHH", head)
        if tag != _IEEE_FLOAT or bits != 32 or self.channels == 0:
            raise cannot_read(self._path, "it is not a WAV file of 32-bit floats")
        self._offset, size = found[b"data"]
        self.frames = size // (4 * self.channels)
        if self._file.seek(0, 2) < self._offset + size:
            raise cannot_read(self._path, "it is cut")
