"""Samples as an MP3 of 320 kbit/s, by LAME through libav.

The first frame holds no sound but LAME's tag, which states how many samples encoder and last frame
add: a reader that heeds it, as ours and most players do, gets sample n at place n and not one more.
The tag's layout is that of "Mp3 info Tag rev 1" (gabriel.mp3-tech.org); the number of samples to
drop at the end is written by us, since libav does not count those of more than the last frame.
"""

from __future__ import annotations

from typing import BinaryIO

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream

from studio.audio.chunks import SOFTWARE, Tags, plain
from studio.audio.encode import Sink
from studio.music.audio import Samples

_LONG_FRAMES_FROM = 32_000  # Hz; below, frames are half as long
BITS_PER_SECOND = 320_000  # LAME takes the most a rate allows where that is less
_LAYOUTS = {1: "mono", 2: "stereo"}
_FRAME = 576
# Places in the tag, from its name on; the frame's header and side information stand before it.
_FRAMES, _DELAYS, _CHECKSUM = 8, 141, 154
_BEFORE_TAG = {(True, 2): 36, (True, 1): 21, (False, 2): 21, (False, 1): 13}


class Mp3Encoder:
    """An MP3 with title and album, where there are ``tags``. See ``encode.Encoder``.

    Raises:
        ValueError: MP3 has no such rate, or not so many channels.
    """

    def __init__(
        self, file: BinaryIO, sample_rate: int, channels: int, tags: Tags | None = None
    ) -> None:
        lame = av.Codec("libmp3lame", "w")
        if channels not in _LAYOUTS or sample_rate not in (lame.audio_rates or ()):
            raise ValueError(f"no MP3 has {channels} channels at {sample_rate} Hz")
        self._file = file
        self._sink = Sink(file, (av.FFmpegError,))
        self._rate, self._layout = sample_rate, _LAYOUTS[channels]
        # Version 3 of the tags is what file managers read.
        with self._sink.errors():
            self._out = av.open(self._sink, "w", format="mp3", options={"id3v2_version": "3"})
            self._stream = self._open_stream()
        if tags is not None:
            self._out.metadata.update(title=plain(tags.title), album=plain(tags.song))
        self._out.metadata["encoded_by"] = SOFTWARE
        self._waiting = np.empty((channels, 0), np.float32)
        self._done = 0

    def write(self, block: Samples) -> None:
        """Append samples of shape (channels, n). Raises OSError."""
        samples = np.concatenate([self._waiting, block], axis=1)
        whole = samples.shape[1] - samples.shape[1] % _FRAME
        for start in range(0, whole, _FRAME):
            self._encode(samples[:, start : start + _FRAME])
        self._waiting = samples[:, whole:]

    def finish(self) -> None:
        """Write the last frame and the tag, whose place is the first. Raises OSError."""
        if self._waiting.shape[1]:
            self._encode(self._waiting)
        with self._sink.errors():
            self._out.mux(self._stream.encode(None))
            self._out.close()
        self._state_length()

    def drop(self) -> None:
        """Let go of libav's side; what it still wants to write goes nowhere."""
        self._sink.closed = True
        self._out.close()

    def _open_stream(self) -> AudioStream:
        stream = self._out.add_stream("libmp3lame", rate=self._rate)
        context: AudioCodecContext = stream.codec_context
        context.layout, context.format = self._layout, "fltp"
        context.bit_rate = BITS_PER_SECOND
        return stream

    def _state_length(self) -> None:
        """Say in the tag how many samples at the end are none of the sound's."""
        self._file.seek(0)
        start = 10 + sum(
            b << s for b, s in zip(self._file.read(10)[6:], (21, 14, 7, 0), strict=True)
        )
        long = self._rate >= _LONG_FRAMES_FROM
        at = _BEFORE_TAG[long, self._waiting.shape[0]]
        self._file.seek(start)
        head = bytearray(self._file.read(at + _CHECKSUM))
        frames = int.from_bytes(head[at + _FRAMES : at + _FRAMES + 4])
        delay = int.from_bytes(head[at + _DELAYS : at + _DELAYS + 3]) >> 12
        padding = frames * (2 * _FRAME if long else _FRAME) - delay - self._done
        head[at + _DELAYS : at + _DELAYS + 3] = (delay << 12 | padding).to_bytes(3)
        self._file.seek(start)
        self._file.write(head + _crc16(bytes(head)).to_bytes(2))

    def _encode(self, samples: Samples) -> None:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", self._layout)
        frame.sample_rate, frame.pts = self._rate, self._done
        self._done += samples.shape[1]
        with self._sink.errors():
            self._out.mux(self._stream.encode(frame))


def _crc16(content: bytes) -> int:
    """CRC-16 as the tag has it: polynomial 0x8005, lowest bit first."""
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
