"""The table of docs/scores.md on the suggested threshold: what each rule costs in note F-measure.

Run ``python tests/scoring/thresholds.py [ENGINE ...]`` with STEMWRIGHT_DATA set; it takes about
five minutes. Each stem of ``stems.py`` is heard by the engine its kind gets without a word, or by
those named, and swept over the threshold. The rows say how far the F-measure (onset within 50 ms,
mir_eval) at the threshold that a rule picks is from the best there is, in points of 100.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import stems
from study import f_measure

from studio.audio.write import WavWriter
from studio.job import Job
from studio.lab.notes.sets import drum_hits
from studio.music.notes import Notes
from studio.music.take import Take
from studio.scoring.curve import score_curve
from studio.scoring.signal import SAMPLE_RATE
from studio.scoring.suggest import GRID, suggest
from studio.transcription.engines import DETECTORS
from studio.transcription.listen import listen
from studio.transcription.transcribe import candidates, choose_engine, weights_of

FINE = tuple(round(0.2 + 0.02 * step, 2) for step in range(36))
# The pieces the drum engine knows; it counts cymbals with the hi-hat.
_PIECES = {36: 36, 38: 38, 42: 42, 46: 42, 49: 42, 51: 42}
Curve = dict[float, dict[str, float]]
Rule = Callable[[Curve], float]


def _most(key: str, grid: tuple[float, ...] = GRID) -> Rule:
    return lambda curve: max(grid, key=lambda t: (curve[t][key], t))


def _highest_near(key: str, share: float = 0.03) -> Rule:
    def pick(curve: Curve) -> float:
        best = max(curve[t][key] for t in GRID)
        return max(t for t in GRID if curve[t][key] >= (1 - share) * best)

    return pick


def _suggested(curve: Curve) -> float:
    return suggest((t, curve[t], 1) for t in GRID) or 0.56


RULES: dict[str, Rule] = {
    "best possible": _most("f"),
    "0.4": lambda curve: 0.4,
    "0.5": lambda curve: 0.5,
    "0.7": lambda curve: 0.7,
    "highest raw maximum": _most("xcorr_max"),
    "highest semitone flux": _most("semitone_flux"),
    "highest agreement": _most("agreement"),
    "highest agreement, steps of 0.02": _most("agreement", FINE),
    "highest threshold within 3 % of the best flux": _highest_near("semitone_flux"),
    "nearest to 0.55 within 5 % of the best agreement (suggested)": _suggested,
}


def main() -> None:
    """Print a table for the stems to choose on, and one for those to report on."""
    data = Path(os.environ["STEMWRIGHT_DATA"])
    for title, some in (("choosing", stems.to_choose_on), ("reporting", stems.to_report_on)):
        found: dict[str, list[Curve]] = {}
        for stem in some(data):
            able = [e for e in sys.argv[1:] if stem.kind in DETECTORS.load(e).kinds]
            for engine in able if sys.argv[1:] else [choose_engine(stem.kind)]:
                curve = _curve(stem, engine, data)
                found.setdefault(engine, []).append(curve)
                picks = {name: rule(curve) for name, rule in RULES.items()}
                best, mine = picks["best possible"], _suggested(curve)
                said = f"best F {curve[best]['f']:.2f} at {best}, suggested {mine}"
                print(f"{stem.name}, {engine}: {said}: {curve[mine]['f']:.2f}", flush=True)
        _print(title, found)


def _curve(stem: stems.Stem, engine: str, data: Path) -> Curve:
    """F and scores at every threshold."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "stem.wav")
        with WavWriter(path, SAMPLE_RATE, 1, len(stem.samples)) as wav:
            wav.write(stem.samples[None])
        kind = DETECTORS.load(engine)
        detector = kind.open("cpu", weights_of(kind))
        take = Take(
            "stem", engine, stem.kind, candidates(kind, listen(detector, path, Job()), path, Job())
        )
        keys = dict.fromkeys(sorted({*FINE, *GRID}), ("semitone_flux", "agreement"))
        keys |= dict.fromkeys(GRID, ("semitone_flux", "agreement", "xcorr_max"))
        truth = _truth(stem, data)
        rows = score_curve(take, path, keys, Job())
        return {
            row.setting[0]: {
                **row.scores,
                "f": f_measure(truth, row.take.notes()) if row.notes else 0.0,
            }
            for row in rows
        }


def _truth(stem: stems.Stem, data: Path) -> Notes:
    """Drums in the pieces that the engine knows."""
    if stem.kind != "drums":
        return stem.truth
    if stem.family == "drummers":
        return drum_hits(data / "eval" / "mdb" / stem.name / "drums.txt")
    known = stem.truth.where(np.isin(stem.truth.pitch, list(_PIECES)))
    pitch = np.array([_PIECES[key] for key in known.pitch.tolist()])
    return Notes.columns(known.onset, pitch, known.offset)


def _print(title: str, found: dict[str, list[Curve]]) -> None:
    everything = [curve for curves in found.values() for curve in curves]
    groups = {**found, "all": everything}
    names = [f"{name} ({len(curves)})" for name, curves in groups.items()]
    print(f"\n| rule, {title}: F and worst loss | {' | '.join(names)} |")
    print(f"|---|{'---|' * len(groups)}")
    for rule, pick in RULES.items():
        cells = []
        for curves in groups.values():
            f = np.array([curve[pick(curve)]["f"] for curve in curves])
            best = np.array([max(curve[t]["f"] for t in GRID) for curve in curves])
            cells.append(f"{100 * f.mean():.1f}, {100 * max(best - f):.0f}")
        print(f"| {rule} | {' | '.join(cells)} |", flush=True)
    print()


if __name__ == "__main__":
    main()
