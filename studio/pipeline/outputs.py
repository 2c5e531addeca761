"""What is handed out: the bundle and facts of an export, and the report of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from studio.export import contract
from studio.export.contract import Format, Grid
from studio.export.manifest import Engine, Manifest
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.music.bundle import SongBundle, StemFile
from studio.music.take import Take
from studio.pipeline.stages import harmony_in_use, tempo_in_use
from studio.pipeline.takes import Scores, is_silent
from studio.project.project import Project
from studio.project.stages import Facts, Result


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


class FileOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How files are written, in what ``process``, ``export`` and ``plan`` are asked for.

    Attributes: as in ``export.contract.ExportOptions``.
    """

    audio_format: Format = "float32"
    tempo_tag: bool = False
    lead_in: bool = False
    naming: str = "{song} - {number} {stem}"
    programs: bool = True
    drum_tracks: bool = False
    guide_note: bool = False
    quantise: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    grid: Grid = "1/16"
    live_template: str | None = None
    daw: str = "any"

    def of(self, stems: tuple[str, ...] | None = None) -> contract.ExportOptions:
        """For the targets; ``stems`` are the ones to write, None all."""
        own = {name: getattr(self, name) for name in FileOptions.__struct_fields__}
        template = None if self.live_template is None else Path(self.live_template)
        return contract.ExportOptions(stems=stems, **own | {"live_template": template})


@dataclass(frozen=True, slots=True)
class Outputs:
    """What to write, how, and where; as in ``plan.ExportOptions``."""

    targets: Sequence[str]
    options: contract.ExportOptions
    folder: Path
    force: bool = False
    keep: bool = False


def write_outputs(apart: Apart, outputs: Outputs, job: Job) -> Manifest:
    """Export, with the scores where there are any.

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
        outputs.folder,
        outputs.targets,
        options=outputs.options,
        facts=facts,
        scores=scores if apart.scores.takes else None,
        force=outputs.force,
        keep=outputs.keep,
        job=job,
    )


def apart_of(
    project: Project, source: Result, stems: Result, files: list[StemFile], takes: list[Take]
) -> Apart:
    """The song with these stems and takes, at the tempo in use, without scores."""
    key, chords = harmony_in_use(project)
    bundle = SongBundle(
        song=project.folder.name,
        mixture=source.folder / "mixture.wav",
        sample_rate=source.facts["sample_rate"],
        frames=source.facts["frames"],
        stems=tuple(files),
        takes=tuple(takes),
        tempo=tempo_in_use(project),
        key=key,
        markers=chords,
    )
    notes = [*source.facts["notes"], *stems.facts["notes"]]
    return Apart(bundle, stems.facts, notes, Scores())


def report(folder: Path, apart: Apart, manifest: Manifest) -> Report:
    """What came out, written into ``folder``."""
    notes = {take.stem: len(take.notes()) for take in apart.bundle.takes}
    return Report(
        song=apart.bundle.song,
        folder=str(folder),
        seconds=apart.bundle.duration,
        engine=apart.engine["name"],
        device=apart.engine["device"],
        bpm=apart.bundle.tempo.usual_bpm,
        bpm_source=apart.bundle.tempo.source,
        stems=[
            Part(file.stem.name, is_silent(file.path), notes.get(file.stem.name))
            for file in apart.bundle.stems
        ],
        suggested=apart.scores.suggested,
        files=[file.path for file in manifest.files],
    )
