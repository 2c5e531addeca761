"""The separator's network: its size, its shares, and that everything in it learns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from studio.nets.stems import (
    Recurrence,
    Shape,
    StemsNet,
    middle_and_sides,
    samples_of,
    spectra_of,
)

SMALL = Shape(bins=256, width=4, paths=1, hidden=8, convolutions=1)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another on a busy machine cost more than such nets gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def noise(*shape: int, seed: int = 440) -> torch.Tensor:
    """The same noise every time."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def heard(samples: torch.Tensor) -> torch.Tensor:
    """What the network is given."""
    return middle_and_sides(spectra_of(samples))


@pytest.mark.parametrize(
    ("shape", "parameters"),
    [(Shape(), 1_254_328), (Shape(width=24, hidden=48), 717_112), (Shape(fold=4), 1_314_448)],
)
def test_it_has_as_many_parameters_as_documented(shape: Shape, parameters: int) -> None:
    """Counted once; another number is another network."""
    assert sum(p.numel() for p in StemsNet(shape).parameters()) == parameters


@pytest.mark.parametrize("n_samples", [5000, 44_100])
def test_the_shares_of_the_stems_add_up_to_one(n_samples: int) -> None:
    """Whatever its weights, in every bin of both channels, beyond those it looks at too."""
    shares = StemsNet(SMALL).eval()(heard(noise(2, 2, n_samples)))

    assert shares.shape == (2, 4, 2, 1 + n_samples // 1024, 2049)
    assert (shares >= 0).all()
    torch.testing.assert_close(shares.sum(dim=1), torch.ones_like(shares[:, 0]))


def test_an_item_knows_nothing_of_the_others() -> None:
    """Recurrences go along time and frequency, never along the batch."""
    net = StemsNet(SMALL).eval()
    one, other = noise(2, 30_000), noise(2, 30_000, seed=1)

    together = net(heard(torch.stack([one, other])))

    torch.testing.assert_close(net(heard(other[None]))[0], together[1])
    torch.testing.assert_close(net(heard(one[None]))[0], together[0])


def test_how_loud_a_song_is_does_not_matter() -> None:
    """The same shares for the same music."""
    net = StemsNet(SMALL).eval()
    song = noise(1, 2, 30_000)

    torch.testing.assert_close(net(heard(0.01 * song)), net(heard(song)), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("along_time", [True, False])
def test_a_recurrence_reaches_along_its_own_axis_only(along_time: bool) -> None:
    """A change in one place is heard in the row it lies in, and nowhere else."""
    path = Recurrence(4, 8, along_time).eval()
    path.norm = torch.nn.Identity()  # it sees the whole item
    x = noise(1, 4, 6, 5)
    changed = x.clone()
    changed[0, :, 2, 3] += 1

    differs = (path(changed) - path(x)).abs().amax(dim=1)[0] > 1e-7

    row = differs[:, 3] if along_time else differs[2]
    assert row.all()
    assert differs.sum() == len(row)


def test_every_parameter_gets_a_gradient() -> None:
    """Nothing is built that does not take part."""
    net = StemsNet(SMALL)

    net(heard(noise(2, 2, 20_000)))[:, 0].square().mean().backward()

    assert [name for name, p in net.named_parameters() if p.grad is None] == []
    still = [name for name, p in net.named_parameters() if not p.grad.abs().sum() > 0]
    assert still == []


def test_samples_come_back_from_their_spectra() -> None:
    """So a share of one is the mixture itself."""
    samples = noise(1, 2, 20_001)

    torch.testing.assert_close(samples_of(spectra_of(samples), 20_001), samples, atol=1e-5, rtol=0)
