"""The one thread that opens, starts, stops and closes outputs, all of which may take a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np

from studio.errors import SoundDeviceError, StudioError
from studio.gui.player.ahead import Ahead
from studio.gui.player.clock_out import NullOut
from studio.gui.player.engine import Engine
from studio.gui.player.out import AudioOut, Device
from studio.music.audio import Samples

# A fade takes one or two blocks; a device that died takes none.
_FADE_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Opened:
    """An output is open; ``silent`` where it is only a clock, since there is no other."""

    name: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """The output stopped by itself: its device is gone, or ``reason`` says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing can be heard, or a file could not be written."""

    error: StudioError


@dataclass(frozen=True, slots=True)
class Found:
    """The devices that are there now."""

    devices: list[Device]


@dataclass(frozen=True, slots=True)
class Broken:
    """A defect, to be raised where it is seen."""

    error: Exception


Event = Opened | Lost | Failed | Found | Broken


class Keeper:
    """Its methods return at once; what comes of them arrives in ``events``, in order.

    Attributes:
        started_at: When the output last began to pull, on ``time.perf_counter``'s clock.
    """

    def __init__(self, make_out: Callable[[], AudioOut]) -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.started_at = 0.0
        self._asked = self._done = 0
        self._make = make_out
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="sound out")
        self._out: AudioOut | None = None
        self._silent = False
        self._open_for: tuple[int, str | None] | None = None
        self._engine: Engine | None = None

    def play(self, engine: Engine, device: str | None) -> None:
        """Let ``engine`` be heard on ``device``; None is the default."""
        self._submit(lambda: self._play(engine, device))

    def rest(self) -> None:
        """Stop pulling; the output stays open."""
        self._submit(self._rest)

    def retire(self, engine: Engine, ahead: Ahead) -> None:
        """Fade ``engine`` out and let go of it."""
        self._submit(lambda: self._retire(engine, ahead))

    def give_up(self, engine: Engine) -> None:
        """Close an output that is dead; ``engine`` rests where it was last heard."""
        self._submit(lambda: self._give_up(engine))

    def drop(self) -> None:
        """Close the output; the next ``play`` opens one anew."""
        self._submit(self._drop)

    def look(self) -> None:
        """See what devices there are."""
        self._submit(self._look)

    def close(self) -> None:
        """Close the output and end the thread, and wait for both."""
        self.drop()
        self._hand.shutdown(wait=True)

    @property
    def is_busy(self) -> bool:
        """Whether something asked for is not done yet."""
        return self._asked != self._done

    def _submit(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except StudioError as error:
                self.events.put(Failed(error))
            except Exception as error:
                self.events.put(Broken(error))
            finally:
                self._done += 1

        self._asked += 1
        self._hand.submit(run)

    def _look(self) -> None:
        try:
            devices = self._make().devices()
        except SoundDeviceError:  # no sound system: ``play`` says so, when somebody wants to hear
            devices = []
        self.events.put(Found(devices))

    def _play(self, engine: Engine, device: str | None) -> None:
        wanted = engine.deck.sample_rate, device
        if self._out is None or self._silent or self._open_for != wanted:
            self._open(*wanted)
        self._rest()
        self._engine = engine
        try:
            self._start(engine)
        except SoundDeviceError:  # it was unplugged while it rested
            self._open(*wanted)
            self._start(engine)

    def _start(self, engine: Engine) -> None:
        assert self._out is not None
        engine.prepare(self._out.latency_seconds, self._out.pace)
        self._out.start()
        self.started_at = time.perf_counter()

    def _open(self, sample_rate: int, device: str | None) -> None:
        """Open the chosen device, or else the default, or else none; each is said."""
        self._drop()
        self._open_for = sample_rate, device
        refused: StudioError | None = None
        for choice in dict.fromkeys((device, None)):
            try:
                out = self._make()
                out.open(sample_rate, self._pull, self._lost, choice)
            except StudioError as error:
                refused = error
            else:
                self._take(out, silent=False)
                return
        assert refused is not None
        self.events.put(Failed(refused))
        out = NullOut()
        out.open(sample_rate, self._pull, self._lost)
        self._take(out, silent=True)

    def _take(self, out: AudioOut, silent: bool) -> None:
        self._out, self._silent = out, silent
        self.events.put(Opened(out.name, silent))

    def _rest(self) -> None:
        if self._out is not None:
            self._out.stop()

    def _retire(self, engine: Engine, ahead: Ahead) -> None:
        engine.pause()
        patience = time.perf_counter() + _FADE_SECONDS
        while self._engine is engine and not engine.is_resting:
            if time.perf_counter() > patience:
                break
            time.sleep(0.005)
        if self._engine is engine:
            self._rest()
            self._engine = None
        engine.halt()
        ahead.close()

    def _give_up(self, engine: Engine) -> None:
        try:
            self._drop()
        finally:
            engine.halt()

    def _drop(self) -> None:
        out, self._out = self._out, None
        if out is not None:
            out.close()

    def _pull(self, frames: int) -> Samples:
        engine = self._engine
        return np.zeros((2, frames), np.float32) if engine is None else engine.pull(frames)

    def _lost(self, reason: str) -> None:
        self.events.put(Lost(reason))
