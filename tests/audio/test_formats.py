"""Every format that is read gives back what was put in, at the place where it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from studio.audio.probe import SUFFIXES, probe
from studio.audio.read import open_audio

Encode = Callable[..., Path]
Bursts = Callable[..., Any]
Decode = Callable[[Path], Any]
Lag = Callable[..., int]

# Suffix: what writes it, what probe calls it. One line for every suffix the program takes.
BY_SNDFILE = {
    ".wav": ("WAV", "PCM_24", "WAV"),
    ".wave": ("WAVEX", "PCM_16", "WAV"),
    ".rf64": ("RF64", "PCM_16", "RF64"),
    ".w64": ("W64", "PCM_24", "W64"),
    ".aif": ("AIFF", "PCM_16", "AIFF"),
    ".aiff": ("AIFF", "PCM_24", "AIFF"),
    ".aifc": ("AIFF", "FLOAT", "AIFF"),
    ".caf": ("CAF", "PCM_24", "CAF"),
    ".au": ("AU", "PCM_16", "AU"),
    ".flac": ("FLAC", "PCM_24", "FLAC"),
    ".ogg": ("OGG", "VORBIS", "OGG"),
    ".oga": ("OGG", "VORBIS", "OGG"),
}
BY_LIBAV = {
    ".wv": ("wavpack", None, "WV"),
    ".opus": ("libopus", None, "OGG"),
    ".mp3": ("libmp3lame", None, "MP3"),
    ".mp2": ("mp2", None, "MP3"),
    ".m4a": ("aac", None, "MP4"),
    ".m4b": ("alac", "mp4", "MP4"),
    ".aac": ("aac", "adts", "AAC"),
    ".wma": ("wmav2", "asf", "ASF"),
    ".mp4": ("aac", None, "MP4"),
    ".m4v": ("aac", "mp4", "MP4"),
    ".mov": ("pcm_s16le", None, "MP4"),
    ".3gp": ("aac", None, "MP4"),
    ".webm": ("libopus", None, "MATROSKA"),
    ".mkv": ("ac3", None, "MATROSKA"),
    ".mka": ("flac", "matroska", "MATROSKA"),
    ".avi": ("libmp3lame", None, "AVI"),
}
RATE = 48_000


def test_the_tables_of_this_file_name_every_suffix() -> None:
    """A suffix that the program takes is one whose files it was seen to read."""
    assert set(BY_SNDFILE) | set(BY_LIBAV) == SUFFIXES


@pytest.mark.parametrize("suffix", sorted(BY_SNDFILE))
def test_files_of_sndfile_come_back(
    suffix: str, tmp_path: Path, bursts: Bursts, decoded: Decode, lag: Lag
) -> None:
    """To the sample in place and in length, and exactly where the codec is lossless."""
    container, subtype, name = BY_SNDFILE[suffix]
    sound, path = bursts(RATE), tmp_path / f"song{suffix}"
    soundfile.write(path, sound.T, RATE, subtype, format=container)

    got, said = decoded(path)

    assert probe(path).container == name
    assert (got.shape, said.sample_rate, said.notes) == (sound.shape, RATE, ())
    assert said.lossy == (subtype == "VORBIS")
    if said.lossy:
        assert lag(sound, got) == 0
        assert np.corrcoef(sound[0], got[0])[0, 1] > 0.9
    else:
        assert np.abs(got - sound).max() <= (2**-15 if subtype == "PCM_16" else 2**-23)


@pytest.mark.parametrize("suffix", sorted(BY_LIBAV))
def test_files_of_libav_are_recognised(
    suffix: str, tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """Whatever the container is called, the sound in it comes out at its rate."""
    codec, container, name = BY_LIBAV[suffix]
    sound = bursts(RATE)
    path = encode(tmp_path / f"song{suffix}", sound, RATE, codec, container)

    got, said = decoded(path)

    assert probe(path).container == name
    assert (said.sample_rate, said.channels) == (RATE, 2)
    assert said.lossy == (codec not in {"alac", "flac", "wavpack", "pcm_s16le"})
    assert abs(got.shape[1] - RATE) < 5000


@pytest.mark.parametrize(
    ("codec", "container", "sample_format"),
    [
        ("alac", "ipod", "s16p"),
        ("alac", "ipod", "s32p"),
        ("pcm_f64le", "mov", "dbl"),
        ("pcm_f32le", "matroska", "flt"),
        ("pcm_u8", "avi", "u8"),
        ("flac", "matroska", "s32"),
    ],
)
def test_lossless_samples_of_libav_are_exact(
    codec: str, container: str, sample_format: str,
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode,
) -> None:  # fmt: skip
    """Each of libav's sample kinds, planar and packed, is scaled to ±1."""
    sound = bursts(RATE)
    path = encode(tmp_path / "song", sound, RATE, codec, container, sample_format=sample_format)

    got, _ = decoded(path)

    step = {"u8": 2.0**-7, "s16p": 2.0**-15, "s32p": 2.0**-23, "s32": 2.0**-23}
    assert got.shape == sound.shape
    assert np.abs(got - sound).max() <= step.get(sample_format, 0.0)


