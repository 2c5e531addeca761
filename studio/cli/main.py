"""The table of commands and the way into them.

Only the module of the command asked for is imported, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module

import studio
from studio.cli.console import Exit, guarded


@dataclass(frozen=True, slots=True)
class Command:
    """A command: one line of help, and the module with ``arguments(parser)`` and ``run(args)``."""

    help: str
    module: str


COMMANDS = {
    "process": Command("the whole path: stems, notes, scores, files", "studio.cli.process"),
    "separate": Command("stems only", "studio.cli.separate"),
    "transcribe": Command("notes of a stem, as .mid", "studio.cli.transcribe"),
    "score": Command("how near takes are to a recording", "studio.cli.score"),
    "tempo": Command("tempo, bars and key of a song, and changing them", "studio.cli.tempo"),
    "export": Command("files of a song that is already apart", "studio.cli.export"),
    "models": Command("list, show, add and remove weights", "studio.cli.models"),
    "devices": Command("what it can run on, how fast, why not the others", "studio.cli.devices"),
    "doctor": Command("what is installed, what is missing, what to do", "studio.cli.doctor"),
    "lab": Command("our own networks: songs, training, measures", "studio.cli.lab"),
    "app": Command("the window", "studio.cli.app"),
}


def main(arguments: Sequence[str]) -> int:
    """Run the command line. Returns the exit status: 0, 1, 2 or 130."""
    return guarded(lambda: _main(arguments))


def _main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(overview())
        return Exit.DONE if arguments else Exit.USAGE
    if arguments[0] == "--version":
        sys.stdout.write(f"stemwright {studio.__version__}\n")
        return Exit.DONE
    name = arguments[0]
    if name not in COMMANDS:
        sys.stderr.write(_unknown(name))
        return Exit.USAGE
    module = import_module(COMMANDS[name].module)
    parser = argparse.ArgumentParser(
        prog=f"stemwright {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.arguments(parser)
    run: Callable[[argparse.Namespace], int] = module.run
    return run(parser.parse_args(arguments[1:]))


def overview() -> str:
    """What ``stemwright --help`` prints."""
    rows = "\n".join(f"  {name:<12}{command.help}" for name, command in COMMANDS.items())
    return (
        "usage: stemwright COMMAND ...\n\n"
        "Takes songs apart on this machine: stems, notes, scores, and files for your DAW.\n\n"
        f"{rows}\n\n"
        "stemwright COMMAND --help says more. `stemwright process song.mp3` is the whole path.\n"
    )


def _unknown(name: str) -> str:
    close = get_close_matches(name, COMMANDS, n=1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return f"There is no command {name}.{guess}\n`stemwright --help` lists them.\n"
