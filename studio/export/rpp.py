"""The text of a Reaper project: words, colours, and blocks of lines.

A project is lines of words; ``<`` opens a block and ``>`` closes it. Nobody specifies the format:
the rules are those that projects saved by Reaper 4 to 7 show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def quoted(text: str) -> str:
    """``text`` as one word: in the first of ``"``, ``'`` and backtick that it does not hold.

    A text that holds all three has ``'`` in place of each backtick, which is what Reaper does. A
    word ends with its line, so line breaks and control characters become a space.
    """
    text = _UNPRINTABLE.sub(" ", text)
    for mark in "\"'`":
        if mark not in text:
            return f"{mark}{text}{mark}"
    return "`{}`".format(text.replace("`", "'"))


def number(value: float) -> str:
    """Twelve decimals at most, as Reaper writes times; no exponent."""
    return f"{value + 0.0:.12f}".rstrip("0").rstrip(".")


def colour(shade: str) -> int:
    """``#rrggbb`` as Reaper counts colours: blue, green, red, and a bit that says there is one."""
    red, green, blue = bytes.fromhex(shade.removeprefix("#"))
    return 0x1000000 | blue << 16 | green << 8 | red


def block(head: str, *parts: Iterable[str]) -> Iterator[str]:
    """The lines of ``parts`` between ``<head`` and ``>``, made when they are asked for."""
    yield f"<{head}"
    for part in parts:
        for line in part:
            yield f"  {line}"
    yield ">"
