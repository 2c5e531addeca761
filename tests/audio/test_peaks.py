"""Outlines: what is drawn is what sounds, whatever the zoom and the order in which it came."""

from __future__ import annotations

import itertools
import timeit
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.audio.peaks import BIN_FRAMES, Peaks, peaks_of, raw_columns
from studio.audio.write import WavWriter
from studio.errors import MissingFileError, UnreadableAudioError
from studio.job import Job

Samples = NDArray[np.float32]
RATE = 8000


def sound(frames: int, seed: int = 440) -> Samples:
    """Stereo noise at a tenth of full scale."""
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal((2, frames))).astype(np.float32)


def outline(samples: Samples) -> Peaks:
    """All of it at once."""
    peaks = Peaks.empty(samples.shape[1], RATE)
    peaks.fill(0, samples)
    return peaks


def same(one: Peaks, other: Peaks, seconds: float) -> None:
    """Equal at every zoom."""
    for width in (1, 7, 100, 1600):
        for mine, its in zip(
            one.columns(0, seconds, width), other.columns(0, seconds, width), strict=True
        ):
            np.testing.assert_allclose(mine, its, rtol=1e-5)


def test_one_column_is_the_whole_sound() -> None:
    """Its least and greatest sample, exactly, and its root mean square over all channels."""
    samples = sound(100_001)

    low, high, rms = outline(samples).columns(0, 100_001 / RATE, 1)

    assert (low[0], high[0]) == (samples.min(), samples.max())
    assert rms[0] == pytest.approx(np.sqrt(np.square(samples, dtype=np.float64).mean()), rel=1e-4)


@pytest.mark.parametrize("width", [10, 50, 100])
def test_columns_on_bins_are_the_samples_own(width: int) -> None:
    """Where a column begins and ends with a bin, it holds these samples and no others."""
    samples = sound(width * 8 * BIN_FRAMES)
    each = samples.reshape(2, width, -1)

    low, high, rms = outline(samples).columns(0, samples.shape[1] / RATE, width)

    np.testing.assert_array_equal(low, each.min(axis=(0, 2)))
    np.testing.assert_array_equal(high, each.max(axis=(0, 2)))
    np.testing.assert_allclose(rms, np.sqrt((each**2).mean(axis=(0, 2))), rtol=1e-4)


@pytest.mark.parametrize("seconds", [0.5, 3.0, 60.0, 600.0])
def test_a_click_is_drawn_at_every_zoom_where_it_is(seconds: float) -> None:
    """One sample in ten minutes, within one column, and nowhere else."""
    samples = np.zeros((1, 600 * RATE), np.float32)
    samples[0, 123_456] = 0.7
    at, width = 123_456 / RATE, 1000
    start = max(0.0, at - 0.3 * seconds)

    _, high, _ = outline(samples).columns(start, start + seconds, width)

    (drawn,) = np.flatnonzero(high == np.float32(0.7))[:1]
    bin_in_columns = BIN_FRAMES / RATE / (seconds / width)
    assert abs(drawn - (at - start) / seconds * width) <= 1 + bin_in_columns
    assert np.count_nonzero(high) <= 1 + bin_in_columns


def test_what_is_not_known_is_not_drawn() -> None:
    """NaN before and after a part that came first; also outside the sound."""
    peaks = Peaks.empty(100 * BIN_FRAMES, RATE)
    peaks.fill(40 * BIN_FRAMES, sound(10 * BIN_FRAMES))
    bin_s = BIN_FRAMES / RATE

    assert np.flatnonzero(peaks.known).tolist() == list(range(40, 50))
    for column in peaks.columns(-20 * bin_s, 120 * bin_s, 140):
        assert np.flatnonzero(np.isfinite(column)).tolist() == list(range(60, 70))
    for column in peaks.columns(0, 100 * bin_s, 1):
        assert np.isfinite(column).all()
    for column in peaks.columns(200 * bin_s, 300 * bin_s, 10):
        assert np.isnan(column).all()


