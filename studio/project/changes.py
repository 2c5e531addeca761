"""The lines of ``history.jsonl``: what each says, and the checks a stranger's must pass."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

import msgspec

from studio.errors import ProjectNewerError
from studio.music.notes import Note
from studio.music.stem import KINDS
from studio.music.take import Edit, TakeOptions
from studio.music.tempo import TempoMap

FORMAT_VERSION = 1
FIRST = "A"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_TEXT = 200
_LONGEST_SECONDS = 1e6
_ID = re.compile(r"\d{1,3}@\d{1,9}")

Letter = Annotated[str, msgspec.Meta(pattern="^[A-Z]$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_TEXT)]
Text = Annotated[str, msgspec.Meta(max_length=MOST_TEXT)]


class Setup(msgspec.Struct, frozen=True):
    """One variant of a stem's take: all but what the engine heard.

    Attributes:
        options: What chooses among the candidates.
        edits: Changes by hand, in order.
        engine: The detector; empty: the one for the kind.
        kind: What the stem is heard as; empty: what it is by its name.
    """

    options: TakeOptions = msgspec.field(default_factory=TakeOptions)
    edits: tuple[Edit, ...] = ()
    engine: Text = ""
    kind: Text = ""


class Variants(msgspec.Struct, frozen=True):
    """What is known of one stem: its setups by letter, and the letter chosen."""

    setups: dict[Letter, Setup]
    chosen: Letter = FIRST


class Change(msgspec.Struct, frozen=True, tag="change", tag_field="is", omit_defaults=True):
    """``letter`` of ``stem`` gets another setup, and ``chosen`` is chosen.

    The new setup has the first ``kept`` edits of the old one, then ``edits``: a song edited a
    thousand times takes a thousand short lines. ``replaces``: undo steps over the change before
    as well.
    """

    stem: Name
    label: Text = ""
    chosen: Letter | None = None
    letter: Letter | None = None
    options: TakeOptions = msgspec.field(default_factory=TakeOptions)
    kept: Annotated[int, msgspec.Meta(ge=0)] = 0
    edits: tuple[Edit, ...] = ()
    engine: Text = ""
    kind: Text = ""
    replaces: bool = False


class Timing(msgspec.Struct, frozen=True, tag="timing", tag_field="is", omit_defaults=True):
    """The song has another tempo map than ``before``."""

    label: Text
    before: TempoMap
    after: TempoMap


class Undo(msgspec.Struct, frozen=True, tag="undo", tag_field="is"):
    """The last change is taken back."""


class Redo(msgspec.Struct, frozen=True, tag="redo", tag_field="is"):
    """The change taken back last is made again."""


class Base(msgspec.Struct, frozen=True, tag="base", tag_field="is"):
    """The state from which undo no longer leads back."""

    stems: dict[Name, Variants]


class _Header(msgspec.Struct, frozen=True):
    """The first line."""

    format_version: int


Line = Change | Timing | Undo | Redo | Base
AnyLine = TypeVar("AnyLine", bound=Line)
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


def change(stem: str, letter: str, old: Setup, new: Setup, label: str, replaces: bool) -> Change:
    """The line that makes ``new`` of ``old``, in plain numbers.

    Raises:
        ValueError: ``new`` is out of range.
    """
    kept = _common(old.edits, new.edits)
    return checked(
        Change(
            stem=stem,
            label=label[:MOST_TEXT],
            letter=letter,
            options=_plain_options(new.options),
            kept=kept,
            edits=tuple(_plain(edit) for edit in new.edits[kept:]),
            engine=new.engine,
            kind=new.kind,
            replaces=replaces,
        )
    )


def header() -> bytes:
    """The first line of a file."""
    return encoded(_Header(FORMAT_VERSION))


def check_header(line: bytes, file: str) -> None:
    """Raise ProjectNewerError, or ValueError, unless we can read what follows this first line."""
    found = msgspec.json.decode(line, type=_Header).format_version
    if found > FORMAT_VERSION:
        raise ProjectNewerError(file=file, found=found, known=FORMAT_VERSION)
    if found < 1:
        raise ValueError("it does not say its format")


def encoded(line: Line | _Header) -> bytes:
    """A line as bytes, with its end."""
    return msgspec.json.encode(line) + b"\n"


def decoded(line: bytes) -> Line:
    """What a line says. Raises ValueError or MsgspecError where it is not one of ours."""
    return checked(_decoder.decode(line))


def checked(line: AnyLine) -> AnyLine:
    """``line``, all numbers in range. Raises ValueError."""
    if isinstance(line, Change):
        _check(line)
    elif isinstance(line, Base):
        for variants in line.stems.values():
            for setup in variants.setups.values():
                _check(setup)
            if variants.chosen not in variants.setups:
                raise ValueError(f"it chooses {variants.chosen}, which is not there")
    return line


def _check(setup: Setup | Change) -> None:
    options = setup.options
    good = (
        0 <= options.onset_threshold <= 1
        and 0 <= options.shortest <= _LONGEST_SECONDS
        and 0 <= options.lowest_pitch <= 127
        and 0 <= options.highest_pitch <= 127
        and setup.kind in ("", *KINDS)
    )
    if not good:
        raise ValueError("an option of a take is out of range")
    for edit in setup.edits:
        _check_edit(edit)


def _check_edit(edit: Edit) -> None:
    if not _ID.fullmatch(edit.id) or (edit.note is None) != (edit.action == "remove"):
        raise ValueError("an edit is not one of ours")
    note = edit.note
    good = note is None or (
        0 <= note.onset < note.offset <= _LONGEST_SECONDS
        and 0 <= note.pitch <= 127
        and 1 <= note.velocity <= 127
        and 0 <= note.strength <= 1
    )
    if not good:
        raise ValueError("a note is out of range")


def _common(old: tuple[Edit, ...], new: tuple[Edit, ...]) -> int:
    """How many edits both begin with."""
    for count, (one, other) in enumerate(zip(old, new, strict=False)):
        if one is not other and one != other:
            return count
    return min(len(old), len(new))


def _plain_options(options: TakeOptions) -> TakeOptions:
    """The same numbers as Python's own: numpy's are not written."""
    return TakeOptions(
        float(options.onset_threshold),
        float(options.shortest),
        int(options.lowest_pitch),
        int(options.highest_pitch),
    )


def _plain(edit: Edit) -> Edit:
    """As ``_plain_options``."""
    note = edit.note
    if note is None:
        return edit
    plain = Note(
        float(note.onset),
        int(note.pitch),
        float(note.offset),
        int(note.velocity),
        float(note.strength),
    )
    return Edit(edit.action, edit.id, plain)
