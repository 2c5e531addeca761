"""The engine without weights: what goes to which stem, and that nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.job import Job
from studio.separation.engines import ENGINES
from studio.separation.engines.classical import ClassicalEngine
from studio.separation.stream import StreamOptions, separate_song

Samples = NDArray[np.float32]

ENGINE = ClassicalEngine.open("cpu")
RATE = ENGINE.sample_rate
TIME = np.arange(5 * RATE) / RATE
LOW_CHORD, HIGH_CHORD = (247, 311, 370), (294, 440, 587)


def nsdr(reference: Samples, estimate: Samples) -> float:
    """Signal to error over both channels, in dB, as in the Music Demixing Challenge 2021."""
    error = np.square(reference - estimate, dtype=np.float64).sum()
    return float(
        10 * np.log10((np.square(reference, dtype=np.float64).sum() + 1e-7) / (error + 1e-7))
    )


def panned(mono: NDArray[np.float64], left: float = 1.0, right: float = 1.0) -> Samples:
    """In two channels, at these gains."""
    return np.stack([left * mono, right * mono]).astype(np.float32)


def voice() -> NDArray[np.float64]:
    """Notes of half a second on 220 Hz and above, with vibrato and pauses."""
    semitones = 0.8 * np.sin(2 * np.pi * 5.5 * TIME) + 2 * (np.floor(TIME / 0.6) % 4)
    phase = 2 * np.pi * np.cumsum(220 * 2 ** (semitones / 12)) / RATE
    phrases = np.clip(3 * np.sin(2 * np.pi * TIME / 1.2), 0, 1)
    return 0.1 * phrases * sum(np.sin(k * phase) / k for k in range(1, 9))


def chord(fundamentals: tuple[int, ...]) -> NDArray[np.float64]:
    """Held all the time."""
    return 0.05 * sum(
        np.sin(2 * np.pi * hz * k * TIME) / k for hz in fundamentals for k in range(1, 7)
    )


def kick() -> NDArray[np.float64]:
    """Twice a second: from 110 Hz down to 50 Hz, and gone after 0.2 s."""
    since = np.fmod(TIME, 0.5)
    sweep = 50 * since + 1.8 * (1 - np.exp(-since / 0.03))
    return 0.5 * np.sin(2 * np.pi * sweep) * np.exp(-since / 0.07)


def bass() -> NDArray[np.float64]:
    """Notes of three quarters of a second from low D to A, with an octave above each."""
    at = (TIME / 0.75).astype(int)
    hz = np.array([82.4, 98.0, 110.0, 73.4])[at % 4]
    since = TIME - 0.75 * at
    edges = np.clip(np.minimum(since, 0.75 - since) / 0.01, 0, 1)
    return 0.2 * edges * (np.sin(2 * np.pi * hz * since) + 0.3 * np.sin(4 * np.pi * hz * since))


def band() -> dict[str, Samples]:
    """The four at once, two chords to either side."""
    chords = panned(chord(LOW_CHORD), 1, 0.3) + panned(chord(HIGH_CHORD), 0.3, 1)
    return {
        "vocals": panned(voice()),
        "drums": panned(kick()),
        "bass": panned(bass()),
        "other": chords,
    }


def improvements(**sources: Samples) -> dict[str, float]:
    """By how many dB each stem is nearer its source than the mixture is."""
    mixture = np.sum(list(sources.values()), axis=0)
    stems = dict(zip(ENGINE.stems, ENGINE.separate(mixture[None])[0], strict=True))
    return {
        name: nsdr(source, stems[name]) - nsdr(source, mixture) for name, source in sources.items()
    }


def test_a_voice_in_the_middle_leaves_instruments_at_the_sides() -> None:
    """Both come out far nearer than they were."""
    chords = panned(chord(LOW_CHORD), 1, 0.3) + panned(chord(HIGH_CHORD), 0.3, 1)
    gained = improvements(vocals=panned(voice()), other=chords)
    assert gained["vocals"] > 9
    assert gained["other"] > 6


def test_instruments_that_are_hardly_panned_leave_the_voice_too() -> None:
    """Nine parts in ten of the chords' power are in the middle; the pauses tell."""
    chords = panned(chord(LOW_CHORD), 1, 0.5) + panned(chord(HIGH_CHORD), 0.5, 1)
    gained = improvements(vocals=panned(voice()), other=chords)
    assert gained["vocals"] > 9
    assert gained["other"] > 6


def test_in_mono_a_singer_is_told_by_moving() -> None:
    """There are no sides; a held chord still mostly stays out of the voice."""
    chords = panned(chord(LOW_CHORD) + chord(HIGH_CHORD))
    gained = improvements(vocals=panned(voice()), other=chords)
    assert gained["vocals"] > 6
    assert gained["other"] > 0


def test_kick_and_bass_part_though_they_share_their_range() -> None:
    """One is sudden, the other lasts."""
    gained = improvements(drums=panned(kick()), bass=panned(bass()))
    assert gained["drums"] > 10
    assert gained["bass"] > 5


def test_a_band_comes_apart() -> None:
    """All four stems at once."""
    gained = improvements(**band())
    assert min(gained.values()) > 8


