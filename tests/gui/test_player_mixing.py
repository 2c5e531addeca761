"""What is heard, frame by frame: gains glide, the song stands in for stems, loops keep time."""

from __future__ import annotations

import time
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.gui.player.deck import Deck, GrowingTrack, TakeTrack
from studio.gui.player.engine import MASTER, Engine
from studio.gui.player.mixing import (
    BORDER_FRAMES,
    RAMP_FRAMES,
    SEAM_FRAMES,
    Ramp,
    route_of,
    song_share,
    stem_and_take,
)
from studio.gui.player.sources import Gains, LaneGains
from studio.gui.player.tracks import Span
from studio.music.audio import Samples

RATE = 44100
FRAMES = 20000
BLOCK = 1103
UNITY = LaneGains(1.0, 1.0)


class Known:
    """A track whose samples are given, and which may lack some."""

    def __init__(self, samples: Samples, gaps: list[Span] | None = None) -> None:
        self.samples = samples.astype(np.float32)
        self.gaps = gaps or []

    def read(self, start: int, frames: int) -> Samples:
        at = np.arange(start, start + frames)
        inside = (at >= 0) & (at < self.samples.shape[1])
        return self.samples[:, np.clip(at, 0, self.samples.shape[1] - 1)] * inside

    def missing(self, start: int, frames: int) -> list[Span]:
        spans = [(max(a, start), min(b, start + frames)) for a, b in self.gaps]
        return [(a, b) for a, b in spans if a < b]


def constant(value: float, gaps: list[Span] | None = None) -> Known:
    return Known(np.full((2, FRAMES), value), gaps)


def ramp_of_positions() -> Known:
    """Sample n is n, scaled to stay below full scale: what is heard tells where it was read."""
    return Known(np.tile(np.arange(FRAMES) / FRAMES / 2, (2, 1)))


def engine(song: Known, gains: Gains, **stems: Known) -> Engine:
    player = Engine(Deck(RATE, FRAMES, song, stems))
    player.set_gains(gains)
    return player


def heard(player: Engine, frames: int, block: int = BLOCK) -> Samples:
    """``frames`` frames, pulled in blocks."""
    counts = [block] * (frames // block) + [frames % block]
    sound = np.concatenate([player.pull(count) for count in counts], axis=1)
    if player.fault is not None:
        raise player.fault
    return sound


def steepest(sound: Samples) -> float:
    return float(np.abs(np.diff(sound, axis=1)).max())


def test_a_soloed_stem_at_unity_keeps_every_bit(rng: np.random.Generator) -> None:
    """Neither gain, limiter nor dither touches it, from the first frame to the last."""
    bass = Known(rng.uniform(-1, 1, (2, FRAMES)))
    gains = Gains({"bass": UNITY, "drums": LaneGains(0.0, 0.0)})
    player = engine(constant(0.3), gains, bass=bass, drums=constant(0.7))

    player.play()

    assert np.array_equal(heard(player, FRAMES), bass.samples)


def test_all_stems_at_unity_are_their_sum(rng: np.random.Generator) -> None:
    """And what goes beyond full scale is clipped, nothing else."""
    parts = [Known(rng.uniform(-0.6, 0.6, (2, FRAMES))) for _ in range(3)]
    names = ("bass", "drums", "other")
    player = engine(
        constant(0), Gains(dict.fromkeys(names, UNITY)), **dict(zip(names, parts, strict=True))
    )
    want = np.clip(sum(part.samples for part in parts), -1, 1)

    player.play()

    assert heard(player, FRAMES) == pytest.approx(want, abs=1e-6)


def test_after_the_end_is_silence_and_it_says_so() -> None:
    """The next play begins at the start."""
    player = engine(constant(0.5), Gains())
    player.play()

    sound = heard(player, FRAMES + 500)
    assert (sound[:, :FRAMES] == 0.5).all()
    assert not sound[:, FRAMES:].any()
    assert (player.ended, player.is_resting, player.position) == (True, True, FRAMES)

    player.play()
    assert (player.ended, player.position) == (False, 0)
    assert (heard(player, 100) == 0.5).all()


@given(
    st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=5),
    st.lists(st.integers(1, 700), min_size=1, max_size=8),
)
def test_gains_glide_and_arrive(targets: list[tuple[float, float]], blocks: list[int]) -> None:
    """However often they change and whatever the blocks are, no step is larger than the ramp's."""
    ramp = Ramp.at(1.0, 1.0)
    last = np.ones((2, 1), np.float32)
    for left, right in targets:
        ramp = ramp.towards(left, right)
        for count in blocks:
            gain, ramp = ramp.over(count)
            gain = np.broadcast_to(gain, (2, count))
            steps = np.diff(np.concatenate([last, gain], axis=1), axis=1)
            assert np.abs(steps).max() <= 2.0 / RAMP_FRAMES + 1e-6
            last = gain[:, -1:]
    _, ramp = ramp.over(RAMP_FRAMES)
    assert (ramp.left, ramp.right) == targets[-1]


