"""Beats, downbeats and tempo against annotations, and what they cost.

Run it by itself, with STEMWRIGHT_DATA set: ``python tests/benchmarks/bench_beats.py``. The songs
with annotated beats are MDB Drums' full mixtures (CC BY-NC-SA 4.0); nothing was tuned on them. The
album is electronic music, made to a click: how near its tempo is to a whole number is all that is
known of it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from time import process_time

import mir_eval
import numpy as np
import soundfile

from studio.audio.write import WavWriter
from studio.job import Job
from studio.music.tempo import TempoMap
from studio.rhythm.harmony import harmony_of
from studio.rhythm.listen import listen
from studio.rhythm.tempo import tempo_of

_MIXTURES = ("rock", "reggae", "hendrix", "beatles", "britpop")
_ALBUM = ("potassium", "lithium", "sodium", "francium", "rubidium", "hydrogen")


def beats_of(tempo: TempoMap, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """The beats of a map, counted from its downbeat, and those that begin a bar."""
    first = float(tempo.beats(np.array([tempo.downbeat or 0.0]))[0])
    last = float(tempo.beats(np.array([seconds]))[0])
    return tempo.seconds(np.arange(first % 1, last)), tempo.seconds(
        np.arange(first % tempo.beats_per_bar, last, tempo.beats_per_bar)
    )


def heard(parts: list[Path], work: Path) -> tuple[TempoMap, str, float, float]:
    """The tempo and key of the sum of sound files, their length, and the processor's seconds."""
    read = [soundfile.read(part, dtype="float32", always_2d=True) for part in parts]
    samples, rate = sum(sound for sound, _ in read), read[0][1]
    song = work / "song.wav"
    with WavWriter(song, rate, *np.transpose(samples).shape) as out:
        out.write(np.ascontiguousarray(np.transpose(samples), np.float32))
    start = process_time()
    columns = listen(song, Job())
    tempo = tempo_of(columns)
    harmony = harmony_of(columns, tempo)
    spent = process_time() - start
    return tempo, harmony.key.name if harmony.key else "-", len(samples) / rate, spent


def main() -> None:
    """Print a line a song."""
    data, scores = Path(os.environ["STEMWRIGHT_DATA"]), []
    print(f"{'':12}{'beats F':>9}{'downbeats F':>13}{'bpm':>9}{'annotated':>11}{'confidence':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for name in _MIXTURES:
            place = data / "eval" / "mdb" / name
            tempo, _, seconds, _ = heard([place / "mixture.flac"], Path(folder))
            annotated, number = np.loadtxt(place / "beats.txt").T
            beats, downbeats = beats_of(tempo, seconds)
            both = (
                mir_eval.beat.f_measure(annotated, beats),
                mir_eval.beat.f_measure(annotated[number == 1], downbeats),
            )
            bpm = 60 / np.polyfit(np.arange(len(annotated)), annotated, 1)[0]
            scores.append(both)
            print(
                f"{name:12}{both[0]:9.3f}{both[1]:13.3f}{tempo.bpm:9.2f}{bpm:11.2f}"
                f"{tempo.confidence:12.2f}"
            )
        mean = np.mean(scores, axis=0)
        print(f"{'mean':12}{mean[0]:9.3f}{mean[1]:13.3f}\n")
        print(f"{'':12}{'bpm':>9}{'steps':>7}{'confidence':>12}{'key':>12}{'cpu s':>8}{'of s':>7}")
        for name in _ALBUM:
            parts = sorted((data / "songs" / name).glob("*.ogg"))
            tempo, key, seconds, spent = heard(parts, Path(folder))
            print(
                f"{name:12}{tempo.bpm:9.3f}{len(tempo.steps):7d}{tempo.confidence:12.2f}{key:>12}"
                f"{spent:8.2f}{seconds:7.0f}"
            )


if __name__ == "__main__":
    main()
