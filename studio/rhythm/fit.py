"""From beats that were heard to a tempo that explains them: one, or as few steps as will do.

Beats are weighted by how firmly they were heard: 0 is a beat that only stands between others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

SHORTEST = 4  # beats of a step
FEWEST = 2 * SHORTEST  # beats that can tell of more than one tempo

# One tempo explains the beats where nine in ten lie within 60 ms of it, these to 25 ms (rms).
_FAR_SECONDS, _SPREAD_SECONDS, _MOST = 0.060, 0.025, 0.9
_FINEST_SECONDS = 0.002  # no beat is dated better
_STEP_COST = 4.0  # of one more step, times log of the number of beats
_FREE = 0.05  # least weight of a beat, and that of one out of line
_KINK_BEATS, _JUMP_SECONDS = 2.0, 0.012


@dataclass(frozen=True, slots=True)
class Even:
    """One tempo: beat k lies at ``start + k * period`` seconds.

    Attributes:
        explains: Whether the beats keep to it.
    """

    period: float
    start: float
    explains: bool

    @property
    def bpm(self) -> float:
        """Beats a minute."""
        return 60.0 / self.period


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """A tempo that changes on beats: beat ``knots[m]`` lies at ``seconds[m]``, evenly between."""

    knots: Indices
    seconds: Floats

    def at(self, beats: Indices) -> Floats:
        """Seconds of beats; beyond the ends the tempo stays."""
        last = np.clip(np.searchsorted(self.knots, beats, side="right"), 1, len(self.knots) - 1)
        left = last - 1
        slope = np.diff(self.seconds) / np.diff(self.knots)
        found: Floats = self.seconds[left] + (beats - self.knots[left]) * slope[left]
        return found

    @property
    def first_period(self) -> float:
        """Seconds a beat at the start."""
        return float((self.seconds[1] - self.seconds[0]) / (self.knots[1] - self.knots[0]))


def one_tempo(times: Floats, weights: Floats, bpm: float) -> Even:
    """The tempo near ``bpm`` that fits ``times``, at least two, by weighted least squares.

    A beat counts for the grid's beat next to it, so beats left out or put in do no harm.
    """
    period = 60.0 / bpm
    start = _phase(times, weights, period)
    for reach in (0.25, 0.15, 0.1):
        index = np.rint((times - start) / period)
        near = np.abs(times - start - index * period) < reach * period
        period, start = _line(index[near], times[near], weights[near], period, start)
    away = np.abs(times - start - np.rint((times - start) / period) * period)
    close = away < _FAR_SECONDS
    share = weights[close].sum() / max(weights.sum(), 1e-12)
    spread = np.sqrt(np.average(away[close] ** 2, weights=weights[close])) if share > 0 else np.inf
    return Even(period, start, bool(share >= _MOST and spread < _SPREAD_SECONDS))


def with_period(times: Floats, weights: Floats, period: float) -> float:
    """The second of a beat, from 0 to below ``period``, of the even beats that fit best."""
    start = _phase(times, weights, period)
    away = times - start
    away -= np.rint(away / period) * period
    near = np.abs(away) < 0.15 * period
    if weights[near].sum() > 0:
        start += float(np.average(away[near], weights=weights[near]))
    return float(start % period)


def steps(times: Floats, weights: Floats) -> Steps:
    """The fewest steps of tempo that explain ``times``, ``FEWEST`` of them at least.

    Straight pieces of time over beats are chosen by optimal partitioning (Jackson et al., "An
    algorithm for optimal partitioning of data on an interval", IEEE Signal Processing Letters
    12(2), 2005), the cost of a piece being its squared error by the beats' own unevenness; then
    fitted again together, so that each begins where the one before ends.
    """
    spread, even = _unevenness(times)
    weights = np.where(even, np.maximum(weights / max(weights.max(), 1e-12), _FREE), _FREE)
    bounds = _partition(times, weights / spread**2)
    knots = _knots(times, weights, bounds)
    return Steps(knots, _joined(times, weights, knots))


def _phase(times: Floats, weights: Floats, period: float) -> float:
    turns = np.sum(weights * np.exp(2j * np.pi * times / period))
    return float(np.angle(turns) / (2 * np.pi) * period)


def _line(x: Floats, y: Floats, weights: Floats, slope: float, start: float) -> tuple[float, float]:
    """Slope and value at 0 of the weighted line through the points; as given, where none fits."""
    total = weights.sum()
    if total <= 0:
        return slope, start
    x_mean, y_mean = weights @ x / total, weights @ y / total
    spread = weights @ (x - x_mean) ** 2
    if spread > 0:
        slope = float(weights @ ((x - x_mean) * (y - y_mean)) / spread)
    return slope, float(y_mean - slope * x_mean)


def _unevenness(times: Floats) -> tuple[float, NDArray[np.bool_]]:
    """The deviation of beats from their neighbours' middle, and which beats are no strays."""
    middles = []
    for k in (1, 2, 3):
        padded = np.concatenate((2 * times[0] - times[k:0:-1], times))
        padded = np.concatenate((padded, 2 * times[-1] - times[-2 : -2 - k : -1]))
        middles.append((padded[: -2 * k] + padded[2 * k :]) / 2)
    away = np.abs(times - np.median(middles, axis=0))
    second = np.abs(times[2:] - 2 * times[1:-1] + times[:-2])
    spread = max(1.4826 * float(np.median(second)) / np.sqrt(6), _FINEST_SECONDS)
    return spread, away < max(4 * spread, 0.015)


