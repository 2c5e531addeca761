"""Sample 0 of a song is where its sound begins, whatever the file: or the user hears why not."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from studio.audio.decode import decode
from studio.audio.delay import delay_note, is_stated, itunes_gapless, kind_of
from studio.audio.wav import Wav
from studio.job import Job

FILES = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("alignment.py"))))
GOLDEN = Path(__file__).parents[1] / "golden" / "he_aac"


@pytest.mark.parametrize("name", FILES.BY_NAME)
def test_a_file_comes_out_where_it_was_and_as_long(name: str, tmp_path: Path) -> None:
    """Within a sample where the file states its delay; else by what is said, and it is said."""
    case = FILES.BY_NAME[name]

    found = FILES.compare(case, tmp_path, FILES.song(case.rate, case.channels, 2.1))

    assert found.late == pytest.approx(case.late, abs=1)
    if case.longer is None:
        assert -2048 < found.longer < 3000
    else:
        assert found.longer == case.longer
    assert case.note in " ".join(found.notes)
    assert bool(found.notes) == bool(case.note)


def test_nothing_is_silently_late() -> None:
    """Of every kind of file whose sound comes out late, a note is expected above."""
    assert all(case.note for case in FILES.CASES if case.late)


@pytest.mark.parametrize("name", ["edit_list", "itunes"])
def test_he_aac_stands_where_apples_decoder_would_put_it(name: str, tmp_path: Path) -> None:
    """The delay of spectral band replication, which no file states, is taken out; that is said.

    Where the encoder stopped before that delay, so much of the end is not in the file.
    """
    want, rate = soundfile.read(GOLDEN / "song.flac", dtype="f4")

    said = decode(GOLDEN / f"{name}.m4a", tmp_path / "got.wav", Job())

    with Wav(tmp_path / "got.wav") as got:
        assert got.sample_rate == rate
        assert -961 <= got.frames - len(want) <= 1
        assert abs(FILES.offset(want, got.read(0, got.frames)[0])) < 1
    assert "HE-AAC" in said.notes[0]
    assert len(said.notes) == 1


def test_a_chained_ogg_begins_right_and_the_rest_is_said(tmp_path: Path) -> None:
    """libav leaves the padding of the first recording in; the second one comes that much late."""
    sound = FILES.song(44_100, 1, 2.0)
    FILES.VORBIS(tmp_path / "a.ogg", sound, 44_100)
    once = (tmp_path / "a.ogg").read_bytes()
    (tmp_path / "b.ogg").write_bytes(once + once)

    said = decode(tmp_path / "b.ogg", tmp_path / "got.wav", Job())

    with Wav(tmp_path / "got.wav") as got:
        first = got.read(0, sound.shape[1])[0]
    assert abs(FILES.offset(sound[0], first)) < 1
    assert 0 <= said.frames - 2 * sound.shape[1] < 2048
    assert len(said.notes) == 1
    assert "2 recordings in a row" in said.notes[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" 00000000 00000840 000001CA 00000000003F31F6 00000000", (2112, 4_141_558)),
        (" 00000000 00000840 000001ca 00000000003f31f6", (2112, 4_141_558)),
        (" 00000000 00000000 000001CA 00000000003F31F6", None),
        (" 00000000 00000840 000001CA 0000000000000000", None),
        (" 00000000 0000FFFF 000001CA 00000000003F31F6", None),
        ("something else", None),
        ("", None),
    ],
)
def test_what_itunes_says_is_believed_where_it_can_be(
    text: str, wanted: tuple[int, int] | None
) -> None:
    """Priming and length in hexadecimal; nonsense counts as nothing."""
    assert itunes_gapless({"iTunSMPB": text}, 4_141_558) == wanted
    assert itunes_gapless({"iTunSMPB": text}, 4_141_558 + 2112 + 458) == wanted


@pytest.mark.parametrize("length", [None, 0, 4_141_558 // 2, 4_141_558 + 30_000])
def test_what_itunes_said_of_a_longer_file_is_not_believed(length: int | None) -> None:
    """Programs cut files and keep what was said about them."""
    text = " 00000000 00000840 000001CA 00000000003F31F6"
    assert itunes_gapless({"iTunSMPB": text}, length) is None


def test_codecs_without_a_delay_need_no_word() -> None:
    """Lossless ones, and Vorbis, whose first packet makes no sound."""
    assert [delay_note(kind, 0, 44_100) for kind in ("flac", "alac", "vorbis", "pcm_s16le")] == (
        [None] * 4
    )


def test_a_part_of_the_delay_is_not_the_delay() -> None:
    """Of MP3 the decoder's 529 samples are left out where a tag states 0 for the encoder."""
    assert is_stated("mp3", 1105)
    assert not is_stated("mp3", 529)
    assert not is_stated("mp3", 0)
    assert not is_stated("wmav2", 4096)
    assert kind_of("aac", "HE-AACv2") == "he-aac"
    assert kind_of("aac", "LC") == kind_of("aac", None) == "aac"


def test_the_ruler_measures_parts_of_a_sample() -> None:
    """A sound moved by a known part of a sample is found there."""
    sound = FILES.song(8_000, 1, 2.0)[0].astype(float)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(len(sound)) * 3.25)
    moved = np.fft.irfft(np.fft.rfft(sound) * turn, len(sound))

    assert FILES.offset(sound, moved) == pytest.approx(3.25, abs=0.1)
