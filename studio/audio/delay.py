"""The silence an encoder puts before the sound: what a file says of it, and what the user is told.

libav leaves out what a file states (LAME tag, edit list, pre-skip, codec delay). Where a file
states nothing the delay stays in, as in any player and DAW that opens the same file; the song
stands then later against its original, but in line with all that is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# By how many samples sound comes late out of the usual encoders and the decoder together: of LAME
# 576 + 529; of libav's AAC 1024, FDK's 2048, Apple's 2112; of FDK's HE-AAC, versions 1 and 2.
_USUAL = {
    "mp3": (1105, 1105),
    "mp2": (481, 481),
    "aac": (1024, 2112),
    "he-aac": (5057, 7105),
    "ac3": (256, 256),
    "eac3": (256, 256),
    "opus": (312, 312),
}
# The MP3 decoder's part of it. Some muxers write a LAME tag that states 0 for the encoder, which no
# encoder has; libav leaves out just this much then.
_MP3_DECODER = 529
# How much later than its core the sound of HE-AAC comes out of libav's decoder (measured with FDK's
# encoder): 481 samples of the core. Apple's programs, and FDK's after them, do not count it in.
_SBR_DECODER = 961
_ITUNES = re.compile(r"\s*[0-9A-F]{8} ([0-9A-F]{8}) ([0-9A-F]{8}) ([0-9A-F]{16})\b", re.IGNORECASE)
_MOST_PRIMING, _MOST_PADDING = 16_384, 4096


def itunes_gapless(metadata: Mapping[str, str], length: int | None) -> tuple[int, int] | None:
    """What an MP4's ``iTunSMPB`` says: samples before the sound, and samples of sound.

    Args:
        length: Of the track. Like the result at the track's rate, which for HE-AAC may be half of
            what is decoded. Where it fits neither the sound alone nor with all that is around it,
            the file was cut since, and None is returned.
    """
    found = _ITUNES.match(metadata.get("iTunSMPB", ""))
    if found is None or length is None:
        return None
    before, _, sound = (int(number, 16) for number in found.groups())
    fits = -_MOST_PADDING <= length - sound <= before + _MOST_PADDING
    return (before, sound) if fits and 0 < before < _MOST_PRIMING and sound else None


def kind_of(codec: str, profile: str | None) -> str:
    """What the other functions here are asked about: ``codec`` as libav calls it, or ``he-aac``."""
    return "he-aac" if codec == "aac" and (profile or "").startswith("HE-AAC") else codec


def is_stated(kind: str, left_out: int) -> bool:
    """Whether a file whose decoder left out so many samples has told it how many."""
    mute = left_out == 0 or (kind == "mp3" and left_out == _MP3_DECODER)
    return not (mute or _is_guessed(kind))


def unstated_frames(kind: str) -> int:
    """Samples a channel to be left out beyond what a file states."""
    return _SBR_DECODER if kind == "he-aac" else 0


def delay_note(kind: str, left_out: int, rate: int) -> str | None:
    """What the user must hear where the file states no delay; None where all is well.

    Args:
        left_out: Samples a channel that were left out at the start.
        rate: In Hz.
    """
    unstated = "The file does not say how long its encoder's delay is"
    if _is_guessed(kind) and left_out:
        return (
            f"{unstated}: {_milliseconds(left_out, rate)} were left out at its start, which is "
            "right for Microsoft's encoder."
        )
    if kind == "he-aac" and left_out:
        return (
            "The file is HE-AAC; its delay was taken as Apple's programs state it. Where it was "
            f"stated otherwise, all stands {_milliseconds(_SBR_DECODER, rate)} early."
        )
    if kind not in _USUAL or is_stated(kind, left_out):
        return None
    least, most = (usual - left_out for usual in _USUAL[kind])
    range_, milliseconds = f"{least}", _milliseconds(most, rate)
    if least < most:
        range_ = f"{least} to {most}"
        milliseconds = f"{_milliseconds(least, rate).removesuffix(' ms')} to {milliseconds}"
    return (
        f"{unstated}, so it stays in (usually {range_} samples, {milliseconds}), as in a DAW "
        "that opens this file."
    )


def _is_guessed(kind: str) -> bool:
    """Of WMA libav leaves out two frames, whoever encoded it."""
    return kind.startswith("wma")


def _milliseconds(samples: int, rate: int) -> str:
    return f"{1000 * samples / rate:.0f} ms"