def _partition(times: Floats, weights: Floats) -> list[int]:
    """The first beat of every straight piece, and the number of beats."""
    count = len(times)
    beat = np.arange(count, dtype=float)
    slope, start = _line(beat, times, weights, 0.0, 0.0)
    x, y = beat - count / 2, times - start - slope * beat  # small numbers keep their digits
    sums = np.stack([weights, weights * x, weights * y, weights * x * x, weights * x * y])
    sums = np.concatenate((sums, [weights * y * y]))
    total = np.concatenate((np.zeros((6, 1)), np.cumsum(sums, axis=1)), axis=1)
    cost = np.full(count + 1, np.inf)
    cost[0], came = 0.0, np.zeros(count + 1, int)
    step = _STEP_COST * np.log(count)
    for stop in range(SHORTEST, count + 1):
        w, wx, wy, wxx, wxy, wyy = total[:, stop, None] - total[:, : stop - SHORTEST + 1]
        sxx = np.maximum(wxx - wx * wx / w, 1e-12)
        error = np.maximum(wyy - wy * wy / w - (wxy - wx * wy / w) ** 2 / sxx, 0.0)
        ways = cost[: stop - SHORTEST + 1] + error + step
        came[stop] = int(np.argmin(ways))
        cost[stop] = ways[came[stop]]
    bounds = [count]
    while bounds[-1] > 0:
        bounds.append(int(came[bounds[-1]]))
    return bounds[::-1]


def _knots(times: Floats, weights: Floats, bounds: list[int]) -> Indices:
    """The beats on which the tempo changes: where two pieces meet, or both ends of a gap."""
    beat = np.arange(len(times), dtype=float)
    lines = [_line(beat[i:j], times[i:j], weights[i:j], 0.0, 0.0) for i, j in pairwise(bounds)]
    knots = [0]
    for bound, (slope, start), (slope_after, start_after) in zip(
        bounds[1:-1], lines[:-1], lines[1:], strict=True
    ):
        middle = bound - 0.5
        gap = start_after - start + (slope_after - slope) * middle
        turn = slope - slope_after
        meet = middle + gap / turn if turn else np.inf
        if abs(meet - middle) <= _KINK_BEATS:
            knots.append(round(meet))
        elif abs(gap) < _JUMP_SECONDS:
            knots.append(bound)
        else:
            knots += [bound - 1, bound]
    knots.append(len(times) - 1)
    return np.unique(np.clip(knots, 0, len(times) - 1)).astype(np.int64)


def _joined(times: Floats, weights: Floats, knots: Indices) -> Floats:
    """Seconds of the knots of the unbroken line nearest to all beats."""
    beat = np.arange(len(times))
    right = np.clip(np.searchsorted(knots, beat, side="right"), 1, len(knots) - 1)
    left = right - 1
    share = (beat - knots[left]) / (knots[right] - knots[left])
    size = len(knots)
    band, want = np.zeros((2, size)), np.zeros(size)
    np.add.at(band[1], left, weights * (1 - share) ** 2)
    np.add.at(band[1], right, weights * share**2)
    np.add.at(band[0], right, weights * share * (1 - share))
    np.add.at(want, left, weights * (1 - share) * times)
    np.add.at(want, right, weights * share * times)
    found: Floats = solveh_banded(band, want)
    return found