def test_muting_makes_no_click() -> None:
    """A constant falls to silence by steps of at most 1 / RAMP_FRAMES, and rises again."""
    player = engine(constant(0), Gains({"bass": UNITY}), bass=constant(1.0))
    player.play()
    before = heard(player, 700)
    player.set_gains(Gains({"bass": LaneGains(0.0, 0.0)}))
    falling = heard(player, 700)
    player.set_gains(Gains({"bass": UNITY}))
    rising = heard(player, 700)

    assert not falling[:, RAMP_FRAMES:].any()
    assert (rising[:, RAMP_FRAMES:] == 1.0).all()
    assert steepest(np.concatenate([before, falling, rising], axis=1)) < 1.01 / RAMP_FRAMES


@pytest.mark.parametrize("block", [64, 500, 4096])
def test_pause_and_seek_make_no_click(block: int) -> None:
    """A constant fades out and in; a sine's slope stays near its own."""
    player = engine(constant(1.0), Gains())
    player.play()
    parts = [heard(player, 3000, block)]
    player.seek(9000)
    parts.append(heard(player, 3000, block))
    player.pause()
    parts.append(heard(player, 3000, block))
    player.play()
    parts.append(heard(player, 3000, block))
    sound = np.concatenate(parts, axis=1)

    assert steepest(sound) < 1.01 / RAMP_FRAMES
    assert not parts[2][:, RAMP_FRAMES:].any()
    assert (parts[3][:, RAMP_FRAMES:] == 1.0).all()


def test_a_seek_goes_to_the_very_frame() -> None:
    """Playing, it fades out first; resting, it is there at once."""
    song = ramp_of_positions()
    player = engine(song, Gains())
    player.seek(5000)
    assert player.heard() == player.position == 5000
    player.play()
    assert np.array_equal(heard(player, 1000)[:, RAMP_FRAMES:], song.read(5000, 1000)[:, 256:])

    player.seek(12000)
    assert player.heard() == 12000
    after = heard(player, 2000)
    assert np.array_equal(after[:, 2 * 256 :], song.read(12000, 2000 - 256)[:, 256:])


def test_a_position_beyond_the_song_is_its_end() -> None:
    """Seeking there and playing ends at once."""
    player = engine(constant(1.0), Gains())
    player.seek(FRAMES * 3)
    assert player.position == FRAMES


@given(
    st.integers(0, 999), st.integers(1, 3000), st.integers(0, 900), st.integers(1, 99),
)  # fmt: skip
def test_a_route_is_the_song_or_the_loop(position: int, count: int, a: int, length: int) -> None:
    """Frame by frame it is what one would walk by hand."""
    loop = (a, a + length)
    walked = []
    at = position
    while len(walked) < count and at < 1000:
        walked.append(at)
        at += 1
        if at == loop[1] and walked[-1] < loop[1]:
            at = loop[0]

    route = route_of(position, count, 1000, loop)

    assert [n for start, frames in route for n in range(start, start + frames)] == walked


@pytest.mark.parametrize("block", [100, 1103, 9000])
def test_a_loop_lasts_exactly_its_frames(block: int) -> None:
    """Pass for pass the same frames, but for the seam, which fades into what precedes the start."""
    song, loop = ramp_of_positions(), (4000, 7000)
    player = engine(song, Gains())
    player.seek(4000)
    player.set_loop(loop)
    player.play()

    passes = heard(player, 3 * 3000, block).reshape(2, 3, 3000)

    plain = song.read(4000, 3000)
    for number in range(3):
        first = RAMP_FRAMES if number == 0 else 0
        got = passes[:, number, first : 3000 - SEAM_FRAMES]
        assert np.array_equal(got, plain[:, first : 3000 - SEAM_FRAMES])
    # Over the seam there is no step larger than the fade itself makes.
    assert steepest(passes[:, 1:].reshape(2, -1)) < 1.1 * (3000 / FRAMES / 2) / SEAM_FRAMES


