"""Exports in a process of its own, killed, short of room, or without rights. Run by the tests.

    child.py BUNDLE FOLDER export FORMAT          export, print "done" or the error
    child.py BUNDLE FOLDER limited BYTES          no file may become larger
    child.py BUNDLE FOLDER crowded                on a disk that others fill after it was asked
    child.py BUNDLE FOLDER unprivileged           as a user who may write nothing there
    child.py BUNDLE FOLDER visible FORMAT N       killed before the Nth file gets into its place
    child.py BUNDLE FOLDER killings FORMAT NEXT START EVERY
        for N = 1, 1 + EVERY ...: copies START to FOLDER/N, is killed there before the Nth change
        of the file system, and exports in format NEXT into a copy; ends when an export is whole
        before it is killed

BUNDLE is a pickled tuple of bundle, facts and the set of Ableton Live to make one from. Every
target there is gets written.
"""

from __future__ import annotations

import os
import pickle
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from studio.errors import StudioError
from studio.export.contract import ExportOptions
from studio.export.targets import TARGETS
from studio.export.write import export_song
from studio.job import Job

CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree")


def export(folder: Path, audio_format: Any) -> None:
    bundle, facts, template = pickle.loads(Path(sys.argv[1]).read_bytes())
    try:
        export_song(
            bundle,
            folder,
            TARGETS.names(),
            options=ExportOptions(audio_format, live_template=template),
            facts=facts,
            scores=b"{}\n",
            force=False,
            job=Job(),
        )
    except StudioError as error:
        print(error.code, error.message)
    else:
        print("done")
    sys.stdout.flush()


def changes(event: str, args: tuple[Any, ...]) -> bool:
    """Whether Python is about to change something on disk."""
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wa+x")
    return event in CHANGES or bool(writes)


def shows(event: str, args: tuple[Any, ...]) -> bool:
    """Whether a user is about to see a file."""
    return event == "os.rename" and "export.partial" not in str(args[1])


def die_at(number: int, counted: Callable[[str, tuple[Any, ...]], bool]) -> None:
    """End this process, without a chance to tidy up, before the ``number``th such event."""
    left = number

    def watch(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if counted(event, args):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def killed_at(number: int, folder: Path, audio_format: str) -> bool:
    """Whether a process that is killed at ``number`` was, and not done before."""
    child = os.fork()
    if child == 0:
        with redirect_stdout(StringIO()):
            die_at(number, changes)
            export(folder, audio_format)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def killings(folder: Path, first: str, then: str, start: Path, every: int) -> None:
    number = 1
    while True:
        killed, again = folder / f"{number}", folder / f"{number} again"
        shutil.copytree(start, killed)
        if not killed_at(number, killed, first):
            return
        shutil.copytree(killed, again)
        print(number, end=" ")
        export(again, then)
        number += every


def main() -> None:
    # A killed process loses nothing it gave to the system; waiting for the disk is for power cuts.
    os.fsync = lambda file: None
    for target in TARGETS:
        TARGETS.load(target.name)  # so that nothing is imported where it counts
    folder, action, *rest = Path(sys.argv[2]), *sys.argv[3:]
    if action == "export":
        export(folder, rest[0])
    elif action == "limited":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(rest[0]), int(rest[0])))
        export(folder, "float32")
    elif action == "crowded":
        usage = shutil.disk_usage(folder.parent)
        shutil.disk_usage = lambda path: usage._replace(free=10**9)
        export(folder, "float32")
    elif action == "unprivileged":
        if os.getuid() == 0:
            os.setuid(65534)
        export(folder, "float32")
    elif action == "visible":
        die_at(int(rest[1]), shows)
        export(folder, rest[0])
    elif action == "killings":
        killings(folder, rest[0], rest[1], Path(rest[2]), int(rest[3]))


main()
