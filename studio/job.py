"""Progress and stopping of long work, the same for window, terminal and tests.

Work is a plain function with a ``job`` argument. It calls ``job.update`` about twice a second or
more often and never looks at who listens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

Sink = Callable[[float, str], None]
Finds = Callable[[str, dict[str, Any]], None]


class Cancelled(BaseException):
    """The user asked to stop. Not an error: let it pass through ``except Exception``."""


def _nobody(fraction: float, text: str) -> None:
    """A listener that does not care."""


@dataclass(slots=True)
class _Shared:
    """What a job and all its parts have in common."""

    notes: Callable[[str], None] | None
    finds: Finds | None
    stop: Event = field(default_factory=Event)
    listening_at: float | None = None


class Job:
    """Progress and cancellation of one piece of long-running work."""

    def __init__(
        self,
        sink: Sink = _nobody,
        notes: Callable[[str], None] | None = None,
        finds: Finds | None = None,
    ) -> None:
        """Tell listeners, all called on the thread that works.

        Args:
            sink: Called as ``sink(fraction, text)``: progress.
            notes: Called as ``notes(text)``: facts the user must hear.
            finds: Called as ``finds(name, facts)``: what is there before the work is done.
        """
        self._sink = sink
        self._shared = _Shared(notes, finds)

    def update(self, fraction: float, text: str = "") -> None:
        """Report ``fraction`` done, in [0, 1]. Raises Cancelled after ``cancel()``."""
        if self._shared.stop.is_set():
            raise Cancelled
        self._sink(fraction, text)

    def note(self, text: str) -> None:
        """Tell the user one fact that changes what they get, such as a down-mix."""
        if self._shared.notes is not None:
            self._shared.notes(text)

    def found(self, name: str, /, **facts: Any) -> None:
        """Tell whoever listens what can be used already; ``facts`` are JSON values."""
        if self._shared.finds is not None:
            self._shared.finds(name, facts)

    def listen(self, seconds: float) -> None:
        """Say where in the song the listener is, so that this place comes first.

        Callable from any thread, as often as it changes.
        """
        self._shared.listening_at = seconds

    @property
    def listening_at(self) -> float | None:
        """Where in the song the listener is, in seconds; None while nobody said."""
        return self._shared.listening_at

    def part(self, start: float, stop: float) -> Job:
        """A job whose 0..1 fills ``start``..``stop`` of this one, and that is one with it else."""
        inner = Job(lambda f, text: self._sink(start + f * (stop - start), text))
        inner._shared = self._shared
        return inner

    def cancel(self) -> None:
        """Ask the work to stop. Callable from any thread or signal handler."""
        self._shared.stop.set()
