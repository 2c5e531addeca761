"""What an export would do, nothing being written: for the page one looks at before *Export*.

A file's state is told by what stands in its place: nothing (``new``), the very same (``same``),
what an earlier export of ours left (``replaces``), or anything else (``conflict``). Small targets
are written into a scratch folder to compare; of the sound, samples are compared where they would
be copied, and ``replaces`` is said where they would be converted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from studio.audio.wav import Wav
from studio.errors import UnreadableAudioError
from studio.export import readme, staging
from studio.export.contract import ExportOptions, PlannedFile, Target
from studio.export.manifest import MANIFEST, Manifest, confined
from studio.export.names import folded
from studio.export.prepare import check_options, prepare
from studio.export.write import SCORES, kept_rows, load_targets, old_manifest, room, written_anew
from studio.files import sha256
from studio.job import Job
from studio.music.bundle import SongBundle

State = Literal["new", "same", "replaces", "conflict"]
_SMALL_BYTES = 1 << 22
_PAGE_BYTES = 8192
_BLOCK = 1 << 17


@dataclass(frozen=True, slots=True)
class ForecastFile:
    """One file: its path below the folder, role, stem, size at most, and ``state``."""

    path: str
    role: str
    stem: str | None
    bytes: int
    state: State


@dataclass(frozen=True, slots=True)
class Forecast:
    """All that an export would do.

    Attributes:
        removed: Paths an earlier export wrote that would go.
        needed_bytes, free_bytes: On the disk; what is replaced goes only when all is written.
    """

    files: list[ForecastFile]
    removed: list[str]
    needed_bytes: int
    free_bytes: int


def forecast(
    bundle: SongBundle,
    folder: Path,
    targets: Sequence[str],
    options: ExportOptions,
    scores: bool,
    force: bool,
    job: Job,
) -> Forecast:
    """What ``export_song`` with the same arguments would do.

    Args:
        scores: Whether ``scores.json`` would be written.
        force: Whether a manifest that is not ours counts as none.

    Raises:
        UnknownChoiceError, BrokenExtensionError: a target that is not listed or does not load.
        OptionError, LiveTemplateError: as ``check_options``.
        ManifestDamagedError, ProjectOutsideError: ``folder`` is not as an export leaves it.
    """
    chosen = load_targets(targets)
    check_options(options, chosen, bundle.sample_rate)
    bundle = prepare(bundle, options).bundle
    old = old_manifest(folder, force)
    planned = [file for t in chosen.values() for file in t.plan(bundle, options)]
    hashes = _hashes(bundle, chosen, options)
    looker = _Looker(folder, old, hashes)
    files = []
    for number, file in enumerate(planned):
        job.update(number / len(planned), f"looking at {file.file.path}")
        files.append(looker.look(file))
    files += [looker.page(SCORES, "scores")] if scores else []
    files.append(looker.page(readme.NAME, "readme"))
    stays = kept_rows(old, written_anew(chosen, scores), options, folder)
    new = [*(file.path for file in files), *(row.path for row in stays)]
    removed = [
        row.path
        for row in (old.files if old else ())
        if not staging.stands_for(folder, row.path, new) and looker.hash_of(row.path) == row.sha256
    ]
    needed, free = room(folder, sum(file.bytes for file in planned))
    return Forecast(files, sorted(removed), needed, free)


def _hashes(
    bundle: SongBundle, chosen: Mapping[str, Target], options: ExportOptions
) -> dict[str, str]:
    """The hash of every file of the small targets, by path."""
    found: dict[str, str] = {}
    for target in chosen.values():
        if sum(file.bytes for file in target.plan(bundle, options)) <= _SMALL_BYTES:
            with TemporaryDirectory(prefix="stemwright-") as scratch:
                done = target.write(bundle, Path(scratch), options, Job())
                found |= {file.path: sha256(Path(scratch, file.path)) for file in done.files}
    return found


class _Looker:
    """What stands in the places of files."""

    def __init__(self, folder: Path, old: Manifest | None, hashes: Mapping[str, str]) -> None:
        self._folder = folder
        self._ours = {folded(row.path): row.sha256 for row in old.files} if old else {}
        self._hashes = hashes
        self._there: dict[str, str | None] = {}

    def hash_of(self, path: str) -> str | None:
        """Of the file there, once."""
        if path not in self._there:
            self._there[path] = staging.hash_of(
                confined(self._folder, path, self._folder / MANIFEST)
            )
        return self._there[path]

    def look(self, planned: PlannedFile) -> ForecastFile:
        """The file with its state."""
        file = planned.file
        there = self.hash_of(file.path)
        state: State = "new"
        if there is not None:
            state = "replaces" if there == self._ours.get(folded(file.path)) else "conflict"
            if there != staging.NO_FILE and self._is_same(planned, there):
                state = "same"
        return ForecastFile(file.path, file.role, file.stem, planned.bytes, state)

    def page(self, path: str, role: str) -> ForecastFile:
        """A page of ours, which is written anew each time."""
        there = self.hash_of(path)
        ours = there == self._ours.get(folded(path))
        state: State = "new" if there is None else "replaces" if ours else "conflict"
        return ForecastFile(path, role, None, _PAGE_BYTES, state)

    def _is_same(self, planned: PlannedFile, there: str) -> bool:
        if planned.file.path in self._hashes:
            return there == self._hashes[planned.file.path]
        place = self._folder / planned.file.path
        return (
            planned.samples is not None
            and _same_samples(planned.samples, planned.lead, place)
            and _ends_with(place, planned.tail)
        )


def _ends_with(path: Path, tail: bytes) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - len(tail), 0))
        return file.read() == tail


def _same_samples(one: Path, lead: int, other: Path) -> bool:
    """Whether ``other`` holds ``lead`` samples of silence and those of ``one``, at its rate."""
    try:
        with Wav(one) as a, Wav(other) as b:
            frames = lead + a.frames
            if (a.sample_rate, a.channels, frames) != (b.sample_rate, b.channels, b.frames):
                return False
            at = 0
            for block in a.blocks(_BLOCK, lead):
                if not np.array_equal(block, b.read(at, block.shape[1])):
                    return False
                at += block.shape[1]
            return True
    except UnreadableAudioError:
        return False  # what stands there is something else
