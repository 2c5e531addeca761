"""The desk: everything the window can do, joined, and not one widget.

The window calls methods and listens to signals; so do tests. What takes long is asked of two
workers: one takes songs apart, the other answers for the song in the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio import settings
from studio.errors import MissingFileError, StudioError
from studio.gui import words
from studio.gui.desk.costs import Costs
from studio.gui.desk.notes import NoteWork
from studio.gui.desk.opened import OpenSong
from studio.gui.desk.queue import How, Queue, counted, summary
from studio.gui.desk.timing import TempoWork
from studio.gui.library.drops import Finder
from studio.gui.library.entry import Entry
from studio.gui.library.model import Library
from studio.gui.player.out import AudioOut, open_out
from studio.gui.player.player import Player
from studio.gui.state.mixer import Mixer
from studio.gui.state.song import Busy, SongState
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.workers import Line, Request
from studio.paths import resource, songs_folder
from studio.project.project import is_project

Facts = dict[str, Any]
# While music plays, the worker is told this often where.
_LISTEN_MS = 1000


class Desk(QObject):
    """All state of the window and all that can be done with it.

    Signals:
        failed(where, error): something went wrong; ``where`` is a song's id, "" for the desk.
        said(text): one sentence for the status bar.
        noticed(text): one sentence that must be seen.
        chosen(id): the song in the window changed; "" is none.
        take_ready(name): a lane's notes are there.
        planned(facts), exported(report), export_failed(error), export_stopped,
        export_progress(fraction, text, left), export_told(text): of an export.
        opened_up: the song in the window is whole.
    """

    failed = Signal(str, object)
    said = Signal(str)
    noticed = Signal(str)
    chosen = Signal(str)
    take_ready = Signal(str)
    opened_up = Signal()
    planned = Signal(object)
    export_progress = Signal(float, str, object)
    export_told = Signal(str)
    exported = Signal(object)
    export_failed = Signal(object)
    export_stopped = Signal()

    def __init__(self, make_out: Callable[[], AudioOut] = open_out) -> None:
        """``make_out`` makes the output that the player opens; called off the window's thread."""
        super().__init__()
        self.axis = TimeAxis(self)
        self.mixer = Mixer(self)
        self.song = SongState(self)
        self.player = Player(self, make_out)
        self.library = Library(self)
        self.apart_line, self.ask_line = Line(self), Line(self)
        self.opened = OpenSong(self.song, self.axis, self.mixer, self.player, self)
        self.notes = NoteWork(self.opened, self.ask_line, self)
        self.timing = TempoWork(self.opened, self.axis, self.ask_line, self)
        self.queue = Queue(self.library, self.apart_line, How(songs_folder()), self)
        self.costs = Costs(self.ask_line, self)
        self._finder = Finder(self)
        self.current = ""
        self._viewing: Request | None = None
        self._planning: Request | None = None
        self._exporting: Request | None = None
        self._listen = QTimer(self, interval=_LISTEN_MS)
        self._closed = False
        self._connect()

    # Life.

    def start(self, songs: Sequence[Path]) -> None:
        """Once the window stands: settings, library, and the songs it was opened with."""
        self.reread_settings()
        if self.library.problem is not None:
            self.failed.emit("", self.library.problem)
        if songs:
            self.open_paths(songs)
        self.queue.go_on()

    def reread_settings(self) -> None:
        """What the user's settings say now."""
        try:
            values = settings.load()
        except StudioError as error:
            self.failed.emit("", error)
            values = settings.defaults()
        self.queue.how = How.of(values)
        self.notes.device = str(values["device"])

    def close(self) -> None:
        """Keep everything and end: nothing runs on, nothing is lost."""
        if self._closed:
            return
        self._closed = True
        self._listen.stop()
        self._finder.close()
        self.queue.close()
        self._leave()
        self.opened.close()
        self.player.close()
        self.apart_line.close()
        self.ask_line.close()
        self.library.close()

    @property
    def is_exporting(self) -> bool:
        """Whether files are being written: the one thing that closing would lose."""
        return self._exporting is not None

    @property
    def is_working(self) -> bool:
        """Whether the song in the window is being taken apart."""
        return bool(self.current) and self.current == self.queue.running

    # Songs.

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Add songs, folders of songs, or songs that are apart; show the first."""
        self._finder.look(paths)

    def open_demo(self) -> None:
        """The song that ships with the program."""
        self.open_paths([resource("demo", "demo.ogg")])

    def choose(self, entry_id: str) -> None:
        """Show a song of the library; of one that needs the user, also why."""
        entry = self.library.entry(entry_id)
        if entry_id != self.current:
            self._show(entry)
        if entry.needs_you and entry.error is not None and self._viewing is None:
            self.failed.emit(entry_id, entry.error)

    def _show(self, entry: Entry) -> None:
        self._leave()
        self.opened.leave()  # what this meets is still about the song before
        self.current = entry.id
        self.opened.open(entry.shown)
        self.chosen.emit(entry.id)
        if entry.id == self.queue.running:
            for name, facts in list(self.queue.heard):
                self.opened.heard(name, facts)
        elif entry.state == "waiting":
            self.queue.want(entry.id)
        elif entry.folder is not None:
            self._look(entry.folder)

    def separate_again(self) -> None:
        """Take the song in the window apart anew, as the settings say now."""
        self.queue.retry(self.current, again=True)
        self._show(self.library.entry(self.current))

    def retry(self, entry_id: str) -> None:
        """Do again what could not be done with a song: look at what there is, or take it apart."""
        entry = self.library.entry(entry_id)
        there = entry.folder is not None and is_project(entry.folder)
        if there and entry.state in ("done", "missing"):
            self.library.update(entry_id, state="done", error=None)
        else:
            self.queue.retry(entry_id)
        # Its files may be others now: all of it is opened anew.
        self._show(self.library.entry(entry_id))

    def found_again(self, entry_id: str, path: Path) -> None:
        """The user showed where the song's file, or its folder, lies now."""
        place = {"folder": path} if is_project(path) else {"source": path}
        self.library.update(entry_id, **place)
        self.retry(entry_id)

    def remove(self, entry_id: str) -> None:
        """Take a song off the list; its files stay."""
        if entry_id == self.queue.running:
            self.queue.cancel(entry_id)
        if entry_id == self.current:
            self._leave()
            self.opened.leave()
            self.current = ""
            self.chosen.emit("")
        self.library.remove(entry_id)

    def _add_all(self, songs: Sequence[Path]) -> None:
        ids = [self._add(song) for song in songs]
        self.choose(ids[0])
        self.queue.want(ids[0])

    def _add(self, song: Path) -> str:
        if song.is_dir() and is_project(song):
            entry_id = self.library.add(song.name, folder=song, state="done")
        else:
            entry_id = self.library.add(song.stem, source=song)
        if self.library.entry(entry_id).needs_you:
            self.retry(entry_id)  # it was here, and is dropped again: it may be mended
        return entry_id

    def _leave(self) -> None:
        self.notes.drop()
        self.timing.forget()
        for request in (self._viewing, self._planning):
            if request is not None:
                request.forget()
        self._viewing = self._planning = None

    def _look(self, folder: Path) -> None:
        """Ask what there is of a song that is apart."""
        request = Request("view", {"folder": str(folder)}, folder.name)
        request.setParent(self)
        request.done.connect(lambda view: self._seen(request, view))
        request.failed.connect(lambda error: self._unseen(request, error))
        request.found.connect(lambda name, facts: self._glimpsed(request, name, facts))
        self._viewing = request
        self.song.busy = Busy(self.tr("Opening"))
        self.song.progress_changed.emit()
        self.ask_line.ask(request)

    def _glimpsed(self, request: Request, name: str, facts: Facts) -> None:
        if request is self._viewing:  # else another song came meanwhile
            self.opened.heard(name, facts)

    def _seen(self, request: Request, view: Facts) -> None:
        if request is not self._viewing:
            return
        self.song.busy = self._viewing = None
        self.opened.show(view)
        if view["stems"]:
            self.library.update(self.current, state="done", text=summary(view), error=None)
        elif self.library.entry(self.current).state == "done":
            self.queue.retry(self.current)

    def _unseen(self, request: Request, error: Exception) -> None:
        if request is not self._viewing:
            return
        self.song.busy = self._viewing = None
        self.song.progress_changed.emit()
        if not self._has_lost_folder():
            self.failed.emit(self.current, error)

    def _has_lost_folder(self) -> bool:
        """Whether the folder of the song in the window is gone; says so, here and in the list."""
        known = self.library.entry(self.current).folder if self.current else None
        folder = self.song.folder or known
        if not self.current or folder is None or is_project(folder):
            return False
        error = MissingFileError(file=str(folder), reason="the folder of this song is gone")
        self.library.update(self.current, state="missing", error=error)
        self.failed.emit(self.current, error)
        return True

    # Playing.

    def seek(self, seconds: float) -> None:
        """Move the music; the part there is taken apart next."""
        self.player.seek(seconds)
        self.axis.move_playhead(seconds)
        if self.current == self.queue.running:
            self.queue.listen(seconds)

    def tick(self) -> None:
        """Follow the music; called for every picture."""
        if self.player.playing:
            self.axis.move_playhead(self.player.position)

    def _tell_place(self) -> None:
        if self.player.playing and self.current == self.queue.running:
            self.queue.listen(self.player.position)

    def _looped(self) -> None:
        self.player.set_loop(self.axis.loop if self.axis.looping else None)

    # Out.

    def plan(self, options: Facts) -> None:
        """Ask what an export would write."""
        if self._planning is not None:
            self._planning.forget()
        request = self._of_song("plan", options)
        request.told.connect(self.export_told)
        request.done.connect(self.planned)
        request.failed.connect(self._not_exported)
        self._planning = request
        self.ask_line.ask(request)

    def export(self, options: Facts) -> None:
        """Write the files."""
        request = self._of_song("export", options)
        request.progress.connect(self.export_progress)
        request.told.connect(self.export_told)
        # First, since who hears of the end may close the window, which asks whether it is over.
        for over in (request.done, request.failed, request.stopped):
            over.connect(self._export_over)
        request.done.connect(self.exported)
        request.failed.connect(self._not_exported)
        request.stopped.connect(self.export_stopped)
        self._exporting = request
        self.ask_line.ask(request)

    def cancel_export(self) -> None:
        """Stop writing; nothing of it stays."""
        if self._exporting is not None:
            self._exporting.cancel()

    def forget_export(self) -> None:
        """The window closes without waiting; what was written goes with the next export."""
        self._exporting = None

    def _export_over(self) -> None:
        self._exporting = None

    def _not_exported(self, error: Exception) -> None:
        self.export_failed.emit(error)
        self._has_lost_folder()

    def _of_song(self, task: str, options: Facts) -> Request:
        arguments = {"folder": str(self.song.folder), **options}
        request = Request(task, arguments, self.song.title)
        request.setParent(self)
        return request

    # What is heard from below.

    def _connect(self) -> None:
        self._finder.found.connect(self._add_all)
        self._finder.failed.connect(lambda error: self.failed.emit("", error))
        self.library.save_failed.connect(lambda error: self.failed.emit("", error))
        self.mixer.changed.connect(lambda _: self.player.apply(self.mixer))
        self.axis.seek_asked.connect(self.seek)
        self.axis.loop_changed.connect(self._looped)
        self._listen.timeout.connect(self._tell_place)
        self._listen.start()
        self.opened.failed.connect(self._not_done)
        self.opened.noticed.connect(self.noticed)
        self.opened.noticed.connect(self.said)
        self.opened.take_ready.connect(self.take_ready)
        self.opened.take_ready.connect(self._count_takes)
        self.opened.whole.connect(self.opened_up)
        self.notes.failed.connect(lambda _, error: self._not_done(error))
        self.notes.missed.connect(lambda *_: self._has_lost_folder())
        self.queue.found.connect(self._found)
        self.queue.progressed.connect(self._progressed)
        self.queue.finished.connect(self._finished)
        self.queue.failed.connect(self.failed)
        self.queue.restarted.connect(self._restarted)
        self.queue.said.connect(self.said)
        self.queue.changed.connect(self._running_changed)
        self.player.ended.connect(lambda: self.axis.move_playhead(self.player.position))

    def _found(self, entry_id: str, name: str, facts: Facts) -> None:
        if entry_id == self.current:
            self.opened.heard(name, facts)
            if name == "song":
                self.queue.listen(self.player.position)

    def _progressed(self, entry_id: str, fraction: float, left: float | None) -> None:
        if entry_id == self.current:
            self.song.busy = Busy(self.tr("Separating"), fraction, left)
            self.song.progress_changed.emit()

    def _finished(self, entry_id: str, view: Facts) -> None:
        self.costs.ask()
        if entry_id == self.current:
            self.song.busy = None
            self.opened.show(view)

    def _not_done(self, error: Exception) -> None:
        """Something with the song in the window; that its folder is gone says more."""
        if not self._has_lost_folder():
            self.failed.emit(self.current, error)

    def _restarted(self, entry_id: str, fraction: float | None) -> None:
        text = self.tr("The separation process ended unexpectedly and was started again.")
        kept = self.tr("{} is kept, it goes on by itself.").format(words.percent(fraction or 0.0))
        self.noticed.emit(f"{text} {kept}")

    def _running_changed(self) -> None:
        if self.current != self.queue.running and self.song.busy is not None:
            self.song.busy = None
            self.song.progress_changed.emit()

    def _count_takes(self) -> None:
        takes = sum(lane.take is not None for lane in self.song.lanes)
        self.library.update(self.current, text=counted(len(self.song.lanes), takes))
