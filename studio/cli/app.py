"""The window: drop songs on it, hear them apart, find their notes, and take both into your DAW."""

from __future__ import annotations

import argparse
import os
import sys

from studio.cli.console import Exit, tell

EXAMPLES = """examples:
  stemwright app
  stemwright app song.mp3 "Stemwright/Another Song"
  stemwright app --picture window.png song.mp3
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "songs",
        nargs="*",
        metavar="SONG",
        help="audio files, folders of them, or songs already apart",
    )
    parser.add_argument(
        "--picture",
        metavar="PNG",
        help="keep a picture of the window once the first song is apart, then close it",
    )


def run(args: argparse.Namespace) -> int:
    """Open the window, and end when it is closed."""
    if not _has_screen():
        tell("There is no screen here to open a window on.")
        tell("  Start it from a desktop; `stemwright process` does the same work without one.")
        return Exit.FAILED
    from studio.gui.app import main

    return main(args.songs, args.picture)


def _has_screen() -> bool:
    """Whether Qt can open a window; without a screen it would end the process, not raise."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