def test_a_loop_that_is_moved_while_its_end_is_heard_makes_no_click() -> None:
    """It fades instead, and goes on from where that pass would have gone."""
    song = ramp_of_positions()
    player = engine(song, Gains())
    player.seek(6000)
    player.set_loop((1000, 7000))
    player.play()
    parts = [heard(player, 1000 - SEAM_FRAMES // 2)]
    player.set_loop(None)
    parts.append(heard(player, 1000))
    assert steepest(np.concatenate(parts, axis=1)[:, RAMP_FRAMES:]) < 1.1 * 0.5 / RAMP_FRAMES
    assert player.position == 1000 + (256 - 96) + (1000 - 256)


@given(st.lists(st.tuples(st.integers(-500, 3000), st.integers(1, 900)), max_size=4))
def test_the_song_is_whole_wherever_a_stem_is_missing(gaps: list[tuple[int, int]]) -> None:
    """Its share is 1 there, never jumps, and falls to 0 where all is there."""
    spans = sorted((a, a + n) for a, n in gaps)
    inside = np.zeros(4000, bool)
    for start, stop in spans:
        inside[max(0, start) : max(0, stop)] = True
    begins = 1.0 if any(a < BORDER_FRAMES for a, _ in spans) else 0.0

    share = song_share(begins, [(max(0, a), b) for a, b in spans if b > 0], 4000)

    assert (share[inside[: len(share)]] > 1 - 1e-6).all()
    assert np.abs(np.diff(share)).max() <= 1.01 / BORDER_FRAMES
    far = np.convolve(inside, np.ones(2 * BORDER_FRAMES + 1), "same") == 0
    assert (share[BORDER_FRAMES:][far[BORDER_FRAMES:]] < 1e-6).all()


@pytest.mark.parametrize("block", [128, 1103, FRAMES])
def test_where_stems_are_missing_the_song_plays_and_nobody_hears_the_border(block: int) -> None:
    """Two stems that add up to the song, one of them with a hole: the sum is the song all over."""
    song, drums = constant(0.5), constant(0.2)
    bass = Known(np.full((2, FRAMES), 0.3), [(5000, 9000)])
    bass.samples[:, 5000:9000] = 0
    player = engine(song, Gains({"bass": UNITY, "drums": UNITY}), bass=bass, drums=drums)
    player.play()
    assert heard(player, FRAMES, block) == pytest.approx(np.full((2, FRAMES), 0.5), abs=1e-6)


def test_a_lane_that_is_not_heard_does_not_ask_for_the_song() -> None:
    """Muted, its hole is nothing; all muted, there is silence; soloed, the song plays there."""
    hole = [(0, FRAMES)]
    stems = {"bass": constant(0.0, hole), "drums": constant(0.2)}
    muted = LaneGains(0.0, 0.0)
    cases = [
        ({"bass": muted, "drums": UNITY}, 0.2),
        ({"bass": muted, "drums": muted}, 0.0),
        ({"bass": UNITY, "drums": muted}, 0.5),
        ({"bass": LaneGains(0.5, 0.5), "drums": muted}, 0.25),
        ({"bass": LaneGains(2.0, 2.0), "drums": muted}, 0.5),
        ({}, 0.5),
    ]
    for lanes, level in cases:
        player = engine(constant(0.5), Gains(lanes), **stems)
        player.play()
        assert heard(player, 3000) == pytest.approx(np.full((2, 3000), level), abs=1e-6)


def test_a_part_that_arrives_while_it_is_heard_fades_in() -> None:
    """From the song to the stem in 10 ms, without a step."""
    stem = GrowingTrack(FRAMES)
    player = Engine(Deck(RATE, FRAMES, constant(0.5), {"bass": stem}))
    player.set_gains(Gains({"bass": UNITY}))
    player.play()
    before = heard(player, 2000)
    stem.put(0, np.full((2, 8000), 0.1, np.float32))
    after = heard(player, 2000)
    later = heard(player, 5000)

    assert (before == 0.5).all()
    assert after[:, BORDER_FRAMES:] == pytest.approx(0.1)
    assert (later[:, 8000 - 4000 :] == 0.5).all()  # beyond what is known
    sound = np.concatenate([before, after, later], axis=1)
    assert steepest(sound) < 1.01 * 0.4 / BORDER_FRAMES


def test_the_song_before_it_is_taken_apart_goes_on_without_a_seam() -> None:
    """No lanes, then lanes of which nothing is known, then stems: always the song."""
    player = engine(constant(0.5), Gains())
    player.play()
    parts = [heard(player, 1000)]
    player.set_gains(Gains({"bass": UNITY}))
    parts.append(heard(player, 1000))
    player.use(Deck(RATE, FRAMES, constant(0.5), {"bass": constant(0.5)}))
    parts.append(heard(player, 1000))
    assert np.concatenate(parts, axis=1) == pytest.approx(np.full((2, 3000), 0.5), abs=1e-6)


@given(st.floats(0, 1))
def test_the_crossfader_keeps_the_power(place: float) -> None:
    """Powers of both sides add up to one; at the ends only one sounds."""
    stem, take = stem_and_take(place)
    assert stem**2 + take**2 == pytest.approx(1.0)
    assert stem_and_take(0.0) == (1.0, 0.0)
    assert stem_and_take(1.0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("place", "level"), [(0.0, 0.2), (0.5, (0.2 + 0.6) * 0.5**0.5), (1.0, 0.6)]
)
def test_a_lane_plays_its_stem_its_take_or_both(place: float, level: float) -> None:
    """Where it has a take; a lane without one plays its stem wherever the crossfader stands."""
    takes = cast("dict[str, TakeTrack]", {"bass": constant(0.6)})
    lanes = {"bass": LaneGains(1.0, 1.0, place), "drums": LaneGains(0.1, 0.1, place)}
    player = Engine(
        Deck(RATE, FRAMES, constant(0), {"bass": constant(0.2), "drums": constant(1.0)}, takes)
    )
    player.set_gains(Gains(lanes))
    player.play()
    assert heard(player, 2000) == pytest.approx(np.full((2, 2000), level + 0.1), abs=1e-6)
    assert player.levels()["bass"] == pytest.approx((level, level))


def test_levels_are_what_is_heard_of_each_lane() -> None:
    """After gains and pan; the master's also above full scale, which is then clipped."""
    gains = Gains({"bass": LaneGains(0.5, 0.25), "drums": UNITY}, master=2.0)
    player = engine(constant(0), gains, bass=constant(0.8), drums=constant(-0.6))
    player.play()
    heard(player, 3000)
    levels = player.levels()
    assert levels["bass"] == pytest.approx((0.4, 0.2))
    assert levels["drums"] == pytest.approx((0.6, 0.6))
    assert levels[MASTER] == pytest.approx((0.4, 0.8))
    assert player.levels() == {}


def test_a_loud_mix_is_clipped_at_the_output_alone() -> None:
    """The meter shows by how much."""
    player = engine(constant(0), Gains({"bass": UNITY}, master=1.5), bass=constant(0.9))
    player.play()
    assert (heard(player, 1000) == 1.0).all()
    assert player.levels()[MASTER] == pytest.approx((1.35, 1.35))


def test_a_defect_of_a_track_is_kept_for_the_player() -> None:
    """The sound's thread goes on with silence; nothing is swallowed."""

    class Torn(Known):
        def read(self, start: int, frames: int) -> Samples:
            raise ZeroDivisionError

    player = engine(Torn(np.zeros((2, 10))), Gains())
    player.play()
    assert not player.pull(500).any()
    assert isinstance(player.fault, ZeroDivisionError)
    assert player.is_resting


def test_six_stems_are_mixed_in_a_fraction_of_their_time(rng: np.random.Generator) -> None:
    """Printed, for the record: 512 frames last 11.6 ms."""
    names = ("vocals", "drums", "bass", "guitar", "piano", "other")
    stems = {name: GrowingTrack(FRAMES * 10) for name in names}
    for stem in stems.values():
        stem.put(0, rng.uniform(-0.1, 0.1, (2, FRAMES * 10)).astype(np.float32))
    player = Engine(Deck(RATE, FRAMES * 10, constant(0), stems))
    player.set_gains(Gains(dict.fromkeys(names, LaneGains(0.9, 0.8))))
    player.play()
    times = []
    for _ in range(300):
        begun = time.perf_counter()
        player.pull(512)
        times.append(time.perf_counter() - begun)
    print(f"512 frames of six stems: {1e6 * np.median(times):.0f} µs, p99 "
          f"{1e6 * np.quantile(times, 0.99):.0f} µs")  # fmt: skip
    assert player.fault is None
    assert player.position == 300 * 512
