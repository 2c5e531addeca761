"""What the two processes say to each other: one JSON object a line.

The client writes ``Run`` and ``Stop``; the server answers a run with any number of ``Progress``,
``Told`` and ``Alive``, then exactly one of ``Done``, ``Failed``, ``Bug`` and ``Stopped``.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Run(msgspec.Struct, tag="run"):
    """Do ``task`` with ``arguments`` (JSON values, as the task's options)."""

    task: str
    arguments: dict[str, Any]


class Stop(msgspec.Struct, tag="stop"):
    """Stop what is running."""


class Progress(msgspec.Struct, tag="progress"):
    """``fraction`` of the run is done, in [0, 1]."""

    fraction: float
    text: str


class Told(msgspec.Struct, tag="told"):
    """A fact the user must hear."""

    text: str


class Alive(msgspec.Struct, tag="alive"):
    """Said once a second while a run goes on."""


class Done(msgspec.Struct, tag="done"):
    """The run's result, as JSON values."""

    result: Any


class Failed(msgspec.Struct, tag="failed"):
    """A StudioError, to be worded by the client."""

    code: str
    facts: dict[str, str | int | float]


class Bug(msgspec.Struct, tag="bug"):
    """Anything else: ``text`` is its last line, the whole stands in the file ``log``."""

    text: str
    log: str


class Stopped(msgspec.Struct, tag="stopped"):
    """The run was stopped as asked."""


Request = Run | Stop
Answer = Progress | Told | Alive | Done | Failed | Bug | Stopped
