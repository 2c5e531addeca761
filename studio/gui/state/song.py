"""The open song as the window knows it: its lanes, what of them is there, and what is under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.audio.peaks import Peaks
from studio.errors import StudioError
from studio.gui.state.take import TakeModel
from studio.music.stem import Stem

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Busy:
    """Work on a lane or song; ``fraction`` is None while it waits, ``left`` is in seconds."""

    label: str
    fraction: float | None = None
    left: float | None = None


@dataclass(slots=True)
class Lane:
    """One stem.

    Attributes:
        peaks: Its outline, growing while it is separated; None before the first part.
        wav: The whole stem, once it is there.
        loudest_db: Its loudest sample in dB of full scale, once it is whole.
        take: Its notes, once they were found.
        heard_by, why: Who found them, for people, and the reason for that choice.
        busy: What is being done with it.
        error: Why its notes could not be found.
        fits: The agreement a stretch of bars: (start, end, agreement in [0, 1]).
    """

    stem: Stem
    peaks: Peaks | None = None
    wav: Path | None = None
    loudest_db: float | None = None
    take: TakeModel | None = None
    heard_by: str = ""
    why: str = ""
    busy: Busy | None = None
    error: StudioError | None = None
    fits: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The stem's name, lower case."""
        return self.stem.name


class SongState(QObject):
    """What is known of the song in the window.

    Signals:
        changed: another song, or other lanes.
        lane_changed(name): one lane's outline, take, work or error changed.
        progress_changed: ``busy`` or ``finished`` changed.
    """

    changed = Signal()
    lane_changed = Signal(str)
    progress_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clear()

    def clear(self) -> None:
        """No song."""
        self.title = ""
        self.folder: Path | None = None
        self.source: Path | None = None
        self.sample_rate = 44100
        self.frames = 0
        self.peaks: Peaks | None = None
        self.key: str | None = None  # its name, where it is known
        self.lanes: list[Lane] = []
        self.busy: Busy | None = None
        # What is apart already, in seconds, rising; and the place being worked on.
        self.finished: list[Span] = []
        self.working: float | None = None

    @property
    def duration(self) -> float:
        """In seconds."""
        return self.frames / self.sample_rate

    @property
    def is_whole(self) -> bool:
        """Whether every lane is there from start to end."""
        return bool(self.lanes) and all(lane.wav is not None for lane in self.lanes)

    def lane(self, name: str) -> Lane:
        """The lane of the stem ``name``. Raises KeyError."""
        for lane in self.lanes:
            if lane.name == name:
                return lane
        raise KeyError(name)
