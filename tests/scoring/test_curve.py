"""The curve over the threshold is the table of takes, computed faster."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.audio.write import WavWriter
from studio.job import Job
from studio.music.notes import Note, Notes
from studio.music.take import Edit, Take
from studio.scoring.along import agreements
from studio.scoring.curve import coarse_to_fine, score_curve
from studio.scoring.suggest import flat_range
from studio.scoring.table import score_takes
from studio.synth.render import render

KEYS = ("agreement", "onset_match", "pitch_match", "xcorr_normalised")


def a_take(rng: np.random.Generator, kind: str, seconds: float = 12.0) -> Take:
    """Notes all over the song, some at its very start and end, each with a strength."""
    onsets = np.concatenate([[0.0], rng.uniform(0, seconds, 60), [seconds - 0.05]])
    notes = Notes.of(
        Note(float(on), int(pitch), float(on + length), 90, float(strength))
        for on, pitch, length, strength in zip(
            onsets,
            rng.integers(36, 60, len(onsets)),
            rng.uniform(0.05, 1.5, len(onsets)),
            rng.uniform(0, 1, len(onsets)),
            strict=True,
        )
    )
    return Take("stem", "engine", kind, notes)


def a_stem(take: Take, folder: Path, seconds: float = 12.0) -> Path:
    """What the take plays at 0.5, as a WAV."""
    path = folder / "stem.wav"
    sound = render(take.at(0.5).notes(), take.kind, 0.0, seconds, 22050)
    with WavWriter(path, 22050, 1, len(sound)) as wav:
        wav.write(sound[None])
    return path


@pytest.mark.parametrize("kind", ["bass", "drums"])
@pytest.mark.parametrize("longest", [300.0, 5.0])
def test_the_curve_has_the_scores_of_the_table(
    rng: np.random.Generator, tmp_path: Path, kind: str, longest: float
) -> None:
    """Whatever came before each threshold, and over several stretches."""
    take = a_take(rng, kind).edited(Edit("add", "40@2000", Note(2.0, 40, 3.0)))
    stem = a_stem(take, tmp_path)
    thresholds = [0.2, 0.9, 0.5, 0.52, 0.51, 0.3, 1.0]
    told: list[float] = []
    rows = score_curve(
        take,
        stem,
        dict.fromkeys(thresholds, KEYS),
        Job(),
        lambda row: told.append(row.take.options.onset_threshold),
        longest,
    )
    takes = [take.at(threshold) for threshold in thresholds]
    table = score_takes(takes, stem, Job(), keys=KEYS, longest=longest)

    assert told == thresholds
    assert [row.notes for row in rows] == [row.notes for row in table]
    for mine, reference in zip(rows, table, strict=True):
        assert mine.scores == pytest.approx(reference.scores, rel=1e-4, abs=1e-4)
    best = max(rows, key=lambda row: row.scores["agreement"])
    assert best.take.options.onset_threshold in (0.5, 0.51, 0.52)


@given(st.integers(0, 300))
def test_every_threshold_comes_once(count: int) -> None:
    """The first ones far apart."""
    order = coarse_to_fine(count)
    assert sorted(order) == list(range(count))
    assert order[:2] == [0, 8][: min(count, 2)] if count > 8 else True


def test_the_flat_range_ends_where_it_gets_worse() -> None:
    """And reaches over what is nearly as good, not over a gap."""
    agreement = {0.2: 99.0, 0.3: 90.0, 0.4: 98.0, 0.5: 100.0, 0.6: 97.5, 0.7: 94.0, 0.8: 99.0}
    rows = [(threshold, {"agreement": value}, 5) for threshold, value in agreement.items()]
    assert flat_range(rows) == (0.4, 0.6)
    assert flat_range(reversed(rows)) == (0.4, 0.6)
    assert flat_range([]) is None
    assert flat_range([(0.5, {"agreement": 0.0}, 0)]) is None


def test_agreement_along_the_song_shows_where_the_take_is_wrong(tmp_path: Path) -> None:
    """Right in the first span, elsewhere in the second, silent in the third with the stem."""
    right = [Note(at / 2, 40 + at % 5, at / 2 + 0.4) for at in range(16)]
    wrong = [
        note if note.onset < 4 else Note(note.onset + 0.23, note.pitch + 7, note.offset + 0.23)
        for note in right
    ]
    take = Take("stem", "engine", "bass", Notes.of(right))
    stem = a_stem(take, tmp_path, 12.0)
    other = Take("stem", "engine", "bass", Notes.of(wrong))

    good = agreements(take, stem, [0.0, 4.0, 8.0, 8.5, 12.0], Job())
    bad = agreements(other, stem, [0.0, 4.0, 8.0, 9.0, 12.0], Job())

    assert good[0] == pytest.approx(100, abs=1)
    assert good[1] == pytest.approx(100, abs=1)
    assert good[3] is None
    assert bad[0] is not None
    assert bad[1] is not None
    assert bad[0] > 95
    assert bad[1] < 50
    assert bad[3] is None
