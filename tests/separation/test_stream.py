"""The stream: one song, one set of samples, whatever happens on the way."""

from __future__ import annotations

import itertools
import random
import runpy
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from studio.errors import AudioFormatError, DiskFullError, OptionError, OutOfMemoryError
from studio.job import Cancelled, Job
from studio.separation.exact_sum import SumMode
from studio.separation.stream import StreamOptions, first, hop_seconds, separate_song

Samples = NDArray[np.float32]
TOY = Path(__file__).with_name("toy.py")
_toy = runpy.run_path(str(TOY))
Toy: Any = _toy["Toy"]
smooth = _toy["smooth"]
OPTIONS = StreamOptions()


def write(path: Path, samples: Samples, sample_rate: int = 8000) -> Path:
    """A float32 WAV of (channels, samples)."""
    sf.write(path, samples.T, sample_rate, subtype="FLOAT")
    return path


def read(path: Path) -> Samples:
    """Its samples, shape (channels, samples)."""
    return sf.read(path, dtype="float32", always_2d=True)[0].T


def noise(frames: int, channels: int = 2, seed: int = 440) -> Samples:
    """Noise at a tenth of full scale."""
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal((channels, frames))).astype(np.float32)


def separated(
    engine: Any,
    song: Path,
    folder: Path,
    options: StreamOptions = OPTIONS,
    next_hop: Callable[[Sequence[int]], int] = first,
) -> dict[str, Samples]:
    """The stems of ``song`` by name."""
    names = separate_song(engine, song, folder, options, Job(), next_hop)
    return {name: read(folder / f"{name}.wav") for name in names}


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def off_by_db(song: Samples, stems: dict[str, Samples]) -> float:
    """The greatest difference of the stems' sum and the song, in dB of full scale."""
    total = np.sum(list(stems.values()), axis=0, dtype=np.float64)
    return float(20 * np.log10(np.abs(total - song).max() + 1e-30))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Five seconds of stereo noise: fourteen segments, and a last hop that is short."""
    return write(tmp_path / "song.wav", noise(40_321))


@pytest.mark.parametrize("frames", [1, 100, 2999, 3000, 3001, 3999, 4000, 4001, 7000, 20_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("normalise", [False, True])
def test_an_identity_engine_gives_the_song(
    tmp_path: Path, frames: int, channels: int, normalise: bool
) -> None:
    """To 1e-6 before the exact sum is asked for anything; length, rate and channels exactly."""
    song = write(tmp_path / "song.wav", noise(frames, channels) + np.float32(0.01))
    engine = Toy(stems=("all",), split=lambda mixture: [mixture], normalise=normalise)

    stems = separated(engine, song, tmp_path / "out", StreamOptions(sum="off"))

    assert list(stems) == ["all"]
    assert sf.info(tmp_path / "out" / "all.wav").samplerate == 8000
    np.testing.assert_allclose(stems["all"], read(song), atol=1e-6)


@pytest.mark.parametrize("overlap", [0.0, 0.05, 0.25, 0.5, 0.75, 0.9])
def test_any_overlap_gives_the_song(tmp_path: Path, song: Path, overlap: float) -> None:
    """Weights are divided by their sum."""
    engine = Toy(stems=("all",), split=lambda mixture: [mixture])

    stems = separated(engine, song, tmp_path / "out", StreamOptions(overlap, sum="off"))

    np.testing.assert_allclose(stems["all"], read(song), atol=1e-6)


def test_only_the_stems_are_left(tmp_path: Path, song: Path) -> None:
    """Float32 WAVs, no journal, no hops, no resampled song."""
    folder = tmp_path / "out"
    names = separate_song(Toy(sample_rate=11025), song, folder, OPTIONS, Job())

    assert sorted(content(folder)) == sorted(f"{name}.wav" for name in names)
    assert {sf.info(path).subtype for path in folder.iterdir()} == {"FLOAT"}


def test_seams_cannot_be_heard(tmp_path: Path) -> None:
    """Even where segments disagree about the level, no step stands out of its second."""
    time = np.arange(80_000) / 8000
    tone = 0.3 * np.cos(2 * np.pi * 220 * time)
    song = write(tmp_path / "song.wav", np.stack([tone, tone]).astype(np.float32))
    levels = iter(np.random.default_rng(440).uniform(0.2, 1.8, 1000))
    engine = Toy(stems=("one", "two"), split=lambda x: [level := x * next(levels), 0.9 * x - level])

    stems = separated(engine, song, tmp_path / "out", StreamOptions(sum="off"))

    for stem in stems.values():
        steps = np.abs(np.diff(stem[0]))
        for seam in range(1000, 80_000, 1000):  # where segments and hops begin and end
            around = steps[max(0, seam - 1000) : seam + 1000]
            assert steps[seam - 2 : seam + 2].max() <= 1.7 * np.percentile(around, 95)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("overlap", [0.25, 0.75])
@pytest.mark.parametrize("order", ["last", "random", "spread"])
def test_the_order_does_not_change_a_byte(
    tmp_path: Path, song: Path, batch: int, overlap: float, order: str
) -> None:
    """The listener may jump as they like, though results differ by what is computed beside them."""
    choice = random.Random(440)
    orders: dict[str, Callable[[Sequence[int]], int]] = {
        "last": lambda missing: missing[-1],
        "random": choice.choice,
        "spread": lambda missing: min(missing, key=lambda hop: hop * 7 % 13),
    }
    options = StreamOptions(overlap)
    engine = Toy(batch=batch, split=lambda x: smooth(x + np.float32(1e-3) * x[:1]))
    separated(engine, song, tmp_path / "straight", options)

    separated(engine, song, tmp_path / "jumping", options, orders[order])

    assert content(tmp_path / "jumping") == content(tmp_path / "straight")


def test_only_missing_hops_are_offered(tmp_path: Path, song: Path) -> None:
    """Rising, each until it is finished; any other answer is refused."""
    offered: list[list[int]] = []

    def last(missing: Sequence[int]) -> int:
        offered.append(list(missing))
        return missing[-1]

    separated(Toy(), song, tmp_path / "out", next_hop=last)

    assert offered[0] == list(range(14))
    for before, after in itertools.pairwise(offered):
        assert set(after) < set(before)
        assert after == sorted(after)
    with pytest.raises(ValueError, match="14"):
        separated(Toy(), song, tmp_path / "other", next_hop=lambda missing: 14)


def test_jumping_does_not_fill_the_memory(tmp_path: Path, song: Path) -> None:
    """Segments that wait too long for a neighbour are dropped and computed again."""
    engine = Toy()

    separated(engine, song, tmp_path / "out", next_hop=lambda m: min(m, key=lambda h: (h % 3, h)))

    assert 14 < len(engine.calls) < 2 * 14


def test_a_hop_is_found_by_its_second(tmp_path: Path, song: Path) -> None:
    """Asked for what sounds at 2.5 s, the engine first hears the segments around it."""
    engine = Toy(split=lambda mixture: [mixture, mixture, 0 * mixture])
    heard = write(tmp_path / "ramp.wav", np.tile(np.arange(40_000, dtype=np.float32), (2, 1)))
    at = int(2.5 / hop_seconds(engine, OPTIONS))
    starts: list[float] = []
    engine.split = lambda mixture: starts.append(mixture[0, 0, 0]) or [mixture, mixture, mixture]

    separated(engine, heard, tmp_path / "out", next_hop=lambda m: at if at in m else m[0])

    assert min(starts[:2]) <= 2.5 * 8000 < max(starts[:2]) + 4000


def test_an_engine_sees_segments_and_batches_only(tmp_path: Path, song: Path) -> None:
    """Always the same length, and never more at once than it said."""
    for engine, channels in ((Toy(batch=3), 2), (Toy(batch=3, channels=1), 1)):
        separated(engine, song, tmp_path / str(channels))

        assert {shape[1:] for shape in engine.calls} == {(channels, 4000)}
        assert max(shape[0] for shape in engine.calls) == 3


class Stopping:
    """Cancels its job at the n-th update."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.job = Job(self._heard)

    def _heard(self, fraction: float, text: str) -> None:
        self.left -= 1
        if self.left <= 0:
            self.job.cancel()


