"""Where the lines of the time axis stand and what is written on them, at any zoom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studio.gui import words
from studio.gui.state.timeaxis import TimeAxis
from studio.music.tempo import TempoMap

LABEL_PX, TICK_PX = 62.0, 13.0
# Seconds between labels, and between the lines below them.
_SECONDS = (
    (0.01, 0.002),
    (0.02, 0.005),
    (0.05, 0.01),
    (0.1, 0.02),
    (0.2, 0.05),
    (0.5, 0.1),
    (1, 0.25),
    (2, 0.5),
    (5, 1),
    (10, 2),
    (20, 5),
    (30, 10),
    (60, 15),
    (120, 30),
    (300, 60),
    (600, 120),
    (1800, 300),
    (3600, 600),
)


@dataclass(frozen=True, slots=True)
class Grid:
    """The lines in view, from left to right.

    Attributes:
        seconds: Where they stand, shape (lines,).
        strong: Which of them carry a label.
        labels: One a line, "" for those that carry none.
    """

    seconds: NDArray[np.float64]
    strong: NDArray[np.bool_]
    labels: tuple[str, ...]

    def x(self, axis: TimeAxis, width: float) -> NDArray[np.float64]:
        """Where the lines lie in a body ``width`` pixels wide."""
        return (self.seconds - axis.start) / axis.span * width


def grid(axis: TimeAxis, width: float) -> Grid:
    """Bars and beats where the tempo is known, else minutes and seconds."""
    return _lines(axis.start, axis.end, axis.tempo, width)


@lru_cache(maxsize=2)  # the ruler and every lane ask for the same
def _lines(start: float, end: float, tempo: TempoMap | None, width: float) -> Grid:
    if tempo is None:
        return _in_seconds(start, end, width)
    return _in_beats(start, end, tempo, width)


def _in_seconds(start: float, end: float, width: float) -> Grid:
    px = max(1.0, width) / (end - start)
    label, tick = next((pair for pair in _SECONDS if pair[0] * px >= LABEL_PX), _SECONDS[-1])
    every = round(label / tick)
    first = math.floor(start / label) * every
    steps = np.arange(first, math.ceil(end / tick) + 1)
    seconds = (steps * tick).astype(np.float64)
    strong = steps % every == 0
    texts = tuple(
        _clock(float(at), label) if is_strong else ""
        for at, is_strong in zip(seconds, strong, strict=True)
    )
    return Grid(seconds, strong, texts)


def _clock(seconds: float, step: float) -> str:
    if step >= 1:
        return words.clock_short(seconds)
    whole = words.clock(seconds)
    return whole[:-1] if step >= 0.1 else whole


def _in_beats(start: float, end: float, tempo: TempoMap, width: float) -> Grid:
    first_bar = tempo.first_bar
    low, high = (float(beat) for beat in tempo.beats(np.array([start, end])) - first_bar)
    px = max(1.0, width) / max(1e-9, high - low)
    steps = _beat_steps(tempo.beats_per_bar, high - low)
    label = next((step for step in steps if step * px >= LABEL_PX), steps[-1])
    tick = next((step for step in steps if step * px >= TICK_PX), label)
    every = round(label / tick)
    # Nothing stands before the song, whose first bar line may come later.
    first = max(math.floor(low / label) * every, math.ceil(-first_bar / tick - 1e-6))
    numbers = np.arange(first, math.ceil(high / tick) + 1)
    beats = (numbers * tick).astype(np.float64)
    strong = numbers % every == 0
    texts = tuple(
        _musical(float(beat), tempo.beats_per_bar) if is_strong else ""
        for beat, is_strong in zip(beats, strong, strict=True)
    )
    return Grid(tempo.seconds(beats + first_bar), strong, texts)


def _beat_steps(beats_per_bar: int, beats: float) -> list[float]:
    """A sixteenth, a beat, a bar, and bars by powers of two until one spans ``beats``."""
    steps = [0.25, 1.0, float(beats_per_bar)]
    while steps[-1] < beats:
        steps.append(2 * steps[-1])
    return steps


def _musical(beat: float, beats_per_bar: int) -> str:
    """``25``, ``25.3`` or ``25.3.2``: bar, beat and sixteenth, as many as it takes."""
    sixteenths = round(beat * 4)
    bar, rest = divmod(sixteenths, 4 * beats_per_bar)
    beat_in_bar, sixteenth = divmod(rest, 4)
    text = str(bar + 1)
    if rest:
        text += f".{beat_in_bar + 1}"
    return f"{text}.{sixteenth + 1}" if sixteenth else text


def ends(axis: TimeAxis, span: tuple[float, float]) -> tuple[str, str]:
    """First and last of ``span``: whole bars, both within; else bar and beat, or minutes."""
    start, end = span
    first, last = axis.bar_beat(start), axis.bar_beat(end)
    if first is None or last is None:
        return words.clock_short(start), words.clock_short(end)
    if first[1:] == (1, 0) and last[1:] == (1, 0):
        return str(first[0]), str(last[0] - 1)
    return f"{first[0]}.{first[1]}", f"{last[0]}.{last[1]}"
