"""The player of the window: play, pause, seek, loop, and what became of the sound device.

Nothing here waits. The sound's thread never meets Qt: a timer looks ten times a second for what
happened there. The device is opened when something is played for the first time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty

from PySide6.QtCore import QObject, QTimer, Signal

from studio.gui.player.ahead import Ahead
from studio.gui.player.deck import Deck
from studio.gui.player.engine import Engine, Levels
from studio.gui.player.keeper import Broken, Event, Failed, Found, Keeper, Lost, Opened
from studio.gui.player.mixing import Loop
from studio.gui.player.out import AudioOut, Device, open_out
from studio.gui.player.sources import Gains, LaneGains
from studio.gui.state.mixer import SONG, Mixer

_LOOK_MS = 100
_DEVICES_SECONDS = 2.0
# A device that has asked for nothing for so long is dead, whatever it says.
_DEAD_SECONDS = 2.0
_SHORTEST_LOOP_SECONDS = 0.02


class Player(QObject):
    """Plays one deck at a time.

    Signals:
        playing_changed(playing)
        ended(): the song played to its end, and stays there; the next play begins at the start.
        device_lost(name, seconds): it stopped by itself; playing is paused there. ``play`` goes on,
            on the chosen device if it is there again, otherwise on the default.
        device_changed(name): another output was opened; "" is none, and nothing can be heard.
        devices_changed(): ``devices()`` differs from what it was.
        failed(sentence): nothing can be heard, or a recording cannot be written; playing goes on
            in silence, so that everything else works.
    """

    playing_changed = Signal(bool)
    ended = Signal()
    device_lost = Signal(str, float)
    device_changed = Signal(str)
    devices_changed = Signal()
    failed = Signal(str)

    def __init__(
        self, parent: QObject | None = None, make_out: Callable[[], AudioOut] = open_out
    ) -> None:
        """
        Args:
            make_out: Makes an output that is not open; called off the window's thread.
        """
        super().__init__(parent)
        self._keeper = Keeper(make_out)
        self._engine: Engine | None = None
        self._ahead: Ahead | None = None
        self._gains = Gains()
        self._loop: tuple[float, float] | None = None
        self._playing = False
        self._pulls = False  # whether the output is asked to pull
        self._chosen: str | None = None
        self._device_name = ""
        self._devices: list[Device] | None = None
        self._polls = False  # whether anybody cares which devices there are
        self._looked_at = 0.0
        self._looks = False
        self._is_closed = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look_around)
        self._timer.start()

    # The song.

    def load(self, deck: Deck, keep_place: bool = False) -> None:
        """Play ``deck`` from now on.

        Args:
            keep_place: It is the same song with other tracks: go on where it is, without a gap.
        """
        if keep_place and self._engine is not None:
            self._engine.use(deck)
            return
        self.unload()
        self._engine = Engine(deck, SONG)
        self._engine.set_gains(self._gains)
        self._ahead = Ahead(self._engine)
        self.set_loop(self._loop)

    def unload(self) -> None:
        """Fade out and let go of the song's files."""
        self._set_playing(False)
        if self._engine is not None and self._ahead is not None:
            self._keeper.retire(self._engine, self._ahead)
        self._engine, self._ahead, self._pulls = None, None, False

    def close(self) -> None:
        """End every thread and finish a recording; waits for that."""
        if self._is_closed:
            return
        self._is_closed = True
        self._timer.stop()
        self.unload()
        self._keeper.close()
        self._take_events()

    # The transport.

    @property
    def playing(self) -> bool:
        """Whether it plays, or is about to."""
        return self._playing

    def play(self) -> None:
        """Go on, from the start if the song has ended; nothing without a song."""
        if self._engine is None or self._playing:
            return
        self._engine.play()
        if not self._pulls:
            self._let_pull()
        self._set_playing(True)

    def pause(self) -> None:
        """Stop where it is."""
        if self._engine is not None:
            self._engine.pause()
        self._set_playing(False)

    def toggle(self) -> None:
        """Play or pause."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def seek(self, seconds: float) -> None:
        """Go on at ``seconds``, within the song."""
        if self._engine is not None:
            self._engine.seek(round(seconds * self._engine.deck.sample_rate))

    @property
    def position(self) -> float:
        """What is heard now, in seconds from the start of the song."""
        if self._engine is None:
            return 0.0
        return self._engine.heard() / self._engine.deck.sample_rate

    def set_loop(self, loop: tuple[float, float] | None) -> None:
        """Play from the first to the second of these seconds again and again; None ends that."""
        self._loop = loop
        if self._engine is not None:
            self._engine.set_loop(None if loop is None else _frames(loop, self._engine.deck))

    # The mixer.

    def apply(self, mixer: Mixer) -> None:
        """Sound as ``mixer`` says from now on."""
        self._gains = gains_of(mixer)
        if self._engine is not None:
            self._engine.set_gains(self._gains)

    def levels(self) -> Levels:
        """Largest magnitudes, left and right, since the last call, after all gains.

        By lane, ``SONG`` for the song and "master" for everything; a name that is not there was
        silent.
        """
        return {} if self._engine is None else self._engine.levels()

    # The device.

    @property
    def device_name(self) -> str:
        """What is open; "" while nothing is, or nothing can be heard."""
        return self._device_name

    @property
    def chosen_device(self) -> str | None:
        """The ``id`` that was chosen; None is the default."""
        return self._chosen

    def devices(self) -> list[Device]:
        """What was there when last looked. The first call looks: wait for ``devices_changed``."""
        self._polls = True
        if self._devices is None:
            self._see_devices()
        return list(self._devices or ())

    def choose_device(self, device: str | None) -> None:
        """Play on the device with this ``id`` from now on; None is the default."""
        if device == self._chosen:
            return
        self._chosen = device
        if self._pulls:
            self._let_pull()

    # What happened meanwhile.

    def _look_around(self) -> None:
        self._take_events()
        engine = self._engine
        if engine is None:
            return
        if engine.fault is not None:
            fault, engine.fault = engine.fault, None
            self.pause()
            raise fault
        self._see_rest(engine)
        self._see_dead(engine)
        late = time.perf_counter() - self._looked_at > _DEVICES_SECONDS
        if self._polls and not self._pulls and late:
            self._see_devices()

    def _see_rest(self, engine: Engine) -> None:
        """Stop the output once the last of it was heard."""
        if not (self._pulls and engine.is_resting and engine.heard() == engine.position):
            return
        if engine.ended:
            self._set_playing(False)
            self.ended.emit()
        if not self._playing and engine.is_resting:
            self._pulls = False
            self._keeper.rest()

    def _see_dead(self, engine: Engine) -> None:
        """Notice a device that pulls no more without a word."""
        begun = max(engine.pulled_at, self._keeper.started_at)
        runs = self._pulls and self._keeper.started_at > 0.0 and not self._keeper.is_busy
        if runs and time.perf_counter() - begun > _DEAD_SECONDS:
            self._heard_of(Lost(""))

    def _take_events(self) -> None:
        while True:
            try:
                event = self._keeper.events.get_nowait()
            except Empty:
                return
            self._heard_of(event)

    def _heard_of(self, event: Event) -> None:
        match event:
            case Opened(name, silent):
                if silent and not self._device_name:
                    self.device_changed.emit("")  # there was none before, and now it is known
                self._name_device("" if silent else name)
                self._polls = True
            case Lost(reason):
                self._lose(reason)
            case Failed(error):
                self.failed.emit(error.message)
            case Found(devices):
                self._looks = False
                self._compare(devices)
            case Broken(error):
                raise error

    def _lose(self, reason: str) -> None:
        name, at = self._device_name, self.position
        was_heard, self._pulls = self._pulls, False
        self.pause()
        if self._engine is not None:
            self._keeper.give_up(self._engine)
        self._name_device("")
        if reason:
            self.failed.emit(reason)
        elif was_heard:
            self.device_lost.emit(name, at)

    def _compare(self, devices: list[Device]) -> None:
        before, self._devices = self._devices, devices
        if devices == before:
            return
        if before is not None and not self._pulls:
            self._keeper.drop()  # what it was opened on may be gone, or back
        self.devices_changed.emit()

    def _see_devices(self) -> None:
        if not self._looks:
            self._looks, self._looked_at = True, time.perf_counter()
            self._keeper.look()

    def _let_pull(self) -> None:
        assert self._engine is not None
        self._pulls = True
        self._keeper.play(self._engine, self._chosen)

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)

    def _name_device(self, name: str) -> None:
        if name != self._device_name:
            self._device_name = name
            self.device_changed.emit(name)


def gains_of(mixer: Mixer) -> Gains:
    """What a mixer says, as plain values for the sound's thread."""
    lanes = {name: LaneGains(*mixer.gains(name), mixer.channel(name).take) for name in mixer.lanes}
    return Gains(lanes, mixer.gains(SONG), mixer.master)


def _frames(loop: tuple[float, float], deck: Deck) -> Loop | None:
    """A loop in frames, within the song; None where too little of it is left."""
    start, stop = (
        min(max(round(seconds * deck.sample_rate), 0), deck.frames) for seconds in sorted(loop)
    )
    return (start, stop) if stop - start >= _SHORTEST_LOOP_SECONDS * deck.sample_rate else None
