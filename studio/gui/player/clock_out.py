"""Outputs without a device: a clock pulls as a device would."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from studio.errors import StudioError
from studio.gui.player.out import Device, Lost, Pull
from studio.music.audio import Samples

if TYPE_CHECKING:
    from studio.audio.write import WavWriter

_PERIOD_SECONDS = 0.02
# Later than this, as after the machine slept, the clock begins anew instead of catching up.
_LATE_SECONDS = 0.25


class NullOut:
    """Pulls in time and throws away what it gets; to be used as ``AudioOut``."""

    def __init__(self, name: str = "No sound", pace: float = 1.0) -> None:
        self.name = name
        self.latency_seconds = 0.0
        self.pace = pace
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def devices(self) -> list[Device]:
        """The one there is."""
        return [Device("null", self.name)]

    def open(self, sample_rate: int, pull: Pull, lost: Lost, device: str | None = None) -> None:
        """Get ready; there is nothing to open."""
        self._period = round(_PERIOD_SECONDS * self.pace * sample_rate) or 1
        self._seconds = self._period / sample_rate / self.pace
        self._pull, self._lost = pull, lost

    def start(self) -> None:
        """Let the clock run."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="sound clock")
        self._thread.start()

    def stop(self) -> None:
        """Stop the clock."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        """Stop the clock."""
        self.stop()

    def keep(self, block: Samples) -> None:
        """What becomes of a block: nothing."""

    def _run(self) -> None:
        due = time.perf_counter()
        while not self._stop.is_set():
            try:
                self.keep(self._pull(self._period))
            except StudioError as error:
                self._lost(error.message)
                return
            due += self._seconds
            late = time.perf_counter() - due
            if late > _LATE_SECONDS:
                due += late
            self._stop.wait(max(0.0, -late))


class FileOut(NullOut):
    """Keeps exactly what would be heard as a float32 WAV, which appears when it is closed.

    What is played after a stop follows what was played before it. Opened again it replaces the
    file it wrote.
    """

    def __init__(self, path: Path, pace: float = 1.0) -> None:
        super().__init__(path.name, pace)
        self._path = path
        self._file: WavWriter | None = None
        self._stack = ExitStack()

    def open(self, sample_rate: int, pull: Pull, lost: Lost, device: str | None = None) -> None:
        """Begin the file. Raises DiskFullError or WriteError."""
        from studio.audio.write import WavWriter

        super().open(sample_rate, pull, lost, device)
        self._file = self._stack.enter_context(WavWriter(self._path, sample_rate, 2, None))

    def keep(self, block: Samples) -> None:
        """Append a block. Raises DiskFullError or WriteError."""
        assert self._file is not None
        self._file.write(block)

    def close(self) -> None:
        """Finish the file. Raises DiskFullError or WriteError."""
        super().close()
        self._stack.close()
