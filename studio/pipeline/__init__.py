"""Separate, transcribe, score, export: the only room that joins the others.

Every task is a function of its options and a job, and is listed in ``TASKS``: the worker runs them
by name, tests call them directly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, get_type_hints

import msgspec

from studio.job import Job


@dataclass(frozen=True, slots=True)
class Task:
    """A function the worker can be asked for, and the type of its options."""

    options: type[msgspec.Struct]
    work: Callable[[Any, Job], object]


# "module:function", imported when first asked for: who opens a song does not wait for the scores.
TASKS = {
    "process": "studio.pipeline.song:process",
    "export": "studio.pipeline.plan:export",
    "plan": "studio.pipeline.plan:plan",
    "hear": "studio.pipeline.hear:hear",
    "rate": "studio.pipeline.rate:rate",
    "fit": "studio.pipeline.rate:fit",
    "transcribe": "studio.pipeline.lone:transcribe",
    "score": "studio.pipeline.lone:score",
    "apart": "studio.pipeline.apart:apart",
    "view": "studio.pipeline.apart:view",
    "tempo": "studio.pipeline.musical:tempo",
    "devices": "studio.pipeline.machine:devices",
    "doctor": "studio.pipeline.machine:doctor",
    "speeds": "studio.pipeline.machine:speeds",
}


def task(name: str) -> Task:
    """The task ``name``; its options are of the type of the function's argument ``options``."""
    module, _, function = TASKS[name].partition(":")
    work = getattr(import_module(module), function)
    return Task(get_type_hints(work)["options"], work)


def prepare() -> None:
    """Import what taking a song apart needs, which is half a second of a first song's time."""
    task("apart")
    import_module("studio.separation.engines.classical")
