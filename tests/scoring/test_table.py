"""The table: takes against a stem on disk, in stretches, and against a reference take."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from studio.errors import BrokenExtensionError, MissingFileError, UnknownChoiceError
from studio.job import Cancelled, Job
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.take import Take
from studio.scoring.contract import MEASURES, Measure
from studio.scoring.measures import MEASURES as LISTED
from studio.scoring.stretches import stretches
from studio.scoring.table import score_take, score_takes
from studio.synth.render import render

WriteStem = Callable[..., Path]
MakeTake = Callable[..., Take]
KEYS = {
    "xcorr_max",
    "xcorr_lag_seconds",
    "xcorr_normalised",
    "onset_match",
    "pitch_match",
    "semitone_flux",
    "agreement",
}


def test_the_table_holds_the_public_keys() -> None:
    """``scores.json`` has exactly these."""
    assert set(LISTED.names()) == KEYS


def test_the_estimate_that_is_the_reference_scores_best(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """A stem that the program rendered itself is met in full by its own notes."""
    notes = degrade.melody(seconds=6.0)
    stem = write_stem(render(notes, "piano", 0, 6))

    scores = score_take(make_take(notes), stem, Job())

    assert set(scores) == KEYS
    assert scores["xcorr_lag_seconds"] == 0.0
    assert scores["xcorr_normalised"] == pytest.approx(1.0)
    for key in ("agreement", "onset_match", "pitch_match"):
        assert scores[key] == pytest.approx(100.0)


def test_channels_and_sample_rate_of_the_stem_do_not_matter(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """A stereo stem at 44.1 kHz, louder on one side, scores as its mono sound at 22.05 kHz."""
    notes = degrade.melody(seconds=6.0)
    take = make_take(notes)
    mono = degrade.plucked(notes, 6.0)
    twice = np.repeat(mono, 2)  # crude: its images lie above what is looked at
    want = score_take(take, write_stem(mono), Job())

    got = score_take(take, write_stem(np.stack([1.5 * twice, 0.5 * twice]), 44100), Job())

    for key in ("agreement", "onset_match", "pitch_match"):
        assert got[key] == pytest.approx(want[key], abs=1.0)
    assert got["xcorr_lag_seconds"] == pytest.approx(want["xcorr_lag_seconds"], abs=1e-4)


def test_stretches_of_a_long_song_score_as_the_whole(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """24 s at once, and in stretches of 5 s: cosines differ where levels do, sums hardly."""
    notes = degrade.melody(seconds=24.0)
    stem = write_stem(degrade.plucked(notes, 24.0))

    (whole,) = score_takes([make_take(notes)], stem, Job())
    (parts,) = score_takes([make_take(notes)], stem, Job(), longest=5.0)

    for key in ("agreement", "onset_match", "pitch_match"):
        assert parts.scores[key] == pytest.approx(whole.scores[key], abs=2.0)
    assert parts.scores["xcorr_max"] == pytest.approx(whole.scores["xcorr_max"], rel=0.05)
    assert parts.scores["xcorr_normalised"] == pytest.approx(
        whole.scores["xcorr_normalised"], abs=0.02
    )
    assert parts.scores["xcorr_lag_seconds"] == pytest.approx(
        whole.scores["xcorr_lag_seconds"], abs=0.001
    )


@pytest.mark.parametrize("sample_rate", [22050, 44100, 48000, 8000])
def test_stretches_are_the_whole_song_one_after_the_other(
    write_stem: WriteStem, rng: np.random.Generator, sample_rate: int
) -> None:
    """None longer than asked for, nearly equal, with no sample lost or twice."""
    stem = write_stem(rng.uniform(-1, 1, round(3.21 * sample_rate)), sample_rate)
    (whole,) = stretches(stem)
    parts = list(stretches(stem, longest=1.0))

    assert len(parts) == 4
    assert [part.first for part in parts] == np.cumsum(
        [0] + [len(part.samples) for part in parts[:-1]]
    ).tolist()
    assert np.array_equal(np.concatenate([part.samples for part in parts]), whole.samples)
    assert whole.stop == pytest.approx(3.21, abs=1e-4)


def test_a_rest_of_minutes_does_not_lower_a_take(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """Stretches in which both are silent say nothing, good or bad."""
    notes = degrade.melody(seconds=5.0)
    sound = render(notes, "piano", 0, 5)
    stem = write_stem(np.concatenate([sound, np.zeros_like(sound), np.zeros_like(sound)]))
    (row,) = score_takes([make_take(notes)], stem, Job(), longest=5.0)
    assert row.scores["agreement"] == pytest.approx(100.0)


def test_a_stretch_that_was_missed_lowers_a_take(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """Silence of the take alone counts as 0: half the song missed halves the agreement."""
    once = degrade.melody(seconds=5.0)
    once = once.where(once.offset < 4.9)
    sound = render(once, "piano", 0, 5)
    stem = write_stem(np.concatenate([sound, sound]))
    (row,) = score_takes([make_take(once)], stem, Job(), longest=5.0)
    assert row.scores["agreement"] == pytest.approx(50.0)


@pytest.mark.parametrize("kind", ["piano", "drums"])
def test_an_empty_take_and_a_silent_stem_score_zero(
    write_stem: WriteStem, make_take: MakeTake, kind: str
) -> None:
    """Everywhere, the lag too; also where both are silent, and where the stem has no length."""
    some = Notes.of([Note(0.2, 40, 0.6), Note(0.7, 45, 0.9)])
    sound, silence = render(some, kind, 0, 1), np.zeros(22050, np.float32)
    for notes, samples in ((NO_NOTES, sound), (some, silence), (NO_NOTES, silence), (some, [])):
        scores = score_take(make_take(notes, kind), write_stem(np.array(samples)), Job())
        assert scores == dict.fromkeys(KEYS, 0.0)


def test_several_thresholds_are_rows_in_their_order(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """Each row is what its take scores alone, and says how many notes play."""
    clean = degrade.melody(seconds=5.0)
    ghosts = degrade.ALL["50 % ghost notes"](clean, np.random.default_rng(1), False)
    strength = np.where(np.isin(ghosts.onset, clean.onset), 0.8, 0.4)
    take = make_take(Notes.columns(ghosts.onset, ghosts.pitch, ghosts.offset, strength=strength))
    stem = write_stem(degrade.plucked(clean, 5.0))

    rows = score_takes([take.at(t) for t in (0.3, 0.7, 0.9)], stem, Job())

    assert [row.take.options.onset_threshold for row in rows] == [0.3, 0.7, 0.9]
    assert [row.notes for row in rows] == [len(ghosts), len(clean), 0]
    assert rows[0].scores == score_take(take.at(0.3), stem, Job())
    assert rows[1].scores["agreement"] > rows[0].scores["agreement"] > rows[2].scores["agreement"]
    assert all(row.against_reference is None for row in rows)


def test_a_reference_take_gives_a_second_column(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """Rendered by the same voice, so the reference's own notes meet it in full."""
    notes = degrade.melody(seconds=5.0)
    stem = write_stem(degrade.plucked(notes, 5.0))
    late = degrade.ALL["all 50 ms late"](notes, np.random.default_rng(1), False)

    rows = score_takes([make_take(notes), make_take(late)], stem, Job(), reference=notes)

    first, second = (row.against_reference for row in rows)
    assert first is not None
    assert second is not None
    assert first["agreement"] == pytest.approx(100.0)
    assert second["xcorr_lag_seconds"] == pytest.approx(0.05, abs=0.001)
    assert (first["f1_50ms"], first["f1_25ms"], first["f1_offsets"]) == (1.0, 1.0, 1.0)
    assert second["f1_25ms"] < 0.1
    assert set(second) == KEYS | {"f1_50ms", "f1_25ms", "f1_offsets"}
    assert set(rows[0].scores) == KEYS
    assert rows[0].scores["agreement"] < 100.0


