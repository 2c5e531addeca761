"""How near stems are to the truth: the table of ``stemwright lab evaluate stems``.

Measure: nSDR, the signal to error ratio of a whole stem over both channels, in dB, as in the Music
Demixing Challenge 2021 (Mitsufuji et al., Frontiers in Signal Processing 1, 2022). Where a stem is
silent there is none; there, leakage: the energy that stem was given, in dB of the mixture's.

Engines run through the stream, as users get them. Beside them stand the mixture itself as every
stem, and the ideal ratio mask: what shares of the mixture's spectrum by the true magnitudes reach.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

from studio.dsp.stft import istft, stft
from studio.errors import MissingFileError
from studio.job import Job
from studio.lab.songs import STEMS
from studio.lab.sources import RATE, load
from studio.music.audio import Samples
from studio.separation.contract import Engine
from studio.separation.stream import StreamOptions, separate_song

_N_FFT, _HOP = 4096, 1024
_SILENT = 1e-4  # root mean square

Separator = Callable[[Samples, Samples], Samples]
"""(mixture (2, samples), true stems (4, 2, samples)) -> estimates, as the true stems."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one system makes of one song.

    Attributes:
        nsdr: In dB, by stem; None where the stem is silent.
        leakage: In dB of the mixture, by stem; None where the stem sounds.
        real_time_factor: Seconds of work a second of song.
    """

    system: str
    song: str
    nsdr: tuple[float | None, ...]
    leakage: tuple[float | None, ...]
    real_time_factor: float


def evaluate(songs: Mapping[str, Samples], systems: Mapping[str, Separator], job: Job) -> list[Row]:
    """Every system on every song.

    Args:
        songs: True stems by name, each (4, 2, samples) in the order of ``STEMS``; a mixture is
            their sum.
    """
    rows = []
    for place, (name, stems) in enumerate(songs.items()):
        mixture = stems.sum(axis=0)
        for system, separate in systems.items():
            job.update(place / len(songs), f"{system} on {name}")
            started = time.perf_counter()
            estimates = separate(mixture, stems)
            factor = (time.perf_counter() - started) / (mixture.shape[-1] / RATE)
            rows.append(Row(system, name, *_scores(stems, estimates, mixture), factor))
    return rows


def _scores(
    stems: Samples, estimates: Samples, mixture: Samples
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    """nSDR where a stem sounds, leakage where it does not."""
    sounds = [np.sqrt(np.mean(stem**2)) > _SILENT for stem in stems]
    gained = [nsdr(s, e) if x else None for s, e, x in zip(stems, estimates, sounds, strict=True)]
    leaked = [None if x else energy_db(e, mixture) for e, x in zip(estimates, sounds, strict=True)]
    return tuple(gained), tuple(leaked)


def nsdr(reference: Samples, estimate: Samples) -> float:
    """Signal to error ratio over all channels, in dB."""
    error = np.square(reference - estimate, dtype=np.float64).sum()
    signal = np.square(reference, dtype=np.float64).sum()
    return float(10 * np.log10((signal + 1e-7) / (error + 1e-7)))


def energy_db(part: Samples, whole: Samples) -> float:
    """Energy of ``part`` in dB of that of ``whole``; -80 and below is -80."""
    one, other = (np.square(x, dtype=np.float64).sum() for x in (part, whole))
    return float(10 * np.log10(one / (other + 1e-12) + 1e-8))


def mixture_itself(mixture: Samples, stems: Samples) -> Samples:
    """Every stem is the mixture: what doing nothing scores."""
    return np.broadcast_to(mixture, stems.shape)


def ideal_ratio_mask(mixture: Samples, stems: Samples) -> Samples:
    """Shares by the magnitudes of the true stems: what a perfect listener without phase reaches."""
    magnitudes = np.abs(stft(stems, _N_FFT, _HOP))
    shares = magnitudes / (magnitudes.sum(axis=0) + 1e-10)
    return istft(shares * stft(mixture, _N_FFT, _HOP), mixture.shape[-1], _HOP)


def through_the_stream(engine: Engine) -> Separator:
    """An engine as users get it: segments, overlap, exact sum, stems in the order of ``STEMS``."""

    def separate(mixture: Samples, stems: Samples) -> Samples:
        with tempfile.TemporaryDirectory() as place:
            song = Path(place, "song.wav")
            sf.write(song, mixture.T, RATE, subtype="FLOAT")
            separate_song(engine, song, Path(place, "stems"), StreamOptions(), Job())
            found = [sf.read(Path(place, "stems", f"{s}.wav"), dtype="float32")[0].T for s in STEMS]
            return np.stack(found)

    return separate


def read_song(folder: Path) -> Samples:
    """True stems of a folder of sound files, (4, 2, samples); one that is not there is silent.

    Raises:
        MissingFileError: there is none.
    """
    found = {}
    for stem in STEMS:
        files = [
            path for path in (folder / f"{stem}.flac", folder / f"{stem}.ogg") if path.exists()
        ]
        if files:
            samples = load(files[0])
            found[stem] = samples if len(samples) == 2 else np.concatenate([samples, samples])
    if not found:
        raise MissingFileError(
            file=str(folder), reason=f"it holds no {', '.join(STEMS)} as .flac or .ogg"
        )
    n_samples = min(samples.shape[-1] for samples in found.values())
    silence = np.zeros((2, n_samples), np.float32)
    return np.stack([found[s][:, :n_samples] if s in found else silence for s in STEMS])


def table(rows: Sequence[Row]) -> str:
    """The rows for people: by system, every song, then the mean over songs."""
    lines = [
        f"{'system':<16}{'song':<20}"
        + "".join(f"{s:>9}" for s in (*STEMS, "mean"))
        + "   leakage     RTF"
    ]
    for system in dict.fromkeys(row.system for row in rows):
        own = [row for row in rows if row.system == system]
        lines += [_line(row) for row in own]
        lines.append(_mean_line(system, own))
    return "\n".join(lines)


def _line(row: Row) -> str:
    leaks = " ".join(
        f"{s[0]}{x:.0f}" for s, x in zip(STEMS, row.leakage, strict=True) if x is not None
    )
    cells = [*row.nsdr, mean_of(row.nsdr)]
    return f"{row.system:<16}{row.song:<20}{_cells(cells)}   {leaks:<9}{row.real_time_factor:7.3f}"


def _mean_line(system: str, rows: Sequence[Row]) -> str:
    stems = [mean_of(row.nsdr[s] for row in rows) for s in range(len(STEMS))]
    factor = float(np.mean([row.real_time_factor for row in rows]))
    return f"{system:<16}{'MEAN':<20}{_cells([*stems, mean_of(stems)])}   {'':<9}{factor:7.3f}"


def _cells(values: Iterable[float | None]) -> str:
    return "".join(f"{'-':>9}" if x is None else f"{x:9.2f}" for x in values)


def mean_of(values: Iterable[float | None]) -> float | None:
    """The mean of those that are there."""
    there = [x for x in values if x is not None]
    return float(np.mean(there)) if there else None
