"""Parts for families of instruments whose notes are known, and what leaks into a stem.

Sounds are added up from partials, one recipe a family; none of them was heard when an engine's
constants were chosen. The same number gives the same part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.music.notes import Notes
from studio.synth import kit

SAMPLE_RATE = 22050
_MINOR = np.array([0, 2, 3, 5, 7, 8, 10])


@dataclass(frozen=True, slots=True)
class Family:
    """How a family sounds and what it plays.

    Attributes:
        tilt: Partial k has the amplitude k ** -tilt.
        even: What is left of the even partials.
        decay: Per second, of the first partial; higher ones die faster. 0: held.
        attack, release: In seconds.
        vibrato: In semitones.
        stretch: Inharmonicity: partial k lies at k * sqrt(1 + stretch * k**2).
        lowest, highest: MIDI numbers of the tonics.
        voices: Notes at a time, at most.
        kind: What the stem is heard as.
    """

    tilt: float
    even: float
    decay: float
    attack: float
    release: float
    vibrato: float
    stretch: float
    lowest: int
    highest: int
    voices: int
    kind: str


FAMILIES = {
    "piano": Family(1.3, 1.0, 1.8, 0.003, 0.08, 0.0, 4e-4, 45, 62, 4, "piano"),
    "bass": Family(1.1, 0.8, 1.2, 0.006, 0.05, 0.0, 1e-4, 28, 36, 1, "bass"),
    "guitar": Family(0.9, 0.7, 2.5, 0.003, 0.06, 0.0, 5e-5, 40, 52, 3, "guitar"),
    "strings": Family(1.0, 1.0, 0.0, 0.05, 0.08, 0.25, 0.0, 50, 64, 2, "other"),
    "winds": Family(1.4, 0.25, 0.0, 0.03, 0.05, 0.1, 0.0, 55, 68, 1, "other"),
}


def part(family: Family, number: int, seconds: float = 20.0) -> tuple[NDArray[np.float32], Notes]:
    """Part ``number``: float32 mono samples at ``SAMPLE_RATE`` at -20 dB, and its notes."""
    draw = np.random.RandomState(number)
    notes = _score(family, draw, seconds)
    sound = np.zeros(round(seconds * SAMPLE_RATE))
    for note in notes:
        loud = 10 ** (draw.normal(0.0, 3.0) / 20)
        one = loud * _note(family, note.pitch, note.offset - note.onset, draw)
        start = round(note.onset * SAMPLE_RATE)
        sound[start : start + len(one)] += one[: len(sound) - start]
    return _levelled(sound), notes


def leak(number: int, n_samples: int) -> NDArray[np.float32]:
    """Piano chords and drums at ``SAMPLE_RATE`` at -20 dB: the rest of the band."""
    draw = np.random.RandomState(100_000 + number)
    seconds = n_samples / SAMPLE_RATE
    chords, _ = part(FAMILIES["piano"], 200_000 + number, max(seconds, 3.0))
    sound = chords[:n_samples].astype(np.float64)
    step = draw.uniform(0.2, 0.3)
    for count in range(int(seconds / step)):
        key = (36, 42, 38, 42)[count % 4]
        hit = kit.hit(key, SAMPLE_RATE)
        start = round(count * step * SAMPLE_RATE)
        sound[start : start + len(hit)] += 0.5 * hit[: n_samples - start]
    return _levelled(sound)


def _levelled(sound: NDArray[np.float64]) -> NDArray[np.float32]:
    loud = np.sqrt(np.mean(sound**2))
    return (sound * (0.1 / loud if loud else 1.0)).astype(np.float32)


def _score(family: Family, draw: np.random.RandomState, seconds: float) -> Notes:
    """A walk over a minor scale, chords where the family plays some, rests now and then."""
    tonic = draw.randint(family.lowest, family.highest)
    beat = draw.uniform(0.25, 0.5)
    at, degree = 0.3, draw.randint(0, 8)
    rows: list[tuple[float, int, float]] = []
    while True:
        length = beat * draw.choice([0.5, 1.0, 1.0, 2.0])
        if at + length > seconds - 0.5:
            onset, pitch, offset = np.array(rows).T
            return Notes.columns(onset, pitch.astype(int), offset)
        degree = int(np.clip(degree + draw.randint(-3, 4), 0, 13))
        voices = draw.randint(1, family.voices + 1)
        hold = draw.uniform(0.7, 1.0)
        for third in range(voices):
            step = degree + 2 * third
            pitch = int(tonic + 12 * (step // 7) + _MINOR[step % 7])
            rows.append((at, pitch, at + hold * length))
        at += length * (2.0 if draw.rand() < 0.1 else 1.0)


def _note(
    family: Family, pitch: int, length: float, draw: np.random.RandomState
) -> NDArray[np.float64]:
    """One note with its release."""
    hertz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    t = np.arange(round((length + family.release) * SAMPLE_RATE)) / SAMPLE_RATE
    rate, phase = draw.uniform(5.0, 6.0), draw.uniform(0, 2 * np.pi)
    sway = family.vibrato * np.clip((t - 0.15) / 0.2, 0.0, 1.0)
    bend = 2.0 ** (sway * np.sin(2 * np.pi * rate * t + phase) / 12.0)
    cycles = np.cumsum(hertz * bend) / SAMPLE_RATE
    sound = np.zeros(len(t))
    for order in range(1, 31):
        ratio = order * np.sqrt(1.0 + family.stretch * order**2)
        if ratio * hertz > 0.45 * SAMPLE_RATE:
            break
        level = order**-family.tilt * (family.even if order % 2 == 0 else 1.0)
        fade = np.exp(-family.decay * np.sqrt(order) * t)
        sound += level * fade * np.sin(2 * np.pi * ratio * cycles + draw.uniform(0, 2 * np.pi))
    rise = np.clip(t / family.attack, 0.0, 1.0)
    fall = np.clip((length + family.release - t) / family.release, 0.0, 1.0)
    shaped: NDArray[np.float64] = sound * rise * fall
    return shaped
