"""Mixtures to learn from: crops of a corpus, mixed anew for every step.

Contract: the batch of a step depends on the corpus, the seed and the number of the step alone, so
a run that was killed goes on with the batches it would have seen. Mixing is done in the time
domain by numpy; equalisation by multiplying spectra on the device that trains.

Random mixes of stems of different songs and whole excerpts of one song are drawn side by side
(cf. Uhlich et al., "Improving music source separation based on deep neural networks through data
augmentation and network blending", ICASSP 2017); some items have no voice, then what plays beside
is drawn from songs where an instrument leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.lab.corpus import Track
from studio.lab.sources import RATE
from studio.music.audio import Samples
from studio.nets.stems import N_FFT, spectra_of

Random = np.random.Generator

VOCALS, DRUMS, BASS, OTHER = range(4)


@dataclass(frozen=True, slots=True)
class Mixing:
    """How songs become mixtures. Levels in dB, chances in [0, 1].

    Attributes:
        seconds: Length of a crop.
        items: Crops in a batch.
        coherent: Chance that all stems are of one song and moment.
        voiceless: Chance that nobody sings.
        level: Usual level of vocals, drums, bass and other.
        spread: Standard deviation of each level.
        silent: Chance that a stem is left out.
        doubled: Chance that a stem is two of different songs, by stem.
        mono: Chance that both channels of the mixture are alike.
        equalise: Standard deviation of the equalisation at each of its eight points.
    """

    seconds: float = 3.0
    items: int = 4
    coherent: float = 0.4
    voiceless: float = 0.17
    level: tuple[float, float, float, float] = (0.0, 0.0, -1.0, -2.0)
    spread: float = 3.5
    silent: float = 0.06
    doubled: tuple[float, float, float, float] = (0.1, 0.05, 0.0, 0.15)
    mono: float = 0.07
    equalise: float = 3.0


def batch(corpus: Sequence[Track], mixing: Mixing, seed: int, step: int) -> tuple[Samples, Random]:
    """Stems of a batch, float32 (items, 4, 2, samples), and what is left of the step's chance."""
    rng = np.random.default_rng([seed, step])
    return np.stack([_item(corpus, mixing, rng) for _ in range(mixing.items)]), rng


def _item(corpus: Sequence[Track], mixing: Mixing, rng: Random) -> Samples:
    """One mixture's stems."""
    voiceless = rng.random() < mixing.voiceless
    n_samples = round(mixing.seconds * RATE)
    if rng.random() < mixing.coherent:
        stems = _coherent(corpus, voiceless, n_samples, rng)
    else:
        stems = _random(corpus, voiceless, n_samples, mixing, rng)
    for stem in range(4):
        if rng.random() < mixing.silent:
            stems[stem] = 0
        stems[stem] *= _placing(rng)
        decibels = mixing.level[stem] + np.clip(rng.normal(0, mixing.spread), -9, 9)
        stems[stem] *= np.float32(10 ** (decibels / 20))
    if rng.random() < mixing.mono:
        stems[:] = stems.mean(axis=1, keepdims=True)
    return stems


def _placing(rng: Random) -> NDArray[np.float32]:
    """Gains of the channels, (2, 1): polarity and balance."""
    balance = 10 ** (rng.normal(0, 1.0) / 20)
    sign = -1 if rng.random() < 0.5 else 1
    return np.array([[sign * balance], [sign / balance]], np.float32)


def _coherent(corpus: Sequence[Track], voiceless: bool, n_samples: int, rng: Random) -> Samples:
    """All stems of one moment of a song."""
    fit = [t for t in corpus if t.sung != voiceless] or list(corpus)
    track = _pick(fit, rng)
    start = _start(track, OTHER if voiceless else VOCALS, n_samples, rng)
    stems = np.stack([_levelled(track, stem, start, n_samples) for stem in range(4)])
    if voiceless:
        stems[VOCALS] = 0
    return stems[:, ::-1].copy() if rng.random() < 0.5 else stems


