"""Any sound file as blocks of float32.

The beginning of the file decides which library reads it, not its name. Both give the samples as
the file has them: its rate, its channels, no limit at full scale, NaN included.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Protocol

from studio.audio.downmix import MOST_CHANNELS
from studio.audio.info import AudioInfo
from studio.audio.source import Source, cannot_read, reading
from studio.music.audio import Samples

_LOWEST_RATE, _HIGHEST_RATE = 1_000, 768_000


class Reader(Protocol):
    """An open sound file.

    Attributes:
        info: What the file says about itself.
        layout: The names of the channels (FL, FR, FC, LFE ...), in their order.
        notes: Sentences about what was found while reading; complete after the last block.
        fraction: How much of the file has been read, in [0, 1].
    """

    info: AudioInfo
    layout: tuple[str, ...]
    notes: list[str]

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        ...

    @property
    def channels(self) -> int:
        """1 or more."""
        ...

    @property
    def fraction(self) -> float: ...

    def blocks(self, block_frames: int = 65536) -> Iterator[Samples]:
        """All samples from first to last. May be asked for once.

        Yields float32 of shape (channels, ``block_frames``), the last one shorter.

        Raises:
            MissingFileError: the file vanished.
            UnreadableAudioError: it is damaged, or ends before it should.
        """
        ...

    def close(self) -> None: ...


@contextmanager
def open_audio(path: Path) -> Iterator[Reader]:
    """Open a sound file.

    Raises:
        MissingFileError: there is no such file.
        UnreadableAudioError: it holds no sound, or none that can be read.
    """
    with ExitStack() as stack:
        with reading(path):
            source = stack.enter_context(Source(path))
            reader = stack.enter_context(closing(_reader(path, source)))
        _check_shape(path, reader)
        yield reader


def _reader(path: Path, source: Source) -> Reader:
    # Imported here: who only wants to name file suffixes does not wait for the libraries.
    from studio.audio.libav import open_libav
    from studio.audio.sndfile import open_sndfile

    if not source.peek(1):
        source.check()
        raise cannot_read(path, "the file is empty")
    plain = open_sndfile(path, source)
    if plain is not None:
        return plain
    source.seek(0)
    return open_libav(path, source)


def _check_shape(path: Path, reader: Reader) -> None:
    """Damaged headers state anything, and nobody's song is beyond these."""
    if reader.channels > MOST_CHANNELS:
        reason = f"it has {reader.channels} channels; {MOST_CHANNELS} are the most that are read"
        raise cannot_read(path, reason)
    if not _LOWEST_RATE <= reader.sample_rate <= _HIGHEST_RATE:
        raise cannot_read(path, f"its sample rate, {reader.sample_rate} Hz, is beyond use")
