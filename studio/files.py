"""Files appear whole or not at all, and what the system says against it becomes our sentence."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio.errors import DiskFullError, MissingFileError, StudioError, WriteError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Left by a crash, these are ours to remove: nothing else in a folder begins like this.
PARTIAL_PREFIX = ".stemwright-partial-"


def write_error(path: Path, error: OSError) -> StudioError:
    """The user's error for an ``OSError`` met while writing ``path``."""
    reason = (error.strerror or str(error)).lower()
    if error.errno in _FULL:
        return DiskFullError(folder=str(path.parent), reason=reason)
    return WriteError(file=str(path), reason=reason)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the body into the user's error about ``path``."""
    try:
        yield
    except OSError as error:
        raise write_error(path, error) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the body into the user's error about ``path``, which is read."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MissingFileError(file=str(path), reason=reason) from error


@contextmanager
def atomic(target: Path) -> Iterator[Path]:
    """A temporary path beside ``target``; renamed onto it when the body ends well.

    Missing parent folders are made. When the body fails, is cancelled or the process dies,
    ``target`` is as it was before.

    Raises:
        DiskFullError, WriteError: the file cannot be written.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.parent / f"{PARTIAL_PREFIX}{secrets.token_hex(4)}{target.suffix}"
        try:
            yield part
            _flush_to_disk(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def undone(*folders: Path) -> Iterator[None]:
    """Folders that the body makes on the way to ``folders`` go again when it fails.

    Of these only the empty ones: what somebody put there meanwhile stays.
    """
    with writing(folders[0]):
        missing = {
            way for folder in folders for way in (folder, *folder.parents) if not way.exists()
        }
    try:
        yield
    except BaseException:
        for way in sorted(missing, key=lambda way: len(way.parts), reverse=True):
            with suppress(OSError):
                way.rmdir()
        raise


def write_bytes(target: Path, content: bytes) -> None:
    """Write a small file whole. Raises DiskFullError or WriteError."""
    with atomic(target) as part:
        part.write_bytes(content)


def sha256(path: Path) -> str:
    """The hash of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def disk_bytes(path: Path) -> int:
    """What a file takes on the disk: less than its length where it has holes."""
    status = path.stat()
    blocks: int | None = getattr(status, "st_blocks", None)  # in units of 512, not on Windows
    return status.st_size if blocks is None else min(status.st_size, 512 * blocks)


def readable(size: int) -> str:
    """A number of bytes in words: ``0.3 MB``, ``14.2 GB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def first_link(folder: Path) -> Path | None:
    """A symbolic link among ``folder`` and all below it, or None: we make none, strangers may."""
    if folder.is_symlink():
        return folder
    return next((path for path in folder.rglob("*") if path.is_symlink()), None)


def remove_partials(folder: Path) -> None:
    """Remove what a crash left in ``folder``."""
    for left in folder.glob(f"{PARTIAL_PREFIX}*"):
        if left.is_file():
            left.unlink()


def _flush_to_disk(path: Path) -> None:
    """A rename may reach the disk before the bytes do, unless these are sent first."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
