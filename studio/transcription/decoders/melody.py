"""One voice to notes: a hidden Markov model of silence and, for each semitone, its note.

A note begins with an attack, in which the pitch may still be on its way (scoops, slides), and goes
on while the voice stays within the semitone, vibrato included. The most likely path through silence
and notes is the melody; each note on it is a candidate whose strength says how sure it is. After
Ryynänen and Klapuri, "Modelling of note events for singing transcription", SAPA 2004.

A long stem is decoded in pieces that end where nothing sounds, or after five minutes without such
a place, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from studio.music.notes import NO_NOTES, Notes
from studio.transcription.contract import Activations
from studio.transcription.decoders.peaks import vertices

# Probabilities, for frames of 10 ms.
_BEGIN = 0.06  # a note out of silence, any of them
_END = 0.02  # silence after a note
_CHANGE = 0.012  # another note, the nearer the likelier, ...
_NEAR = 4.0  # ... by a factor of e for so many semitones
_REPEAT = 0.007  # the same note again
_SETTLED = 0.2  # the attack is over
# What is seen in an attack: a pitch on its way, and a rise of the sound.
_ON_THE_WAY, _WAY = 0.7, 1.8
_STEADY, _RISING = -2.0, 8.5  # logarithms: without a rise, and what a full one adds
_NEARBY, _CLEAR_RISE = 4, 0.3  # frames about an onset in which it is refined, by a rise so clear
_OVERTAKEN = 0.3  # frames by which a note is overtaken early, as it fades before the next begins
_LEAST = 3e-4  # below it a probability is the same as this

# How sure a note is: a logistic function of the logarithm of its seconds, of how clearly it sounds,
# and of the rise where it begins. Fitted once to 640 candidates in 14 lines, rendered ones and ones
# joined from sung vowels (free to use), then rounded; the best compromise lies near 0.55.
_WEIGHTS = (2.1, 7.0, 2.5)
_BIAS = -2.3

SHORTEST_SECONDS = 0.05
_PIECE_SECONDS, _LONGEST_PIECE_SECONDS, _SILENT_SECONDS = 30.0, 300.0, 0.5
_SILENT = 0.02


def melody(activations: Activations) -> Notes:
    """The notes of the most likely melody; none sounds with another but a repeat of itself.

    Args:
        activations: ``frame``: how surely each semitone is the one that sounds. ``onset``: how
            much the sound rises there, the same in each column. 100 frames a second.

    Returns:
        Candidates; the strength is the chance that a note is one, as fitted to rendered lines.
    """
    rate = activations.frames_per_second
    found = [_piece(activations, start, stop) for start, stop in _pieces(activations)]
    if not found:
        return NO_NOTES
    notes = np.concatenate([rows for rows, _ in found])
    strength = np.concatenate([column for _, column in found])
    kept = notes[:, 2] - notes[:, 0] >= SHORTEST_SECONDS * rate
    onset, pitch, offset = notes[kept].T
    pitch = pitch.astype(np.intp) + activations.lowest_pitch
    return Notes.columns(onset / rate, pitch, offset / rate, strength=strength[kept])


@dataclass(frozen=True, slots=True)
class _Path:
    """The way into each state of each frame: to silence, to an attack, to a steady note.

    Attributes:
        silence: Pitch whose note ended, or ``_STAY``, shape (frames,).
        attack: Pitch of the note before, ``_STAY`` in the attack or ``_FROM_SILENCE``, shape
            (frames, pitches).
        steady: Whether it comes from the attack, shape (frames, pitches).
        last: The best state at the end: a pitch, or ``_STAY`` for silence.
    """

    silence: NDArray[np.int16]
    attack: NDArray[np.int16]
    steady: NDArray[np.bool_]
    last: int


_STAY, _FROM_SILENCE = -1, -2


def _piece(
    activations: Activations, start: int, stop: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First frame, pitch and end frame of the notes in a piece, (notes, 3), and their strength.

    First frames are refined to parts of a frame.
    """
    frame = np.asarray(activations.frame[start:stop])
    rise, place = _rises(np.asarray(activations.onset[start:stop]).max(axis=1, initial=0.0))
    path = _forward(frame.astype(np.float64), rise)
    notes = np.array(_traced(path), np.intp).reshape(-1, 3)
    first = _refined(frame, rise, place, notes)
    # A note that leads on to another ends where that one begins, and none lasts into the next.
    following = np.searchsorted(notes[:, 0], notes[:, 2])
    begins = np.append(first, len(frame))[following]
    joined = np.append(notes[:, 0], -1)[following] == notes[:, 2]
    last = np.where(joined, begins, np.minimum(notes[:, 2], begins))
    return np.column_stack([first + start, notes[:, 1], last + start]), _strengths(
        frame, rise, notes
    )


