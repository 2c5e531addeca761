"""From a kind of stem to its detector, and from what it heard to candidates."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from studio.errors import OptionError, UnknownChoiceError
from studio.job import Job
from studio.music.notes import Notes
from studio.music.stem import KINDS
from studio.music.take import Take
from studio.transcription.engines import DETECTORS
from studio.transcription.engines.spectral import SpectralDetector
from studio.transcription.listen import listen
from studio.transcription.transcribe import candidates, choose_engine, why_usual


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_detector_that_needs_nothing(kind: str) -> None:
    """Drums have their own, and so has a voice; it is said why."""
    usual = {"drums": "drums", "vocals": "melody"}
    chosen = choose_engine(kind)

    assert chosen == usual.get(kind, "spectral")
    assert DETECTORS.load(chosen).weights is None
    assert kind in DETECTORS.load(chosen).kinds
    assert why_usual(kind).endswith("it needs no added weights")


def test_the_one_asked_for_is_taken() -> None:
    """Also where it needs weights; whether they are there is asked later."""
    assert choose_engine("piano", "piano-cnn") == "piano-cnn"


@pytest.mark.parametrize(("kind", "asked"), [("drums", "spectral"), ("vocals", "drums")])
def test_a_detector_is_not_given_what_it_cannot_hear(kind: str, asked: str) -> None:
    """One sentence says what it hears."""
    with pytest.raises(OptionError, match=f"taken as {kind}") as caught:
        choose_engine(kind, asked)

    assert asked in caught.value.message


def test_an_unknown_one_is_refused() -> None:
    """With the nearest name."""
    with pytest.raises(UnknownChoiceError, match="did you mean spectral"):
        choose_engine("piano", "spectrall")


def test_a_threshold_changes_which_notes_there_are_and_nothing_of_them(
    scale: Notes, render: Any, wav: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty thresholds, one hearing: nested sets, the same onsets, ends and velocities."""
    heard = 0
    detect = SpectralDetector.detect

    def counted(self: SpectralDetector, audio: Any) -> Any:
        nonlocal heard
        heard += 1
        return detect(self, audio)

    monkeypatch.setattr(SpectralDetector, "detect", counted)
    path = wav(render(scale, "sine")[None])
    found = candidates(
        SpectralDetector, listen(SpectralDetector.open("cpu"), path, Job()), path, Job()
    )
    take = Take("piano", "spectral", "piano", found)

    sets = [set(take.at(float(t)).notes()) for t in np.linspace(0.1, 0.95, 30)]

    assert heard == 1
    assert len(sets[0]) >= 25
    assert len(sets[0]) > len(sets[-1])
    assert all(more >= fewer for more, fewer in pairwise(sets))
