"""Each score by itself: what it must say about sounds whose answer is known."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.scoring.measures import MEASURES
from studio.scoring.signal import MAX_LAG, SAMPLE_RATE, Signal
from studio.synth.render import render

GOLDEN = Path(__file__).parent.parent / "golden"
MAKER = SimpleNamespace(**runpy.run_path(str(GOLDEN / "make_scores.py")))


def score(key: str, take: np.ndarray, target: np.ndarray) -> float:
    """One score of two sounds."""
    return MEASURES.load(key).value(Signal(take), Signal(target))


@pytest.mark.parametrize("pair", MAKER.pairs())
def test_scores_are_their_definitions(pair: str) -> None:
    """Golden values by a second implementation, ``tests/golden/make_scores.py``.

    The lag is a count of samples; the others may differ by what float32 leaves out.
    """
    want = json.loads((GOLDEN / "scores.json").read_text(encoding="utf-8"))[pair]
    take, target = (Signal(sound) for sound in MAKER.pairs()[pair])

    got = {key: MEASURES.load(key).value(take, target) for key in want}

    assert got.pop("xcorr_lag_seconds") == pytest.approx(want.pop("xcorr_lag_seconds"), abs=1e-9)
    assert got == pytest.approx(want, rel=2e-4)


@settings(max_examples=25, deadline=None)
@given(delay=st.integers(-5000, 5000), gain=st.floats(0.01, 4))
def test_a_copy_that_is_k_samples_late_has_lag_k(delay: int, gain: float) -> None:
    """Whatever its loudness; the normalised correlation is 1 then."""
    noise = np.random.default_rng(440).standard_normal(12000).astype(np.float32)
    target = np.pad(noise, 6000)
    take = (gain * np.roll(target, delay)).astype(np.float32)

    assert score("xcorr_lag_seconds", take, target) == pytest.approx(delay / SAMPLE_RATE)
    assert score("xcorr_normalised", take, target) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("late", [0.0, 0.05, -0.12])
def test_music_that_repeats_is_not_a_bar_late(late: float) -> None:
    """A bar of clicks forty times: a bar off it correlates a little more, and is not meant."""
    rng = np.random.default_rng(440)
    bar = np.zeros(SAMPLE_RATE, np.float32)
    for at in (0.1, 0.35, 0.6, 0.85):
        start = round(at * SAMPLE_RATE)
        bar[start : start + 800] = rng.standard_normal(800) * np.exp(np.arange(800) / -200)
    target = np.concatenate([np.zeros_like(bar), *[bar] * 40, np.zeros_like(bar)])
    louder = target.copy()
    louder[30 * SAMPLE_RATE : 31 * SAMPLE_RATE] *= 1.4
    early = np.concatenate([louder[SAMPLE_RATE:], np.zeros_like(bar)])
    # Both are in it, the one a bar early louder.
    take = np.roll(0.7 * louder + early, round(late * SAMPLE_RATE)).astype(np.float32)

    found = Signal(take).correlation(Signal(target))
    assert abs((int(np.argmax(found)) - MAX_LAG) / SAMPLE_RATE - late) > 0.9
    assert score("xcorr_lag_seconds", take, target) == pytest.approx(late, abs=1e-4)


@pytest.mark.parametrize(
    "key", ["agreement", "onset_match", "pitch_match", "semitone_flux", "xcorr_normalised"]
)
@pytest.mark.parametrize("gain", [1e-4, 0.1, 30.0])
def test_loudness_changes_no_match(degrade: SimpleNamespace, key: str, gain: float) -> None:
    """Twice as loud is not twice as good; -80 dB is not worse."""
    notes = degrade.melody(seconds=6.0)
    take, target = render(notes, "piano", 0, 6), degrade.plucked(notes, 6)
    assert score(key, np.float32(gain) * take, target) == pytest.approx(
        score(key, take, target), rel=1e-3
    )


def test_the_raw_maximum_grows_with_loudness(degrade: SimpleNamespace) -> None:
    """Which is why it ranks nothing: a gain of 3 is a score three times as high."""
    notes = degrade.melody(seconds=6.0)
    take, target = render(notes, "piano", 0, 6), degrade.plucked(notes, 6)
    assert score("xcorr_max", 3 * take, target) == pytest.approx(
        3 * score("xcorr_max", take, target), rel=1e-4
    )


def test_a_single_short_note_in_minutes_of_silence_is_scored() -> None:
    """Hardly any frame sounds, so a percentile alone would be 0."""
    sound = np.zeros(60 * SAMPLE_RATE, np.float32)
    sound[SAMPLE_RATE : 2 * SAMPLE_RATE] = np.sin(np.arange(SAMPLE_RATE) * 0.1)
    assert score("agreement", sound, sound) == pytest.approx(100.0)


@pytest.mark.parametrize("key", MEASURES.names())
@pytest.mark.parametrize("samples", [1, 100, 5000])
def test_very_short_sounds_have_a_score(key: str, samples: int) -> None:
    """A handful of samples is no reason for NaN."""
    sound = np.ones(samples, np.float32)
    assert np.isfinite(score(key, sound, sound))
