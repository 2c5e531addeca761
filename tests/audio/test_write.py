"""A sound file is written whole or not at all, and the same samples make the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio import files
from studio.audio import encode as encoding
from studio.audio.read import open_audio
from studio.audio.riff import chunks, wav_header
from studio.audio.wav import Wav
from studio.audio.write import WavWriter, copy_audio, peak
from studio.errors import DiskFullError, UnreadableAudioError, WriteError
from studio.job import Cancelled, Job

Bursts = Callable[..., Any]
RATE = 48_000
FORMS = [
    ("WAV", "FLOAT"),
    ("WAV", "PCM_24"),
    ("WAV", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("FLAC", "PCM_16"),
]


def write(path: Path, sound: Any, *form: Any, block: int = 65536, frames: int | None = -1) -> None:
    """Write ``sound`` (channels, n) in blocks."""
    count = sound.shape[1] if frames == -1 else frames
    with WavWriter(path, RATE, len(sound), count, *form) as out:
        for start in range(0, sound.shape[1], block):
            out.write(sound[:, start : start + block])


@pytest.mark.parametrize(("container", "subtype"), FORMS)
@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_written_is_read_by_another_library(
    container: Any, subtype: Any, channels: int, tmp_path: Path, bursts: Bursts
) -> None:
    """libsndfile finds rate, subtype and samples; an odd length is padded."""
    sound = bursts(5001, channels)

    write(tmp_path / "a", sound, subtype, container)

    info = soundfile.info(tmp_path / "a")
    got, _ = soundfile.read(tmp_path / "a", dtype="float32", always_2d=True)
    step = {"FLOAT": 0.0, "PCM_24": 0.5 / 2**23, "PCM_16": 1.5 / 2**15}[subtype]
    assert (info.format, info.subtype, info.samplerate) == (container, subtype, RATE)
    assert got.shape == sound.T.shape
    assert np.abs(got.T - sound).max() <= step
    assert "(should be" not in info.extra_info
    assert container == "FLAC" or (tmp_path / "a").stat().st_size % 2 == 0


def test_the_same_samples_make_the_same_bytes(tmp_path: Path, bursts: Bursts) -> None:
    """A second later, and in blocks of another size."""
    sound = bursts(20_000)
    for container, subtype in FORMS:
        write(tmp_path / "a" / (container + subtype), sound, subtype, container)
    time.sleep(1.1)
    for container, subtype in FORMS:
        write(tmp_path / "b" / (container + subtype), sound, subtype, container, block=777)

    for first in (tmp_path / "a").iterdir():
        assert first.read_bytes() == (tmp_path / "b" / first.name).read_bytes()


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_24", "PCM_16"])
def test_a_length_known_only_at_the_end_is_stated_too(
    subtype: Any, tmp_path: Path, bursts: Bursts
) -> None:
    """The header keeps room for RF64, and is otherwise a plain WAV."""
    sound = bursts(5001, 1)

    write(tmp_path / "a.wav", sound, subtype, frames=None)

    info = soundfile.info(tmp_path / "a.wav")
    assert (info.format, info.frames) == ("WAV", 5001)
    assert "(should be" not in info.extra_info


@pytest.mark.parametrize("reserve", [False, True])
@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_24"])
def test_above_4_gib_a_wav_becomes_rf64(subtype: str, reserve: bool, tmp_path: Path) -> None:
    """A sparse file of that size is understood by libsndfile, and by ``Wav`` to its last sample."""
    width = 8 if subtype == "FLOAT" else 6
    frames = 4_800_000_000 // width
    last = np.array([0.25, -0.25], "<f4").tobytes()
    header = wav_header(subtype, RATE, 2, frames, reserve)
    small = wav_header(subtype, RATE, 2, 10, reserve)
    with (tmp_path / "a.wav").open("wb") as file:
        file.write(header)
        file.truncate(len(header) + frames * width)
        file.seek(-8, 2)
        file.write(last)

    info = soundfile.info(tmp_path / "a.wav")

    assert (header[:4], small[:4]) == (b"RF64", b"RIFF")
    assert len(header) == len(small) + 36 * (not reserve)
    assert (info.format, info.frames) == ("RF64", frames)
    if subtype == "FLOAT":
        with Wav(tmp_path / "a.wav") as wav:
            assert wav.read(frames - 1, 5).T.tolist() == [[0.25, -0.25]]


def test_a_long_empty_tail_is_not_searched_for_chunks(tmp_path: Path, bursts: Bursts) -> None:
    """A gigabyte of zeros behind the sound would take minutes."""
    write(tmp_path / "a.wav", bursts(500))
    os.truncate(tmp_path / "a.wav", 1 << 30)
    before = time.process_time()

    with (tmp_path / "a.wav").open("rb") as file:
        found = chunks(file)

    assert set(found) == {b"fmt ", b"fact", b"data"}
    assert time.process_time() - before < 1


def test_a_wrong_number_of_frames_is_a_bug(tmp_path: Path, bursts: Bursts) -> None:
    """Stems are as long as the song, or they are not written."""
    with pytest.raises(ValueError, match="99 of 100 frames"):
        write(tmp_path / "a.wav", bursts(99), frames=100)
    with (
        pytest.raises(ValueError, match="expected 2 channels"),
        WavWriter(tmp_path / "a.wav", RATE, 2, 5) as out,
    ):
        out.write(bursts(5, 1))
    assert list(tmp_path.iterdir()) == []


def test_fixed_point_clips_at_full_scale(tmp_path: Path) -> None:
    """So the caller applies a gain first; the largest and smallest number are both used."""
    sound = np.array([[1.5, 1.0, -1.0, -1.5]], np.float32)

    write(tmp_path / "a.wav", sound, "PCM_24")

    got, _ = soundfile.read(tmp_path / "a.wav", dtype="int32")
    assert (got >> 8).tolist() == [2**23 - 1, 2**23 - 1, -(2**23), -(2**23)]


def test_dither_makes_the_mean_right_and_the_error_independent() -> None:
    """A level between two steps is kept on average; noise power is a quarter LSB² (TPDF)."""
    quantise = encoding.Quantiser(16, seed=1)
    level = np.full((1, 200_000), 100.3 / 2**15, np.float32)

    values = quantise(level)

    assert values.mean() == pytest.approx(100.3, abs=0.01)
    assert values.var() == pytest.approx(0.25, rel=0.02)


def test_stems_of_an_export_do_not_share_their_dither(tmp_path: Path) -> None:
    """Summed in a mixer, shared noise would grow by 6 dB a doubling, not by 3."""
    silence = np.zeros((1, 50_000), np.float32)
    write(tmp_path / "bass.wav", silence, "PCM_16")
    write(tmp_path / "drums.wav", silence, "PCM_16")

    bass, drums = (soundfile.read(tmp_path / f"{n}.wav")[0] for n in ("bass", "drums"))

    assert abs(np.corrcoef(bass, drums)[0, 1]) < 0.02


@given(value=st.floats(-1, 1, width=32))
def test_24_bit_is_the_nearest_step(value: float) -> None:
    """Half a step off at most, and reading it back and writing it again changes nothing."""
    quantise = encoding.Quantiser(24, seed=0)

    once = quantise(np.array([[value]], np.float32))[0, 0]
    again = quantise(np.array([[once / 2**23]], np.float32))[0, 0]

    assert abs(once - value * 2**23) <= (0.5 if value < 1 else 1)
    assert again == once


def stop_half_way(path: Path, sound: Any, *form: Any) -> None:
    """The user presses Stop while a file is being written."""
    with WavWriter(path, RATE, 2, 2 * sound.shape[1], *form) as out:
        out.write(sound)
        raise Cancelled


def test_a_failure_leaves_the_old_file(tmp_path: Path, bursts: Bursts) -> None:
    """And no part of the new one."""
    write(tmp_path / "a.wav", bursts(500))
    before = (tmp_path / "a.wav").read_bytes()

    for container, subtype in FORMS:
        with pytest.raises(Cancelled):
            stop_half_way(tmp_path / "a.wav", bursts(100), subtype, container)

    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]
    assert (tmp_path / "a.wav").read_bytes() == before


# Runs apart, because the limit holds for a whole process.
LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from studio.audio.write import WavWriter
from studio.errors import DiskFullError
rng = np.random.default_rng(0)
for limit in (20, 100_000, 399_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for form in sys.argv[2:]:
        try:
            with WavWriter(Path(sys.argv[1]), 48000, 2, 100_000, *form.split()) as out:
                for _ in range(10):
                    out.write(rng.uniform(-1, 1, (2, 10_000)).astype(np.float32))
        except DiskFullError as error:
            print(error)
"""


