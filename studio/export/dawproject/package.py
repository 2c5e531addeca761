"""The ``.dawproject`` file: a ZIP of two documents and the sounds, each written once, in blocks.

Cubase reads the checksum and size of an entry from its local header and fails where they follow
the content instead (bitwig/dawproject, issue 101), so every header is completed in place. Sounds
are stored as they are, so that a reader can map them; they get the ZIP64 form only from 2 GB on.
The date of every entry is the format's first day: the same song gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BufferedWriter, RawIOBase
from pathlib import Path
from typing import IO, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo
from zlib import crc32

from studio.audio.encode import Subtype, WavEncoder
from studio.audio.riff import SAMPLE_BYTES
from studio.audio.wav import Wav
from studio.audio.write import scaled
from studio.export.dawproject.document import write_metadata, write_project
from studio.export.dawproject.model import Project
from studio.files import atomic
from studio.job import Job

METADATA, PROJECT = "metadata.xml", "project.xml"
HEADER_BYTES = 2**12  # of one WAV file, and more than any of ours
_DOCUMENTS = 0.1  # of the time it takes
_UNIX, _READABLE = 3, 0o644 << 16


def write_package(
    target: Path,
    project: Project,
    sounds: Sequence[tuple[str, Path]],
    subtype: Subtype,
    gain: float,
    lead: int,
    job: Job,
) -> None:
    """Write ``target`` whole.

    Args:
        sounds: Path in the package and the float32 WAV each sound is written from.
        subtype: Of the WAV files in the package.
        gain: What every sample is multiplied with; 1.0 leaves FLOAT bit for bit as it is.
        lead: Samples of silence that every sound begins with.

    Raises:
        MissingFileError, UnreadableAudioError: a source cannot be read.
        DiskFullError, WriteError: ``target`` cannot be written.
    """
    with atomic(target) as part, ZipFile(part, "w") as package:
        job.update(0.0, f"Writing {target.name}")
        with _document(package, METADATA) as out:
            write_metadata(project, out)
        with _document(package, PROJECT) as out:
            write_project(project, out, job.part(0.0, _DOCUMENTS))
        heard = job.part(_DOCUMENTS, 1.0)
        for number, (path, source) in enumerate(sounds):
            share = heard.part(number / len(sounds), (number + 1) / len(sounds))
            _write_sound(package, path, source, subtype, gain, lead, share)


def _write_sound(
    package: ZipFile, path: str, source: Path, subtype: Subtype, gain: float, lead: int, job: Job
) -> None:
    """One WAV, block by block. Each name dithers with noise of its own, as in ``WavWriter``."""
    with Wav(source) as wav:
        frames = lead + wav.frames
        size = frames * wav.channels * SAMPLE_BYTES[subtype] + HEADER_BYTES
        with _entry(package, path, ZIP_STORED, size) as out:
            sound = cast(BinaryIO, out)
            seed = crc32(path.encode())
            encoder = WavEncoder(sound, subtype, wav.sample_rate, wav.channels, frames, seed)
            done = 0
            for block in scaled(wav, gain, lead):
                encoder.write(block)
                done += block.shape[1]
                job.update(done / frames, f"Writing {path}")
            encoder.finish()


def _document(package: ZipFile, path: str) -> BinaryIO:
    """An entry for many small writes, each of which would be compressed and summed by itself."""
    return cast(BinaryIO, BufferedWriter(cast(RawIOBase, _entry(package, path, ZIP_DEFLATED))))


def _entry(package: ZipFile, path: str, method: int, size: int = 0) -> IO[bytes]:
    """An entry to write to; ``size`` at most, where it may need ZIP64."""
    info = ZipInfo(path)
    info.compress_type, info.file_size = method, size
    info.create_system, info.external_attr = _UNIX, _READABLE
    return package.open(info, "w")
