"""Ten minutes of clicks: every file of an export says the same time, each read on its own."""

from __future__ import annotations

import gzip
import runpy
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from studio.export.contract import ExportOptions, Format
from studio.export.write import ManifestFacts, export_song
from studio.job import Job

HERE = Path(__file__).parent
TRUTH = SimpleNamespace(**runpy.run_path(str(HERE / "clicktruth.py")))
LIVE = runpy.run_path(str(HERE / "live" / "conftest.py"))["LiveSet"]
RATE, SECONDS = 8000, 600
TOLERANCE = 0.5e-3
TARGETS = ("stems", "midi", "dawproject", "reaper", "live")
SUFFIX = {"float32": ".wav", "pcm24": ".wav", "pcm16": ".wav", "flac": ".flac"}


def everything(folder: Path) -> dict[str, np.ndarray]:
    """The seconds of all clicks and notes in all files below ``folder``."""
    found = {
        f"{path.name}": TRUTH.heard_in(path.read_bytes())
        for path in sorted((folder / "Stems").iterdir())
        if path.suffix in SUFFIX.values()
    }
    found |= {path.name: TRUTH.notes_in_midi(path) for path in (folder / "MIDI").glob("*.mid")}
    for suffix, read in {
        ".dawproject": TRUTH.in_dawproject,
        ".rpp": TRUTH.in_reaper,
        ".als": TRUTH.in_live,
    }.items():
        (path,) = folder.glob(f"*{suffix}")
        found |= {f"{suffix} {name}": row for name, row in read(path).items()}
    return found


@pytest.mark.parametrize(
    ("points", "shift", "audio_format", "lead_in"),
    [
        (1, 0.0, "pcm24", False),
        (10, 0.0, "flac", False),
        (700, 0.37, "float32", True),
        pytest.param(1, 0.0, "float32", True, marks=pytest.mark.slow),
        pytest.param(10, 0.37, "pcm16", True, marks=pytest.mark.slow),
        pytest.param(700, 0.0, "pcm16", False, marks=pytest.mark.slow),
    ],
)
def test_every_file_says_the_same_time(
    points: int,
    shift: float,
    audio_format: Format,
    lead_in: bool,
    facts: ManifestFacts,
    tmp_path: Path,
) -> None:
    """Sound, MIDI, DAWproject, Reaper and Live: each click within half a millisecond of the truth.

    And, on the beats, of each other. Off them a note may lie half a tick before its place in one
    file and half a tick behind it in another.
    """
    truth = TRUTH.clicks(points, SECONDS, shift)
    bundle = TRUTH.song_of(truth, tmp_path, RATE, SECONDS)
    template = tmp_path / "mine.als"
    template.write_bytes(gzip.compress(ET.tostring(LIVE("12.0_12203", "3", False).tree())))
    options = ExportOptions(audio_format, lead_in=lead_in, live_template=template)

    manifest = export_song(
        bundle, tmp_path / "out", TARGETS,
        options=options, facts=facts, scores=None, force=False, job=Job(),
    )  # fmt: skip

    times = truth.times + manifest.offset_seconds
    assert (manifest.offset_samples > 0) == lead_in
    found = everything(tmp_path / "out")
    steps = [len(found.pop(f"{suffix} tempo")) for suffix in (".dawproject", ".rpp", ".als")]
    assert steps[:2] == [points] * 2
    assert steps[2] >= points  # Live's stand on sixteenths: two for one that does not
    # Song, stem; two MIDI files; of three projects the song, the stem and the notes.
    assert len(found) == 2 + 2 + 3 * 3
    assert {name: len(row) for name, row in found.items()} == dict.fromkeys(found, len(times))
    table = np.stack([times, *(np.sort(row) for row in found.values())])
    apart = np.abs(table[1:] - times).max(axis=1)
    print(f"{points} points of tempo, {len(times)} clicks, at most ms from the truth:")
    print("\n".join(f"  {1e3 * a:.4f}  {name}" for name, a in zip(found, apart, strict=True)))
    assert apart.max() < TOLERANCE
    assert times[-1] > SECONDS - 3
    on_beats = np.isin(truth.times, truth.on_beats)
    spread = np.ptp(table[:, on_beats], axis=0).max()
    print(f"  {1e3 * spread:.4f}  between any two files, on beats")
    assert spread < TOLERANCE
