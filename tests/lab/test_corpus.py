"""Songs on disk, and what the material of the corpus gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.errors import MissingFileError
from studio.lab import arrange
from studio.lab.corpus import levels, played, tracks
from studio.lab.instruments import amplified, in_a_room, kit, panned, sampled
from studio.lab.session import one_voice
from studio.lab.sources import ALBUM, HELD_OUT_SONGS, RATE, Shot, Sources, programs, shots
from studio.lab.toy import toy_corpus
from studio.music.notes import Note


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray:
    """A sine at half of full scale."""
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(
        np.float32
    )


def hertz_of(samples: np.ndarray) -> float:
    """Where the spectrum is highest."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


def test_the_same_number_gives_the_same_bytes(tmp_path: Path) -> None:
    """A corpus is code: it can be made again anywhere."""
    for name in ("one", "other"):
        toy_corpus(tmp_path / name, songs=1, seconds=0.5)

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_a_song_is_there_when_its_facts_are(tmp_path: Path) -> None:
    """So others may read a corpus while it grows."""
    toy_corpus(tmp_path, songs=2, seconds=0.5)
    (tmp_path / "toy-000.json").unlink()

    assert [track.name for track in tracks(tmp_path)] == ["toy-001"]


def test_a_crop_is_what_was_kept(tmp_path: Path) -> None:
    """To half a step of 16 bits."""
    (track,) = toy_corpus(tmp_path, songs=1, seconds=0.5)
    whole = track.crop(1, 0, track.samples.shape[-1])

    np.testing.assert_array_equal(track.crop(1, 100, 50), whole[:, 100:150])
    assert np.abs(whole).max() == pytest.approx(0.3, abs=1e-3)


def test_a_level_counts_only_where_a_stem_sounds() -> None:
    """A stem that pauses is as loud as one that does not; a silent one has none."""
    stems = np.zeros((3, 2, 2 * RATE), np.float32)
    stems[0] = np.tile(tone(440), 2)
    stems[1, :, :RATE] = tone(440)

    assert levels(stems) == pytest.approx([0.5 / np.sqrt(2), 0.5 / np.sqrt(2), 0.0], abs=1e-3)


def test_a_shot_is_played_at_the_pitch_of_the_note() -> None:
    """An octave up and a fifth down from the same recording."""
    shot = Shot(tone(220.0, 3.0), 57)
    notes = [Note(0.0, 69, 0.9, 100), Note(1.0, 50, 1.9, 100)]

    sound = sampled([shot], notes, 2 * RATE)

    assert hertz_of(sound[0, : RATE // 2]) == pytest.approx(440, abs=3)
    assert hertz_of(sound[0, RATE : 3 * RATE // 2]) == pytest.approx(146.8, abs=3)


def test_hits_begin_when_their_notes_do() -> None:
    """To the sample, as their labels say."""
    hit = np.ones(100, np.float32)
    notes = [Note(0.1, 36, 0.2, 127), Note(0.25, 36, 0.3, 127)]

    sound = kit({36: [hit]}, notes, RATE, np.random.default_rng(1))

    starts = np.flatnonzero(np.diff(sound[0] > 0, prepend=False))[::2]
    assert starts.tolist() == [4410, 11025]


def test_panning_keeps_the_power() -> None:
    """From one side over the middle to the other."""
    sound = np.stack([tone(440)] * 2)

    for place in (-1.0, -0.3, 0.0, 1.0):
        moved = panned(sound, place)
        assert (moved**2).sum() == pytest.approx((sound**2).sum(), rel=1e-4)
    assert np.abs(panned(sound, -1.0)[1]).max() < 1e-6


def test_rooms_and_amplifiers_leave_silence_silent() -> None:
    """And give what is finite."""
    silence = np.zeros((2, RATE), np.float32)

    assert not in_a_room(silence, np.random.default_rng(1), 0.5, 0.3).any()
    assert np.abs(amplified(silence, 30, 5000)).max() < 1e-6


def test_one_voice_never_sings_two_notes() -> None:
    """Each ends where the next begins."""
    line = one_voice([Note(0.0, 60, 2.0), Note(1.0, 62, 1.5), Note(0.5, 61, 0.6)])

    assert one_voice([]) == []
    assert [(n.onset, n.offset) for n in line] == [(0.0, 0.5), (0.5, 0.6), (1.0, 1.5)]


def test_material_that_is_not_there_is_named(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(MissingFileError, match="pop909"):
        Sources.find(tmp_path)


@pytest.mark.data
def test_the_splits_share_nothing(data: Path) -> None:
    """No tune, groove, reader, program or song of the development set trains."""
    sources = Sources(data, ())

    for kind in (sources.tunes, sources.grooves, sources.readers):
        train, dev = set(kind("train")), set(kind("dev"))
        assert train
        assert dev
        assert not train & dev
    every = tuple(range(128))
    assert not set(programs(0, every, "train")) & set(programs(0, every, "dev"))
    assert set(HELD_OUT_SONGS) < set(ALBUM)


@pytest.mark.data
@pytest.mark.parametrize("number", range(3))
def test_every_part_of_a_tune_lies_within_it(data: Path, number: int) -> None:
    """But for the end of the last chord; and has notes, drums at the tune's tempo too."""
    sources = Sources(data, ())
    rng = np.random.default_rng(number)
    tune = arrange.read_tune(sources.tunes("train")[number], 20.0, rng)
    parts = {name: make(tune, rng) for name, make in arrange.COMPS.items()}
    parts["bass"] = arrange.bass_line(tune, rng)
    parts["drums"] = arrange.groove(sources.grooves("train")[number], tune, rng)
    parts["lead"] = arrange.lead(tune.melody, rng, 55, 70)

    for name, notes in parts.items():
        assert notes, name
        assert all(0 <= n.onset < 20.0 + 2 * tune.beat for n in notes), name
        assert all(n.offset > n.onset for n in notes), name
        assert all(0 < n.pitch < 128 for n in notes), name


@pytest.mark.data
def test_recorded_shots_sound_at_the_pitch_of_the_table(data: Path) -> None:
    """Six guitar notes: a harmonic of theirs is where the spectrum is highest."""
    for shot in shots(data, "guitar/black")[::7]:
        above = 12 * np.log2(hertz_of(shot.samples[:RATE]) / 440) + 69 - shot.pitch
        partials = 12 * np.log2(np.arange(1, 9))
        assert np.abs(partials - above).min() < 0.6


@pytest.mark.data
def test_what_may_only_be_evaluated_is_out_of_reach(data: Path) -> None:
    """No module of the lab that makes songs names that folder."""
    folder = Path(arrange.__file__).parent
    makers = ("sources", "songs", "singers", "drummers", "band", "corpus", "batches", "voices")

    assert [name for name in makers if '"eval' in (folder / f"{name}.py").read_text()] == []


@pytest.mark.data
@pytest.mark.slow
def test_single_players_stand_side_by_side_as_songs(data: Path, tmp_path: Path) -> None:
    """Both channels alike, as they were recorded, and every stem sounds."""
    played(Sources(data, ()), tmp_path)

    songs = tracks(tmp_path)
    assert len(songs) == 3
    for song in songs:
        assert (song.level > 0.01).all()
        np.testing.assert_array_equal(song.samples[:, 0, ::997], song.samples[:, 1, ::997])
