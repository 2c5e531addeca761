"""Pieces of a song read and put in place on the loader's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from studio.audio.peaks import Peaks
from studio.errors import MissingFileError, ProjectDamagedError
from studio.files import reading
from studio.gui.player.deck import GrowingTrack
from studio.gui.state.song import Span
from studio.music.audio import Samples
from studio.music.notes import Notes
from studio.separation.hops import FinishedHops

_COLUMNS = ("onset", "pitch", "offset", "velocity", "strength")


def read_notes(path: Path) -> Notes:
    """The candidates a take was saved as. Raises MissingFileError, ProjectDamagedError."""
    try:
        with reading(path), np.load(path, allow_pickle=False) as columns:
            return Notes(*(columns[name] for name in _COLUMNS))
    except (ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ProjectDamagedError(file=str(path), reason="it does not hold notes") from error


def joined(spans: list[Span]) -> list[Span]:
    """``spans`` in order, those that touch made one."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1] + 1e-6:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((start, end))
    return whole


def filling(
    reader: FinishedHops,
    hop: int,
    rate: int,
    lanes: dict[str, tuple[Peaks | None, GrowingTrack]],
) -> Callable[[], Span | None]:
    """Work that puts one finished hop into every lane; returns its place in seconds.

    None: the hops have given way to the whole stems meanwhile, which are on their way here.
    """

    def fill() -> Span | None:
        first = hop * reader.hop_frames
        last = min(first + reader.hop_frames, reader.frames)
        start = round(first * rate / reader.sample_rate)
        for name, (peaks, track) in lanes.items():
            try:
                found = reader.read(name, hop)
            except MissingFileError:
                return None
            samples = _at_rate(found, reader.sample_rate, rate)
            samples = samples[:, : max(0, track.frames - start)]
            track.put(start, samples)
            if peaks is not None:
                peaks.fill(start, samples)
        return first / reader.sample_rate, last / reader.sample_rate

    return fill


def _at_rate(samples: Samples, given: int, wanted: int) -> Samples:
    """For listening before the whole is there; the finished stem is resampled in one go."""
    if given == wanted:
        return samples
    from studio.audio.resample import resample_blocks  # rare, and not wanted at the start

    return np.concatenate(list(resample_blocks([samples], given, wanted, len(samples))), axis=1)