@given(cuts=st.lists(st.integers(1, 19_999), max_size=6), seed=st.integers(0, 99))
def test_the_order_and_size_of_parts_do_not_matter(cuts: list[int], seed: int) -> None:
    """Cut anywhere, told in any order: the outline of the whole."""
    samples = sound(20_000)
    edges = [0, *sorted(set(cuts)), 20_000]
    parts = list(itertools.pairwise(edges))
    np.random.default_rng(seed).shuffle(parts)
    peaks = Peaks.empty(20_000, RATE)

    for start, stop in parts:
        peaks.fill(start, samples[:, start:stop])

    same(peaks, outline(samples), 20_000 / RATE)


def test_whole_bins_told_again_replace_what_was_known() -> None:
    """As when another separation takes the place of the first."""
    first, second = sound(10_000), sound(10_000, seed=7) / 10
    peaks = outline(first)

    peaks.fill(0, second)

    same(peaks, outline(second), 10_000 / RATE)


def test_parts_outside_the_sound_are_refused() -> None:
    """Rather than drawn somewhere."""
    peaks = Peaks.empty(1000, RATE)

    for start in (-1, 901):
        with pytest.raises(ValueError, match="not within 1000 frames"):
            peaks.fill(start, sound(100))


def test_it_is_kept_with_the_same_bytes(tmp_path: Path) -> None:
    """Loaded it draws the same, also the holes; saved again it is the same file."""
    peaks = Peaks.empty(30_000, RATE)
    peaks.fill(7_000, sound(9_999))
    peaks.save(tmp_path / "one.npz")

    loaded = Peaks.load(tmp_path / "one.npz")
    loaded.save(tmp_path / "two.npz")

    assert (loaded.frames, loaded.sample_rate) == (30_000, RATE)
    same(loaded, peaks, 30_000 / RATE)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_damaged_outline_is_said(tmp_path: Path) -> None:
    """Cut, not one of ours, of another length, or not there."""
    good = tmp_path / "good.npz"
    outline(sound(3000)).save(good)
    bad = tmp_path / "bad.npz"
    for content in (b"", b"nothing", good.read_bytes()[:-100]):
        bad.write_bytes(content)
        with pytest.raises(UnreadableAudioError, match="damaged"):
            Peaks.load(bad)
    with np.load(good) as kept:
        np.savez(bad, **{**kept, "sound": np.array([9000, RATE])})
    with pytest.raises(UnreadableAudioError, match="damaged"):
        Peaks.load(bad)
    with pytest.raises(MissingFileError):
        Peaks.load(tmp_path / "none.npz")


def test_the_outline_of_a_file_is_that_of_its_samples(tmp_path: Path) -> None:
    """Read in blocks, with progress."""
    samples = sound(200_001)
    with WavWriter(tmp_path / "a.wav", RATE, 2, 200_001) as out:
        out.write(samples)
    heard: list[float] = []

    peaks = peaks_of(tmp_path / "a.wav", Job(lambda fraction, text: heard.append(fraction)))

    same(peaks, outline(samples), 200_001 / RATE)
    assert heard == sorted(heard)
    assert len(heard) == 4


@pytest.mark.parametrize("n_samples", [1, 99, 100, 101, 5000])
def test_raw_columns_hold_all_samples(n_samples: int) -> None:
    """The least and the greatest are drawn, and no column is empty."""
    samples = sound(n_samples)

    low, high, rms = raw_columns(samples, 100)

    assert low.shape == high.shape == rms.shape == (100,)
    assert np.isfinite([low, high, rms]).all()
    assert (low <= high).all()
    if n_samples >= 100:
        assert (low.min(), high.max()) == (samples.min(), samples.max())


def test_raw_columns_of_nothing_are_unknown() -> None:
    """As at the very end of a sound."""
    assert np.isnan(raw_columns(sound(0), 10)).all()


def test_an_empty_sound_has_an_outline() -> None:
    """Of nothing."""
    peaks = Peaks.empty(0, RATE)
    peaks.fill(0, sound(0))

    assert len(peaks.known) == 0
    assert np.isnan(peaks.columns(0, 1, 10)).all()


@pytest.mark.parametrize("seconds", [600.0, 60.0, 10.0])
def test_columns_of_a_whole_song_are_drawn_fast(seconds: float) -> None:
    """1600 columns of ten minutes, at any zoom; the best of many, as a machine may be busy."""
    peaks = outline(np.zeros((1, 600 * RATE), np.float32))

    best = min(timeit.repeat(lambda: peaks.columns(0, seconds, 1600), number=1, repeat=50))

    assert best < 0.001
