"""Cached stages: what is found under its key is not computed again.

A stage's key is the hash of its name, version, inputs and options; its result is a folder under
that key, which appears whole by one rename. A killed stage leaves ``<slot>-<key>.part``, from
which the next run goes on. A result is checked against its hashes before it is believed.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from studio.errors import ProjectDamagedError, ProjectOutsideError
from studio.files import first_link, remove_partials, sha256, write_bytes, writing
from studio.job import Job

Facts = dict[str, Any]
_RECORD = "stage.json"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the work.

    Attributes:
        slot: What the result is, such as ``stems`` or ``take/bass``.
        version: Raised when the same inputs and options give another result.
        inputs: Keys of the results, or hashes of the files, that it reads.
        options: Everything else the result depends on; JSON values.
    """

    slot: str
    version: int
    inputs: tuple[str, ...]
    options: Mapping[str, Any]

    @property
    def key(self) -> str:
        """16 hexadecimal digits that stand for all of this."""
        parts = [self.slot, self.version, list(self.inputs), dict(self.options)]
        return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:16]

    @property
    def folder_name(self) -> str:
        """Name of the result's folder."""
        return folder_name(self.slot, self.key)


@dataclass(frozen=True, slots=True)
class Result:
    """What a stage left: its key, its folder and the facts it found."""

    key: str
    folder: Path
    facts: Facts


class _File(msgspec.Struct, frozen=True):
    name: str
    sha256: str


class _Record(msgspec.Struct, frozen=True):
    files: list[_File]
    facts: dict[str, Any]


Make = Callable[[Path, Job], Facts]


def folder_name(slot: str, key: str) -> str:
    """Name of the folder of the result ``key`` in ``slot``."""
    return f"{slot.replace('/', '-')}-{key}"


def run_stage(root: Path, stage: Stage, make: Make, job: Job) -> Result:
    """The result of ``stage`` below ``root``: found, or made by ``make(part_folder, job)``.

    ``make`` writes its files directly into the part folder, goes on from what an earlier run left
    there, and returns its facts (JSON values).

    Raises:
        ProjectOutsideError: the result found points outside its folder.
    """
    found = find_result(root, stage.slot, stage.key)
    if found is not None:
        return found
    final = root / stage.folder_name
    part = final.with_name(f"{final.name}.part")
    if link := first_link(part):
        raise ProjectOutsideError(file=str(root), found=str(link))
    with writing(part):
        if final.exists():
            shutil.rmtree(final)
            job.note(f"A cached result ({stage.slot}) was damaged and is computed again.")
        part.mkdir(parents=True, exist_ok=True)
        remove_partials(part)
        facts = make(part, job)
        _write_record(part, facts)
        part.rename(final)
    return Result(stage.key, final, facts)


def find_result(root: Path, slot: str, key: str) -> Result | None:
    """The result ``key`` of ``slot``, or None where it is absent or not as it was left.

    Raises:
        ProjectOutsideError: it points outside its folder.
    """
    folder = root / folder_name(slot, key)
    confine(folder, root)
    try:
        record = msgspec.json.decode((folder / _RECORD).read_bytes(), type=_Record)
    except (OSError, msgspec.MsgspecError):
        return None
    if link := first_link(folder):
        raise ProjectOutsideError(file=str(folder), found=str(link))
    for file in record.files:
        path = folder / file.name
        confine(path, folder)
        if not path.is_file() or sha256(path) != file.sha256:
            return None
    return Result(key, folder, record.facts)


def need_result(root: Path, slot: str, key: str) -> Result:
    """``find_result``, for a result the project says it has. Raises ProjectDamagedError."""
    found = find_result(root, slot, key)
    if found is None:
        raise ProjectDamagedError(
            file=str(root / folder_name(slot, key)), reason="a cached result is missing or altered"
        )
    return found


def confine(path: Path, folder: Path) -> None:
    """Raise ProjectOutsideError unless ``path``, links followed, lies in ``folder``."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ProjectOutsideError(file=str(folder), found=str(path))


def _write_record(part: Path, facts: Facts) -> None:
    names = sorted(path.name for path in part.iterdir() if path.name != _RECORD)
    files = [_File(name, sha256(part / name)) for name in names]
    write_bytes(part / _RECORD, msgspec.json.encode(_Record(files, facts)))
