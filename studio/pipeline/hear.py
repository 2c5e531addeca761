"""One stem of a song that is apart: heard again, as another kind or by another engine.

The takes of the other stems stay as they are, and so do options and edits, which are not the
engine's: ``project.history`` keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from studio.errors import (
    MissingFileError,
    OptionError,
    ProjectDamagedError,
    SilentStemError,
    UnknownChoiceError,
)
from studio.job import Job
from studio.music.bundle import StemFile
from studio.music.stem import KINDS
from studio.music.take import Edit, Take, TakeOptions
from studio.pipeline import stages
from studio.pipeline.takes import Scores, last_heard, scores_in_use, take_from, take_of, take_view
from studio.pipeline.view import TakeView
from studio.project.project import Project, open_project
from studio.project.stages import Result


class HearOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``hear`` is asked for.

    Attributes:
        folder: Of a song that is apart.
        stem: The stem's name.
        kind: What it is heard as, of ``music.stem.KINDS``; None goes by the stem.
        engine: A detector; None: the one for the kind.
        device: ``auto`` or a device's name.
    """

    folder: str
    stem: str
    kind: str | None = None
    engine: str | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Heard:
    """A stem and the take in use of it: ``take`` is as it was heard, ``key`` its stage's key."""

    project: Project
    file: StemFile
    key: str
    take: Take

    def set(self, options: TakeOptions, edits: tuple[Edit, ...]) -> Take:
        """The take as the window has it now."""
        first = self.take
        return Take(first.stem, first.engine, first.kind, first.candidates, options, edits)


def hear(options: HearOptions, job: Job) -> TakeView:
    """The take of one stem, which is in use from then on.

    Raises:
        SilentStemError: there is nothing to hear.
        UnknownChoiceError: no such stem, or engine.
        OptionError: the engine does not hear this kind, or there is no such kind.
        ModelMissingError, DeviceError: the engine cannot be used.
        ProjectDamagedError, ProjectBusyError, and so on: the folder is no song of ours.
    """
    if options.kind not in (None, *KINDS):
        reason = f"it is one of {', '.join(KINDS)}"
        raise OptionError(option="kind", value=str(options.kind), reason=reason)
    with open_project(Path(options.folder)) as project:
        file = stem_in_use(project, options.stem)
        before = project.document.stages.get(f"take/{file.stem.name}")
        take = take_of(project, file, options.device, job, options.kind, options.engine)
        if take is None:
            raise SilentStemError(stem=file.stem.label)
        result = last_heard(project, file)
        if result is None:
            raise ProjectDamagedError(file=str(project.folder), reason="a take is gone")
        if result.key != before:
            project.forget(f"scores/{file.stem.name}")
        return take_view(result, scores_in_use(project) if result.key == before else Scores())


def stem_in_use(project: Project, name: str) -> StemFile:
    """The stem ``name`` of a song that is apart.

    Raises:
        ProjectDamagedError: the song is not apart yet.
        UnknownChoiceError: it has no such stem.
    """
    stems = project.result("stems")
    if stems is None:
        raise ProjectDamagedError(file=str(project.folder), reason="the song is not apart yet")
    files = {file.stem.name: file for file in stages.stem_files(project, stems)}
    if name not in files:
        raise UnknownChoiceError.among("stem", name, files)
    return files[name]


@contextmanager
def heard(folder: str, name: str) -> Iterator[Heard]:
    """The stem ``name`` of the song in ``folder`` with the take in use, while it is held.

    Raises:
        MissingFileError: nothing was heard in it yet.
        StudioError: as ``open_project`` and ``stem_in_use``.
    """
    with open_project(Path(folder)) as project:
        file = stem_in_use(project, name)
        last: Result | None = last_heard(project, file)
        if last is None:
            raise MissingFileError(file=str(file.path), reason="its notes were not found yet")
        yield Heard(project, file, last.key, take_from(last))
