"""The chunks of a WAV as a reader made by others sees them: the package ``wavinfo``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from wavinfo import WavInfoReader

from studio.audio import riff
from studio.audio.chunks import Cue, Tags
from studio.audio.wav import Wav
from studio.audio.write import WavWriter

RATE, FRAMES = 44_100, 5001
TAGS = Tags("Sören's Lied: 曲", "Vocals", (Cue(0, "Start"), Cue(99, "Verse ö"), Cue(FRAMES, "End")))


def write(path: Path, subtype: Any, channels: int = 2, tags: Tags = TAGS) -> np.ndarray:
    """Noise, shape (channels, n)."""
    sound = np.random.default_rng(440).uniform(-0.9, 0.9, (channels, FRAMES)).astype("f4")
    with WavWriter(path, RATE, channels, FRAMES, subtype, tags=tags) as out:
        out.write(sound)
    return sound


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_24", "PCM_16"])
@pytest.mark.parametrize("channels", [1, 2])
def test_another_reader_finds_every_chunk(subtype: Any, channels: int, tmp_path: Path) -> None:
    """Format, ``bext`` at time 0, ``iXML``, ``LIST INFO`` and the markers with their names."""
    write(tmp_path / "a.wav", subtype, channels)

    info = WavInfoReader(str(tmp_path / "a.wav"), info_encoding="utf-8")

    assert info.fmt.sample_rate == RATE
    assert info.fmt.channel_count == channels
    assert info.data.frame_count == FRAMES
    assert info.bext.time_reference == 0
    assert info.bext.originator == "Stemwright"
    assert info.bext.description == "Soren's Lied: ? - Vocals"
    assert info.bext.coding_history.endswith("T=Stemwright\r\n")
    assert info.ixml.project == "Sören's Lied: 曲"
    assert [track.name for track in info.ixml.track_list] == ["Vocals"] * channels
    assert info.info.title == "Sören's Lied: 曲 - Vocals"
    assert info.info.product == "Sören's Lied: 曲"
    places = {cue.name: cue.sample_offset for cue in info.cues.cues}
    assert sorted(places.values()) == [0, 99, FRAMES]
    labels = {label.name: label.text for label in info.cues.labels}
    assert {labels[name]: at for name, at in places.items()} == {
        "Start": 0,
        "Verse ö": 99,
        "End": FRAMES,
    }


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_24", "PCM_16"])
def test_a_file_too_long_for_riff_is_rf64_to_its_last_chunk(
    subtype: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if 4 GiB were 20 kB: the writer's own path, samples and tags and all."""
    monkeypatch.setattr(riff, "_RIFF_MOST", 20_000)

    sound = write(tmp_path / "a.wav", subtype)

    content = (tmp_path / "a.wav").read_bytes()
    assert content[:4] + content[12:16] == b"RF64ds64"
    assert int.from_bytes(content[20:28], "little") == len(content) - 8
    got, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert soundfile.info(tmp_path / "a.wav").format == "RF64"
    assert (got.T.shape, rate) == (sound.shape, RATE)
    np.testing.assert_allclose(got.T, sound, atol=2 / 2**15)
    info = WavInfoReader(str(tmp_path / "a.wav"), info_encoding="utf-8")
    assert info.bext.time_reference == 0
    assert info.info.title == "Sören's Lied: 曲 - Vocals"
    if subtype == "FLOAT":
        with Wav(tmp_path / "a.wav") as wav:
            np.testing.assert_array_equal(wav.read(0, FRAMES), sound)
