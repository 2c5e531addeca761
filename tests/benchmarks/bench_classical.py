"""Time of the classical engine on one segment, and how many STFT round trips that is.

Run it by itself: ``python tests/benchmarks/bench_classical.py``. The ratio says more than the
seconds, since both are measured in the same run on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from studio.dsp.stft import istft, stft
from studio.separation.engines.classical import ClassicalEngine


def best_of_five(work: Callable[[], object]) -> float:
    """Seconds; the least disturbed of five runs."""
    seconds = []
    for _ in range(5):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print one line."""
    engine = ClassicalEngine.open("cpu")
    noise = np.random.default_rng(440).standard_normal((2, engine.segment_samples))
    song = (0.1 * noise).astype(np.float32)
    separation = best_of_five(lambda: engine.separate(song[None]))
    round_trip = best_of_five(lambda: istft(stft(song, 4096, 1024), song.shape[1], 1024))
    length = engine.segment_samples / engine.sample_rate
    print(
        f"{separation / length:.3f} s a second of song, {separation / round_trip:.1f} round trips"
    )


if __name__ == "__main__":
    main()
