"""Beats, followed through a whole song by a hidden Markov model of our own.

The model is the bar pointer of Krebs, Böck and Widmer, "An Efficient State-Space Model for Joint
Tempo and Meter Tracking", ISMIR 2015, for one beat: a state is a tempo, which is a whole number of
frames, and a place within the beat; the tempo may change at beats alone, and the less the likelier.
Within a beat the pointer only moves on, so a beat is taken as one step here, and Viterbi's search
needs one state a tempo. A beat is likely where the onset curve stands out, and where its length is
near the tempo that was found around it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from studio.rhythm.periodicity import Curve

SLOWEST_BPM, FASTEST_BPM = 55.0, 215.0
_CHANGE = 100.0  # transition lambda: how strongly a change of tempo is held against a path
_OCTAVES = 0.3  # deviation of a beat's length from the tempo around it
_REWARD, _EMPTY, _MOST = 1.2, 0.7, 3.0  # of a beat: per strength, without any, at most
_AROUND_SECONDS = 3.0  # over which strengths are compared
_QUIET = 0.15  # of the song's own level, below which a passage is not made louder
_COMMIT_SECONDS, _LATER_SECONDS = 60.0, 20.0
_NEAR_SECONDS = 0.045

Frames = NDArray[np.int64]


def beat_likelihood(curve: Curve, fps: float) -> Curve:
    """For each frame the log odds of a beat, by how far ``curve`` stands out around it."""
    power = gaussian_filter1d(curve * curve, _AROUND_SECONDS * fps, mode="nearest")
    level = np.sqrt(np.maximum(power, _QUIET**2 * float(np.mean(curve * curve)) + 1e-12))
    return np.clip(_REWARD * curve / level - _EMPTY, -_EMPTY, _MOST)


def track(odds: Curve, fps: float, bpm: Curve) -> Frames:
    """The frames of the likeliest beats, rising.

    What is needed beside ``odds`` does not grow with it: a path is settled
    ``_LATER_SECONDS`` after it was walked.

    Args:
        odds: As ``beat_likelihood`` gives them.
        bpm: The tempo near which beats are looked for, for each frame or one for all.
    """
    lengths = _lengths(fps)
    cost = -np.log(np.sum(np.exp(_pairs(lengths)), axis=1, keepdims=True))
    change = _pairs(lengths) + cost
    octaves = np.broadcast_to(np.log2(bpm / 60.0 / fps), odds.shape)
    return np.concatenate([np.zeros(0, np.int64), *_walk(odds, lengths, change, octaves, fps)])


def refined(
    frames: Frames, curve: Curve, fps: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each beat in seconds, moved to the peak of ``curve`` near it; and how high that is.

    Where there is no peak the beat stays, with height 0.
    """
    near = max(1, round(_NEAR_SECONDS * fps))
    padded = np.pad(curve, near + 1)
    around = padded[frames[:, None] + np.arange(2 * near + 3)]
    inner = around[:, 1:-1]
    peak = (inner > around[:, :-2]) & (inner >= around[:, 2:])
    away = np.abs(np.arange(2 * near + 1) - near) / near
    best = np.argmax(np.where(peak, inner * (1 - 0.5 * away), -1.0), axis=1)
    row = np.arange(len(frames))
    left, middle, right = (around[row, best + k] for k in range(3))
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    found = peak[row, best]
    place = np.where(found, frames + best - near + shift, frames)
    return place / fps, np.where(found, middle, 0.0)


def _lengths(fps: float) -> Frames:
    """Every beat length, in frames."""
    return np.arange(round(60 * fps / FASTEST_BPM), round(60 * fps / SLOWEST_BPM) + 1)


def _pairs(lengths: Frames) -> Curve:
    """Log weight of going from one length (row) to another (column)."""
    return -_CHANGE * np.abs(lengths[None, :] / lengths[:, None] - 1.0)


def _walk(
    odds: Curve, lengths: Frames, change: Curve, octaves: Curve, fps: float
) -> Iterator[Frames]:
    """Viterbi's search, settled piece by piece.

    ``score`` is that of the best path with a beat at a frame (row) after which a beat of some
    length (column) follows; ``came`` is the length that it came by. Before the song lie beats of
    every length.
    """
    longest, chunk = int(lengths[-1]), int(lengths[0])  # a chunk needs only what lies before it
    later = round(_LATER_SECONDS * fps)
    rows = longest + later + round(_COMMIT_SECONDS * fps) + chunk
    score, came = np.zeros((rows, len(lengths))), np.zeros((rows, len(lengths)), np.int16)
    column = np.arange(len(lengths))
    first, settled = -longest, 0  # the frame of row 0; the frame before which all is settled
    for start in range(0, len(odds), chunk):
        stop = min(start + chunk, len(odds))
        here = slice(start - first, stop - first)
        before = np.arange(here.start, here.stop)[:, None] - lengths
        ways = score[before, column][:, :, None] + change
        choice = ways.argmax(axis=1)
        score[here] = np.take_along_axis(ways, choice[:, None], axis=1)[:, 0]
        away = np.log2(lengths) + octaves[start:stop, None]
        score[here] += odds[start:stop, None] - 0.5 * (away / _OCTAVES) ** 2
        came[here] = choice
        if stop - first + chunk > rows:
            yield _back(score, came, lengths, stop - first, settled - first, later) + first
            settled, drop = stop - later, stop - later - longest - first
            score[:-drop], came[:-drop] = score[drop:], came[drop:]
            first += drop
    yield _back(score, came, lengths, len(odds) - first, settled - first, 0) + first


def _back(
    score: Curve, came: NDArray[np.int16], lengths: Frames, stop: int, start: int, later: int
) -> Frames:
    """The rows of the beats from ``start`` on of the best path until ``stop``, less ``later``."""
    last = max(stop - int(lengths[-1]), start)
    if stop <= last:
        return np.zeros(0, np.int64)
    row, column = divmod(int(score[last:stop].argmax()), len(lengths))
    row += last
    path = []
    while row >= start:
        if row < stop - later:
            path.append(row)
        column = int(came[row, column])
        row -= int(lengths[column])
    return np.array(path[::-1], np.int64)
