"""The tempo of songs on disk: clicks, noise, silence, and recordings with annotated beats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mir_eval
import numpy as np
import pytest
import soundfile

from studio.errors import MissingFileError
from studio.job import Cancelled, Job
from studio.midi.read import read_midi
from studio.rhythm.listen import FRAMES_PER_SECOND, listen
from studio.rhythm.tempo import estimate_tempo
from studio.synth.render import render

WriteSong = Callable[..., Path]


def clicks(times: np.ndarray, seconds: float, sample_rate: int = 44100) -> np.ndarray:
    """A burst of noise of 8 ms at each of ``times``."""
    burst = np.random.default_rng(440).standard_normal(400) * np.exp(-np.arange(400) / 80)
    samples = np.zeros(round(seconds * sample_rate) + 400)
    for first in np.rint(times * sample_rate).astype(int):
        samples[first : first + 400] += 0.3 * burst
    return samples


@pytest.mark.parametrize("bpm", [70.0, 83.3, 90.0, 100.0, 117.3, 128.0, 151.5, 174.0, 180.0])
def test_a_click_track_gives_its_tempo(write_song: WriteSong, bpm: float) -> None:
    """30 seconds, to 0.1 %, and surely."""
    song = write_song(clicks(np.arange(0.37, 30, 60 / bpm), 30))

    tempo = estimate_tempo(song, Job())

    assert tempo.bpm == pytest.approx(bpm, rel=0.001)
    assert tempo.source == "estimated"
    assert tempo.confidence > 0.9


@pytest.mark.parametrize("bpm", [60.0, 65.0, 190.0, 200.0])
def test_a_very_slow_or_fast_click_is_right_but_for_the_octave(
    write_song: WriteSong, bpm: float
) -> None:
    """Clicks alone do not say which level is the beat."""
    tempo = estimate_tempo(write_song(clicks(np.arange(0, 30, 60 / bpm), 30)), Job())
    assert min(abs(tempo.bpm * octave / bpm - 1) for octave in (0.5, 1, 2)) < 0.001


@pytest.mark.slow
def test_ten_minutes_of_clicks_give_their_tempo_finely(write_song: WriteSong) -> None:
    """117.3 BPM to 0.001 %, and a click on the downbeat to 6 ms."""
    tempo = estimate_tempo(write_song(clicks(np.arange(0.37, 600, 60 / 117.3), 600)), Job())
    assert tempo.bpm == pytest.approx(117.3, rel=1e-5)
    assert tempo.downbeat == pytest.approx(0.37, abs=0.006)
    assert len(tempo.steps) == 1


def test_a_whole_number_is_given_as_one(write_song: WriteSong) -> None:
    """A song made at 120 reads 120, not 120.003."""
    tempo = estimate_tempo(write_song(clicks(np.arange(0, 40, 0.5), 40)), Job())
    assert tempo.bpm == 120.0


def test_loudness_rate_and_channels_do_not_matter(write_song: WriteSong) -> None:
    """60 dB softer, stereo, at 48 kHz: the same tempo, just as sure."""
    times = np.arange(0.2, 20, 60 / 97.0)
    loud = estimate_tempo(write_song(clicks(times, 20)), Job())
    samples = 0.001 * clicks(times, 20, 48000)
    soft = estimate_tempo(write_song(np.stack([samples, samples]), 48000), Job())
    assert soft.bpm == pytest.approx(loud.bpm, rel=1e-3)
    assert soft.confidence == pytest.approx(loud.confidence, abs=0.05)


def test_free_time_and_noise_are_doubted(write_song: WriteSong) -> None:
    """Random onsets and plain noise have some tempo, and next to no confidence."""
    rng = np.random.default_rng(440)
    free = estimate_tempo(write_song(clicks(np.sort(rng.uniform(0, 30, 75)), 30)), Job())
    noise = estimate_tempo(write_song(0.1 * rng.standard_normal(30 * 44100)), Job())
    assert free.confidence < 0.1
    assert noise.confidence < 0.1


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0),
        np.zeros(44100),
        np.ones(30),
        np.sin(np.arange(20 * 44100) * 0.06),
        clicks(np.array([1.0]), 10),
    ],
    ids=["no length", "silence", "a millisecond", "one long tone", "one click"],
)
def test_where_nothing_begins_the_default_is_given(
    write_song: WriteSong, samples: np.ndarray
) -> None:
    """120, called so, with no confidence."""
    tempo = estimate_tempo(write_song(samples), Job())
    assert (tempo.bpm, tempo.source, tempo.confidence) == (120.0, "default", 0.0)


def test_the_curve_peaks_where_clicks_are(write_song: WriteSong) -> None:
    """Ten milliseconds a frame, within two frames, across the blocks the song is read in."""
    times = np.arange(0.5, 14, 0.9)
    curve = listen(write_song(clicks(times, 15)), Job()).strength
    assert len(curve) == pytest.approx(15 * FRAMES_PER_SECOND, abs=3)
    for time in times:
        frame = round(time * FRAMES_PER_SECOND)
        assert abs(int(np.argmax(curve[frame - 20 : frame + 20])) - 20) <= 2


def test_the_work_is_reported_and_can_be_stopped(write_song: WriteSong) -> None:
    """Several times a song; a missing song is named."""
    song = write_song(clicks(np.arange(0, 20, 0.5), 20))
    seen: list[float] = []
    estimate_tempo(song, Job(lambda fraction, text: seen.append(fraction)))
    assert len(seen) > 3
    assert seen == sorted(seen)
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        estimate_tempo(song, job)
    with pytest.raises(MissingFileError, match=r"gone\.wav"):
        estimate_tempo(song.with_name("gone.wav"), Job())


@pytest.mark.data
@pytest.mark.parametrize("name", ["rock", "reggae", "hendrix", "beatles", "britpop"])
def test_recordings_give_the_annotated_tempo(data: Path, write_song: WriteSong, name: str) -> None:
    """MDB Drums' annotated beats (CC BY-NC-SA 4.0): tempo to 4 %, octave included; F at 70 ms."""
    folder = data / "eval" / "mdb" / name
    beats = np.loadtxt(folder / "beats.txt")[:, 0]
    annotated = 60 / np.polyfit(np.arange(len(beats)), beats, 1)[0]
    samples, rate = soundfile.read(folder / "mixture.flac", dtype="float32")

    tempo = estimate_tempo(write_song(samples.T, rate), Job())

    assert tempo.bpm == pytest.approx(annotated, rel=0.04)
    assert tempo.confidence > 0.3
    assert tempo.downbeat is not None
    first = float(tempo.beats(np.array([tempo.downbeat]))[0]) % 1
    heard = tempo.seconds(np.arange(first, len(samples) / rate * tempo.bpm / 60))
    assert mir_eval.beat.f_measure(beats, heard) > 0.9


