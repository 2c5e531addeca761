"""The evaluation of detectors: figures whose truth is known, and material that stays the same."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.job import Job
from studio.lab.notes import evaluate as evaluation
from studio.lab.notes import played, sets, sung
from studio.lab.notes.measure import measured
from studio.music.notes import Notes


def line(shift: float = 0.0) -> Notes:
    """Forty notes, two a second."""
    onset = 0.5 * np.arange(40) + 1.0 + shift
    return Notes.columns(onset, 60 + np.arange(40) % 7, onset + 0.4)


def test_the_truth_is_perfect() -> None:
    """In every column."""
    found = measured([(line(), line())])

    assert (found.precision, found.recall, found.f1) == (1.0, 1.0, 1.0)
    assert (found.low, found.high, found.f1_25ms, found.f1_offsets) == (1.0, 1.0, 1.0, 1.0)
    assert (found.notes, found.found, found.late) == (40, 40, 0.0)


def test_lateness_is_seen() -> None:
    """30 ms are within 50 and not within 25, and are said."""
    found = measured([(line(), line(0.03))])

    assert (found.f1, found.f1_25ms) == (1.0, 0.0)
    assert found.late == pytest.approx(0.03)


def test_what_is_missing_costs_recall_and_what_is_added_precision() -> None:
    """Counted by hand."""
    every = line()
    half = every.where(np.arange(40) % 2 == 0)

    missing, added = measured([(every, half)]), measured([(half, every)])

    assert (missing.precision, missing.recall) == (1.0, 0.5)
    assert (added.precision, added.recall) == (0.5, 1.0)
    assert missing.f1 == added.f1 == pytest.approx(2 / 3)


def test_no_notes_are_no_error() -> None:
    """Silence heard as silence is right; anything else is wrong."""
    silence = Notes.of(())

    assert measured([(silence, silence)]).f1 == 1.0
    assert measured([(line(), silence)]).f1 == 0.0
    assert measured([(silence, line())]).f1 == 0.0


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_interval_is_about_the_figure(seed: int) -> None:
    """And the order of the recordings does not matter to the figure."""
    draw = np.random.default_rng(seed)
    pairs = [(line(), line().where(draw.random(40) < 0.7)) for _ in range(3)]

    found = measured(pairs)

    assert found.low <= found.f1 <= found.high
    assert measured(pairs[::-1]).f1 == found.f1


def test_lines_and_parts_stay_the_same() -> None:
    """A number is a line; another number is another."""
    one, notes = sung.sung_line(3, 5.0)
    again, same = sung.sung_line(3, 5.0)
    other, _ = sung.sung_line(4, 5.0)

    assert one.tobytes() == again.tobytes()
    assert notes == same
    assert one.tobytes() != other.tobytes()
    for name, family in played.FAMILIES.items():
        sound, truth = played.part(family, 0, 5.0)
        assert np.isfinite(sound).all(), name
        assert len(truth) >= 5, name


def test_every_row_of_parts_has_a_hundred_notes() -> None:
    """Fewer would say little."""
    for family in played.FAMILIES.values():
        parts = [
            played._score(family, np.random.RandomState(number), sets.PART_SECONDS)
            for number in range(sets.PARTS)
        ]
        assert sum(map(len, parts)) >= 100


def test_leakage_lies_as_far_below_as_is_said() -> None:
    """To a tenth of a decibel."""
    sound, _ = played.part(played.FAMILIES["bass"], 1, 5.0)

    leaked = sets._leaked(sound, 1, -20)[0] - sound

    ratio = 10 * np.log10(np.mean(leaked**2) / np.mean(sound**2))
    assert ratio == pytest.approx(-20.0, abs=0.1)


def test_the_table_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """One set, one engine that is here and one whose weights are not, which is said."""

    def short(data: Any) -> list[sets.Set]:
        sound, notes = sung.sung_line(5, 6.0)
        recording = sets.Recording(sound[None], sung.SAMPLE_RATE, {"": notes})
        return [sets.Set("a line", "vocals", partial(iter, [recording]))]

    monkeypatch.setattr(evaluation, "note_sets", short)
    said: list[str] = []

    rows = evaluation.evaluate("notes", None, Job(notes=said.append), ["melody", "piano-cnn"])

    assert [(row.set, row.engine, row.chosen) for row in rows] == [("a line", "melody", True)]
    assert said[0].startswith("piano-cnn is left out")
    head, first = evaluation.table(rows).splitlines()
    assert head.split()[:3] == ["set", "engine", "notes"]
    assert "melody*" in first
