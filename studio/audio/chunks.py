"""What a WAV says about itself behind its samples: where it belongs, and what is in it.

``bext`` (EBU Tech 3285) puts it at time 0, ``iXML`` (ixml.info) names song and tracks, ``cue `` and
``LIST adtl`` hold markers, ``LIST INFO`` (Microsoft and IBM, "Multimedia Programming Interface and
Data Specifications 1.0") the title. A tempo (``acid``) is written only when it is asked for:
several DAWs stretch a file that has one. Nothing holds a clock, so the same tags give the same
bytes; dates, which ``bext`` has room for, stay empty.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape

from studio.audio.riff import SAMPLE_BYTES, chunk

SOFTWARE = "Stemwright"
_BEXT_VERSION = 1
_LARGEST = 2**32 - 1
_STRETCH, _DISK_BASED = 0x04, 0x08
# What XML 1.0 has no way to say.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Cue:
    """A named place: so many samples a channel from the start."""

    sample: int
    label: str


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself.

    Attributes:
        song: The song it belongs to.
        name: What it is of that song: ``Vocals``.
        cues: Markers, in time; those past 4 294 967 295 samples cannot be said.
        bpm: Quarter notes a minute; None: no tempo is said.
        beats_per_bar: Quarter notes a bar, said with the tempo.
    """

    song: str
    name: str
    cues: tuple[Cue, ...] = ()
    bpm: float | None = None
    beats_per_bar: int = 4

    @property
    def title(self) -> str:
        """Song and name."""
        return f"{self.song} - {self.name}"


def tag_chunks(
    tags: Tags, subtype: str, sample_rate: int, channels: int, frames: int | None = None
) -> bytes:
    """The chunks of ``tags``, one after another, of an even length.

    Args:
        subtype: A key of ``riff.SAMPLE_BYTES``.
        sample_rate: In Hz.
        frames: Samples a channel; wanted for a tempo, which counts the beats of the file.
    """
    bits = 8 * SAMPLE_BYTES[subtype]
    cues = [cue for cue in tags.cues if 0 <= cue.sample <= _LARGEST]
    info = {b"INAM": tags.title, b"IPRD": tags.song, b"ISFT": SOFTWARE}
    texts = [chunk(name, _text(value)) for name, value in info.items()]
    written = [
        chunk(b"bext", _bext(tags.title, sample_rate, channels, bits)),
        chunk(b"iXML", _ixml(tags, sample_rate, channels, bits)),
        *(_markers(cues) if cues else ()),
        chunk(b"LIST", b"INFO" + b"".join(texts)),
    ]
    if tags.bpm is not None and frames is not None:
        written.append(chunk(b"acid", _acid(tags, tags.bpm, frames / sample_rate)))
    return b"".join(written)


def plain(text: str) -> str:
    """``text`` without what XML and other libraries refuse: control characters, half characters."""
    return _UNSPEAKABLE.sub("_", text)


def _text(text: str) -> bytes:
    """UTF-8, which FFmpeg and libsndfile expect here too, and the zero that ends it."""
    return text.replace("\0", " ").encode("utf-8", "replace") + b"\0"


def _bext(title: str, sample_rate: int, channels: int, bits: int) -> bytes:
    """Version 1: 602 bytes and the coding history. The time reference is 0 samples."""
    mode = {1: "M=mono,", 2: "M=stereo,"}.get(channels, "")
    history = f"A=PCM,F={sample_rate},W={bits},{mode}T={SOFTWARE}\r\n"
    date_and_time, origin = bytes(10 + 8), SOFTWARE.encode()
    fixed = struct.pack("<256s32s32s18s", _ascii(title), origin, b"", date_and_time)
    return fixed + struct.pack("<QH64s190x", 0, _BEXT_VERSION, b"") + history.encode()


def _ascii(text: str) -> bytes:
    """What ``bext`` may hold: letters without their marks, ``?`` for all that has no such form."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return plain.encode("ascii", "replace")


def _ixml(tags: Tags, sample_rate: int, channels: int, bits: int) -> bytes:
    """Song, tracks and the place in time, as ``bext`` has it."""
    song, name = (escape(plain(text)) for text in (tags.song, tags.name))
    tracks = "".join(
        f"<TRACK><CHANNEL_INDEX>{index}</CHANNEL_INDEX>"
        f"<INTERLEAVE_INDEX>{index}</INTERLEAVE_INDEX><NAME>{name}</NAME></TRACK>"
        for index in range(1, channels + 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<BWFXML><IXML_VERSION>1.5</IXML_VERSION>'
        f"<PROJECT>{song}</PROJECT><NOTE>{name}</NOTE>"
        f"<SPEED><FILE_SAMPLE_RATE>{sample_rate}</FILE_SAMPLE_RATE>"
        f"<AUDIO_BIT_DEPTH>{bits}</AUDIO_BIT_DEPTH>"
        f"<TIMESTAMP_SAMPLE_RATE>{sample_rate}</TIMESTAMP_SAMPLE_RATE>"
        "<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>"
        "<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO></SPEED>"
        f"<TRACK_LIST><TRACK_COUNT>{channels}</TRACK_COUNT>{tracks}</TRACK_LIST></BWFXML>\n"
    ).encode()


def _markers(cues: list[Cue]) -> tuple[bytes, bytes]:
    """The places, numbered from 1, and their labels."""
    points, labels = b"", b""
    for number, cue in enumerate(cues, start=1):
        points += struct.pack("<II4sIII", number, cue.sample, b"data", 0, 0, cue.sample)
        labels += chunk(b"labl", struct.pack("<I", number) + _text(cue.label))
    return (
        chunk(b"cue ", struct.pack("<I", len(cues)) + points),
        chunk(b"LIST", b"adtl" + labels),
    )


def _acid(tags: Tags, bpm: float, seconds: float) -> bytes:
    """As Sonic Foundry's programs wrote it: flags, root note, beats, signature, tempo.

    The layout is nobody's standard; it is the one libsndfile reads.
    """
    flags, beats = _STRETCH | _DISK_BASED, round(seconds * bpm / 60.0)
    return struct.pack("<IHHfIHHf", flags, 60, 0x8000, 0.0, beats, 4, tags.beats_per_bar, bpm)
