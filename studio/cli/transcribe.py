"""Notes of a stem, as .mid: any audio file, or a song that is already apart.

One file a threshold: `<stem>.mid`, or with several thresholds `<stem> 0.55.mid` and so on. The
stem is heard once, however many thresholds are asked for.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from studio.cli.options import add, tempo, threshold
from studio.cli.songs import add_common, run_all
from studio.music.stem import KINDS
from studio.project.gather import gather
from studio.project.project import is_project


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_common(parser)
    parser.add_argument("--out", metavar="FOLDER", help="default: beside the stem")
    parser.add_argument(
        "--as", dest="kind", choices=KINDS, help="what it is (default: by its name)"
    )
    parser.add_argument("--engine", help="default: by kind; `stemwright doctor` lists them")
    parser.add_argument(
        "--threshold", type=threshold, nargs="+", metavar="T", help="onset thresholds, 0 to 1"
    )
    parser.add_argument("--tempo", type=tempo, metavar="BPM", help="default: estimated")
    add(parser, "device")
    parser.add_argument("--force", action="store_true", help="replace .mid files in the way")


def run(args: argparse.Namespace) -> int:
    """Transcribe every stem."""
    from studio.audio.probe import SUFFIXES

    def options(stem: Path) -> dict[str, Any]:
        return {
            "stem": str(stem),
            "out": args.out or str(stem if is_project(stem) else stem.parent),
            "kind": args.kind,
            "engine": args.engine,
            "thresholds": args.threshold,
            "tempo": args.tempo,
            "device": args.device,
            "force": args.force,
        }

    return run_all(gather(args.songs, SUFFIXES), "transcribe", options, args.json)
