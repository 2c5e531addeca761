"""The one place where the command line speaks: results, facts, errors and progress.

Results go to standard output, everything else to standard error; progress is drawn only where
that is a terminal.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import Any

import msgspec

from studio.errors import StudioError
from studio.files import readable
from studio.job import Cancelled, Job
from studio.worker.client import BugError
from studio.worker.log import keep_story


class Exit(IntEnum):
    """The exit statuses."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    STOPPED = 130


def say(text: str) -> None:
    """A result, to standard output."""
    print(text)


def say_json(value: Any) -> None:
    """A result as JSON, to standard output."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def tell(text: str) -> None:
    """A fact beside the result, to standard error."""
    print(text, file=sys.stderr)


def tell_error(error: StudioError | BugError) -> None:
    """One sentence on what failed, one on what to do."""
    if isinstance(error, StudioError):
        tell(error.message)
        if error.hint:
            tell(f"  {error.hint}")
    else:
        tell(f"This is a defect of Stemwright: {error}.")
        tell(f"  Please report it with {error.log}.")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns, aligned; numbers to the right."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    right = [all(_is_number(row[c]) for row in rows) and bool(rows) for c in range(len(head))]

    def cell(text: str, column: int) -> str:
        return text.rjust(widths[column]) if right[column] else text.ljust(widths[column])

    return "\n".join("  ".join(cell(t, c) for c, t in enumerate(line)).rstrip() for line in lines)


def guarded(command: Callable[[], int]) -> int:
    """Run a command; every way it can end is an exit status and, where it failed, a sentence."""
    try:
        return command()
    except (Cancelled, KeyboardInterrupt):
        tell("Stopped. The same command goes on from here.")
        return Exit.STOPPED
    except (StudioError, BugError) as error:
        tell_error(error)
        return Exit.FAILED
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell.
        sys.stderr.close()
        return Exit.FAILED
    except Exception as error:
        tell_error(BugError(f"{type(error).__name__}: {error}", _logged(error)))
        return Exit.FAILED


@contextmanager
def watched(what: str) -> Iterator[Job]:
    """A job whose progress is drawn and which Ctrl-C stops; a second Ctrl-C interrupts at once."""
    with _bar(what) as (sink, notes):
        job = Job(sink, notes, lambda name, facts: _milestone(notes, name, facts))

        def stop(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            notes("Stopping; once more to end at once.")
            job.cancel()

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield job
        finally:
            signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(what: str) -> Iterator[tuple[Callable[[float, str], None], Callable[[str], None]]]:
    """Where progress and facts go: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield _unseen, tell
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=28),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=1.0)

        def sink(fraction: float, text: str) -> None:
            description = f"{what}: {text}" if text else what
            progress.update(task, completed=fraction, description=description)

        yield sink, lambda text: progress.console.print(text, markup=False, highlight=False)


def _unseen(fraction: float, text: str) -> None:
    """Progress that nobody watches."""


def _milestone(notes: Callable[[str], None], name: str, facts: Mapping[str, Any]) -> None:
    """What the terminal says of what the work found on its way."""
    if name == "room":
        needed, free = readable(facts["needed_bytes"]), readable(facts["free_bytes"])
        notes(f"Writing to {facts['folder']} needs {needed}; {free} are free.")


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).replace(" %", "").isdigit() or not text


def _logged(error: Exception) -> str:
    """Where the traceback went: the log, or what is printed where no log can be written."""
    log = keep_story(error)
    if not log:
        tell("".join(traceback.format_exception(error)))
    return log or "the lines above"
