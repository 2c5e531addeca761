"""From a hidden staging folder into place, whole, whatever happens on the way.

All files of an export are written below ``.stemwright/export.partial/files``. What shall happen
with them is then written, in one file that appears whole: ``plan.json``. Before that moment the
export has not happened and the next run drops the staging; after it the export has happened and
the next run carries out what is left of the plan. Each step of the plan can be repeated.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from studio.errors import (
    DiskFullError,
    ExportConflictError,
    ProjectDamagedError,
    ProjectOutsideError,
    StudioError,
    WriteError,
)
from studio.export.manifest import MANIFEST, Manifest, Sha256, confined
from studio.export.names import folded
from studio.files import first_link, sha256, undone, write_bytes, writing

NO_FILE = "no file"
"""In place of a hash: what stands there is a folder, a pipe or the like."""


class Move(msgspec.Struct, frozen=True):
    """Put a staged file in its place, if what stands there is still what was seen: ``replaces``."""

    path: str
    replaces: Sha256 | None


class Removal(msgspec.Struct, frozen=True):
    """Remove a file, if it is still what an earlier export wrote."""

    path: str
    sha256: Sha256


class Plan(msgspec.Struct, frozen=True):
    """All that happens after the decision; the manifest is moved last, unasked."""

    moves: list[Move]
    removals: list[Removal]


def staged_files(folder: Path) -> Path:
    """Where the files of an export into ``folder`` are written first."""
    return _staging(folder) / "files"


@contextmanager
def begun(folder: Path) -> Iterator[Path]:
    """An empty place for staged files.

    Where the body fails before the decision, all is as it was; after it, the next run goes on.

    Raises:
        DiskFullError, WriteError: the place cannot be made.
    """
    with undone(folder):
        try:
            with writing(staged_files(folder)):
                staged_files(folder).mkdir(parents=True)
            yield staged_files(folder)
        except BaseException as error:
            if not _plan_file(folder).exists():
                _drop(folder)
            if isinstance(error, DiskFullError | WriteError):
                raise _seen(error, folder) from error
            raise


def _seen(error: DiskFullError | WriteError, folder: Path) -> StudioError:
    """The error, about the place that the user knows instead of the staged one."""
    facts = {name: str(fact) for name, fact in error.facts.items()}
    for hidden in (staged_files(folder), _staging(folder)):
        facts = {name: fact.replace(str(hidden), str(folder)) for name, fact in facts.items()}
    return type(error)(**facts)


def recover(folder: Path) -> None:
    """Carry out an export that was decided before a crash, drop one that was not.

    Raises:
        DiskFullError, WriteError: the folder cannot be written.
        ProjectDamagedError, ProjectOutsideError: what was left is not as we leave it.
    """
    if plan := _left_behind(folder):
        _carry_out(folder, plan)
    _drop(folder)


def _left_behind(folder: Path) -> Plan | None:
    """The plan of an export that was decided and is not done."""
    path = _plan_file(folder)
    with writing(folder):
        if link := first_link(_staging(folder)):
            raise ProjectOutsideError(file=str(folder), found=str(link))
        if not path.is_file():
            return None
        try:
            return msgspec.json.decode(path.read_bytes(), type=Plan)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ProjectDamagedError(file=str(path.parent), reason="its plan is cut") from error


def conflicts(folder: Path, staged: Mapping[str, str], old: Manifest | None) -> list[str]:
    """Those of the ``staged`` files whose place holds what no export of ours wrote.

    Args:
        staged: Path to SHA-256 of the files.
        old: What the last export wrote.

    Raises:
        ProjectOutsideError: a link leads out of ``folder``.
    """
    ours = _ours(old)
    there = {path: hash_of(confined(folder, path, folder / MANIFEST)) for path in staged}
    return sorted(
        path
        for path, digest in staged.items()
        if there[path] not in (None, digest, ours.get(folded(path)))
    )


def plan(
    folder: Path,
    staged: Mapping[str, str],
    old: Manifest | None,
    new: Manifest,
    force: bool,
) -> Plan:
    """What must happen in ``folder``; a staged file that stands there already is left out.

    Args:
        staged: Path to SHA-256 of every staged file but the manifest.
        old: What the last export wrote.
        new: What this one will have written.
        force: Whether files in the way may be replaced.

    Raises:
        ExportConflictError: files in the way that are not as an export of ours wrote them.
        ProjectOutsideError: a link leads out of ``folder``.
    """
    strangers = [] if force else conflicts(folder, staged, old)
    if strangers:
        raise ExportConflictError(folder=str(folder), files=some(strangers))
    moves = []
    for path, digest in sorted(staged.items()):
        there = hash_of(confined(folder, path, folder / MANIFEST))
        if there != digest:
            moves.append(Move(path, there))
    kept = [row.path for row in new.files]
    removals = [
        Removal(row.path, row.sha256)
        for row in sorted(old.files if old else (), key=lambda row: row.path)
        if not stands_for(folder, row.path, kept) and hash_of(folder / row.path) == row.sha256
    ]
    return Plan(moves, removals)


def stands_for(folder: Path, path: str, others: Iterable[str]) -> bool:
    """Whether ``path`` is one of ``others``, or the same file as one of them on this disk.

    macOS and Windows take ``A`` and ``a`` for one name, macOS the two spellings of ``ö`` too: what
    is written under one name must not be removed under the other.
    """
    like = [other for other in others if folded(other) == folded(path)]
    return path in like or any(_is_same_file(folder / path, folder / other) for other in like)


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _ours(old: Manifest | None) -> dict[str, str]:
    """The hash of each file the last export wrote, however its name is spelt."""
    return {folded(row.path): row.sha256 for row in old.files} if old else {}


def commit(folder: Path, decided: Plan) -> None:
    """Decide, and carry out.

    Raises:
        DiskFullError, WriteError: ``folder`` cannot be written, or a folder is in the way of a
            file; nothing has happened yet then, unless the system changed its mind.
    """
    places = [folder / MANIFEST, *(folder / move.path for move in decided.moves)]
    with undone(*(place.parent for place in places)):
        for place in places:
            _make_way(place)
        write_bytes(_plan_file(folder), msgspec.json.encode(decided))
    _carry_out(folder, decided)
    _drop(folder)


def _staging(folder: Path) -> Path:
    return folder / ".stemwright" / "export.partial"


def _plan_file(folder: Path) -> Path:
    return _staging(folder) / "plan.json"


def _drop(folder: Path) -> None:
    """Remove the staging. A plan that is carried out does no harm if it is found again."""
    with writing(folder):
        if _staging(folder).exists():
            shutil.rmtree(_staging(folder))
        hidden = _staging(folder).parent
        if hidden.is_dir() and not any(hidden.iterdir()):
            hidden.rmdir()  # nobody's project lies here


def _carry_out(folder: Path, decided: Plan) -> None:
    """Every step that is still to be done, in an order that ends with the manifest."""
    staged, said_by = staged_files(folder), _plan_file(folder)
    written = [move.path for move in decided.moves]
    for removal in decided.removals:
        place = confined(folder, removal.path, said_by)
        if not stands_for(folder, removal.path, written) and hash_of(place) == removal.sha256:
            with writing(place):
                place.unlink()
    for move in decided.moves:
        place = confined(folder, move.path, said_by)
        # After a crash the user may have put something else there: it stays, and the next export
        # finds it in the way.
        if (staged / move.path).exists() and hash_of(place) == move.replaces:
            _move(staged / move.path, place)
    if hash_of(staged / MANIFEST) not in (None, hash_of(folder / MANIFEST)):
        _move(staged / MANIFEST, folder / MANIFEST)


def _move(source: Path, place: Path) -> None:
    with writing(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        source.replace(place)


def _make_way(place: Path) -> None:
    """Find out before the decision whether ``place`` can be written."""
    with writing(place.parent):
        if place.is_dir():
            raise WriteError(file=str(place), reason="a folder of that name is in the way")
        place.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(place.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def hash_of(path: Path) -> str | None:
    """The hash of the file there, None where nothing is; of anything else, what no file's can be.

    A pipe is such a thing: who reads it waits for ever.
    """
    with writing(path):
        try:
            return sha256(path) if stat.S_ISREG(path.stat().st_mode) else NO_FILE
        except (FileNotFoundError, NotADirectoryError):
            return None


def some(paths: list[str]) -> str:
    """Up to three of ``paths``, in words."""
    named = ", ".join(paths[:3])
    return named if len(paths) <= 3 else f"{named} and {len(paths) - 3} more"
