"""Time of a whole export of a song of four minutes, and how many copies of its samples that is.

Run it by itself: ``python tests/benchmarks/bench_export.py [TARGET ...]``; all targets unless some
are named. Four stems, four parts of 1000 notes, a tempo that changes each bar, a set for Live to
start from. Seconds on the clock, of both processors together, and the clock's as a multiple of what
copying the song and its stems takes: on a machine that does other work too the latter two say more.
"""

from __future__ import annotations

import runpy
import shutil
import sys
import tempfile
from gzip import compress
from pathlib import Path
from time import perf_counter, process_time
from xml.etree import ElementTree as ET

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


def live_set(folder: Path) -> Path:
    """A set such as Ableton Live saves."""
    tests = Path(__file__).resolve().parent.parent
    made = runpy.run_path(str(tests / "export" / "live" / "conftest.py"))["LiveSet"]
    path = folder / "mine.als"
    path.write_bytes(compress(ET.tostring(made("12.0_12203", "3", False).tree())))
    return path


def main() -> None:
    """Print one line for each target alone, and one for all."""
    names = tuple(sys.argv[1:]) or tuple(target.name for target in TARGETS)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        bundle, options = song(place), ExportOptions(live_template=live_set(place))
        start = perf_counter()
        for number, source in enumerate((bundle.mixture, *(file.path for file in bundle.stems))):
            shutil.copyfile(source, place / f"copy {number}.wav")
        copies = perf_counter() - start
        for targets in (*((one,) for one in names), names):
            start, used = perf_counter(), process_time()
            export_song(
                bundle,
                place / "out" / "+".join(targets),
                targets,
                options=options,
                facts=ManifestFacts(Engine("none", None, "cpu")),
                scores=None,
                force=False,
                job=Job(),
            )
            seconds, used = perf_counter() - start, process_time() - used
            figures = f"{seconds:6.2f} s {used:6.2f} s used {seconds / copies:6.1f} copies"
            print(f"{'+'.join(targets):40s} {figures}")


if __name__ == "__main__":
    main()
