"""Every listed score keeps the contract: a newcomer is tested by being listed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.music.notes import Note, Notes
from studio.scoring.contract import Measure
from studio.scoring.measures import MEASURES
from studio.scoring.signal import SAMPLE_RATE, Signal
from studio.synth.render import render

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "scores.md"
TUNE = Notes.of(Note(0.2 + 0.31 * i, 50 + 5 * i % 23, 0.4 + 0.31 * i) for i in range(8))
OTHER = Notes.of(Note(0.1 + 0.47 * i, 71 - 4 * i % 19, 0.3 + 0.47 * i) for i in range(5))


@pytest.fixture(scope="module", params=MEASURES.names())
def measure(request: pytest.FixtureRequest) -> Measure:
    """Each score of the table, loaded."""
    return MEASURES.load(request.param)


@pytest.fixture(scope="module")
def sounds() -> dict[str, Signal]:
    """Sounds of 3 s that are alike, unlike, loud, soft, and odd."""
    noise = np.random.default_rng(440).standard_normal(3 * SAMPLE_RATE).astype(np.float32)
    tune = render(TUNE, "piano", 0, 3)
    return {
        "tune": Signal(tune),
        "copy": Signal(tune.copy()),
        "other": Signal(render(OTHER, "piano", 0, 3)),
        "drums": Signal(render(OTHER, "drums", 0, 3)),
        "noise": Signal(noise),
        "soft": Signal(1e-6 * noise[::-1].copy()),
        "loud": Signal(1e3 * tune[::-1].copy()),
        "constant": Signal(np.ones(3 * SAMPLE_RATE, np.float32)),
        "click": Signal(np.eye(1, 3 * SAMPLE_RATE, 999, dtype=np.float32)[0]),
    }


def test_values_are_numbers_in_the_range(measure: Measure, sounds: dict[str, Signal]) -> None:
    """For every pair of sounds, in both orders."""
    for take in sounds.values():
        for target in sounds.values():
            value = measure.value(take, target)
            assert isinstance(value, float)
            assert np.isfinite(value)
            assert measure.low <= value <= measure.high


def test_the_same_sound_is_best(measure: Measure, sounds: dict[str, Signal]) -> None:
    """No other take of the same energy scores higher; a lag is 0, and for others nearest to 0."""
    tune = sounds["tune"]
    best = measure.value(sounds["copy"], tune)
    for name in ("other", "drums", "noise"):
        gain = np.float32((tune.energy / sounds[name].energy) ** 0.5)
        value = measure.value(Signal(gain * sounds[name].samples), tune)
        if measure.low < 0:
            assert abs(best) <= abs(value)
        else:
            assert best >= value


def test_nothing_is_changed_and_nothing_is_remembered(
    measure: Measure, sounds: dict[str, Signal]
) -> None:
    """Twice the same sounds, twice the same score, the samples as they were."""
    take, target = sounds["other"].samples.copy(), sounds["tune"].samples.copy()
    first = measure.value(Signal(take), Signal(target))
    assert measure.value(Signal(take), Signal(target)) == first
    assert np.array_equal(take, sounds["other"].samples)
    assert np.array_equal(target, sounds["tune"].samples)


def test_it_says_what_it_means(measure: Measure) -> None:
    """One sentence, with what it does not prove; a label; and a line of the document."""
    assert measure.key in MEASURES
    assert measure.label
    assert measure.meaning.endswith(".")
    assert measure.meaning.count(". ") == 0
    assert " not " in measure.meaning
    assert measure.combine in ("mean", "sum", "median")
    assert measure.low < measure.high
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"`{measure.key}`" in text
    assert measure.meaning in " ".join(text.split())