def _rises(onset: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much the sound rises in each frame that is the middle of a rise, and where exactly."""
    middle, height = vertices(onset)
    rise, place = np.zeros(len(onset)), np.arange(len(onset), dtype=np.float64)
    at = np.minimum(np.rint(middle).astype(np.intp), len(onset) - 1)
    rise[at], place[at] = height, middle
    return rise, place


def _forward(frame: NDArray[np.float64], rise: NDArray[np.float64]) -> _Path:
    """Viterbi, all pitches at a time; equal ways go to the lower pitch."""
    size, pitches = frame.shape
    steady_seen = np.log(np.clip(frame, _LEAST, 1.0))
    attack_seen = np.log(np.clip(_on_the_way(frame), _LEAST, 1.0))
    silence_seen = np.log(np.clip(1.0 - frame.max(axis=1), _LEAST, 1.0))
    begun = _STEADY + _RISING * rise
    change = _changes(pitches)
    begin, still = np.log(_BEGIN / pitches), np.log(1.0 - _BEGIN)
    end, on = np.log(_END), np.log(1.0 - _END - _CHANGE - _REPEAT)
    settled, unsettled = np.log(_SETTLED), np.log(1.0 - _SETTLED)
    path = _Path(
        np.full(size, _STAY, np.int16),
        np.zeros((size, pitches), np.int16),
        np.zeros((size, pitches), np.bool_),
        _STAY,
    )
    # Before the first frame there was silence; a note may sound in it at once.
    silence, attack, steady = 0.0, np.full(pitches, -np.inf), np.full(pitches, -np.inf)
    everyone = np.arange(pitches)
    for at in range(size):
        ways = change + steady
        source = ways.argmax(axis=1)
        best = ways[everyone, source]
        fresh = np.maximum(best, silence + begin) + begun[at]
        staying = attack + unsettled
        source[silence + begin >= best] = _FROM_SILENCE
        source[staying > fresh] = _STAY
        path.attack[at] = source
        arrived, held = attack + settled, steady + on
        path.steady[at] = arrived > held
        ended = int(steady.argmax())
        if steady[ended] + end > silence + still:
            path.silence[at] = ended
        silence = max(silence + still, steady[ended] + end) + silence_seen[at]
        attack = np.maximum(fresh, staying) + attack_seen[at]
        steady = np.maximum(arrived, held) + steady_seen[at]
    last = int(steady.argmax()) if size and steady.max() > silence else _STAY
    return _Path(path.silence, path.attack, path.steady, last)


def _traced(path: _Path) -> list[tuple[int, int, int]]:
    """The notes on the best path; one that is repeated sounds on until its last repeat ends."""
    notes: list[tuple[int, int, int]] = []
    pitch, attacking = path.last, False
    end = len(path.silence)
    for at in range(len(path.silence) - 1, -1, -1):
        if pitch == _STAY:  # in silence
            pitch = int(path.silence[at])
            end = at
        elif not attacking:
            attacking = bool(path.steady[at, pitch])
        elif (source := int(path.attack[at, pitch])) != _STAY:
            notes.append((at, pitch, end))
            repeated = source == pitch
            end = end if repeated else at
            pitch, attacking = (_STAY, False) if source == _FROM_SILENCE else (source, False)
    return notes[::-1]


def _on_the_way(frame: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well each semitone's attack is seen: its own pitch, or one up to two semitones off."""
    pitches = frame.shape[1]
    around = np.pad(frame, ((0, 0), (2, 2)))
    seen = frame.copy()
    for step in range(5):
        way = _ON_THE_WAY * np.exp(-0.5 * ((step - 2) / _WAY) ** 2)
        np.maximum(seen, way * around[:, step : step + pitches], out=seen)
    return seen


def _changes(pitches: int) -> NDArray[np.float64]:
    """Logarithms of the ways from one note to the next, shape (to, from)."""
    apart = np.abs(np.arange(pitches)[:, None] - np.arange(pitches))
    likely = np.where(apart > 0, np.exp(-apart / _NEAR), 0.0)
    likely *= _CHANGE / np.maximum(likely.sum(axis=0), _LEAST)
    np.fill_diagonal(likely, _REPEAT)
    return np.log(np.maximum(likely, 1e-12))


def _pieces(activations: Activations) -> Iterator[tuple[int, int]]:
    """Where the pieces begin and end: in silence, or where one would grow too long."""
    rate = activations.frames_per_second
    size = len(activations.frame)
    shortest, longest = round(_PIECE_SECONDS * rate), round(_LONGEST_PIECE_SECONDS * rate)
    silent = round(_SILENT_SECONDS * rate)
    start = quiet = 0
    for at in range(0, size, 4096):
        block = np.asarray(activations.frame[at : at + 4096]).max(axis=1, initial=0.0) < _SILENT
        for frame, hushed in enumerate(block.tolist(), at):
            quiet = quiet + 1 if hushed else 0
            length = frame - start
            if (length > shortest and quiet > silent) or length > longest:
                yield start, frame
                start, quiet = frame, 0
    if size > start:
        yield start, size


def _refined(
    frame: NDArray[np.float32],
    rise: NDArray[np.float64],
    place: NDArray[np.float64],
    notes: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Where each note begins, in parts of a frame.

    After another pitch, where the new one overtakes it; else where the sound rises clearly.
    """
    start = notes[:, 0].astype(np.float64)
    for row, (first, pitch, _) in enumerate(notes.tolist()):
        low, high = max(0, first - _NEARBY), min(len(frame), first + _NEARBY + 1)
        surest = low + int(rise[low:high].argmax())
        before = notes[row - 1, 1] if row and notes[row - 1, 2] >= first else pitch
        if before != pitch:
            lead = np.log(np.maximum(frame[low:high, pitch], _LEAST))
            lead -= np.log(np.maximum(frame[low:high, before], _LEAST))
            crossing = np.flatnonzero((lead[1:] > 0) & (lead[:-1] <= 0))
            if len(crossing):
                at = crossing[0]
                start[row] = low + at + lead[at] / (lead[at] - lead[at + 1]) + _OVERTAKEN
        elif rise[surest] >= _CLEAR_RISE:
            start[row] = place[surest]
    return np.maximum.accumulate(start) if len(start) else start


def _strengths(
    frame: NDArray[np.float32], rise: NDArray[np.float64], notes: NDArray[np.intp]
) -> NDArray[np.float64]:
    """How sure each note is: long ones, that sound clearly, that begin with a rise of the sound.

    Args:
        frame, rise: Of the piece, shape (frames, pitches) and (frames,).
        notes: First frame, pitch and end of each, in order.
    """
    start, pitch, stop = notes.T
    own = np.minimum(stop, np.append(start[1:], len(frame)))  # until the next, if one is repeated
    sounding = np.concatenate(
        [np.zeros((1, frame.shape[1])), np.cumsum(frame, axis=0, dtype=np.float64)]
    )
    length = np.maximum(own - start, 1)
    clear = (sounding[own, pitch] - sounding[start, pitch]) / length
    around = np.clip(start[:, None] + np.arange(-2, 3), 0, len(frame) - 1)
    facts = (np.log(np.clip(length, 4, 30) / 100.0), clear, rise[around].max(axis=1, initial=0.0))
    strength: NDArray[np.float64] = expit(np.dot(_WEIGHTS, facts) + _BIAS)
    return strength