def test_only_the_scores_asked_for_are_computed(write_stem: WriteStem, make_take: MakeTake) -> None:
    """And a name that is not listed is refused."""
    take, stem = make_take(Notes.of([Note(0.1, 60, 0.5)])), write_stem(np.ones(9999))
    (row,) = score_takes([take], stem, Job(), keys=("agreement",))
    assert set(row.scores) == {"agreement"}
    with pytest.raises(UnknownChoiceError, match="did you mean agreement"):
        score_takes([take], stem, Job(), keys=("agrement",))


def test_a_score_that_is_no_number_is_refused(
    write_stem: WriteStem, make_take: MakeTake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's NaN does not reach a file: the error names the score."""
    broken = Measure("odd", "Odd", "", 0, 1, "Says nothing.", "mean", lambda take, target: math.nan)
    monkeypatch.setattr(MEASURES, "load", lambda name: broken)
    with pytest.raises(BrokenExtensionError, match="not a number"):
        score_takes(
            [make_take(Notes.of([Note(0.1, 60, 0.5)]))],
            write_stem(np.ones(9999)),
            Job(),
            keys=("agreement",),
        )


def test_scoring_reports_and_can_be_stopped(
    degrade: SimpleNamespace, write_stem: WriteStem, make_take: MakeTake
) -> None:
    """Progress rises to 1; after a cancel nothing more is done."""
    notes = degrade.melody(seconds=4.0)
    stem, take = write_stem(degrade.plucked(notes, 4.0)), make_take(notes)
    seen: list[float] = []
    score_takes([take, take], stem, Job(lambda f, text: seen.append(f)), longest=1.0)
    assert seen == sorted(seen)
    assert len(set(seen)) == 9  # 4 stretches of 2 takes, and the end
    assert seen[-1] == 1.0

    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        score_takes([take], stem, job)


def test_no_takes_are_no_rows(write_stem: WriteStem) -> None:
    """With a reference or without."""
    stem = write_stem(np.ones(5000))
    assert score_takes([], stem, Job()) == []
    assert score_takes([], stem, Job(), reference=NO_NOTES) == []


def test_a_stem_that_is_gone_is_named(make_take: MakeTake, tmp_path: Path) -> None:
    """The user's error, not Python's."""
    with pytest.raises(MissingFileError, match=r"gone\.wav"):
        score_take(make_take(NO_NOTES), tmp_path / "gone.wav", Job())
