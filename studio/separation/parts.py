"""Finished hops on disk, so that a killed separation goes on where it stopped.

Two files: ``hops.f32`` holds each hop as raw float32 of shape (rows, samples) at its own place,
``journal`` a line that describes the work and then one line for each hop that is whole. A hop is
on the disk before its line is, and a line counts once its newline is there: whatever moment a
crash chooses, what the journal names is right.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np

from studio.files import write_bytes, writing
from studio.music.audio import Samples
from studio.separation.grid import Grid

_JOURNAL = "journal"
HOPS = "hops.f32"


class Parts:
    """The finished hops of one separation, in a ``with`` statement."""

    def __init__(self, folder: Path, work: str, grid: Grid, rows: int) -> None:
        """Take up what ``folder`` keeps of the same ``work``, or begin anew.

        Args:
            work: One line that says what is computed; hops of any other are thrown away.
            rows: Stems times channels.

        Raises:
            DiskFullError, WriteError: nothing can be kept there.
        """
        self._grid = grid
        self._rows = rows
        self._path = folder / HOPS
        journal = folder / _JOURNAL
        size = rows * grid.frames * 4
        with writing(self._path):
            kept = self._path.exists() and self._path.stat().st_size == size
            self.done = _journalled(journal, work, grid.n_hops) if kept else set()
            if not kept:
                with self._path.open("wb") as file:
                    file.truncate(size)
            # Written anew, a torn last line is gone.
            write_bytes(
                journal, "".join(f"{line}\n" for line in (work, *sorted(self.done))).encode()
            )
            self._hops = self._path.open("r+b")
            self._journal = journal.open("ab")

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, *_: object) -> None:
        self._hops.close()
        self._journal.close()

    def missing(self) -> list[int]:
        """The hops that are not finished, rising."""
        return [hop for hop in range(self._grid.n_hops) if hop not in self.done]

    def write(self, hop: int, samples: Samples) -> None:
        """Keep a hop, shape (rows, samples). It survives any crash after this returns.

        Raises:
            DiskFullError, WriteError: it cannot be kept.
        """
        with writing(self._path):
            self._hops.seek(self._place(hop))
            self._hops.write(samples.astype(np.float32, copy=False).tobytes())
            _flush(self._hops)
            self._journal.write(f"{hop}\n".encode())
            _flush(self._journal)
        self.done.add(hop)

    def read(self, hop: int) -> Samples:
        """A finished hop, shape (rows, samples)."""
        start, stop = self._grid.hop_span(hop)
        self._hops.seek(self._place(hop))
        raw = self._hops.read(self._rows * (stop - start) * 4)
        return np.frombuffer(raw, np.float32).reshape(self._rows, stop - start)

    def _place(self, hop: int) -> int:
        return self._rows * self._grid.hop_span(hop)[0] * 4


def begun(folder: Path) -> bool:
    """Whether ``folder`` holds a separation that is not complete."""
    return (folder / _JOURNAL).exists()


def remove(folder: Path) -> None:
    """Remove the two files. Once the journal is gone, nothing asks for the other."""
    (folder / _JOURNAL).unlink(missing_ok=True)
    (folder / HOPS).unlink(missing_ok=True)


def _journalled(journal: Path, work: str, n_hops: int) -> set[int]:
    """The hops that whole lines of ``journal`` name, if it is of the same ``work``."""
    if not journal.exists():
        return set()
    lines = journal.read_bytes().split(b"\n")[:-1]  # what follows the last newline is torn
    if lines[:1] != [work.encode()]:
        return set()
    return {int(line) for line in lines[1:] if line.isdigit() and int(line) < n_hops}


def _flush(file: BinaryIO) -> None:
    """Send what was written to the disk itself."""
    file.flush()
    os.fsync(file.fileno())
