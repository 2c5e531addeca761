"""The song in the window: keeps what is shown and what is played in step with what is known.

Facts come from the worker while a song is taken apart (``studio/pipeline/view.py`` lists them), or
all at once as a view of a song that is apart. Reading and filling happen on the loader's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from studio.audio.peaks import Peaks
from studio.errors import StudioError
from studio.gui.desk import memory
from studio.gui.desk.pieces import filling, joined, read_notes
from studio.gui.loader import Loader
from studio.gui.player.deck import Deck, GrowingTrack, TakeTrack, WavTrack
from studio.gui.player.player import Player
from studio.gui.state.mixer import Mixer
from studio.gui.state.song import Lane, SongState, Span
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.music.bundle import Marker
from studio.music.notes import Notes
from studio.music.stem import stem
from studio.music.tempo import TempoMap
from studio.project.history import TEMPO, History
from studio.separation.hops import FinishedHops

Facts = dict[str, Any]


class OpenSong(QObject):
    """Fills ``SongState``, the axis, the mixer and the player's deck for one song at a time.

    Signals:
        take_ready(name): the notes of a lane are there to be shown.
        whole(): every lane is there from start to end.
        failed(error): something of the song could not be read, or a change not be kept.
        noticed(text): something the user must see.
        history_changed: undo or redo mean something else now.
        tempo_undone(tempo): undo or redo came to a change of the tempo, which is to be this again.
    """

    take_ready = Signal(str)
    whole = Signal()
    failed = Signal(object)
    noticed = Signal(str)
    history_changed = Signal()
    tempo_undone = Signal(object)

    def __init__(
        self,
        song: SongState,
        axis: TimeAxis,
        mixer: Mixer,
        player: Player,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.song = song
        self._axis = axis
        self._mixer = mixer
        self._player = player
        self._loader = Loader(self)
        self._loader.failed.connect(self.failed)
        self._remembered = memory.Remembered()
        self._hops: FinishedHops | None = None
        self._deck: Deck | None = None
        self._growing: dict[str, GrowingTrack] = {}
        self._candidates: dict[str, str] = {}  # the file of each lane's take
        self.history: History | None = None
        self.take_lane: str | None = None
        self.view: Facts = {}

    # The song from nothing to all of it.

    def open(self, title: str) -> None:
        """Another song, of which nothing is known yet."""
        self.leave()
        self.song.title = title
        self.song.changed.emit()

    def leave(self) -> None:
        """Keep what is to come back, and let go of every file of the song."""
        self.remember()
        self._loader.drop()
        self._player.unload()
        self._hops, self._deck, self._growing = None, None, {}
        self._close_history()
        self.take_lane, self.view, self._candidates = None, {}, {}
        self.song.clear()
        self._axis.load(1.0)
        self._mixer.load({})
        self.song.changed.emit()

    def heard(self, name: str, facts: Facts) -> None:
        """A fact of the separation that runs."""
        with self._telling():
            if name == "song":
                self._take_up(facts)
            elif name == "peaks":
                self._outlined(Path(facts["path"]))
            elif name == "separating":
                self._begun(facts)
            elif name == "hop":
                self._finished([int(facts["hop"])])
            elif name == "stems":
                self._show(facts)

    def show(self, view: Facts) -> None:
        """All that is known of a song that is apart, or as far as it is."""
        with self._telling():
            self._show(view)

    def _show(self, view: Facts) -> None:
        self._take_up(view)
        if view.get("peaks"):
            self._outlined(Path(view["peaks"]))
        if view.get("tempo"):
            self.show_time(view)
        if view["stems"]:
            self._whole_lanes(view)
        self.song.finished = [(0.0, self.song.duration)] if view["stems"] else []
        self.song.working = None
        self.song.progress_changed.emit()

    def show_time(self, view: Facts) -> None:
        """Musical time: ``tempo``, ``key`` and ``chords`` of a view."""
        self.song.key = view["key"]
        chords = msgspec.convert(view["chords"], tuple[Marker, ...])
        self._axis.set_tempo(msgspec.convert(view["tempo"], TempoMap), chords)

    def close(self) -> None:
        """The window closes."""
        self.leave()
        self._loader.close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What goes wrong in the body is told by ``failed``."""
        try:
            yield
        except StudioError as error:
            self.failed.emit(error)

    def _take_up(self, view: Facts) -> None:
        """Name, length and the song's own sound; only once a song."""
        self.view = view
        folder = Path(view["folder"])
        if self.song.folder == folder and self._deck is not None:
            return
        self.song.title, self.song.folder = view["name"], folder
        self.song.source = Path(view["source"]) if view.get("source") else None
        self.song.sample_rate, self.song.frames = view["sample_rate"], view["frames"]
        self._axis.load(self.song.duration)
        self._remembered = memory.recall(folder)
        self._come_back()
        self._open_history(folder)
        self._deck = Deck(
            self.song.sample_rate, self.song.frames, WavTrack(Path(view["mixture"])), {}, {}
        )
        self._player.load(self._deck)
        self._player.seek(self._remembered.playhead)
        self._player.apply(self._mixer)
        self.song.changed.emit()

    def _outlined(self, path: Path) -> None:
        """The outline of the song."""

        def then(peaks: Peaks) -> None:
            self.song.peaks = peaks
            self.song.lane_changed.emit("")

        self._loader.run(lambda: Peaks.load(path), then)

    # Lanes that grow.

    def _begun(self, facts: Facts) -> None:
        names: list[str] = facts["stems"]
        rate, frames = self.song.sample_rate, self.song.frames
        self._growing = {name: GrowingTrack(frames) for name in names}
        self.song.lanes = [Lane(stem(name), Peaks.empty(frames, rate)) for name in names]
        self._hops = FinishedHops(Path(facts["folder"]), facts)
        self._mixer.load({name: self._remembered.channel(name) for name in names})
        self._put_deck(dict(self._growing))
        self.song.finished = []
        self.song.changed.emit()
        self._finished(list(facts["done"]))

    def _finished(self, hops: list[int]) -> None:
        """Fill the lanes with ``hops``, the newest on the loader's thread."""
        reader, rate = self._hops, self.song.sample_rate
        if reader is None:
            return
        lanes = {lane.name: (lane.peaks, self._growing[lane.name]) for lane in self.song.lanes}
        for hop in hops:
            self._loader.run(filling(reader, hop, rate, lanes), self._filled)

    def _filled(self, span: Span | None) -> None:
        if span is None:
            return
        self.song.finished = joined([*self.song.finished, span])
        # What follows is next, unless the listener is elsewhere.
        self.song.working = span[1] if span[1] < self.song.duration - 0.1 else None
        for lane in self.song.lanes:
            self.song.lane_changed.emit(lane.name)
        self.song.progress_changed.emit()

    # Lanes that are whole.

    def _whole_lanes(self, view: Facts) -> None:
        known = {lane.name: lane for lane in self.song.lanes}
        lanes = []
        for row in view["stems"]:
            lane = known.get(row["name"]) or Lane(stem(row["name"]))
            lane.wav = Path(row["wav"])
            lane.loudest_db = row["loudest_db"]
            lanes.append(lane)
        fresh = [lane.name for lane in lanes] != list(self._mixer.lanes)
        self.song.lanes = lanes
        if fresh:
            self._mixer.load({x.name: self._remembered.channel(x.name) for x in lanes})
        self._put_deck({lane.name: WavTrack(Path(str(lane.wav))) for lane in lanes})
        self._hops, self._growing = None, {}
        self.song.changed.emit()
        for row in view["stems"]:
            if row.get("peaks"):
                self._outline_lane(row["name"], Path(row["peaks"]))
            if row.get("take"):
                self.show_take(row["take"])
        self.whole.emit()

    def _outline_lane(self, name: str, path: Path) -> None:
        def then(peaks: Peaks) -> None:
            self.song.lane(name).peaks = peaks
            self.song.lane_changed.emit(name)

        self._loader.run(lambda: Peaks.load(path), then)

    def _put_deck(self, stems: dict[str, Any]) -> None:
        assert self._deck is not None
        deck = self._deck
        takes = {name: track for name, track in deck.takes.items() if name in stems}
        self._deck = Deck(deck.sample_rate, deck.frames, deck.song, stems, takes)
        self._player.load(self._deck, keep_place=True)
        self._player.apply(self._mixer)

    # Notes.

    def show_take(self, facts: Facts) -> None:
        """The notes found in a lane."""

        def then(candidates: Notes) -> None:
            self._take(facts, candidates)

        self._loader.run(lambda: read_notes(Path(facts["candidates"])), then)

    def _take(self, facts: Facts, candidates: Notes) -> None:
        lane = self.song.lane(facts["stem"])
        # A view tells of a take twice; the one that may be shown already stays.
        if lane.take is None or self._candidates.get(lane.name) != facts["candidates"]:
            self._candidates[lane.name] = facts["candidates"]
            self._put_take(lane, facts, candidates)
        lane.heard_by, lane.why = facts["engine_label"], facts["why"]
        lane.busy, lane.error = None, None
        self.song.lane_changed.emit(lane.name)
        self.take_ready.emit(lane.name)

    def _put_take(self, lane: Lane, facts: Facts, candidates: Notes) -> None:
        if lane.take is not None:
            lane.take.deleteLater()
        lane.take = TakeModel(lane.stem, facts["engine"], facts["kind"], candidates, self.history)
        self._sound(lane.take)
        lane.take.changed.connect(self._notes_changed)
        lane.take.failed.connect(self.failed)

    def _sound(self, take: TakeModel) -> None:
        """Let the take be heard."""
        assert self._deck is not None
        track = TakeTrack(self._deck.sample_rate, self._deck.frames, take.kind)
        track.set_notes(take.notes)
        deck = self._deck
        takes = {**deck.takes, take.stem.name: track}
        self._deck = Deck(deck.sample_rate, deck.frames, deck.song, deck.stems, takes)
        self._player.load(self._deck, keep_place=True)
        self._player.apply(self._mixer)

    def _notes_changed(self) -> None:
        take = self.sender()
        if isinstance(take, TakeModel) and self._deck is not None:
            self._deck.takes[take.stem.name].set_notes(take.notes)
        self.history_changed.emit()

    def timed(self, label: str, before: TempoMap, after: TempoMap) -> None:
        """The tempo was changed by hand; undo knows of it."""
        with self._telling():
            if self.history is not None:
                self.history.timed(label, before, after)
        self.history_changed.emit()

    def undo(self) -> None:
        """Take back the last change to any lane's notes or to the tempo."""
        self._travel(lambda history: history.undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        self._travel(lambda history: history.redo())

    def _travel(self, step: Callable[[History], tuple[str, str] | None]) -> None:
        done = None
        with self._telling():
            done = step(self.history) if self.history is not None else None
        # The lanes may not be here yet: a take that comes later reads the history itself.
        changed = done[0] if done is not None else ""
        if done is not None and changed == TEMPO and self.history is not None:
            self.tempo_undone.emit(self.history.tempo)
        for lane in self.song.lanes:
            if lane.name == changed and lane.take is not None:
                lane.take.reload()
        self.history_changed.emit()

    def _open_history(self, folder: Path) -> None:
        with self._telling():
            self.history = History.open(folder / ".stemwright")
            if self.history.read_only:
                text = "Another window has this song open: its notes cannot be changed here."
                self.noticed.emit(self.tr(text))
        self.history_changed.emit()

    def _close_history(self) -> None:
        history, self.history = self.history, None
        if history is not None:
            with self._telling():
                history.close()

    # What comes back.

    def remember(self) -> None:
        """Keep the state of the window for this song."""
        if self.song.folder is None:
            return
        channels = {name: self._mixer.channel(name) for name in self._mixer.lanes}
        memory.keep(
            self.song.folder,
            memory.Remembered(
                channels={
                    n: (c.volume_db, c.pan, c.mute, c.solo, c.take) for n, c in channels.items()
                },
                view=(self._axis.start, self._axis.end),
                loop=self._axis.loop,
                looping=self._axis.looping,
                playhead=self._axis.playhead,
                take=self.take_lane,
            ),
        )

    @property
    def remembered_take(self) -> str | None:
        """The lane whose notes lay open the last time."""
        return self._remembered.take

    def _come_back(self) -> None:
        kept = self._remembered
        if kept.view is not None:
            self._axis.show(*kept.view)
        if kept.loop is not None:
            self._axis.set_loop(*kept.loop)
            self._axis.set_looping(kept.looping)