def test_stopping_and_going_on_does_not_change_a_byte(tmp_path: Path, song: Path) -> None:
    """Stopped after every few updates, in jumping order, through every stage of the work."""
    engine = Toy(sample_rate=6000, normalise=True)
    separated(engine, song, tmp_path / "straight")
    choice = random.Random(440)
    stopped = tmp_path / "stopped"
    stops = 0

    while True:
        try:
            job = Stopping(4 + stops).job
            separate_song(engine, song, stopped, OPTIONS, job, choice.choice)
            break
        except Cancelled:
            stops += 1
            assert not any((stopped / f"{stem}.wav").exists() for stem in engine.stems)

    assert stops > 5
    assert content(stopped) == content(tmp_path / "straight")


def test_what_is_finished_is_not_computed_again(tmp_path: Path, song: Path) -> None:
    """Stopped after n segments and taken up, at most the one in flight is lost."""
    undisturbed = Toy()
    separated(undisturbed, song, tmp_path / "straight")
    engine = Toy()

    with pytest.raises(Cancelled):
        separate_song(engine, song, tmp_path / "stopped", OPTIONS, Stopping(8).job)
    assert 3 < len(engine.calls) < 10
    separated(engine, song, tmp_path / "stopped")

    assert len(engine.calls) <= len(undisturbed.calls) + 1


