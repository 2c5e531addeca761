"""Take songs apart: stems, notes, scores, and files for your DAW.

Leaves OUT/<song>/ with Stems/, MIDI/, projects for DAWs, scores.json, manifest.json and a page that
says what is what. Run again, it goes on where it stopped and computes nothing twice.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from studio import settings
from studio.cli.options import add, add_files, add_model, files, names, tempo
from studio.cli.songs import add_common, run_all
from studio.project.gather import gather
from studio.project.project import is_project


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_common(parser)
    add(parser, "out", "device", "overlap", "sum")
    add_model(parser)
    add_stems(parser)
    parser.add_argument(
        "--transcribe",
        type=names,
        metavar="STEM,...",
        help="stems to transcribe (default: all that are not silent)",
    )
    add(parser, "threshold")
    # None where the user does not say: what was chosen in the window holds then.
    parser.set_defaults(threshold=None)
    parser.add_argument("--tempo", type=tempo, metavar="BPM", help="default: estimated")
    add(parser, "to")
    add_files(parser)
    add_force(parser)


def run(args: argparse.Namespace) -> int:
    """Process every song."""
    from studio.audio.probe import SUFFIXES

    def options(song: Path) -> dict[str, Any]:
        return {
            **separation(song, args),
            "transcribe": args.transcribe,
            "threshold": args.threshold,
            "usual_threshold": settings.load()["threshold"],
            "tempo": args.tempo,
            "targets": args.to,
        }

    return run_all(gather(args.songs, SUFFIXES), "process", options, args.json)


def separation(song: Path, args: argparse.Namespace) -> dict[str, Any]:
    """The options ``process`` and ``separate`` share."""
    default = None if is_project(song) else settings.load()["model"]
    return {
        "song": str(song),
        "out": args.out,
        "model": args.model or default,
        "device": args.device,
        "overlap": args.overlap,
        "sum": args.sum,
        "stems": args.stems,
        "force": args.force,
        **files(args),
    }


def add_stems(parser: argparse.ArgumentParser) -> None:
    """``--stems``: the others are one stem, so that all still add up to the song."""
    parser.add_argument(
        "--stems",
        type=names,
        metavar="STEM,...",
        help="stems to keep; the others are mixed into one called rest (default: all)",
    )


def add_force(parser: argparse.ArgumentParser) -> None:
    """``--force``."""
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace files in the way that Stemwright did not write or that were changed since",
    )
