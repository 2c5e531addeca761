"""Reading by libav (PyAV): MP3, Ogg, Opus, AAC, ALAC, WMA and the sound of videos.

``delay`` says where sample 0 is. The end of an MP4 track is cut to its stated length, which libav
leaves to its caller.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from studio.audio.delay import delay_note, is_stated, itunes_gapless, kind_of, unstated_frames
from studio.audio.downmix import named_layout
from studio.audio.info import AudioInfo
from studio.audio.mp3 import stated_mp3_frames
from studio.audio.source import FileReader, Source, cannot_read, reading
from studio.music.audio import Samples

# Playlists and the like are left out: they would make libav open other files and addresses.
_FORMATS = (
    "mov,matroska,asf,mp3,aac,ogg,flac,wav,w64,aiff,caf,au,wv,ape,tta,tak,avi,flv,mpegts,mpeg,"
    "ac3,eac3,dts,amr,mpc,mpc8"
)
_NAMES = {"mov": "MP4", "matroska": "MATROSKA"}
# Containers that state the duration of the sound; of others libav guesses it by the bit rate.
_STATES_DURATION = ("mov", "asf", "wv", "ape", "tta", "tak")
_DTYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "flt": "f4", "dbl": "f8"}
# More than the last frame of any codec pads (HE-AAC: 2048 twice).
_PADDING_FRAMES = 4096
_TOLERANCE_SECONDS = 0.5


def open_libav(path: Path, source: Source) -> LibavReader:
    """A reader of ``source``. Raises UnreadableAudioError, MissingFileError, OSError."""
    mp3_frames = stated_mp3_frames(source)
    with _errors(path, source, "this is not a sound file of a kind that can be read"):
        container = av.open(
            source,
            mode="r",
            options={"format_whitelist": _FORMATS},
            metadata_errors="replace",
        )
    try:
        return LibavReader(path, source, container, mp3_frames)
    except BaseException:
        container.close()
        raise


class LibavReader(FileReader):
    """The best sound track of a file libav has open. See ``read.Reader``."""

    def __init__(
        self, path: Path, source: Source, container: InputContainer, mp3_frames: int | None
    ) -> None:
        super().__init__(path, source)
        self._container = container
        self._stream = self._best_stream()
        self._damaged = 0
        self._times = _Times()
        self._frames = self._decode()
        # Only a decoded frame tells the true rate: AAC may state half of it (SBR).
        first = next(self._frames, None)
        if first is None:
            raise cannot_read(path, "it holds no sound")
        self._first = first
        self._format = container.format.name.split(",")[0]
        self._codec = self._stream.codec_context.codec.canonical_name
        self.layout = named_layout([channel.name for channel in first.layout.channels])
        self._kind = kind_of(self._codec, self._stream.codec_context.profile)
        self._gapless = None
        if self._format == "mov":
            self._gapless = itunes_gapless(container.metadata, self._stream.duration)
        self._left_out = self._frames_between(self._times.start, first.pts)
        self._promise = self._stated_frames(mp3_frames)
        self.info = AudioInfo(
            container=_NAMES.get(self._format, self._format.upper()),
            codec=self._codec.upper(),
            sample_rate=first.sample_rate,
            channels=len(first.layout.channels),
            frames=self._promise,
            lossy=not self._stream.codec_context.codec.lossless,
        )

    def close(self) -> None:
        """Let go of libav's side."""
        self._frames.close()
        self._container.close()

    def blocks(self, block_frames: int = 65536) -> Iterator[Samples]:
        """All samples, in blocks. See ``read.Reader``."""
        pieces: Iterator[Samples] = map(self._samples, chain([self._first], self._frames))
        pieces = _without_start(pieces, self._still_too_early())
        if self._format == "mov" and self._promise is not None:
            pieces = _without_padding(pieces, self._promise, self._stated_end)
        done = 0
        for block in _regroup(pieces, block_frames):
            done += block.shape[1]
            yield block
        self._add_notes(done)

    def _best_stream(self) -> AudioStream:
        stream = self._container.streams.best("audio")
        if stream is None:
            raise cannot_read(self._path, "it holds no sound")
        if stream.codec_context is None:
            raise cannot_read(
                self._path, "its sound is copy-protected, or of a kind that cannot be read"
            )
        return cast(AudioStream, stream)

    def _frames_between(self, start: int | None, end: int | None) -> int:
        """Samples a channel between two times in the stream's units; 0 where one is not known."""
        unit = self._stream.time_base
        if start is None or end is None or unit is None:
            return 0
        return round((end - start) * unit * self._first.sample_rate)

    def _stated_frames(self, mp3_frames: int | None) -> int | None:
        """The length of the sound, where the file states one and libav does not guess it."""
        if self._gapless:
            return self._gapless[1] * self._frames_a_unit()
        frames = self._frames_between(0, self._stream.duration)
        if not frames:
            return None
        if self._format == "mp3" and mp3_frames:
            # libav's takes off what is cut at both ends; but it may be a guess after all.
            return min(frames, mp3_frames * self._stream.codec_context.frame_size)
        if self._format == "asf":  # which counts from the first second of all tracks
            frames -= self._frames_between(0, self._stream.start_time)
        return frames if self._format in _STATES_DURATION else None

    def _frames_a_unit(self) -> int:
        """1, or 2 of HE-AAC whose track counts at the rate of its core."""
        return max(1, self._frames_between(0, 1))

    def _still_too_early(self) -> int:
        """Samples at the start that are delay, though libav left them in."""
        before = 0
        if self._gapless:  # libav counts these at the wrong rate in HE-AAC
            before = max(0, self._gapless[0] * self._frames_a_unit() - self._left_out)
        stated = is_stated(self._kind, self._left_out)
        return before + (unstated_frames(self._kind) if stated else 0)

    def _stated_end(self) -> int | None:
        """The length to the sample, where the last packet is marked as a part of one.

        The edit list states it too, but often in whole milliseconds.
        """
        if self._gapless or not self._times.is_partial:
            return None
        return self._frames_between(self._first.pts, self._times.end)

    def _decode(self) -> Generator[AudioFrame, None, None]:
        """The frames of the track; counts the damaged packets that have sound after them."""
        damaged = 0
        with reading(self._path), _errors(self._path, self._source, "it cannot be decoded"):
            for packet in self._container.demux(self._stream):
                try:
                    frames = packet.decode()
                except av.InvalidDataError:
                    damaged += 1
                    continue
                self._times.note(packet.pts, packet.duration)
                if frames:
                    self._damaged, damaged = self._damaged + damaged, 0
                    yield from frames

    def _samples(self, frame: AudioFrame) -> Samples:
        """The samples of a frame, shape (channels, n).

        Not by ``to_ndarray``: of 8 planar channels it reads a ninth that is not there.
        """
        channels = self.info.channels
        if frame.sample_rate != self.info.sample_rate or len(frame.layout.channels) != channels:
            raise cannot_read(self._path, "its sample rate or channels change on the way")
        kind = frame.format.name.removesuffix("p")
        if kind not in _DTYPES:
            raise cannot_read(self._path, f"its samples are of a kind that cannot be read ({kind})")
        planes = frame.planes[: channels if frame.format.is_planar else 1]
        width = frame.samples * channels // len(planes)
        raw = np.stack([np.frombuffer(bytes(p), _DTYPES[kind], count=width) for p in planes])
        if not frame.format.is_planar:
            raw = raw.reshape(-1, channels).T
        return _to_float(raw)

    def _add_notes(self, done: int) -> None:
        rate, tracks = self.info.sample_rate, len(self._container.streams.audio)
        if note := delay_note(self._kind, self._left_out, rate):
            self.notes.append(note)
        if self._format == "ogg" and self._times.runs > 1:
            self.notes.append(
                f"The file is {self._times.runs} recordings in a row; where one ends and the next "
                "begins, some milliseconds too many may stand."
            )
        if self._damaged:
            self.notes.append(f"Damaged places in the file were left out: {self._damaged}.")
        if self._promise and done < self._promise - _TOLERANCE_SECONDS * rate:
            self.notes.append(
                f"The file ends early: {done / rate:.1f} of {self._promise / rate:.1f} seconds "
                "are there."
            )
        if tracks > 1:
            self.notes.append(f"The file holds {tracks} sound tracks; one of them was taken.")


