"""What a WAV says about itself, read by others: libsndfile, FFmpeg, an XML parser, and by hand."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.chunks import Cue, Tags, tag_chunks
from studio.audio.riff import SAMPLE_BYTES, wav_header
from studio.audio.wav import Wav
from studio.audio.write import WavWriter, copy_audio
from studio.job import Job

RATE, FRAMES = 44100, 5001
TAGS = Tags("Sören's Lied: 曲", "Vocals", (Cue(0, "Start"), Cue(FRAMES, "Ende ö")))
Chunks = list[tuple[bytes, bytes]]


def parsed(content: bytes) -> Chunks:
    """Name and content of every chunk, all of them on even places, to the last byte."""
    found, at = [], 0
    while at < len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        found.append((name, content[at + 8 : at + 8 + size]))
        assert len(found[-1][1]) == size
        assert content[at + 8 + size : at + 8 + size + size % 2] in (b"", b"\0")
        at += 8 + size + size % 2
    assert at == len(content)
    return found


def of_file(path: Path) -> Chunks:
    """The chunks of a whole file, whose stated length is true."""
    content = path.read_bytes()
    kind, size, form = struct.unpack_from("<4sI4s", content)
    assert (kind, size, form) == (b"RIFF", len(content) - 8, b"WAVE")
    return parsed(content[12:])


def write(path: Path, sound: Any, subtype: Any = "PCM_24", tags: Tags | None = TAGS) -> Path:
    """A file of ``sound``, shape (channels, n)."""
    with WavWriter(path, RATE, len(sound), sound.shape[1], subtype, tags=tags) as out:
        out.write(sound)
    return path


@pytest.fixture
def sound(rng: np.random.Generator) -> np.ndarray:
    """An odd number of samples: with 24 bits in mono the data needs a byte of padding."""
    return rng.uniform(-0.9, 0.9, (1, FRAMES)).astype("f4")


def text(content: bytes) -> str:
    """Up to the zero that ends it."""
    return content.split(b"\0")[0].decode("utf-8")


@pytest.mark.parametrize("subtype", list(SAMPLE_BYTES))
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_are_read_as_if_nothing_followed(
    subtype: Any, channels: int, sound: np.ndarray, tmp_path: Path
) -> None:
    """By libsndfile and FFmpeg, to the last bit; ours reads its own."""
    stereo = np.concatenate([sound] * channels)
    plain = write(tmp_path / "plain" / "a.wav", stereo, subtype, None)
    tagged = write(tmp_path / "tagged" / "a.wav", stereo, subtype)

    want, _ = soundfile.read(plain, dtype="float32")
    got, rate = soundfile.read(tagged, dtype="float32")
    np.testing.assert_array_equal(got, want)
    assert rate == RATE
    info = soundfile.info(tagged)
    assert "(should be" not in info.extra_info
    with av.open(str(tagged)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    assert sum(frame.size for frame in frames) == FRAMES * channels
    if subtype == "FLOAT":
        with Wav(tagged) as wav:
            np.testing.assert_array_equal(wav.read(0, FRAMES + 5), stereo)


def test_others_read_the_names(sound: np.ndarray, tmp_path: Path) -> None:
    """libsndfile and FFmpeg."""
    path = write(tmp_path / "a.wav", sound)

    with soundfile.SoundFile(path) as file:
        assert file.title == "Sören's Lied: 曲 - Vocals"
        assert file.album == "Sören's Lied: 曲"
        assert file.software.startswith("Stemwright")
    with av.open(str(path)) as container:
        said = dict(container.metadata)
    assert said["title"] == "Sören's Lied: 曲 - Vocals"
    assert said["time_reference"] == "0"
    assert said["encoder"] == "Stemwright"
    assert said["encoded_by"] == "Stemwright"
    assert said["comment"] == "Soren's Lied: ? - Vocals"
    assert said["coding_history"].strip() == "A=PCM,F=44100,W=24,M=mono,T=Stemwright"


def test_bext_has_the_layout_of_ebu_tech_3285(sound: np.ndarray, tmp_path: Path) -> None:
    """Time 0, version 1, no date, no loudness; the coding history ends its line."""
    content = dict(of_file(write(tmp_path / "a.wav", sound)))[b"bext"]

    fields = struct.unpack_from("<256s32s32s10s8sIIH64s190s", content)
    assert [field.rstrip(b"\0") for field in fields[:5]] == [
        b"Soren's Lied: ? - Vocals",
        b"Stemwright",
        b"",
        b"",
        b"",
    ]
    assert fields[5:8] == (0, 0, 1)
    assert not any(fields[8] + fields[9])
    assert content[602:].endswith(b"\r\n")


def test_ixml_is_xml_that_says_the_same(tmp_path: Path) -> None:
    """A track for each channel, and the same place in time."""
    tags = Tags('<"Tom & Jerry">\x00', "Bass")

    root = ET.fromstring(dict(parsed(tag_chunks(tags, "PCM_16", 48000, 2)))[b"iXML"])

    assert root.findtext("PROJECT") == '<"Tom & Jerry">_'
    assert [t.findtext("CHANNEL_INDEX") for t in root.findall("TRACK_LIST/TRACK")] == ["1", "2"]
    assert {t.findtext("NAME") for t in root.findall("TRACK_LIST/TRACK")} == {"Bass"}
    assert root.findtext("TRACK_LIST/TRACK_COUNT") == "2"
    assert root.findtext("SPEED/TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO") == "0"
    assert root.findtext("SPEED/FILE_SAMPLE_RATE") == "48000"
    assert root.findtext("SPEED/AUDIO_BIT_DEPTH") == "16"


def test_markers_are_cue_points_with_labels(sound: np.ndarray, tmp_path: Path) -> None:
    """Each at its sample; libsndfile counts them too."""
    path = write(tmp_path / "a.wav", sound)

    found = of_file(path)
    cue = dict(found)[b"cue "]
    assert struct.unpack_from("<I", cue) == (2,)
    points = [struct.unpack_from("<II4sIII", cue, 4 + 24 * i) for i in range(2)]
    assert points == [(1, 0, b"data", 0, 0, 0), (2, FRAMES, b"data", 0, 0, FRAMES)]
    (labels,) = [parsed(c[4:]) for name, c in found if name == b"LIST" and c[:4] == b"adtl"]
    assert [(name, struct.unpack_from("<I", c)[0], text(c[4:])) for name, c in labels] == [
        (b"labl", 1, "Start"),
        (b"labl", 2, "Ende ö"),
    ]
    assert "Count : 2" in soundfile.info(path).extra_info.replace("  ", " ")


def test_a_place_that_no_chunk_can_hold_is_left_out() -> None:
    """Past 27 hours at 44.1 kHz; without any there is no chunk at all."""
    late = Tags("a", "b", (Cue(2**32, "late"),))

    assert b"cue " not in dict(parsed(tag_chunks(late, "FLOAT", RATE, 2)))


def test_a_tempo_is_said_only_when_it_is_asked_for(sound: np.ndarray, tmp_path: Path) -> None:
    """libsndfile reads the beats, the signature and the tempo."""
    silent = write(tmp_path / "a.wav", sound)
    said = write(tmp_path / "b.wav", sound, tags=Tags("a", "b", bpm=117.3, beats_per_bar=3))

    assert b"acid" not in dict(of_file(silent))
    assert b"117" not in silent.read_bytes().partition(b"bext")[2]
    flags, _, _, _, beats, lower, upper, tempo = struct.unpack(
        "<IHHfIHHf", dict(of_file(said))[b"acid"]
    )
    assert (flags & 1, beats, upper, lower) == (0, 0, 3, 4)
    assert tempo == pytest.approx(117.3)
    assert "Tempo" in soundfile.info(said).extra_info


def test_two_writes_give_the_same_bytes(sound: np.ndarray, tmp_path: Path) -> None:
    """And a copy of a file of ours says what it is told to."""
    one, two = write(tmp_path / "1" / "a.wav", sound), write(tmp_path / "2" / "a.wav", sound)
    source = write(tmp_path / "source.wav", sound, "FLOAT", None)
    copy_audio(source, tmp_path / "3" / "a.wav", "PCM_24", 1.0, Job(), tags=TAGS)

    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes() == (tmp_path / "3" / "a.wav").read_bytes()


@pytest.mark.parametrize("frames", [1, 2, FRAMES])
def test_a_length_known_only_at_the_end_is_stated_with_the_tail(
    frames: int, sound: np.ndarray, tmp_path: Path
) -> None:
    """The header is written again."""
    with WavWriter(tmp_path / "a.wav", RATE, 1, None, "PCM_24", tags=TAGS) as out:
        out.write(sound[:, :frames])

    assert {name for name, _ in of_file(tmp_path / "a.wav")} >= {b"JUNK", b"data", b"bext"}
    assert soundfile.info(tmp_path / "a.wav").frames == frames


def test_above_4_gib_the_tail_follows_too(tmp_path: Path) -> None:
    """libsndfile finds the title behind the data of a sparse RF64; the tail counts as well."""
    frames = 4_800_000_000 // 8
    tail = tag_chunks(TAGS, "FLOAT", RATE, 2, frames)
    header = wav_header("FLOAT", RATE, 2, frames, tail_bytes=len(tail))
    with (tmp_path / "a.wav").open("wb") as file:
        file.write(header)
        file.truncate(len(header) + frames * 8)
        file.seek(0, 2)
        file.write(tail)
    tightest = (0xFFFFFFFF - len(wav_header("FLOAT", RATE, 2, 0)) + 8) // 8

    assert struct.unpack_from("<Q", header, 20)[0] == (tmp_path / "a.wav").stat().st_size - 8
    with soundfile.SoundFile(tmp_path / "a.wav") as sound:
        assert (sound.format, sound.frames) == ("RF64", frames)
        assert sound.title.endswith("Vocals")
    assert wav_header("FLOAT", RATE, 2, tightest)[:4] == b"RIFF"
    assert wav_header("FLOAT", RATE, 2, tightest, tail_bytes=len(tail))[:4] == b"RF64"


@given(st.text(), st.text(), st.integers(1, 8), st.sampled_from(sorted(SAMPLE_BYTES)))
def test_any_text_makes_whole_chunks(song: str, name: str, channels: int, subtype: str) -> None:
    """XML stays XML, fields keep their length."""
    tags = Tags(song, name, (Cue(3, name),), 120.0)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = parsed(tag_chunks(tags, subtype, RATE, channels, FRAMES))

    assert [n for n, _ in found] == [b"bext", b"iXML", b"cue ", b"LIST", b"LIST", b"acid"]
    root = ET.fromstring(dict(found)[b"iXML"])
    assert len(root.findall("TRACK_LIST/TRACK")) == channels
    assert dict(found)[b"bext"][602:].startswith(b"A=PCM")
