"""What is read off a take's scores: the curve of agreement, the lines of the table, the counts.

Plain data without Qt. A score is shown only where it was measured; the agreement alone is also read
off the curve, between measured thresholds that lie close, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.gui import words
from studio.gui.state.take import ScoreRow, TakeModel
from studio.music.notes import Notes
from studio.music.take import Edit, TakeOptions, kept_by, keys, settle
from studio.project.history import Setup

# The thresholds one can choose, and those that most songs want.
LOWEST, HIGHEST = 0.2, 0.9
USUAL = (0.55, 0.7)
# Thresholds that have a line in the table whatever is chosen.
STANDING = (0.5, 0.55, 0.7)
# Between measured thresholds further apart nothing is read off the curve.
_WIDEST_GAP = 0.101
_SAME = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Agreement, 0 to 100, over the thresholds at which it was measured, rising."""

    thresholds: NDArray[np.float64]
    agreement: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Sequence[ScoreRow]) -> Curve:
        """The curve of ``rows``; rows of other takes (with a label) are no part of it."""
        known = {r.threshold: r.scores["agreement"] for r in rows if _on_curve(r)}
        order = sorted(known)
        return cls(np.array(order, np.float64), np.array([known[t] for t in order], np.float64))

    def __len__(self) -> int:
        return len(self.thresholds)

    def at(self, threshold: float) -> float | None:
        """The agreement at ``threshold``, measured or between two that lie close; else None."""
        if not len(self):
            return None
        right = int(np.searchsorted(self.thresholds, threshold - _SAME))
        if right < len(self) and abs(self.thresholds[right] - threshold) < _SAME:
            return float(self.agreement[right])
        if right in {0, len(self)}:
            return None
        if self.thresholds[right] - self.thresholds[right - 1] > _WIDEST_GAP:
            return None
        return float(np.interp(threshold, self.thresholds, self.agreement))

    def span(self) -> tuple[float, float]:
        """Lowest and highest value of the axis: never so close that noise looks like a hill."""
        low, high = float(self.agreement.min()), float(self.agreement.max())
        room = max(high - low, 20.0)
        return max(0.0, high - 1.25 * room), high


def _on_curve(row: ScoreRow) -> bool:
    return not row.label and "agreement" in row.scores


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the score table.

    Attributes:
        threshold: Of the take in this line.
        notes: How many it plays.
        scores: Those that are known, by key.
        label: What stands in the first column.
        letter: The other variant this line is, or empty.
        now: Whether it is the take in use.
        best: Whether it is the one suggested.
        estimated: Whether its agreement is read off the curve, not measured.
    """

    threshold: float
    notes: int
    scores: Mapping[str, float]
    label: str
    letter: str = ""
    now: bool = False
    best: bool = False
    estimated: bool = False


def counter(
    candidates: Notes, options: TakeOptions, edits: Sequence[Edit]
) -> Callable[[float], int]:
    """How many notes are kept, as a function of the threshold; its own in ``options`` is not."""
    rest = replace(options, onset_threshold=0.0)
    eligible, standing = kept_by(candidates, rest), 0
    if edits:
        settled = settle(edits)
        eligible &= ~np.isin(keys(candidates), settled.touched)
        standing = len(settled.notes)
    strengths = np.sort(candidates.strength[eligible])

    def count(threshold: float) -> int:
        weaker = int(np.searchsorted(strengths, np.float32(threshold)))
        return len(strengths) - weaker + standing

    return count


class Table:
    """The lines of the score table, worked out anew only where something changed."""

    def __init__(self, take: TakeModel) -> None:
        self._take = take
        self._key: tuple[TakeOptions, tuple[Edit, ...]] | None = None
        self._count: Callable[[float], int] = lambda _: 0
        self._others: dict[str, tuple[Setup, int]] = {}

    def lines(self, beside: float | None = None) -> list[Line]:
        """Thresholds, ``beside`` among them, and other variants; by threshold."""
        take, count = self._take, self._counter()
        now = take.options.onset_threshold
        curve = Curve.of(take.rows)
        wanted = {*STANDING, now, *(t for t in (take.suggested, beside) if t is not None)}
        lines = [self._line(t, count(t), curve) for t in _distinct(sorted(wanted), now)]
        lines += [
            Line(row.threshold, row.notes, row.scores, row.label) for row in take.rows if row.label
        ]
        for letter in take.letters:
            if letter != take.letter:
                lines = self._with_variant(lines, letter, curve)
        return sorted(lines, key=lambda line: (line.threshold, line.label))

    def _counter(self) -> Callable[[float], int]:
        rest = replace(self._take.options, onset_threshold=0.0)
        if self._key is None or self._key[0] != rest or self._key[1] is not self._take.edits:
            self._key = rest, self._take.edits
            self._count = counter(self._take.candidates, rest, self._take.edits)
        return self._count

    def _line(self, threshold: float, notes: int, curve: Curve) -> Line:
        take = self._take
        scores, estimated = _scores(take.rows, curve, threshold)
        return Line(
            threshold,
            notes,
            scores,
            words.hundredths(threshold),
            now=abs(threshold - take.options.onset_threshold) < _SAME,
            best=take.suggested is not None and abs(threshold - take.suggested) < _SAME,
            estimated=estimated,
        )

    def _with_variant(self, lines: list[Line], letter: str, curve: Curve) -> list[Line]:
        """``lines`` and the variant ``letter``; of one line and it, if both are the same take."""
        take, other = self._take, self._take.setup(letter)
        threshold = other.options.onset_threshold
        label = f"{letter} {words.hundredths(threshold)}"
        alike = other.edits == take.edits and other.options == replace(
            take.options, onset_threshold=threshold
        )
        if not alike:
            return [*lines, Line(threshold, self._notes_of(letter, other), {}, label, letter)]
        found = self._line(threshold, self._counter()(threshold), curve)
        if found.now:
            return lines
        rest = [line for line in lines if abs(line.threshold - threshold) >= _SAME]
        return [*rest, replace(found, label=label, letter=letter)]

    def _notes_of(self, letter: str, setup: Setup) -> int:
        """How many notes another variant plays; counted once, for it lies still."""
        known = self._others.get(letter)
        if known is None or known[0] is not setup:
            count = counter(self._take.candidates, setup.options, setup.edits)
            known = self._others[letter] = setup, count(setup.options.onset_threshold)
        return known[1]


def _distinct(thresholds: list[float], now: float) -> list[float]:
    """``thresholds`` without those that read the same; of those ``now`` stays."""
    kept: dict[str, float] = {}
    for threshold in thresholds:
        kept.setdefault(words.hundredths(threshold), threshold)
    kept[words.hundredths(now)] = now
    return sorted(kept.values())


def _scores(
    rows: Sequence[ScoreRow], curve: Curve, threshold: float
) -> tuple[Mapping[str, float], bool]:
    """What is known at ``threshold``, and whether it is only read off the curve."""
    for row in rows:
        if not row.label and row.scores and abs(row.threshold - threshold) < _SAME:
            return row.scores, False
    agreement = curve.at(threshold)
    return ({}, False) if agreement is None else ({"agreement": agreement}, True)


def parsed(text: str) -> float | None:
    """A threshold as people type it: ``0.58``, ``.58``, ``0,58`` or ``58``; None where it is none.

    Rounded to hundredths, between ``LOWEST`` and ``HIGHEST``.
    """
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    value = round(value / 100 if value > 1 else value, 2)
    return value if LOWEST <= value <= HIGHEST else None
