"""The playing of one deck: pulled block by block on the sound's thread, steered from another.

Nothing is locked. What is asked for is one value that is replaced whole; what is answered, too.
The sound's thread alone moves the position. Every interruption fades: start, pause, seek, and a
loop that changes while its end is heard. Only from the song's very start is there no fade.
"""

from __future__ import annotations

import threading
import time
from collections import deque

import numpy as np

from studio.gui.player.deck import Deck
from studio.gui.player.mixing import (
    BORDER_FRAMES,
    RAMP_FRAMES,
    Loop,
    Ramp,
    gaps_along,
    in_seam,
    read_route,
    route_of,
    song_share,
)
from studio.gui.player.sources import Gains, Source, sources_of
from studio.gui.player.timing import PlayClock, Route
from studio.music.audio import Samples

MASTER = "master"
Levels = dict[str, tuple[float, float]]
_SILENT = Ramp.at(0.0, 0.0)
_LEVELS_KEPT = 256  # blocks; if nobody asks, the oldest are dropped


class Engine:
    """Plays a deck.

    Attributes:
        latency_seconds, pace: Of the output.
        fault: What went wrong on the sound's thread, for whoever looks.
        ended: Whether the song played to its end.
    """

    def __init__(self, deck: Deck, name_of_song: str = "song") -> None:
        self.latency_seconds, self.pace = 0.0, 1.0
        self.fault: Exception | None = None
        self.ended = False
        self.pulled_at = 0.0
        self.wake = threading.Event()  # something has to be rendered, or read, ahead
        self._song = name_of_song
        self._clock = PlayClock()
        self._levels: deque[Levels] = deque(maxlen=_LEVELS_KEPT)
        # Asked for.
        self._deck = deck
        self._gains = Gains()
        self._wants = False
        self._jump = (0, 0)  # frame, number of the jump
        self._wanted_loop: Loop | None = None
        # Of the sound's thread.
        self._position = 0
        self._landed = 0
        self._loop: Loop | None = None
        self._level = 0  # of RAMP_FRAMES
        self._ramps: dict[str, Ramp] = {}
        self._share = 0.0
        self._is_fresh = True  # nothing was heard just before, so nothing has to glide
        self._told = 0  # the last jump that the clock knows of
        self._sources = deck, self._gains, sources_of(deck, self._gains, name_of_song)
        self.use(deck)

    # Asking, from any other thread.

    @property
    def deck(self) -> Deck:
        """What is played."""
        return self._deck

    def use(self, deck: Deck) -> None:
        """Play on with another deck of the same song."""
        for take in deck.takes.values():
            take.on_change = self.wake.set
        self._deck = deck
        self.wake.set()

    def set_gains(self, gains: Gains) -> None:
        """How everything is to sound from now on; gains glide."""
        self._gains = gains
        self.wake.set()

    def play(self) -> None:
        """Go on from the position; from the start where the song has ended."""
        if self.position >= self._deck.frames:
            self.seek(0)
        self.ended = False
        self._wants = True
        self.wake.set()

    def pause(self) -> None:
        """Fade out and rest."""
        self._wants = False

    def seek(self, frame: int) -> None:
        """Go on at ``frame``, within the song."""
        self._jump = min(max(frame, 0), self._deck.frames), self._jump[1] + 1
        self.ended = False
        self.wake.set()

    def set_loop(self, loop: Loop | None) -> None:
        """Loop from the first frame to the one before the second; None plays on to the end."""
        if loop is not None and not 0 <= loop[0] < loop[1] <= self._deck.frames:
            raise ValueError(f"{loop} does not lie in a song of {self._deck.frames} frames")
        self._wanted_loop = loop
        self.wake.set()

    @property
    def position(self) -> int:
        """The frame that will be mixed next."""
        frame, number = self._jump
        return self._position if number == self._landed else frame

    @property
    def is_resting(self) -> bool:
        """Whether it is silent and stays so."""
        return not self._wants and self._level == 0

    def heard(self) -> int:
        """The frame that is heard now."""
        frame, number = self._jump
        if number != self._told:
            return frame
        heard = self._clock.frame(time.perf_counter())
        return self._position if heard is None else heard

    def prepare(self, latency_seconds: float, pace: float) -> None:
        """An output of this latency and pace is about to start."""
        self.latency_seconds, self.pace = latency_seconds, pace
        self._clock.restart()

    def halt(self) -> None:
        """Be silent at what is heard now, without a fade. Only while nobody pulls."""
        self._position, self._level = self.heard(), 0
        self._told = self._landed = self._jump[1]
        self._clock.forget()

    def levels(self) -> Levels:
        """The largest magnitudes, left and right, since the last call: by lane, and ``MASTER``."""
        largest: Levels = {}
        while self._levels:
            for name, (left, right) in self._levels.popleft().items():
                before = largest.get(name, (0.0, 0.0))
                largest[name] = max(before[0], left), max(before[1], right)
        return largest

    def hears_take(self, name: str) -> bool:
        """Whether the take of a lane sounds as things are set."""
        lane = self._gains.lanes.get(name)
        return lane is not None and lane.is_heard and lane.take > 0.0

    def route_ahead(self, seconds: float) -> Route:
        """What will be played in the next ``seconds``."""
        deck = self._deck
        count = round(seconds * deck.sample_rate)
        return route_of(self.position, count, deck.frames, self._wanted_loop)

    # On the sound's thread.

    def pull(self, count: int) -> Samples:
        """The next ``count`` frames, shape (2, ``count``), clipped at full scale."""
        self.pulled_at = time.perf_counter()
        try:
            return self._pull(count)
        except Exception as error:  # there is nobody above to tell: the player raises it
            self.fault = error
            self._wants, self._level = False, 0
            return np.zeros((2, count), np.float32)

    def _pull(self, count: int) -> Samples:
        sound = np.zeros((2, count), np.float32)
        played: Route = []
        at, lead, landed = 0, 0, self._landed
        while at < count:
            route = self._stroke(sound[:, at:])
            if self._landed != landed:
                played, lead, landed = [], at, self._landed
            if not route:
                break
            played += route
            at += sum(frames for _, frames in route)
        self._tell_clock(count, lead, played)
        return np.clip(sound, -1.0, 1.0, out=sound)

    def _tell_clock(self, count: int, lead: int, played: Route) -> None:
        if self._told != self._landed:
            self._clock.forget()
        frame_seconds = 1.0 / self._deck.sample_rate / self.pace
        now, rest = self.pulled_at, self._position
        self._clock.pulled(now, self.latency_seconds, frame_seconds, count, lead, played, rest)
        self._told = self._landed

    def _stroke(self, out: Samples) -> Route:
        """Fill the start of ``out`` as far as one fade or none reaches; returns what was played."""
        jump, number = self._jump
        loop = self._wanted_loop
        in_a_seam = in_seam(self._position, self._loop) or in_seam(self._position, loop)
        leaves = not self._wants or number != self._landed or (loop != self._loop and in_a_seam)
        if self._level == 0:
            if number != self._landed:
                self._position, self._landed = jump, number
            self._loop = loop
            if not self._begins():
                return []
            leaves = False
        if not in_a_seam:
            self._loop = loop
        return self._play(out, 0 if leaves else RAMP_FRAMES)

    def _begins(self) -> bool:
        """From rest: whether it plays now. All gains are where they belong at once."""
        if self._wants and self._position >= self._deck.frames:
            self._wants, self.ended = False, True
        self._ramps, self._is_fresh = {}, True
        if self._wants and self._position == 0:
            self._level = RAMP_FRAMES
        return self._wants

    def _play(self, out: Samples, level: int) -> Route:
        """Mix on towards ``level`` and move the position."""
        count = out.shape[1]
        if self._level != level:
            count = min(count, abs(level - self._level))
        deck = self._deck
        ahead = route_of(self._position, count + BORDER_FRAMES, deck.frames, self._loop)
        route = _first(ahead, count)
        count = sum(frames for _, frames in route)
        self._mix(out[:, :count], route, ahead)
        if self._level != level:
            way = 1 if level > self._level else -1
            out[:, :count] *= (self._level + way * np.arange(1, count + 1)) / RAMP_FRAMES
            self._level += way * count
        self._position = _place_after(ahead, count, self._position)
        if self._position >= deck.frames:
            self._level = 0  # the song's own end
        return route

    def _mix(self, out: Samples, route: Route, ahead: Route) -> None:
        """Add every source along ``route`` to ``out``, and note how loud each was."""
        sources, count = self._current_sources(), out.shape[1]
        share = self._song_share(sources, ahead, count)
        lanes: dict[str, Samples] = {}
        for source in sources:
            sound = self._sounding(source, route, share)
            if sound is not None:
                lanes[source.lane] = lanes[source.lane] + sound if source.lane in lanes else sound
        levels = {lane: _peak(sound) for lane, sound in lanes.items()}
        for sound in lanes.values():
            out += sound
        master = self._gains.master
        out *= self._ramp(MASTER, master, master, count)
        self._levels.append({**levels, MASTER: _peak(out)})
        self._is_fresh = False

    def _song_share(self, sources: list[Source], ahead: Route, count: int) -> Samples:
        """How much of the song stands in for stems that are heard and not there."""
        heard = [s.track for s in sources if s.side == -1 and (s.left > 0 or s.right > 0)]
        gaps = gaps_along(heard, ahead)
        if self._is_fresh:
            self._share = 1.0 if gaps and gaps[0][0] < BORDER_FRAMES else 0.0
        share = song_share(self._share, gaps, count)
        self._share = float(share[-1]) if count else self._share
        return share

    def _sounding(self, source: Source, route: Route, share: Samples) -> Samples | None:
        """A source after its gains; None where it is silent."""
        gain = self._ramp(source.name, source.left, source.right, len(share))
        if source.side:
            gain = gain * (share if source.side == 1 else 1.0 - share)
        if not gain.any():
            return None
        sound = read_route(source.track, route, self._loop)
        sound *= gain
        return sound

    def _ramp(self, name: str, left: float, right: float, count: int) -> Samples:
        """The gain of ``name`` over the block; from rest it begins where it belongs."""
        known = self._ramps.get(name)
        if known is None:
            known = Ramp.at(left, right) if self._is_fresh else _SILENT
        gain, self._ramps[name] = known.towards(left, right).over(count)
        return gain

    def _current_sources(self) -> list[Source]:
        deck, gains, sources = self._sources
        if deck is not self._deck or gains is not self._gains:
            deck, gains = self._deck, self._gains
            sources = sources_of(deck, gains, self._song)
            self._sources = deck, gains, sources
        return sources


def _first(route: Route, count: int) -> Route:
    """The first ``count`` frames of a route."""
    first: Route = []
    for start, frames in route:
        if count > 0:
            first.append((start, min(frames, count)))
            count -= frames
    return first


def _place_after(route: Route, count: int, otherwise: int) -> int:
    """Where ``count`` frames along a route lead, which may be back to a loop's start."""
    for start, frames in route:
        if count < frames:
            return start + count
        count, otherwise = count - frames, start + frames
    return otherwise


def _peak(sound: Samples) -> tuple[float, float]:
    if sound.shape[1] == 0:
        return 0.0, 0.0
    left, right = np.abs(sound).max(axis=1)
    return float(left), float(right)
