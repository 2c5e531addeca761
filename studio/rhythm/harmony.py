"""The key of a song and a chord a bar, from what sounds.

Both are template matching on chroma, which is honest for songs in one key that move in triads. It
proves nothing of the function of a chord, knows no sevenths, inversions, modes or modulation, and
hears a power chord as major or minor by what is played above it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.music.bundle import Marker
from studio.music.key import Key
from studio.music.tempo import TempoMap
from studio.rhythm.bars import between
from studio.rhythm.listen import STEPS, Columns, Levels

Floats = NDArray[np.float64]

# How common each degree is, from the tonic on: Albrecht and Shanahan, "The Use of Large Corpora to
# Train a New Type of Key-Finding Algorithm", Music Perception 31(1), 2013.
_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
# Of a tone, what its overtones add: a fifth and a major third above.
_FIFTH, _THIRD = 0.25, 0.1
_TRIADS = ((0, 4, 7), (0, 3, 7))
_BASS = 0.3  # how much the root in the bass tells of a chord
_CHANGE = 0.12  # what a change of chord must gain
_NO_CHORD = 0.62  # likeness below which a bar has none
_QUIET = 0.05  # of the usual level, below which nothing sounds
_CERTAIN_GAP, _FLAT, _FULL = 0.08, 0.08, 0.2
_FEW_CLASSES = 3.0  # a tone or a chord has no key
_KEY_CONFIDENCE, _CHORD_CONFIDENCE, _BEAT_CONFIDENCE = 0.15, 0.3, 0.2


@dataclass(frozen=True, slots=True)
class Harmony:
    """What a song's harmony is.

    Attributes:
        key: None where none stands out.
        key_confidence: In [0, 1]: how far the key is ahead of the next best. The relative key is
            the usual mistake.
        chords: Where the chord changes, on bars; empty where bars or chords are not sure.
        chord_confidence: In [0, 1]: how well triads explain the bars.
    """

    key: Key | None
    key_confidence: float
    chords: tuple[Marker, ...]
    chord_confidence: float


def harmony_of(columns: Columns, tempo: TempoMap) -> Harmony:
    """The harmony of what was heard; chords need a ``tempo`` that is sure of its bars."""
    fold = _classes(_tuning(columns))
    treble, bass = columns.treble @ fold, columns.bass @ fold
    key, sure = find_key(treble + bass)
    known = key if sure >= _KEY_CONFIDENCE else None
    chords, fit = _chords(treble, bass, tempo, columns.seconds)
    if fit < _CHORD_CONFIDENCE:
        chords = []
    markers = tuple(Marker(second, chord_name(chord, known)) for second, chord in chords)
    return Harmony(known, sure, markers, fit)


def find_key(chroma: Levels) -> tuple[Key, float]:
    """The key whose profile correlates best with all of ``chroma``, and how sure that is.

    Args:
        chroma: Shape (frames, 12), from C on, not negative.
    """
    loud = np.linalg.norm(chroma, axis=1)
    sounding = loud > _QUIET * (np.median(loud) if len(loud) else 0.0)
    if not sounding.any():
        return Key(0), 0.0
    mean = np.mean(chroma[sounding] / np.maximum(loud[sounding], 1e-12)[:, None], axis=0)
    profiles = np.array([_overtones(np.roll(p, k)) for p in (_MAJOR, _MINOR) for k in range(12)])
    fits = np.corrcoef(np.vstack((mean, profiles)))[0, 1:]
    best = int(fits.argmax())
    second = np.delete(fits, best).max()
    uneven = (float(mean.std() / mean.mean()) - _FLAT) / _FULL
    classes = float(mean.sum() ** 2 / (mean @ mean)) - _FEW_CLASSES
    told = np.clip(uneven, 0, 1) * np.clip(classes, 0, 1)
    sure = np.clip((fits[best] - second) / _CERTAIN_GAP, 0, 1) * told
    return Key(best % 12, best >= 12), float(sure)


def _chords(
    treble: Levels, bass: Levels, tempo: TempoMap, seconds: float
) -> tuple[list[tuple[float, int]], float]:
    """Where chords change, to which (12 major, 12 minor, none), and how well that fits."""
    if tempo.downbeat is None or tempo.confidence < _BEAT_CONFIDENCE:
        return [], 0.0
    bars = bar_lines(tempo, seconds)
    if len(bars) < 2:
        return [], 0.0
    above, below = between(bars, treble), between(bars, bass)
    likeness = _likeness(above, below)
    path = _likeliest(likeness)
    chosen = likeness[np.arange(len(path)), path]
    some = path < 24
    fit = float(np.mean(chosen[some])) - _NO_CHORD if some.any() else 0.0
    changes = [k for k in range(len(path)) if k == 0 or path[k] != path[k - 1]]
    found = [(float(bars[k]), int(path[k])) for k in changes]
    return found, float(np.clip(fit / (1 - _NO_CHORD) * some.mean() * 1.5, 0, 1))


def bar_lines(tempo: TempoMap, seconds: float) -> Floats:
    """The seconds on which bars begin, from the first downbeat in the song to its end."""
    first = tempo.first_bar
    last = float(tempo.beats(np.array([seconds]))[0])
    return tempo.seconds(np.arange(first, last, float(tempo.beats_per_bar)))


def _likeness(treble: Floats, bass: Floats) -> Floats:
    """How like each bar is to 12 major triads, 12 minor ones, and none: shape (bars, 25)."""
    templates = np.array(
        [
            _overtones(np.roll(np.isin(np.arange(12), triad).astype(float), k))
            for triad in _TRIADS
            for k in range(12)
        ]
    )
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    both = treble + 0.5 * bass
    loud = np.linalg.norm(both, axis=1, keepdims=True)
    low = np.linalg.norm(bass, axis=1, keepdims=True)
    like = both / np.maximum(loud, 1e-12) @ templates.T
    roots = bass / np.maximum(low, 1e-12)
    like = (1 - _BASS) * like + _BASS * np.concatenate((roots, roots), axis=1)
    silent = loud < _QUIET * np.median(loud)
    none = np.where(silent, 1.0, _NO_CHORD)
    found: Floats = np.concatenate((np.where(silent, 0.0, like), none), axis=1)
    return found


def _likeliest(likeness: Floats) -> NDArray[np.int64]:
    """The path of chords that gains most, changes having their cost (Viterbi's search)."""
    count, chords = likeness.shape
    cost = _CHANGE * (1 - np.eye(chords))
    score, came = likeness[0], np.zeros((count, chords), np.int64)
    for bar in range(1, count):
        ways = score[:, None] - cost
        came[bar] = ways.argmax(axis=0)
        score = ways.max(axis=0) + likeness[bar]
    path = [int(score.argmax())]
    for bar in range(count - 1, 0, -1):
        path.append(int(came[bar, path[-1]]))
    return np.array(path[::-1])


def chord_name(chord: int, key: Key | None) -> str:
    """``Bb``, ``F#m``, or ``N.C.`` for none; a root of ``key`` is spelt as that key has it."""
    if chord == 24:
        return "N.C."
    if key is None or (chord - _major(key)) % 12 not in _MAJOR_SCALE:
        return Key(chord % 12, chord >= 12).midi_name
    signature = (7 * _major(key) + 5) % 12 - 5  # sharps; flats where negative
    names = _SHARPS if signature > 0 else _FLATS
    return names[chord % 12] + ("m" if chord >= 12 else "")


def _major(key: Key) -> int:
    """The tonic of the major key with the same notes."""
    return (key.tonic + 3) % 12 if key.minor else key.tonic


def _overtones(classes: Floats | tuple[float, ...]) -> Floats:
    """What these pitch classes sound like: each brings a fifth and a third above it."""
    tones = np.asarray(classes, float)
    return tones + _FIFTH * np.roll(tones, 7) + _THIRD * np.roll(tones, 4)


def _tuning(columns: Columns) -> float:
    """By how much the song is above A = 440 Hz, in semitones from -0.5 to 0.5."""
    total = columns.treble.sum(axis=0, dtype=float) + columns.bass.sum(axis=0, dtype=float)
    place = np.arange(len(total)) - STEPS // 2
    return float(np.angle(total @ np.exp(2j * np.pi * place / STEPS)) / (2 * np.pi))


def _classes(tuning: float) -> Levels:
    """From thirds of a semitone to pitch classes, shape (36, 12)."""
    place = (np.arange(12 * STEPS) - STEPS // 2) / STEPS - tuning
    away = np.abs((place[:, None] - np.arange(12) + 6) % 12 - 6)
    fold: Levels = np.clip(1.0 - 1.5 * away, 0.0, None).astype(np.float32)
    return fold
