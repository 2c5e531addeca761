"""The tempo of a song, its beats and its bars, from its mixture.

Contract: one constant tempo where that explains the beats, else a map of steps on beats, in
quarter notes a minute; with the second on which a bar begins, and a confidence that says how
closely the song keeps to all that. Beats are heard on the mixture, never on one stem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.job import Job
from studio.music.tempo import TempoMap
from studio.rhythm import beats, fit, periodicity
from studio.rhythm.bars import are_off, find_bars
from studio.rhythm.listen import FRAMES_PER_SECOND, Columns, listen
from studio.rhythm.maps import mapped

DEFAULT_BPM = 120.0

# Below this nothing but the tempo is believed.
_DOUBTFUL = 0.1
# The phase of beats that were found one by one is no news: noise reaches this much, measured.
_FOLLOWED = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Told:
    """What a person said of a song's time; None where nothing was said.

    Attributes:
        bpm: The tempo.
        near: What the tempo is about, such as that of a few taps.
        beats_per_bar: Quarter notes a bar.
        downbeat: A second on which a bar begins.
    """

    bpm: float | None = None
    near: float | None = None
    beats_per_bar: int | None = None
    downbeat: float | None = None


NOTHING = Told()


def estimate_tempo(mixture: Path, job: Job, told: Told = NOTHING) -> TempoMap:
    """The musical time of ``mixture``, a WAV of ours: ``tempo_of(listen(mixture))``.

    Raises:
        Cancelled: by ``job``.
    """
    return tempo_of(listen(mixture, job), told)


def tempo_of(columns: Columns, told: Told = NOTHING) -> TempoMap:
    """The musical time of what was heard.

    A constant tempo is made a whole number where that moves the song's last beat by less than
    20 ms. What was told is kept as it is.

    Returns:
        ``source`` is ``estimated``, or ``given`` where a tempo was told; where too little begins
        to tell a tempo by, 120 BPM with ``source`` ``default``, confidence 0 and no downbeat.
    """
    fps = FRAMES_PER_SECOND
    curve = periodicity.peaks_only(columns.strength, fps)
    if not periodicity.enough_onsets(curve):
        return _by_default(told)
    found = (
        _estimated(curve, columns, told)
        if told.bpm is None
        else _with_bpm(curve, columns, told, told.bpm)
    )
    return found if told.downbeat is None else replace(found, downbeat=told.downbeat)


def doubts(tempo: TempoMap) -> list[str]:
    """One sentence for people on what of an estimated tempo is not sure; none where all is."""
    if tempo.source == "default":
        return [
            "No beat was found in this song: 120 BPM is only a default. Type in or tap another."
        ]
    if tempo.source == "estimated" and tempo.downbeat is None:
        return ["This song keeps to no steady beat: its tempo is a guess. Type in or tap another."]
    return []


def _by_default(told: Told) -> TempoMap:
    default = TempoMap.constant(DEFAULT_BPM, "default", 0.0)
    tempo = default if told.bpm is None else TempoMap.constant(told.bpm)
    return replace(tempo, beats_per_bar=told.beats_per_bar or 4, downbeat=told.downbeat)


def _estimated(curve: Floats, columns: Columns, told: Told) -> TempoMap:
    fps = FRAMES_PER_SECOND
    around = _tempo_around(curve, columns, told.near)
    coarse = float(np.median(around))
    times, heights = _beats(curve, columns, around)
    bpm = periodicity.refined_tempo(curve, fps, coarse)
    sure = periodicity.confidence(curve, fps, bpm)
    even = fit.one_tempo(times, heights, bpm)
    if not even.explains and len(times) >= fit.FEWEST:
        followed = _confidence_along(curve, times)
        if followed > max(sure, _DOUBTFUL):
            return _stepped(fit.steps(times, heights), columns, told, followed)
    if sure < _DOUBTFUL:
        whole = TempoMap.constant(periodicity.snapped(bpm, columns.seconds), "estimated", sure)
        return replace(whole, beats_per_bar=told.beats_per_bar or 4)
    bpm = periodicity.snapped(even.bpm, columns.seconds)
    found = TempoMap.constant(bpm, "estimated", sure)
    start = fit.with_period(times, heights, 60.0 / bpm)
    return _with_bars(found, start, columns, told)


def _with_bpm(curve: Floats, columns: Columns, told: Told, bpm: float) -> TempoMap:
    """The phase and the bars of a song of ``bpm``."""
    times, heights = _beats(curve, columns, np.array(bpm))
    start = fit.with_period(times, heights, 60.0 / bpm)
    return _with_bars(TempoMap.constant(bpm), start, columns, told)


def _tempo_around(curve: Floats, columns: Columns, near: float | None) -> Floats:
    """The tempo near which beats are looked for, for each frame or one for all."""
    if near is not None:
        return np.array(near)
    fps = FRAMES_PER_SECOND
    low = periodicity.peaks_only(columns.low, fps)
    seconds, path = periodicity.tempo_path([curve, low], fps)
    found: Floats = np.interp(np.arange(len(curve)) / fps, seconds, path)
    return found


def _beats(curve: Floats, columns: Columns, bpm: Floats) -> tuple[Floats, Floats]:
    """The beats near a tempo, in seconds, and how firmly each was heard."""
    fps = FRAMES_PER_SECOND
    frames = beats.track(beats.beat_likelihood(curve, fps), fps, bpm)
    if are_off(frames / fps, columns):
        frames = (frames[:-1] + frames[1:]) // 2
    return beats.refined(frames, curve, fps)


def _with_bars(tempo: TempoMap, start: float, columns: Columns, told: Told) -> TempoMap:
    """A constant tempo with a beat at ``start``, and its bars."""
    bars = find_bars(
        np.arange(start, columns.seconds, 60.0 / tempo.bpm), columns, told.beats_per_bar
    )
    downbeat = start + bars.first * 60.0 / tempo.bpm
    return replace(tempo, beats_per_bar=bars.length, downbeat=downbeat)


def _stepped(steps: fit.Steps, columns: Columns, told: Told, sure: float) -> TempoMap:
    """Steps on beats, with their bars."""
    found = mapped(steps, "estimated", sure)
    bars = find_bars(found.seconds, columns, told.beats_per_bar)
    return replace(
        found.tempo, beats_per_bar=bars.length, downbeat=float(found.seconds[bars.first])
    )


def _confidence_along(curve: Floats, times: Floats) -> float:
    """How closely onsets keep to beats that were found one by one."""
    inside = np.arange(len(curve))[int(times[0] * FRAMES_PER_SECOND) :]
    beat = np.interp(inside / FRAMES_PER_SECOND, times, np.arange(len(times)))
    turns = np.exp(2j * np.pi * beat)
    strength = curve[inside]
    total = max(float(strength.sum()), 1e-12)
    aligned = max(abs(complex(np.sum(strength * turns**k))) / total for k in (1, 2, 3, 4))
    return float(np.clip((aligned - _FOLLOWED) / (1.0 - _FOLLOWED), 0.0, 1.0))
