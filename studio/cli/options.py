"""Arguments made from the options declared in ``settings``, and types for the others."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, TypeVar

from studio import settings
from studio.errors import OptionError
from studio.settings import Value

T = TypeVar("T")
_OF_SOUND = ("audio_format", "naming", "lead_in", "tempo_tag", "daw")
_OF_NOTES = ("programs", "drum_tracks", "guide_note", "quantise", "grid", "live_template")


def add(parser: argparse.ArgumentParser, *options: str) -> None:
    """Add declared options; the user's own settings are the defaults."""
    own = settings.load()
    for name in options:
        declared = settings.option(name)
        parser.add_argument(
            declared.flag,
            type=_usage(declared.parse),
            default=own[name],
            metavar=_METAVARS[declared.kind],
            help=declared.description.replace("%", "%%"),
        )


def add_files(parser: argparse.ArgumentParser, *, notes: bool = True) -> None:
    """How files are written: of the sound alone, or of the notes too."""
    add(parser, *_OF_SOUND, *(_OF_NOTES if notes else ()))


def files(args: argparse.Namespace) -> dict[str, Any]:
    """What ``add_files`` declared, as the tasks take it."""
    named = [name for name in (*_OF_SOUND, *_OF_NOTES) if hasattr(args, name)]
    return {name: _task_value(name, getattr(args, name)) for name in named}


def _task_value(name: str, value: Value) -> Value | bool | None:
    """A switch of the command line is a truth value to a task, what is found by itself is none."""
    if name == "live_template":
        return None if value == "auto" else value
    return value == "on" if settings.option(name).choices == ("off", "on") else value


def add_model(parser: argparse.ArgumentParser) -> None:
    """``--model``, which is None where the user does not say: a song already apart stays so."""
    add(parser, "model")
    parser.set_defaults(model=None)


def names(text: str) -> list[str]:
    """A list with commas: ``vocals,bass``."""
    return [part.strip().lower() for part in text.split(",") if part.strip()]


def positive(text: str) -> float:
    """A number above 0."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def threshold(text: str) -> float:
    """An onset threshold, as the option of that name."""
    return float(str(_usage(settings.option("threshold").parse)(text)))


def tempo(text: str) -> float:
    """A tempo a MIDI file can hold, in BPM."""
    bpm = positive(text)
    if not 20 <= bpm <= 400:
        raise argparse.ArgumentTypeError(f"{text} is not from 20 to 400 BPM")
    return bpm


def _usage(parse: Callable[[str], T]) -> Callable[[str], T]:
    """``parse``, whose refusal is a usage error of the command line."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except OptionError as error:
            raise argparse.ArgumentTypeError(str(error.facts["reason"])) from error

    return parsed


_METAVARS: dict[str, str] = {
    "text": "NAME",
    "number": "X",
    "choice": "NAME",
    "folder": "FOLDER",
    "names": "NAME,...",
    "template": "TEXT",
}