class _Times:
    """When the packets of a track begin and end, in the stream's units.

    Attributes:
        start: Of the first packet that could be decoded.
        end: Of the last one.
        is_partial: Whether the last one is shorter than others: it is cut to the sound's end.
        runs: How often the times begin anew, and once.
    """

    def __init__(self) -> None:
        self.start: int | None = None
        self.end: int | None = None
        self.is_partial = False
        self.runs = 1
        self._last = self._longest = 0

    def note(self, pts: int | None, duration: int | None) -> None:
        """Take in the next packet."""
        if pts is None:
            return
        if self.start is None:
            self.start = pts
        elif pts < self._last:
            self.runs += 1
        length = duration or 0
        self.is_partial = 0 < length < self._longest
        self._last, self._longest, self.end = pts, max(length, self._longest), pts + length


@contextmanager
def _errors(path: Path, source: Source, reason: str) -> Iterator[None]:
    """Turn libav's errors into ours; the system's own, kept by ``source``, come first."""
    try:
        yield
    except av.FFmpegError as error:
        source.check()
        raise cannot_read(path, reason) from error
    source.check()


def _to_float(raw: NDArray[Any]) -> Samples:
    """Any of libav's sample kinds as float32, full scale ±1."""
    if raw.dtype.kind == "f":
        with np.errstate(over="ignore"):  # what becomes infinite is found and counted later
            return raw.astype(np.float32)
    middle = np.float32(128 if raw.dtype == np.uint8 else 0)
    scale = np.float32(2.0 ** (1 - 8 * raw.dtype.itemsize))
    samples: Samples = (raw.astype(np.float32) - middle) * scale
    return samples


