"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import files
from studio.errors import DiskFullError, MissingFileError, WriteError

posix_only = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX")


def names(folder: Path) -> list[str]:
    """Everything in ``folder``."""
    return sorted(path.name for path in folder.iterdir())


def child(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a process of its own."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_file_appears_with_its_folders(tmp_path: Path) -> None:
    """Missing parents are made, and nothing else is left."""
    target = tmp_path / "a" / "b" / "song.wav"

    with files.atomic(target) as part:
        part.write_bytes(b"sound")
        assert part.parent == target.parent
        assert part.suffix == ".wav"
        assert not target.exists()

    assert target.read_bytes() == b"sound"
    assert names(target.parent) == ["song.wav"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_body_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    """Whatever it fails with, also with what is no error."""
    target = tmp_path / "song.wav"
    target.write_bytes(b"old")

    def write_half() -> None:
        with files.atomic(target) as part:
            part.write_bytes(b"half of the ne")
            raise failure

    with pytest.raises(failure):
        write_half()

    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["song.wav"]


def test_a_folder_in_the_way_is_said_and_kept(tmp_path: Path) -> None:
    """The system's reason stands in the sentence."""
    (tmp_path / "song.wav").mkdir()

    with pytest.raises(WriteError, match=r"song\.wav cannot be written: is a directory"):
        files.write_bytes(tmp_path / "song.wav", b"x")

    assert names(tmp_path) == ["song.wav"]


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    """The parent is a file."""
    (tmp_path / "out").write_text("")

    with pytest.raises(WriteError):
        files.write_bytes(tmp_path / "out" / "song.wav", b"x")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFullError),
        (errno.EDQUOT, DiskFullError),
        (errno.EFBIG, DiskFullError),
        (errno.EACCES, WriteError),
        (errno.EROFS, WriteError),
        (errno.EIO, WriteError),
    ],
)
def test_the_system_s_words_become_ours(number: int, kind: type[Exception]) -> None:
    """A full disk is told from everything else, since its remedy is another."""
    error = files.write_error(Path("out/song.wav"), OSError(number, os.strerror(number)))

    assert type(error) is kind
    assert os.strerror(number).lower() in error.message


def test_an_error_without_words_keeps_its_text() -> None:
    """Libraries raise OSError with a sentence of their own."""
    assert "cut" in files.write_error(Path("a"), OSError("Cut off")).message


def test_reading_blames_the_file_that_is_read(tmp_path: Path) -> None:
    """Whether it is absent or a folder."""
    with (
        pytest.raises(MissingFileError, match=r"absent\.wav: no such file"),
        files.reading(tmp_path / "absent.wav"),
    ):
        (tmp_path / "absent.wav").read_bytes()

    with pytest.raises(MissingFileError), files.reading(tmp_path):
        tmp_path.open()


@posix_only
def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """The system refuses to let a file grow beyond a limit, as it does on a full disk."""
    target = tmp_path / "song.wav"
    target.write_bytes(b"old")
    code = """
        import resource, sys
        from pathlib import Path
        from studio import files
        from studio.errors import DiskFullError
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            files.write_bytes(Path(sys.argv[1]), bytes(5000))
        except DiskFullError as error:
            print(error.facts["folder"])
    """

    done = child(code, str(target))

    assert done.stdout == f"{tmp_path}\n", done.stderr
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["song.wav"]


@posix_only
def test_a_killed_process_leaves_the_old_file_and_what_it_left_can_be_removed(
    tmp_path: Path,
) -> None:
    """No handler runs when a process is killed; the name says that the rest is ours."""
    target = tmp_path / "song.wav"
    target.write_bytes(b"old")
    code = """
        import os, signal, sys
        from pathlib import Path
        from studio import files
        with files.atomic(Path(sys.argv[1])) as part:
            part.write_bytes(b"half of the ne")
            os.kill(os.getpid(), signal.SIGKILL)
    """

    assert child(code, str(target)).returncode == -signal.SIGKILL

    assert target.read_bytes() == b"old"
    assert len(names(tmp_path)) == 2
    files.remove_partials(tmp_path)
    assert names(tmp_path) == ["song.wav"]


def test_only_what_we_left_is_removed(tmp_path: Path) -> None:
    """Hidden files of others stay, and so do folders; a folder that is absent is no error."""
    kept = [".stemwright", ".hidden", "song.wav", "stemwright-partial-1"]
    for name in kept:
        (tmp_path / name).write_text("")
    (tmp_path / f"{files.PARTIAL_PREFIX}folder").mkdir()
    (tmp_path / f"{files.PARTIAL_PREFIX}1.wav").write_text("")

    files.remove_partials(tmp_path)
    files.remove_partials(tmp_path / "absent")

    assert names(tmp_path) == sorted([*kept, f"{files.PARTIAL_PREFIX}folder"])


@given(content=st.binary(max_size=3000))
def test_the_hash_is_that_of_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """As hashlib computes it at once."""
    file = tmp_path_factory.mktemp("hash") / "weights"
    files.write_bytes(file, content)

    assert files.sha256(file) == hashlib.sha256(content).hexdigest()
