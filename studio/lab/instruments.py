"""How parts sound: soundfonts, recorded one-shots, and what stands between them and the mixture.

Every function takes notes or samples and returns stereo float32 of shape (2, samples); all
randomness comes from the generator that is passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from studio.errors import PackageMissingError
from studio.lab.sources import RATE, Mono, Shot
from studio.music.audio import Samples
from studio.music.notes import Note

Random = np.random.Generator
Curve = Callable[[NDArray[Any]], NDArray[Any]]
Bend = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Synth = Any  # of tinysoundfont, which states no types
_DRUM_BANK = 128
_BEND_RANGE = 12.0  # semitones either way
_BEND_SECONDS = 0.008
# Keys of the drum pad of the recorded drummers that General MIDI calls otherwise.
_PAD_KEYS = {22: 42, 26: 46, 58: 43, 40: 38, 48: 47}


def soundfont(
    font: Path,
    program: int,
    notes: Sequence[Note],
    n_samples: int,
    drums: bool = False,
    bend: Bend | None = None,
) -> Samples:
    """Notes played by a program of a soundfont.

    Args:
        program: 0 to 127, or the number of a kit where ``drums``.
        bend: Semitones at each of some seconds, within an octave; for parts of one voice.
    """
    synth, handle = _synth(font)
    synth.program_select(0, handle, _DRUM_BANK if drums else 0, program, drums)
    synth.pitchbend_range(0, _BEND_RANGE)
    events = [*_events(notes, drums), *(_bends(bend, n_samples) if bend else ())]
    out = np.zeros((n_samples, 2), np.float32)
    here = 0
    for when, kind, key, value in sorted(events):
        stop = min(max(when, here), n_samples)
        out[here:stop] = _generate(synth, stop - here)
        here = stop
        if kind == 0:
            synth.noteoff(0, key)
        elif kind == 1:
            synth.pitchbend(0, value)
        else:
            synth.noteon(0, key, value)
    out[here:] = _generate(synth, n_samples - here)
    synth.sounds_off(0)
    synth.pitchbend(0, 8192)
    synth.generate(RATE)  # what still fades must not be heard in the next part
    return np.ascontiguousarray(out.T)


def _events(notes: Sequence[Note], drums: bool) -> Iterator[tuple[int, int, int, int]]:
    """(sample, 0 for off and 2 for on, key, velocity): ends come before starts."""
    for note in notes:
        key = _PAD_KEYS.get(note.pitch, note.pitch) if drums else note.pitch
        yield round(note.onset * RATE), 2, key, note.velocity
        yield round(note.offset * RATE), 0, key, 0


def _bends(bend: Bend, n_samples: int) -> Iterator[tuple[int, int, int, int]]:
    times = np.arange(0, n_samples / RATE, _BEND_SECONDS)
    values = np.clip(np.round(8192 + 8191 * bend(times) / _BEND_RANGE), 0, 16383).astype(int)
    for time, value in zip(times, values, strict=True):
        yield round(time * RATE), 1, 0, int(value)


def _generate(synth: Synth, n_samples: int) -> NDArray[np.float32]:
    """The next samples, (samples, 2)."""
    if n_samples == 0:
        return np.empty((0, 2), np.float32)
    return np.frombuffer(synth.generate(n_samples), np.float32).reshape(-1, 2)


@lru_cache(maxsize=4)
def _synth(font: Path) -> tuple[Synth, int]:
    """tinysoundfont (MIT) with a soundfont loaded."""
    try:
        tinysoundfont = import_module("tinysoundfont")
    except ImportError as error:
        how = "pip install --no-deps tinysoundfont"
        raise PackageMissingError(package="tinysoundfont", how=how) from error
    synth = tinysoundfont.Synth(samplerate=RATE)
    return synth, synth.sfload(str(font), gain=-6.0)


def sampled(
    shots: Sequence[Shot], notes: Sequence[Note], n_samples: int, release: float = 0.06
) -> Samples:
    """Notes played by the nearest recorded one-shots, resampled to pitch; centred."""
    out = np.zeros(n_samples + 8 * RATE, np.float32)
    pitches = np.array([shot.pitch for shot in shots])
    layers = np.array([shot.layer for shot in shots])
    for note in notes:
        short = note.offset - note.onset < 0.2
        wanted = 2 if short and 2 in layers else int(note.velocity > 80)
        miss = np.abs(pitches - note.pitch) + 3 * (layers != wanted)
        shot = shots[int(np.argmin(miss))]
        ratio = 2 ** ((note.pitch - shot.pitch) / 12)
        length = min(
            int(len(shot.samples) / ratio), round((note.offset - note.onset + release) * RATE)
        )
        _add(
            out,
            note.onset,
            _at_speed(shot.samples, ratio, length) * _ending(length, release),
            note.velocity,
        )
    return np.stack([out[:n_samples], out[:n_samples]])


def _at_speed(samples: Mono, ratio: float, length: int) -> Mono:
    at = np.arange(length) * ratio
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float32)


def _ending(length: int, release: float) -> Mono:
    """1, and down to 0 over the release."""
    fade = np.arange(length, 0, -1, dtype=np.float32) / np.float32(max(1.0, release * RATE))
    return np.asarray(np.minimum(fade, 1), np.float32)


def _add(out: Mono, onset: float, sound: Mono, velocity: int) -> None:
    start = round(onset * RATE)
    stop = min(len(out), start + len(sound))
    if stop > start:
        out[start:stop] += sound[: stop - start] * np.float32((velocity / 127) ** 1.3)


def kit(
    pieces: dict[int, Sequence[Mono]], notes: Sequence[Note], n_samples: int, rng: Random
) -> Samples:
    """Drum hits: for each key its samples, softest first, each piece at its place in the room."""
    out = np.zeros((2, n_samples + 6 * RATE), np.float32)
    width = rng.uniform(0, 0.8)
    place = {key: rng.uniform(-width, width) for key in pieces}
    tune = {key: 2 ** (rng.normal(0, 1.5) / 12) for key in pieces}
    place |= dict.fromkeys((35, 36, 38), 0.0)
    for note in notes:
        hits = pieces.get(note.pitch)
        if not hits:
            continue
        layer = int(np.clip(note.velocity / 128 * len(hits) + rng.normal(0, 0.5), 0, len(hits) - 1))
        hit = hits[layer]
        sound = _at_speed(hit, tune[note.pitch], min(int(len(hit) / tune[note.pitch]), 4 * RATE))
        for side, gain in enumerate(_panning(place[note.pitch])):
            _add(out[side], note.onset, gain * sound, note.velocity)
    return out[:, :n_samples]


def _panning(place: float) -> tuple[np.float32, np.float32]:
    """Gains of constant power for a place in [-1, 1]."""
    angle = (place + 1) * np.pi / 4
    return np.float32(np.cos(angle) * np.sqrt(2)), np.float32(np.sin(angle) * np.sqrt(2))


def panned(samples: Samples, place: float) -> Samples:
    """``samples`` moved to a place in [-1, 1]."""
    return samples * np.array(_panning(place), np.float32)[:, None]


def doubled(one: Samples, other: Samples, width: float) -> Samples:
    """Two takes of a part, to the left and to the right."""
    return (panned(one, -width) + panned(other, width)) * np.float32(0.7)


def amplified(samples: Samples, drive_db: float, corner_hz: float) -> Samples:
    """Through a guitar amplifier: soft clipping, then a loudspeaker that ends at ``corner_hz``."""
    level = np.sqrt(np.mean(samples**2)) + 1e-9
    x = samples * np.float32(10 ** (drive_db / 20) * 0.2 / level)
    x = np.tanh(x + np.float32(0.1)) - np.float32(np.tanh(0.1))

    def loudspeaker(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        heard: NDArray[np.float64] = (
            hz / np.sqrt(hz**2 + 80**2) / np.sqrt(1 + (hz / corner_hz) ** 8)
        )
        return heard

    return filtered(x, loudspeaker) * np.float32(level)


def filtered(samples: NDArray[Any], gain: Curve) -> Samples:
    """Through a filter of no phase, whose gain at a frequency (Hz) is given."""
    n = samples.shape[-1]
    n_fft = 1 << int(np.ceil(np.log2(n + 4096)))
    spectrum = np.fft.rfft(samples, n_fft).astype(np.complex64)
    spectrum *= gain(np.fft.rfftfreq(n_fft, 1 / RATE)).astype(np.float32)
    return np.asarray(np.fft.irfft(spectrum, n_fft)[..., :n], np.float32)


def in_a_room(samples: Samples, rng: Random, seconds: float, wet: float) -> Samples:
    """With reverberation of exponentially decaying noise, duller than its source; wide."""
    n = int(seconds * RATE)
    tail = rng.standard_normal((2, n)) * np.exp(-6.9 * np.arange(n) / n)
    tail[:, : int(rng.uniform(0.0, 0.03) * RATE)] = 0
    corner = rng.uniform(2000, 9000)
    dull = filtered(tail.astype(np.float32), lambda hz: 1 / np.sqrt(1 + (hz / corner) ** 2))
    dull /= np.sqrt((dull**2).sum(axis=1, keepdims=True)) + 1e-9
    reverb = fftconvolve(samples, dull, axes=1)[:, : samples.shape[1]]
    return np.asarray(samples + wet * reverb, np.float32)


def echoed(samples: Samples, seconds: float, feedback: float, wet: float) -> Samples:
    """With four echoes, to and fro between the channels."""
    out = samples.copy()
    step = round(seconds * RATE)
    for number in range(1, 5):
        delay = step * number
        if delay >= samples.shape[1]:
            break
        echo = samples[:: -1 if number % 2 else 1, : samples.shape[1] - delay]
        out[:, delay:] += np.float32(wet * feedback ** (number - 1)) * echo
    return out


def compressed(samples: Samples, ratio: float) -> Samples:
    """Peaks brought nearer to the rest: the envelope of 50 ms to the power of 1/ratio - 1."""
    hop = RATE // 100
    n = samples.shape[1] // hop * hop
    power = (samples[:, :n] ** 2).mean(axis=0).reshape(-1, hop).mean(axis=1)
    power = np.convolve(power, np.ones(5) / 5, mode="same") + 1e-8
    loud = np.quantile(power, 0.8) + 1e-8
    gain = np.minimum(1.0, loud / power) ** (0.5 * (1 - 1 / ratio))
    curve = np.interp(np.arange(samples.shape[1]), np.arange(len(gain)) * hop + hop / 2, gain)
    return samples * curve.astype(np.float32)


def singing_bend(notes: Sequence[Note], rng: Random) -> Bend:
    """How a player of one voice bends: into notes from below or from the last, and vibrato."""
    onsets = np.array([n.onset for n in notes])
    scoop = np.where(rng.random(len(notes)) < 0.4, -rng.uniform(0.3, 2.2, len(notes)), 0.0)
    speed = rng.uniform(0.04, 0.15, len(notes))
    rate, depth = rng.uniform(4.5, 6.5), rng.uniform(0.05, 0.6)

    def bend(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        at = np.clip(np.searchsorted(onsets, seconds, side="right") - 1, 0, None)
        since = np.maximum(seconds - onsets[at], 0)
        vibrato = depth * np.clip((since - 0.2) / 0.3, 0, 1) * np.sin(2 * np.pi * rate * seconds)
        curve: NDArray[np.float64] = scoop[at] * np.exp(-since / speed[at]) + vibrato
        return curve

    return bend
