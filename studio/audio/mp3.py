"""How long an MP3 says it is.

The first frame of most MP3 files holds no sound but a header: "Xing" (variable rate) or "Info"
(constant rate) of LAME and others, "VBRI" of Fraunhofer's encoder. Without one the length can
only be guessed from the bit rate.
"""

from __future__ import annotations

from studio.audio.source import Source

_ID3_BYTES = 10
_FOOTER = 0x10
_HAS_FRAMES = 1
# Header and side information of a frame are 36 bytes at most; the header stands right behind.
_SEARCHED_BYTES = 4096


def stated_mp3_frames(source: Source) -> int | None:
    """How many MPEG frames the file, if it is an MP3, says it has. Leaves it at the start."""
    _skip_id3(source)
    head = source.read(_SEARCHED_BYTES)
    source.seek(0)
    for name in (b"Xing", b"Info"):
        at = head.find(name)
        if at >= 0 and _number(head, at + 4) & _HAS_FRAMES:
            return _number(head, at + 8)
    at = head.find(b"VBRI")
    return _number(head, at + 14) if at >= 0 else None


def _number(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 4], "big")


def _skip_id3(source: Source) -> None:
    """Go behind the ID3v2 tags, whose length is written in bytes of 7 bits."""
    source.seek(0)
    while (head := source.peek(_ID3_BYTES)).startswith(b"ID3") and len(head) == _ID3_BYTES:
        size = sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        source.seek(source.tell() + _ID3_BYTES * (2 if head[5] & _FOOTER else 1) + size)
