"""Velocities: from the stem's level, by rank, whatever the threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.job import Job
from studio.music.notes import NO_NOTES, Notes
from studio.transcription.velocity import velocities


def tones(levels: list[float]) -> tuple[np.ndarray, Notes]:
    """A tone of 0.2 s every half second, each at its level in dB; and the notes."""
    song = np.zeros(4000 * len(levels), np.float32)
    tone = np.sin(2 * np.pi * 440 * np.arange(1600) / 8000)
    for index, level in enumerate(levels):
        song[4000 * index : 4000 * index + 1600] = tone * 10 ** (level / 20)
    onset = 0.5 * np.arange(len(levels))
    return song[None], Notes.columns(onset, np.full(len(levels), 69), onset + 0.2)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None
)
@given(st.lists(st.floats(-40, 0), min_size=1, max_size=12))
def test_a_louder_note_is_never_played_softer(wav: Any, levels: list[float]) -> None:
    """And all lie in 30 to 115."""
    song, notes = tones(levels)

    velocity = velocities(notes, wav(song, 8000), Job()).velocity.astype(int)

    assert 30 <= velocity.min() <= velocity.max() <= 115
    for i, one in enumerate(levels):
        for j, other in enumerate(levels):
            if one > other + 0.1:
                assert velocity[i] >= velocity[j]


def test_softest_and_loudest_use_the_whole_range(wav: Any) -> None:
    """Where they are far enough apart; those between lie evenly between."""
    song, notes = tones(list(np.linspace(-40, 0, 21)))

    velocity = velocities(notes, wav(song, 8000), Job()).velocity

    assert velocity[0] == 30
    assert velocity[-1] == 115
    assert velocity[10] == 72
    assert np.ptp(np.diff(velocity.astype(int))[2:-2]) <= 1


def test_a_stem_of_one_level_gets_one_velocity(wav: Any) -> None:
    """The middle; differences nobody hears do not spread it."""
    song, notes = tones([-12.0 + 1e-4 * (index % 3) for index in range(30)])

    assert set(velocities(notes, wav(song, 8000), Job()).velocity.tolist()) == {72}


def test_everything_else_stays_and_nothing_is_no_trouble(wav: Any) -> None:
    """Notes beyond the end of the stem, an empty stem, no notes."""
    song, notes = tones([-6.0, -20.0])
    late = Notes.columns(np.array([0.0, 99.0]), np.array([60, 61]), np.array([1.0, 100.0]))

    heard = velocities(notes, wav(song, 8000), Job())

    assert heard.with_velocity(notes.velocity) == notes
    assert len(velocities(late, wav(song, 8000), Job())) == 2
    assert len(velocities(late, wav(np.zeros((1, 0), np.float32), 8000), Job())) == 2
    assert velocities(NO_NOTES, wav(song, 8000), Job()) is NO_NOTES


def test_both_channels_count(wav: Any) -> None:
    """A note on the right alone is as loud as one on the left alone."""
    song, notes = tones([-6.0, -6.0, -30.0, -30.0])
    stereo = np.vstack([song, song])
    stereo[0, 0:4000] = 0.0
    stereo[1, 4000:8000] = 0.0

    velocity = velocities(notes, wav(stereo, 8000), Job()).velocity

    assert velocity[0] == pytest.approx(velocity[1], abs=15)
    assert min(velocity[:2]) > max(velocity[2:])
