"""Bars and steps of songs whose bars and tempo are known, from sound to map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio.job import Job
from studio.rhythm.listen import listen
from studio.rhythm.tempo import Told, doubts, estimate_tempo, tempo_of

WriteSong = Callable[..., Path]
Band = Callable[..., np.ndarray]
CHORDS = ((0, 4, 7), (9, 0, 4), (5, 9, 0), (7, 11, 2))


@pytest.mark.parametrize(
    ("bpm", "start", "length", "drums"),
    [(97.0, 0.4, 4, True), (126.0, 1.3, 4, True), (104.0, 0.8, 3, True), (90.0, 0.2, 4, False)],
)
def test_the_first_bar_is_found(
    write_song: WriteSong, band: Band, bpm: float, start: float, length: int, drums: bool
) -> None:
    """Its second to 15 ms, or a bar later; how many beats it has; with and without drums."""
    sound = band(start + np.arange(64) * 60 / bpm, CHORDS, length, drums)

    tempo = estimate_tempo(write_song(sound, 22050), Job())

    assert tempo.bpm == bpm
    assert tempo.beats_per_bar == length
    assert tempo.downbeat is not None
    bars = (tempo.downbeat - start) / (length * 60 / bpm)
    assert abs(bars - round(bars)) * length * 60 / bpm < 0.015
    assert tempo.downbeat < start + 0.015
    assert doubts(tempo) == []


def test_a_song_of_three_tempi_is_a_map_of_them(write_song: WriteSong, band: Band) -> None:
    """100, 120 and 90 BPM, 64 beats each: to 0.1 %, beats on whole beats, bars on bars."""
    lengths = np.repeat([60 / 100, 60 / 120, 60 / 90], 64)
    beats = 0.7 + np.concatenate([[0], np.cumsum(lengths)])
    tempo = estimate_tempo(write_song(band(beats, CHORDS), 22050), Job())

    for first, bpm in ((4, 100), (68, 120), (132, 90)):
        inside = tempo.beats(beats[first : first + 56])
        assert np.diff(inside)[0] == pytest.approx(1, rel=1e-3)
        span = (inside[-1] - inside[0]) / (beats[first + 55] - beats[first])
        assert span * 60 == pytest.approx(bpm, rel=1e-3)
        within = [s.bpm for s in tempo.steps if inside[0] < s.beat < inside[-1]]
        assert within == pytest.approx([bpm] * len(within), rel=1e-3)
    whole = tempo.beats(beats[2:190])
    assert np.abs(whole - np.rint(whole)).max() < 0.03
    assert tempo.downbeat is not None
    bars = (whole[2] - tempo.beats(np.array([tempo.downbeat]))[0]) / 4
    assert bars == pytest.approx(round(bars), abs=0.02)
    assert tempo.confidence > 0.5


def test_what_is_told_is_kept(write_song: WriteSong, band: Band) -> None:
    """A tempo, whose beats are found; the length of a bar; a downbeat."""
    song = write_song(band(0.45 + np.arange(64) * 60 / 96, CHORDS), 22050)
    columns = listen(song, Job())

    typed = tempo_of(columns, Told(bpm=96.0))
    waltz = tempo_of(columns, Told(beats_per_bar=3, downbeat=1.5))

    assert (typed.bpm, typed.source, typed.confidence) == (96.0, "given", 1.0)
    assert typed.downbeat == pytest.approx(0.45, abs=0.015)
    assert (waltz.beats_per_bar, waltz.downbeat) == (3, 1.5)


def test_a_hint_settles_the_octave(write_song: WriteSong, band: Band) -> None:
    """Told that it is near 190, a song of 96 BPM is counted in halves."""
    columns = listen(write_song(band(0.45 + np.arange(64) * 60 / 96, CHORDS), 22050), Job())
    assert tempo_of(columns, Told(near=188.0)).bpm == pytest.approx(192, rel=1e-3)


def test_what_is_not_sure_is_said(write_song: WriteSong) -> None:
    """One sentence for silence, one for noise; neither has a bar."""
    rng = np.random.default_rng(440)
    silence = estimate_tempo(write_song(np.zeros(44100)), Job())
    noise = estimate_tempo(write_song(0.1 * rng.standard_normal(20 * 44100)), Job())
    for tempo, word in ((silence, "default"), (noise, "guess")):
        assert tempo.downbeat is None
        (sentence,) = doubts(tempo)
        assert word in sentence


def test_a_few_slow_beats_make_no_steps(write_song: WriteSong) -> None:
    """Four seconds of loose knocks, told to be slow: too few beats for a map that changes."""
    samples = np.zeros(4 * 22050)
    for at in np.cumsum(0.5 * np.exp(np.random.default_rng(1).normal(0, 0.15, 7))):
        samples[round(at * 22050) : round(at * 22050) + 200] = 0.3

    tempo = tempo_of(listen(write_song(samples, 22050), Job()), Told(near=20.0))

    assert len(tempo.steps) == 1