def _random(
    corpus: Sequence[Track], voiceless: bool, n_samples: int, mixing: Mixing, rng: Random
) -> Samples:
    """Every stem of a song of its own."""
    stems = np.zeros((4, 2, n_samples), np.float32)
    for stem in range(4):
        if stem == VOCALS and voiceless:
            continue
        stems[stem] = _one(corpus, stem, voiceless and rng.random() < 0.8, n_samples, rng)
        if rng.random() < mixing.doubled[stem]:
            stems[stem] += np.float32(0.7) * _one(corpus, stem, False, n_samples, rng)
    return stems


def _one(corpus: Sequence[Track], stem: int, leading: bool, n_samples: int, rng: Random) -> Samples:
    """A stem of any song that has it; ``leading``: of one where an instrument sings."""
    fit = [t for t in corpus if t.level[stem] > 0 and (not leading or stem != OTHER or not t.sung)]
    fit = fit or [t for t in corpus if t.level[stem] > 0]
    if not fit:
        return np.zeros((2, n_samples), np.float32)
    track = _pick(fit, rng)
    speed = 2 ** (rng.uniform(-2.5, 2.5) / 12) if rng.random() < 0.4 else 1.0
    read = int(n_samples * speed) + 2
    crop = _levelled(track, stem, _start(track, stem, read, rng), read)
    if speed != 1.0:
        at = np.arange(n_samples) * speed
        crop = np.stack([np.interp(at, np.arange(read), side) for side in crop]).astype(np.float32)
    crop = crop[:, :n_samples]
    if rng.random() < 0.25:
        middle = crop.mean(axis=0, keepdims=True)
        crop = middle + np.float32(rng.uniform(0, 1.4)) * (crop - middle)
    return crop[::-1].copy() if rng.random() < 0.5 else crop


def _pick(songs: Sequence[Track], rng: Random) -> Track:
    """One of the songs, the longer the likelier."""
    lengths = np.cumsum([song.samples.shape[-1] for song in songs])
    return songs[int(np.searchsorted(lengths, rng.integers(lengths[-1]), side="right"))]


def _start(track: Track, stem: int, n_samples: int, rng: Random) -> int:
    """A place where the stem sounds, if three attempts find one."""
    last = max(1, track.samples.shape[-1] - n_samples)
    start = int(rng.integers(last))
    for _ in range(3):
        crop = track.crop(stem, start, n_samples)[:, ::8]
        if np.sqrt((crop**2).mean()) > 0.3 * track.level[stem]:
            break
        start = int(rng.integers(last))
    return start


def _levelled(track: Track, stem: int, start: int, n_samples: int) -> Samples:
    """A crop at a level of 0.1 where the song's stem sounds."""
    if track.level[stem] <= 0:
        return np.zeros((2, n_samples), np.float32)
    crop = track.crop(stem, start, n_samples)
    if crop.shape[1] < n_samples:
        crop = np.pad(crop, ((0, 0), (0, n_samples - crop.shape[1])))
    return np.asarray(crop * (np.float32(0.1) / track.level[stem]), np.float32)


def spectra(stems: Samples, mixing: Mixing, rng: Random, device: torch.device) -> Tensor:
    """Equalised spectra of a batch, complex (items, 4, 2, frames, bins)."""
    found = spectra_of(torch.from_numpy(stems).to(device))
    if mixing.equalise <= 0:
        return found
    hertz = np.fft.rfftfreq(N_FFT, 1 / RATE)
    at = np.interp(np.log2(np.maximum(hertz, 30)), np.log2([30, 18_000]), [0, 7])
    points = rng.normal(0, mixing.equalise, (*stems.shape[:2], 8)).clip(-9, 9)
    curves = np.stack([[np.interp(at, range(8), p) for p in item] for item in points])
    gains = torch.from_numpy((10 ** (curves / 20)).astype(np.float32)).to(device)
    return found * gains[:, :, None, None]
