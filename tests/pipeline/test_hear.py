"""One stem heard again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from studio.errors import MissingFileError, OptionError, SilentStemError, UnknownChoiceError
from studio.files import sha256
from studio.job import Cancelled, Job
from studio.project.project import open_project
from studio.scoring.suggest import GRID

Run = Callable[..., Any]


def slots(song: Path) -> dict[str, str]:
    """What is in use."""
    with open_project(song) as project:
        return dict(project.document.stages)


def test_a_stem_is_heard_as_another_kind(song: Path, run: Run) -> None:
    """Its take is another one from then on, those of the other stems stay."""
    before = slots(song)
    view = run("hear", folder=str(song), stem="bass", kind="piano")

    assert (view["stem"], view["kind"], view["engine"]) == ("bass", "piano", "spectral")
    assert view["why"].endswith("heard as piano because you said so.")
    with np.load(view["candidates"]) as columns:
        assert sorted(columns) == ["offset", "onset", "pitch", "strength", "velocity"]
        assert len(columns["onset"]) > 0
    after = slots(song)
    assert after["take/bass"] != before["take/bass"]
    assert "scores/bass" not in after
    del before["take/bass"], before["scores/bass"], after["take/bass"]
    assert after == before


def test_what_was_heard_is_found_again(song: Path, run: Run) -> None:
    """With the scores it has."""
    before = slots(song)
    view = run("hear", folder=str(song), stem="bass")
    assert slots(song) == before
    assert (
        view["why"] == "Spectral (no weights) is the usual engine for bass: "
        "it holds on to the bass under what leaked into it, and it needs no added weights."
    )
    assert [row["threshold"] for row in view["rows"]] == [0.55, 0.7, 0.9]
    assert view["suggested"] in GRID


def test_process_and_export_keep_the_kind_that_was_chosen(song: Path, run: Run) -> None:
    """Until another is chosen."""
    chosen = run("hear", folder=str(song), stem="bass", kind="piano")
    run("process", song=str(song), out="")
    assert slots(song)["take/bass"] in chosen["candidates"]
    run("export", folder=str(song))
    assert slots(song)["take/bass"] in chosen["candidates"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"stem": "flute"}, UnknownChoiceError),
        ({"stem": "bass", "kind": "flute"}, OptionError),
        ({"stem": "bass", "engine": "nobody"}, UnknownChoiceError),
        ({"stem": "bass", "engine": "drums"}, OptionError),
    ],
)
def test_what_is_not_there_is_said(
    song: Path, run: Run, options: dict[str, str], error: type[Exception]
) -> None:
    """And nothing has changed."""
    before = slots(song)
    with pytest.raises(error):
        run("hear", folder=str(song), **options)
    assert slots(song) == before


def test_a_silent_stem_is_said(song: Path, run: Run) -> None:
    """It has no notes, and nothing is in use for it."""
    with open_project(song) as project:
        result = project.result("stems")
        assert result is not None
        other = result.folder / "other.wav"
        samples, rate = sf.read(other, always_2d=True)
        sf.write(other, 0 * samples, rate, subtype="FLOAT")
        record = result.folder / "stage.json"
        facts = json.loads(record.read_text())
        for file in facts["files"]:
            file["sha256"] = sha256(result.folder / file["name"])
        record.write_text(json.dumps(facts))
    with pytest.raises(SilentStemError, match="Other is silent"):
        run("hear", folder=str(song), stem="other")


def test_it_can_be_stopped(song: Path, run: Run) -> None:
    """What was heard before stays in use."""
    before = slots(song)
    job = Job(lambda fraction, text: job.cancel())
    with pytest.raises(Cancelled):
        run("hear", job, folder=str(song), stem="bass", kind="guitar")
    assert slots(song) == before


def test_a_folder_that_is_no_song_is_refused(tmp_path: Path, run: Run) -> None:
    """With a sentence."""
    with pytest.raises(MissingFileError):
        run("hear", folder=str(tmp_path), stem="bass")