def test_stopped_while_writing_nothing_is_computed_again(tmp_path: Path, song: Path) -> None:
    """All hops are there; the stems appear at the next call."""
    engine = Toy()
    separated(engine, song, tmp_path / "straight")
    calls = len(engine.calls)

    with pytest.raises(Cancelled):
        separate_song(engine, song, tmp_path / "stopped", OPTIONS, Stopping(calls + 5).job)
    assert len(engine.calls) == 2 * calls
    separated(engine, song, tmp_path / "stopped")

    assert len(engine.calls) == 2 * calls
    assert content(tmp_path / "stopped") == content(tmp_path / "straight")


def test_killed_between_its_end_and_its_return(tmp_path: Path, song: Path) -> None:
    """A folder of whole stems without a journal is finished; what was not cleared up is now."""
    engine = Toy()
    separated(engine, song, tmp_path / "out")
    calls, files = len(engine.calls), content(tmp_path / "out")
    (tmp_path / "out" / "hops.f32").write_bytes(b"left over")

    separated(engine, song, tmp_path / "out")

    assert len(engine.calls) == calls
    assert content(tmp_path / "out") == files


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """A process that is killed with no warning leaves what the next one goes on from."""
    song = write(tmp_path / "song.wav", noise(300_000))
    arguments = [sys.executable, TOY, song]
    subprocess.run([*arguments, tmp_path / "straight", "0"], check=True)
    killed = tmp_path / "killed"
    moments = random.Random(440)
    seen = [0]

    for _ in range(4):
        running = subprocess.Popen([*arguments, killed, "0.02"])
        wait_for_hops(killed, seen[-1] + moments.randint(1, 3))
        time.sleep(moments.uniform(0, 0.03))
        running.kill()
        assert running.wait() != 0
        seen.append(hops_in(killed))
    subprocess.run([*arguments, killed, "0"], check=True)

    assert seen[-1] < 100
    assert content(killed) == content(tmp_path / "straight")


def hops_in(folder: Path) -> int:
    """How many hops the journal names."""
    journal = folder / "journal"
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


def wait_for_hops(folder: Path, count: int) -> None:
    """Look often, for at most a minute."""
    end = time.monotonic() + 60
    while hops_in(folder) < count:
        assert time.monotonic() < end, "the process did not come so far"
        time.sleep(0.002)


def test_other_options_begin_anew(tmp_path: Path, song: Path) -> None:
    """Hops of another overlap or sum are not mixed in."""
    separated(Toy(), song, tmp_path / "straight", StreamOptions(0.5, "plain"))
    with pytest.raises(Cancelled):
        separate_song(Toy(), song, tmp_path / "out", OPTIONS, Stopping(8).job)

    separated(Toy(), song, tmp_path / "out", StreamOptions(0.5, "plain"))

    assert content(tmp_path / "out") == content(tmp_path / "straight")


