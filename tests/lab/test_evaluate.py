"""The measures, on estimates whose score is known, and the road to weights that ship."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import torch
from safetensors.torch import save_file

from studio.errors import ModelMismatchError
from studio.job import Job
from studio.lab.evaluate import (
    energy_db,
    evaluate,
    ideal_ratio_mask,
    mixture_itself,
    nsdr,
    read_song,
    table,
    through_the_stream,
)
from studio.lab.export import export
from studio.lab.toy import toy_corpus
from studio.lab.train import Recipe, begin, keep, smaller
from studio.music.audio import Samples
from studio.nets.stems import Shape
from studio.separation.engines.classical import ClassicalEngine
from studio.separation.engines.stems import StemsEngine


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another on a busy machine cost more than such nets gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def stems(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """Two seconds of four plain sounds; nobody sings."""
    (track,) = toy_corpus(tmp_path_factory.mktemp("toy"), songs=1, seconds=2.0)
    found = track.even(0, track.samples.shape[-1])
    found[0] = 0
    return found


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a small network that has learned nothing."""
    folder = tmp_path_factory.mktemp("run")
    recipe = smaller(Recipe(steps=1))
    songs = toy_corpus(folder / "toy", songs=1, seconds=1.5)
    state = begin(recipe, songs, torch.device("cpu"))
    keep(state, recipe, folder / "state.pt")
    facts = export(folder / "state.pt", folder / "stems.safetensors")
    learned = sum(p.numel() for p in state.network.parameters())
    assert facts["parameters"] == learned
    return folder / "stems.safetensors"


@pytest.mark.parametrize("decibels", [0.0, 10.0, 30.0])
def test_nsdr_is_the_distance_of_the_error(decibels: float) -> None:
    """White noise so many dB below the signal."""
    rng = np.random.default_rng(440)
    signal = rng.standard_normal((2, 50_000)).astype(np.float32)
    error = rng.standard_normal((2, 50_000)).astype(np.float32) * np.float32(10 ** (-decibels / 20))

    assert nsdr(signal, signal + error) == pytest.approx(decibels, abs=0.1)
    assert energy_db(error, signal) == pytest.approx(-decibels, abs=0.1)


def test_the_truth_the_ideal_mask_and_the_mixture_stand_in_that_order(stems: Samples) -> None:
    """In every stem that sounds; the silent one gets a leakage and no score."""
    systems = {
        "truth": lambda mixture, true: true,
        "ideal": ideal_ratio_mask,
        "mixture": mixture_itself,
    }

    truth, ideal, mixture = evaluate({"toy": stems}, systems, Job())

    assert truth.nsdr[0] is None
    assert truth.leakage == (-80.0, None, None, None)
    assert mixture.leakage[0] == pytest.approx(0.0, abs=1e-6)
    for best, better, worst in zip(truth.nsdr[1:], ideal.nsdr[1:], mixture.nsdr[1:], strict=True):
        assert best > 60 > better > worst + 5
    text = table([truth, ideal, mixture])
    assert text.count("MEAN") == 3
    assert "v-80" in text


def test_what_a_run_exports_is_an_engine(stems: Samples, weights: Path) -> None:
    """Its stems add up to the mixture, and the same run gives the same bytes."""
    engine = StemsEngine.open("cpu", weights)

    estimates = through_the_stream(engine)(stems.sum(axis=0), stems)

    assert np.abs(estimates.sum(axis=0) - stems.sum(axis=0)).max() < 1e-5
    again = weights.with_name("again.safetensors")
    export(weights.parent / "state.pt", again)
    assert again.read_bytes() == weights.read_bytes()


def test_half_precision_changes_next_to_nothing(stems: Samples, weights: Path) -> None:
    """Against the weights the run kept: more than 40 dB."""
    engine = StemsEngine.open("cpu", weights)
    mixture = stems.sum(axis=0)[None]
    half = engine.separate(mixture)
    state = torch.load(weights.parent / "state.pt", weights_only=True)
    engine._network.load_state_dict(state["mean"])

    assert nsdr(engine.separate(mixture), half) > 40


def test_a_part_of_the_estimate_may_be_the_classical_one(stems: Samples, weights: Path) -> None:
    """As the file says; the sum is kept."""
    mixture = stems.sum(axis=0)[None]
    both = weights.with_name("both.safetensors")
    export(weights.parent / "state.pt", both, part=0.25)
    own, classical = StemsEngine.open("cpu", weights), ClassicalEngine.open("cpu")

    expected = 0.25 * own.separate(mixture) + 0.75 * classical.separate(mixture)

    found = StemsEngine.open("cpu", both).separate(mixture)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), mixture, atol=1e-5)


def described(**changes: object) -> str:
    """The description of a small network of ours, but for ``changes`` of its shape or part."""
    shape = Shape(bins=64, fold=1).to_dict()
    part = changes.pop("part", 1.0)
    return json.dumps({"shape": shape | changes, "part": part})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "'stems'"),
        ("[]", "indices"),
        ("{}", "'shape'"),
        (described(depth=3), "other names"),
        (described(width=1_000_000), "width is 1000000"),
        (described(width=True), "width is True"),
        (described(bins=100), "bins do not fold"),
        (described(part=0), "part is 0"),
        (described(), "do not fit"),
    ],
)
def test_weights_that_are_no_network_of_ours_are_refused(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    """A file must neither fill the memory nor be taken for something it is not."""
    file = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(1)}, file, None if text is None else {"stems": text})

    with pytest.raises(ModelMismatchError, match=reason):
        StemsEngine.open("cpu", file)


def test_a_stem_that_has_no_file_is_silent(tmp_path: Path) -> None:
    """And all are as long as the shortest, in two channels."""
    sf.write(tmp_path / "drums.flac", np.full(1000, 0.5), 44_100)
    sf.write(tmp_path / "bass.flac", np.full((900, 2), 0.25), 44_100)

    song = read_song(tmp_path)

    assert song.shape == (4, 2, 900)
    assert song[:, 0, 0] == pytest.approx([0, 0.5, 0.25, 0], abs=1e-4)
