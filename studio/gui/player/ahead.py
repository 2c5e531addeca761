"""What is done before the playhead comes: notes are rendered, and files read into memory."""

from __future__ import annotations

import threading

from studio.gui.player.engine import Engine
from studio.gui.player.timing import Route

_SECONDS = 2.0
# While it plays there is something new to do this often.
_TURN_SECONDS = 0.05
_READ_SECONDS = 0.2  # a little more than passes between two turns


class Ahead:
    """One thread that works ahead of an engine until ``close``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False
        self._was_at = -1
        self._thread = threading.Thread(target=self._run, name="sound ahead")
        self._thread.start()

    def close(self) -> None:
        """End the thread, and wait for it."""
        self._closed = True
        self._engine.wake.set()
        self._thread.join()

    def _run(self) -> None:
        engine = self._engine
        while True:
            engine.wake.clear()  # before looking: what is asked from here on wakes it again
            if self._closed:
                return
            more = False
            try:
                route = engine.route_ahead(_SECONDS)
                self._read(route)
                more = self._render(route)
            except Exception as error:  # there is nobody above to tell: the player raises it
                engine.fault = error
            if not more:
                engine.wake.wait(None if engine.is_resting else _TURN_SECONDS)

    def _render(self, route: Route) -> bool:
        """Render one chunk; returns whether there may be another."""
        deck = self._engine.deck
        return any(
            take.prepare(route, deck.stems.get(name))
            for name, take in deck.takes.items()
            if self._engine.hears_take(name)
        )

    def _read(self, route: Route) -> None:
        """Touch what will be played, so that the sound's thread need not wait for a disk."""
        deck = self._engine.deck
        step = round(_READ_SECONDS * deck.sample_rate)
        at = route[0][0] if route else 0
        goes_on = 0 <= at - self._was_at < step
        self._was_at = at
        for start, count in route[-1:] if goes_on else route:
            first = max(start, start + count - step) if goes_on else start
            for track in (deck.song, *deck.stems.values()):
                track.read(first, start + count - first)
