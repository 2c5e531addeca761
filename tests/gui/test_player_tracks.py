"""Sounds of a song's length: whole files, stems that grow, and notes rendered ahead."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.write import WavWriter
from studio.errors import MissingFileError, UnreadableAudioError
from studio.gui.player.ahead import Ahead
from studio.gui.player.deck import Deck, GrowingTrack, TakeTrack, WavTrack
from studio.gui.player.engine import Engine
from studio.gui.player.sources import Gains, LaneGains
from studio.gui.player.takes import CHUNK_SECONDS, matched_gain
from studio.gui.player.timing import PlayClock
from studio.music.audio import Samples
from studio.music.notes import Note, Notes
from studio.synth.render import render

RATE = 22050
SECONDS = 8
ALL = [(0, SECONDS * RATE)]


def write(path: Path, samples: Samples) -> Path:
    with WavWriter(path, RATE, len(samples), samples.shape[1]) as out:
        out.write(samples)
    return path


def everything(track: TakeTrack) -> Samples:
    """All of a take, once it is rendered."""
    while track.prepare(ALL, None):
        pass
    return track.read(0, SECONDS * RATE)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_file_is_read_bit_for_bit(
    tmp_path: Path, rng: np.random.Generator, channels: int
) -> None:
    """Mono is heard on both sides, of more than two channels the front pair; silence around it."""
    samples = rng.uniform(-2, 2, (channels, 1000)).astype(np.float32)
    track = WavTrack(write(tmp_path / "a.wav", samples))
    both = np.broadcast_to(samples[:2], (2, 1000))

    assert np.array_equal(track.read(300, 200), both[:, 300:500])
    assert np.array_equal(track.read(-50, 100), np.pad(both[:, :50], ((0, 0), (50, 0))))
    assert np.array_equal(track.read(950, 100), np.pad(both[:, 950:], ((0, 0), (0, 50))))
    assert not track.read(5000, 10).any()
    assert (track.frames, track.sample_rate, track.missing(0, 2000)) == (1000, RATE, [])


def test_what_is_no_sound_of_ours_is_said(tmp_path: Path) -> None:
    """A missing or a foreign file, and one without a sample."""
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(UnreadableAudioError):
        WavTrack(tmp_path / "text.wav")
    with pytest.raises(MissingFileError):
        WavTrack(tmp_path / "none.wav")
    empty = WavTrack(write(tmp_path / "empty.wav", np.zeros((2, 0), np.float32)))
    assert not empty.read(0, 10).any()


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 300)), max_size=6))
def test_a_growing_stem_knows_what_it_knows(puts: list[tuple[int, int]]) -> None:
    """What was put is read again; what was not is missing, and silent."""
    track, want = GrowingTrack(1000), np.zeros(1000, np.float32)
    for number, (start, count) in enumerate(puts, 1):
        track.put(start, np.full((1, count), number, np.float32))
        want[start : start + count] = number

    assert np.array_equal(track.read(0, 1000), np.tile(want, (2, 1)))
    gone = np.ones(1000, bool)
    for start, stop in track.missing(-100, 1300):
        gone[start:stop] = False
        assert start < stop
    assert np.array_equal(gone, want > 0)


def test_a_growing_stem_leaves_no_file_behind(tmp_path: Path) -> None:
    """Its file goes with it, and is sparse while it lives."""
    track = GrowingTrack(10_000_000, tmp_path)
    track.put(5_000_000, np.ones((2, 100), np.float32))
    assert track.read(5_000_000, 100).all()
    del track
    assert not list(tmp_path.iterdir())


def test_six_stems_of_ten_minutes_cost_no_memory(tmp_path: Path) -> None:
    """Played through, 1.27 GB of maps never ask for more than a few blocks."""
    frames = 600 * 44100
    names = ("vocals", "drums", "bass", "guitar", "piano", "other")
    tracemalloc.start()
    stems = {name: GrowingTrack(frames, tmp_path) for name in names}
    for stem in stems.values():
        stem.put(0, np.ones((2, 1000), np.float32))
    engine = Engine(Deck(44100, frames, stems["other"], stems))
    engine.set_gains(Gains(dict.fromkeys(names, LaneGains(1.0, 1.0))))
    engine.play()
    while not engine.ended:
        engine.pull(20000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"at most {peak / 1e6:.1f} MB")
    assert engine.fault is None
    assert peak < 10e6


def test_a_take_sounds_as_the_synth_says() -> None:
    """Chunks join without a seam, on both sides alike, velocities heard."""
    notes = Notes.of([Note(0.3, 60, 3.1, 90), Note(1.0, 67, 1.4, 40), Note(5.9, 50, 7.5)])
    track = TakeTrack(RATE, SECONDS * RATE, "piano")
    track.set_notes(notes)

    sound = everything(track)

    want = render(notes, "piano", 0.0, SECONDS, RATE, touch=True)
    assert sound == pytest.approx(np.tile(want, (2, 1)), abs=1e-6)


def test_what_is_not_rendered_is_silent_and_nothing_is_missing() -> None:
    """The song does not stand in for a take."""
    track = TakeTrack(RATE, SECONDS * RATE, "piano")
    track.set_notes(Notes.of([Note(0.0, 60, 7.0)]))
    assert not track.read(0, 5000).any()
    assert track.missing(0, 5000) == []


def test_changed_notes_fade_in_while_the_old_ones_still_play() -> None:
    """No gap and no step, whether they come within a chunk or at its border."""
    chunk = round(CHUNK_SECONDS * RATE)
    for at in (chunk // 2, chunk):
        track = TakeTrack(RATE, SECONDS * RATE, "piano")
        track.set_notes(Notes.of([Note(0.0, 45, 7.0)]))
        everything(track)
        parts = [track.read(0, at)]
        track.set_notes(Notes.of([Note(0.0, 52, 7.0)]))
        before = len(parts[0])
        track.prepare([(at, 10)], None)
        parts.append(track.read(at, 600))
        sound = np.concatenate(parts, axis=1)
        fresh = TakeTrack(RATE, SECONDS * RATE, "piano")
        fresh.set_notes(Notes.of([Note(0.0, 52, 7.0)]))
        assert before == 2
        assert np.allclose(parts[1][:, 256:], everything(fresh)[:, at + 256 : at + 600])
        steps = np.abs(np.diff(sound[:, at - 300 :], axis=1))
        assert steps.max() < 1.2 * np.abs(np.diff(everything(fresh)[:, : 3 * chunk])).max()


def test_a_take_keeps_few_chunks() -> None:
    """Two minutes played through leave 16 s in memory."""
    track = TakeTrack(RATE, 120 * RATE, "piano")
    track.set_notes(Notes.of([Note(0.0, 45, 119.0)]))
    for second in range(120):
        while track.prepare([(second * RATE, RATE)], None):
            pass
        assert track.read(second * RATE, RATE // 2).any()
    assert len(track._chunks) <= 64


@pytest.mark.parametrize("gain", [0.25, 1.0, 3.0])
def test_a_take_is_as_loud_as_its_stem(tmp_path: Path, gain: float) -> None:
    """A stem that is the same notes, so much louder, gives just this gain."""
    notes = Notes.of([Note(0.5 * n, 50 + n, 0.5 * n + 0.4) for n in range(10)])
    sound = render(notes, "piano", 0.0, SECONDS, RATE, touch=True)
    stem = WavTrack(write(tmp_path / "stem.wav", gain * sound[None]))
    assert matched_gain(stem, notes, "piano", RATE) == pytest.approx(gain, rel=1e-4)


def test_nothing_to_compare_is_no_gain() -> None:
    """A silent stem, or one that is not there yet."""
    notes = Notes.of([Note(1.0, 50, 2.0)])
    stem = GrowingTrack(SECONDS * RATE)
    assert matched_gain(stem, notes, "piano", RATE) == 1.0
    stem.put(0, np.zeros((1, SECONDS * RATE), np.float32))
    assert matched_gain(stem, notes, "piano", RATE) == 1.0


def test_takes_are_rendered_ahead_of_the_playhead() -> None:
    """On a thread of their own, as soon as they are to be heard, and again after a change."""
    frames = SECONDS * RATE
    track = TakeTrack(RATE, frames, "piano")
    track.set_notes(Notes.of([Note(0.0, 60, 7.0)]))
    stem = GrowingTrack(frames)
    engine = Engine(Deck(RATE, frames, stem, {"piano": stem}, {"piano": track}))
    ahead = Ahead(engine)
    try:
        engine.set_gains(Gains({"piano": LaneGains(1.0, 1.0, take=1.0)}))
        assert within(3, lambda: sounds(track, RATE))
        engine.seek(5 * RATE)
        assert within(3, lambda: sounds(track, 6 * RATE))
        track.set_notes(Notes.of([]))
        assert within(3, lambda: not sounds(track, 6 * RATE))
    finally:
        ahead.close()
    assert engine.fault is None


def test_the_playhead_runs_evenly() -> None:
    """Pulls that come 5 ms early or late move what is heard by less than 2 ms."""
    clock, block, rate = PlayClock(), 1000, 44100
    errors = []
    for number in range(200):
        now = number * block / rate + (0.005 if number % 2 else -0.005)
        clock.pulled(now, 0.05, 1 / rate, block, 0, [(number * block, block)], 0)
        if number > 120:
            at = number * block / rate + 0.01
            frame = clock.frame(at)
            assert frame is not None
            errors.append(frame / rate - (at - 0.05))
    assert max(errors) - min(errors) < 0.002
    assert abs(float(np.mean(errors))) < 0.006


def test_the_playhead_keeps_step_however_often_it_is_stopped() -> None:
    """Each start fills the device's buffer at once; that is no reason to fall behind."""
    clock, block, rate = PlayClock(), 1000, 44100
    now, frame = 10.0, 0
    for _ in range(20):
        clock.restart()
        for pull in range(6):
            at = now + max(0, pull - 2) * block / rate  # three blocks at once, then in time
            clock.pulled(at, 2 * block / rate, 1 / rate, block, 0, [(frame, block)], frame + block)
            frame += block
        now += 6 * block / rate
    heard = clock.frame(now - block / rate / 2)
    assert heard is not None
    assert heard == pytest.approx(frame - block / 2, abs=0.2 * block)


def sounds(track: TakeTrack, start: int) -> bool:
    return bool(track.read(start, RATE // 2)[:, -100:].any())


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold; there is nothing to wait for but the thread itself."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        if holds():
            return True
        time.sleep(0.01)
    return False
