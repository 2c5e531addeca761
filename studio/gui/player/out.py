"""Where sound goes: one small contract for devices, files and nothing at all.

``STEMWRIGHT_AUDIO`` chooses: ``null`` plays into nothing, ``file:OUT.wav`` keeps what would be
heard (``file:OUT.wav?speed=8`` eight times faster than it sounds), otherwise it is a device.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from studio.errors import OptionError
from studio.music.audio import Samples

VARIABLE = "STEMWRIGHT_AUDIO"

# Asked for n frames it returns float32 of shape (2, n). Called on the output's own thread.
Pull = Callable[[int], Samples]
# Told once, on any thread, that nothing more will be pulled: the reason, "" if the device is gone.
Lost = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Device:
    """Something that sound comes out of. ``id`` stays the same from one start to the next."""

    id: str
    name: str


class AudioOut(Protocol):
    """One output. Its methods may take a while and are called on one thread, never on its own.

    Attributes:
        name: Of what is open, for people.
        latency_seconds: From a pull to the moment it is heard, once it runs steadily.
        pace: How many seconds of sound it takes a second; 1 unless it is a fast file.
    """

    name: str
    latency_seconds: float
    pace: float

    def devices(self) -> list[Device]:
        """What could be opened now. Raises SoundDeviceError."""
        ...

    def open(self, sample_rate: int, pull: Pull, lost: Lost, device: str | None = None) -> None:
        """Get ready to play stereo.

        Args:
            device: The ``id`` of a device; None is the system's default.

        Raises:
            SoundDeviceError: nothing can be heard there.
            DiskFullError, WriteError: a file that cannot be written.
        """
        ...

    def start(self) -> None:
        """Begin to pull. Raises SoundDeviceError."""
        ...

    def stop(self) -> None:
        """Stop pulling; when it returns no pull runs. ``start`` goes on."""
        ...

    def close(self) -> None:
        """Let go of the device, or finish the file."""
        ...


def open_out(spec: str | None = None) -> AudioOut:
    """The output that ``spec`` names, or else ``STEMWRIGHT_AUDIO``; nothing is opened yet.

    Raises:
        OptionError: it is neither ``null`` nor a file.
    """
    # Each output is loaded only where it is used: the window is to stand at once.
    spec = os.environ.get(VARIABLE, "") if spec is None else spec
    if spec == "":
        from studio.gui.player.miniaudio_out import MiniaudioOut

        return MiniaudioOut()
    if spec == "null":
        from studio.gui.player.clock_out import NullOut

        return NullOut()
    if spec.startswith("file:"):
        from studio.gui.player.clock_out import FileOut

        path, _, speed = spec.removeprefix("file:").partition("?speed=")
        return FileOut(Path(path), _speed(speed or "1"))
    raise OptionError(option=VARIABLE, value=spec, reason="it is null or file:NAME.wav")


def _speed(text: str) -> float:
    """A speed above 0. Raises OptionError."""
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed <= 1000.0:
        raise OptionError(option=VARIABLE, value=text, reason="a speed lies between 0 and 1000")
    return speed
