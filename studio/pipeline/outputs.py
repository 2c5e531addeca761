"""What is handed out: the bundle and facts of an export, and the report of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from studio.export.contract import ExportOptions, Format
from studio.export.manifest import Engine, Manifest
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.music.bundle import SongBundle
from studio.pipeline.takes import Scores
from studio.project.project import Project
from studio.project.stages import Facts


@dataclass(frozen=True, slots=True)
class Apart:
    """A song that is apart: everything an export says and writes.

    Attributes:
        engine: Facts of the separation: ``name``, ``weights_sha256``, ``device``.
        notes: What the user was told on the way.
    """

    bundle: SongBundle
    engine: Facts
    notes: list[str]
    scores: Scores


class Part(msgspec.Struct, frozen=True):
    """One stem in a report: its name, whether it is silent, and its notes (None: no take)."""

    stem: str
    silent: bool
    notes: int | None = None


class Report(msgspec.Struct, frozen=True):
    """What came out of one song or stem: for the terminal's table and the window's library."""

    song: str
    folder: str
    seconds: float
    engine: str
    device: str
    bpm: float
    bpm_source: str
    stems: list[Part]
    suggested: dict[str, float]
    files: list[str]


def write_outputs(
    project: Project, apart: Apart, targets: Sequence[str], audio_format: str, force: bool, job: Job
) -> Manifest:
    """Export for ``targets``, with the scores where there are takes.

    Raises:
        StudioError: as ``export_song``.
    """
    engine = apart.engine
    facts = ManifestFacts(
        engine=Engine(engine["name"], engine["weights_sha256"], engine["device"]),
        options={"overlap": engine["overlap"], "sum": engine["sum"]},
        notes=tuple(apart.notes),
        licence=engine["licence"],
    )
    scores = msgspec.json.format(msgspec.json.encode(apart.scores), indent=2) + b"\n"
    return export_song(
        apart.bundle,
        project.folder,
        targets,
        options=ExportOptions(cast(Format, audio_format)),
        facts=facts,
        scores=scores if apart.scores.takes else None,
        force=force,
        job=job,
    )
