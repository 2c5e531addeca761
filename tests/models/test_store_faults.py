"""What goes wrong while weights are added, and what is there afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from studio import files
from studio.errors import ModelMismatchError
from studio.job import Cancelled, Job
from studio.models.store import add, find, has, models_folder, verify

OLD, NEW = b"old weights" * 1000, b"new weights" * 500_000

posix_only = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A file of 5 MB that the user wants to add over smaller weights, which are in the store."""
    old = tmp_path / "old.th"
    old.write_bytes(OLD)
    add(old, "htdemucs", unverified=True, job=Job())
    file = tmp_path / "new.th"
    file.write_bytes(NEW)
    return file


def assert_as_before() -> None:
    """The old weights are there, whole."""
    assert verify(find("htdemucs")).read_bytes() == OLD


def add_in_a_child(file: Path, prepare: str) -> subprocess.CompletedProcess[str]:
    """Add ``file`` in a process of its own, after ``prepare`` made ``job`` and what goes wrong."""
    code = f"""
        import os, resource, signal, sys
        from pathlib import Path
        from studio.errors import StudioError
        from studio.job import Job
        from studio.models.store import add
        job = Job()
        {prepare}
        try:
            add(Path(sys.argv[1]), "htdemucs", unverified=True, job=job)
        except StudioError as error:
            print(error.code)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@posix_only
def test_a_full_disk_leaves_the_old_weights_and_no_rubbish(new: Path) -> None:
    """The system refuses a file beyond 2 MB, as a full disk would."""
    done = add_in_a_child(new, "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))")

    assert done.stdout == "disk.full\n", done.stderr
    assert_as_before()
    assert len(list((models_folder() / "htdemucs").iterdir())) == 2


@posix_only
def test_no_room_for_the_first_model_leaves_no_model(tmp_path: Path) -> None:
    """Nothing was there, nothing is; the same command works once there is room."""
    file = tmp_path / "new.th"
    file.write_bytes(NEW)

    add_in_a_child(file, "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))")
    assert not has("htdemucs")

    done = add_in_a_child(file, "pass")
    assert done.returncode == 0, done.stderr
    assert verify(find("htdemucs")).read_bytes() == NEW


@posix_only
def test_a_kill_leaves_the_old_weights_and_the_next_add_clears_up(new: Path) -> None:
    """Killed in the middle of the copy, with no chance to tidy."""
    kill = "job = Job(lambda f, text: f > 0.5 and os.kill(os.getpid(), signal.SIGKILL))"

    assert add_in_a_child(new, kill).returncode == -signal.SIGKILL
    folder = models_folder() / "htdemucs"
    assert any(path.name.startswith(files.PARTIAL_PREFIX) for path in folder.iterdir())
    assert_as_before()

    add(new, "htdemucs", unverified=True, job=Job())
    assert verify(find("htdemucs")).read_bytes() == NEW
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("at", [0.0, 0.3, 0.9, 1.0])
def test_a_stopped_add_leaves_the_old_weights(new: Path, at: float) -> None:
    """Wherever the user stops it."""

    def stop_there(fraction: float, text: str) -> None:
        if fraction >= at:
            job.cancel()

    job = Job(stop_there)
    if at < 1.0:
        with pytest.raises(Cancelled):
            add(new, "htdemucs", unverified=True, job=job)
        assert_as_before()
    else:
        add(new, "htdemucs", unverified=True, job=job)  # there was nothing left to stop
    assert len(list((models_folder() / "htdemucs").iterdir())) == 2


def test_a_file_that_changes_meanwhile_is_not_kept(new: Path) -> None:
    """What was hashed must be what is copied."""

    def alter(fraction: float, text: str) -> None:
        if text.startswith("copying") and fraction < 0.5:
            with new.open("r+b") as file:
                file.seek(-5, os.SEEK_END)
                file.write(b"other")

    with pytest.raises(ModelMismatchError, match="it changed while it was copied"):
        add(new, "htdemucs", unverified=True, job=Job(alter))

    assert_as_before()


def test_progress_rises_to_its_end(new: Path) -> None:
    """One bar, never backwards."""
    heard: list[float] = []

    add(new, "htdemucs", unverified=True, job=Job(lambda fraction, text: heard.append(fraction)))

    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)


def test_weights_are_never_opened(tmp_path: Path) -> None:
    """A pickle that would run a program when loaded is so many bytes, and nothing runs."""
    trap = tmp_path / "trap"
    bomb = f"cos\nsystem\n(S'touch {trap}'\ntR.".encode()
    file = tmp_path / "bomb.th"
    file.write_bytes(bomb)

    model = add(file, "htdemucs", unverified=True, job=Job())

    assert verify(model).read_bytes() == bomb
    assert not trap.exists()


def test_the_room_loads_no_heavy_library() -> None:
    """Bytes only: whoever lists models waits for nothing."""
    code = (
        "import sys, studio.models.store as s; s.rows();"
        "print([m for m in ('torch', 'numpy', 'scipy', 'pickle') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
