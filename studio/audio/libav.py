"""Reading by libav (PyAV): MP3, Ogg, Opus, AAC, ALAC, WMA and the sound of videos.

Where sample 0 is: libav drops the encoder's delay where the file states it (LAME tag, edit list,
pre-skip); where the file does not, the delay stays in, as in any player, and a note says so. The
end of an MP4 track is cut to its stated duration, which libav leaves to its caller.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
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

from studio.audio.downmix import named_layout
from studio.audio.info import AudioInfo
from studio.audio.mp3 import stated_mp3_frames
from studio.audio.source import Source, cannot_read, reading
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
_ENCODER_DELAY_FRAMES = {"mp3": 1105, "aac": 1024}
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


class LibavReader:
    """The best sound track of a file libav has open. See ``read.Reader``."""

    def __init__(
        self, path: Path, source: Source, container: InputContainer, mp3_frames: int | None
    ) -> None:
        self._path = path
        self._source = source
        self._container = container
        self._stream = self._best_stream()
        self._delay_is_cut = False
        self._damaged = 0
        self._frames = self._decode()
        # Only a decoded frame tells the true rate: AAC may state half of it (SBR).
        first = next(self._frames, None)
        if first is None:
            raise cannot_read(path, "it holds no sound")
        self._first = first
        self._format = container.format.name.split(",")[0]
        self._codec = self._stream.codec_context.codec.canonical_name
        self.layout = named_layout([channel.name for channel in first.layout.channels])
        self._promise = self._stated_frames(mp3_frames)
        self.info = AudioInfo(
            container=_NAMES.get(self._format, self._format.upper()),
            codec=self._codec.upper(),
            sample_rate=first.sample_rate,
            channels=len(first.layout.channels),
            frames=self._promise,
            lossy=not self._stream.codec_context.codec.lossless,
        )
        self.notes: list[str] = []

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return self.info.sample_rate

    @property
    def channels(self) -> int:
        """1 or more."""
        return self.info.channels

    def close(self) -> None:
        """Let go of libav's side."""
        self._frames.close()
        self._container.close()

    @property
    def fraction(self) -> float:
        """How much of the file has been read, in [0, 1]."""
        return self._source.fraction

    def blocks(self, block_frames: int = 65536) -> Iterator[Samples]:
        """All samples, in blocks. See ``read.Reader``."""
        pieces: Iterator[Samples] = map(self._samples, chain([self._first], self._frames))
        if self._format == "mov" and self._promise is not None:
            pieces = _without_padding(pieces, self._promise)
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

    def _stated_frames(self, mp3_frames: int | None) -> int | None:
        """The length of the sound, where the file states one and libav does not guess it."""
        duration, unit = self._stream.duration, self._stream.time_base
        if not (duration and unit):
            return None
        frames = round(duration * unit * self._first.sample_rate)
        if self._format == "mp3" and mp3_frames:
            # libav's takes off what is cut at both ends; but it may be a guess after all.
            return min(frames, mp3_frames * self._stream.codec_context.frame_size)
        return frames if self._format in _STATES_DURATION else None

    def _decode(self) -> Generator[AudioFrame, None, None]:
        """The frames of the track; counts the damaged packets that have sound after them."""
        damaged = 0
        with reading(self._path), _errors(self._path, self._source, "it cannot be decoded"):
            for packet in self._container.demux(self._stream):
                self._delay_is_cut |= packet.pts is not None and packet.pts < 0
                try:
                    frames = packet.decode()
                except av.InvalidDataError:
                    damaged += 1
                    continue
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
        delay = _ENCODER_DELAY_FRAMES.get(self._codec)
        cut = self._delay_is_cut or bool(self._codec == "mp3" and self._stream.start_time)
        if delay and not cut:
            self.notes.append(
                f"The file does not say how long its encoder's delay is, so it stays in (usually "
                f"{delay} samples, {1000 * delay / rate:.0f} ms), as in a DAW that opens this file."
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


def _without_padding(pieces: Iterable[Samples], promise: int) -> Iterator[Samples]:
    """``pieces`` up to ``promise`` samples, where what is beyond can be a codec's padding.

    Where it is more than that, the promise was wrong (some fragmented MP4) and all is kept.
    """
    done = 0
    beyond: list[Samples] = []
    for piece in pieces:
        inside = min(piece.shape[1], max(0, promise - done))
        done += piece.shape[1]
        if inside:
            yield piece[:, :inside]
        if inside < piece.shape[1]:
            beyond.append(piece[:, inside:])
        if done - promise > _PADDING_FRAMES:
            yield from beyond
            beyond.clear()


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
