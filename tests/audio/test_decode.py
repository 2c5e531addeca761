"""A song becomes one float32 WAV: mono or stereo, finite, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import soundfile

from studio.audio.decode import decode
from studio.audio.downmix import masked_layout, mix_down, named_layout, to_stereo, usual_layout
from studio.errors import UnreadableAudioError
from studio.job import Cancelled, Job

Bursts = Callable[..., Any]
Decode = Callable[[Path], Any]
Encode = Callable[..., Path]
RATE = 48_000


def test_two_runs_leave_the_same_bytes_and_the_source_as_it_was(
    tmp_path: Path, bursts: Bursts
) -> None:
    """No clock, no chance; the user's file is only read."""
    source = tmp_path / "song.ogg"
    soundfile.write(source, bursts(RATE).T, RATE)
    before = source.read_bytes()

    decode(source, tmp_path / "a.wav", Job())
    time.sleep(1.1)
    decode(source, tmp_path / "b.wav", Job())

    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert source.read_bytes() == before


@pytest.mark.parametrize("name", ["song.wav", "song.aac"])
def test_progress_rises_to_one(name: str, tmp_path: Path, bursts: Bursts, encode: Encode) -> None:
    """In each library, whether the length is known or not."""
    sound = bursts(10 * RATE)
    soundfile.write(tmp_path / "song.wav", sound.T, RATE)
    encode(tmp_path / "song.aac", sound, RATE, "aac", "adts")
    seen: list[float] = []

    decode(tmp_path / name, tmp_path / "out.wav", Job(lambda fraction, text: seen.append(fraction)))

    assert len(seen) >= 7
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1, abs=0.01)


def test_a_cancelled_job_leaves_no_file(tmp_path: Path, bursts: Bursts) -> None:
    """Nor a part of one."""
    soundfile.write(tmp_path / "song.wav", bursts(10 * RATE).T, RATE)
    job = Job(lambda fraction, text: job.cancel())

    with pytest.raises(Cancelled):
        decode(tmp_path / "song.wav", tmp_path / "out" / "out.wav", job)
    assert list((tmp_path / "out").iterdir()) == []


def test_one_sample_and_silence_are_songs_too(tmp_path: Path, decoded: Decode) -> None:
    """Short, but sound."""
    soundfile.write(tmp_path / "one.wav", np.full((1, 1), 0.25), RATE)
    soundfile.write(tmp_path / "silence.flac", np.zeros((RATE, 2)), RATE)

    one, said = decoded(tmp_path / "one.wav")
    silence, _ = decoded(tmp_path / "silence.flac")

    assert (one.tolist(), said.frames) == ([[0.25]], 1)
    assert not silence.any()
    assert silence.shape == (2, RATE)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_what_is_no_number_becomes_silence_and_is_counted(
    bad: float, subtype: str, tmp_path: Path, decoded: Decode
) -> None:
    """One NaN would spread through every network."""
    sound = np.full((RATE, 2), 0.5)
    sound[100:103, 1] = bad
    soundfile.write(tmp_path / "song.wav", sound, RATE, subtype)

    got, said = decoded(tmp_path / "song.wav")

    assert got[1, 99:104].tolist() == [0.5, 0, 0, 0, 0.5]
    assert np.all(got[0] == 0.5)
    assert said.notes == ("Samples that were not numbers became silence: 3.",)


def test_a_file_of_nothing_but_nan_is_refused(tmp_path: Path, decoded: Decode) -> None:
    """There is no song in it."""
    soundfile.write(tmp_path / "song.wav", np.full((100, 2), np.nan), RATE, "FLOAT")

    with pytest.raises(UnreadableAudioError, match="none of its samples"):
        decoded(tmp_path / "song.wav")


def test_too_large_for_a_float_is_no_number_either(tmp_path: Path, decoded: Decode) -> None:
    """A double can hold what float32 cannot."""
    soundfile.write(tmp_path / "song.wav", np.array([[1e300], [0.5]]), RATE, "DOUBLE")

    got, _ = decoded(tmp_path / "song.wav")

    assert got.tolist() == [[0.0, 0.5]]


