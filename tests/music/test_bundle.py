"""What an export target gets."""

from __future__ import annotations

from pathlib import Path

from studio.music.bundle import SongBundle
from studio.music.tempo import TempoMap


def test_a_bundle_lasts_as_long_as_its_frames() -> None:
    """In seconds, at its own rate."""
    bundle = SongBundle("Song", Path("mixture.wav"), 48000, 72000, (), (), TempoMap.constant(120))

    assert bundle.duration == 1.5