def test_where_there_is_no_room_the_disk_is_called_full(tmp_path: Path) -> None:
    """In the header, in the middle and in the last block; nothing is left, nothing else printed."""
    forms = [f"{subtype} {container}" for container, subtype in FORMS]
    command = [sys.executable, "-W", "error", "-c", LIMITED, str(tmp_path / "a.wav"), *forms]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    sentence = f"{tmp_path} has no room left: file too large.\n"
    assert (done.stdout, done.stderr) == (sentence * 15, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("container", "subtype"), FORMS)
def test_a_device_without_space_is_called_full(
    container: Any, subtype: Any, tmp_path: Path, bursts: Bursts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The part that is written first stands on /dev/full here, which answers ENOSPC."""
    monkeypatch.setattr(files.secrets, "token_hex", lambda count: "part")
    (tmp_path / f"{files.PARTIAL_PREFIX}part.wav").symlink_to("/dev/full")

    with pytest.raises(DiskFullError, match="no space left on device"):
        write(tmp_path / "a.wav", bursts(RATE), subtype, container)
    assert list(tmp_path.iterdir()) == []


def test_below_a_file_nothing_can_be_written(tmp_path: Path, bursts: Bursts) -> None:
    """The reason is the system's."""
    (tmp_path / "file").write_text("")

    with pytest.raises(WriteError, match=r"a\.wav cannot be written"):
        write(tmp_path / "file" / "a.wav", bursts(5))


READ_ONLY = """
import os, sys
from pathlib import Path
import numpy as np
from studio.audio.write import WavWriter
from studio.errors import WriteError
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with WavWriter(Path("a.wav"), 48000, 1, 1) as out:
        out.write(np.zeros((1, 1), np.float32))
except WriteError as error:
    print(error)
"""


def test_in_a_read_only_folder_nothing_can_be_written(tmp_path: Path) -> None:
    """As an ordinary user, even where the tests run as root."""
    tmp_path.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    tmp_path.chmod(0o755)

    assert done.stdout == "a.wav cannot be written: permission denied.\n"


def test_flac_has_limits(tmp_path: Path, bursts: Bursts) -> None:
    """They are said, not met."""
    with pytest.raises(WriteError, match="FLAC cannot hold 9 channels at 48000 Hz"):
        write(tmp_path / "a.flac", bursts(5, 9), "PCM_24", "FLAC")
    with pytest.raises(ValueError, match="whole numbers"):
        WavWriter(tmp_path / "a.flac", RATE, 2, 5, "FLOAT", "FLAC")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_text_is_a_name(tmp_path: Path, bursts: Bursts) -> None:
    """Old archives hold Latin-1 bytes where UTF-8 is due."""
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")

    write(path, bursts(500), "PCM_16")
    with open_audio(path) as reader:
        assert reader.info.frames == 500


def test_peak_is_the_largest_magnitude(tmp_path: Path, bursts: Bursts) -> None:
    """Above full scale too; of nothing it is 0."""
    sound = bursts(200_000)
    sound[1, 150_000] = -3.5
    write(tmp_path / "a.wav", sound)
    write(tmp_path / "empty.wav", bursts(9)[:, :0])

    assert peak(tmp_path / "a.wav") == 3.5
    assert peak(tmp_path / "empty.wav") == 0


@pytest.mark.parametrize(("container", "subtype"), FORMS)
def test_a_copy_is_the_sound_times_the_gain(
    container: Any, subtype: Any, tmp_path: Path, bursts: Bursts
) -> None:
    """One gain for all stems keeps their sum the song."""
    sound = bursts(150_000) * 3
    write(tmp_path / "a.wav", sound)
    seen: list[float] = []

    copy_audio(
        tmp_path / "a.wav", tmp_path / "b", subtype, 0.25,
        Job(lambda fraction, text: seen.append(fraction)), container,
    )  # fmt: skip

    got, rate = soundfile.read(tmp_path / "b", dtype="float32")
    assert (rate, got.T.shape, seen[-1]) == (RATE, sound.shape, 1)
    assert np.abs(got.T - sound * np.float32(0.25)).max() <= 1.5 / 2**15


def test_a_float_copy_at_gain_one_is_bit_for_bit(tmp_path: Path, bursts: Bursts) -> None:
    """What was computed is what is delivered."""
    write(tmp_path / "a.wav", bursts(150_000))

    copy_audio(tmp_path / "a.wav", tmp_path / "b.wav", "FLOAT", 1.0, Job())

    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@given(start=st.integers(0, 5000), frames=st.integers(0, 6000))
def test_a_wav_is_read_at_any_place_in_any_order(
    start: int, frames: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bit for bit; beyond the end there is nothing."""
    folder = tmp_path_factory.getbasetemp()
    sound = np.random.default_rng(1).standard_normal((2, 4321)).astype(np.float32)
    if not (folder / "random.wav").exists():
        write(folder / "random.wav", sound)

    with Wav(folder / "random.wav") as wav:
        later = wav.read(start, frames)
        earlier = wav.read(start // 2, frames)

    assert np.array_equal(later, sound[:, start : start + frames])
    assert np.array_equal(earlier, sound[:, start // 2 : start // 2 + frames])
    assert later.dtype == np.float32
    assert later.flags.c_contiguous


def test_blocks_of_a_wav_are_all_of_it(tmp_path: Path, bursts: Bursts) -> None:
    """The last one is shorter."""
    sound = bursts(10_001)
    write(tmp_path / "a.wav", sound)

    with Wav(tmp_path / "a.wav") as wav:
        blocks = list(wav.blocks(4000))

    assert [b.shape[1] for b in blocks] == [4000, 4000, 2001]
    assert np.array_equal(np.concatenate(blocks, axis=1), sound)


def test_what_is_not_our_wav_is_refused(tmp_path: Path, bursts: Bursts) -> None:
    """Text, another subtype, and one that is cut before or while it is read."""
    (tmp_path / "text.wav").write_text("la la la " * 20)
    write(tmp_path / "pcm.wav", bursts(5000), "PCM_24")
    write(tmp_path / "cut.wav", bursts(5000))
    write(tmp_path / "late.wav", bursts(50_000))
    os.truncate(tmp_path / "cut.wav", 20_000)

    for name, reason in [("text", "not a WAV"), ("pcm", "32-bit floats"), ("cut", "is cut")]:
        with pytest.raises(UnreadableAudioError, match=reason):
            Wav(tmp_path / f"{name}.wav")
    with Wav(tmp_path / "late.wav") as wav:
        os.truncate(tmp_path / "late.wav", 20_000)
        with pytest.raises(UnreadableAudioError, match="cut while"):
            wav.read(40_000, 10)