def test_the_sound_of_a_video_is_read(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode, lag: Lag
) -> None:
    """Pictures in between do not matter."""
    sound = bursts(RATE)
    path = encode(tmp_path / "film.mp4", sound, RATE, "aac", video=True)

    got, _ = decoded(path)

    assert (lag(sound, got), got.shape[1]) == (0, RATE)


def test_of_several_sound_tracks_one_is_read_and_that_is_said(
    tmp_path: Path, decoded: Decode
) -> None:
    """Films have one a language; the first, if none is marked, counts."""
    with av.open(str(tmp_path / "film.mka"), "w") as out:
        streams = [out.add_stream("pcm_f32le", rate=RATE, layout="mono") for _ in range(2)]
        for stream, level in zip(streams, (0.25, 0.5), strict=True):
            samples = np.full((1, 1000), level, np.float32)
            frame = av.AudioFrame.from_ndarray(samples, "flt", "mono")
            frame.sample_rate, frame.pts = RATE, 0
            out.mux(stream.encode(frame))

    got, said = decoded(tmp_path / "film.mka")

    assert np.all(got == 0.25)
    assert said.notes == ("The file holds 2 sound tracks; one of them was taken.",)


@pytest.mark.parametrize("sample_rate", [8_000, 11_025, 22_050, 44_100, 96_000, 176_400, 192_000])
@pytest.mark.parametrize("container", ["WAV", "FLAC", "AIFF"])
def test_every_rate_is_kept(
    sample_rate: int, container: str, tmp_path: Path, bursts: Bursts, decoded: Decode
) -> None:
    """The program works at the song's own rate."""
    sound = bursts(5000, 1)
    soundfile.write(tmp_path / "song", sound.T, sample_rate, "PCM_16", format=container)

    got, said = decoded(tmp_path / "song")

    assert (said.sample_rate, got.shape) == (sample_rate, (1, 5000))


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_every_depth_of_a_wav_is_read(
    subtype: str, tmp_path: Path, bursts: Bursts, decoded: Decode
) -> None:
    """8 to 32 bit, float and double, and above full scale where the file can hold it."""
    sound = bursts(5000) * (8 if subtype in {"FLOAT", "DOUBLE"} else 1)
    soundfile.write(tmp_path / "song.wav", sound.T, RATE, subtype)

    got, _ = decoded(tmp_path / "song.wav")

    step = {"PCM_U8": 2**-7, "PCM_16": 2**-15, "PCM_24": 2**-23, "PCM_32": 2**-24}
    assert np.abs(got - sound).max() <= step.get(subtype, 0)


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize(
    ("codec", "container"), [("pcm_s16le", "wav"), ("flac", "flac"), ("aac", "ipod")]
)
def test_one_to_eight_channels_are_read(
    channels: int, codec: str, container: str, tmp_path: Path, bursts: Bursts, encode: Encode
) -> None:
    """In the order and with the content they were written with."""
    sound = np.repeat(bursts(9600, 1), channels, axis=0)
    sound *= (np.arange(channels)[:, None] + 1) / channels
    path = encode(tmp_path / "song", sound, RATE, codec, container)

    with open_audio(path) as reader:
        got = np.concatenate(list(reader.blocks(1000)), axis=1)

    assert got.shape[0] == channels == len(reader.layout)
    if codec != "aac":
        assert np.abs(got - sound).max() <= 2**-15
    elif channels < 6:  # beyond that the encoder treats a channel as the low-frequency one
        assert np.corrcoef(sound.ravel(), got.ravel())[0, 1] > 0.8


