"""Short-time spectra: there and back is the same, and a tone is where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.dsp.stft import istft, n_frames_of, stft

WINDOWS = st.sampled_from([(64, 16), (60, 20), (512, 128), (512, 64)])


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(0, 3000)),
    window=WINDOWS,
    seed=st.integers(0, 2**16),
)
def test_there_and_back_is_the_same(
    shape: tuple[int, int], window: tuple[int, int], seed: int
) -> None:
    """Every sample, of any number of samples and channels, first and last ones too."""
    samples = np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)
    n_fft, hop_length = window

    back = istft(stft(samples, n_fft, hop_length), shape[1], hop_length)

    assert back.dtype == np.float32
    assert back.shape == shape
    np.testing.assert_allclose(back, samples, rtol=0, atol=1e-6)


def test_more_frames_than_one_group_join_without_a_seam() -> None:
    """A minute is worked on in many groups of frames."""
    samples = np.random.default_rng(440).uniform(-1, 1, (2, 200_000)).astype(np.float32)
    back = istft(stft(samples, 256, 64), 200_000, 64)
    np.testing.assert_allclose(back, samples, rtol=0, atol=1e-6)


def test_a_tone_lies_in_its_bin() -> None:
    """At the middle of bin 20, with half the amplitude times the sum of the Hann window."""
    tone = np.sin(2 * np.pi * 20 * np.arange(8192) / 512).astype(np.float32)

    spectrum = stft(tone, 512, 128)

    assert spectrum.dtype == np.complex64
    assert spectrum.shape == (n_frames_of(8192, 512, 128), 257)
    inner = np.abs(spectrum[4:-4])
    assert (inner.argmax(axis=1) == 20).all()
    np.testing.assert_allclose(inner[:, 20], 512 / 4, rtol=1e-4)


@pytest.mark.parametrize("at", [0, 1, 127, 128, 500])
def test_a_click_is_in_the_frames_that_the_docstring_says(at: int) -> None:
    """Frame t covers the samples before (t + 1) * hop; at its first sample the window is zero."""
    click = np.zeros(600, np.float32)
    click[at] = 1.0

    spectrum = stft(click, 512, 128)

    frames = np.arange(len(spectrum))
    last = (frames + 1) * 128
    inside = (at < last) & (at > last - 512)
    np.testing.assert_array_equal(np.abs(spectrum).max(axis=1) > 0, inside)


def test_a_mask_of_one_half_halves_the_signal() -> None:
    """Spectra are linear."""
    samples = np.random.default_rng(440).uniform(-1, 1, (2, 1000)).astype(np.float32)
    halved = istft(np.float32(0.5) * stft(samples, 64, 16), 1000, 16)
    np.testing.assert_allclose(halved, samples / 2, atol=1e-6)


def test_silence_is_exactly_silence() -> None:
    """No rounding makes a sound of nothing."""
    assert not istft(stft(np.zeros((2, 999), np.float32), 64, 16), 999, 16).any()


@pytest.mark.parametrize(("n_fft", "hop_length"), [(512, 200), (512, 256), (512, 512)])
def test_hops_that_cannot_be_inverted_are_refused(n_fft: int, hop_length: int) -> None:
    """Squared Hann windows add up to a constant only where three or more overlap."""
    with pytest.raises(ValueError, match="cannot be"):
        stft(np.zeros(1000, np.float32), n_fft, hop_length)


def test_another_number_of_frames_is_refused() -> None:
    """It would be another signal, or a cut one."""
    with pytest.raises(ValueError, match="frames"):
        istft(stft(np.zeros(1000, np.float32), 64, 16), 900, 16)
