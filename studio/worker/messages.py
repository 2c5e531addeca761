"""What the two processes say to each other: one JSON object a line.

The client writes ``Run``, and while it goes on ``Listen`` and ``Stop``; the server answers a run
with any number of ``Progress``, ``Told``, ``Found`` and ``Alive``, then exactly one of ``Done``,
``Failed``, ``Bug`` and ``Stopped``. A kind or a key that one side does not know is passed over.
"""

from __future__ import annotations

from typing import Any, get_args

import msgspec


class Run(msgspec.Struct, tag="run"):
    """Do ``task`` with ``arguments`` (JSON values, as the task's options)."""

    task: str
    arguments: dict[str, Any]


class Stop(msgspec.Struct, tag="stop"):
    """Stop what is running."""


class Listen(msgspec.Struct, tag="listen"):
    """The listener is at ``seconds``: that place comes first."""

    seconds: float


class Progress(msgspec.Struct, tag="progress"):
    """``fraction`` of the run is done, in [0, 1]."""

    fraction: float
    text: str


class Told(msgspec.Struct, tag="told"):
    """A fact the user must hear."""

    text: str


class Found(msgspec.Struct, tag="found"):
    """What can be used before the run is done; ``facts`` are JSON values."""

    name: str
    facts: dict[str, Any]


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


class _Kind(msgspec.Struct):
    type: str


Request = Run | Listen | Stop
Answer = Progress | Told | Found | Alive | Done | Failed | Bug | Stopped
_request = msgspec.json.Decoder(Request)
_answer = msgspec.json.Decoder(Answer)
_kind = msgspec.json.Decoder(_Kind)
_KINDS = {kind.__struct_config__.tag for kind in (*get_args(Request), *get_args(Answer))}


def read_request(line: bytes) -> Request | None:
    """A line of the client; None where its kind is not known. Raises msgspec.DecodeError."""
    return _request.decode(line) if _is_known(line) else None


def read_answer(line: bytes) -> Answer | None:
    """A line of the server; None where its kind is not known. Raises msgspec.DecodeError."""
    return _answer.decode(line) if _is_known(line) else None


def _is_known(line: bytes) -> bool:
    return _kind.decode(line).type in _KINDS