# What each channel gives to left and right: ITU-R BS.775-3, annex 4, table 2 (3/2 to 2/0).
H = 0.5**0.5
SURROUND = {
    3: [(1, 0), (0, 1), (H, H)],
    4: [(1, 0), (0, 1), (H, 0), (0, H)],
    5: [(1, 0), (0, 1), (H, H), (H, 0), (0, H)],
    6: [(1, 0), (0, 1), (H, H), (0, 0), (H, 0), (0, H)],
    7: [(1, 0), (0, 1), (H, H), (0, 0), (0.5, 0.5), (H, 0), (0, H)],
    8: [(1, 0), (0, 1), (H, H), (0, 0), (H, 0), (0, H), (H, 0), (0, H)],
}


@pytest.mark.parametrize("channels", SURROUND)
@pytest.mark.parametrize("container", ["WAV", "FLAC"])
def test_surround_is_mixed_down_by_the_recommendation(
    channels: int, container: str, tmp_path: Path, decoded: Decode
) -> None:
    """Each channel in turn sounds alone; what arrives left and right is its coefficient."""
    sound = np.zeros((channels * 100, channels))
    for channel in range(channels):
        sound[channel * 100 : channel * 100 + 100, channel] = 0.5
    soundfile.write(tmp_path / "song", sound, RATE, "PCM_24", format=container)

    got, said = decoded(tmp_path / "song")

    want = 0.5 * np.repeat(np.array(SURROUND[channels], float).T, 100, axis=1)
    assert got == pytest.approx(want, abs=1e-6)
    assert f"{channels} channels were mixed down" in said.notes[0]
    assert ("low-frequency" in said.notes[0]) == (channels >= 6)


def test_seven_channels_at_192_khz_are_mixed_down(tmp_path: Path, decoded: Decode) -> None:
    """The largest thing anybody drops on the window."""
    soundfile.write(tmp_path / "song.wav", np.full((192_000, 7), 0.1), 192_000, "PCM_24")

    got, said = decoded(tmp_path / "song.wav")

    assert (said.sample_rate, got.shape) == (192_000, (2, 192_000))


def test_a_channel_mask_says_what_the_channels_are(tmp_path: Path, decoded: Decode) -> None:
    """Left, right, centre and one behind is not four corners (dwChannelMask 0x107)."""
    sound = np.eye(4).repeat(50, axis=0) * 0.5
    soundfile.write(tmp_path / "song.wav", sound, RATE, "PCM_16", format="WAVEX")
    content = bytearray((tmp_path / "song.wav").read_bytes())
    assert content[12:16] == b"fmt "
    content[40:44] = (0x107).to_bytes(4, "little")
    (tmp_path / "song.wav").write_bytes(content)

    got, _ = decoded(tmp_path / "song.wav")

    assert got[:, 125] == pytest.approx([0.5 * H, 0.5 * H], abs=1e-4)
    assert got[:, 175] == pytest.approx([0.25, 0.25], abs=1e-4)


def test_a_mask_or_names_that_do_not_fit_are_not_believed() -> None:
    """Then the usual order counts."""
    assert masked_layout(0x3F, 6) == usual_layout(6)
    assert masked_layout(0x3, 6) == usual_layout(6)
    assert named_layout(["NONE"] * 4) == usual_layout(4)
    assert named_layout(["FL", "FR", "FC", "BC"]) == ("FL", "FR", "FC", "BC")


def test_mixing_down_keeps_what_is_above_full_scale() -> None:
    """Float has headroom; a limiter here would be in every stem."""
    loud = np.ones((6, 4), np.float32)

    assert mix_down(loud, to_stereo(usual_layout(6))).max() == pytest.approx(1 + 2 * H)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3", ".m4a"])
def test_memory_does_not_grow_with_the_song(
    suffix: str, tmp_path: Path, bursts: Bursts, encode: Encode
) -> None:
    """Of 20 minutes, 106 MB as float32, the last nine tenths take no more than the first."""
    path, sound = tmp_path / f"song{suffix}", np.tile(bursts(60 * 22_050, 1), 20)
    if suffix in {".mp3", ".m4a"}:
        encode(path, sound, 22_050, {".mp3": "libmp3lame", ".m4a": "aac"}[suffix])
    else:
        with soundfile.SoundFile(path, "w", 22_050, 1) as out:
            for start in range(0, sound.shape[1], 65536):
                out.write(sound[0, start : start + 65536])
    process = psutil.Process()
    used: list[tuple[float, int]] = []

    job = Job(lambda fraction, text: used.append((fraction, process.memory_info().rss)))
    decode(path, tmp_path / "out.wav", job)

    early = max(memory for fraction, memory in used if fraction < 0.1)
    late = max(memory for fraction, memory in used if fraction > 0.9)
    assert late - early < 5_000_000
