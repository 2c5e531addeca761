"""What is played: a POP909 tune as notes of every part, with human timing.

A tune gives melody, harmony (its piano track) and tempo; the parts that it lacks are made from
its harmony by small generators. Notes are tuples (onset, end, pitch, velocity), seconds and MIDI.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.midi.read import read_midi
from studio.music.notes import Note, Notes

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Chord:
    """Harmony of half a bar: its root and all its pitch classes, the root first."""

    start: float
    stop: float
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tune:
    """A stretch of a song: ``seconds`` long, from 0; ``beat`` is the length of a quarter."""

    seconds: float
    beat: float
    melody: Notes
    bridge: Notes
    piano: Notes
    chords: tuple[Chord, ...]


def read_tune(path: Path, seconds: float, rng: Random) -> Tune:
    """A stretch of a POP909 file, in another key and at another tempo."""
    song = read_midi(path)
    tracks = {part.name.upper(): part.notes for part in song.parts}
    pace, shift = rng.uniform(0.8, 1.25), int(rng.integers(-5, 7))
    bpm = song.tempo.steps[0].bpm
    while bpm / pace > 170:
        bpm /= 2
    melody = tracks["MELODY"]
    latest = max(0.0, float(melody.onset[-1]) - seconds / pace)
    start = rng.uniform(float(melody.onset[0]) * 0.8, max(latest, float(melody.onset[0])))
    moved = {name: _stretch(notes, start, seconds, pace, shift) for name, notes in tracks.items()}
    beat = 60 / bpm * pace
    piano = moved["PIANO"]
    chords = _chords(piano, seconds, 2 * beat)
    return Tune(seconds, beat, moved["MELODY"], moved["BRIDGE"], piano, chords)


def _stretch(notes: Notes, start: float, seconds: float, pace: float, shift: int) -> Notes:
    onset, offset = (notes.onset - start) * pace, (notes.offset - start) * pace
    moved = Notes(
        onset, (notes.pitch + shift).astype(np.int16), offset, notes.velocity, notes.strength
    )
    return moved.where((onset >= 0) & (onset < seconds - 0.2))


def _chords(piano: Notes, seconds: float, length: float) -> tuple[Chord, ...]:
    """Of every stretch of ``length`` seconds: the pitch classes that sound longest."""
    found: list[Chord] = []
    last: tuple[int, ...] = (0, 4, 7)
    for start in np.arange(0, seconds, length):
        held = np.minimum(piano.offset, start + length) - np.maximum(piano.onset, start)
        sounding = held > 0.05
        if sounding.any():
            weight = np.bincount(piano.pitch[sounding] % 12, held[sounding], minlength=12)
            root = int(piano.pitch[sounding].min()) % 12
            others = [int(c) for c in np.argsort(-weight)[:4] if weight[c] > 0.1 and c != root]
            last = (root, *others)
        found.append(Chord(float(start), float(min(start + length, seconds)), last))
    return tuple(found)


def humanised(notes: list[Note], rng: Random, milliseconds: float = 8.0) -> list[Note]:
    """The same notes, each a little off its time and loudness."""
    if not notes:
        return []
    late = rng.normal(0, milliseconds / 1000, len(notes))
    louder = rng.normal(0, 8, len(notes))
    return [
        Note(
            max(0.0, n.onset + d),
            n.pitch,
            max(n.offset + d, n.onset + d + 0.05),
            int(np.clip(n.velocity + v, 20, 127)),
        )
        for n, d, v in zip(notes, late, louder, strict=True)
    ]


def bass_line(tune: Tune, rng: Random) -> list[Note]:
    """Roots in one of several rhythms, with fifths, octaves and steps to the next root."""
    style = int(rng.integers(5))
    low = int(rng.integers(28, 34))
    step = tune.beat / (2 if style in {0, 3} else 1)
    length = step * rng.uniform(0.5, 0.98)
    notes = []
    for number, chord in enumerate(tune.chords):
        root = low + (chord.classes[0] - low) % 12
        following = tune.chords[min(number + 1, len(tune.chords) - 1)].classes[0]
        if style == 2:
            notes.append(Note(chord.start, root, chord.stop - 0.03, 95))
            continue
        times = np.arange(chord.start, chord.stop - 0.05, step)
        for place, time in enumerate(times):
            pitch = _bass_pitch(style, place, len(times), root, following, low, rng)
            if place and rng.random() < (0.25 if style in {0, 4} else 0.05):
                continue
            notes.append(Note(float(time), pitch, float(time + length), 95 if place == 0 else 82))
    return notes


def _bass_pitch(
    style: int, place: int, count: int, root: int, following: int, low: int, rng: Random
) -> int:
    if style == 1:  # walking
        last = low + (following - low) % 12 + (-1 if rng.random() < 0.5 else 1)
        return last if place == count - 1 and count > 1 else root + (0, 4, 7, 9)[place % 4]
    if style == 3:  # octaves
        return root + 12 * (place % 2)
    if style == 4 and place:
        return root + int(rng.choice([0, 7, 12, 10, -5 if root > low + 5 else 7]))
    return root


def strummed(tune: Tune, rng: Random) -> list[Note]:
    """Guitar chords, down and up strokes with some left out."""
    pattern = rng.random(8) < rng.choice([0.4, 0.6, 0.95])
    pattern[0] = True
    lowest = int(rng.integers(40, 53))
    gap, sustain = rng.uniform(0.006, 0.025), rng.uniform(0.6, 3.0)
    notes = []
    for chord in tune.chords:
        voicing = _voicing(chord, lowest, int(rng.integers(4, 7)))
        for place, time in enumerate(np.arange(chord.start, chord.stop - 0.05, tune.beat / 2)):
            if pattern[place % 8]:
                strings = voicing if place % 2 == 0 else voicing[::-1][:4]
                velocity = 92 if place == 0 else 76
                notes += [
                    Note(time + gap * n, pitch, time + sustain * tune.beat / 2 + 0.05, velocity)
                    for n, pitch in enumerate(strings)
                ]
    return notes


def power_chords(tune: Tune, rng: Random) -> list[Note]:
    """Root, fifth and octave in eighths, or held: rock guitar."""
    lowest = int(rng.integers(38, 45))
    step = float(rng.choice([0.5, 1.0, 4.0])) * tune.beat
    tightness = rng.uniform(0.4, 1.0)
    notes = []
    for chord in tune.chords:
        root = lowest + (chord.classes[0] - lowest) % 12
        for time in np.arange(chord.start, chord.stop - 0.05, step):
            end = min(time + step * tightness, chord.stop)
            notes += [Note(float(time), root + up, float(end), 96) for up in (0, 7, 12)]
    return notes


def arpeggio(tune: Tune, rng: Random) -> list[Note]:
    """Chord notes one after another."""
    step = tune.beat / float(rng.choice([2, 3, 4]))
    lowest, ring = int(rng.integers(48, 66)), rng.uniform(1, 4)
    order = rng.permutation(6)
    notes = []
    for chord in tune.chords:
        voicing = _voicing(chord, lowest, 6)
        for place, time in enumerate(np.arange(chord.start, chord.stop - 0.05, step)):
            pitch = voicing[order[place % 6]]
            notes.append(Note(float(time), pitch, float(time + ring * step), 80))
    return notes


def riff(tune: Tune, rng: Random) -> list[Note]:
    """A figure of two bars that comes back, moved with the harmony."""
    places = np.flatnonzero(rng.random(16) < 0.5)
    degrees = rng.integers(0, 4, 16)
    lowest, step = int(rng.integers(45, 70)), tune.beat / 2
    notes = []
    for number, chord in enumerate(tune.chords):
        voicing = _voicing(chord, lowest, 4)
        for place in places[(places // 4) == number % 4]:
            time = chord.start + (place % 4) * step
            notes.append(Note(time, voicing[degrees[place]], time + step * 0.9, 88))
    return notes


def pad(tune: Tune, rng: Random) -> list[Note]:
    """Chords held until they change."""
    lowest = int(rng.integers(48, 64))
    return [
        Note(chord.start, pitch, chord.stop + 0.1, 72)
        for chord in tune.chords
        for pitch in _voicing(chord, lowest, 4)
    ]


def stabs(tune: Tune, rng: Random) -> list[Note]:
    """Short chords on a few places of the bar: horns, organ, clavinet."""
    lowest = int(rng.integers(53, 67))
    places = np.flatnonzero(rng.random(8) < 0.3)
    length = rng.uniform(0.15, 0.6)
    return [
        Note(
            chord.start + place * tune.beat / 4,
            pitch,
            chord.start + place * tune.beat / 4 + length,
            95,
        )
        for chord in tune.chords
        for place in places
        for pitch in _voicing(chord, lowest, 3)
    ]


def keys(tune: Tune, rng: Random) -> list[Note]:
    """The tune's own piano track."""
    return list(tune.piano)


