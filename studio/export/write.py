"""A whole export: every target at once, and the manifest that says what came of it.

An export appears whole or not at all. What stands there already is not written again, what an
earlier export of ours wrote is replaced, and what is somebody else's, or was changed since, is
replaced only when that is asked for. ``staging.py`` says how this holds when the process dies.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from studio.export.names import folded
from studio.export.prepare import check_options, prepare
from studio.export.targets import TARGETS
from studio.files import readable, sha256, write_bytes, writing
from studio.job import Job
from studio.music.bundle import SongBundle

SCORES = "scores.json"
_SMALL_FILES = 2**20  # bytes: manifest, READ ME, plan
_PAGES = ("readme", "scores")  # roles of what holds neither sound nor time of the export
_SHIFTED = (
    "an earlier export put another silence before the song, so these do not line up with what was "
    "written now; export them again."
)
_LOUDER = (
    "an earlier export turned these up or down by another amount, so they do not add up to the "
    "song with what was written now; export them again."
)


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
    keep: bool = False,
) -> Manifest:
    """Write ``bundle`` for each of ``targets`` into ``folder``.

    Files and manifest rows of other targets, and of stems that are not asked for, stay; files that
    these targets wrote before and no longer write are removed, unless they were changed. What a
    target needs of others is written with it. A run after a crash first finishes or drops what the
    crash left. Before anything is written ``job.found`` says ``room``: ``folder``,
    ``needed_bytes`` and ``free_bytes``.

    Args:
        scores: The content of ``scores.json``; None leaves the one that is there.
        force: Whether files in the way may be replaced.
        keep: Whether files in the way stay, and all others are written; the manifest does not
            name the ones that stay.

    Returns:
        The manifest as it now stands in ``folder``.

    Raises:
        UnknownChoiceError, BrokenExtensionError: a target that is not listed or does not work.
        OptionError, LiveTemplateError: as ``check_options``.
        ExportConflictError: files in the way that are not ours, or were changed.
        DiskFullError, WriteError: the files cannot be written.
        ManifestDamagedError, ProjectDamagedError, ProjectOutsideError: ``folder`` is not as an
            export of ours leaves it.
    """
    chosen = load_targets(targets)
    check_options(options, chosen, bundle.sample_rate)
    prepared = prepare(bundle, options)
    bundle = prepared.bundle
    staging.recover(folder)
    old = old_manifest(folder, force)
    size = sum(f.bytes for t in chosen.values() for f in t.plan(bundle, options))
    check_room(folder, size, job)
    with staging.begun(folder) as staged:
        written, rows = _write_targets(chosen, bundle, staged, options, job)
        if scores is not None:
            rows.append(_write_small(staged, SCORES, "scores", scores))
        rows = _without_conflicts(rows, folder, old, job) if keep else rows
        stays = kept_rows(old, written_anew(chosen, scores is not None), options, folder)
        facts = _noted(facts, (*prepared.notes, *_unlike(rows, stays)), job)
        manifest = _manifest(bundle, facts, rows, written, old, stays)
        text = readme.readme(manifest, facts.licence, bundle, options.daw)
        page = _write_small(staged, readme.NAME, "readme", text)
        pages = _without_conflicts([page], folder, old, job) if keep else [page]
        manifest = replace(manifest, files=_sorted([*manifest.files, *pages]))
        write_bytes(staged / MANIFEST, encode(manifest))
        hashes = {row.path: row.sha256 for row in [*rows, *pages]}
        staging.commit(folder, staging.plan(folder, hashes, old, manifest, force))
    return manifest


def load_targets(names: Sequence[str]) -> dict[str, Target]:
    """The targets of these names, and before each those whose files it refers to.

    Raises:
        UnknownChoiceError, BrokenExtensionError: one is not listed or does not work.
    """
    chosen: dict[str, Target] = {}
    for name in names:
        target = TARGETS.load(name)()
        for needed in getattr(target, "needs", ()):
            chosen.setdefault(needed, TARGETS.load(needed)())
        chosen.setdefault(name, target)
    return chosen


def old_manifest(folder: Path, force: bool) -> Manifest | None:
    """What the last export wrote; by force, a manifest that is not ours counts as none."""
    try:
        return read_manifest(folder)
    except ManifestDamagedError:
        if force:
            return None
        raise


def room(folder: Path, size: int) -> tuple[int, int]:
    """Bytes an export of ``size`` needs, since old files go only when new ones stand; and free."""
    with writing(folder):
        existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        return size + _SMALL_FILES, shutil.disk_usage(existing).free


def check_room(folder: Path, size: int, job: Job) -> None:
    """Say what is needed, and refuse before the work what would fail after it."""
    needed, free = room(folder, size)
    job.found("room", folder=str(folder), needed_bytes=needed, free_bytes=free)
    if free < needed:
        reason = f"the export needs {readable(needed)}, and {readable(free)} are free"
        raise DiskFullError(folder=str(folder), reason=reason)


def _write_targets(
    chosen: Mapping[str, Target],
    bundle: SongBundle,
    staged: Path,
    options: ExportOptions,
    job: Job,
) -> tuple[dict[str, Written], list[FileRow]]:
    """Let every target write, and say what they have to say; and a row for every file.

    What one target wrote is hashed while the next one writes.
    """
    written: dict[str, Written] = {}
    files: list[tuple[FileRow, Future[str]]] = []
    taken: dict[str, str] = {}
    with _hashing() as pool:
        for number, (name, target) in enumerate(chosen.items()):
            part = job.part(0.9 * number / len(chosen), 0.9 * (number + 1) / len(chosen))
            written[name] = target.write(bundle, staged, options, part)
            for note in written[name].notes:
                job.note(note)
            for file in written[name].files:
                _check_file(name, file, staged, taken.setdefault(file.path.casefold(), name))
                what, lead = (file.path, file.role, file.stem), bundle.lead_samples
                row = FileRow(*what, sha256="", target=name, offset_samples=lead)
                hashed = pool.submit(sha256, staged / file.path)
                files.append((_with_sound(row, written[name].options), hashed))
        return written, [*_hashed(files, job.part(0.9, 1.0))]


@contextmanager
def _hashing() -> Iterator[ThreadPoolExecutor]:
    """A thread beside this one, which stops with the body."""
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def _hashed(files: list[tuple[FileRow, Future[str]]], job: Job) -> Iterator[FileRow]:
    """The rows, each with the hash of what its file holds."""
    for number, (row, digest) in enumerate(files):
        job.update(number / len(files), "Checking what was written")
        yield replace(row, sha256=digest.result())


def _with_sound(row: FileRow, options: Mapping[str, Any]) -> FileRow:
    """The row with what its target says of the sound it writes."""
    return replace(row, format=options.get("format"), gain_db=options.get("gain_db"))


def _noted(facts: ManifestFacts, notes: Sequence[str], job: Job) -> ManifestFacts:
    """The facts with ``notes``, which are said now as well."""
    for note in notes:
        job.note(note)
    return dataclasses.replace(facts, notes=(*facts.notes, *notes))


def _unlike(rows: list[FileRow], stays: list[FileRow]) -> list[str]:
    """What is to be said of files that stay and do not go with those that are written now."""
    new = {folded(row.path) for row in rows}
    timed = [row for row in rows if row.role not in _PAGES]
    old = [row for row in stays if folded(row.path) not in new and row.role not in _PAGES]
    leads = {row.offset_samples for row in timed}
    gains = {row.target: row.gain_db for row in timed}
    shifted = [row.path for row in old if leads - {row.offset_samples}]
    louder = [row.path for row in old if row.gain_db != gains.get(row.target, row.gain_db)]
    return [
        *([f"{staging.some(shifted)}: {_SHIFTED}"] if shifted else []),
        *([f"{staging.some(louder)}: {_LOUDER}"] if louder else []),
    ]


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


def _without_conflicts(
    rows: list[FileRow], folder: Path, old: Manifest | None, job: Job
) -> list[FileRow]:
    """The rows whose place is free, or ours."""
    taken = staging.conflicts(folder, {row.path: row.sha256 for row in rows}, old)
    for path in taken:
        job.note(f"{path} was left as it is: Stemwright did not write it, or it was changed since.")
    return [row for row in rows if row.path not in taken]


def written_anew(chosen: Collection[str], scores: bool) -> set[str]:
    """The targets, our own small files among them, of which nothing old stays unasked."""
    return {*chosen, "readme"} | ({"scores"} if scores else set())


def kept_rows(
    old: Manifest | None, again: set[str], options: ExportOptions, folder: Path
) -> list[FileRow]:
    """Old rows where the files still stand: of what is not written now, or what that refers to."""
    others = [name for name in (old.exports if old else ()) if name not in again]
    needed = {
        need
        for name in others
        if name in TARGETS
        for need in getattr(TARGETS.load(name), "needs", ())
    }
    return [
        _as_it_was(row, old)
        for row in (old.files if old else ())
        if (row.target not in again or row.target in needed or not _is_asked_for(row, options))
        and (folder / row.path).is_file()
    ]


def _as_it_was(row: FileRow, old: Manifest | None) -> FileRow:
    """The row, with what earlier manifests said of all files of a target alone."""
    last = old.exports.get(row.target) if old else None
    return row if row.format or last is None else _with_sound(row, last.options)


def _is_asked_for(row: FileRow, options: ExportOptions) -> bool:
    if row.role == "mixture":
        return options.wants("mixture")
    return row.stem is None or options.wants(row.stem)


def _manifest(
    bundle: SongBundle,
    facts: ManifestFacts,
    rows: list[FileRow],
    written: Mapping[str, Written],
    old: Manifest | None,
    stays: list[FileRow],
) -> Manifest:
    """The manifest of what was written now and what stays."""
    new = {folded(row.path) for row in rows}
    exports = dict(old.exports) if old else {}
    now = {name: ExportRow(dict(w.options), list(w.notes)) for name, w in written.items()}
    tempo = bundle.tempo
    return Manifest(
        song=bundle.song,
        sample_rate=bundle.sample_rate,
        frames=bundle.frames,
        tempo=Tempo(tempo.usual_bpm, tempo.source, tempo.confidence),
        engine=facts.engine,
        options=facts.options,
        notes=list(facts.notes),
        exports=dict(sorted({**exports, **now}.items())),
        files=_sorted([*rows, *(row for row in stays if folded(row.path) not in new)]),
        key=bundle.key.name if bundle.key else None,
        offset_samples=bundle.lead_samples,
        offset_seconds=bundle.lead,
    )


def _sorted(rows: list[FileRow]) -> list[FileRow]:
    return sorted(rows, key=lambda row: row.path)
