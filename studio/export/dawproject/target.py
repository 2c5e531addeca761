"""The export target ``dawproject``: one file that holds the whole project."""

from __future__ import annotations

from pathlib import Path

from studio.export.contract import ExportedFile, ExportOptions, Format, PlannedFile, Written
from studio.export.dawproject.build import build, sounds
from studio.export.dawproject.package import HEADER_BYTES, write_package
from studio.export.names import song_file
from studio.export.stems import ENCODINGS, common_gain, wav_bytes
from studio.job import Job
from studio.music.bundle import SongBundle

# Bytes in the documents before they are compressed, at most.
_A_NOTE, _A_STEP, _A_TRACK = 160, 120, 4096


class DawProjectTarget:
    """``Song.dawproject``: the stems, their notes, the tempo, and the song on a mute track."""

    summary = "Opens in Studio One, Cubase and Bitwig. Audio and notes."

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """Every tempo step stands in the tempo and in the warps of every sound."""
        encoding = ENCODINGS[_format(options)]
        heard = sounds(bundle, options)
        lead, bits = bundle.lead_samples, encoding.bits
        takes = [take for take in bundle.takes if options.wants(take.stem)]
        size = HEADER_BYTES * (len(heard) + 1)
        size += sum(wav_bytes(sound.source, lead, bits) for sound in heard)
        size += _A_NOTE * sum(len(take.notes()) for take in takes)
        size += _A_STEP * len(bundle.tempo.steps) * (len(heard) + 1)
        size += _A_TRACK * (len(heard) + len(takes))
        size += sum(_A_STEP + 6 * len(marker.name) for marker in bundle.markers)
        return (PlannedFile(_file(bundle), size),)

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``."""
        chosen = _format(options)
        encoding = ENCODINGS[chosen]
        decibels = 0.0
        if encoding.clips:
            every = [bundle.mixture, *(file.path for file in bundle.stems)]
            decibels = common_gain(every, encoding, job.part(0.0, 0.2))
        heard = [(sound.file, sound.source) for sound in sounds(bundle, options)]
        file = _file(bundle)
        project, gain = build(bundle, options), 10.0 ** (decibels / 20.0)
        share = job.part(0.2, 1.0)
        how = encoding.subtype, gain, bundle.lead_samples
        write_package(folder / file.path, project, heard, *how, share)
        return Written(
            files=(file,),
            options={"format": chosen, "gain_db": decibels},
            notes=_said(bundle, decibels),
        )


def _file(bundle: SongBundle) -> ExportedFile:
    return ExportedFile(song_file(bundle.song, ".dawproject"), "dawproject")


def _format(options: ExportOptions) -> Format:
    """DAWs agree on WAV inside a project; 24 bits are what our FLAC holds."""
    return "pcm24" if options.audio_format in ("flac", "mp3") else options.audio_format


def _said(bundle: SongBundle, decibels: float) -> tuple[str, ...]:
    """What a user would else find out in the DAW."""
    quieter = (
        f"All audio in the DAWproject was turned down by {-decibels:.2f} dB, by the same amount, "
        "since a file of this format would have clipped."
    )
    silent = "No stem was transcribed, so the DAWproject holds audio and tempo alone."
    return (*((quieter,) if decibels else ()), *(() if bundle.takes else (silent,)))
