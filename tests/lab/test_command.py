"""`stemwright lab` as typed: what it prints, and what it says where something is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import torch

from studio.cli.main import main
from studio.job import Job
from studio.lab.command import smoke
from studio.lab.sources import HELD_OUT_SONGS
from studio.lab.toy import toy_corpus
from studio.lab.train import Recipe, begin, keep, smaller


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another on a busy machine cost more than such nets gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_short_smoke_run_lowers_the_loss() -> None:
    """Half of what `lab train --smoke` does; it says by how much."""
    said = smoke(30, Job())

    assert said.startswith("The loss fell from")
    assert "in 30 steps" in said


def test_a_run_is_exported_with_its_facts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parameters, bytes, hash and recipe, as JSON: what a card needs."""
    recipe = smaller(Recipe(steps=1))
    songs = toy_corpus(tmp_path / "toy", songs=1, seconds=1.5)
    keep(begin(recipe, songs, torch.device("cpu")), recipe, tmp_path / "state.pt")

    assert main(["lab", "export", str(tmp_path), str(tmp_path / "w.safetensors")]) == 0

    facts = json.loads(capsys.readouterr().out)
    assert facts["bytes"] == (tmp_path / "w.safetensors").stat().st_size
    assert facts["recipe"]["shape"]["width"] == recipe.shape.width


def test_separators_are_measured_on_any_folder_of_stems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows for the engine, for the mixture and for the ideal mask; here of a second of sound."""
    rng = np.random.default_rng(440)
    for stem in ("drums", "bass"):
        sf.write(tmp_path / f"{stem}.flac", 0.1 * rng.standard_normal((44_100, 2)), 44_100)

    command = ["lab", "evaluate", "stems", "--songs", str(tmp_path), "--engines", "classical"]
    assert main([*command, "--json"]) == 0

    rows = {row["system"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {"classical", "mixture", "ideal"}
    assert rows["mixture"]["nsdr"][1] == pytest.approx(0.0, abs=0.2)
    assert rows["ideal"]["nsdr"][1] > rows["mixture"]["nsdr"][1]
    assert rows["classical"]["nsdr"][0] is None


@pytest.mark.parametrize("action", [["corpus", "x"], ["evaluate", "stems"]])
def test_material_must_be_named(
    action: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the environment variable that the sentence names."""
    monkeypatch.delenv("STEMWRIGHT_DATA", raising=False)

    assert main(["lab", *action]) == 1

    assert "STEMWRIGHT_DATA" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["export", "RUN", "w.safetensors"], "no run has kept its state there"),
        (["evaluate", "stems", "--songs", "RUN"], "it holds no vocals, drums, bass, other"),
        (["train", "RUN", "--corpus", "RUN", "--device", "foo:1"], "foo:1"),
    ],
)
def test_what_is_not_there_is_said(
    asked: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a sentence, whatever is missing: a run, stems, a device."""
    assert main(["lab", *(str(tmp_path) if word == "RUN" else word for word in asked)]) != 0
    said = capsys.readouterr().err
    assert words in said
    assert "defect" not in said


def test_training_needs_a_run_and_a_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    """And says which is left out."""
    assert main(["lab", "train", "run"]) == 1

    assert "corpus" in capsys.readouterr().err


@pytest.mark.data
@pytest.mark.slow
def test_what_ships_reaches_what_is_documented(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mean nSDR on the album's held-out songs, through the stream; a tenth of a dB is left."""
    folders = [str(data / "songs" / name) for name in HELD_OUT_SONGS]
    command = ["lab", "evaluate", "stems", "--engines", "stems", "--json", "--songs", *folders]

    assert main(command) == 0

    rows = json.loads(capsys.readouterr().out)
    found = [x for row in rows if row["system"] == "stems" for x in row["nsdr"] if x is not None]
    assert np.mean(found) > DOCUMENTED_ALBUM - 0.1


DOCUMENTED_ALBUM = 1.9