@pytest.mark.parametrize("mode", ["plain", "weighted"])
@pytest.mark.parametrize("sample_rate", [8000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_stems_add_up_to_the_song(
    tmp_path: Path, mode: SumMode, sample_rate: int, channels: int
) -> None:
    """Also where the song has more bandwidth and channels than the mono engine of 8 kHz."""
    song = write(tmp_path / "song.wav", noise(2 * sample_rate + 77, channels), sample_rate)

    stems = separated(Toy(channels=1), song, tmp_path / "out", StreamOptions(sum=mode))

    assert all(stem.shape == (channels, 2 * sample_rate + 77) for stem in stems.values())
    assert off_by_db(read(song), stems) < -120


def test_off_leaves_the_engine_its_word(tmp_path: Path, song: Path) -> None:
    """What does not add up stays so."""
    stems = separated(Toy(), song, tmp_path / "out", StreamOptions(sum="off"))

    assert off_by_db(read(song), stems) > -40


@pytest.mark.parametrize("mode", ["off", "plain", "weighted"])
@pytest.mark.parametrize("sample_rate", [8000, 48000])
def test_an_engine_for_one_target_has_a_rest(
    tmp_path: Path, mode: SumMode, sample_rate: int
) -> None:
    """The target is as the engine gave it; the rest is all that it did not take."""
    song = write(tmp_path / "song.wav", noise(sample_rate), sample_rate)
    engine = Toy(stems=("vocals",), complete=False, split=lambda mixture: [0.5 * mixture])

    stems = separated(engine, song, tmp_path / "out", StreamOptions(sum=mode))

    assert list(stems) == ["vocals", "rest"]
    assert off_by_db(read(song), stems) < -120
    if sample_rate == engine.sample_rate:
        np.testing.assert_allclose(stems["vocals"], 0.5 * read(song), atol=1e-6)


@pytest.mark.parametrize(("channels", "engine_channels"), [(1, 2), (2, 1), (1, 1), (2, 2)])
def test_channels_are_adapted(tmp_path: Path, channels: int, engine_channels: int) -> None:
    """Each channel of the song comes back as it went in, whatever the engine has."""
    song = write(tmp_path / "song.wav", noise(9000, channels))
    engine = Toy(channels=engine_channels, split=lambda x: [0.5 * x, 0.3 * x, 0.2 * x])

    stems = separated(engine, song, tmp_path / "out", StreamOptions(sum="off"))

    for stem, share in zip(stems.values(), (0.5, 0.3, 0.2), strict=True):
        np.testing.assert_allclose(stem, share * read(song), atol=1e-6)


def test_a_normalised_engine_hears_one_level(tmp_path: Path) -> None:
    """Mean 0 and deviation 1 of the mono mix, over the whole song."""
    heard: list[Samples] = []
    engine = Toy(
        stems=("all",),
        normalise=True,
        split=lambda x: heard.append(x[0]) or [x],
        segment_samples=9000,
    )
    song = write(tmp_path / "song.wav", noise(9000) * np.float32(0.01) + np.float32(0.2))

    separated(engine, song, tmp_path / "out")

    mono = heard[0].mean(axis=0)
    assert mono.mean() == pytest.approx(0, abs=1e-4)
    assert mono.std() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("mode", ["off", "plain", "weighted"])
def test_a_constant_offset_goes_to_one_stem(tmp_path: Path, mode: SumMode) -> None:
    """It is nobody's sound: adding it to each would give the song several times its own."""
    song = write(tmp_path / "song.wav", noise(40_000) + np.float32(0.2))
    engine = Toy(normalise=True, split=lambda x: [0.5 * x, 0.3 * x, 0.2 * x])

    stems = separated(engine, song, tmp_path / "out", StreamOptions(sum=mode))

    assert stems["other"].mean() == pytest.approx(0.2, abs=1e-3)
    assert stems["bass"].mean() == pytest.approx(0, abs=1e-3)
    assert stems["vocals"].mean() == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("normalise", [False, True])
def test_silence_stays_silence(tmp_path: Path, normalise: bool) -> None:
    """To the bit, and no division by its deviation."""
    song = write(tmp_path / "song.wav", np.zeros((2, 20_000), np.float32))

    stems = separated(Toy(normalise=normalise), song, tmp_path / "out")

    assert not any(stem.any() for stem in stems.values())


@pytest.mark.parametrize("sample_rate", [8000, 44100])
@pytest.mark.parametrize("frames", [0, 1, 2, 5])
def test_the_shortest_songs(tmp_path: Path, sample_rate: int, frames: int) -> None:
    """Down to none at all, with and without resampling."""
    song = write(tmp_path / "song.wav", noise(frames), sample_rate)

    stems = separated(Toy(), song, tmp_path / "out")

    assert [stem.shape for stem in stems.values()] == [(2, frames)] * 3
    if frames:
        assert off_by_db(read(song), stems) < -120


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda x: [x, x], "due"),
        (lambda x: 3 * [x[..., 1:]], "due"),
        (lambda x: [x, x, x * np.nan], "NaN"),
        (lambda x: [x, x, x + np.inf], "infinity"),
    ],
)
def test_an_engine_that_breaks_its_contract_is_named_so(
    tmp_path: Path, song: Path, broken: Callable[[Samples], list[Samples]], said: str
) -> None:
    """Nothing of it is written."""
    with pytest.raises(AudioFormatError, match=said):
        separated(Toy(split=broken), song, tmp_path / "out")

    assert not list((tmp_path / "out").glob("*.wav"))


