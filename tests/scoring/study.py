"""The figures of docs/scores.md: how often each score prefers the better of two takes.

Run ``python tests/scoring/study.py [FOLDER]`` with STEMWRIGHT_DATA set to the folder of
recordings; it takes about ten minutes. It prints the stems, the share of trials in which the clean
take scores higher than a spoiled one, and the share of all pairs of takes of one stem, whose note
F-measures (onset within 50 ms, mir_eval) differ by 0.05 or more, that a score ranks as the
F-measure does; with FOLDER it draws both. ``--choose`` takes the stems that weights and features
were chosen on, instead of those that are reported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import degrade
import matplotlib as mpl
import mir_eval.transcription
import numpy as np
import stems
from numpy.typing import NDArray

from studio.dsp import onset
from studio.dsp.correlation import cosine
from studio.music.notes import Notes
from studio.scoring.measures import MEASURES
from studio.scoring.signal import SAMPLE_RATE, Signal
from studio.synth.render import render

mpl.use("Agg")
import matplotlib.pyplot as plt

KEYS = ("xcorr_max", "xcorr_normalised", "onset_match", "pitch_match", "semitone_flux", "agreement")
REPEATS = 3
DRAWS = 500
Value = Callable[[Signal, Signal], float]
Shares = dict[str, list[NDArray[np.bool_]]]


def former_flux(take: Signal, target: Signal) -> float:
    """The flux of the logarithmic spectrum, under 2.5 frames, which the activations replaced."""
    one, other = (onset.smoothed(onset.rises(x.spectrum, 3), 2.5) for x in (take, target))
    return max(0.0, cosine(one, other))


def former_agreement(take: Signal, target: Signal) -> float:
    """flux^0.5 * spectrum^0.3 * onsets^0.2 with the flux above."""
    spectrum = max(0.0, cosine(take.spectrum, target.spectrum))
    onsets = max(0.0, cosine(take.onsets, target.onsets))
    return float(former_flux(take, target) ** 0.5 * spectrum**0.3 * onsets**0.2)


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
    """Print both tables, and draw them."""
    data = Path(os.environ["STEMWRIGHT_DATA"])
    chosen = "--choose" in sys.argv
    scores: dict[str, Value] = {key: MEASURES.load(key).value for key in KEYS}
    scores |= {"former flux": former_flux, "former agreement": former_agreement}
    first: Shares = {}
    ranked: dict[str, list[tuple[NDArray[np.float64], NDArray[np.float64]]]] = {}
    for stem in stems.to_choose_on(data) if chosen else stems.to_report_on(data):
        print(f"{stem.name}: {stem.family}, {len(stem.truth)} notes", flush=True)
        f, values, names = _scored(stem, scores)
        for how, row in zip(names[1:], values[1:], strict=True):
            first.setdefault(how, []).append(values[0] > row)
        kept = [k for k, how in enumerate(names) if "late" not in how]
        ranked.setdefault(stem.family, []).append((f[kept], values[kept]))
    ranked["all"] = [one for family in ranked.values() for one in family]
    pairs = {name: _ranked(some) for name, some in ranked.items()}
    _print(list(scores), first, pairs)
    folder = [word for word in sys.argv[1:] if not word.startswith("-")]
    if folder:
        _draw(list(scores), first, pairs, Path(folder[0]))


def _scored(
    stem: stems.Stem, scores: dict[str, Value]
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """F-measures, scores (takes, scores) and names of the clean take and all spoiled ones."""
    target = Signal(stem.samples)
    seconds = len(stem.samples) / SAMPLE_RATE
    f, values, names = [], [], []
    for how, notes in [("clean", stem.truth), *spoiled(stem.kind, stem.truth)]:
        take = Signal(render(notes, stem.kind, 0.0, seconds))
        f.append(f_measure(stem.truth, notes))
        values.append([value(take, target) for value in scores.values()])
        names.append(how)
    return np.array(f), np.array(values), names


_Pairs = tuple[int, NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _ranked(some: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> _Pairs:
    """How many pairs, and the share of each score with its 95 % interval.

    The interval is the bootstrap's over the takes of each stem, since pairs share takes.
    """
    rng = np.random.default_rng(440)
    right = np.zeros((DRAWS + 1, some[0][1].shape[1]))
    count = np.zeros(DRAWS + 1)
    for f, values in some:
        i, j = np.triu_indices(len(f), 1)
        far = np.abs(f[i] - f[j]) >= 0.05
        i, j = i[far], j[far]
        good = (values[i] > values[j]) == (f[i] > f[j])[:, None]
        draws = rng.multinomial(len(f), np.full(len(f), 1 / len(f)), DRAWS)
        weights = np.concatenate([np.ones((1, len(f))), draws])
        both = weights[:, i] * weights[:, j]
        right += both @ good
        count += both.sum(axis=1)
    shares = right / count[:, None]
    low, high = np.percentile(shares[1:], (2.5, 97.5), axis=0)
    return int(count[0]), shares[0], low, high


def _print(names: list[str], first: Shares, pairs: dict[str, _Pairs]) -> None:
    print(f"\n| degradation | trials | {' | '.join(names)} |")
    print(f"|---|---|{'---|' * len(names)}")
    for how, trials in first.items():
        shares = " | ".join(f"{share:.2f}" for share in np.mean(trials, axis=0))
        print(f"| {how} | {len(trials)} | {shares} |")
    print(f"\n| stems | pairs | {' | '.join(names)} |")
    print(f"|---|---|{'---|' * len(names)}")
    for name, (count, shares, low, high) in pairs.items():
        cells = (f"{s:.2f} ({a:.2f}–{b:.2f})" for s, a, b in zip(shares, low, high, strict=True))
        print(f"| {name} | {count} | {' | '.join(cells)} |")


def _draw(names: list[str], first: Shares, pairs: dict[str, _Pairs], folder: Path) -> None:
    shares = np.array([np.mean(trials, axis=0) for trials in first.values()])
    figure, axes = plt.subplots(figsize=(8, 5.2), layout="constrained")
    axes.imshow(shares, cmap="RdYlGn", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set_yticks(range(len(first)), list(first))
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{share:.2f}", ha="center", va="center", fontsize=8)
    axes.set_title("Share of trials in which the true notes score higher")
    figure.savefig(folder / "scores-clean-first.png", dpi=80, metadata={"Software": None})
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    width = 0.8 / len(names)
    for k, name in enumerate(names):
        at = np.arange(len(pairs)) + (k - (len(names) - 1) / 2) * width
        found = np.array([(s[k], s[k] - a[k], b[k] - s[k]) for _, s, a, b in pairs.values()])
        spread = np.maximum(found[:, 1:].T, 0)
        axes.bar(at, found[:, 0], width, yerr=spread, label=name, error_kw={"lw": 0.6})
    axes.set_xticks(range(len(pairs)), list(pairs))
    axes.set_ylim(0.4, 1)
    axes.axhline(0.5, color="k", lw=0.6)
    axes.set_title("Share of pairs ranked as the F-measure ranks them")
    figure.legend(fontsize=7, ncols=4, loc="outside lower center")
    figure.savefig(folder / "scores-pairs.png", dpi=80, metadata={"Software": None})


if __name__ == "__main__":
    main()
