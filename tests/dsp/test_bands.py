"""Bands of magnitudes: the right band, the right time, the same from blocks as from the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dsp.bands import band_blocks, band_magnitudes, semitones

RATE, HOP, WINDOW = 22050, 220, 4096
PITCHES = semitones(33, 100, RATE, WINDOW)


def tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    """A full-scale sine."""
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE).astype(np.float32)


@pytest.mark.parametrize("pitch", range(36, 100, 7))
def test_a_tone_is_loudest_in_its_own_band(pitch: int) -> None:
    """Also in the bass, where a semitone is narrower than a bin of the spectrum."""
    bands = band_magnitudes(tone(440 * 2 ** ((pitch - 69) / 12)), PITCHES, HOP)
    assert np.argmax(bands[50]) == pitch - 33


def test_every_semitone_has_a_band_of_its_own() -> None:
    """No band is empty, and none is a copy of its neighbour."""
    assert (PITCHES.max(axis=0) > 0.4).all()
    assert (np.abs(np.diff(PITCHES, axis=1)).max(axis=0) > 0.1).all()


def test_bands_of_the_middle_add_up_to_the_spectrum() -> None:
    """Where bins are narrower than semitones, neighbouring triangles share each bin fully."""
    inside = slice(round(500 / RATE * WINDOW), round(2000 / RATE * WINDOW))
    assert PITCHES[inside].sum(axis=1) == pytest.approx(1.0, abs=0.05)


def test_a_full_scale_sine_on_a_bin_has_magnitude_one() -> None:
    """So magnitudes read the same whatever the window's length."""
    for window in (1024, 4096):
        weights = np.eye(window // 2 + 1, dtype=np.float32)
        assert band_magnitudes(tone(64 * RATE / 1024), weights, HOP)[50].max() == pytest.approx(
            1.0, abs=1e-3
        )


def test_frame_k_is_centred_on_sample_k_times_hop() -> None:
    """A click at a frame's centre gives its largest value there, also near both ends."""
    weights = np.ones((513, 1), np.float32)
    for k in (0, 1, 40, 99):
        click = np.zeros(100 * HOP, np.float32)
        click[k * HOP] = 1.0
        bands = band_magnitudes(click, weights, HOP)
        assert bands.shape == (100, 1)
        assert np.argmax(bands) == k


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 5000), max_size=5))
def test_blocks_of_any_length_give_the_whole(cuts: list[int]) -> None:
    """Also blocks shorter than a hop, and empty ones."""
    noise = np.random.default_rng(440).standard_normal(5000).astype(np.float32)
    blocks = np.split(noise, sorted(cuts))

    whole = band_magnitudes(noise, PITCHES, HOP)
    streamed = np.concatenate(list(band_blocks(blocks, PITCHES, HOP)))

    assert streamed.shape == whole.shape == (23, 68)
    assert np.abs(streamed - whole).max() < 1e-5


def test_no_sound_has_no_frames() -> None:
    """And one sample has one."""
    assert band_magnitudes(np.zeros(0, np.float32), PITCHES, HOP).shape == (0, 68)
    assert band_magnitudes(np.ones(1, np.float32), PITCHES, HOP).shape == (1, 68)
