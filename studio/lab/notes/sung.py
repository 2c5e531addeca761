"""Sung lines whose notes are known: a voice of harmonics, formants, breath and consonants.

What singers do is in them, since it is what a pitch tracker trips over: vibrato that sets in late,
slow drift, swells, scoops into a note, slides from one to the next, vowels that change within a
note, repeated notes on a new syllable, breath and hiss between them. Formants after Peterson and
Barney, "Control methods used in a study of the vowels", JASA 24, 1952; vibrato of 4.5 to 6.5 Hz
after Sundberg, "The Science of the Singing Voice", 1987. The same number gives the same line, on
every machine up to the last digits of a sine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt
from scipy.special import expit

from studio.music.notes import Notes

SAMPLE_RATE = 22050
_HOP = 64  # samples between the frames in which pitch and loudness are drawn
_SCALE = np.array([0, 2, 4, 5, 7, 9, 11])
# First to fourth formant in Hz, and how wide each is.
_VOWELS = np.array(
    [[730, 1090, 2440, 3500], [530, 1840, 2480, 3600], [270, 2290, 3010, 3700],
     [570, 840, 2410, 3400], [300, 870, 2240, 3300]], np.float64
)  # fmt: skip
_WIDTHS = np.array([80.0, 90.0, 120.0, 150.0])
_HARMONICS = 40


@dataclass(frozen=True, slots=True)
class Syllable:
    """One sung note.

    Attributes:
        onset, offset: In seconds.
        pitch: MIDI number.
        start: How it begins: ``breath`` out of silence, ``hiss`` with an unvoiced consonant,
            ``hum`` with a voiced one, ``slide`` from the note before.
    """

    onset: float
    offset: float
    pitch: int
    start: str


def sung_line(number: int, seconds: float = 20.0) -> tuple[NDArray[np.float32], Notes]:
    """Line ``number``: float32 mono samples at ``SAMPLE_RATE``, and its notes."""
    # RandomState: numpy promises that its numbers never change.
    draw = np.random.RandomState(number)
    syllables = _melody(draw, seconds)
    n_samples = round(seconds * SAMPLE_RATE)
    frames = np.arange(n_samples // _HOP + 2) * _HOP / SAMPLE_RATE
    pitch = _pitch(syllables, frames, draw)
    loudness = _loudness(syllables, frames, draw)
    voice = _voice(pitch, loudness, _vowel_track(syllables, frames, draw), n_samples, draw)
    sound = voice + _consonants(syllables, n_samples, draw)
    sound *= 0.3 / np.sqrt(np.mean(sound**2)) * 0.5
    onset, offset, midi = (
        np.array([getattr(s, name) for s in syllables]) for name in ("onset", "offset", "pitch")
    )
    return sound.astype(np.float32), Notes.columns(onset, midi, offset)


def _melody(draw: np.random.RandomState, seconds: float) -> list[Syllable]:
    """A walk over a major scale in a singer's range; one note in six is repeated."""
    tonic = draw.randint(45, 62)
    beat = draw.uniform(0.22, 0.4)
    degree, at = draw.randint(3, 9), 0.4
    syllables: list[Syllable] = []
    joined = False
    while True:
        length = beat * draw.choice([0.5, 1, 1, 1, 2, 2, 3])
        if at + length > seconds - 0.5:
            return syllables
        step = draw.choice([0, -1, 1, -1, 1, -2, 2, -4, 4])
        degree = int(np.clip(degree + step, 0, 13))
        pitch = int(tonic + 12 * (degree // 7) + _SCALE[degree % 7])
        same = bool(syllables) and syllables[-1].pitch == pitch
        choices = (
            ["hiss", "hum", "hum"] if same or not joined else ["slide", "slide", "hiss", "hum"]
        )
        start = (
            str(draw.choice(choices))
            if syllables and joined
            else str(draw.choice(["breath", "hiss", "hum"]))
        )
        rest = draw.rand() < 0.2
        until = at + length * (0.8 if rest else 1.0)
        syllables.append(Syllable(at, until, pitch, start))
        at += length + (draw.choice([0.0, 1.0]) * beat if rest else 0.0)
        joined = not rest


def _pitch(
    syllables: list[Syllable], frames: NDArray[np.float64], draw: np.random.RandomState
) -> NDArray[np.float64]:
    """MIDI pitch of each frame: steps with slides between them, scoops, vibrato and drift."""
    pitch = np.full(len(frames), float(syllables[0].pitch))
    depth_most = draw.uniform(0.15, 0.7)
    for before, here in zip([None, *syllables[:-1]], syllables, strict=True):
        since = frames - here.onset
        after = since >= -0.1
        width = draw.uniform(0.015, 0.06)
        if before is None or here.start in ("breath", "hiss"):
            came = here.pitch - draw.choice([0.0, 0.0, 1.0, 2.0])
            move = expit((since - 0.04) / 0.02)
        else:
            came = float(before.pitch)
            move = expit(since / (width / 2.0))
        pitch[after] = (came + (here.pitch - came) * move)[after]
        rate, phase = draw.uniform(4.5, 6.5), draw.uniform(0, 2 * np.pi)
        delay = draw.uniform(0.15, 0.35)
        depth = depth_most * draw.uniform(0.4, 1.0) * np.clip((since - delay) / 0.2, 0.0, 1.0)
        inside = after & (frames < here.offset + 0.05)
        pitch[inside] += (depth * np.sin(2 * np.pi * rate * since + phase))[inside]
        pitch[inside] += draw.normal(0.0, 0.08)
    return pitch + _slow(draw, len(frames), 0.8, 0.10) + _slow(draw, len(frames), 0.02, 0.02)


def _slow(
    draw: np.random.RandomState, size: int, seconds: float, spread: float
) -> NDArray[np.float64]:
    """Noise that wanders within ``seconds``, of deviation ``spread``."""
    step = max(1, round(seconds * SAMPLE_RATE / _HOP))
    knots = draw.normal(0.0, spread, size // step + 2)
    wander: NDArray[np.float64] = np.interp(np.arange(size) / step, np.arange(len(knots)), knots)
    return wander


def _loudness(
    syllables: list[Syllable], frames: NDArray[np.float64], draw: np.random.RandomState
) -> NDArray[np.float64]:
    """Amplitude of the voiced sound in each frame."""
    level = np.zeros(len(frames))
    swell = draw.uniform(0.05, 0.3)  # vibrato is heard in loudness too
    for index, here in enumerate(syllables):
        following = syllables[index + 1] if index + 1 < len(syllables) else None
        bound = following is not None and following.onset - here.offset < 0.01
        fall = draw.uniform(0.04, 0.12)
        end = here.offset
        if bound and following is not None and following.start in ("hiss", "breath"):
            end -= draw.uniform(0.05, 0.1)  # the mouth closes before the next syllable
        loud = 10 ** (draw.normal(0.0, 3.0) / 20)
        attack = {"breath": 0.06, "hiss": 0.02, "hum": 0.03, "slide": 0.03}[here.start]
        rise = np.clip((frames - here.onset) / attack + 0.5, 0.0, 1.0)
        close = 0.03 if bound else fall
        drop = np.clip((end - frames) / close + 0.5, 0.0, 1.0)
        sway = 1.0 + swell * np.sin(2 * np.pi * 5.5 * (frames - here.onset) + draw.uniform(0, 6.0))
        level = np.maximum(level, loud * sway * np.minimum(rise, drop))
        if here.start == "hum" and index:
            depth = 10 ** (-draw.uniform(5.0, 12.0) / 20)
            dip = np.exp(-(((frames - here.onset + 0.02) / draw.uniform(0.02, 0.035)) ** 2))
            level *= 1.0 - (1.0 - depth) * dip
    return level * (1.0 + _slow(draw, len(frames), 0.1, 0.08))


def _vowel_track(
    syllables: list[Syllable], frames: NDArray[np.float64], draw: np.random.RandomState
) -> NDArray[np.float64]:
    """The four formants of each frame, shape (frames, 4)."""
    size = draw.uniform(0.95, 1.2)  # of the head
    vowel = draw.randint(0, len(_VOWELS), len(syllables))
    times: list[float] = []
    shapes: list[NDArray[np.float64]] = []
    for here, spoken in zip(syllables, vowel, strict=True):
        # Until just before a syllable the vowel is the last one's; one in three changes on its way.
        times += [here.onset - 0.03, here.onset + 0.03]
        shapes += [shapes[-1] if shapes else _VOWELS[spoken], _VOWELS[spoken]]
        turn = here.onset + draw.uniform(0.4, 0.8) * (here.offset - here.onset)
        if draw.rand() < 0.33 and here.offset - here.onset > 0.25:
            times += [turn - 0.04, turn + 0.04]
            shapes += [_VOWELS[spoken], _VOWELS[draw.randint(0, len(_VOWELS))]]
    return np.stack(
        [size * np.interp(frames, times, np.array(shapes)[:, k]) for k in range(4)], axis=1
    )


def _voice(
    pitch: NDArray[np.float64],
    loudness: NDArray[np.float64],
    formants: NDArray[np.float64],
    n_samples: int,
    draw: np.random.RandomState,
) -> NDArray[np.float64]:
    """The voiced sound and its breath."""
    hertz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    at = np.arange(n_samples) / _HOP
    places = np.arange(len(pitch))
    phase = 2 * np.pi * np.cumsum(np.interp(at, places, hertz)) / SAMPLE_RATE
    tilt = draw.uniform(0.9, 1.5)
    sound = np.zeros(n_samples)
    for order in range(1, _HARMONICS + 1):
        where = order * hertz
        level = loudness * order**-tilt * _resonance(where, formants) * (where < 0.45 * SAMPLE_RATE)
        sound += np.interp(at, places, level) * np.sin(order * phase)
    breath = draw.normal(0.0, 1.0, n_samples) * np.interp(at, places, loudness)
    low = butter(2, 1500.0, "highpass", fs=SAMPLE_RATE, output="sos")
    noise: NDArray[np.float64] = sosfilt(low, breath) * draw.uniform(0.01, 0.05)
    voiced: NDArray[np.float64] = sound + noise * np.sqrt(np.mean(sound**2)) / 0.3
    return voiced


def _resonance(hertz: NDArray[np.float64], formants: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much the mouth lets through at ``hertz``, each frame with its own formants."""
    away = (hertz[:, None] - formants) / _WIDTHS
    gain = np.array([1.0, 0.6, 0.3, 0.2]) / np.sqrt(1.0 + away**2)
    total: NDArray[np.float64] = 0.05 + gain.sum(axis=1)
    return total


def _consonants(
    syllables: list[Syllable], n_samples: int, draw: np.random.RandomState
) -> NDArray[np.float64]:
    """Hisses and breaths just before the syllables that begin with one."""
    sound = np.zeros(n_samples)
    bright = butter(2, (3000.0, 9000.0), "bandpass", fs=SAMPLE_RATE, output="sos")
    soft = butter(2, (600.0, 4000.0), "bandpass", fs=SAMPLE_RATE, output="sos")
    for here in syllables:
        if here.start not in ("hiss", "breath"):
            continue
        length = draw.uniform(0.04, 0.1)
        size = round(length * SAMPLE_RATE)
        noise = draw.normal(0.0, 1.0, size) * np.hanning(size)
        level = 0.15 if here.start == "hiss" else 0.03
        begin = max(0, round((here.onset + 0.01) * SAMPLE_RATE) - size)
        shaped = sosfilt(bright if here.start == "hiss" else soft, noise)
        sound[begin : begin + size] += level * shaped[: n_samples - begin]
    return sound
