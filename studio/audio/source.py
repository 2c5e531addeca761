"""A file on its way into a C library, and the one place that words what can go wrong with it.

libsndfile and libav are handed an open Python file, not a path: names in any script and of any
length work on every system, the suffix cannot mislead them, and the system's own error is kept.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from studio.audio.info import AudioInfo
from studio.errors import MissingFileError, StudioError, UnreadableAudioError

_BUFFER_BYTES = 1 << 16


class Source(AbstractContextManager["Source"]):
    """A file open for reading. Errors are kept for ``check``: C code could only lose them."""

    def __init__(self, path: Path) -> None:
        """Open ``path``. Raises OSError."""
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device may never end
            raise OSError(errno.EINVAL, "it is not a file")
        self.size = status.st_size
        self._file: BinaryIO = path.open("rb", buffering=_BUFFER_BYTES)
        self._error: OSError | None = None

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; none at the end, and after an error."""
        try:
            return self._file.read(size)
        except OSError as error:
            self._error = self._error or error
            return b""

    def readinto(self, buffer: memoryview) -> int:
        """Fill ``buffer``; returns how many bytes there were."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a byte. To one before the first, as damaged files ask for, it does not; -1 then."""
        try:
            return self._file.seek(offset, whence)
        except OSError:
            return -1

    def tell(self) -> int:
        """The byte it stands at."""
        return self._file.tell()

    def peek(self, size: int) -> bytes:
        """Up to ``size`` bytes from here, without moving on."""
        here = self.tell()
        content = self.read(size)
        self.seek(here)
        return content

    @property
    def fraction(self) -> float:
        """How far into the file it stands, in [0, 1]."""
        return min(1.0, self.tell() / max(1, self.size))

    def check(self) -> None:
        """Raise the OSError that reading met, if there was one."""
        if self._error is not None:
            raise self._error


class FileReader:
    """What both readers know of their file. See ``read.Reader``."""

    info: AudioInfo

    def __init__(self, path: Path, source: Source) -> None:
        self._path = path
        self._source = source
        self.notes: list[str] = []

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return self.info.sample_rate

    @property
    def channels(self) -> int:
        """1 or more."""
        return self.info.channels

    @property
    def fraction(self) -> float:
        """How much of the file has been read, in [0, 1]."""
        return self._source.fraction


def cannot_read(path: Path, reason: str) -> StudioError:
    """The user's error about ``path``: when it is gone, that is the reason."""
    if _gone(path):
        return MissingFileError(file=str(path), reason="it is no longer there")
    return UnreadableAudioError(file=str(path), reason=reason)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the body into the user's error about ``path``."""
    try:
        yield
    except FileNotFoundError as error:
        raise MissingFileError(file=str(path), reason="there is no such file") from error
    except OSError as error:
        raise cannot_read(path, (error.strerror or str(error)).lower()) from error


def _gone(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
