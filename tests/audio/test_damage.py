"""Files that are not what they seem: each is refused, or kept, with a sentence that says why."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.libav import _without_padding, open_libav
from studio.audio.mp3 import stated_mp3_frames
from studio.audio.probe import probe
from studio.audio.read import open_audio
from studio.audio.sndfile import open_sndfile
from studio.audio.source import Source
from studio.errors import MissingFileError, UnreadableAudioError

Encode = Callable[..., Path]
Bursts = Callable[..., Any]
Decode = Callable[[Path], Any]
Capture = pytest.CaptureFixture[str]
RATE = 48_000

NOT_SOUND = {
    "nothing": b"",
    "text": b"This is a letter, not a song.\n" * 40,
    "zeros": bytes(9000),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(500),
    "subtitles": b"1\n00:00:01,000 --> 00:00:02,000\nla la\n\n",
    "half a header": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "a WAV without samples": b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x44\xac\0\0\x88\x58\1\0"
    b"\2\0\x10\0data\0\0\0\0",
}


@pytest.mark.parametrize("name", ["song.wav", "song.mp3", "song.m4a", "song.au", "song"])
@pytest.mark.parametrize("kind", NOT_SOUND)
def test_what_holds_no_sound_is_refused(
    kind: str, name: str, tmp_path: Path, decoded: Decode
) -> None:
    """Whatever it is called; and no output is left."""
    path = tmp_path / name
    path.write_bytes(NOT_SOUND[kind])

    with pytest.raises(UnreadableAudioError, match="song"):
        decoded(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["ffconcat version 1.0\nfile real.wav\n", "#EXTM3U\n#EXTINF:1,\nreal.wav\n"]
)
def test_a_playlist_opens_nothing(text: str, tmp_path: Path, bursts: Bursts) -> None:
    """A file from a stranger names no other file or address that would be opened."""
    soundfile.write(tmp_path / "real.wav", bursts(9000).T, RATE)
    (tmp_path / "song.mp3").write_text(text)

    with pytest.raises(UnreadableAudioError):
        probe(tmp_path / "song.mp3")


def test_a_missing_file_is_called_missing(tmp_path: Path) -> None:
    """Not unreadable: the advice differs."""
    with pytest.raises(MissingFileError, match="no such file"):
        probe(tmp_path / "song.wav")
    with pytest.raises(UnreadableAudioError, match="not a file"):
        probe(tmp_path)
    with pytest.raises(UnreadableAudioError, match="too long"):
        probe(tmp_path / ("a" * 300 + ".wav"))


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    """It is a healthy file, only not for us."""
    import av

    with av.open(str(tmp_path / "film.mp4"), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        out.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        out.mux(stream.encode(None))

    with pytest.raises(UnreadableAudioError, match="holds no sound"):
        probe(tmp_path / "film.mp4")


def test_nine_channels_are_too_many(tmp_path: Path) -> None:
    """Said before anything is read."""
    soundfile.write(tmp_path / "song.wav", np.zeros((10, 9)), RATE)

    with pytest.raises(UnreadableAudioError, match="9 channels"):
        probe(tmp_path / "song.wav")


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("WAV", "PCM_16"), ("RF64", "PCM_24"), ("AIFF", "PCM_16"), ("FLAC", "PCM_16")],
)
@pytest.mark.parametrize("kept", [0.4, 0.9])
def test_a_cut_file_that_states_its_length_is_refused(
    kept: float, container: str, subtype: str, tmp_path: Path, bursts: Bursts, decoded: Decode
) -> None:
    """The sentence says how much there was: half a download must not pass for the song."""
    path = tmp_path / "song"
    soundfile.write(path, bursts(10 * RATE).T, RATE, subtype, format=container)
    os.truncate(path, int(path.stat().st_size * kept))

    with pytest.raises(UnreadableAudioError, match=r"of its 10\.0 seconds") as refusal:
        decoded(path)
    words = str(refusal.value).split()
    assert float(words[words.index("after") + 1]) == pytest.approx(10 * kept, abs=0.6)


@pytest.mark.parametrize("stated", [0, 0xFFFFFFFF, 10_000 + 44])
def test_a_wav_whose_length_was_left_open_is_read(
    stated: int, tmp_path: Path, decoded: Decode
) -> None:
    """Recorders that crashed, programs that write to a pipe, and some that count the header in."""
    path = tmp_path / "song.wav"
    soundfile.write(path, np.full((5000, 1), 0.5), RATE, "PCM_16")
    content = bytearray(path.read_bytes())
    assert content[36:40] == b"data"
    content[40:44] = stated.to_bytes(4, "little")
    path.write_bytes(content)

    assert decoded(path)[1].frames == 5000


def test_one_wrong_bit_in_a_flac_is_noticed(
    tmp_path: Path, bursts: Bursts, decoded: Decode
) -> None:
    """Its checksums say so; a click in every stem would not."""
    path = tmp_path / "song.flac"
    soundfile.write(path, bursts(5 * RATE).T, RATE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)

    with pytest.raises(UnreadableAudioError, match="damaged after 2"):
        decoded(path)


def test_a_tag_behind_a_flac_does_no_harm(tmp_path: Path, bursts: Bursts, decoded: Decode) -> None:
    """Old taggers put an ID3v1 tag there."""
    path = tmp_path / "song.flac"
    soundfile.write(path, bursts(RATE).T, RATE)
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(125))

    assert decoded(path)[1].frames == RATE


def test_a_cut_mp3_is_kept_and_said(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """Its header states 10 seconds; what is there is used."""
    path = encode(tmp_path / "song.mp3", bursts(10 * RATE), RATE, "libmp3lame")
    os.truncate(path, path.stat().st_size // 2)

    got, said = decoded(path)

    assert got.shape[1] == pytest.approx(5 * RATE, rel=0.02)
    assert said.notes == ("The file ends early: 5.0 of 10.0 seconds are there.",)


def test_a_cut_mp3_without_a_header_is_kept(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """Nothing says that it is cut."""
    options = {"write_xing": "0"}
    path = encode(tmp_path / "song.mp3", bursts(4 * RATE), RATE, "libmp3lame", options=options)
    os.truncate(path, path.stat().st_size // 2 + 17)

    got, said = decoded(path)

    assert got.shape[1] == pytest.approx(2 * RATE, rel=0.05)
    assert [note for note in said.notes if "early" in note] == []


def test_a_cut_m4a_is_kept_and_said(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """Where its index stands first, so that it can be read at all."""
    options = {"movflags": "faststart"}
    path = encode(tmp_path / "song.m4a", bursts(4 * RATE), RATE, "aac", options=options)
    os.truncate(path, path.stat().st_size // 2)

    got, said = decoded(path)

    assert got.shape[1] == pytest.approx(2 * RATE, rel=0.1)
    assert "ends early" in said.notes[0]


def test_an_m4a_without_its_index_is_refused(
    tmp_path: Path, bursts: Bursts, encode: Encode
) -> None:
    """Nobody can read that."""
    path = encode(tmp_path / "song.m4a", bursts(4 * RATE), RATE, "aac")
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(UnreadableAudioError):
        probe(path)


def test_a_damaged_place_in_an_mp3_is_left_out_and_said(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """As every player does; what follows is still read."""
    path = encode(tmp_path / "song.mp3", bursts(4 * RATE), RATE, "libmp3lame")
    content = bytearray(path.read_bytes())
    content[40_000:43_000] = bytes(3000)
    path.write_bytes(content)

    got, said = decoded(path)

    assert got.shape[1] == pytest.approx(4 * RATE, rel=0.05)
    assert said.notes == ("Damaged places in the file were left out: 1.",)


@pytest.mark.parametrize("tail", [b"TAG" + bytes(125), b"APETAGEX" + bytes(200), bytes(9000)])
def test_what_stands_behind_an_mp3_is_no_damage(
    tail: bytes, tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """Tags and padding."""
    path = encode(tmp_path / "song.mp3", bursts(4 * RATE), RATE, "libmp3lame")
    path.write_bytes(path.read_bytes() + tail)

    got, said = decoded(path)

    # libav does not trust the header of a file that is longer than it says, and keeps the padding.
    assert 0 <= got.shape[1] - 4 * RATE < 1152
    assert said.notes == ()


@pytest.mark.parametrize("picture_bytes", [0, 50, 300_000])
def test_an_mp3_with_a_cover_picture_keeps_its_place(
    picture_bytes: int, tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """The header that states the delay stands behind the ID3 tag, however long that is."""
    path = encode(tmp_path / "song.mp3", bursts(RATE), RATE, "libmp3lame")
    size = bytes((picture_bytes >> shift) & 127 for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\4\0\0" + size + bytes(picture_bytes) + path.read_bytes())

    got, said = decoded(path)

    assert (probe(path).frames, got.shape[1], said.notes) == (RATE, RATE, ())


def test_an_mp3_whose_header_is_silent_about_the_delay_keeps_it(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode, lag: Any
) -> None:
    """Encoders other than LAME and libav count their frames there and no more."""
    sound = bursts(2 * RATE)
    path = encode(tmp_path / "song.mp3", sound, RATE, "libmp3lame")
    content = bytearray(path.read_bytes())
    at = content.index(b"Info") + 120
    assert content[at : at + 4] == b"Lavf"
    content[at : at + 36] = bytes(36)
    path.write_bytes(content)

    got, said = decoded(path)

    assert lag(sound, got) == 1105
    assert "1105 samples" in said.notes[0]


@pytest.mark.parametrize(
    ("header", "frames"),
    [
        (b"Xing" + bytes([0, 0, 0, 1, 0, 0, 1, 2]), 258),
        (b"Info" + bytes([0, 0, 0, 15, 0, 0, 1, 2]), 258),
        (b"Info" + bytes([0, 0, 0, 14, 0, 0, 1, 2]), None),
        (b"VBRI" + bytes(10) + bytes([0, 0, 1, 2]), 258),
        (b"", None),
    ],
)
@pytest.mark.parametrize("before", [b"", b"ID3\4\0\0\0\0\1\0" + bytes(128)])
def test_the_headers_of_mp3_state_their_frames(
    header: bytes, frames: int | None, before: bytes, tmp_path: Path
) -> None:
    """Behind the side information of the first frame, behind any ID3 tag."""
    (tmp_path / "song.mp3").write_bytes(before + b"\xff\xfb\x90\0" + bytes(32) + header)

    with Source(tmp_path / "song.mp3") as source:
        assert stated_mp3_frames(source) == frames
        assert source.tell() == 0


@given(
    sizes=st.lists(st.integers(0, 3000), max_size=8),
    promise=st.integers(0, 20_000),
    end=st.none() | st.integers(0, 20_000),
)
def test_only_what_can_be_padding_is_cut(sizes: list[int], promise: int, end: int | None) -> None:
    """A stated length far from what is there is wrong; nothing is lost then.

    What is learnt of the end counts where it is near the promise.
    """
    total = sum(sizes)
    sound = np.arange(total, dtype=np.float32)[None]
    pieces = [sound[:, a - n : a] for a, n in zip(np.cumsum(sizes), sizes, strict=True)]

    got = np.concatenate([sound[:, :0], *_without_padding(pieces, promise, lambda: end)], axis=1)

    near = end is not None and abs(end - promise) <= 4096
    want = end if near else promise
    if abs(total - promise) > 4096:
        assert np.array_equal(got, sound)
    else:
        assert np.array_equal(got, sound[:, :want])


def test_tags_in_an_unknown_script_are_no_hindrance(
    tmp_path: Path, bursts: Bursts, encode: Encode, decoded: Decode
) -> None:
    """Latin-1 bytes where UTF-8 is due."""
    path = encode(tmp_path / "song.mp3", bursts(RATE), RATE, "libmp3lame")
    title = b"TIT2" + (5).to_bytes(4, "big") + b"\0\0" + b"\3caf\xe9"
    path.write_bytes(b"ID3\4\0\0\0\0\0" + bytes([len(title)]) + title + path.read_bytes())

    assert decoded(path)[1].frames == RATE


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg"])
@pytest.mark.parametrize("gone", [True, False])
def test_a_drive_that_fails_while_it_is_read_is_named(
    gone: bool, suffix: str, tmp_path: Path, bursts: Bursts, capfd: Capture
) -> None:
    """Pulled out, the file is missing; broken, the system's words come through the C libraries."""
    path = tmp_path / f"song{suffix}"
    soundfile.write(path, bursts(10 * RATE).T, RATE)
    want = (MissingFileError, "no longer there") if gone else (UnreadableAudioError, "output error")

    with open_audio(path) as reader:
        blocks = reader.blocks(1000)
        next(blocks)
        _fail(reader._source)  # type: ignore[attr-defined]
        if gone:
            path.unlink()
        with pytest.raises(want[0], match=want[1]):
            list(blocks)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("opener", [open_sndfile, open_libav])
def test_a_drive_that_fails_at_once_is_named(
    opener: Callable[[Path, Source], object], tmp_path: Path, bursts: Bursts, capfd: Capture
) -> None:
    """While the header is read."""
    path = tmp_path / "song.wav"
    soundfile.write(path, bursts(RATE).T, RATE)

    with Source(path) as source:
        _fail(source)
        with suppress(OSError):
            opener(path, source)
        with pytest.raises(OSError, match="Input/output error"):
            source.check()
    assert capfd.readouterr() == ("", "")


def test_a_file_cut_while_it_is_read_is_refused(tmp_path: Path, bursts: Bursts) -> None:
    """Somebody writes over the song."""
    path = tmp_path / "song.wav"
    soundfile.write(path, bursts(10 * RATE).T, RATE)

    with open_audio(path) as reader:
        blocks = reader.blocks()
        next(blocks)
        os.truncate(path, 1000)
        with pytest.raises(UnreadableAudioError, match="cut or damaged"):
            list(blocks)


def _fail(source: Source) -> None:
    """From here on, every read of ``source`` fails as on a broken drive."""
    source._file = cast(BinaryIO, _BrokenFile(source._file))


class _BrokenFile:
    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")
