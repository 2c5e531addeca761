"""Volume, pan, mute and solo of the song and its lanes: what the player is to do."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

SONG = "song"  # the song's own row; no stem has this name
LOWEST_DB, HIGHEST_DB = -60.0, 6.0


@dataclass(frozen=True, slots=True)
class Channel:
    """How one lane is to sound.

    Attributes:
        volume_db: From -60, which is silence, to +6.
        pan: From -1, left, to 1, right.
        take: 0 is the stem, 1 the take, between both: the crossfader.
    """

    volume_db: float = 0.0
    pan: float = 0.0
    mute: bool = False
    solo: bool = False
    take: float = 0.0

    @property
    def gains(self) -> tuple[float, float]:
        """Left and right, linear; the balance law, so the middle changes nothing."""
        gain = 0.0 if self.volume_db <= LOWEST_DB else 10 ** (self.volume_db / 20)
        return gain * min(1.0, 1.0 - self.pan), gain * min(1.0, 1.0 + self.pan)


class Mixer(QObject):
    """A channel a lane and one for the song.

    Signals:
        changed(name): a channel changed; "" means all of them, or the master.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.master_db = 0.0
        self.compare_song = False
        self._channels: dict[str, Channel] = {SONG: Channel()}

    @property
    def lanes(self) -> tuple[str, ...]:
        """Names of the lanes, in order."""
        return tuple(name for name in self._channels if name != SONG)

    def load(self, channels: dict[str, Channel]) -> None:
        """The lanes of another song."""
        self._channels = {SONG: Channel(), **channels}
        self.compare_song = False
        self.changed.emit("")

    def channel(self, name: str) -> Channel:
        """The channel of a lane, or of ``SONG``."""
        return self._channels[name]

    def set(self, name: str, **changes: Any) -> None:
        """Change fields of one channel: ``set("bass", solo=True)``; values are kept in range."""
        channel = replace(self._channels[name], **changes)
        channel = replace(
            channel,
            volume_db=min(max(channel.volume_db, LOWEST_DB), HIGHEST_DB),
            pan=min(max(channel.pan, -1.0), 1.0),
            take=min(max(channel.take, 0.0), 1.0),
        )
        if channel != self._channels[name]:
            self._channels[name] = channel
            self.changed.emit(name)

    def reset(self, name: str) -> None:
        """Volume and pan as they came."""
        self.set(name, volume_db=0.0, pan=0.0)

    def only(self, name: str) -> None:
        """Solo this lane alone; again: no solo at all."""
        alone = self._channels[name].solo and not any(
            c.solo for n, c in self._channels.items() if n != name
        )
        for other in self._channels:
            self._channels[other] = replace(self._channels[other], solo=other == name and not alone)
        self.changed.emit("")

    def minus_one(self, name: str) -> None:
        """All lanes but this: for playing along. Again: all lanes."""
        others = [n for n in self.lanes if n != name]
        already = self._channels[name].mute and not any(self._channels[n].mute for n in others)
        for lane in self.lanes:
            mute = lane == name and not already
            self._channels[lane] = replace(self._channels[lane], mute=mute, solo=False)
        self.changed.emit("")

    def set_master(self, db: float) -> None:
        """Volume of everything, -60 to +6 dB."""
        self.master_db = min(max(db, LOWEST_DB), HIGHEST_DB)
        self.changed.emit("")

    def set_compare(self, song: bool) -> None:
        """A/B: hear the song itself instead of its lanes."""
        if song != self.compare_song:
            self.compare_song = song
            self.changed.emit("")

    def audible(self, name: str) -> bool:
        """Whether the lane sounds, after every mute and solo."""
        channel = self._channels[name]
        if self.compare_song:
            return name == SONG
        soloed = any(c.solo for c in self._channels.values())
        return channel.solo if soloed else not channel.mute

    @property
    def master(self) -> float:
        """Linear gain of everything; none while the song's own row is muted."""
        if self._channels[SONG].mute or self.master_db <= LOWEST_DB:
            return 0.0
        return math.pow(10, self.master_db / 20)

    def gains(self, name: str) -> tuple[float, float]:
        """Left and right of a lane as heard before the master; zero where it is not audible.

        The song's own row is heard only when soloed or compared: its lanes are the song.
        """
        if name == SONG and not (self.compare_song or self._channels[SONG].solo):
            return 0.0, 0.0
        return self._channels[name].gains if self.audible(name) else (0.0, 0.0)
