"""Another rate: the same sound at the same time, as long as it must be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.audio.resample import resample, resample_blocks, resampled_frames
from studio.music.audio import Audio

RATES = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]
rates = st.sampled_from(RATES)


def pulse(rate: int, seconds: float, at: float) -> np.ndarray:
    """A smooth pulse of 2 ms width around ``at`` seconds, far below 4 kHz."""
    times = np.arange(round(rate * seconds)) / rate
    return np.exp(-(((times - at) / 0.001) ** 2)).astype(np.float32)[None]


def centre(sound: np.ndarray, rate: int) -> float:
    """Where the pulse stands, in seconds: its centre of gravity."""
    weight = np.clip(sound[0].astype(np.float64), 1e-3, None) - 1e-3
    return float((weight * np.arange(len(weight))).sum() / weight.sum() / rate)


@pytest.mark.parametrize("source_rate", [8_000, 44_100, 48_000, 192_000])
@pytest.mark.parametrize("target_rate", [8_000, 11_025, 44_100, 48_000, 96_000])
def test_there_is_no_delay_and_no_drift(source_rate: int, target_rate: int) -> None:
    """A pulse at the beginning and one at the end of 10 seconds stay within a microsecond."""
    for at in (0.05, 9.95):
        sound = Audio(pulse(source_rate, 10, at), source_rate)

        got = resample(sound, target_rate)

        assert got.sample_rate == target_rate
        assert got.n_samples == 10 * target_rate
        assert centre(got.samples, target_rate) == pytest.approx(at, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    source_rate=rates,
    target_rate=rates,
    sizes=st.lists(st.integers(0, 3000), max_size=6),
    channels=st.integers(1, 3),
)
def test_blocks_of_any_size_make_the_same_sound_of_the_exact_length(
    source_rate: int, target_rate: int, sizes: list[int], channels: int
) -> None:
    """Bit for bit that of one block; empty blocks and no blocks at all included."""
    rng = np.random.default_rng(0)
    sound = rng.uniform(-1, 1, (channels, sum(sizes))).astype(np.float32)
    edges = np.cumsum([0, *sizes])
    blocks = [sound[:, a:b] for a, b in pairwise(edges)]

    made = list(resample_blocks(iter(blocks), source_rate, target_rate, channels))

    got = np.concatenate([np.zeros((channels, 0), np.float32), *made], axis=1)
    want = resample(Audio(sound, source_rate), target_rate).samples
    assert got.shape[1] == resampled_frames(sum(sizes), source_rate, target_rate)
    assert np.array_equal(got, want)
    assert all(block.dtype == np.float32 for block in made)


@given(frames=st.integers(0, 10**10), source_rate=rates, target_rate=rates)
def test_the_length_is_the_nearest_whole_number(
    frames: int, source_rate: int, target_rate: int
) -> None:
    """Exact for days of sound, and there and back again it is the same where nothing is lost."""
    made = resampled_frames(frames, source_rate, target_rate)

    assert abs(2 * made * source_rate - 2 * frames * target_rate) <= source_rate
    if target_rate >= source_rate:
        assert resampled_frames(made, target_rate, source_rate) == frames


def test_halves_are_rounded_up() -> None:
    """Not to even: a length must not depend on its neighbours."""
    assert [resampled_frames(n, 2, 1) for n in range(6)] == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("target_rate", [44_100, 48_000])
def test_a_tone_keeps_its_pitch_and_level(target_rate: int) -> None:
    """To 100 dB, away from the ends."""
    source_rate = 96_000 if target_rate == 48_000 else 48_000
    tone = np.sin(2 * np.pi * 997 * np.arange(source_rate) / source_rate, dtype=np.float64)

    got = resample(Audio(tone[None].astype(np.float32), source_rate), target_rate).samples[0]

    want = np.sin(2 * np.pi * 997 * np.arange(target_rate) / target_rate)
    middle = slice(2000, -2000)
    assert np.abs(got[middle] - want[middle]).max() < 1e-5


def test_what_lies_above_the_new_limit_is_taken_out() -> None:
    """20 kHz has no place at 32 kHz; folded back it would be at 12 kHz."""
    tone = np.sin(2 * np.pi * 20_000 * np.arange(48_000) / 48_000).astype(np.float32)

    got = resample(Audio(tone[None], 48_000), 32_000).samples[0, 2000:-2000]

    assert np.abs(got).max() < 1e-5


def test_there_and_back_again_is_the_same_sound() -> None:
    """At the rate of a network and back at that of the song: length, place and samples."""
    rng = np.random.default_rng(3)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal((2, 96_001)))[:, :36_000], 96_001)
    sound = Audio((noise / np.abs(noise).max()).astype(np.float32), 48_000)  # below 18 kHz

    back = resample(resample(sound, 44_100), 48_000)

    assert back.samples.shape == sound.samples.shape
    middle = slice(2000, -2000)
    assert np.abs(back.samples[:, middle] - sound.samples[:, middle]).max() < 1e-4


def test_the_same_rate_is_the_same_samples() -> None:
    """Nothing touches them."""
    sound = np.random.default_rng(0).standard_normal((2, 99)).astype(np.float32)

    assert np.array_equal(resample(Audio(sound, 44_100), 44_100).samples, sound)
