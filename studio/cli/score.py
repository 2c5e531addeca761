"""How near takes are to a recording, as a table of scores.

Takes are .mid files; with --sweep they are made from the stem itself, one a threshold. Or name a
song that is already apart, and no take, for the scores it holds. `docs/scores.md` says what each
score means and what it does not prove.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from studio.cli.console import Exit, say, say_json, table, watched
from studio.music.stem import KINDS
from studio.worker.client import Worker


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("stem", metavar="STEM", help="an audio file, or a song already apart")
    parser.add_argument("takes", nargs="*", metavar="TAKE", help=".mid files")
    parser.add_argument(
        "--as", dest="kind", choices=KINDS, help="what it is (default: by its name)"
    )
    parser.add_argument(
        "--reference",
        metavar="FILE",
        help="a .mid to compare with as well: by sound, and by F-measures as if it were the truth",
    )
    parser.add_argument("--sweep", action="store_true", help="takes at thresholds 0.2 to 0.9")
    parser.add_argument(
        "--plot", metavar="FILE", help="stem, take and correlation, as PNG, SVG or PDF"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Score the takes."""
    options = {
        "stem": args.stem,
        "takes": args.takes,
        "kind": args.kind,
        "reference": args.reference,
        "sweep": args.sweep,
        "plot": args.plot,
    }
    name = Path(args.stem).name
    with Worker() as worker, watched(name) as job:
        scores = worker.run("score", options, args.stem, job)
    if args.json:
        say_json(scores)
    else:
        say(show(scores))
    return Exit.DONE


def show(scores: dict[str, Any]) -> str:
    """The table for people."""
    keys = list(dict.fromkeys(key for row in scores["takes"] for key in row["scores"]))
    head = ("stem", "take", "against", "threshold", "notes", *keys)
    rows = [
        (
            row["stem"],
            row.get("take") or row["engine"],
            row.get("against", "stem"),
            "" if row["threshold"] is None else f"{row['threshold']:.2f}",
            str(row["notes"]),
            *(f"{row['scores'][key]:.4g}" if key in row["scores"] else "" for key in keys),
        )
        for row in scores["takes"]
    ]
    suggested = [
        f"Suggested threshold for {stem}: {value:.2f}"
        for stem, value in scores["suggested"].items()
    ]
    return "\n".join([table(head, rows), *suggested])
