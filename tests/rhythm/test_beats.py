"""Beats followed through songs whose beats are known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.rhythm import beats

FPS = 22050 / 220


def bumps(times: np.ndarray, seconds: float) -> np.ndarray:
    """A curve with a bump of 15 ms at each of ``times``."""
    at = np.arange(round(seconds * FPS)) / FPS
    away = at - times[np.clip(np.searchsorted(times, at), 1, len(times) - 1) - 1]
    ahead = times[np.clip(np.searchsorted(times, at), 0, len(times) - 1)] - at
    nearest = np.minimum(np.abs(away), np.abs(ahead))
    bump: np.ndarray = np.exp(-0.5 * (nearest / 0.015) ** 2)
    return bump


def found(curve: np.ndarray, bpm: float) -> np.ndarray:
    """The beats of ``curve``, in seconds."""
    frames = beats.track(beats.beat_likelihood(curve, FPS), FPS, np.array(bpm))
    return beats.refined(frames, curve, FPS)[0]


def brute(odds: np.ndarray, fps: float, bpm: float) -> float:
    """The best score of any path, found without states: by trying every beat before every beat."""
    lengths = np.arange(round(60 * fps / 215), round(60 * fps / 55) + 1)
    weight = -100.0 * np.abs(lengths[None] / lengths[:, None] - 1.0)
    change = weight - np.log(np.exp(weight).sum(axis=1, keepdims=True))
    taste = -0.5 * (np.log2(lengths * bpm / 60 / fps) / 0.3) ** 2
    score = np.full((len(odds), len(lengths)), -np.inf)
    for frame, gain in enumerate(odds):
        for column in range(len(lengths)):
            before = [
                (score[frame - length, k] if frame >= length else 0.0) + change[k, column]
                for k, length in enumerate(lengths)
            ]
            score[frame, column] = max(before) + taste[column] + gain
    return float(score[-int(lengths[-1]) :].max())


def score_of(path: np.ndarray, odds: np.ndarray, fps: float, bpm: float) -> float:
    """The best score of the beats ``path``: over what length came before and comes after it."""
    lengths = np.arange(round(60 * fps / 215), round(60 * fps / 55) + 1)
    weight = -100.0 * np.abs(lengths[None] / lengths[:, None] - 1.0)
    change = weight - np.log(np.exp(weight).sum(axis=1, keepdims=True))
    taste = -0.5 * (np.log2(lengths * bpm / 60 / fps) / 0.3) ** 2
    first = change[lengths > path[0]].max(axis=0)
    for here, after in pairwise(path):
        went = int(after - here - lengths[0])
        gain = first[went] + taste[went] + odds[here]
        first = gain + change[went]
    return float((first + taste + odds[path[-1]]).max())


@settings(max_examples=5)
@given(seed=st.integers(0, 1000), bpm=st.floats(60, 200))
def test_the_path_is_the_best_there_is(seed: int, bpm: float) -> None:
    """Against a slow search of every beat before every beat, at a coarse rate."""
    fps, rng = 12.0, np.random.default_rng(seed)
    odds = rng.normal(0, 1, 90)

    path = beats.track(odds, fps, np.array(bpm))

    assert score_of(path, odds, fps, bpm) == pytest.approx(brute(odds, fps, bpm), rel=1e-9)


@settings(max_examples=6)
@given(bpm=st.floats(62, 200), start=st.floats(0, 1))
def test_clicks_are_beats(bpm: float, start: float) -> None:
    """Each to 3 ms, none left out, none put in."""
    clicks = np.arange(start + 0.05, 15.5, 60 / bpm)
    got = found(bumps(clicks, 16), bpm * 1.05)
    got = got[(got > clicks[0] - 0.1) & (got < clicks[-1] + 0.1)]
    assert len(got) == len(clicks)
    assert np.abs(got - clicks).max() < 0.003


def test_beats_go_on_through_a_break() -> None:
    """Eight beats without a sound, then the same tempo: no beat is lost or moved."""
    clicks = np.arange(0.3, 40, 0.5)
    played = clicks[(clicks < 16) | (clicks > 20)]
    got = found(bumps(played, 40), 120)
    assert len(got) == pytest.approx(len(clicks), abs=1)
    assert np.abs(got[:, None] - clicks).min(axis=0).max() < 0.03


def test_an_accelerando_is_followed() -> None:
    """From 90 to 140 BPM in a minute and a half."""
    clicks = np.cumsum(60 / np.linspace(90, 140, 170))
    curve = bumps(clicks, clicks[-1] + 1)
    around = np.interp(np.arange(len(curve)) / FPS, clicks, np.linspace(90, 140, 170))
    frames = beats.track(beats.beat_likelihood(curve, FPS), FPS, around)
    got = beats.refined(frames, curve, FPS)[0]
    assert np.abs(got[:, None] - clicks).min(axis=0).max() < 0.003


def test_a_long_song_is_settled_in_pieces() -> None:
    """Four minutes walked in pieces give what is the beat throughout, once each."""
    clicks = np.arange(0.2, 240, 60 / 101.0)
    got = found(bumps(clicks, 240), 101)
    assert np.diff(got).min() > 0.5
    assert np.abs(got[:, None] - clicks).min(axis=0).max() < 0.003


def test_nothing_gives_no_beat_at_all() -> None:
    """No frame, no beat."""
    assert len(beats.track(np.zeros(0), FPS, np.array(120.0))) == 0
