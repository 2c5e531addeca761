"""What a person does to a tempo map: halve, double, move the bar line, type in, tap.

Pure functions from map to map. What a person said is ``given`` and sure; the map they began with
stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.music.tempo import TempoMap, TempoStep
from studio.rhythm import fit
from studio.rhythm.maps import mapped
from studio.rhythm.periodicity import snapped

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
_NEAR_SECONDS = 0.07


def halved(tempo: TempoMap) -> TempoMap:
    """Every second beat is one; bars begin where they began."""
    return _scaled(tempo, 0.5)


def doubled(tempo: TempoMap) -> TempoMap:
    """There is a beat half-way between any two; bars begin where they began."""
    return _scaled(tempo, 2.0)


def shifted(tempo: TempoMap, beats: int) -> TempoMap:
    """Bars begin ``beats`` beats later, earlier where negative; the first one within the song.

    Where no bar was known, they are counted from second 0.
    """
    beat = tempo.beats(np.array([tempo.downbeat or 0.0])) + beats
    return with_downbeat(tempo, float(tempo.seconds(beat % tempo.beats_per_bar)[0]))


def with_downbeat(tempo: TempoMap, seconds: float) -> TempoMap:
    """A bar begins at ``seconds``."""
    return _said(replace(tempo, downbeat=float(seconds)))


def with_beats_per_bar(tempo: TempoMap, beats: int) -> TempoMap:
    """Bars of ``beats`` quarter notes, at least 1; the first begins where it began."""
    return _said(replace(tempo, beats_per_bar=beats))


def tapped(taps: Sequence[float], seconds: float, beats_per_bar: int = 4) -> TempoMap:
    """The map whose beats are what somebody tapped, the first of them on the first of a bar.

    One tempo, if that explains the taps or they are fewer than eight; else steps.

    Args:
        taps: Seconds, rising; at least two.
        seconds: Length of the song.

    Raises:
        ValueError: there are fewer, or they are not from 20 to 400 BPM apart.
    """
    times = np.unique(np.asarray(taps, float))
    if len(times) < 2:
        raise ValueError("a tempo takes two taps at least")
    gaps = np.diff(times)
    beat = np.concatenate(([0], np.cumsum(np.maximum(np.rint(gaps / np.median(gaps)), 1))))
    bpm = 60.0 / float(np.polyfit(beat, times, 1)[0])
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise ValueError(f"{bpm:.1f} BPM is not from {SLOWEST_BPM:g} to {FASTEST_BPM:g}")
    even = fit.one_tempo(times, np.ones(len(times)), bpm)
    if even.explains or len(times) < fit.FEWEST:
        found = TempoMap.constant(snapped(even.bpm, seconds))
        index = round((float(times[0]) - even.start) / even.period)
        first = even.start + index * even.period
        return replace(found, beats_per_bar=beats_per_bar, downbeat=max(0.0, first))
    found_steps = mapped(fit.steps(times, np.ones(len(times))), "given", 1.0)
    first_bar = -int(found_steps.index[0]) % beats_per_bar
    downbeat = float(found_steps.seconds[first_bar])
    return replace(found_steps.tempo, beats_per_bar=beats_per_bar, downbeat=downbeat)


def agrees(tempo: TempoMap, taps: Sequence[float]) -> bool:
    """Whether taps lie on beats of ``tempo``, most of them to 70 ms."""
    offset = 0.0 if tempo.downbeat is None else float(tempo.beats(np.array([tempo.downbeat]))[0])
    beat = tempo.beats(np.asarray(taps, float)) - offset
    nearest = tempo.seconds(np.rint(beat) + offset)
    return bool(np.median(np.abs(nearest - np.asarray(taps))) < _NEAR_SECONDS)


def nearest_beat(tempo: TempoMap, seconds: float) -> float:
    """The second of the beat next to ``seconds``; beats are counted from the downbeat."""
    offset = float(tempo.beats(np.array([tempo.downbeat or 0.0]))[0])
    beat = float(tempo.beats(np.array([seconds]))[0]) - offset
    return float(tempo.seconds(np.array([round(beat) + offset]))[0])


def _scaled(tempo: TempoMap, factor: float) -> TempoMap:
    steps = tuple(TempoStep(step.beat * factor, step.bpm * factor) for step in tempo.steps)
    return _said(replace(tempo, steps=steps))


def _said(tempo: TempoMap) -> TempoMap:
    return replace(tempo, source="given", confidence=1.0)
