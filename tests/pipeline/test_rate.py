"""The curve over the threshold, and a take beside its stem."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.errors import MissingFileError, OptionError
from studio.job import Cancelled, Job
from studio.music.notes import Note
from studio.music.take import Edit, TakeOptions
from studio.pipeline.rate import GRID
from studio.project.project import open_project
from studio.scoring.suggest import GRID as TENTHS

Run = Callable[..., Any]


def listened() -> tuple[Job, list[dict[str, Any]]]:
    """A job, and what it was told."""
    found: list[dict[str, Any]] = []
    return Job(finds=lambda name, facts: found.append({"name": name, **facts})), found


def test_the_curve_is_told_as_it_grows_and_kept(song: Path, run: Run) -> None:
    """36 thresholds, far ones first; the second time everything is there at once."""
    job, found = listened()
    rated = run("rate", job, folder=str(song), stem="bass", rows=[0.55, 0.6])

    assert tuple(n / 100 for n in range(20, 92, 2)) == GRID
    assert [row["threshold"] for row in rated["rows"]] == sorted({*GRID, 0.55})
    assert [fact["name"] for fact in found] == ["score"] * 37
    assert [fact["known"] for fact in found] == list(range(1, 38))
    assert found[0]["of"] == 37
    assert [fact["threshold"] for fact in found[:5]] == [0.55, 0.6, 0.2, 0.36, 0.52]
    full = {row["threshold"]: len(row["scores"]) for row in rated["rows"]}
    assert full[0.55] == full[0.6] == 7
    assert full[0.2] == 1

    job, found = listened()
    assert run("rate", job, folder=str(song), stem="bass", rows=[0.55]) == rated
    assert not found


def test_the_suggestion_lies_in_the_flat_range(song: Path, run: Run) -> None:
    """Within 5 % of the best, one of the tenths, as ``process`` suggests it."""
    rated = run("rate", folder=str(song), stem="bass")
    agreement = {row["threshold"]: row["scores"]["agreement"] for row in rated["rows"]}
    low, high = rated["flat"]
    best = max(agreement.values())
    assert low <= rated["suggested"] <= high
    assert rated["suggested"] in TENTHS
    assert agreement[rated["suggested"]] >= 0.94 * best
    assert all(v >= 0.94 * best for t, v in agreement.items() if low <= t <= high)


def test_options_and_edits_count(song: Path, run: Run) -> None:
    """A wrong note lowers the agreement; a take without notes has none, and no suggestion."""
    wrong = Note(0.25, 61, 3.5)
    plain = run("rate", folder=str(song), stem="bass", thresholds=[0.5])
    edits = [Edit("add", wrong.id, wrong)]
    edited = run("rate", folder=str(song), stem="bass", thresholds=[0.5], edits=edits)
    none = run(
        "rate",
        folder=str(song),
        stem="bass",
        thresholds=[0.5],
        options=TakeOptions(lowest_pitch=120),
    )
    assert edited["rows"][0]["notes"] == plain["rows"][0]["notes"] + 1
    assert edited["rows"][0]["scores"]["agreement"] < plain["rows"][0]["scores"]["agreement"] - 1
    assert (none["rows"][0]["notes"], none["suggested"], none["flat"]) == (0, None, None)


def test_a_stopped_run_keeps_what_it_measured(song: Path, run: Run) -> None:
    """The next goes on from there."""
    job = Job(finds=lambda name, facts: job.cancel())
    with pytest.raises(Cancelled):
        run("rate", job, folder=str(song), stem="bass")
    job, found = listened()
    rated = run("rate", job, folder=str(song), stem="bass")
    assert len(rated["rows"]) == 36
    assert len(found) == 35


def test_few_files_are_left_however_much_was_edited(song: Path, run: Run) -> None:
    """Those of other stems stay."""
    run("rate", folder=str(song), stem="vocals", thresholds=[0.5])
    for number in range(15):
        options = TakeOptions(shortest=number / 100)
        run("rate", folder=str(song), stem="bass", thresholds=[0.5], options=options)
    with open_project(song) as project:
        assert len(list(project.root.glob("rate-bass-*.json"))) <= 13
        assert len(list(project.root.glob("rate-vocals-*.json"))) == 1


def test_a_take_stands_beside_its_stem(song: Path, run: Run) -> None:
    """Outlines of one width, a normalised correlation, highest at about no lag, and bars."""
    fit = run("fit", folder=str(song), stem="bass")
    assert (fit["start"], fit["end"]) == (0, 4)
    for side in (*fit["stem"], *fit["take"]):
        assert len(side) == 600
    assert all(low <= high for low, high in zip(*fit["stem"], strict=True))
    assert len(fit["match"]) == 600
    assert (fit["match_low_s"], fit["match_high_s"]) == (-0.5, 0.5)
    assert fit["peak"] == pytest.approx(max(fit["match"]), rel=1e-4)
    assert 0.1 < fit["peak"] <= 1
    assert abs(fit["lag_s"]) < 0.05
    assert [stretch[:2] for stretch in fit["stretches"]] == [[0, 4]]
    assert 20 < fit["stretches"][0][2] <= 100


def test_bars_follow_the_tempo_and_silence_says_nothing(song: Path, run: Run) -> None:
    """Four bars at 240 BPM are four seconds; at 400 there are two stretches, from bar 1 on."""
    run("process", song=str(song), out="", tempo=400.0)
    for downbeat, line in ((0.3, 2.7), (3.0, 2.4)):
        run("tempo", folder=str(song), downbeat=downbeat)
        fit = run("fit", folder=str(song), stem="bass")
        assert [edge for *ends, _ in fit["stretches"] for edge in ends] == pytest.approx(
            [0, line, line, 4]
        )
    options = TakeOptions(lowest_pitch=120)
    bare = run("fit", folder=str(song), stem="bass", options=options, start=1.0, end=3.0)
    assert bare["stretches"] == [[1, 2.4, 0], [2.4, 3, 0]]
    assert bare["peak"] == 0
    assert len(bare["stem"][0]) == 600


def test_an_empty_span_is_refused(song: Path, run: Run) -> None:
    """With a sentence, as is a stem without notes."""
    with pytest.raises(OptionError, match="span"):
        run("fit", folder=str(song), stem="bass", start=3.0, end=2.0)
    with open_project(song) as project:
        project.forget("take/bass")
    with pytest.raises(MissingFileError, match="not found yet"):
        run("fit", folder=str(song), stem="bass")
