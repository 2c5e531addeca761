"""Progress and stopping of long work, the same for window, terminal and tests.

Work is a plain function with a ``job`` argument. It calls ``job.update`` about twice a second or
more often and never looks at who listens.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

Sink = Callable[[float, str], None]


class Cancelled(BaseException):
    """The user asked to stop. Not an error: let it pass through ``except Exception``."""


def _nobody(fraction: float, text: str) -> None:
    """A listener that does not care."""


class Job:
    """Progress and cancellation of one piece of long-running work."""

    def __init__(self, sink: Sink = _nobody, notes: Callable[[str], None] | None = None) -> None:
        """Report to ``sink(fraction, text)``; facts the user must hear go to ``notes(text)``."""
        self._sink = sink
        self._notes = notes
        self._stop = Event()

    def update(self, fraction: float, text: str = "") -> None:
        """Report ``fraction`` done, in [0, 1]. Raises Cancelled after ``cancel()``."""
        if self._stop.is_set():
            raise Cancelled
        self._sink(fraction, text)

    def note(self, text: str) -> None:
        """Tell the user one fact that changes what they get, such as a down-mix."""
        if self._notes is not None:
            self._notes(text)

    def part(self, start: float, stop: float) -> Job:
        """A job whose 0..1 fills ``start``..``stop`` of this one; cancelled with it."""
        inner = Job(lambda f, text: self._sink(start + f * (stop - start), text), self._notes)
        inner._stop = self._stop
        return inner

    def cancel(self) -> None:
        """Ask the work to stop. Callable from any thread or signal handler."""
        self._stop.set()
