"""Take songs apart into stems, and no more.

With --preview 30, only 30 seconds from the middle of each song, to hear a model before the wait.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from studio.cli.options import add, add_files, add_model, positive
from studio.cli.process import add_force, add_stems, separation
from studio.cli.songs import add_common, run_all
from studio.project.gather import gather


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_common(parser)
    add(parser, "out", "device", "overlap", "sum")
    add_files(parser, notes=False)
    add_model(parser)
    add_stems(parser)
    parser.add_argument("--preview", type=positive, metavar="S", help="only S seconds")
    add_force(parser)


def run(args: argparse.Namespace) -> int:
    """Separate every song."""
    from studio.audio.probe import SUFFIXES

    def options(song: Path) -> dict[str, Any]:
        only = {"preview": args.preview, "transcribe": [], "targets": ["stems"]}
        return separation(song, args) | only

    return run_all(gather(args.songs, SUFFIXES), "process", options, args.json)
