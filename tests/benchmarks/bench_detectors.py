"""Time of every detector that needs no weights, and how many STFTs of the same sound that is.

Run it by itself: ``python tests/benchmarks/bench_detectors.py``. The ratio says more than the
seconds, since both are measured in the same run on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from studio.dsp.stft import stft
from studio.music.audio import Audio
from studio.transcription.engines import DETECTORS

_SECONDS = 30


def best_of_three(work: Callable[[], object]) -> float:
    """Seconds; the least disturbed of three runs."""
    seconds = []
    for _ in range(3):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print a line a detector."""
    rng = np.random.default_rng(440)
    for entry in DETECTORS:
        if DETECTORS.load(entry.name).weights is not None:
            continue
        detector = DETECTORS.load(entry.name).open("cpu")
        sound = 0.1 * rng.standard_normal((1, _SECONDS * detector.sample_rate)).astype(np.float32)
        hearing = best_of_three(lambda: detector.detect(Audio(sound, detector.sample_rate)))  # noqa: B023
        spectrum = best_of_three(lambda: stft(sound, 2048, 512))  # noqa: B023
        factor, ratio = hearing / _SECONDS, hearing / spectrum
        print(f"{entry.name}: real-time factor {factor:.3f}, {ratio:.1f} STFTs")


if __name__ == "__main__":
    main()
