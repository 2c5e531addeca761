"""A song, decoded once: the float32 WAV that stems, notes and exports count their samples in.

Whatever a DAW makes of the user's MP3, stems and MIDI line up with this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.audio.downmix import mix_down, to_stereo
from studio.audio.read import Reader, open_audio
from studio.audio.source import cannot_read
from studio.audio.write import WavWriter
from studio.job import Job


@dataclass(frozen=True, slots=True)
class Decoded:
    """What ``decode`` left.

    Attributes:
        sample_rate: In Hz, that of the source.
        channels: 1 or 2.
        frames: Samples a channel, at least 1.
        lossy: Whether the source's codec throws sound away.
        notes: Short sentences for the user: what was mixed down, silenced, missing, or left in.
    """

    sample_rate: int
    channels: int
    frames: int
    lossy: bool
    notes: tuple[str, ...]


def decode(source: Path, target: Path, job: Job) -> Decoded:
    """Write the sound of ``source`` to ``target``, a float32 WAV of 1 or 2 channels.

    Samples keep their rate and their size (above full scale too). More than two channels are
    mixed down; what is not a number becomes silence; notes say both. The caller passes the notes
    on: they are returned, not sent to ``job``, because a cached result has them as well.

    Raises:
        MissingFileError: ``source`` is not there, or vanished.
        UnreadableAudioError: it holds no sound that can be read, or ends before it should.
        DiskFullError, WriteError: ``target`` cannot be written.
    """
    with open_audio(source) as reader:
        rate, channels = reader.sample_rate, min(reader.channels, 2)
        with WavWriter(target, rate, channels, frames=None) as out:
            frames, silenced = _copy(reader, out, job, f"reading {source.name}")
            if frames == 0:
                raise cannot_read(source, "it holds no sound")
            if silenced == frames * reader.channels:
                raise cannot_read(source, "none of its samples is a number")
        notes = (*reader.notes, *_notes(reader.layout, silenced))
        return Decoded(rate, channels, frames, reader.info.lossy, notes)


def _copy(reader: Reader, out: WavWriter, job: Job, text: str) -> tuple[int, int]:
    """All of ``reader`` to ``out``. Returns frames, and how many samples were silenced."""
    matrix = to_stereo(reader.layout) if reader.channels > 2 else None
    frames = silenced = 0
    for block in reader.blocks():
        numbers = np.isfinite(block)
        silenced += block.size - int(np.count_nonzero(numbers))
        clean = np.where(numbers, block, np.float32(0))
        out.write(clean if matrix is None else mix_down(clean, matrix))
        frames += block.shape[1]
        job.update(reader.fraction, text)
    return frames, silenced


def _notes(layout: tuple[str, ...], silenced: int) -> list[str]:
    notes = []
    if len(layout) > 2:
        bass = "; the low-frequency channel is left out" if "LFE" in layout else ""
        notes.append(f"Its {len(layout)} channels were mixed down to stereo{bass}.")
    if silenced:
        notes.append(f"Samples that were not numbers became silence: {silenced}.")
    return notes
