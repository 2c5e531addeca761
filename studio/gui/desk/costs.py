"""What a song will cost here: asked of the worker once it runs, and again when speeds changed."""

from __future__ import annotations

import os
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.gui import words
from studio.gui.workers import Line, Request

Facts = dict[str, Any]
# What is said stands for a song of this length, at the usual overlap.
SONG_SECONDS, USUAL_OVERLAP = 240.0, 0.25


class Costs(QObject):
    """The devices of this machine, and how long each engine takes on them.

    Signals:
        changed: ``devices`` and ``cost`` say something else now.
    """

    changed = Signal()

    def __init__(self, line: Line, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._asked: Request | None = None
        self._rows: list[Facts] = []
        self.devices: list[Facts] = []
        self.best = "cpu"
        self.why = ""

    def ask(self, cards: bool = False) -> None:
        """Look; starts the worker, so not before there is something to do for it.

        Args:
            cards: Whether to look for graphics cards, which takes seconds; once is enough.
        """
        if (self._asked is not None and not self._asked.over) or (cards and len(self.devices) > 1):
            return
        facts = {"cards": cards}
        request = Request("speeds", facts, self.tr("This machine"), background=not cards)
        request.done.connect(self._told)
        self._asked = request
        self._line.ask(request)

    def seconds(self, engine: str, device: str, overlap: float = USUAL_OVERLAP) -> float | None:
        """Seconds of work a second of song; None where nobody knows."""
        wanted = self.best if device == "auto" else device
        rows = [row for row in self._rows if row["engine"] == engine]
        on = [row for row in rows if row["device"] == wanted] or (rows if device == "auto" else [])
        if not on:
            return None
        return float(on[0]["real_time_factor"] * (1 - USUAL_OVERLAP) / (1 - overlap))

    def cost(self, engine: str, device: str, overlap: float = USUAL_OVERLAP) -> str:
        """ "About 18 s for a 4-minute song on the CPU, 2 threads."; empty while nobody knows."""
        factor = self.seconds(engine, device, overlap)
        if factor is None:
            return ""
        on_cpu = (self.best if device == "auto" else device) == "cpu"
        place = (
            self.tr("on this CPU, {} threads").format(os.cpu_count() or 1)
            if on_cpu
            else self.tr("on the graphics card")
        )
        text = self.tr("About {} for a 4-minute song {}.")
        return text.format(words.left(factor * SONG_SECONDS), place)

    def _told(self, facts: Facts) -> None:
        self._rows, self.devices = facts["rows"], facts["devices"]
        self.best, self.why = facts["best"], facts["why"]
        self.changed.emit()
