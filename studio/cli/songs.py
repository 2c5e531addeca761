"""Songs from the command line: files and folders, taken recursively, one after another."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from studio.cli.console import Exit, say, say_json, table, tell, tell_error, watched
from studio.errors import MissingFileError, StudioError
from studio.job import Job
from studio.project.project import is_project
from studio.worker.client import BugError, Worker

Outcome = dict[str, Any]


def gather(paths: list[str], suffixes: frozenset[str]) -> list[Path]:
    """Every song named or found below a folder, once each, in the order of the names.

    A folder that is a song already apart stands for that song. A name that leads nowhere is kept:
    its own run says so, and the others go on.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        songs = _below(path, suffixes) if path.is_dir() and not is_project(path) else [path]
        found.update(dict.fromkeys(songs))
    if not found:
        raise MissingFileError(file=", ".join(paths), reason="there is no song in it")
    return list(found)


def _below(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    """Songs below ``folder``, but neither hidden files nor what we made ourselves."""
    for here, folders, files in os.walk(folder):
        if is_project(Path(here)):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if Path(name).suffix.lower() in suffixes and not name.startswith("."):
                yield Path(here, name)


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
    return Exit.FAILED


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
