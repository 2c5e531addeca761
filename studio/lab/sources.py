"""The material of the corpus: what may train, where it lies, and what of it is kept for choosing.

Contract: only material whose licence lets the result be shipped is reachable from here; nothing
of ``eval/`` is. Every timbre, reader, tune and groove belongs to one of two splits by a fixed
rule, so a development song never uses what a training song does.

``docs/models.md`` names every source with its licence and credit.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from studio.audio.resample import resample
from studio.errors import MissingFileError
from studio.files import reading
from studio.music.audio import Audio, Samples

RATE = 44_100
Split = Literal["train", "dev"]
Mono = NDArray[np.float32]
_Item = TypeVar("_Item")

HELD_OUT_SONGS = ("rubidium", "sodium")
ALBUM = ("potassium", "lithium", "sodium", "francium", "rubidium", "hydrogen")
SOUNDFONTS = ("FluidR3_GM.sf2", "MuseScore_General_Lite.sf3")
_FONT_FOLDERS = ("/usr/share/sounds/sf2", "/usr/share/sounds/sf3")


@dataclass(frozen=True, slots=True)
class Shot:
    """One recorded note.

    Attributes:
        samples: Mono, at ``RATE``.
        pitch: MIDI number; 0 for drums.
        layer: 0 soft, 1 hard, 2 short.
    """

    samples: Mono
    pitch: int
    layer: int = 1


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the material lies.

    Attributes:
        folder: The folder that ``STEMWRIGHT_DATA`` names.
        fonts: The soundfonts that were found, of ``SOUNDFONTS`` and in their order.
    """

    folder: Path
    fonts: tuple[Path, ...]

    @classmethod
    def find(cls, folder: Path, font_folders: tuple[str, ...] | None = None) -> Sources:
        """What is there: the data, and the soundfonts of Debian's packages.

        Raises:
            MissingFileError: the data or both soundfonts are not where they should be.
        """
        if not (folder / "midi" / "pop909").is_dir():
            raise MissingFileError(file=str(folder / "midi" / "pop909"), reason="it is not there")
        places = font_folders or _FONT_FOLDERS
        fonts = tuple(
            Path(p, name) for name in SOUNDFONTS for p in places if Path(p, name).exists()
        )
        if not fonts:
            reason = f"none of {' and '.join(SOUNDFONTS)} is there"
            raise MissingFileError(file=" and ".join(places), reason=reason)
        return cls(folder, fonts)

    def tunes(self, split: Split) -> list[Path]:
        """POP909 songs, every eighth for development."""
        return _every(sorted((self.folder / "midi/pop909").glob("*.mid")), 8, split)

    def grooves(self, split: Split) -> list[Path]:
        """Human drumming; fills are no songs and are left out."""
        beats = sorted((self.folder / "midi/groove").glob("*beat_4-4.mid"))
        beats += sorted((self.folder / "midi/groove").glob("*eval*4-4.mid"))
        return _every(sorted(set(beats)), 8, split)

    def readers(self, split: Split) -> list[tuple[str, str]]:
        """(reader, sex) of the read speech, every ninth for development."""
        rows = _rows(self.folder / "voices/librispeech/segments.csv")
        return _every(sorted({(row["speaker"], row["sex"]) for row in rows}), 9, split)


def programs(font: int, candidates: tuple[int, ...], split: Split) -> list[int]:
    """The programs of a soundfont that ``split`` may use: one in five is kept for development."""
    held = [p for p in candidates if (p + 2 * font) % 5 == 4]
    return (
        (held or list(candidates)) if split == "dev" else [p for p in candidates if p not in held]
    )


def load(path: Path) -> Samples:
    """A whole sound file at ``RATE``, (channels, samples)."""
    audio = read(path)
    return audio.samples if audio.sample_rate == RATE else resample(audio, RATE).samples


def read(path: Path) -> Audio:
    """A whole sound file as it is. Raises MissingFileError."""
    with reading(path):
        samples, rate = sf.read(path, dtype="float32", always_2d=True)
    return Audio(np.ascontiguousarray(samples.T), rate)


def mono(path: Path) -> Mono:
    """A sound file's channels in one, at ``RATE``."""
    return np.asarray(load(path).mean(axis=0), np.float32)


@cache
def shots(folder: Path, kind: str) -> tuple[Shot, ...]:
    """The pitched one-shots of ``kind``, such as "guitar/black", sorted by pitch."""
    found = [
        Shot(mono(folder / "synthesis" / row["file"]), int(row["midi_pitch"]), _layer(row["file"]))
        for row in _rows(folder / "synthesis/pitches.csv")
        if row["file"].startswith(kind + "/")
    ]
    return tuple(sorted(found, key=lambda shot: (shot.pitch, shot.layer)))


@cache
def drum_shots(folder: Path, kind: str) -> dict[str, tuple[Mono, ...]]:
    """The hits of a kit by piece, softest first: {"kick_l": (...), ...}."""
    pieces: dict[str, list[Mono]] = defaultdict(list)
    for path in sorted((folder / "synthesis/drums" / kind).glob("*.flac")):
        name, _, layer = path.stem.rpartition("_")
        pieces[name if layer.startswith("v") else path.stem].append(mono(path))
    return {name: tuple(hits) for name, hits in pieces.items()}


@cache
def segments(folder: Path, table: str) -> dict[str, tuple[Mono, ...]]:
    """Stretches of joined files by the sample's name; ``table`` such as "bands/olpc_berklee"."""
    rows = _rows(folder / table / "segments.csv")
    files = {name: mono(folder / table / name) for name in sorted({row["file"] for row in rows})}
    found: dict[str, list[Mono]] = defaultdict(list)
    for row in rows:
        start, stop = (round(float(row[key]) * RATE) for key in ("start_s", "end_s"))
        found[f"{Path(row['file']).stem}/{row['sample']}"].append(files[row["file"]][start:stop])
    return {name: tuple(stretches) for name, stretches in found.items()}


def speech(folder: Path, reader: str) -> list[tuple[NDArray[np.float32], int]]:
    """All utterances of a reader: (samples, sample rate), 16 kHz."""
    found = []
    for row in _rows(folder / "voices/librispeech/segments.csv"):
        if row["speaker"] == reader:
            samples, rate = _speech_file(folder / "voices/librispeech" / row["file"])
            start, stop = (round(float(row[key]) * rate) for key in ("start_s", "end_s"))
            found.append((samples[start:stop], rate))
    return found


@lru_cache(maxsize=2)
def _speech_file(path: Path) -> tuple[NDArray[np.float32], int]:
    audio = read(path)
    return audio.samples.mean(axis=0), audio.sample_rate


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _layer(name: str) -> int:
    """From the file's name: karoryfer's and the piano's words for soft, hard and short."""
    stem = name.rpartition("/")[2].lower()
    if "stac" in stem:
        return 2
    return 0 if stem.endswith(("_p.flac", "_soft.flac", "_pp.flac")) else 1


def _every(items: list[_Item], step: int, split: Split) -> list[_Item]:
    return [x for n, x in enumerate(items) if (n % step == step - 1) == (split == "dev")]
