"""What exported stems say about themselves, and that they are one set."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.export.contract import ExportOptions
from studio.export.manifest import Manifest
from studio.export.stems import StemsTarget
from studio.job import Job
from studio.music.bundle import SongBundle
from studio.music.tempo import TempoMap, TempoStep

Export = Callable[..., Manifest]


def chunk_of(path: Path, name: bytes) -> bytes | None:
    """The content of a chunk, found by walking the file."""
    content, at = path.read_bytes(), 12
    while at < len(content):
        here, size = struct.unpack_from("<4sI", content, at)
        if here == name:
            return content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return None


@pytest.mark.parametrize("audio_format", ["float32", "pcm24", "pcm16"])
def test_every_wav_says_its_song_its_stem_and_time_0(
    audio_format: str, bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """One rate, one length, one place in time; no tempo."""
    export(bundle, tmp_path / "out", "stems", audio_format=audio_format)

    found = sorted((tmp_path / "out/Stems").iterdir())
    for path, name in zip(found, ["Mixture", "Vocals", "Bass"], strict=True):
        with soundfile.SoundFile(path) as file:
            assert file.title == f"Söng - {name}"
            assert (file.samplerate, file.frames) == (8000, 4000)
        bext = chunk_of(path, b"bext")
        assert bext is not None
        assert struct.unpack_from("<Q", bext, 338) == (0,)
        assert chunk_of(path, b"acid") is None
        assert chunk_of(path, b"iXML") is not None
        cue = chunk_of(path, b"cue ")
        assert cue is not None
        assert [struct.unpack_from("<I", cue, 8 + 24 * i)[0] for i in range(2)] == [0, 4000]


@pytest.mark.parametrize("audio_format", ["flac", "mp3"])
def test_other_formats_say_song_and_stem(
    audio_format: str, bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """As title and album; all of one length, and as quiet as the loudest needs."""
    manifest = export(bundle, tmp_path / "out", "stems", audio_format=audio_format)

    for path, name in zip(
        sorted((tmp_path / "out/Stems").iterdir()), ["Mixture", "Vocals", "Bass"], strict=True
    ):
        with soundfile.SoundFile(path) as file:
            assert (file.title, file.album) == (f"Söng - {name}", "Söng")
            assert (file.samplerate, file.frames) == (8000, 4000)
            assert np.abs(file.read()).max() <= 1.01
    assert manifest.exports["stems"].options == {"format": audio_format, "gain_db": -1.94}
    said = " ".join(manifest.exports["stems"].notes)
    assert ("MP3 of 320 kbit/s" in said) == (audio_format == "mp3")


def test_24_bits_do_not_clip_and_keep_the_sum(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Vocals at 1.25 stay a sine: no two samples at full scale, one gain, kept in the manifest."""
    manifest = export(bundle, tmp_path / "out", "stems", audio_format="pcm24")

    decibels = manifest.exports["stems"].options["gain_db"]
    assert isinstance(decibels, float)
    names = ["01 Vocals", "02 Bass"]
    got = [soundfile.read(tmp_path / f"out/Stems/Söng - {name}.wav")[0] for name in names]
    want = [soundfile.read(file.path)[0] for file in bundle.stems]
    assert np.abs(got[0]).max() < 1.0
    np.testing.assert_allclose(sum(got), sum(want) * 10 ** (decibels / 20), atol=3 / 2**23)


def test_a_tempo_is_said_where_it_is_asked_for(bundle: SongBundle, tmp_path: Path) -> None:
    """And stands in the manifest."""
    done = StemsTarget().write(bundle, tmp_path, ExportOptions(tempo_tag=True), Job())

    for file in done.files:
        acid = chunk_of(tmp_path / file.path, b"acid")
        assert acid is not None
        assert struct.unpack_from("<f", acid, 20)[0] == pytest.approx(117.3)
    assert done.options["tempo_tag"] is True
    assert done.notes == ()


def test_a_song_of_several_tempi_says_none(bundle: SongBundle, tmp_path: Path) -> None:
    """In a file there is room for one; it is said that there is none."""
    several = TempoMap((TempoStep(0, 100), TempoStep(1, 140)))

    done = StemsTarget().write(
        replace(bundle, tempo=several), tmp_path, ExportOptions(tempo_tag=True), Job()
    )

    assert [chunk_of(tmp_path / file.path, b"acid") for file in done.files] == [None] * 3
    assert done.notes == ("The tempo of this song changes, so its files do not say one.",)
