"""What the engines are measured on: recordings with known notes, none of which tuned anything.

Recordings of people lie in the folder that STEMWRIGHT_DATA names (its ``eval/`` may score, never
train); lines and parts are rendered here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from studio.lab.notes import played, sung
from studio.music.audio import Samples
from studio.music.notes import Notes

LEAKS = (None, -20, -12)
SUNG_LINES, SUNG_SECONDS = 20, 15.0
PARTS, PART_SECONDS = 4, 15.0
# The first of the numbers that are measured; constants are chosen on those from 1000 on.
_FIRST = 0
PIECES = {36: ("KD",), 38: ("SD",), 42: ("HH", "CY")}
SONGS = ("rock", "reggae", "hendrix", "beatles", "britpop")


@dataclass(frozen=True, slots=True)
class Recording:
    """One sound and its notes.

    Attributes:
        samples: float32, shape (channels, samples).
        truths: Who says which notes it has; one name each.
    """

    samples: Samples
    sample_rate: int
    truths: dict[str, Notes]


@dataclass(frozen=True, slots=True)
class Set:
    """Recordings that are counted together.

    Attributes:
        name: For the table.
        kind: What the stems are heard as.
        recordings: Makes them anew, one at a time.
    """

    name: str
    kind: str
    recordings: Callable[[], Iterator[Recording]]


def note_sets(data: Path | None) -> list[Set]:
    """Everything pitched; without ``data`` what is rendered alone."""
    sets = []
    if data is not None:
        sets = [
            Set("vocadito 1", "vocals", partial(_vocadito, data / "eval/notes/vocadito_1")),
            Set("madmom piano", "piano", partial(_madmom, data / "eval/notes/madmom_piano")),
        ]
    for leak in LEAKS:
        sets.append(Set("sung lines" + _said(leak), "vocals", partial(_sung, leak)))
    for name, family in played.FAMILIES.items():
        for leak in LEAKS:
            sets.append(Set(name + _said(leak), family.kind, partial(_played, family, leak)))
    return sets


def drum_hits(path: Path) -> Notes:
    """The kick, snare and hi-hat (with cymbals) of an annotation of MDB Drums."""
    rows = [line.split() for line in path.read_text().splitlines()]
    onset, pitch = [], []
    for piece, names in PIECES.items():
        times = np.unique([float(time) for time, name in rows if name in names])
        onset += times.tolist()
        pitch += [piece] * len(times)
    start = np.array(onset, np.float64)
    return Notes.columns(start, np.array(pitch, np.int16), start + 0.1)


def _said(leak: int | None) -> str:
    return "" if leak is None else f", leakage {leak} dB"


def _read(path: Path) -> tuple[Samples, int]:
    samples, rate = sf.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(samples.T), rate


def _vocadito(folder: Path) -> Iterator[Recording]:
    """A real singer, and what two people took down."""
    truths = {}
    for annotator in ("A1", "A2"):
        rows = np.loadtxt(folder / f"notes{annotator}.csv", delimiter=",")
        pitch = np.rint(69.0 + 12.0 * np.log2(rows[:, 1] / 440.0)).astype(np.int16)
        truths[annotator] = Notes.columns(rows[:, 0], pitch, rows[:, 0] + rows[:, 2])
    yield Recording(*_read(folder / "audio.flac"), truths)


def _madmom(folder: Path) -> Iterator[Recording]:
    """Eight annotated notes of a real piano."""
    rows = np.loadtxt(folder / "stereo_sample.notes")
    truth = Notes.columns(rows[:, 0], rows[:, 1].astype(np.int16), rows[:, 0] + rows[:, 2])
    yield Recording(*_read(folder / "stereo_sample.flac"), {"": truth})


def _sung(leak: int | None) -> Iterator[Recording]:
    for number in range(_FIRST, _FIRST + SUNG_LINES):
        sound, notes = sung.sung_line(number, SUNG_SECONDS)
        yield Recording(_leaked(sound, number, leak), sung.SAMPLE_RATE, {"": notes})


def _played(family: played.Family, leak: int | None) -> Iterator[Recording]:
    for number in range(_FIRST, _FIRST + PARTS):
        sound, notes = played.part(family, number, PART_SECONDS)
        yield Recording(_leaked(sound, number, leak), played.SAMPLE_RATE, {"": notes})


def _leaked(sound: NDArray[np.float32], number: int, level_db: int | None) -> Samples:
    """The sound with the rest of the band so much softer; levels are of the whole sound."""
    if level_db is None:
        return sound[None]
    beside = played.leak(number, len(sound))
    loud = np.sqrt(np.mean(sound**2) / np.mean(beside**2))
    return (sound + np.float32(loud * 10 ** (level_db / 20)) * beside)[None]
