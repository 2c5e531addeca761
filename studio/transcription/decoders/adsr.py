"""The attack-decay-sustain-release tracker: one hidden Markov model a pitch.

Paper: Kelz, Böck and Widmer, "Deep Polyphonic ADSR Piano Note Transcription", ICASSP 2019;
constants and details as in madmom's ``ADSRNoteTrackingProcessor``.

Each pitch passes through seven states: silence 0, attack 1-2, decay 3-4, sustain 5, release 6.
The most likely path does not depend on the onset threshold, which only chooses among the notes
found on it: so this decoder finds all of them once, each with the highest threshold that keeps
it, and choosing is a comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.music.notes import NO_NOTES, Notes
from studio.transcription.contract import Activations

# A mended onset lies this much later: the tracker is early by 27 to 31 ms on rendered and on
# annotated piano.
EARLY_SECONDS = 0.03

_SOUNDING_AT_LEAST = 0.5  # the note threshold: a note's frames reach it somewhere
_COMPLETE = 0b0111110  # it passes through the states 1 to 5
_SUM = 0.8 + 0.8 + 0.5  # of the three ways out of sustain
# What each state is seen by: silence by no onset, attack by onset, decay and sustain by a
# sounding note, release by offset. Index into (no onset, onset, sounding, offset).
_SEEN_BY = np.array([0, 1, 1, 2, 2, 2, 3])
# The ways between states, (from, to, probability), grouped by where they lead. Only silence, the
# first attack and sustain can be reached in several ways, the junctions.
_WAYS = (
    (0, 0, 0.2), (1, 0, 0.2), (2, 0, 0.2), (3, 0, 0.2), (4, 0, 0.2), (6, 0, 1.0),
    (0, 1, 0.8), (5, 1, 0.8 / _SUM),
    (4, 5, 0.8), (5, 5, 0.8 / _SUM),
    (1, 2, 0.8), (2, 3, 0.8), (3, 4, 0.8), (5, 6, 0.5 / _SUM),
)  # fmt: skip
_SOURCE = np.array([way[0] for way in _WAYS])
_TARGET = np.array([way[1] for way in _WAYS])
_LOG_WAY = np.log([way[2] for way in _WAYS])[:, None]
_GROUPS = (0, 6, 8, 10, 11, 12, 13)  # where each group begins
_BY_STATE = np.argsort(_TARGET[list(_GROUPS)])  # the group that leads to each state
_BLOCK = 512


def adsr(activations: Activations, mode: Literal["mended", "exact"] = "mended") -> Notes:
    """All notes on the most likely paths, each with its strength.

    Args:
        activations: With ``offset``; 50 frames a second, for which the states are counted.
        mode: ``exact`` gives the published tracker's notes. ``mended`` puts a silent frame in
            front, without which a pitch that sounds at frame 0 is lost, and moves every note by
            ``EARLY_SECONDS``, within the stem.

    Returns:
        Notes that pass through attack, decay and sustain; strength is the highest onset
        activation between onset and offset. Those of strength >= t are the tracker's notes at
        the onset threshold t.
    """
    onset, frame = activations.onset, activations.frame
    lead = 1 if mode == "mended" else 0
    paths = _paths(activations, lead)
    found = [
        _segments(paths[:, pitch], _column(onset, pitch, lead), _column(frame, pitch, lead))
        for pitch in range(onset.shape[1])
    ]
    if not found:
        return NO_NOTES
    late = EARLY_SECONDS if mode == "mended" else 0.0
    starts, stops, strengths = (np.concatenate(column) for column in zip(*found, strict=True))
    pitches = np.repeat(np.arange(len(found)), [len(column[0]) for column in found])
    seconds = 1.0 / activations.frames_per_second
    return Notes.columns(
        (starts - lead) * seconds + late,
        pitches + activations.lowest_pitch,
        np.minimum((stops - lead) * seconds + late, len(onset) * seconds),
        strength=strengths,
    )


def _column(values: NDArray[np.float32], pitch: int, lead: int) -> NDArray[np.float32]:
    """One pitch, with ``lead`` silent frames in front and one behind."""
    return np.pad(values[:, pitch], (lead, 1))


def _segments(
    path: NDArray[np.uint8], onset: NDArray[np.float32], frame: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """First frame, end frame and strength of the complete notes on one pitch's path.

    ``onset`` and ``frame`` are one frame longer than ``path``.
    """
    sounding = (path >= 2) & (path <= 5)
    edges = np.flatnonzero(sounding[1:] != sounding[:-1])
    if len(edges) % 2:
        edges = np.append(edges, len(path))
    if not len(edges):
        return edges, edges, np.zeros(0, np.float32)
    passed = np.bitwise_or.reduceat(np.append(1 << path, 0), edges)[::2]
    kept = (passed & _COMPLETE == _COMPLETE) & (
        np.maximum.reduceat(frame, edges)[::2] >= _SOUNDING_AT_LEAST
    )
    strength = np.maximum.reduceat(onset, edges)[::2]
    return edges[::2][kept], edges[1::2][kept], strength[kept]


def _paths(activations: Activations, lead: int) -> NDArray[np.uint8]:
    """The most likely states, shape (lead + frames, pitches); silence where none is possible."""
    frames, pitches = activations.onset.shape
    score = np.full((7, pitches), -np.log(7.0))
    taken = np.zeros((lead + frames, 3, pitches), np.uint8)  # the way into each junction
    ways = np.empty((len(_WAYS), pitches))
    for at, density in enumerate(_log_densities(activations, lead)):
        # In this order of additions equal paths stay equal; the lowest source wins.
        score.take(_SOURCE, axis=0, out=ways, mode="clip")
        ways += _LOG_WAY
        ways += density
        taken[at, 0] = ways[:6].argmax(axis=0)
        np.greater(ways[7], ways[6], out=taken[at, 1], casting="unsafe")
        np.greater(ways[9], ways[8], out=taken[at, 2], casting="unsafe")
        np.maximum.reduce(ways[:6], axis=0, out=score[0])
        np.maximum(ways[6], ways[7], out=score[1])
        np.maximum(ways[8], ways[9], out=score[5])
        score[2:5], score[6] = ways[10:13], ways[13]
    return _trace_back(score, taken)


def _trace_back(score: NDArray[np.float64], taken: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The states that led to the best last one."""
    frames, _, pitches = taken.shape
    path = np.zeros((frames, pitches), np.uint8)
    state = score.argmax(axis=0)
    everyone = np.arange(pitches)
    junction = np.array([0, 1, 0, 0, 0, 2, 0])
    first_way = np.array(_GROUPS)[_BY_STATE]
    several = np.isin(np.arange(7), (0, 1, 5))
    for at in range(frames - 1, -1, -1):
        path[at] = state
        way = first_way[state] + several[state] * taken[at, junction[state], everyone]
        state = _SOURCE[way]
    path[:, np.isneginf(score.max(axis=0))] = 0
    return path


def _log_densities(activations: Activations, lead: int) -> Iterator[NDArray[np.float64]]:
    """For each frame, the logarithm of what is seen where each way leads: (ways, pitches)."""
    assert activations.offset is not None, "the tracker needs offset activations"
    layers = (activations.onset, activations.frame, activations.offset)
    silence = np.zeros((lead, 3, layers[0].shape[1]))
    yield from _log_seen(silence)
    for start in range(0, len(layers[0]), _BLOCK):
        block = [layer[start : start + _BLOCK].astype(np.float64) for layer in layers]
        yield from _log_seen(np.stack(block, axis=1))


def _log_seen(block: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithms for a block of onset, sounding and offset, (frames, 3, pitches)."""
    with np.errstate(divide="ignore"):
        seen = np.log(np.concatenate([1.0 - block[:, :1], block], axis=1))
    by_way: NDArray[np.float64] = seen[:, _SEEN_BY[_TARGET]]
    return by_way