@settings(max_examples=12, deadline=None)
@given(
    n_samples=st.integers(1, 60_000),
    gains=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    seed=st.integers(0, 2**16),
)
def test_the_stems_add_up_to_the_mixture(
    n_samples: int, gains: tuple[float, float], seed: int
) -> None:
    """Whatever it is: one sample, one channel, opposite channels, noise."""
    rng = np.random.default_rng(seed)
    shared = rng.uniform(-1, 1, n_samples)
    song = panned(shared, *gains) + rng.uniform(-0.1, 0.1, (2, n_samples)).astype(np.float32)

    stems = ENGINE.separate(song[None])

    assert stems.shape == (1, 4, 2, n_samples)
    assert stems.dtype == np.float32
    np.testing.assert_allclose(stems.sum(axis=1)[0], song, rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_samples", [1, 1000, 100_000])
@pytest.mark.parametrize("gains", [(1.0, 1.0), (1.0, 0.0), (1.0, -1.0)])
def test_impulses_leave_nothing_undefined(n_samples: int, gains: tuple[float, float]) -> None:
    """Most of such a signal is silence, where all shares are nothing by nothing."""
    impulse = np.zeros(n_samples)
    impulse[n_samples // 2] = 1.0

    stems = ENGINE.separate(panned(impulse, *gains)[None])

    assert np.isfinite(stems).all()
    assert np.abs(stems).max() < 1.5


def test_silence_is_exactly_silence() -> None:
    """Also in the second half of a segment, as after the end of a short song."""
    sound = panned(voice() + kick())
    sound = np.pad(sound, ((0, 0), (0, 5 * RATE)))

    assert not ENGINE.separate(np.zeros((1, 2, RATE), np.float32)).any()
    assert not ENGINE.separate(sound[None])[..., 6 * RATE :].any()


def test_silence_after_a_song_changes_nothing_before() -> None:
    """The last segment of a song is filled with zeros, which say nothing about it."""
    song = np.sum(list(band().values()), axis=0)
    filled = np.pad(song, ((0, 0), (0, 4 * RATE)))

    alone, within = ENGINE.separate(song[None]), ENGINE.separate(filled[None])[..., : song.shape[1]]

    for stem, same in zip(alone[0], within[0], strict=True):
        assert nsdr(stem, same) > 30


@pytest.mark.parametrize("gain", [1e-3, 1e4])
@pytest.mark.parametrize("mono", [False, True])
def test_a_quieter_song_has_quieter_stems(gain: float, mono: bool) -> None:
    """No threshold knows how loud a song is, and no number in between grows too large."""
    song = panned(voice() + chord(LOW_CHORD)) if mono else np.sum(list(band().values()), axis=0)
    scaled = ENGINE.separate(np.float32(gain) * song[None]) / np.float32(gain)
    np.testing.assert_allclose(scaled, ENGINE.separate(song[None]), atol=1e-4)


def test_left_and_right_are_treated_alike() -> None:
    """A song with its channels exchanged has stems with their channels exchanged."""
    song = np.sum(list(band().values()), axis=0)
    mirrored = ENGINE.separate(song[None, ::-1])[:, :, ::-1]
    np.testing.assert_allclose(mirrored, ENGINE.separate(song[None]), atol=1e-5)


def test_a_segment_knows_nothing_of_others() -> None:
    """In any company and order, and a second time, the same samples."""
    one, other = panned(voice() + bass()), panned(kick(), 1, 0.2)

    together = ENGINE.separate(np.stack([one, other]))

    np.testing.assert_array_equal(ENGINE.separate(other[None])[0], together[1])
    np.testing.assert_array_equal(ENGINE.separate(one[None])[0], together[0])


def test_it_needs_neither_weights_nor_torch() -> None:
    """It stands in the table, and works where only numpy and scipy do."""
    engine = ENGINES.load("classical")
    program = (
        "import sys; from studio.separation.engines.classical import ClassicalEngine as E; "
        "E.open('cpu'); print(*sorted({'torch', 'demucs'} & set(sys.modules)))"
    )

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert engine is ClassicalEngine
    assert not engine.needs_weights
    assert (found.returncode, found.stdout.strip()) == (0, ""), found.stderr


SONGS = ("rock", "reggae", "hendrix", "beatles", "britpop")


@pytest.mark.data
def test_five_real_songs_come_apart_as_far_as_documented(data: Path, tmp_path: Path) -> None:
    """Mean nSDR of songs and stems, through the stream, as users get it; no two stems alike.

    The mixture itself scores -5.6 dB, ideal masks 10 dB. The figure was 4.4 dB when this was
    written; a tenth is left for other versions of the libraries.
    """
    scores = []
    for song in SONGS:
        mixture, rate = sf.read(data / "eval/mdb" / song / "mixture.flac", dtype="float32")
        path = tmp_path / f"{song}.wav"
        sf.write(path, mixture, rate, subtype="FLOAT")
        separate_song(ENGINE, path, tmp_path / song, StreamOptions(), Job())
        stems = {name: sf.read(tmp_path / song / f"{name}.wav")[0] for name in ENGINE.stems}
        for one, other in combinations(stems.values(), 2):
            assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.95
        for name, stem in stems.items():
            truth = sf.read(data / "eval/mdb" / song / f"{name}.flac")[0]
            scores.append(nsdr(truth, stem))

    assert np.mean(scores) > 4.3
