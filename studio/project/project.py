"""A project: where it lies, who holds it, and what is in use in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from studio.errors import (
    MissingFileError,
    ProjectBusyError,
    ProjectOutsideError,
    StudioError,
)
from studio.files import reading, remove_partials, sha256, writing
from studio.job import Job
from studio.project.document import Document, Song, read_document, write_document
from studio.project.stages import Make, Result, Stage, need_result, run_stage

HIDDEN = ".stemwright"
# A killed run's engine process needs a moment to notice and let go.
_LOCK_SECONDS = 5.0


class Project:
    """A song's folder, held by this process. Made by ``open_project`` and ``new_project``."""

    def __init__(self, folder: Path, document: Document) -> None:
        self.folder = folder
        self.root = folder / HIDDEN
        self.document = document

    def run(self, stage: Stage, make: Make, job: Job) -> Result:
        """``run_stage`` in this project; the result becomes the one in use in its slot."""
        result = run_stage(self.root, stage, make, job)
        self.use(stages={stage.slot: result.key})
        return result

    def result(self, slot: str) -> Result | None:
        """The result in use in ``slot``, or None where there is none yet.

        Raises:
            ProjectDamagedError, ProjectOutsideError: it is not as it was left.
        """
        key = self.document.stages.get(slot)
        return None if key is None else need_result(self.root, slot, key)

    def use(
        self,
        stages: dict[str, str] | None = None,
        thresholds: dict[str, float] | None = None,
    ) -> None:
        """Note what is in use; writes ``project.json`` only where that changes it."""
        changed = msgspec.structs.replace(
            self.document,
            stages={**self.document.stages, **(stages or {})},
            thresholds={**self.document.thresholds, **(thresholds or {})},
        )
        self._put(changed)

    def forget(self, slot: str) -> None:
        """Take ``slot`` out of use; its results stay cached.

        One that ends with ``/`` stands for all slots below it, as a folder does.
        """
        stages = {
            name: key
            for name, key in self.document.stages.items()
            if name != slot and not (slot.endswith("/") and name.startswith(slot))
        }
        self._put(msgspec.structs.replace(self.document, stages=stages))

    def _put(self, document: Document) -> None:
        if document != self.document:
            write_document(self.root, document)
            self.document = document


@contextmanager
def open_project(folder: Path) -> Iterator[Project]:
    """The project of ``folder`` (``OUT/<song>``), held until the block ends.

    Raises:
        MissingFileError, ProjectDamagedError, ProjectNewerError, ProjectOutsideError
        ProjectBusyError: another process holds it.
    """
    # "." and ".." have no name of their own, and the folder's name is the song's.
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow links
    _refuse_link(folder)
    if not is_project(folder):
        raise MissingFileError(file=str(folder), reason="it is not a song's folder of Stemwright")
    with _held(folder):
        yield Project(folder, read_document(folder / HIDDEN))


@contextmanager
def project_of(song: Path, name: str, out: Path) -> Iterator[Project]:
    """The project of the file ``song`` below ``out``, made where there is none yet.

    The same file, or a new version of it under the same path, finds its project again. Another
    song of the same name gets a folder of its own, ``<name> (2)``.
    """
    with reading(song):
        about = Song(name=name, path=str(song.resolve()), sha256=sha256(song))
    with ExitStack() as held:
        folder, new = _enter(about, out, held)
        project = _known_or_new(folder, about)
        try:
            yield project
        except StudioError:
            if new and not project.document.stages:
                held.close()
                _remove_empty(folder)
            raise


def is_project(folder: Path) -> bool:
    """Whether ``folder`` is a song's folder of ours."""
    return (folder / HIDDEN / "project.json").is_file()


def _enter(about: Song, out: Path, held: ExitStack) -> tuple[Path, bool]:
    """Hold this song's folder, made where there is none; also says whether it was made.

    Where another song took the name between our look and our lock, looks again.
    """
    while True:
        folder = _folder_for(about, out)
        _refuse_link(folder)
        new = not (folder / HIDDEN).exists()
        with writing(folder):
            (folder / HIDDEN).mkdir(parents=True, exist_ok=True)
        try:
            held.enter_context(_held(folder))
        except ProjectBusyError:
            if _can_be_of(folder, about):
                raise
            continue
        if _can_be_of(folder, about):
            return folder, new
        held.close()


def _folder_for(about: Song, out: Path) -> Path:
    """The first of ``name``, ``name (2)`` ... that is this song's or free."""
    number = 1
    while True:
        folder = out / (about.name if number == 1 else f"{about.name} ({number})")
        if _can_be_of(folder, about):
            return folder
        number += 1


def _can_be_of(folder: Path, about: Song) -> bool:
    """Whether no other song has ``folder``."""
    return not is_project(folder) or _is_same(read_document(folder / HIDDEN).song, about)


def _known_or_new(folder: Path, about: Song) -> Project:
    """The project in ``folder``, which is held, told where its song lies now."""
    if is_project(folder):
        project = Project(folder, read_document(folder / HIDDEN))
        if project.document.song != about:
            project._put(msgspec.structs.replace(project.document, song=about))
        return project
    project = Project(folder, Document(about))
    write_document(project.root, project.document)
    return project


def _remove_empty(folder: Path) -> None:
    """A song that could not even be read leaves no project, nor an empty folder."""
    shutil.rmtree(folder / HIDDEN)
    if not any(folder.iterdir()):
        folder.rmdir()


def _is_same(known: Song, about: Song) -> bool:
    return known.sha256 == about.sha256 or known.path == about.path


def _refuse_link(folder: Path) -> None:
    hidden = folder / HIDDEN
    if hidden.is_symlink():
        raise ProjectOutsideError(file=str(folder), found=str(hidden.readlink()))


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the operating system's lock on the project; it goes when the process does."""
    lock = FileLock(folder / HIDDEN / "lock")
    with writing(folder):
        try:
            lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout as error:
            raise ProjectBusyError(folder=str(folder)) from error
    try:
        remove_partials(folder / HIDDEN)
        yield
    finally:
        lock.release()
