"""Time of a whole export of a song of four minutes, and how many copies of its samples that is.

Run it by itself: ``python tests/benchmarks/bench_export.py [TARGET ...]``; all targets unless some
are named. Four stems, four parts of 1000 notes, a tempo that changes each bar. The ratio says more
than the seconds: both are measured in the same run on the same disk.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import soundfile

from studio.export.contract import ExportOptions
from studio.export.manifest import Engine
from studio.export.targets import TARGETS
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.music.bundle import SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

RATE, SECONDS = 44_100, 240
STEMS = ("vocals", "drums", "bass", "other")


def song(folder: Path) -> SongBundle:
    """Noise, since nothing of the work depends on what sounds."""
    rng = np.random.default_rng(440)
    files = {}
    for name in ("mixture", *STEMS):
        files[name] = folder / f"{name}.wav"
        samples = 0.1 * rng.standard_normal((SECONDS * RATE, 2), np.float32)
        soundfile.write(files[name], samples, RATE, subtype="FLOAT")
    takes = tuple(
        Take(name, "spectral", "drums" if name == "drums" else "other", notes(rng))
        for name in STEMS
    )
    steps = tuple(TempoStep(4.0 * bar, 118 + bar % 5) for bar in range(SECONDS // 2))
    stems = tuple(StemFile(stem(name), files[name]) for name in STEMS)
    return SongBundle("Song", files["mixture"], RATE, SECONDS * RATE, stems, takes, TempoMap(steps))


def notes(rng: np.random.Generator) -> Notes:
    """A thousand, all over the song."""
    onsets = np.sort(rng.uniform(0, SECONDS - 1, 1000))
    pitches = rng.integers(36, 84, 1000)
    return Notes.of(
        [Note(float(t), int(p), float(t) + 0.2, 90) for t, p in zip(onsets, pitches, strict=True)]
    )


def main() -> None:
    """Print one line for each target alone, and one for all."""
    names = tuple(sys.argv[1:]) or tuple(target.name for target in TARGETS)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        bundle = song(place)
        start = perf_counter()
        for number, source in enumerate((bundle.mixture, *(file.path for file in bundle.stems))):
            shutil.copyfile(source, place / f"copy {number}.wav")
        copies = perf_counter() - start
        for targets in (*((one,) for one in names), names):
            start = perf_counter()
            export_song(
                bundle,
                place / "out" / "+".join(targets),
                targets,
                options=ExportOptions(),
                facts=ManifestFacts(Engine("none", None, "cpu")),
                scores=None,
                force=False,
                job=Job(),
            )
            seconds = perf_counter() - start
            print(f"{'+'.join(targets):40s} {seconds:6.2f} s {seconds / copies:6.1f} copies")


if __name__ == "__main__":
    main()
