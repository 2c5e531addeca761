"""Ways to spoil a take, and a plain sound that is not the program's own voice.

Shared by the tests and by ``study.py``. Everything follows from a seed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.signal import sawtooth

from studio.music.notes import Notes

SAMPLE_RATE = 22050


def melody(seed: int = 440, seconds: float = 20.0) -> Notes:
    """Chords and a melody: about four notes a second between MIDI 40 and 81."""
    rng = np.random.default_rng(seed)
    beats = np.arange(0.3, seconds - 1.0, 0.5)
    tune = beats[rng.random(len(beats)) < 0.8] + rng.normal(0, 0.01)
    chords = beats[::4].repeat(3)
    roots = rng.choice([40, 43, 45, 48], len(beats[::4]))
    pitch = np.concatenate(
        [
            rng.choice([64, 67, 69, 72, 74, 76, 79, 81], len(tune)),
            np.add.outer(roots, [0, 7, 16]).ravel(),
        ]
    )
    onset = np.concatenate([tune, chords])
    length = np.concatenate([rng.uniform(0.15, 0.45, len(tune)), np.full(len(chords), 1.8)])
    return Notes.columns(onset, pitch, onset + length)


def plucked(notes: Notes, seconds: float, seed: int = 7) -> NDArray[np.float32]:
    """Sawtooth tones that fade within 0.4 s, nine cents sharp, over noise at -50 dB."""
    sound = 0.002 * np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    for note in notes:
        first = round(note.onset * SAMPLE_RATE)
        t = (
            np.arange(max(0, min(len(sound), round(note.offset * SAMPLE_RATE)) - first))
            / SAMPLE_RATE
        )
        hz = 440.0 * 2.0 ** ((note.pitch - 69 + 0.09) / 12)
        tone = -sawtooth(2 * np.pi * hz * t) * np.exp(-t / 0.4) * np.minimum(1, t / 0.003)
        sound[first : first + len(t)] += 0.1 * tone
    return sound.astype(np.float32)


def _drop(share: float) -> Callable[[Notes, Generator, bool], Notes]:
    def spoil(notes: Notes, rng: Generator, drums: bool) -> Notes:
        return notes.where(rng.permutation(len(notes)) >= max(1, round(share * len(notes))))

    return spoil


def _ghosts(share: float) -> Callable[[Notes, Generator, bool], Notes]:
    def spoil(notes: Notes, rng: Generator, drums: bool) -> Notes:
        like = rng.integers(0, len(notes), max(1, round(share * len(notes))))
        onset = rng.uniform(0, notes.offset.max(), len(like))
        pitch = notes.pitch[like] + (0 if drums else rng.integers(-12, 13, len(like)))
        return _joined(notes, onset, pitch, onset + (notes.offset - notes.onset)[like])

    return spoil


def _late(seconds: float) -> Callable[[Notes, Generator, bool], Notes]:
    def spoil(notes: Notes, rng: Generator, drums: bool) -> Notes:
        return Notes.columns(notes.onset + seconds, notes.pitch, notes.offset + seconds)

    return spoil


def _jitter(notes: Notes, rng: Generator, drums: bool) -> Notes:
    shift = np.maximum(rng.normal(0, 0.06, len(notes)), -notes.onset)
    return Notes.columns(notes.onset + shift, notes.pitch, notes.offset + shift)


def _octaves(notes: Notes, rng: Generator, drums: bool) -> Notes:
    some = rng.permutation(len(notes))[: max(1, round(0.3 * len(notes)))]
    above = rng.choice([12, 19], len(some))
    return _joined(notes, notes.onset[some], notes.pitch[some] + above, notes.offset[some])


def _wrong(interval: int) -> Callable[[Notes, Generator, bool], Notes]:
    def spoil(notes: Notes, rng: Generator, drums: bool) -> Notes:
        some = rng.permutation(len(notes))[: max(1, round(0.2 * len(notes)))]
        pitch = notes.pitch.copy()
        pitch[some] += interval * rng.choice([-1, 1], len(some))
        return Notes.columns(notes.onset, pitch, notes.offset)

    return spoil


def _long(notes: Notes, rng: Generator, drums: bool) -> Notes:
    return Notes.columns(notes.onset, notes.pitch, notes.onset + 2.5 * (notes.offset - notes.onset))


def _short(notes: Notes, rng: Generator, drums: bool) -> Notes:
    length = np.maximum((notes.offset - notes.onset) / 3, 0.01)
    return Notes.columns(notes.onset, notes.pitch, notes.onset + length)


def _cut(notes: Notes, rng: Generator, drums: bool) -> Notes:
    middle = (notes.onset + notes.offset) / 2
    first = Notes.columns(notes.onset, notes.pitch, np.maximum(middle - 0.02, notes.onset + 0.01))
    return _joined(first, middle, notes.pitch, notes.offset)


def _joined(
    notes: Notes,
    onset: NDArray[np.float64],
    pitch: NDArray[np.integer],
    offset: NDArray[np.float64],
) -> Notes:
    return Notes.columns(
        np.concatenate([notes.onset, onset]),
        np.concatenate([notes.pitch, pitch]),
        np.concatenate([notes.offset, offset]),
    )


ALL: dict[str, Callable[[Notes, Generator, bool], Notes]] = {
    "10 % of the notes missing": _drop(0.1),
    "30 % of the notes missing": _drop(0.3),
    "20 % ghost notes": _ghosts(0.2),
    "50 % ghost notes": _ghosts(0.5),
    "octave and twelfth ghosts on 30 %": _octaves,
    "20 % off by a semitone": _wrong(1),
    "20 % off by an octave": _wrong(12),
    "all 50 ms late": _late(0.05),
    "all 120 ms late": _late(0.12),
    "onsets jittered by 60 ms": _jitter,
    "notes 2.5 times too long": _long,
    "notes three times too short": _short,
    "notes cut in two": _cut,
}
ONLY_PITCHED = {
    "octave and twelfth ghosts on 30 %",
    "20 % off by a semitone",
    "20 % off by an octave",
    "notes 2.5 times too long",
    "notes three times too short",
    "notes cut in two",
}
