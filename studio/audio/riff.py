"""WAV headers: the one we write, and what chunked files say about their own length.

Written by hand because libsndfile puts a clock (the PEAK chunk) into float files, so that two
writes of the same samples would differ. Above 4 GiB the header is RF64 (EBU Tech 3306).
"""

from __future__ import annotations

import struct
from typing import Literal, Protocol

_RIFF_LIMIT = 0xFFFFFFFF  # the largest number its sizes can be; in RF64, that ds64 says them
_RIFF_MOST = _RIFF_LIMIT  # bytes a RIFF file may have behind its first size
# A writer that stopped early, or could not seek, leaves one of these as the length.
_UNKNOWN_SIZES = frozenset({0, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF})
_PCM, _IEEE_FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_EXTENSIBLE_BYTES = 40
SAMPLE_BYTES = {"FLOAT": 4, "PCM_24": 3, "PCM_16": 2}


class _Seekable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


def wav_header(
    subtype: str,
    sample_rate: int,
    channels: int,
    frames: int,
    reserve: bool = False,
    tail_bytes: int = 0,
) -> bytes:
    """Everything of a WAV up to its first sample.

    Args:
        subtype: A key of ``SAMPLE_BYTES``.
        frames: Samples a channel.
        reserve: Keep room for RF64 even where it is not needed, so that the header has the same
            length whatever ``frames`` turns out to be.
        tail_bytes: Of the chunks that follow the samples.
    """
    width = SAMPLE_BYTES[subtype]
    data_bytes = frames * channels * width
    form = _format_chunks(subtype, sample_rate, channels, frames) + b"data"
    total = len(b"WAVE") + len(form) + 4 + data_bytes + data_bytes % 2 + tail_bytes
    if total + 36 * reserve <= _RIFF_MOST:
        room = chunk(b"JUNK", bytes(28)) if reserve else b""
        head = b"RIFF" + struct.pack("<I", total + len(room)) + b"WAVE"
        return head + room + form + struct.pack("<I", data_bytes)
    sizes = struct.pack("<QQQI", total + 36, data_bytes, frames, 0)
    head = b"RF64" + struct.pack("<I", _RIFF_LIMIT) + b"WAVE"
    return head + chunk(b"ds64", sizes) + form + struct.pack("<I", _RIFF_LIMIT)


def _format_chunks(subtype: str, sample_rate: int, channels: int, frames: int) -> bytes:
    width = SAMPLE_BYTES[subtype]
    tag = _IEEE_FLOAT if subtype == "FLOAT" else _PCM
    align = channels * width
    form = struct.pack("<HHIIHH", tag, channels, sample_rate, sample_rate * align, align, 8 * width)
    if tag == _PCM:
        return chunk(b"fmt ", form)
    fact = struct.pack("<I", min(frames, _RIFF_LIMIT))
    return chunk(b"fmt ", form + struct.pack("<H", 0)) + chunk(b"fact", fact)


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk, padded to an even length."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def chunks(file: _Seekable) -> dict[bytes, tuple[int, int]]:
    """The chunks of a RIFF, RIFX, RF64 or AIFF file: name -> (offset of its content, stated size).

    Follows the stated sizes to the end of the file, or to the first name that is none. Of chunks
    with the same name the first counts. Leaves the position as it was.
    """
    here = file.tell()
    end = file.seek(0, 2)
    file.seek(0)
    kind = file.read(12)[:4]
    order: Literal["big", "little"] = "big" if kind in (b"RIFX", b"FORM") else "little"
    found: dict[bytes, tuple[int, int]] = {}
    at, long_size = 12, 0
    while at + 8 <= end:
        file.seek(at)
        name, size = file.read(4), int.from_bytes(file.read(4), order)
        if not all(0x20 <= byte < 0x7F for byte in name):
            break
        if name == b"ds64":
            long_size = int.from_bytes(file.read(16)[8:], "little")
        if name == b"data" and kind == b"RF64" and size == _RIFF_LIMIT:
            size = long_size
        found.setdefault(name, (at + 8, size))
        at += 8 + size + size % 2
    file.seek(here)
    return found


def channel_mask(file: _Seekable) -> int:
    """Which loudspeakers a WAV's channels are for, one bit each; 0 where it does not say."""
    offset, size = chunks(file).get(b"fmt ", (0, 0))
    if size < _EXTENSIBLE_BYTES:
        return 0
    here = file.tell()
    file.seek(offset)
    form = file.read(_EXTENSIBLE_BYTES)
    file.seek(here)
    tag, mask = struct.unpack("<H18xI", form[:24].ljust(24, b"\0"))
    return int(mask) if tag == _EXTENSIBLE else 0


def sound_bytes(file: _Seekable) -> tuple[int, int]:
    """How many bytes of sound a WAV or AIFF states, and how many of them are there.

    Where its writer left the length open the two are the same.
    """
    found = chunks(file)
    here = file.tell()
    end = file.seek(0, 2)
    file.seek(here)
    offset, stated = found.get(b"data") or found.get(b"SSND") or (end, 0)
    there = end - offset
    return (there, there) if stated in _UNKNOWN_SIZES else (stated, min(stated, there))
