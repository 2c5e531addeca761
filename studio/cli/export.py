"""Write files for a song that is already apart, from what its project holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from studio.cli.options import add, add_files, files
from studio.cli.process import add_force
from studio.cli.songs import run_all


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("songs", nargs="+", metavar="SONG_FOLDER", help="as `process` made it")
    add(parser, "to")
    add_files(parser)
    add_force(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Export every song."""

    def options(folder: Path) -> dict[str, Any]:
        return {
            "folder": str(folder),
            "targets": args.to,
            "force": args.force,
            **files(args),
        }

    return run_all([Path(song) for song in args.songs], "export", options, args.json)