def lead(notes: Notes, rng: Random, lowest: int, highest: int) -> list[Note]:
    """A melody for one voice: no overlaps, brought into a range by octaves."""
    if not len(notes):
        return []
    middle = float(np.median(notes.pitch))
    octaves = 12 * round(((lowest + highest) / 2 - middle) / 12)
    ends = np.minimum(notes.offset, np.append(notes.onset[1:], np.inf))
    return [
        Note(
            float(a),
            int(np.clip(p + octaves, lowest - 5, highest + 5)),
            float(max(b, a + 0.06)),
            int(v),
        )
        for a, b, p, v in zip(
            notes.onset, ends, notes.pitch, np.maximum(notes.velocity, 70), strict=True
        )
    ]


def _voicing(chord: Chord, lowest: int, count: int) -> list[int]:
    """``count`` chord notes upwards from ``lowest``."""
    ladder = sorted(
        pitch
        for c in chord.classes
        for octave in range(4)
        if (pitch := lowest + (c - lowest) % 12 + 12 * octave)
    )
    return ladder[:count] if len(ladder) >= count else (ladder * count)[:count]


COMPS: dict[str, Callable[[Tune, Random], list[Note]]] = {
    "strummed": strummed, "power": power_chords, "arpeggio": arpeggio, "riff": riff,
    "pad": pad, "stabs": stabs, "keys": keys,
}  # fmt: skip


def groove(path: Path, tune: Tune, rng: Random) -> list[Note]:
    """Human drumming at the tempo of the tune, over again until its end."""
    bpm = float(path.stem.split("_beat_")[0].rsplit("_", 1)[-1])
    notes = read_midi(path).parts[0].notes
    pace = (60 / tune.beat) / bpm
    while pace > 1.45:
        pace /= 2
    while pace < 0.7:
        pace *= 2
    onset = (notes.onset - notes.onset[0]) / pace
    bar = 4 * 60 / bpm / pace
    period = max(1.0, np.ceil((onset[-1] + 0.05) / bar)) * bar
    skip = float(rng.integers(0, max(1, int(period / bar)))) * bar
    hits = []
    for start in np.arange(-skip, tune.seconds, period):
        times = onset + start
        hits += [
            Note(float(t), int(p), float(t) + 0.1, int(v))
            for t, p, v in zip(times, notes.pitch, notes.velocity, strict=True)
            if 0 <= t < tune.seconds - 0.1
        ]
    return hits
