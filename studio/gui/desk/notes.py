"""Finding notes, measuring how well they fit, and keeping both up to date while they change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from studio.errors import StudioError
from studio.gui.desk.opened import Facts, OpenSong
from studio.gui.state.song import Busy, Lane
from studio.gui.state.take import ScoreRow, TakeModel
from studio.gui.workers import Line, Request

# The curve of agreement, and the rows of the table beside it.
CURVE = tuple(round(0.20 + 0.02 * step, 2) for step in range(36))
TABLE = (0.5, 0.55, 0.6, 0.7)
# Notes that changed are measured again once the hand has rested this long.
_REST_MS = 700


class NoteWork(QObject):
    """Asks the worker about the lanes of the open song.

    Signals:
        failed(lane, error): notes could not be measured, or a defect was met. Why notes could not
            be found stands in the lane, and ``missed(lane, error)`` is said besides.
        said(text): something the user should hear of.
    """

    failed = Signal(str, object)
    missed = Signal(str, object)
    said = Signal(str)

    def __init__(self, opened: OpenSong, line: Line, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened = opened
        self._line = line
        self._hearing: dict[str, Request] = {}
        self._wanted: set[str] = set()
        self._rating: Request | None = None
        self._fitting: Request | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._rested)
        self._measured: dict[str, object] = {}  # what the rows of each lane were measured of
        self._watched: str | None = None
        self._connected: TakeModel | None = None
        self.device = "auto"
        self.span: tuple[float, float] | None = None

    def hear(self, name: str, kind: str | None = None, engine: str | None = None) -> None:
        """Find the notes of a lane, as ``kind`` where the user chose one."""
        lane = self._opened.song.lane(name)
        if name in self._hearing or lane.wav is None:
            return
        arguments = {**self._which(name), "kind": kind, "engine": engine, "device": self.device}
        request = Request("hear", arguments, lane.stem.label)
        request.setParent(self)
        # What was on its way when another song came belongs to nobody: ``_is_heard_now``.
        request.progress.connect(lambda f, _, left: self._busy(name, request, f, left))
        request.done.connect(lambda facts: self._heard(name, request, facts))
        request.failed.connect(lambda error: self._not_heard(name, request, error))
        request.stopped.connect(lambda: self._not_heard(name, request, None))
        first = not self._hearing
        self._hearing[name] = request
        self._wanted.add(name)
        lane.error = None
        lane.busy = Busy(self.tr("Finding notes") if first else self.tr("Waiting for its turn"))
        self._opened.song.lane_changed.emit(name)
        self._line.ask(request)

    def cancel(self, name: str) -> None:
        """Stop finding the notes of a lane."""
        if name in self._hearing:
            self._hearing[name].cancel()

    def was_asked(self, name: str) -> bool:
        """Whether somebody waits for these notes; says so once."""
        asked = name in self._wanted
        self._wanted.discard(name)
        return asked

    def watch(self, name: str | None) -> None:
        """These notes lie open: their fit is kept up to date. None: no notes do."""
        # The take itself is kept: the lane may have another one by now.
        if self._connected is not None and isValid(self._connected):
            self._connected.changed.disconnect(self._changed)
        self._watched, self._connected = name, self._take(name)
        if self._connected is not None:
            self._connected.changed.connect(self._changed)
            self._rested()

    def rate(self, name: str) -> None:
        """Measure the whole curve of a lane's take."""
        take = self._take(name)
        if take is None:
            return
        if self._rating is not None:
            self._rating.cancel()
        best = () if take.suggested is None else (take.suggested,)
        whole = {*TABLE, *best, take.options.onset_threshold}
        thresholds, wanted = sorted({*CURVE, *whole}), sorted(whole)
        arguments = {**self._asked(name, take), "thresholds": thresholds, "rows": wanted}
        request = Request("rate", arguments, take.stem.label, background=True)
        request.setParent(self)
        if self._measured.get(name) != _basis(take):
            # Other notes than those that were measured: their figures are nobody's now.
            self._measured[name] = _basis(take)
            take.set_scores([], None, None, None)
        rows: dict[float, ScoreRow] = {row.threshold: row for row in take.rows}
        request.found.connect(
            lambda _, facts: self._scored(request, take, rows, facts, len(thresholds))
        )
        request.done.connect(lambda facts: self._rated(request, take, facts))
        request.failed.connect(lambda error: self._not_rated(request, take, error))
        request.stopped.connect(lambda: self._not_rated(request, take, None))
        self._rating = request
        take.set_scores(take.rows, take.suggested, take.flat, (0, len(thresholds)))
        self._line.ask(request)

    def fit(self, name: str) -> None:
        """Compare take and stem as sound: the plot, and the strip under the lane."""
        take = self._take(name)
        if take is None:
            return
        if self._fitting is not None:
            self._fitting.cancel()
        start, end = self.span or (None, None)
        arguments = {**self._asked(name, take), "start": start, "end": end}
        request = Request("fit", arguments, take.stem.label)
        request.setParent(self)
        request.done.connect(lambda facts: self._fitted(request, take, facts))
        request.failed.connect(lambda error: self._not_fitted(request, name, error))
        self._fitting = request
        self._line.ask(request)

    def drop(self) -> None:
        """Another song comes: nobody waits for anything any more."""
        self._rest.stop()
        self.watch(None)
        for request in [*self._hearing.values(), self._rating, self._fitting]:
            if request is not None:
                request.forget()
        self._hearing, self._rating, self._fitting = {}, None, None
        self._wanted.clear()
        self._measured.clear()

    def _which(self, name: str) -> Facts:
        return {"folder": str(self._opened.song.folder), "stem": name}

    def _asked(self, name: str, take: TakeModel) -> Facts:
        found: Facts = msgspec.to_builtins(
            {"options": take.take.options, "edits": list(take.take.edits)}
        )
        return {**self._which(name), **found}

    def _take(self, name: str | None) -> TakeModel | None:
        if name is None:
            return None
        lanes = [lane for lane in self._opened.song.lanes if lane.name == name]
        return lanes[0].take if lanes else None

    def _changed(self) -> None:
        self._rest.start()

    def _rested(self) -> None:
        if self._watched is not None:
            self.fit(self._watched)
            self._measure_now(self._watched)

    def _measure_now(self, name: str) -> None:
        """The row of the threshold chosen now, or all of the curve where there is none."""
        take = self._take(name)
        if take is None:
            return
        if self._measured.get(name) != _basis(take) or self._lacks_row(take):
            self.rate(name)

    @staticmethod
    def _lacks_row(take: TakeModel) -> bool:
        now = take.options.onset_threshold
        return not any(abs(r.threshold - now) < 1e-6 and len(r.scores) > 1 for r in take.rows)

    def _is_heard_now(self, name: str, request: Request) -> bool:
        return self._hearing.get(name) is request

    def _busy(self, name: str, request: Request, fraction: float, left: float | None) -> None:
        lane = self._lane(name)
        if lane is not None and self._is_heard_now(name, request):
            lane.busy = Busy(self.tr("Finding notes"), fraction, left)
            self._opened.song.lane_changed.emit(name)

    def _heard(self, name: str, request: Request, facts: Facts) -> None:
        if self._is_heard_now(name, request):
            del self._hearing[name]
            self._opened.show_take(facts)

    def _not_heard(self, name: str, request: Request, error: Exception | None) -> None:
        if not self._is_heard_now(name, request):
            return
        del self._hearing[name]
        self._wanted.discard(name)
        lane = self._lane(name)
        if lane is not None:
            lane.busy = None
            lane.error = error if isinstance(error, StudioError) else None
            self._opened.song.lane_changed.emit(name)
        if isinstance(error, StudioError):
            self.missed.emit(name, error)
        elif error is not None:
            self.failed.emit(name, error)

    def _lane(self, name: str) -> Lane | None:
        lanes = [lane for lane in self._opened.song.lanes if lane.name == name]
        return lanes[0] if lanes else None

    def _scored(
        self,
        request: Request,
        take: TakeModel,
        rows: dict[float, ScoreRow],
        facts: Facts,
        count: int,
    ) -> None:
        if self._rating is not request:
            return
        row = _row(facts)
        rows[row.threshold] = row
        done = sum(1 for r in rows.values() if r.scores)
        ordered = [rows[threshold] for threshold in sorted(rows)]
        take.set_scores(ordered, take.suggested, take.flat, (min(done, count), count))

    def _rated(self, request: Request, take: TakeModel, facts: Facts) -> None:
        if self._rating is not request:
            return
        rows = sorted((_row(row) for row in facts["rows"]), key=lambda row: row.threshold)
        flat = tuple(facts["flat"]) if facts["flat"] else None
        take.set_scores(rows, facts["suggested"], flat, None)
        if any(row.threshold == take.suggested and len(row.scores) < 2 for row in rows):
            self.rate(take.stem.name)  # the suggested line of the table, with every score

    def _not_rated(self, request: Request, take: TakeModel, error: Exception | None) -> None:
        """What was measured stays; nothing is being measured any more."""
        if self._rating is not request:
            return
        take.set_scores(take.rows, take.suggested, take.flat, None)
        if error is not None:
            self.failed.emit(take.stem.name, error)

    def _not_fitted(self, request: Request, name: str, error: Exception) -> None:
        if self._fitting is request:
            self.failed.emit(name, error)

    def _fitted(self, request: Request, take: TakeModel, facts: Facts) -> None:
        if self._fitting is not request:
            return
        take.set_comparison(facts)
        lane = self._lane(take.stem.name)
        if lane is not None:
            lane.fits = [
                (start, end, value / 100)
                for start, end, value in facts["stretches"]
                if value is not None
            ]
            self._opened.song.lane_changed.emit(lane.name)


def _basis(take: TakeModel) -> object:
    """What scores at a threshold depend on beside the threshold: candidates, options, edits."""
    return id(take.candidates), replace(take.options, onset_threshold=0.0), take.edits


def _row(facts: dict[str, Any]) -> ScoreRow:
    return ScoreRow(facts["threshold"], facts["notes"], facts["scores"], "")
