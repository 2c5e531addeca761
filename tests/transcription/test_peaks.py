"""Peaks of onset activation to notes: where they are, where they end, and that they nest."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.music.take import TakeOptions, choose
from studio.transcription.contract import Activations
from studio.transcription.decoders.peaks import (
    FLOOR,
    HIT_SECONDS,
    SHORTEST_SECONDS,
    SOUNDING,
    draw,
    hits,
    peaks,
    vertices,
)

unit = st.floats(0, 1, width=32)


def activations(onset: NDArray[np.float32], frame: NDArray[np.float32]) -> Activations:
    return Activations(onset, frame, None, 50.0, 60)


random_activations = hnp.array_shapes(min_dims=2, max_dims=2, max_side=40).flatmap(
    lambda shape: st.builds(
        activations, *(hnp.arrays(np.float32, shape, elements=unit) for _ in range(2))
    )
)


@given(random_activations, st.floats(FLOOR, 1))
def test_choosing_later_is_decoding_with_that_floor(heard: Activations, threshold: float) -> None:
    """So one decoding serves every threshold."""
    chosen = choose(peaks(heard), TakeOptions(onset_threshold=threshold))

    assert chosen == peaks(heard, floor=threshold)


@given(random_activations)
def test_thirty_thresholds_give_nested_sets(heard: Activations) -> None:
    """Note for note: a higher threshold only takes away."""
    candidates = peaks(heard)
    sets = [
        set(choose(candidates, TakeOptions(onset_threshold=float(threshold))))
        for threshold in np.linspace(FLOOR, 1, 30)
    ]

    assert all(more >= fewer for more, fewer in pairwise(sets))


@given(
    onsets=st.lists(
        st.tuples(st.floats(0.6, 2.4), st.floats(0.2, 1), st.integers(0, 2)), max_size=8
    )
)
def test_what_is_drawn_is_found_exactly(onsets: list[tuple[float, float, int]]) -> None:
    """Place and strength come back, though the place lies between two frames."""
    place = np.array([4 * index + at for index, (at, _, _) in enumerate(onsets)])
    strength = np.array([value for _, value, _ in onsets], np.float32)
    pitch = np.array([column for _, _, column in onsets], np.intp)
    onset = np.zeros((40, 3), np.float32)

    draw(onset, place, pitch, strength)

    for column in range(3):
        at, height = vertices(onset[:, column])
        assert at == pytest.approx(place[pitch == column], abs=1e-3)
        assert height == pytest.approx(strength[pitch == column], abs=1e-5)


def test_a_note_ends_where_its_pitch_stays_silent() -> None:
    """A gap shorter than 60 ms does not end it; the file's end does."""
    onset, frame = np.zeros((2, 100, 2), np.float32)
    draw(onset, np.array([10.0, 80.0]), np.array([0, 1]), np.array([0.9, 0.9], np.float32))
    frame[10:50, 0] = SOUNDING
    frame[30:32, 0] = 0.0  # 40 ms
    frame[80:, 1] = 1.0

    found = peaks(activations(onset, frame))

    assert found.onset == pytest.approx([0.2, 1.6])
    assert found.offset == pytest.approx([1.0, 2.0])
    assert found.strength == pytest.approx([0.9, 0.9])


def test_a_pitch_that_hardly_sounds_gives_a_short_note() -> None:
    """An onset alone is a note of the least length."""
    onset, frame = np.zeros((2, 100, 1), np.float32)
    draw(onset, np.array([10.0]), np.array([0]), np.array([0.5], np.float32))

    found = peaks(activations(onset, frame))

    assert found.offset - found.onset == pytest.approx([SHORTEST_SECONDS])


def test_hits_have_one_length() -> None:
    """Drums are struck, not held."""
    onset = np.zeros((100, 1), np.float32)
    draw(onset, np.array([10.0, 14.0]), np.array([0, 0]), np.array([0.5, 0.8], np.float32))

    found = hits(activations(onset, onset))

    assert found.onset == pytest.approx([0.2, 0.28])
    assert found.offset - found.onset == pytest.approx([HIT_SECONDS] * 2)


def test_silence_has_no_notes() -> None:
    """Nor has no time at all."""
    for frames in (0, 1, 50):
        silence = np.zeros((frames, 3), np.float32)
        assert len(peaks(activations(silence, silence))) == 0
