"""The song in the window: keeps what is shown and what is played in step with what is known.

Facts come from the worker while a song is taken apart (``studio/pipeline/view.py`` lists them), or
all at once as a view of a song that is apart. Reading and filling happen on the loader's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.audio.peaks import Peaks
from studio.errors import MissingFileError, StudioError
from studio.gui.desk import memory
from studio.gui.loader import Loader
from studio.gui.player.deck import Deck, GrowingTrack, TakeTrack, WavTrack
from studio.gui.player.player import Player
from studio.gui.state.mixer import Mixer
from studio.gui.state.song import Lane, SongState, Span
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.music.audio import Samples
from studio.music.notes import Notes
from studio.music.stem import stem
from studio.music.tempo import TempoMap
from studio.project.history import History
from studio.separation.hops import FinishedHops

Facts = dict[str, Any]
_COLUMNS = ("onset", "pitch", "offset", "velocity", "strength")


class OpenSong(QObject):
    """Fills ``SongState``, the axis, the mixer and the player's deck for one song at a time.

    Signals:
        take_ready(name): the notes of a lane are there to be shown.
        whole(): every lane is there from start to end.
        failed(error): something of the song could not be read.
        history_changed: undo or redo mean something else now.
    """

    take_ready = Signal(str)
    whole = Signal()
    failed = Signal(object)
    history_changed = Signal()

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
        if self.history is not None:
            self.history.close()
        self.history, self.take_lane, self.view = None, None, {}
        self.song.clear()
        self._axis.load(1.0)
        self._mixer.load({})
        self.song.changed.emit()

    def heard(self, name: str, facts: Facts) -> None:
        """A fact of the separation that runs."""
        if name == "song":
            self._decoded(facts)
        elif name == "peaks":
            self._outlined(Path(facts["path"]))
        elif name == "separating":
            self._begun(facts)
        elif name == "hop":
            self._finished([int(facts["hop"])])
        elif name == "stems":
            self.show(facts)

    def show(self, view: Facts) -> None:
        """All that is known of a song that is apart, or as far as it is."""
        self._take_up(view)
        if view.get("peaks"):
            self._outlined(Path(view["peaks"]))
        if view.get("tempo"):
            self._axis.set_tempo(msgspec.convert(view["tempo"], TempoMap))
        if view["stems"]:
            self._whole_lanes(view)
        self.song.finished = [(0.0, self.song.duration)] if view["stems"] else []
        self.song.working = None
        self.song.progress_changed.emit()

    def close(self) -> None:
        """The window closes."""
        self.leave()
        self._loader.close()

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

    def _decoded(self, facts: Facts) -> None:
        self._take_up(facts)

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
        self.song.lanes = [Lane(stem(name), Peaks.empty(frames, rate)) for name in names]
        self._growing = {name: GrowingTrack(frames) for name in names}
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
            self._loader.run(_filling(reader, hop, rate, lanes), self._filled)

    def _filled(self, span: Span | None) -> None:
        if span is None:
            return
        self.song.finished = joined([*self.song.finished, span])
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
        if lane.take is not None:
            lane.take.deleteLater()
        lane.take = TakeModel(lane.stem, facts["engine"], facts["kind"], candidates, self.history)
        lane.heard_by, lane.why = facts["engine_label"], facts["why"]
        lane.busy, lane.error = None, None
        self._sound(lane.take)
        lane.take.changed.connect(self._notes_changed)
        lane.take.failed.connect(self.failed)
        self.song.lane_changed.emit(lane.name)
        self.take_ready.emit(lane.name)

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

    def undo(self) -> None:
        """Take back the last change to any lane's notes."""
        self._travel(lambda history: history.undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        self._travel(lambda history: history.redo())

    def _travel(self, step: Callable[[History], tuple[str, str] | None]) -> None:
        done = step(self.history) if self.history is not None else None
        if done is not None:
            take = self.song.lane(done[0]).take
            if take is not None:
                take.reload()
        self.history_changed.emit()

    def _open_history(self, folder: Path) -> None:
        try:
            self.history = History.open(folder / ".stemwright")
        except StudioError as error:
            self.failed.emit(error)
        self.history_changed.emit()

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


def read_notes(path: Path) -> Notes:
    """The candidates a take was saved as."""
    with np.load(path, allow_pickle=False) as columns:
        return Notes(*(columns[name] for name in _COLUMNS))


def joined(spans: list[Span]) -> list[Span]:
    """``spans`` in order, those that touch made one."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1] + 1e-6:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((start, end))
    return whole


def _filling(
    reader: FinishedHops,
    hop: int,
    rate: int,
    lanes: dict[str, tuple[Peaks | None, GrowingTrack]],
) -> Callable[[], Span | None]:
    """Work that puts one finished hop into every lane; returns its place in seconds.

    None: the hops have given way to the whole stems meanwhile, which are on their way here.
    """

    def fill() -> Span | None:
        first = hop * reader.hop_frames
        last = min(first + reader.hop_frames, reader.frames)
        start = round(first * rate / reader.sample_rate)
        for name, (peaks, track) in lanes.items():
            try:
                found = reader.read(name, hop)
            except MissingFileError:
                return None
            samples = _at_rate(found, reader.sample_rate, rate)
            samples = samples[:, : max(0, track.frames - start)]
            track.put(start, samples)
            if peaks is not None:
                peaks.fill(start, samples)
        return first / reader.sample_rate, last / reader.sample_rate

    return fill


def _at_rate(samples: Samples, given: int, wanted: int) -> Samples:
    """For listening before the whole is there; the finished stem is resampled in one go."""
    if given == wanted:
        return samples
    from studio.audio.resample import resample_blocks  # rare, and not wanted at the start

    return np.concatenate(list(resample_blocks([samples], given, wanted, len(samples))), axis=1)
