"""Sounds of a song's length, read at any place by the sound's thread.

Contract: frame n is frame n of the song; reading before the start, after the end or where nothing
is known yet gives silence; reading never waits for another thread.
"""

from __future__ import annotations

import mmap
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from studio.audio.riff import chunks
from studio.audio.source import reading
from studio.audio.wav import Wav
from studio.files import writing
from studio.music.audio import Samples
from studio.paths import cache_folder

Span = tuple[int, int]  # first frame, and the one after the last


class Track(Protocol):
    """What a lane, or the song, is made of."""

    def read(self, start: int, frames: int) -> Samples:
        """A new array of shape (2, ``frames``)."""
        ...

    def missing(self, start: int, frames: int) -> list[Span]:
        """The stretches of start <= n < start + frames that are not known yet, rising."""
        ...


class WavTrack:
    """A float32 WAV of ours, mapped and not loaded. Mono is heard on both sides."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            MissingFileError, UnreadableAudioError: as ``audio.wav.Wav`` does.
        """
        with Wav(path) as wav:
            self.sample_rate, self.frames, channels = wav.sample_rate, wav.frames, wav.channels
        with reading(path), path.open("rb") as file:
            offset, _ = chunks(file)[b"data"]
            self._sound = _mapped(file, offset, self.frames, channels)

    def read(self, start: int, frames: int) -> Samples:
        """Shape (2, ``frames``)."""
        return _cut(self._sound, start, frames)

    def missing(self, start: int, frames: int) -> list[Span]:
        """Nothing ever is."""
        return []


class GrowingTrack:
    """A stem while it is separated: a sparse file that is filled part by part.

    It is written as a file and read through a map: where the disk is full, ``put`` says so, while
    writing into a map would end the program. The file has no name and goes with the track.
    """

    def __init__(self, frames: int, folder: Path | None = None) -> None:
        """
        Args:
            frames: Length of the song.
            folder: Where the file lies, with 8 bytes a frame; by default the cache folder, since
                a system's temporary folder may lie in memory.

        Raises:
            DiskFullError, WriteError: it cannot be made there.
        """
        self.frames = frames
        self._folder = folder or cache_folder()
        with writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            file = cast("BinaryIO", tempfile.TemporaryFile(dir=self._folder, buffering=0))  # noqa: SIM115
            self._close = weakref.finalize(self, file.close)
            file.truncate(8 * frames)
        self._file = file
        self._sound = _mapped(file, 0, frames, 2)
        self._known: tuple[Span, ...] = ()

    def put(self, start: int, samples: Samples) -> None:
        """Fill in what is known from frame ``start`` on. Callable on any one thread.

        Args:
            samples: Shape (channels, n); beyond the song's end they are dropped.

        Raises:
            DiskFullError, WriteError: there is no room for it.
        """
        samples = samples[:, : max(0, self.frames - start)]
        stop = start + samples.shape[1]
        both = np.broadcast_to(samples[:2], (2, stop - start))
        with writing(self._folder):
            self._file.seek(8 * start)
            _write_all(self._file, np.ascontiguousarray(both.T, np.float32).tobytes())
        self._known = tuple(merged((*self._known, (start, stop))))

    def read(self, start: int, frames: int) -> Samples:
        """Shape (2, ``frames``)."""
        return _cut(self._sound, start, frames)

    def missing(self, start: int, frames: int) -> list[Span]:
        """What was not put yet."""
        gaps, at, stop = [], max(0, start), min(start + frames, self.frames)
        for known_start, known_stop in self._known:
            if at < min(known_start, stop):
                gaps.append((at, min(known_start, stop)))
            at = max(at, known_stop)
        if at < stop:
            gaps.append((at, stop))
        return gaps


def _mapped(file: BinaryIO, offset: int, frames: int, channels: int) -> NDArray[np.float32]:
    """Interleaved float32 of a file as an array of shape (frames, channels), not loaded."""
    if frames == 0:
        return np.zeros((0, channels), np.float32)
    view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    sound = np.frombuffer(view, "<f4", frames * channels, offset)
    return sound.reshape(frames, channels)


def _cut(sound: NDArray[np.float32], start: int, frames: int) -> Samples:
    """``frames`` frames from ``start`` on, silence outside, at most two channels, planar."""
    block = np.zeros((2, frames), np.float32)
    first, stop = max(0, start), min(start + frames, len(sound))
    if first < stop:
        block[:, first - start : stop - start] = sound[first:stop, :2].T
    return block


def _write_all(file: BinaryIO, content: bytes) -> None:
    """A file without a buffer may take only a part at a time."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def merged(spans: Iterable[Span]) -> list[Span]:
    """``spans`` in rising order, those that touch made one, without empty ones."""
    whole: list[Span] = []
    for start, stop in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], stop)
        elif start < stop:
            whole.append((start, stop))
    return whole
