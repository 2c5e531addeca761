"""An MP3 lies where its samples did, is made the same twice, and fails as other files do."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile

from studio import files
from studio.audio.chunks import Tags
from studio.audio.write import WavWriter
from studio.errors import DiskFullError, WriteError
from studio.job import Cancelled

Bursts = Callable[..., Any]
Decode = Callable[[Path], Any]
Lag = Callable[..., int]
RATE = 44_100
TAGS = Tags("Sören's Lied: 曲", "Vocals\0")


def write(
    path: Path, sound: Any, rate: int = RATE, block: int = 65_536, tags: Tags | None = TAGS
) -> Path:
    """An MP3 of ``sound`` (channels, n), written in blocks."""
    form = rate, len(sound), sound.shape[1], "PCM_16", "MP3", tags
    with WavWriter(path, *form) as out:
        for start in range(0, sound.shape[1], block):
            out.write(sound[:, start : start + block])
    return path


# Lengths that leave much, little and nothing of the last frame of 1152, and less than one.
@pytest.mark.parametrize(
    ("frames", "channels"),
    [(30_000, 2), (30_000, 1), (1152 * 25, 2), (1152 * 25 + 7, 1), (1152 * 25 + 45, 2), (500, 2)],
)
def test_sample_n_is_sample_n(
    frames: int, channels: int, tmp_path: Path, bursts: Bursts, decoded: Decode, lag: Lag
) -> None:
    """To our reader and to libsndfile's, which both heed LAME's tag; and it is as long."""
    sound = bursts(frames, channels)

    path = write(tmp_path / "a.mp3", sound)

    got, said = decoded(path)
    theirs, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert (got.shape, said.sample_rate, said.notes) == (sound.shape, RATE, ())
    assert (theirs.T.shape, rate) == (sound.shape, RATE)
    if frames > 1152:
        assert lag(sound, got) == lag(sound, theirs.T) == 0


@pytest.mark.parametrize("rate", [8000, 22_050, 32_000, 48_000])
def test_every_rate_of_mp3_is_kept(
    rate: int, tmp_path: Path, bursts: Bursts, decoded: Decode, lag: Lag
) -> None:
    """LAME is not asked to resample; below 32 kHz its frames are half as long."""
    sound = bursts(rate + 123)

    got, said = decoded(write(tmp_path / "a.mp3", sound, rate))

    assert (said.sample_rate, got.shape) == (rate, sound.shape)
    assert lag(sound, got) == 0


def test_it_has_320_kilobits_a_second_and_says_what_it_is(tmp_path: Path, bursts: Bursts) -> None:
    """Constant, to the frame after the tag; title and album as ID3."""
    path = write(tmp_path / "a.mp3", bursts(2 * RATE))

    content = path.read_bytes()
    at = content.index(b"Info")
    frames, size = struct.unpack_from(">II", content, at + 8)
    assert size / (frames + 1) * 8 * RATE / 1152 == pytest.approx(320_000, rel=0.02)
    with soundfile.SoundFile(path) as file:
        assert (file.title, file.album) == ("Sören's Lied: 曲 - Vocals_", "Sören's Lied: 曲")


def test_the_same_samples_make_the_same_bytes(tmp_path: Path, bursts: Bursts) -> None:
    """In blocks of any size."""
    sound = bursts(50_000)

    one, two = write(tmp_path / "a.mp3", sound), write(tmp_path / "b.mp3", sound, block=777)

    assert one.read_bytes() == two.read_bytes()


def test_the_checksum_of_the_tag_holds(tmp_path: Path, bursts: Bursts) -> None:
    """CRC-16 of the frame up to it, as in the LAME tag's own description."""
    for frames in (30_000, 1152 * 40 + 7):
        content = write(tmp_path / "a.mp3", bursts(frames)).read_bytes()
        start = content.index(b"Info") - 36
        crc = 0
        for byte in content[start : start + 190]:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        assert struct.unpack_from(">H", content, start + 190) == (crc,)


@pytest.mark.parametrize(("rate", "channels"), [(96_000, 2), (RATE, 3)])
def test_what_mp3_does_not_hold_is_said(
    rate: int, channels: int, tmp_path: Path, bursts: Bursts
) -> None:
    """In a sentence, with nothing left."""
    with pytest.raises(WriteError, match=f"MP3 cannot hold {channels} channels at {rate} Hz"):
        write(tmp_path / "a.mp3", bursts(5, channels), rate)
    assert list(tmp_path.iterdir()) == []


def stop_half_way(path: Path, sound: Any) -> None:
    """The user presses Stop while a file is being written."""
    with WavWriter(path, RATE, 2, 2 * sound.shape[1], "PCM_16", "MP3") as out:
        out.write(sound)
        raise Cancelled


def test_stopped_half_way_nothing_is_left(tmp_path: Path, bursts: Bursts) -> None:
    """No part, and no old file is lost."""
    before = write(tmp_path / "a.mp3", bursts(5000)).read_bytes()

    with pytest.raises(Cancelled):
        stop_half_way(tmp_path / "a.mp3", bursts(5000))

    assert [path.name for path in tmp_path.iterdir()] == ["a.mp3"]
    assert (tmp_path / "a.mp3").read_bytes() == before


@pytest.mark.parametrize("seconds", [0.1, 5])
def test_a_device_without_space_is_called_full(
    seconds: float, tmp_path: Path, bursts: Bursts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first byte that leaves the buffer, or at the end."""
    monkeypatch.setattr(files.secrets, "token_hex", lambda count: "part")
    (tmp_path / f"{files.PARTIAL_PREFIX}part.mp3").symlink_to("/dev/full")

    with pytest.raises(DiskFullError, match="no space left on device"):
        write(tmp_path / "a.mp3", bursts(round(seconds * RATE)))
    assert list(tmp_path.iterdir()) == []


# Runs apart, because the limit holds for a whole process.
LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from studio.audio.write import WavWriter
from studio.errors import DiskFullError
rng = np.random.default_rng(0)
for limit in (20, 30_000, 81_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        with WavWriter(Path(sys.argv[1]), 48000, 2, 100_000, "PCM_16", "MP3") as out:
            for _ in range(10):
                out.write(rng.uniform(-1, 1, (2, 10_000)).astype(np.float32))
    except DiskFullError as error:
        print(error)
"""


def test_where_there_is_no_room_the_disk_is_called_full(tmp_path: Path) -> None:
    """In the tag, in the middle and in the last frames; nothing is left, nothing else printed."""
    command = [sys.executable, "-W", "error", "-c", LIMITED, str(tmp_path / "a.mp3")]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    sentence = f"{tmp_path} has no room left: file too large.\n"
    assert (done.stdout, done.stderr) == (sentence * 3, "")
    assert list(tmp_path.iterdir()) == []
