"""Where bars begin, and how many beats they have: 3 or 4.

Three things tell, measured at every beat: the bass drum and the bass play on the first beat and
on the third of four; snare and cymbals answer on the others; harmony changes at the bar line. The
pattern of a bar, at each of its phases, is compared with all three over the whole song.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.rhythm.listen import CHROMA_PER_SECOND, FRAMES_PER_SECOND, Column, Columns, Levels

Floats = NDArray[np.float64]

# What beats of a bar have more of: low onsets, high onsets, change of harmony. For bars of four by
# logistic regression on rendered drums and bands (phases told apart in 16 bars at a time).
_PATTERNS = {
    4: ((1.2, -0.75, -0.35, -0.1), (-0.45, 0.15, 0.05, 0.25), (0.85, -0.65, -0.2, 0.0)),
    3: ((1.2, -0.6, -0.6), (-0.45, 0.2, 0.25), (0.85, -0.45, -0.4)),
}
# Of beats against the places half-way: logs of low onsets, of all onsets, of change of harmony.
_ON_THE_BEAT, _OFF_THE_BEAT = (1.0, 0.7, 1.0), -0.2
_FEWEST = 8  # beats that tell of bars
_THREE = 0.1  # by how much bars of three must fit better than bars of four
_NEAR_SECONDS = 0.04
_EVEN = 0.1  # spread of marks, against their mean, that is no accent
_TIE = 0.02


@dataclass(frozen=True, slots=True)
class Bars:
    """Beat ``first`` + k * ``length`` begins a bar.

    Attributes:
        margin: By how much this phase fits better than the next best of this length.
    """

    length: int
    first: int
    margin: float


def find_bars(beats: Floats, columns: Columns, length: int | None = None) -> Bars:
    """The bars of a song with ``beats``, in seconds.

    Args:
        length: Beats a bar, where that is known; any number.
    """
    marks = _marks(beats, columns)
    if len(beats) < _FEWEST:
        return Bars(length or 4, 0, 0.0)
    found = [_best(marks, n) for n in ((length,) if length else (4, 3))]
    if len(found) == 2 and found[1][0] > found[0][0] + _THREE:
        found.reverse()
    return found[0][1]


def are_off(beats: Floats, columns: Columns) -> bool:
    """Whether the beat is rather half-way between ``beats``, in seconds.

    Cymbals and snares may be louder off the beat; bass drum, bass and harmony keep to it.
    """
    if len(beats) < _FEWEST:
        return False
    on, off = (_means(places, columns) for places in (beats[:-1], (beats[:-1] + beats[1:]) / 2))
    return float(np.dot(_ON_THE_BEAT, np.log(on) - np.log(off))) < _OFF_THE_BEAT


def _means(places: Floats, columns: Columns) -> Floats:
    """The mean of low onsets, of all onsets, and of change of harmony at ``places``."""
    marks = (_at(places, columns.low), _at(places, columns.strength), _change(places, columns))
    means: Floats = np.array([mark.mean() for mark in marks]) + 1e-9
    return means


def _best(marks: Floats, length: int) -> tuple[float, Bars]:
    """How well bars of ``length`` fit at their best phase."""
    patterns = np.array(_PATTERNS.get(length, _plain(length)))
    patterns -= patterns.mean(axis=1, keepdims=True)
    patterns /= max(float(np.sqrt((patterns**2).mean())), 1e-12)
    place = np.arange(len(marks))
    fits = [float((marks * patterns[:, (place - k) % length].T).mean()) for k in range(length)]
    fits[0] += _TIE  # where nothing tells, the first beat is as good as any
    order = np.argsort(fits)[::-1]
    second = fits[order[1]] if length > 1 else 0.0
    return fits[order[0]], Bars(length, int(order[0]), fits[order[0]] - second)


def _plain(length: int) -> tuple[tuple[float, ...], ...]:
    """A bar of any length: the first beat is more than the others, but for the high onsets."""
    first = (1.0, *(-0.5,) * (length - 1))
    return first, tuple(-0.4 * x for x in first), tuple(0.7 * x for x in first)


def _marks(beats: Floats, columns: Columns) -> Floats:
    """Low onsets, high onsets and change of harmony at each beat, each of mean 0, spread 1."""
    low = _at(beats, columns.low)
    high = _at(beats, columns.high)
    marks = np.stack([low, high, _change(beats, columns)], axis=1)
    mean = marks.mean(axis=0)
    spread = np.maximum(marks.std(axis=0), np.maximum(_EVEN * mean, 1e-12))
    scaled: Floats = (marks - mean) / spread
    return np.clip(scaled, -3.0, 3.0)


def _at(beats: Floats, curve: Column) -> Floats:
    """The largest value of ``curve`` near each beat, on a scale of roots."""
    near = round(_NEAR_SECONDS * FRAMES_PER_SECOND)
    padded = np.pad(curve, near)
    frame = np.clip(np.rint(beats * FRAMES_PER_SECOND).astype(int), 0, max(0, len(curve) - 1))
    around: Floats = padded[frame[:, None] + np.arange(2 * near + 1)].max(axis=1)
    return np.sqrt(around.astype(np.float64))


def _change(beats: Floats, columns: Columns) -> Floats:
    """How unlike what sounds in the two beats from each beat on is to the two before."""
    change = np.zeros(len(beats))
    for chroma in (columns.treble, columns.bass):
        sounding = between(beats, chroma)
        before = np.zeros_like(sounding)
        before[1:] = sounding[:-1]
        before[2:] += 0.5 * sounding[:-2]
        after = sounding.copy()
        after[:-1] += 0.5 * sounding[1:]
        lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        alike = (before * after).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
        change += np.where(lengths > 0, 1.0 - alike, 0.0)
    return change


def between(times: Floats, chroma: Column | Levels) -> Floats:
    """The mean of ``chroma`` from each time to the next, shape (times, classes).

    After the last it is that of one interval more.
    """
    if not len(times):
        return np.zeros((0, chroma.shape[1]))
    end = 2 * times[-1] - times[-2] if len(times) > 1 else times[-1] + 1.0
    edges = np.rint(np.append(times, end) * CHROMA_PER_SECOND + 0.5).astype(int)
    padded = np.concatenate((chroma, np.zeros((1, chroma.shape[1]), chroma.dtype)))
    edges = np.clip(edges, 0, len(chroma))
    total = np.add.reduceat(padded, edges, axis=0, dtype=np.float64)[:-1]
    mean: Floats = total / np.maximum(np.diff(edges), 1)[:, None]
    return mean
