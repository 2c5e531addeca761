"""Time and memory of every separator on the same song, through the stream, in one run.

Run it by itself: ``python tests/benchmarks/bench_separators.py``. Each engine runs in a process of
its own with two threads, `htdemucs` on random weights of the published size, which cost as much.
On a machine that others use, believe the CPU time and the ratios.
"""

from __future__ import annotations

import resource
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import soundfile as sf

from studio.job import Job
from studio.separation.engines import ENGINES
from studio.separation.stream import StreamOptions, separate_song

SECONDS = 36
MAKER = Path(__file__).parents[1] / "separation" / "random_htdemucs.py"


def measure(name: str, folder: Path) -> str:
    """One line: wall and CPU seconds a second of song, and the most memory that was used."""
    import torch

    torch.set_num_threads(2)
    weights = None
    if name == "htdemucs":
        maker = runpy.run_path(str(MAKER))
        weights = maker["write"](folder / "random.safetensors", maker["PUBLISHED"])
    engine = ENGINES.load(name).open("cpu", weights)
    noise = np.random.default_rng(440).standard_normal((SECONDS * 44_100, 2))
    sf.write(folder / "song.wav", 0.1 * noise, 44_100, subtype="FLOAT")
    wall, cpu = perf_counter(), process_time()
    separate_song(engine, folder / "song.wav", folder / "stems", StreamOptions(), Job())
    wall, cpu = perf_counter() - wall, process_time() - cpu
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return (
        f"{name:<12}{wall / SECONDS:8.3f} s wall{cpu / SECONDS:8.3f} s CPU a second of song"
        f"{megabytes:8.0f} MB at most"
    )


def main() -> None:
    """A process for each engine."""
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as folder:
            print(measure(sys.argv[1], Path(folder)))
        return
    for name in ENGINES.names():
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    main()
