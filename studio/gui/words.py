"""Figures in the words of the window: times, levels, sizes, pitches.

Signs are typographic (− and not -), and a space stands between a figure and its unit.
"""

from __future__ import annotations

import math
import re

_PITCHES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def clock(seconds: float) -> str:
    """A place in a song to the hundredth, ``1:06.30``; never rounded up to what is not yet."""
    hundredths = int(max(0.0, seconds) * 100 + 1e-6)
    return f"{clock_short(hundredths // 100)}.{hundredths % 100:02}"


def clock_short(seconds: float) -> str:
    """A place in a song to the second, ``1:06`` or ``1:02:06``."""
    whole = int(max(0.0, seconds) + 1e-6)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def left(seconds: float) -> str:
    """A length of time, ``18 s``, ``1 min 18 s`` or ``2 h 5 min``; at least one second."""
    whole = max(1, math.ceil(seconds - 1e-6))
    if whole >= 3600:
        hours, minutes = divmod(math.ceil(whole / 60), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def signed(value: float, decimals: int = 0) -> str:
    """A figure with its sign, ``+4`` or ``−4``; zero has none."""
    rounded = round(value, decimals)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.{decimals}f}"


def db(value: float) -> str:
    """A level in decibels without its unit, ``+0.8``, ``0.0``, ``−1.5``; silence is ``−∞``."""
    return "−∞" if value == -math.inf else signed(value, 1)


def size(count: int) -> str:
    """A number of bytes, ``4 kB``, ``78.3 MB``, ``84.2 GB``; thousands, as makers of disks do."""
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 999.5 or unit == "TB":
            break
        value /= 1000
    whole = unit in {"B", "kB"} or value >= 99.95
    return f"{value:.0f} {unit}" if whole else f"{value:.1f} {unit}"


def percent(fraction: float) -> str:
    """A part of the whole, ``36 %``; 100 only when nothing is missing."""
    return f"{int(min(max(fraction, 0.0), 1.0) * 100 + 1e-6)} %"


def pitch(midi: int) -> str:
    """The name of a MIDI pitch in scientific notation: 60 is C4."""
    return f"{_PITCHES[midi % 12]}{midi // 12 - 1}".replace("-", "−")


def hundredths(value: float) -> str:
    """A threshold or strength, ``0.58``."""
    return f"{value:.2f}".replace("-", "−")


def bpm(value: float) -> str:
    """A tempo, ``96.0 BPM``."""
    return f"{value:.1f} BPM"


def accidentals(name: str) -> str:
    """A key or a chord as it is printed: ``F♯ minor`` for ``F# minor``, ``B♭`` for ``Bb``."""
    return re.sub(r"([A-G])b", r"\1♭", name).replace("#", "♯")


def count(number: int) -> str:
    """A number of things with its thousands apart, ``1,214``."""
    return f"{number:,}"


def quoted(name: str) -> str:
    """A file or song by its name: “Night Ferry”."""
    return f"“{name}”"


def QT_TR_NOOP(text: str) -> str:  # by this name translators' tools find the words
    """``text`` itself, which is translated where it is shown, with the empty context."""
    return text
