"""What is opened by hand in a DAW is right before it gets there."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pretty_midi
import pytest
import soundfile

from studio.export.contract import ExportOptions
from studio.export.write import ManifestFacts, export_song
from studio.job import Job


def load() -> ModuleType:
    """The script, which is no package."""
    path = Path(__file__).with_name("handcheck.py")
    spec = importlib.util.spec_from_file_location("handcheck", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["handcheck"] = module
    spec.loader.exec_module(module)
    return module


handcheck = load()


@pytest.mark.parametrize("case", handcheck.CASES, ids=lambda case: case.name)
def test_every_click_has_its_note(case, facts: ManifestFacts, tmp_path: Path) -> None:
    """In the files as they are written, to half a tick and half a sample; bars on bar lines."""
    bundle = handcheck.make(case, tmp_path, 20.0)

    manifest = export_song(
        bundle,
        tmp_path / "out",
        ["stems", "midi"],
        options=ExportOptions("pcm16", lead_in=case.lead_in, guide_note=True),
        facts=facts,
        scores=None,
        force=False,
        job=Job(),
    )

    files = {(row.role, row.stem): tmp_path / "out" / row.path for row in manifest.files}
    samples, rate = soundfile.read(files["mixture", None])
    loud = np.flatnonzero(np.abs(samples) > 0.3)
    clicks = loud[np.append(True, np.diff(loud) > 0.1 * rate)] / rate
    drums = pretty_midi.PrettyMIDI(str(files["part", "drums"]))
    hits = [note.start for part in drums.instruments if part.is_drum for note in part.notes]
    np.testing.assert_allclose(np.sort(hits), clicks, atol=0.5e-3)
    bars = drums.time_to_tick(clicks[0]), drums.time_to_tick(clicks[4])
    assert [bar % (4 * 960) for bar in bars] == [0, 0]
