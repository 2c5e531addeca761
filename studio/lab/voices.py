"""Singers from read speech: the words of a reader on the notes of a melody.

The WORLD vocoder (Morise, Yokomori and Ozawa, "WORLD: a vocoder-based high-quality speech
synthesis system for real-time applications", IEICE Trans. E99-D(7), 2016) takes speech apart into
pitch, envelope and noisiness, frame by frame. Syllables are cut at minima of energy, their vowels
stretched to the notes, their pitch replaced by the melody's with portamento, vibrato and drift;
consonants keep their length and their noise. Speech of 16 kHz ends at 8 kHz: above it, noise that
follows the octave below is added, or a network would learn that voices end there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from studio.audio.resample import resample
from studio.errors import PackageMissingError
from studio.lab.sources import RATE, Mono, speech
from studio.music.audio import Audio
from studio.music.notes import Note

Random = np.random.Generator
_RATE = 16_000
_FRAME = 0.005  # seconds
_CONSONANT = 14  # frames at the start of a syllable that are not stretched


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Speech taken apart: pitch in Hz (0 where unvoiced), envelope and noisiness a frame.

    Attributes:
        syllables: (first, stop) frames, most of them voiced.
        pitch: The reader's usual pitch, a MIDI number.
    """

    f0: NDArray[np.float64]
    envelope: NDArray[np.float32]
    noisiness: NDArray[np.float32]
    syllables: tuple[tuple[int, int], ...]
    pitch: float


@lru_cache(maxsize=24)
def analysed(folder: Path, reader: str, most_seconds: float = 20.0) -> Reader:
    """A reader's speech, at most ``most_seconds`` of it."""
    pyworld = _world()
    samples = np.concatenate([x for x, _ in speech(folder, reader)])[: int(most_seconds * _RATE)]
    wave = samples.astype(np.float64)
    f0, times = pyworld.dio(wave, _RATE, frame_period=_FRAME * 1000)
    f0 = pyworld.stonemask(wave, f0, times, _RATE)
    envelope = pyworld.cheaptrick(wave, f0, times, _RATE)
    noisiness = pyworld.d4c(wave, f0, times, _RATE)
    voiced = f0[f0 > 0]
    pitch = 69 + 12 * np.log2(np.median(voiced) / 440) if len(voiced) else 55.0
    cuts = _syllables(envelope, f0)
    return Reader(f0, envelope.astype(np.float32), noisiness.astype(np.float32), cuts, float(pitch))


def _world() -> Any:
    """pyworld (MIT), which states no types."""
    try:
        return import_module("pyworld")
    except ImportError as error:
        how = 'pip install pyworld "setuptools<81"'
        raise PackageMissingError(package="pyworld", how=how) from error


def _syllables(
    envelope: NDArray[np.float64], f0: NDArray[np.float64]
) -> tuple[tuple[int, int], ...]:
    """Stretches of 0.1 to 0.6 s between minima of energy, half of them voiced, none silent."""
    level = 10 * np.log10(envelope.sum(axis=1) + 1e-12)
    smooth = np.convolve(level, np.hanning(13) / np.hanning(13).sum(), mode="same")
    minima = np.flatnonzero((smooth[1:-1] < smooth[:-2]) & (smooth[1:-1] <= smooth[2:])) + 1
    floor = np.quantile(smooth, 0.9) - 25
    return tuple(
        (int(a), int(b))
        for a, b in pairwise(minima)
        if 20 <= b - a <= 120 and (f0[a:b] > 0).mean() > 0.5 and smooth[a:b].max() > floor
    )


def sung(reader: Reader, notes: Sequence[Note], n_samples: int, rng: Random) -> Mono:
    """``notes``, which do not overlap, sung on the words of ``reader``, at ``RATE``, mono."""
    pyworld = _world()
    n_frames = int(n_samples / RATE / _FRAME) + 1
    source = np.full(n_frames, -1)
    pitch = np.zeros(n_frames)
    gain = np.zeros(n_frames)
    first = int(rng.integers(len(reader.syllables)))
    for number, note in enumerate(notes):
        start, stop = round(note.onset / _FRAME), min(round(note.offset / _FRAME), n_frames)
        syllable = reader.syllables[(first + number) % len(reader.syllables)]
        frames = _stretched(syllable, stop - start, rng)
        stop = start + len(frames)
        source[start:stop] = frames
        pitch[start:stop] = note.pitch
        gain[start:stop] = _contour(len(frames)) * (note.velocity / 100)
    voiced = source >= 0
    at = np.maximum(source, 0)
    hertz = 440 * 2 ** ((_melody(pitch, voiced, rng) - 69) / 12)
    f0 = np.where(voiced & (reader.f0[at] > 0), hertz, 0.0)
    warp = 2 ** rng.normal(0, 0.12)
    envelope = _warped(reader.envelope[at], warp) * (gain**2)[:, None] + 1e-12
    noise = np.clip(reader.noisiness[at] + rng.uniform(0, 0.08), 1e-3, 1)
    columns = (np.ascontiguousarray(x, np.float64) for x in (f0, envelope, noise))
    wave = pyworld.synthesize(*columns, _RATE, _FRAME * 1000)
    return _widened(wave.astype(np.float32), n_samples, rng)


