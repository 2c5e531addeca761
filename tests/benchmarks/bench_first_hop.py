"""How soon a song can be played, drawn and heard apart, by a fresh worker.

Run it by itself on any songs: ``python tests/benchmarks/bench_first_hop.py SONG...``. Each line
gives the seconds from asking a process that does not run yet, and from asking one that was
started before and had time to load.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from studio.job import Cancelled, Job
from studio.worker.client import Worker

MILESTONES = ("song", "peaks", "separating", "hop")


def milestones(song: Path, started_before: bool) -> dict[str, float]:
    """Seconds to the first of each."""
    seconds: dict[str, float] = {}

    def finds(name: str, facts: dict[str, Any]) -> None:
        seconds.setdefault(name, time.perf_counter() - start)
        if name == "hop":
            job.cancel()

    job = Job(finds=finds)
    with tempfile.TemporaryDirectory() as out, Worker() as worker:
        if started_before:
            worker.start()
            time.sleep(2.0)
        start = time.perf_counter()
        try:
            worker.run("apart", {"song": str(song), "out": out}, song.name, job)
        except Cancelled:
            return seconds
    raise SystemExit(f"{song.name} has no hop")


def main() -> None:
    """Print two lines a song."""
    for song in map(Path, sys.argv[1:]):
        for started_before in (False, True):
            found = milestones(song, started_before)
            said = ", ".join(f"{name} {found[name]:.2f} s" for name in MILESTONES)
            print(f"{song.name}, {'started' if started_before else 'fresh'}: {said}")


if __name__ == "__main__":
    main()
