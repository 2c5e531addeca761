"""From activations to notes on four minutes: the decoders, and a threshold that moves.

Run it by itself: ``python tests/benchmarks/bench_notes.py``. Beside the seconds stands how many
passes over the same activations (one ``max``) that is, measured in the same run.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from studio.music.notes import Notes
from studio.music.take import Take
from studio.transcription.contract import Activations
from studio.transcription.decoders.adsr import adsr
from studio.transcription.decoders.melody import melody
from studio.transcription.decoders.peaks import held, peaks

_SECONDS = 240


def best_of_three(work: Callable[[], object]) -> float:
    """Seconds; the least disturbed of three runs."""
    seconds = []
    for _ in range(3):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def activations(rate: float, pitches: int) -> Activations:
    """Something like a song: each pitch sounds for a tenth of the time."""
    draw = np.random.default_rng(440)
    frames = round(_SECONDS * rate)
    coarse = draw.random((frames // 20 + 1, pitches)) ** 8
    frame = np.repeat(coarse, 20, axis=0)[:frames].astype(np.float32)
    onset = np.zeros_like(frame)
    onset[::20] = frame[::20]
    offset = np.roll(onset, -3, axis=0)
    return Activations(onset, frame, offset, rate, 21)


def main() -> None:
    """Print a line each."""
    for name, decode, rate, pitches in (
        ("ADSR tracking, 88 pitches", adsr, 50.0, 88),
        ("peaks, 88 pitches", peaks, 50.0, 88),
        ("held, 88 pitches", held, 86.13, 88),
        ("melody, 61 pitches", melody, 100.0, 61),
    ):
        heard = activations(rate, pitches)
        seconds = best_of_three(lambda: decode(heard))  # noqa: B023
        one_pass = best_of_three(heard.frame.max)
        print(f"{name}: {seconds:.3f} s, {seconds / one_pass:.0f} passes")
    take = Take("piano", "spectral", "piano", ten_thousand())
    moved = best_of_three(lambda: take.at(0.6).notes())
    print(f"a threshold moves, 10,000 candidates: {1000 * moved:.2f} ms")


def ten_thousand() -> Notes:
    """As many candidates as a long, full song has."""
    draw = np.random.default_rng(440)
    onset = draw.random(10_000) * _SECONDS
    pitch = draw.integers(21, 109, 10_000)
    return Notes.columns(onset, pitch, onset + 0.3, strength=draw.random(10_000))


if __name__ == "__main__":
    main()
