"""The stems and the song as audio files: one length, one rate, one loudness.

32-bit float keeps the samples as they are. Fixed-point files clip above full scale, so there one
gain serves all files, the song's too, wherever a single one would clip: a gain of its own for
each would spoil the balance, and the stems would no longer add up to the song. A WAV also says
where it belongs, time 0, and of which song it is what; how fast that is only when it is asked for.
The silence that is to precede the song is written into every file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.audio.chunks import Cue, Tags, tag_chunks
from studio.audio.encode import Subtype
from studio.audio.wav import Wav
from studio.audio.write import Container, copy_audio, peak
from studio.export.contract import ExportedFile, ExportOptions, Format, PlannedFile, Written
from studio.export.names import stem_files
from studio.job import Job
from studio.music.bundle import SongBundle
from studio.music.stem import stem


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a format is written; ``bits`` is the width of a sample, of an MP3 as it is played."""

    container: Container
    subtype: Subtype
    bits: int
    suffix: str = ".wav"

    @property
    def clips(self) -> bool:
        """Whether samples above full scale are lost."""
        return self.subtype != "FLOAT"


ENCODINGS: Mapping[Format, Encoding] = {
    "float32": Encoding("WAV", "FLOAT", 32),
    "pcm24": Encoding("WAV", "PCM_24", 24),
    "pcm16": Encoding("WAV", "PCM_16", 16),
    "flac": Encoding("FLAC", "PCM_24", 24, ".flac"),
    "mp3": Encoding("MP3", "PCM_16", 16, ".mp3"),
}
_MP3_BYTES = 40_000  # a second of 320 kbit/s
_AROUND = 2**14  # bytes, and more than what stands around the samples of a file of ours, but tags


class StemsTarget:
    """``Stems/Song - 00 Mixture.wav``, ``Stems/Song - 01 Vocals.wav`` and so on."""

    summary = "The song and its stems as audio files, all of one start, length and loudness."

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """The sources are float; FLAC gains nothing on noise."""
        encoding = ENCODINGS[options.audio_format]
        planned = []
        for source, file in audio_files(bundle, options):
            tail = _tail(source, bundle.lead_samples, _tags(bundle, file, options))
            size = wav_bytes(source, bundle.lead_samples, encoding.bits)
            if encoding.container == "FLAC":
                size += size >> 10  # its frames have headers
            if encoding.container == "MP3":
                size = math.ceil(bundle.duration * _MP3_BYTES)
            size += len(tail) + _AROUND
            if encoding.clips:
                planned.append(PlannedFile(file, size))
            else:
                planned.append(PlannedFile(file, size, source, bundle.lead_samples, tail))
        return tuple(planned)

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``."""
        encoding = ENCODINGS[options.audio_format]
        decibels = 0.0
        if encoding.clips:
            every = [bundle.mixture, *(file.path for file in bundle.stems)]
            decibels = common_gain(every, encoding, job.part(0.0, 0.2))
        gain = 10.0 ** (decibels / 20.0)
        files = audio_files(bundle, options)
        for number, (source, file) in enumerate(files):
            share = job.part(0.2 + 0.8 * number / len(files), 0.2 + 0.8 * (number + 1) / len(files))
            tags, lead = _tags(bundle, file, options), bundle.lead_samples
            form = encoding.subtype, gain, share, encoding.container, tags, lead
            copy_audio(source, folder / file.path, *form)
        return Written(
            files=tuple(file for _, file in files),
            options={
                "format": options.audio_format,
                "gain_db": decibels,
                **({"tempo_tag": True} if options.tempo_tag else {}),
            },
            notes=_said(bundle, options, decibels),
        )


def audio_files(bundle: SongBundle, options: ExportOptions) -> list[tuple[Path, ExportedFile]]:
    """Every source that is wanted, with the file it becomes; the mixture is number 0."""
    names = stem_files(
        options.naming,
        bundle.song,
        ["Mixture", *(file.stem.label for file in bundle.stems)],
        ENCODINGS[options.audio_format].suffix,
        bundle.tempo.usual_bpm,
        bundle.key.name if bundle.key else None,
    )
    files = [(bundle.mixture, ExportedFile(f"Stems/{names[0]}", "mixture"))]
    for name, file in zip(names[1:], bundle.stems, strict=True):
        files.append((file.path, ExportedFile(f"Stems/{name}", "stem", file.stem.name)))
    return [(source, file) for source, file in files if options.wants(file.stem or "mixture")]


def _tags(bundle: SongBundle, file: ExportedFile, options: ExportOptions) -> Tags:
    """What ``file`` says about itself. A file has one tempo, so a song of several says none."""
    tagged = options.tempo_tag and len(bundle.tempo.steps) == 1
    marked = [
        Cue(round(marker.seconds * bundle.sample_rate), marker.name)
        for marker in bundle.markers
        if 0.0 <= marker.seconds <= bundle.duration
    ]
    return Tags(
        song=bundle.song,
        name=stem(file.stem).label if file.stem else "Mixture",
        cues=(Cue(bundle.lead_samples, "Start"), *marked, Cue(bundle.frames, "End")),
        bpm=bundle.tempo.bpm if tagged else None,
        beats_per_bar=bundle.tempo.beats_per_bar,
    )


def _tail(source: Path, lead: int, tags: Tags) -> bytes:
    """What follows ``lead`` samples of silence and those of ``source`` in a float file."""
    with Wav(source) as wav:
        return tag_chunks(tags, "FLOAT", wav.sample_rate, wav.channels, lead + wav.frames)


def wav_bytes(source: Path, lead: int, bits: int) -> int:
    """How many bytes the samples of ``source`` take, and ``lead`` of silence, ``bits`` wide."""
    with Wav(source) as wav:
        return (lead + wav.frames) * wav.channels * bits // 8


def common_gain(sources: list[Path], encoding: Encoding, job: Job) -> float:
    """In dB: 0, or the highest below it, in hundredths, at which no file clips."""
    highest = 0.0
    for number, source in enumerate(sources):
        job.update(number / len(sources), "Looking for the loudest sample")
        highest = max(highest, peak(source))
    if highest <= 1.0:
        return 0.0
    largest_code = 1.0 - 2.0 ** (1 - encoding.bits)
    return math.floor(100.0 * 20.0 * math.log10(largest_code / highest)) / 100.0


def _said(bundle: SongBundle, options: ExportOptions, decibels: float) -> tuple[str, ...]:
    """What is not as one may expect."""
    quieter = (
        f"All stems and the mixture were turned down by {-decibels:.2f} dB, by the same amount, "
        "since a file of this format would have clipped; 32-bit float files need no such step."
    )
    untagged = "The tempo of this song changes, so its files do not say one."
    changes = options.tempo_tag and len(bundle.tempo.steps) > 1
    lossy = (
        "MP3 of 320 kbit/s leaves out what is hard to hear, so the stems add up to the song only "
        "nearly; they line up with it in every program that heeds LAME's tag."
    )
    said = {quieter: bool(decibels), untagged: changes, lossy: options.audio_format == "mp3"}
    return tuple(note for note, holds in said.items() if holds)