@pytest.mark.parametrize("block_frames", [7, 4096, 10_000])
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
def test_blocks_do_not_change_the_sound(
    block_frames: int, suffix: str, tmp_path: Path, bursts: Bursts
) -> None:
    """All blocks but the last have the size that was asked for."""
    path = tmp_path / f"song{suffix}"
    soundfile.write(path, bursts(9_001).T, 44_100)
    with open_audio(path) as reader:
        want = np.concatenate(list(reader.blocks()), axis=1)

    with open_audio(path) as reader:
        blocks = list(reader.blocks(block_frames))

    assert {b.shape[1] for b in blocks[:-1]} <= {block_frames}
    assert all(b.dtype == np.float32 and b.flags.c_contiguous for b in blocks)
    assert np.array_equal(np.concatenate(blocks, axis=1), want)


@pytest.mark.parametrize(
    "name",
    ["노래.wav", "歌曲.flac", "שיר.mp3", "🎸 — riff.ogg", "a b'c\"d.wav", "%20#?.mp3", "-i.flac"],
)
def test_names_in_any_script_are_read(
    name: str, tmp_path: Path, bursts: Bursts, decoded: Decode
) -> None:
    """A name is a name: no part of it means anything."""
    soundfile.write(tmp_path / name, bursts(9000).T, 44_100)

    assert decoded(tmp_path / name)[1].frames == 9000


def test_a_path_of_300_characters_is_read(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """By both libraries."""
    folder = tmp_path / ("a" * 150) / ("b" * 150)
    folder.mkdir(parents=True)
    soundfile.write(folder / "song.wav", bursts(900).T, RATE)
    encode(folder / "song.m4a", bursts(9600), RATE, "aac")

    assert decoded(folder / "song.wav")[1].frames == 900
    assert decoded(folder / "song.m4a")[1].frames == 9600


def test_the_suffix_does_not_decide(tmp_path: Path, bursts: Bursts, decoded: Decode) -> None:
    """People rename files."""
    soundfile.write(tmp_path / "a.mp3", bursts(9000).T, 44_100)
    (tmp_path / "a.mp3").rename(tmp_path / "a.wav")
    soundfile.write(tmp_path / "b.wav", bursts(9000).T, 44_100)
    (tmp_path / "b.wav").rename(tmp_path / "b.txt")

    assert probe(tmp_path / "a.wav").codec == "MP3"
    assert decoded(tmp_path / "a.wav")[1].frames == 9000
    assert decoded(tmp_path / "b.txt")[1].frames == 9000


def test_a_variable_rate_mp3_without_a_header_is_read_to_its_end(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """Its length can only be guessed; silence and then noise makes every guess wrong."""
    sound = np.concatenate([np.zeros((2, 5 * 44_100), "f4"), bursts(5 * 44_100)], axis=1)
    path = encode(
        tmp_path / "song.mp3", sound, 44_100, "libmp3lame",
        options={"write_xing": "0"}, global_quality=118 * 2, flags=0x2,
    )  # fmt: skip

    assert decoded(path)[0].shape[1] == pytest.approx(10 * 44_100, abs=3000)


def test_an_ogg_in_two_links_is_read_to_its_end(
    tmp_path: Path, bursts: Bursts, decoded: Decode
) -> None:
    """As recorders of radio streams write them."""
    soundfile.write(tmp_path / "a.ogg", bursts(RATE).T, RATE)
    once = (tmp_path / "a.ogg").read_bytes()
    (tmp_path / "b.ogg").write_bytes(once + once)

    assert decoded(tmp_path / "b.ogg")[1].frames == pytest.approx(2 * RATE, abs=1024)


def test_a_flac_of_unknown_length_is_read_to_its_end(
    tmp_path: Path, bursts: Bursts, decoded: Decode
) -> None:
    """As encoders write it into a pipe: total samples 0 (bits 108 to 143 of STREAMINFO)."""
    soundfile.write(tmp_path / "a.flac", bursts(RATE).T, RATE)
    content = bytearray((tmp_path / "a.flac").read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(content)

    assert probe(tmp_path / "a.flac").frames is None
    assert decoded(tmp_path / "a.flac")[1].frames == RATE


@pytest.mark.data
def test_vorbis_in_blocks_is_what_another_decoder_reads(data: Path) -> None:
    """A whole song, against libsndfile, which decodes Vorbis by another library."""
    song = data / "songs" / "potassium" / "vocals.ogg"
    want, _ = soundfile.read(song, dtype="float32")

    with open_audio(song) as reader:
        done, worst = 0, 0.0
        for block in reader.blocks():
            part = want[done : done + block.shape[1]].T
            worst, done = max(worst, float(np.abs(block - part).max())), done + block.shape[1]

    assert (done, worst < 1e-6) == (len(want), True)