def _stretched(syllable: tuple[int, int], length: int, rng: Random) -> NDArray[np.int64]:
    """Which frame of the reader sounds in each of ``length``: consonants keep their length."""
    first, stop = syllable
    frames = np.arange(first, stop)
    head = min(_CONSONANT, len(frames) // 2, max(1, length // 2))
    tail = max(1, length - head)
    rest = np.linspace(head, len(frames) - 1, tail)
    return np.concatenate([frames[:head], frames[np.round(rest).astype(int)]])[: max(length, 1)]


def _contour(length: int) -> NDArray[np.float64]:
    """Loudness over a note."""
    x = np.linspace(0, 1, length)
    edges = np.minimum(x * length / 4 + 0.3, (1 - x) * length / 8 + 0.05)
    curve: NDArray[np.float64] = np.minimum(1, edges) * (1 - 0.25 * x)
    return curve


def _melody(
    pitch: NDArray[np.float64], voiced: NDArray[np.bool_], rng: Random
) -> NDArray[np.float64]:
    """MIDI numbers a frame: the notes with portamento, vibrato that sets in late, and drift."""
    frames = np.arange(len(pitch))
    last = np.maximum.accumulate(np.where(voiced, frames, 0))
    first = float(pitch[voiced][0]) if voiced.any() else 60.0
    held = np.where(voiced[last], pitch[last], first)
    glide = np.exp(-_FRAME / rng.uniform(0.008, 0.05))
    curve: NDArray[np.float64] = lfilter([1 - glide], [1, -glide], held, zi=[glide * held[0]])[0]
    changes = np.concatenate([[0], np.flatnonzero(np.diff(held)) + 1])
    since = (frames - changes[np.searchsorted(changes, frames, side="right") - 1]) * _FRAME
    rate, depth = rng.uniform(4.8, 6.6), rng.uniform(0.0, 0.55)
    curve += (
        depth * np.clip((since - 0.15) / 0.3, 0, 1) * np.sin(2 * np.pi * rate * frames * _FRAME)
    )
    curve += lfilter([0.02], [1, -0.98], rng.normal(0, 1.0, len(pitch)))
    return curve


def _warped(envelope: NDArray[np.float32], warp: float) -> NDArray[np.float32]:
    """Formants moved by a factor: a longer or shorter throat."""
    bins = envelope.shape[1]
    at = np.clip(np.arange(bins) / warp, 0, bins - 1)
    low = np.floor(at).astype(int)
    high, part = np.minimum(low + 1, bins - 1), (at - low).astype(np.float32)
    return np.asarray(envelope[:, low] * (1 - part) + envelope[:, high] * part, np.float32)


def _widened(wave: Mono, n_samples: int, rng: Random) -> Mono:
    """At ``RATE``, with noise above 7.5 kHz as loud as what lies below lets expect."""
    voice = resample(Audio(wave[None], _RATE), RATE).samples[0]
    voice = np.pad(voice, (0, max(0, n_samples - len(voice))))[:n_samples]
    hop = 256
    n = len(voice) // hop * hop
    edge = np.diff(voice[:n], n=2, prepend=[0, 0])  # rises with frequency
    level = np.sqrt((edge.reshape(-1, hop) ** 2).mean(axis=1))
    curve = np.interp(np.arange(len(voice)), np.arange(len(level)) * hop + hop / 2, level)
    spectrum = np.fft.rfft(rng.standard_normal(len(voice)).astype(np.float32))
    hertz = np.fft.rfftfreq(len(voice), 1 / RATE)
    spectrum *= np.clip((hertz - 6500) / 1500, 0, 1) * np.exp(-np.maximum(hertz - 8000, 0) / 4000)
    breath = np.fft.irfft(spectrum, len(voice)) * curve * 10 ** (rng.uniform(-3, 6) / 20)
    return np.asarray(voice + breath, np.float32)
