"""What comes back with a song: how it was mixed, what was in view, which notes lay open."""

from __future__ import annotations

from pathlib import Path

import msgspec

from studio.errors import StudioError
from studio.files import write_bytes
from studio.gui.state.mixer import HIGHEST_DB, LOWEST_DB, Channel

_FILE = "window.json"


class Remembered(msgspec.Struct, frozen=True):
    """The state of the window for one song.

    Attributes:
        channels: By lane: volume in dB, pan, mute, solo, take share.
        view: Start and end in seconds; None shows the song.
        loop: Its two ends in seconds.
        take: The lane whose notes lie open.
    """

    channels: dict[str, tuple[float, float, bool, bool, float]] = {}
    view: tuple[float, float] | None = None
    loop: tuple[float, float] | None = None
    looping: bool = False
    playhead: float = 0.0
    take: str | None = None

    def channel(self, name: str) -> Channel:
        """How the lane ``name`` was mixed, within what a channel can be."""
        if name not in self.channels:
            return Channel()
        volume, pan, mute, solo, take = self.channels[name]
        return Channel(
            min(max(volume, LOWEST_DB), HIGHEST_DB),
            min(max(pan, -1.0), 1.0),
            mute,
            solo,
            min(max(take, 0.0), 1.0),
        )


def recall(folder: Path) -> Remembered:
    """What was kept for the song in ``folder``; nothing where nothing readable was."""
    try:
        content = (folder / ".stemwright" / _FILE).read_bytes()
        return msgspec.json.decode(content, type=Remembered)
    except (OSError, msgspec.MsgspecError):
        return Remembered()


def keep(folder: Path, remembered: Remembered) -> None:
    """Keep it beside the project. A folder that is gone, or cannot be written, loses only this."""
    if not (folder / ".stemwright").is_dir():
        return
    try:
        write_bytes(folder / ".stemwright" / _FILE, msgspec.json.encode(remembered))
    except StudioError:
        return
