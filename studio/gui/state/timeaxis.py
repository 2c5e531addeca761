"""The one time axis of the window: what is in view, the loop, and where the music is.

Song, ruler, lanes and roll all draw by it, so what is heard is always what is under one line.
Times are seconds from the start of the song.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.music.bundle import Marker
from studio.music.tempo import TempoMap

# The closest view: a tenth of a second over the whole width.
SHORTEST_VIEW = 0.1
# Quarter notes: a song whose first bar begins so soon begins with it.
_NOTHING = 0.05


class TimeAxis(QObject):
    """View, loop and playhead of the open song.

    Signals:
        view_changed: ``start``, ``end``, ``duration``, ``tempo`` or ``chords`` changed: draw
            everything anew.
        loop_changed: ``loop`` or ``looping`` changed.
        playhead_moved(before, now): draw the two places anew, nothing else.
        seek_asked(seconds): somebody wants the music elsewhere. The player follows.
    """

    view_changed = Signal()
    loop_changed = Signal()
    playhead_moved = Signal(float, float)
    seek_asked = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 0.0
        self.start = 0.0
        self.end = 1.0
        self.tempo: TempoMap | None = None
        self.chords: tuple[Marker, ...] = ()
        self.loop: tuple[float, float] | None = None
        self.looping = False
        self.playhead = 0.0

    def load(self, duration: float) -> None:
        """A new song, all of it in view, nothing looped."""
        self.duration = max(duration, SHORTEST_VIEW)
        self.start, self.end = 0.0, self.duration
        self.tempo, self.chords = None, ()
        self.loop, self.looping, self.playhead = None, False, 0.0
        self.view_changed.emit()
        self.loop_changed.emit()

    def set_tempo(self, tempo: TempoMap | None, chords: Sequence[Marker] = ()) -> None:
        """Musical time, once it is known, and the chords on it."""
        self.tempo, self.chords = tempo, tuple(chords)
        self.view_changed.emit()

    @property
    def span(self) -> float:
        """Seconds in view."""
        return self.end - self.start

    def x(self, seconds: float, width: float) -> float:
        """Where ``seconds`` lies in a body ``width`` pixels wide."""
        return (seconds - self.start) / self.span * width

    def seconds(self, x: float, width: float) -> float:
        """The time under ``x``, within the song."""
        return min(max(self.start + x / max(1.0, width) * self.span, 0.0), self.duration)

    def show(self, start: float, end: float) -> None:
        """Bring ``start`` to ``end`` into view, as far as the song and the closest view allow."""
        length = min(max(end - start, SHORTEST_VIEW), self.duration)
        start = min(max(start, 0.0), self.duration - length)
        if (start, start + length) != (self.start, self.end):
            self.start, self.end = start, start + length
            self.view_changed.emit()

    def zoom(self, factor: float, around: float) -> None:
        """Show ``factor`` times as much; the time ``around`` stays where it is."""
        length = min(max(self.span * factor, SHORTEST_VIEW), self.duration)
        share = (around - self.start) / self.span
        self.show(around - share * length, around + (1 - share) * length)

    def scroll(self, seconds: float) -> None:
        """Move the view by ``seconds``."""
        start = min(max(self.start + seconds, 0.0), self.duration - self.span)
        self.show(start, start + self.span)

    def fit_song(self) -> None:
        """All of the song."""
        self.show(0.0, self.duration)

    def fit_loop(self) -> None:
        """The loop, with a little air on both sides."""
        if self.loop is not None:
            air = 0.04 * (self.loop[1] - self.loop[0])
            self.show(self.loop[0] - air, self.loop[1] + air)

    def set_loop(self, start: float, end: float) -> None:
        """Loop from ``start`` to ``end`` (either order), and switch looping on."""
        low, high = sorted((start, end))
        low, high = max(0.0, low), min(self.duration, high)
        if high - low >= 0.02:
            self.loop, self.looping = (low, high), True
            self.loop_changed.emit()

    def set_looping(self, on: bool) -> None:
        """Switch looping; without a loop the four bars (or 8 s) from the playhead become one."""
        if on and self.loop is None:
            start = self.bar_start(self.playhead)
            self.set_loop(start, self.bars_later(start, 4))
            if self.loop is None:  # too little of the song is left
                self.loop_changed.emit()
            return
        self.looping = on and self.loop is not None
        self.loop_changed.emit()

    def clear_loop(self) -> None:
        """No loop."""
        self.loop, self.looping = None, False
        self.loop_changed.emit()

    def move_playhead(self, seconds: float) -> None:
        """Where the music is now; said by the player."""
        before, self.playhead = self.playhead, seconds
        if before != seconds:
            self.playhead_moved.emit(before, seconds)

    def seek(self, seconds: float) -> None:
        """Ask for the music to go to ``seconds``."""
        self.seek_asked.emit(min(max(seconds, 0.0), self.duration))

    def snapped(self, seconds: float, division: float = 1.0) -> float:
        """The nearest multiple of ``division`` quarter notes; as it is where no beat is known.

        Counted from a bar line.
        """
        if self.tempo is None:
            return seconds
        return min(
            max(self._at(round(self._counted(seconds) / division) * division), 0.0), self.duration
        )

    def bar_beat(self, seconds: float) -> tuple[int, int, int] | None:
        """Bar, beat and hundredth of a beat, bar and beat counted from 1; None without a tempo.

        What lies before the first bar line is bar 0.
        """
        if self.tempo is None:
            return None
        bar, within = divmod(self._counted(seconds) + 1e-6, self.tempo.beats_per_bar)
        whole = math.floor(within)
        return int(bar) + 1, whole + 1, int(100 * (within - whole))

    def bar_start(self, seconds: float) -> float:
        """Start of the bar around ``seconds``."""
        if self.tempo is None:
            return seconds
        beats = self.tempo.beats_per_bar
        return max(0.0, self._at(math.floor(self._counted(seconds) / beats + 1e-6) * beats))

    def bars_later(self, seconds: float, bars: float) -> float:
        """``bars`` bars after ``seconds``; a bar is 2 s where no tempo is known."""
        if self.tempo is None:
            return min(self.duration, max(0.0, seconds + 2.0 * bars))
        beat = self.tempo.beats(np.array([seconds])) + bars * self.tempo.beats_per_bar
        return min(self.duration, max(0.0, float(self.tempo.seconds(beat)[0])))

    def _counted(self, seconds: float) -> float:
        """Quarter notes from the first bar line; what is next to nothing before it lies on it."""
        assert self.tempo is not None
        beat = float(self.tempo.beats(np.array([seconds]))[0]) - self.tempo.first_bar
        return 0.0 if -_NOTHING < beat < 0 else beat

    def _at(self, beats: float) -> float:
        """The second that is so many quarter notes from the first bar line."""
        assert self.tempo is not None
        return float(self.tempo.seconds(np.array([beats + self.tempo.first_bar]))[0])