def _without_start(pieces: Iterable[Samples], frames: int) -> Iterator[Samples]:
    """``pieces`` from sample ``frames`` on."""
    for piece in pieces:
        if frames < piece.shape[1]:
            yield piece[:, frames:]
        frames = max(0, frames - piece.shape[1])


def _without_padding(
    pieces: Iterable[Samples], promise: int, stated_end: Callable[[], int | None]
) -> Iterator[Samples]:
    """``pieces`` up to ``promise`` samples, where what is beyond can be a codec's padding.

    Where it is more than that, the promise was wrong (some fragmented MP4) and all is kept.

    Args:
        stated_end: Asked after the last piece: a truer length near ``promise``, if there is one.
    """
    given = done = 0
    waiting: list[Samples] = []
    for piece in pieces:
        waiting.append(piece)
        done += piece.shape[1]
        if abs(done - promise) > _PADDING_FRAMES:
            yield from waiting
            given, waiting = done, []
    end = stated_end()
    if end is None or abs(end - promise) > _PADDING_FRAMES:
        end = promise
    for piece in waiting:
        inside = max(0, end - given)
        given += piece.shape[1]
        if inside:
            yield piece[:, :inside]


def _regroup(pieces: Iterable[Samples], block_frames: int) -> Iterator[Samples]:
    """The same samples in blocks of ``block_frames``; the last may be shorter."""
    waiting: list[Samples] = []
    count = 0
    for piece in pieces:
        waiting.append(piece)
        count += piece.shape[1]
        if count < block_frames:
            continue
        joined = np.concatenate(waiting, axis=1)
        whole = count - count % block_frames
        for start in range(0, whole, block_frames):
            yield np.ascontiguousarray(joined[:, start : start + block_frames])
        waiting, count = [joined[:, whole:]], count - whole
    if count:
        yield np.concatenate(waiting, axis=1)