@pytest.mark.data
@pytest.mark.slow
def test_played_drums_give_the_tempo_of_their_click(data: Path, write_song: WriteSong) -> None:
    """Drummers who followed a click (Groove MIDI, CC BY 4.0), 12 s or longer, on our own kit.

    Each file's name holds its tempo. Of 43 at least 32 are right to 4 %, 40 but for the octave,
    and the sure half is right more often than the doubted half.
    """
    found = []
    for path in sorted((data / "midi" / "groove").glob("*.mid")):
        notes = read_midi(path).parts[0].notes
        if notes.onset.max() < 12:
            continue
        played = float(path.stem.split("_")[-3])
        length = min(60.0, float(notes.onset.max()) + 1)
        sound = render(notes, "drums", 0, length, touch=True)
        tempo = estimate_tempo(write_song(sound, 22050), Job())
        # Of a map of steps the first only leads to the first beat.
        ratio = 60 / np.median(np.diff(tempo.seconds(np.arange(12.0)))) / played
        right = abs(ratio - 1) < 0.04
        octave = right or min(abs(ratio / 2 - 1), abs(ratio * 2 - 1)) < 0.04
        found.append((tempo.confidence, right, octave))

    found.sort()
    assert len(found) == 43
    assert sum(right for _, right, _ in found) >= 32
    assert sum(octave for _, _, octave in found) >= 40
    doubted, sure = found[:21], found[22:]
    assert sum(octave for *_, octave in sure) >= sum(octave for *_, octave in doubted)
