"""Separate, transcribe, score, export: the only room that joins the others.

Every task is a function of its options and a job, and is listed in ``TASKS``: the worker runs them
by name, tests call them directly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from studio.job import Job
from studio.pipeline import lone, machine, song


@dataclass(frozen=True, slots=True)
class Task:
    """A function the worker can be asked for, and the type of its options."""

    options: type[msgspec.Struct]
    work: Callable[[Any, Job], object]


TASKS = {
    "process": Task(song.ProcessOptions, song.process),
    "export": Task(song.ExportOptions, song.export),
    "transcribe": Task(lone.TranscribeOptions, lone.transcribe),
    "score": Task(lone.ScoreOptions, lone.score),
    "devices": Task(machine.DevicesOptions, machine.devices),
    "doctor": Task(machine.DoctorOptions, machine.doctor),
}
