"""Musical time of the open song, changed by hand: every change is asked of the worker.

What is asked is done in the order in which it was asked, each change to what the one before made of
the tempo. Nothing of musical time is computed here.
"""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from studio.errors import StudioError
from studio.gui.desk.opened import Facts, OpenSong
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.workers import Line, Request
from studio.music.tempo import TempoMap

LEAST_TAPS = 4
# A hand that rests so long has tapped all it wanted to; one that comes later begins anew.
REST_MS = 1500


class TempoWork(QObject):
    """Asks for changes of the tempo, and keeps what was tapped.

    Signals:
        changed: ``busy``, ``taps`` or ``error`` is another.
        timed: the song has another tempo, or other bars.
        failed(error): a defect was met.
    """

    changed = Signal()
    timed = Signal()
    failed = Signal(object)

    def __init__(
        self, opened: OpenSong, axis: TimeAxis, line: Line, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._opened = opened
        self._axis = axis
        self._line = line
        self._asked: dict[Request, str] = {}  # what each is called in the undo menu
        self.taps: list[float] = []
        self.error: StudioError | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._tapped)
        opened.tempo_undone.connect(self._use)

    @property
    def busy(self) -> bool:
        """Whether a change is on its way."""
        return bool(self._asked)

    @property
    def makes_step(self) -> bool:
        """Whether what is on its way will be the next step of undo, which waits for it."""
        return any(self._asked.values())

    def halve(self) -> None:
        """Every second beat is one."""
        self._ask(self.tr("Halve the tempo"), change="halve")

    def double(self) -> None:
        """A beat between any two."""
        self._ask(self.tr("Double the tempo"), change="double")

    def move_bars(self, later: bool) -> None:
        """Bars begin a beat later or earlier."""
        label = self.tr("Bars a beat later") if later else self.tr("Bars a beat earlier")
        self._ask(label, change="later" if later else "earlier")

    def begin_bar(self, seconds: float) -> None:
        """A bar begins at ``seconds``."""
        self._ask(self.tr("Bar begins here"), downbeat=max(0.0, seconds))

    def set_beats(self, beats_per_bar: int) -> None:
        """So many beats a bar."""
        self._ask(self.tr("Beats a bar"), beats_per_bar=beats_per_bar)

    def set_bpm(self, bpm: float) -> None:
        """One tempo; where its beats lie is found."""
        self._ask(self.tr("Tempo"), bpm=bpm, beats_per_bar=self._beats())

    def estimate(self) -> None:
        """What is found in the song, whatever was said."""
        self._ask(self.tr("Tempo as estimated"), estimate=True)

    def tap(self, seconds: float) -> None:
        """Somebody tapped while this place of the song sounded."""
        went_back = bool(self.taps) and seconds <= self.taps[-1]
        if went_back or not self._rest.isActive():
            self.taps = []
        self.taps.append(seconds)
        self.error = None
        self._rest.start()
        self.changed.emit()

    def forget(self) -> None:
        """Another song comes: nobody waits for anything any more."""
        self._rest.stop()
        for request in self._asked:
            request.forget()
        self._asked, self.taps, self.error = {}, [], None
        self.changed.emit()

    def _tapped(self) -> None:
        taps, self.taps = self.taps, []
        if len(taps) >= LEAST_TAPS:
            self._ask(self.tr("Tapped tempo"), taps=taps, beats_per_bar=self._beats())
        else:
            self.changed.emit()

    def _beats(self) -> int | None:
        tempo = self._axis.tempo
        return None if tempo is None else tempo.beats_per_bar

    def _use(self, tempo: TempoMap) -> None:
        """Undo and redo lead to this."""
        self._ask("", map=msgspec.to_builtins(tempo))

    def _ask(self, label: str, **options: Any) -> None:
        """Ask for a change; ``label`` names it in the undo menu, without one it is no step."""
        song = self._opened.song
        request = Request("tempo", {"folder": str(song.folder), **options}, song.title)
        request.setParent(self)
        request.done.connect(lambda view: self._done(request, view))
        request.failed.connect(lambda error: self._not_done(request, error))
        self._asked[request] = label
        self.error = None
        self._line.ask(request)
        self.changed.emit()

    def _done(self, request: Request, view: Facts) -> None:
        if request not in self._asked:
            return
        label = self._asked.pop(request)
        before, after = self._axis.tempo, msgspec.convert(view["tempo"], TempoMap)
        self._opened.show_time(view)
        if label and before is not None and before != after:
            self._opened.timed(label, before, after)
        self.timed.emit()
        self.changed.emit()

    def _not_done(self, request: Request, error: Exception) -> None:
        if request not in self._asked:
            return
        del self._asked[request]
        if isinstance(error, StudioError):
            self.error = error
        else:
            self.failed.emit(error)
        self.changed.emit()
