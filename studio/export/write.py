"""A whole export: every target at once, and the manifest that says what came of it.

An export appears whole or not at all. What stands there already is not written again, what an
earlier export of ours wrote is replaced, and what is somebody else's, or was changed since, is
replaced only when that is asked for. ``staging.py`` says how this holds when the process dies.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from studio.errors import BrokenExtensionError, DiskFullError, ManifestDamagedError
from studio.export import readme, staging
from studio.export.contract import ExportedFile, ExportOptions, Target, Written
from studio.export.manifest import (
    MANIFEST,
    Engine,
    ExportRow,
    FileRow,
    Manifest,
    Options,
    Tempo,
    confined,
    encode,
    read_manifest,
)
from studio.export.targets import TARGETS
from studio.files import sha256, write_bytes, writing
from studio.job import Job
from studio.music.bundle import SongBundle

SCORES = "scores.json"
_SMALL_FILES = 2**20  # bytes: manifest, READ ME, plan


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """What the manifest says beside what the bundle and the targets do.

    Attributes:
        engine: What took the song apart.
        options: How.
        notes: Sentences said about it, such as a fallback or a down-mix.
        licence: A sentence or two on the weights that were used, for people; or empty.
    """

    engine: Engine
    options: Options = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    licence: str = ""


def export_song(
    bundle: SongBundle,
    folder: Path,
    targets: Sequence[str],
    *,
    options: ExportOptions,
    facts: ManifestFacts,
    scores: bytes | None,
    force: bool,
    job: Job,
) -> Manifest:
    """Write ``bundle`` for each of ``targets`` into ``folder``.

    Files and manifest rows of other targets stay; files that these targets wrote before and no
    longer write are removed, unless they were changed. A run after a crash first finishes or
    drops what the crash left.

    Args:
        scores: The content of ``scores.json``; None leaves the one that is there.
        force: Whether files in the way may be replaced.

    Returns:
        The manifest as it now stands in ``folder``.

    Raises:
        UnknownChoiceError, BrokenExtensionError: a target that is not listed or does not work.
        ExportConflictError: files in the way that are not ours, or were changed.
        DiskFullError, WriteError: the files cannot be written.
        ManifestDamagedError, ProjectDamagedError, ProjectOutsideError: ``folder`` is not as an
            export of ours leaves it.
    """
    chosen = {name: TARGETS.load(name)() for name in targets}
    staging.recover(folder)
    old = _old_manifest(folder, force)
    _check_room(folder, sum(target.size(bundle, options) for target in chosen.values()))
    try:
        staged = staging.begin(folder)
        written = _write_targets(chosen, bundle, staged, options, job.part(0.0, 0.9))
        rows = _rows(written, staged, job.part(0.9, 1.0))
        if scores is not None:
            rows.append(_write_small(staged, SCORES, "scores", scores))
        manifest = _manifest(bundle, facts, rows, written, _kept(old, chosen, scores, folder))
        page = _write_small(staged, readme.NAME, "readme", readme.readme(manifest, facts.licence))
        manifest = _with_row(manifest, page)
        write_bytes(staged / MANIFEST, encode(manifest))
        hashes = {row.path: row.sha256 for row in [*rows, page]}
        staging.commit(folder, staging.plan(folder, hashes, old, manifest, force))
    except BaseException:
        staging.abandon(folder)
        raise
    return manifest


def _old_manifest(folder: Path, force: bool) -> Manifest | None:
    """What the last export wrote; by force, a manifest that is not ours counts as none."""
    try:
        return read_manifest(folder)
    except ManifestDamagedError:
        if force:
            return None
        raise


def _check_room(folder: Path, size: int) -> None:
    """Refuse before the work what would fail after it. Old files go only when new ones stand."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    with writing(folder):
        free = shutil.disk_usage(existing).free
    needed = size + _SMALL_FILES
    if free < needed:
        reason = f"the export needs {_readable(needed)}, and {_readable(free)} are free"
        raise DiskFullError(folder=str(folder), reason=reason)


def _readable(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _write_targets(
    chosen: Mapping[str, Target],
    bundle: SongBundle,
    staged: Path,
    options: ExportOptions,
    job: Job,
) -> dict[str, Written]:
    """Let every target write, and say what they have to say."""
    written = {}
    for number, (name, target) in enumerate(chosen.items()):
        part = job.part(number / len(chosen), (number + 1) / len(chosen))
        written[name] = target.write(bundle, staged, options, part)
        for note in written[name].notes:
            job.note(note)
    return written


def _rows(written: Mapping[str, Written], staged: Path, job: Job) -> list[FileRow]:
    """A row for every file the targets name, each with the hash of what it holds."""
    named = [(name, file) for name, done in written.items() for file in done.files]
    taken: dict[str, str] = {}
    rows = []
    for number, (name, file) in enumerate(named):
        job.update(number / len(named), "Checking what was written")
        _check_file(name, file, staged, taken.setdefault(file.path.casefold(), name))
        digest = sha256(staged / file.path)
        rows.append(FileRow(file.path, file.role, file.stem, digest, name))
    return rows


def _check_file(target: str, file: ExportedFile, staged: Path, first: str) -> None:
    """A target of somebody else's may name what it did not write, or what is another's."""
    whole = confined(staged, file.path, staged)
    missing = None if whole.is_file() else f"it did not write {file.path}, which it names"
    taken = None if first == target else f"it writes {file.path}, as does {first}"
    if reason := missing or taken:
        entry = TARGETS.entry(target)
        raise BrokenExtensionError(
            kind=TARGETS.kind, name=target, package=entry.package, reason=reason
        )


def _write_small(staged: Path, path: str, role: str, content: bytes) -> FileRow:
    """Write a file of ours, and its row."""
    write_bytes(staged / path, content)
    return FileRow(path, role, None, sha256(staged / path), role)


def _kept(
    old: Manifest | None, chosen: Mapping[str, Target], scores: bytes | None, folder: Path
) -> tuple[dict[str, ExportRow], list[FileRow]]:
    """What the old manifest says of targets that are not written now, where it still stands."""
    if old is None:
        return {}, []
    again = {*chosen, "readme"} | ({"scores"} if scores is not None else set())
    exports = {name: row for name, row in old.exports.items() if name not in again}
    rows = [row for row in old.files if row.target not in again and (folder / row.path).is_file()]
    return exports, rows


def _manifest(
    bundle: SongBundle,
    facts: ManifestFacts,
    rows: list[FileRow],
    written: Mapping[str, Written],
    kept: tuple[dict[str, ExportRow], list[FileRow]],
) -> Manifest:
    """The manifest of what was written now and what stays."""
    exports, old_rows = kept
    new = {row.path for row in rows}
    now = {name: ExportRow(dict(w.options), list(w.notes)) for name, w in written.items()}
    tempo = bundle.tempo
    return Manifest(
        song=bundle.song,
        sample_rate=bundle.sample_rate,
        frames=bundle.frames,
        tempo=Tempo(tempo.bpm, tempo.source, tempo.confidence),
        engine=facts.engine,
        options=facts.options,
        notes=list(facts.notes),
        exports=dict(sorted({**exports, **now}.items())),
        files=_sorted([*rows, *(row for row in old_rows if row.path not in new)]),
    )


def _with_row(manifest: Manifest, row: FileRow) -> Manifest:
    return replace(manifest, files=_sorted([*manifest.files, row]))


def _sorted(rows: list[FileRow]) -> list[FileRow]:
    return sorted(rows, key=lambda row: row.path)
