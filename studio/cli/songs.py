"""Songs from the command line, one after another."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio.cli.console import Exit, say, say_json, table, tell, tell_error, watched
from studio.errors import MissingFileError, OptionError, StudioError, UnknownChoiceError
from studio.job import Job
from studio.worker.client import BugError, Worker

Outcome = dict[str, Any]
# What no song could be done with: a model, stem or target that does not exist.
_WRONG_USAGE = {UnknownChoiceError.code, OptionError.code}


def run_all(
    songs: list[Path], task: str, arguments: Callable[[Path], dict[str, Any]], as_json: bool
) -> int:
    """Run ``task`` for each song in one worker; a song that fails does not stop the others."""
    outcomes: list[Outcome] = []
    with Worker() as worker:
        for number, song in enumerate(songs, 1):
            shown = Path(_shown(song)).name
            name = shown if len(songs) == 1 else f"{number}/{len(songs)} {shown}"
            with watched(name) as job:
                outcome = _one(worker, task, arguments(song), song, job)
            outcomes.append(outcome)
            if not as_json and "report" in outcome:
                say(summary(outcome["report"]))
    if as_json:
        say_json(outcomes)
    return _summed_up(outcomes)


def _one(worker: Worker, task: str, arguments: dict[str, Any], song: Path, job: Job) -> Outcome:
    try:
        _require_unicode(song)
        report = worker.run(task, arguments, str(song), job)
    except StudioError as error:
        tell_error(error)
        facts = {"code": error.code, "message": error.message, "hint": error.hint}
        return {"song": _shown(song), "error": facts}
    except BugError as error:
        tell_error(error)
        return {
            "song": str(song),
            "error": {"code": "bug", "message": str(error), "hint": error.log},
        }
    return {"song": str(song), "report": report}


def _shown(song: Path) -> str:
    return os.fsencode(song).decode(errors="replace")


def _require_unicode(song: Path) -> None:
    """A name in no known encoding can be neither said nor kept in a project."""
    try:
        str(song).encode()
    except UnicodeEncodeError as error:
        raise MissingFileError(file=_shown(song), reason="its name is not valid Unicode") from error


def _summed_up(outcomes: list[Outcome]) -> int:
    failed = [Path(outcome["song"]).name for outcome in outcomes if "error" in outcome]
    if not failed:
        return Exit.DONE
    if len(outcomes) > 1:
        tell(f"{len(outcomes) - len(failed)} done, {len(failed)} failed: {', '.join(failed)}")
    codes = {outcome["error"]["code"] for outcome in outcomes if "error" in outcome}
    wrong = len(failed) == len(outcomes) and codes <= _WRONG_USAGE
    return Exit.USAGE if wrong else Exit.FAILED


def summary(report: dict[str, Any]) -> str:
    """What came out of one song, for people."""
    rows = [
        (
            part["stem"],
            "silent" if part["silent"] else "",
            "" if part["notes"] is None else str(part["notes"]),
            f"{report['suggested'][part['stem']]:.2f}"
            if part["stem"] in report["suggested"]
            else "",
        )
        for part in report["stems"]
    ]
    tempo = f"{report['bpm']:.2f} BPM ({report['bpm_source']})"
    head = f"{report['song']}: {report['seconds']:.1f} s, {tempo}"
    body = table(("stem", "", "notes", "suggested threshold"), rows)
    return f"{head}\n{body}\n{len(report['files'])} files in {report['folder']}"


def add_common(parser: argparse.ArgumentParser) -> None:
    """The arguments every command over songs has."""
    parser.add_argument(
        "songs",
        nargs="+",
        metavar="SONG",
        help="audio files, folders of them, or songs already apart",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
