"""What it can run on, how fast, and why not the others."""

from __future__ import annotations

import argparse

from studio.cli.console import Exit, say, say_json, table, watched
from studio.worker.client import Worker


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Probe and measure."""
    with Worker() as worker, watched("measuring") as job:
        rows = worker.run("devices", {}, "the devices", job)
    if args.json:
        say_json(rows)
        return Exit.DONE
    head = ("device", "name", "usable", "GFLOP/s", "why")
    say(
        table(
            head,
            [
                (
                    row["id"],
                    row["label"],
                    "yes" if row["usable"] else "no",
                    "" if row["gflops"] is None else f"{row['gflops']:.0f}",
                    row["reason"],
                )
                for row in rows
            ],
        )
    )
    for row in rows:
        if row["command"]:
            say(f"\n{row['id']}: {row['command']}")
    return Exit.DONE
