"""The queue: songs of the library are taken apart one after another, by one worker process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.errors import MissingFileError, StudioError, UnreadableAudioError, WorkerCrashedError
from studio.gui.library.entry import Entry, State
from studio.gui.library.model import Library
from studio.gui.workers import Line, Request
from studio.paths import songs_folder
from studio.project.project import is_project

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class How:
    """How songs are taken apart: as the command line has it."""

    out: Path
    model: str = "classical"
    device: str = "auto"
    overlap: float = 0.25

    @staticmethod
    def of(values: Mapping[str, object]) -> How:
        """As the settings have it; a folder that is not whole lies where songs are kept."""
        out = Path(str(values["out"])).expanduser()
        return How(
            out=out if out.is_absolute() else songs_folder(),
            model=str(values["model"]),
            device=str(values["device"]),
            overlap=float(str(values["overlap"])),
        )


class Queue(QObject):
    """Works on waiting songs, the first of the library first, a song the user wants before.

    Signals:
        found(id, name, facts): a milestone of a song.
        progressed(id, fraction, left): how far it is; left in seconds or None.
        finished(id, view): it is apart.
        failed(id, error): it is not; what was done is kept.
        restarted(id, fraction): the worker died and goes on by itself; None: nothing was done yet.
        said(text): a fact the user should hear.
        changed: which song is worked on changed.
    """

    found = Signal(str, str, object)
    progressed = Signal(str, float, object)
    finished = Signal(str, object)
    failed = Signal(str, object)
    restarted = Signal(str, object)
    said = Signal(str)
    changed = Signal()

    def __init__(
        self, library: Library, line: Line, how: How, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.how = how
        self._library = library
        self._line = line
        self._request: Request | None = None
        self.running: str | None = None
        self._closed = False
        self._wanted: str | None = None
        self._crashed: set[str] = set()
        self._again: set[str] = set()
        # What the running song told so far, for a window that turns to it later.
        self.heard: list[tuple[str, Facts]] = []

    def want(self, entry_id: str) -> None:
        """The user looks at this song: it is next."""
        self._wanted = entry_id
        self.go_on()

    def go_on(self) -> None:
        """Take the next waiting song, if nothing runs."""
        if self._request is not None or self._closed:
            return
        entry = self._next()
        if entry is None:
            return
        self.running, self.heard = entry.id, []
        song = entry.folder if entry.folder is not None and is_project(entry.folder) else None
        path = song or entry.source or entry.folder
        arguments = self._arguments(str(path), entry.id, again=song is not None)
        request = Request("apart", arguments, entry.shown)
        request.setParent(self)
        request.progress.connect(self._progress)
        request.found.connect(self._found)
        request.told.connect(self.said)
        request.done.connect(self._done)
        request.failed.connect(self._failed)
        request.stopped.connect(self._stopped)
        self._request = request
        self._library.update(entry.id, state="separating", fraction=None, left=None, error=None)
        self._line.ask(request)
        self.changed.emit()

    def cancel(self, entry_id: str) -> None:
        """Stop a song; what is done is kept."""
        if entry_id == self.running and self._request is not None:
            self._request.cancel()
        else:
            self._library.update(entry_id, state="stopped", left=None)

    def retry(self, entry_id: str, again: bool = False) -> None:
        """Put a song back into the queue; ``again``: take it apart anew, as ``how`` says now."""
        if again:
            self._again.add(entry_id)
        self._library.update(entry_id, state="waiting", error=None, left=None)
        self.want(entry_id)

    def close(self) -> None:
        """The window closes: what runs goes on the next time, and nothing begins any more."""
        self._closed, self.running, self._request = True, None, None

    def listen(self, seconds: float) -> None:
        """Where the listener of the running song is."""
        if self._request is not None:
            self._request.listen(seconds)

    def _arguments(self, song: str, entry_id: str, again: bool) -> Facts:
        how = self.how
        facts: Facts = {"song": song, "out": str(how.out), "device": how.device}
        facts |= {"model": how.model, "overlap": how.overlap}
        if again and entry_id not in self._again and self._library.entry(entry_id).text:
            # It is apart: only what is missing around that is made.
            facts["model"] = None
        return facts

    def _next(self) -> Entry | None:
        waiting = [entry for entry in self._library if entry.state == "waiting"]
        return next((e for e in waiting if e.id == self._wanted), waiting[0] if waiting else None)

    def _progress(self, fraction: float, text: str, left: float | None) -> None:
        if self.running is not None and self._update(self.running, fraction=fraction, left=left):
            self.progressed.emit(self.running, fraction, left)

    def _found(self, name: str, facts: Facts) -> None:
        entry_id = self.running
        if entry_id is None:
            return
        self.heard.append((name, facts))
        if name == "song":
            self._update(entry_id, folder=Path(facts["folder"]))
        self.found.emit(entry_id, name, facts)

    def _done(self, view: Facts) -> None:
        if self.running is None:
            return
        entry_id = self._free()
        self._again.discard(entry_id)
        self._crashed.discard(entry_id)
        self._update(
            entry_id,
            state="done",
            title=view["name"],
            folder=Path(view["folder"]),
            text=summary(view),
            fraction=None,
            left=None,
        )
        self.finished.emit(entry_id, view)
        self.go_on()

    def _failed(self, error: Exception) -> None:
        if self.running is None:
            return
        entry_id = self._free()
        if not self._knows(entry_id):
            pass  # it was taken off the list meanwhile
        elif isinstance(error, WorkerCrashedError) and entry_id not in self._crashed:
            self._crashed.add(entry_id)
            fraction = self._library.entry(entry_id).fraction
            self._library.update(entry_id, state="waiting")
            self._wanted = entry_id
            self.restarted.emit(entry_id, fraction)
        else:
            known = error if isinstance(error, StudioError) else None
            state = self._state_after(entry_id, error)
            self._library.update(entry_id, state=state, left=None, error=known)
            self.failed.emit(entry_id, error)
        self.go_on()

    def _state_after(self, entry_id: str, error: Exception) -> State:
        entry = self._library.entry(entry_id)
        if isinstance(error, MissingFileError) and entry.folder is not None:
            return "stopped" if is_project(entry.folder) else "missing"
        unreadable = isinstance(error, UnreadableAudioError | MissingFileError)
        return "unreadable" if unreadable else "stopped"

    def _stopped(self) -> None:
        if self.running is None:
            return
        entry_id = self._free()
        self._update(entry_id, state="stopped", left=None)
        self.go_on()

    def _knows(self, entry_id: str) -> bool:
        return any(entry.id == entry_id for entry in self._library)

    def _update(self, entry_id: str, **changes: Any) -> bool:
        """Tell the library, which may have lost the song meanwhile; returns whether it has it."""
        known = self._knows(entry_id)
        if known:
            self._library.update(entry_id, **changes)
        return known

    def _free(self) -> str:
        entry_id = self.running
        assert entry_id is not None
        self._request, self.running, self.heard = None, None, []
        self.changed.emit()
        return entry_id


def summary(view: Facts) -> str:
    """The line of a song that is apart: "4 stems · 2 takes"."""
    return counted(len(view["stems"]), sum(1 for row in view["stems"] if row.get("take")))


def counted(stems: int, takes: int) -> str:
    """The same from the counts."""
    said = f"{stems} stems"
    return said + (f" · {takes} take" + ("s" if takes > 1 else "") if takes else "")
