"""The project a song's work happens in, and the song's own sound: the same for every task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.errors import MissingFileError, ProjectDamagedError
from studio.export.names import song_name
from studio.job import Job
from studio.pipeline import stages
from studio.project.project import Project, is_project, open_project, project_of
from studio.project.stages import Result


@contextmanager
def opened(song: Path, out: Path, mark: str = "") -> Iterator[Project]:
    """The project of ``song``, a file or the folder of a song; found, or made below ``out``.

    Args:
        mark: What the folder of a file is called beside the song's name.

    Raises:
        MissingFileError: there is no such file.
        ProjectBusyError, ProjectDamagedError, ProjectNewerError, ProjectOutsideError
    """
    if song.is_dir():
        with open_project(song) as project:
            yield project
        return
    if not song.is_file():
        raise MissingFileError(file=str(song), reason="there is no such file")
    with project_of(song, song_name(song) + mark, out) as project:
        yield project


def source(project: Project, song: Path, preview: float | None, job: Job) -> Result:
    """The decoded song; a folder that is a project has it."""
    return decoded(project) if is_project(song) else stages.decode(project, song, preview, job)


def decoded(project: Project) -> Result:
    """The decoded song of a project; the file it came from may be gone or changed.

    Raises:
        ProjectDamagedError: there is none.
    """
    found = project.result("source")
    if found is None:
        raise ProjectDamagedError(file=str(project.folder), reason="it holds no decoded song yet")
    return found