@pytest.mark.parametrize("error", [MemoryError(), OutOfMemoryError(what="It", device="cuda:0")])
def test_full_memory_is_not_hidden(tmp_path: Path, song: Path, error: Exception) -> None:
    """No smaller batch, no other device, on the quiet; and the work so far is kept."""
    engine = Toy()

    def full(mixture: Samples) -> list[Samples]:
        if len(engine.calls) > 5:
            raise error
        return [mixture, mixture, mixture]

    engine.split = full
    with pytest.raises(type(error)):
        separated(engine, song, tmp_path / "out")

    assert hops_in(tmp_path / "out") == 5


@pytest.mark.parametrize("overlap", [-0.1, 0.95, 1.0, float("nan")])
def test_an_impossible_overlap_is_refused(overlap: float) -> None:
    """In the user's words."""
    with pytest.raises(OptionError, match="overlap"):
        StreamOptions(overlap)


def test_a_full_disk_is_said_before_the_work(
    tmp_path: Path, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after an hour of it."""
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("U", (), {"free": 100_000})())
    engine = Toy()

    with pytest.raises(DiskFullError, match="MB are needed"):
        separated(engine, song, tmp_path / "out")
    assert not engine.calls


def test_progress_rises_to_the_end(tmp_path: Path, song: Path) -> None:
    """At least once a segment, with a text each time."""
    heard: list[tuple[float, str]] = []

    separate_song(
        Toy(normalise=True), song, tmp_path / "out", OPTIONS, Job(lambda f, t: heard.append((f, t)))
    )

    fractions = [fraction for fraction, _ in heard]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < 0.1
    assert 0.95 < fractions[-1] <= 1
    assert len(heard) > 14
    assert any(text == "separating 0:02 of 0:05" for _, text in heard)


@pytest.mark.slow
@pytest.mark.parametrize("sample_rate", [8000, 48000])
def test_memory_does_not_grow_with_the_song(tmp_path: Path, sample_rate: int) -> None:
    """Ten minutes of stereo take what one minute takes, with and without resampling."""
    peaks = []
    for minutes in (1, 10):
        song = tmp_path / f"{minutes}.wav"
        with sf.SoundFile(song, "w", sample_rate, 2, subtype="FLOAT") as file:
            for second in range(60 * minutes):
                file.write(noise(sample_rate, seed=second).T)
        tracemalloc.start()
        separate_song(Toy(normalise=True), song, tmp_path / str(minutes), OPTIONS, Job())
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()

    assert peaks[1] - peaks[0] < 2, f"{peaks} MB"
    assert peaks[1] < 60
