"""The figures of docs/scores.md: how often each score prefers the better of two takes.

Run ``python tests/scoring/study.py`` with STEMWRIGHT_DATA set to the folder of recordings; it
takes about five minutes. It prints two tables: the share of trials in which the clean take scores
higher than a spoiled one, and the share of all pairs of takes of one stem, whose note F-measures
(onset within 50 ms, mir_eval) differ by 0.05 or more, that a score ranks as the F-measure does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import degrade
import mir_eval.transcription
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from studio.music.notes import Notes
from studio.scoring.measures import MEASURES
from studio.scoring.signal import SAMPLE_RATE, Signal
from studio.synth.render import render

KEYS = ("xcorr_max", "xcorr_normalised", "onset_match", "pitch_match", "agreement")
REPEATS = 3
GM = {"KD": 36, "SD": 38, "HH": 42, "TT": 45, "CY": 49, "OT": 56}
Item = tuple[str, Notes, NDArray[np.float32]]


def items(data: Path) -> Iterator[Item]:
    """(kind, true notes, sound): three rendered tunes, a voice, a piano, five drum kits."""
    for seed in (1, 2, 3):
        notes = degrade.melody(seed)
        yield "rendered", notes, degrade.plucked(notes, 20.0)
    voice = data / "eval" / "notes" / "vocadito_1"
    onset, hertz, length = np.loadtxt(voice / "notesA1.csv", delimiter=",").T
    pitch = np.rint(69 + 12 * np.log2(hertz / 440)).astype(int)
    yield "vocals", Notes.columns(onset, pitch, onset + length), mono(voice / "audio.flac")
    piano = data / "eval" / "notes" / "madmom_piano"
    onset, key, length, _ = np.loadtxt(piano / "stereo_sample.notes").T
    notes = Notes.columns(onset, key.astype(int), onset + length)
    yield "piano", notes, mono(piano / "stereo_sample.flac")
    for song in sorted((data / "eval" / "mdb").iterdir()):
        rows = [line.split() for line in (song / "drums.txt").read_text().splitlines() if line]
        onset = np.array([float(row[0]) for row in rows])
        notes = Notes.columns(onset, np.array([GM[row[1]] for row in rows]), onset + 0.1)
        yield "drums", notes, mono(song / "drums.flac")


def mono(path: Path) -> NDArray[np.float32]:
    """A recording at 22.05 kHz."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE), np.float32)


def spoiled(kind: str, notes: Notes) -> Iterator[tuple[str, Notes]]:
    """Every way that makes sense for the kind, several times each."""
    for how, spoil in degrade.ALL.items():
        if kind == "drums" and how in degrade.ONLY_PITCHED:
            continue
        for seed in range(REPEATS):
            yield how, spoil(notes, np.random.default_rng(seed), kind == "drums")


def f_measure(truth: Notes, take: Notes) -> float:
    """Onset within 50 ms and the right pitch; offsets ignored."""

    def rows(notes: Notes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        length = np.maximum(notes.offset - notes.onset, 0.01)
        return np.stack([notes.onset, notes.onset + length], axis=1), 440.0 * 2.0 ** (
            (notes.pitch - 69) / 12
        )

    scores = mir_eval.transcription.precision_recall_f1_overlap(
        *rows(truth), *rows(take), offset_ratio=None
    )
    return float(scores[2])


def main() -> None:
    """Print both tables."""
    data = Path(os.environ["STEMWRIGHT_DATA"])
    measures = {key: MEASURES.load(key) for key in KEYS}
    better: dict[str, list[list[bool]]] = {}
    ranked: dict[str, list[list[bool]]] = {}
    for kind, truth, sound in items(data):
        target = Signal(sound)

        def scores(notes: Notes, kind: str = kind, target: Signal = target) -> list[float]:
            take = Signal(render(notes, kind, 0.0, len(target.samples) / SAMPLE_RATE))
            return [measure.value(take, target) for measure in measures.values()]

        clean = scores(truth)
        takes = [(1.0, clean)]
        for how, notes in spoiled(kind, truth):
            row = scores(notes)
            better.setdefault(how, []).append([c > r for c, r in zip(clean, row, strict=True)])
            if "late" not in how:
                takes.append((f_measure(truth, notes), row))
        for (f, one), (g, other) in combinations(takes, 2):
            if abs(f - g) >= 0.05:
                right = [(a > b) == (f > g) for a, b in zip(one, other, strict=True)]
                ranked.setdefault(kind, []).append(right)
                ranked.setdefault("all", []).append(right)
    _table("degradation", better)
    _table("pairs ranked right", ranked)


def _table(title: str, rows: dict[str, list[list[bool]]]) -> None:
    print(f"| {title} | trials | {' | '.join(KEYS)} |")
    print(f"|---|---|{'---|' * len(KEYS)}")
    for name, trials in rows.items():
        shares = " | ".join(f"{share:.2f}" for share in np.mean(trials, axis=0))
        print(f"| {name} | {len(trials)} | {shares} |")
    print()


if __name__ == "__main__":
    main()
