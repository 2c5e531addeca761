"""A corpus: songs of four stems on disk as 16-bit samples, with their notes beside them.

Contract: a song is two files, ``<name>.npy`` (int16, (4, 2, samples), read as a memory map) and
``<name>.json``; the second appears last and whole, so a corpus may grow while others read it. The
same sources, split and number give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.files import atomic, write_bytes
from studio.job import Job
from studio.lab.songs import STEMS, Song, UnusableSongError, compose
from studio.lab.sources import ALBUM, HELD_OUT_SONGS, RATE, Sources, Split, load
from studio.music.audio import Samples

_BLOCK = RATE // 10
_PLAYED_SECONDS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A song of a corpus.

    Attributes:
        samples: int16, (4, 2, samples): a memory map. Full scale is 32767.
        level: Float32, (4,): how loud each stem is where it sounds; 0 where it never does.
        sung: Whether somebody sings.
    """

    name: str
    samples: NDArray[np.int16]
    level: NDArray[np.float32]
    sung: bool

    def crop(self, stem: int, start: int, n_samples: int) -> Samples:
        """Float32 (2, ``n_samples``)."""
        return self.samples[stem, :, start : start + n_samples].astype(np.float32) / np.float32(
            32767
        )

    def even(self, start: int, n_samples: int) -> Samples:
        """All stems at a level of 0.1 where they sound: float32 (4, 2, ``n_samples``)."""
        gains = [np.float32(0.1 / level if level > 0 else 0.0) for level in self.level]
        return np.stack([gain * self.crop(s, start, n_samples) for s, gain in enumerate(gains)])


def tracks(folder: Path, known: Sequence[Track] = ()) -> list[Track]:
    """All songs of a corpus by name; those that are ``known`` are not opened again."""
    opened = {track.name: track for track in known}
    names = sorted(path.stem for path in folder.glob("*.json"))
    return [opened.get(name) or _open(folder, name) for name in names]


def _open(folder: Path, name: str) -> Track:
    facts = json.loads((folder / f"{name}.json").read_text())
    samples = np.load(folder / f"{name}.npy", mmap_mode="r")
    return Track(name, samples, np.array(facts["level"], np.float32), facts["sung"])


def render(
    sources: Sources, folder: Path, split: Split, numbers: Sequence[int], seconds: float, job: Job
) -> int:
    """Render the songs of ``numbers`` into ``folder``; what is there already stays.

    Returns:
        How many songs were rendered. A number whose song is unusable is left out and noted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rendered = 0
    for place, number in enumerate(numbers):
        job.update(place / len(numbers), f"song {number}")
        name = f"{split}-{number:05d}"
        if (folder / f"{name}.json").exists():
            continue
        try:
            song = compose(sources, split, number, seconds)
        except UnusableSongError as unusable:
            job.note(f"{name} is left out: {unusable}")
            continue
        keep(folder, name, song)
        rendered += 1
    return rendered


def keep(folder: Path, name: str, song: Song) -> None:
    """Write a song; it is there from the moment its ``.json`` is."""
    samples = np.clip(np.round(song.stems * 32767), -32768, 32767).astype(np.int16)
    with atomic(folder / f"{name}.npy") as part, part.open("wb") as file:
        np.save(file, samples)
    parts = [
        {
            "stem": stem,
            "plays": plays,
            "notes": [[round(n.onset, 4), round(n.offset, 4), n.pitch, n.velocity] for n in notes],
        }
        for stem, plays, notes in song.parts
    ]
    level = [round(float(x), 6) for x in levels(song.stems)]
    facts = {"level": level, "sung": song.sung, "parts": parts}
    write_bytes(folder / f"{name}.json", json.dumps(facts).encode())


def levels(stems: Samples) -> NDArray[np.float32]:
    """Root mean square of each stem over the tenths of a second in which it sounds; (4,)."""
    n = stems.shape[-1] // _BLOCK * _BLOCK
    power = (stems[..., :n] ** 2).mean(axis=1).reshape(len(stems), -1, _BLOCK).mean(axis=2)
    sounds = power > np.maximum(1e-7, power.max(axis=1, keepdims=True) * 1e-3)
    total = np.where(sounds, power, 0).sum(axis=1) / np.maximum(sounds.sum(axis=1), 1)
    level: NDArray[np.float32] = np.sqrt(total).astype(np.float32)
    return level


def album(sources: Sources, folder: Path, split: Split, seconds: float | None = None) -> None:
    """The songs of the album: those held out where ``dev``, the others where ``train``.

    Args:
        seconds: Only so much of their middle.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ALBUM:
        if (name in HELD_OUT_SONGS) != (split == "dev") or (folder / f"album-{name}.json").exists():
            continue
        stems = np.stack(
            [_stereo(load(sources.folder / "songs" / name / f"{stem}.ogg")) for stem in STEMS]
        )
        if seconds is not None:
            start = max(0, (stems.shape[-1] - round(seconds * RATE)) // 2)
            stems = stems[..., start : start + round(seconds * RATE)]
        stems *= 0.9 / np.abs(stems).max(axis=(1, 2), keepdims=True).clip(1e-3)
        keep(folder, f"album-{name}", Song(stems, bool(levels(stems)[0] > 1e-3)))


def played(sources: Sources, folder: Path) -> None:
    """Recordings of single players, side by side as if they were songs: for ``train`` alone.

    What is played has nothing to do with what is played beside it, but no soundfont sounds so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bands, voices = sources.folder / "bands/olpc_berklee", sources.folder / "voices/olpc_berklee"
    for name, voice, pitched in (
        ("one", "female_solo", "guitar"),
        ("two", "male_solo", "piano"),
        ("three", "hum_and_slides", "guitar"),
    ):
        files = (voices / voice, bands / "percussion", bands / "bass", bands / pitched)
        rows = [load(file.with_suffix(".ogg")) for file in files]
        again = np.arange(_PLAYED_SECONDS * RATE)
        stems = np.stack([_stereo(row)[:, again % row.shape[-1]] for row in rows])
        stems *= 0.9 / np.abs(stems).max(axis=(1, 2), keepdims=True)
        keep(folder, f"played-{name}", Song(stems, True))


def _stereo(samples: Samples) -> Samples:
    return samples if len(samples) == 2 else np.concatenate([samples, samples])
