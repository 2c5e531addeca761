"""A small song that is apart: two stems and their sum, louder than full scale."""

from __future__ import annotations

import gzip
import os
import runpy
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import soundfile

from studio.export.contract import ExportOptions, Format
from studio.export.manifest import Engine, Manifest
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.music.bundle import SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap

RATE, FRAMES = 8000, 4000


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """That guards against power cuts, which no test here has."""
    monkeypatch.setattr(os, "fsync", lambda file: None)


def _tone(path: Path, level: float, hertz: float) -> Path:
    time = np.arange(FRAMES) / RATE
    wave = level * np.sin(2 * np.pi * hertz * time)
    soundfile.write(path, np.stack([wave, wave], axis=1).astype("f4"), RATE, subtype="FLOAT")
    return path


@pytest.fixture
def facts() -> ManifestFacts:
    """As if an engine with weights had taken the song apart."""
    engine = Engine("htdemucs", "ab" * 32, "cpu")
    return ManifestFacts(
        engine, {"overlap": 0.25}, ("Mono was made stereo.",), "For research only."
    )


@pytest.fixture
def bundle(tmp_path: Path) -> SongBundle:
    """``Söng``: vocals at 1.25, bass at 0.5 of full scale, a take of each."""
    source = tmp_path / "project"
    source.mkdir()
    mixture = _tone(source / "mixture.wav", 0.9, 220.0)
    vocals = StemFile(stem("vocals"), _tone(source / "vocals.wav", 1.25, 440.0))
    bass = StemFile(stem("bass"), _tone(source / "bass.wav", 0.5, 55.0))
    notes = Notes.of([Note(0.1, 69, 0.2, 90), Note(0.3, 71, 0.4, 70)])
    takes = (
        Take("vocals", "fundamental", "vocals", notes),
        Take("bass", "fundamental", "bass", notes),
    )
    tempo = TempoMap.constant(117.3, "estimated", 0.8)
    return SongBundle("Söng", mixture, RATE, FRAMES, (vocals, bass), takes, tempo)


Export = Callable[..., Manifest]


@pytest.fixture
def export(facts: ManifestFacts) -> Export:
    """``export_song`` with the arguments most tests do not care for."""

    def run(
        song: SongBundle,
        folder: Path,
        *targets: str,
        audio_format: Format = "float32",
        scores: bytes | None = b"{}\n",
        force: bool = False,
        job: Job | None = None,
        live_template: Path | None = None,
    ) -> Manifest:
        return export_song(
            song,
            folder,
            targets or ("stems", "midi"),
            options=ExportOptions(audio_format, live_template=live_template),
            facts=facts,
            scores=scores,
            force=force,
            job=job or Job(),
        )

    return run


@pytest.fixture
def live_set(tmp_path: Path) -> Path:
    """A set such as Ableton Live saves."""
    made = runpy.run_path(str(Path(__file__).parent / "live" / "conftest.py"))["LiveSet"]
    path = tmp_path / "mine.als"
    path.write_bytes(gzip.compress(ET.tostring(made("12.0_12203", "3", False).tree())))
    return path


Tree = dict[str, bytes]


@pytest.fixture
def tree() -> Callable[[Path], Tree]:
    """Everything a user sees in a folder, by path."""

    def read(folder: Path) -> Tree:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and ".stemwright" not in path.parts
        }

    return read
