"""Batches, losses and training, on generated sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.errors import OptionError
from studio.job import Cancelled, Job
from studio.lab.batches import Mixing, batch, spectra
from studio.lab.corpus import Track
from studio.lab.losses import FLOOR, decibels, error_energies, log_loss
from studio.lab.toy import toy_corpus
from studio.lab.train import Recipe, State, begin, keep, resume, smaller, train

CPU = torch.device("cpu")
RECIPE = smaller(Recipe(steps=8, warm_up=2, cool_down=4, keep_every=2, look_every=4))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another on a busy machine cost more than such nets gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> list[Track]:
    """Three songs of four plain sounds."""
    return toy_corpus(tmp_path_factory.mktemp("toy"), songs=3, seconds=3.0)


def complex_noise(*shape: int, seed: int = 440) -> torch.Tensor:
    """The same complex noise every time."""
    return torch.randn(*shape, dtype=torch.complex64, generator=torch.Generator().manual_seed(seed))


def test_the_energy_of_an_error_is_what_subtraction_gives() -> None:
    """The real formula against the complex one."""
    stems = complex_noise(2, 4, 2, 3, 5)
    mixture = stems.sum(dim=1)
    shares = torch.rand(2, 4, 2, 3, 5, generator=torch.Generator().manual_seed(1))

    expected = (stems - shares * mixture[:, None]).abs().square().sum(dim=(2, 3, 4))

    torch.testing.assert_close(error_energies(shares, stems, mixture), expected)


def test_the_loss_is_lowest_where_every_stem_is_right() -> None:
    """Of stems that do not overlap: the floor; and the signal to error is large."""
    stems = torch.zeros(1, 4, 2, 3, 8, dtype=torch.complex64)
    for stem in range(4):
        stems[:, stem, ..., 2 * stem : 2 * stem + 2] = complex_noise(1, 2, 3, 2, seed=stem)
    mixture = stems.sum(dim=1)
    right = (stems.abs() > 0).float()

    assert float(log_loss(right, stems, mixture)) == pytest.approx(np.log10(FLOOR), abs=1e-3)
    assert float(decibels(right, stems, mixture).min()) > 60
    assert float(log_loss(right.flip(1), stems, mixture)) > -1


def test_the_batch_of_a_step_is_always_the_same(songs: list[Track]) -> None:
    """It depends on the seed and the step alone, so that a run can be resumed."""
    mixing = Mixing(seconds=0.5, items=3)

    first, again, next_one = (batch(songs, mixing, 1, step)[0] for step in (7, 7, 8))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, next_one)
    assert first.shape == (3, 4, 2, 22_050)
    assert first.dtype == np.float32


def test_as_many_items_have_no_voice_as_asked_for(songs: list[Track]) -> None:
    """A network that always meets a singer hears one where nobody sings."""
    mixing = Mixing(seconds=0.1, items=200, voiceless=0.5, silent=0.0)

    stems, _ = batch(songs, mixing, 1, 0)

    silent = np.abs(stems).max(axis=(2, 3)) == 0
    assert 0.4 < silent[:, 0].mean() < 0.6
    assert not silent[:, 1:].any()


def test_equalising_spectra_keeps_silence_and_phase(songs: list[Track]) -> None:
    """Gains are real and within 9 dB."""
    mixing = Mixing(seconds=0.3, items=2, silent=0.0, voiceless=0.0)
    stems, rng = batch(songs, mixing, 1, 0)
    plain = spectra(stems, replace(mixing, equalise=0), rng, CPU)

    gains = spectra(stems, mixing, rng, CPU) / (plain + 1e-12)

    loud = plain.abs() > 1e-2
    assert float(gains[loud].imag.abs().max()) < 1e-3
    assert 10 ** (-9.1 / 20) < float(gains[loud].real.min()) < float(gains[loud].real.max())
    assert float(gains[loud].real.max()) < 10 ** (9.1 / 20)


def weights(state: State) -> dict[str, torch.Tensor]:
    """Those that train and their mean."""
    mean = {f"mean.{name}": x for name, x in state.mean.state_dict().items()}
    return state.network.state_dict() | mean


def test_a_killed_run_goes_on_to_the_same_weights(songs: list[Track], tmp_path: Path) -> None:
    """Killed after step 5, of which the state of step 4 was kept."""

    def killed(fraction: float, text: str) -> None:
        if text.startswith("step 5,"):
            job.cancel()

    job = Job(killed)
    with pytest.raises(Cancelled):
        train(RECIPE, lambda: songs, [], tmp_path / "killed", CPU, job)

    resumed = train(RECIPE, lambda: songs, [], tmp_path / "killed", CPU, Job())
    whole = train(RECIPE, lambda: songs, songs[:1], tmp_path / "whole", CPU, Job())

    assert resumed.step == whole.step == 8
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(resumed)[name]), name
    assert '"development"' in (tmp_path / "whole" / "log.jsonl").read_text()


def test_a_run_is_not_taken_up_with_another_recipe(tmp_path: Path, songs: list[Track]) -> None:
    """Its end may move; its seed may not."""
    recipe, device = smaller(Recipe(steps=2)), torch.device("cpu")
    keep(begin(recipe, songs, device), recipe, tmp_path / "state.pt")

    longer, other = replace(recipe, steps=9), replace(recipe, seed=2)
    resume(begin(longer, songs, device), longer, tmp_path / "state.pt", device)
    with pytest.raises(OptionError, match="begun with other options"):
        resume(begin(other, songs, device), other, tmp_path / "state.pt", device)


def test_the_rate_rises_stays_and_falls() -> None:
    """To its height within the warm-up, to nothing at the end."""
    recipe = Recipe(steps=100, warm_up=10, cool_down=50, rate=1e-3)
    rates = [recipe.rate_at(step) for step in range(100)]

    assert rates[0] == pytest.approx(1e-4)
    assert rates[9:51] == pytest.approx([1e-3] * 42)
    assert rates[50:] == sorted(rates[50:], reverse=True)
    assert rates[-1] < 1e-5
