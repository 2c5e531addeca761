"""The stems and the song as audio files: one length, one rate, one loudness.

32-bit float keeps the samples as they are. Fixed-point files clip above full scale, so there one
gain serves all files, the song's too, wherever a single one would clip: a gain of its own for
each would spoil the balance, and the stems would no longer add up to the song.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.audio.encode import Subtype
from studio.audio.write import Container, copy_audio, peak
from studio.export.contract import ExportedFile, ExportOptions, Format, PlannedFile, Written
from studio.export.names import stem_file
from studio.job import Job
from studio.music.bundle import SongBundle


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How a format is written; ``bits`` is the width of a sample."""

    container: Container
    subtype: Subtype
    bits: int
    suffix: str = ".wav"


_ENCODINGS: Mapping[Format, _Encoding] = {
    "float32": _Encoding("WAV", "FLOAT", 32),
    "pcm24": _Encoding("WAV", "PCM_24", 24),
    "pcm16": _Encoding("WAV", "PCM_16", 16),
    "flac": _Encoding("FLAC", "PCM_24", 24, ".flac"),
}
_HEADER = 2**16  # bytes, and more than any of ours


class StemsTarget:
    """``Stems/Song - 00 Mixture.wav``, ``Stems/Song - 01 Vocals.wav`` and so on."""

    summary = "The song and its stems as audio files, all of one start, length and loudness."

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """The sources are float; FLAC gains nothing on noise."""
        encoding = _ENCODINGS[options.audio_format]
        return tuple(
            PlannedFile(
                file,
                source.stat().st_size * encoding.bits // 32 + _HEADER,
                source if encoding.subtype == "FLOAT" else None,
            )
            for source, file in _files(bundle, encoding.suffix)
            if options.wants(file.stem or "mixture")
        )

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``."""
        encoding = _ENCODINGS[options.audio_format]
        files = _files(bundle, encoding.suffix)
        decibels = 0.0
        if encoding.subtype != "FLOAT":
            decibels = _common_gain([source for source, _ in files], encoding, job.part(0.0, 0.2))
        gain = 10.0 ** (decibels / 20.0)
        files = [(source, file) for source, file in files if options.wants(file.stem or "mixture")]
        for number, (source, file) in enumerate(files):
            share = job.part(0.2 + 0.8 * number / len(files), 0.2 + 0.8 * (number + 1) / len(files))
            target = folder / file.path
            copy_audio(source, target, encoding.subtype, gain, share, encoding.container)
        return Written(
            files=tuple(file for _, file in files),
            options={"format": options.audio_format, "gain_db": decibels},
            notes=(_said(decibels),) if decibels else (),
        )


def _files(bundle: SongBundle, suffix: str) -> list[tuple[Path, ExportedFile]]:
    """Every source with the file it becomes; the mixture is number 0."""
    mixture = stem_file(bundle.song, 0, "Mixture", suffix)
    files = [(bundle.mixture, ExportedFile(f"Stems/{mixture}", "mixture"))]
    for number, file in enumerate(bundle.stems, start=1):
        name = stem_file(bundle.song, number, file.stem.label, suffix)
        files.append((file.path, ExportedFile(f"Stems/{name}", "stem", file.stem.name)))
    return files


def _common_gain(sources: list[Path], encoding: _Encoding, job: Job) -> float:
    """In dB: 0, or the highest below it, in hundredths, at which no file clips."""
    highest = 0.0
    for number, source in enumerate(sources):
        job.update(number / len(sources), "Looking for the loudest sample")
        highest = max(highest, peak(source))
    if highest <= 1.0:
        return 0.0
    largest_code = 1.0 - 2.0 ** (1 - encoding.bits)
    return math.floor(100.0 * 20.0 * math.log10(largest_code / highest)) / 100.0


def _said(decibels: float) -> str:
    return (
        f"All stems and the mixture were turned down by {-decibels:.2f} dB, by the same amount, "
        "since a file of this format would have clipped; 32-bit float files need no such step."
    )
