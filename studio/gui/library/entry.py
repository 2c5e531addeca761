"""A song of the library, and what it says of itself, to eyes and to a screen reader."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from PySide6.QtCore import QCoreApplication

from studio.errors import StudioError
from studio.gui import words

# By this name the words are found for translators.
translate = QCoreApplication.translate
State = Literal[
    "waiting", "separating", "notes", "writing", "done", "stopped", "unreadable", "missing"
]
STATES: tuple[State, ...] = get_args(State)
BUSY: frozenset[State] = frozenset({"separating", "notes", "writing"})
FAILED: frozenset[State] = frozenset({"stopped", "unreadable", "missing"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A song of the library.

    Attributes:
        id: Its name in the library; never given to another song.
        title: For people.
        folder: Where it is apart, once it is.
        source: The file it came from, where that is known.
        state: What happens with it.
        text: What the state alone does not say: "4 stems · 2 takes".
        fraction: How much is done, in [0, 1]; of a stopped song, how much is kept.
        left: Seconds until it is done, where that can be told; of a waiting song, how long it
            will take.
        error: Why it stopped or cannot be read.
    """

    id: str
    title: str
    folder: Path | None = None
    source: Path | None = None
    state: State = "waiting"
    text: str = ""
    fraction: float | None = None
    left: float | None = None
    error: StudioError | None = None

    @property
    def shown(self) -> str:
        """The title, readable even where a file's name is in no known encoding."""
        return os.fsencode(self.title).decode(errors="replace")

    @property
    def place(self) -> Path | None:
        """The folder to show for it: its own, or that of its file while there is none."""
        return self.folder or (self.source.parent if self.source is not None else None)

    @property
    def is_busy(self) -> bool:
        """Whether something is done with it just now."""
        return self.state in BUSY

    @property
    def needs_you(self) -> bool:
        """Whether it does not go on by itself."""
        return self.state in FAILED


def line(entry: Entry) -> str:
    """The line under the title: "Separating 36 % · 1 min 18 s left"."""
    said = _fixed(entry)
    if said:
        return said
    state = {
        "waiting": translate("library", "Waiting"),
        "separating": translate("library", "Separating"),
        "notes": translate("library", "Finding notes"),
        "writing": translate("library", "Writing"),
        "done": translate("library", "Apart"),
    }[entry.state]
    if entry.state == "done":
        return entry.text or state
    if entry.state == "waiting":
        about = (
            translate("library", "about {time}").format(time=about_time(entry.left))
            if entry.left
            else ""
        )
        return _joined(state, entry.text, about)
    done = words.percent(entry.fraction) if entry.fraction is not None else ""
    left = (
        translate("library", "{time} left").format(time=words.left(entry.left))
        if entry.left
        else ""
    )
    if entry.state == "separating":
        return _joined(f"{state} {done}".rstrip(), left)
    return entry.text or _joined(f"{state} {done}".rstrip(), left)


def spoken(entry: Entry) -> str:
    """The whole row in words: "Harbour Lights, separating, 36 percent, 1 minute 18 left"."""
    state = {
        "waiting": translate("library", "waiting"),
        "separating": translate("library", "separating"),
        "notes": translate("library", "finding notes"),
        "writing": translate("library", "writing"),
        "done": translate("library", "done"),
        "stopped": translate("library", "stopped, what is done is kept"),
        "unreadable": translate("library", "could not be read"),
        "missing": translate("library", "its folder is missing"),
    }[entry.state]
    parts = [entry.shown, state]
    if entry.state in ("done", "writing", "notes") and entry.text:
        parts += [part.strip() for part in entry.text.split("·")]
    if entry.fraction is not None and (entry.is_busy or entry.state == "stopped"):
        parts.append(translate("library", "{n} percent").format(n=int(entry.fraction * 100 + 1e-6)))
    if entry.left and entry.is_busy:
        parts.append(translate("library", "{time} left").format(time=spoken_time(entry.left)))
    if entry.left and entry.state == "waiting":
        parts.append(
            translate("library", "about {time}").format(time=spoken_time(_rounded(entry.left)))
        )
    return ", ".join(parts)


def about_time(seconds: float) -> str:
    """A length of time as an estimate: whole minutes from one minute on."""
    return words.left(_rounded(seconds))


def spoken_time(seconds: float) -> str:
    """A length of time as one says it: "1 minute 18", "18 seconds", "2 minutes"."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    if not minutes:
        return (
            translate("library", "1 second")
            if rest == 1
            else translate("library", "{n} seconds").format(n=rest)
        )
    said = (
        translate("library", "1 minute")
        if minutes == 1
        else translate("library", "{n} minutes").format(n=minutes)
    )
    return f"{said} {rest}" if rest else said


def _fixed(entry: Entry) -> str:
    """What a state that needs the user says."""
    if entry.state == "stopped":
        if entry.fraction is None:
            return translate("library", "Stopped, kept")
        return translate("library", "Stopped at {done}, kept").format(
            done=words.percent(entry.fraction)
        )
    if entry.state == "unreadable":
        return translate("library", "Could not be read")
    return translate("library", "Its folder is missing") if entry.state == "missing" else ""


def _rounded(seconds: float) -> float:
    return 60.0 * max(1, round(seconds / 60)) if seconds >= 55 else seconds


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
