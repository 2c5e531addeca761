"""Sound devices, through miniaudio (https://miniaud.io).

miniaudio takes 0.2 s to load, so it is loaded by the first call that needs it. Its "null" backend
and the sink that ALSA offers where there is no card are no devices: they would hide that nothing
is heard. Stopping or closing a device from its own callback would hang; nothing here does.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.errors import SoundDeviceError
from studio.gui.player.out import Device, Lost, Pull

if TYPE_CHECKING:
    import miniaudio

# Long enough for a callback in Python, short enough for a fader to feel at hand. miniaudio keeps
# three periods, so that a pull is heard two periods later.
_PERIOD_MS = 25
_PERIODS = 3
_NO_DEVICE = "Discard all samples"
_IGNORED_BACKENDS = ("NULL", "CUSTOM")
# Only one thread at a time may lead standard error elsewhere.
_quiet_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Found:
    """A device miniaudio found; ``handle`` is its ``ma_device_id *``."""

    handle: Any
    name: str
    is_default: bool

    @property
    def id(self) -> str:
        """The bytes by which the system knows it."""
        import miniaudio

        return bytes(miniaudio.ffi.buffer(self.handle)).rstrip(b"\0").hex()


class MiniaudioOut:
    """The system's sound devices, as ``AudioOut``."""

    def __init__(self, backends: list[str] | None = None) -> None:
        """
        Args:
            backends: Names of ``miniaudio.Backend``, the first that works is used; None is every
                one that leads to a loudspeaker.
        """
        self.name = ""
        self.latency_seconds = _PERIOD_MS * (_PERIODS - 1) / 1000
        self.pace = 1.0
        self._names = backends
        self._device: miniaudio.PlaybackDevice | None = None
        self._stopping = False

    def devices(self) -> list[Device]:
        """What is plugged in now, the default first. Raises SoundDeviceError."""
        return [Device(found.id, found.name) for found in self._found()]

    def open(self, sample_rate: int, pull: Pull, lost: Lost, device: str | None = None) -> None:
        """Open a device; its own rate and number of loudspeakers do not matter.

        Raises:
            SoundDeviceError: there is none, or it does not open.
        """
        import miniaudio

        found = self._found()
        if not found:
            raise SoundDeviceError(reason="this computer has no sound device that is switched on")
        chosen = next((one for one in found if one.id == device), None)
        if device is not None and chosen is None:
            raise SoundDeviceError(reason="the device that was chosen is not there")
        self._pull, self._lost = pull, lost
        name = (chosen or found[0]).name
        try:
            with _quiet():
                self._device = miniaudio.PlaybackDevice(
                    output_format=miniaudio.SampleFormat.FLOAT32,
                    nchannels=2,
                    sample_rate=sample_rate,
                    buffersize_msec=_PERIOD_MS,
                    callback_periods=_PERIODS,
                    device_id=None if chosen is None else chosen.handle,
                    backends=self._backends(),
                    app_name="Stemwright",
                )
        except miniaudio.MiniaudioError as error:
            raise _unusable(name, error) from error
        self._device.stop_callback = self._stopped
        self.name = name

    def start(self) -> None:
        """Begin to play. Raises SoundDeviceError."""
        import miniaudio

        if self._device is None:
            raise SoundDeviceError(reason=f"{self.name} is no longer there")
        feed = self._feed()
        next(feed)
        self._stopping = False
        try:
            with _quiet():
                self._device.start(feed)
        except miniaudio.MiniaudioError as error:
            self._device.callback_generator = None
            raise _unusable(self.name, error) from error

    def stop(self) -> None:
        """Stop playing; a device that is gone stops too."""
        import miniaudio

        self._stopping = True
        if self._device is None:
            return
        try:
            self._device.stop()
        except miniaudio.MiniaudioError:
            self.close()  # it is dead, and start would fail; only opening it again can help

    def close(self) -> None:
        """Let go of the device."""
        self._stopping = True
        if self._device is not None:
            self._device.close()
            self._device = None

    def _feed(self) -> Generator[bytes | NDArray[np.float32], int, None]:
        """What miniaudio asks for samples: sent a number of frames, gives (frames, 2)."""
        frames = yield b""
        while True:
            frames = yield np.ascontiguousarray(self._pull(frames).T)

    def _stopped(self) -> None:
        """The device stopped: by us, or because it is gone."""
        if not self._stopping:
            self._lost("")

    def _found(self) -> list[_Found]:
        """What is plugged in, the default first. ``Devices`` itself does not tell the default."""
        import miniaudio
        from miniaudio import ffi, lib

        try:
            with _quiet():
                listing = miniaudio.Devices(self._backends())
                rows, count = ffi.new("ma_device_info**"), ffi.new("ma_uint32*")
                result = lib.ma_context_get_devices(
                    listing._context, rows, count, ffi.NULL, ffi.NULL
                )
        except miniaudio.MiniaudioError as error:
            raise _unusable("the sound system", error) from error
        if result != lib.MA_SUCCESS:
            raise _unusable("the sound system", miniaudio.MiniaudioError("listing", result))
        found = [_copied(rows[0][i]) for i in range(count[0])]  # while ``listing`` lives
        heard = [one for one in found if not one.name.startswith(_NO_DEVICE)]
        return sorted(heard, key=lambda one: not one.is_default)

    def _backends(self) -> list[miniaudio.Backend]:
        import miniaudio

        if self._names is not None:
            return [miniaudio.Backend[name] for name in self._names]
        return [backend for backend in miniaudio.Backend if backend.name not in _IGNORED_BACKENDS]


def _copied(row: Any) -> _Found:
    """A row of miniaudio's list, which does not outlive its context."""
    from miniaudio import ffi

    name = ffi.string(row.name).decode(errors="replace")
    return _Found(ffi.new("ma_device_id *", row.id), name, bool(row.isDefault))


def _unusable(name: str, error: miniaudio.MiniaudioError) -> SoundDeviceError:
    """What miniaudio said, as the user's error; its second argument is miniaudio's number."""
    said = ", ".join(str(part) for part in error.args)
    return SoundDeviceError(reason=f"{name} cannot be opened ({said})")


@contextmanager
def _quiet() -> Iterator[None]:
    """ALSA writes dozens of lines to standard error while it looks for cards; they are dropped."""
    if sys.platform != "linux":
        yield
        return
    with _quiet_lock:
        kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nothing)
