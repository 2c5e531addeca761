"""The piano note network of 2019, and the way its weights come out of madmom's file."""

from __future__ import annotations

import pickle
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.errors import ModelMismatchError
from studio.nets.piano_cnn import BANDS, CONTEXT_FRAMES, PITCHES, PianoCNN, load_madmom

# As counted in the published file: 4 numbers of the first layer are 3 here, since two of them
# are one product.
PARAMETERS = 326_397


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """So small a network is not faster on several, and much slower on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def network() -> PianoCNN:
    torch.manual_seed(440)
    return PianoCNN().eval()


def bands(frames: int) -> torch.Tensor:
    """Something like the log-magnitudes of a song."""
    generator = torch.Generator().manual_seed(440)
    return torch.rand(1, frames + 2 * CONTEXT_FRAMES, BANDS, generator=generator)


def test_it_has_the_published_size_and_shape(network: PianoCNN) -> None:
    """Every frame of the input but the context gives three answers for each piano key."""
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS
    with torch.inference_mode():
        heard = network(bands(7))
    assert heard.shape == (1, 7, PITCHES, 3)
    assert 0 <= heard.min() <= heard.max() <= 1


def test_every_parameter_takes_part(network: PianoCNN) -> None:
    """Each gets a gradient."""
    network(bands(4)).sum().backward()

    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


def test_pieces_give_what_the_whole_gives(network: PianoCNN) -> None:
    """Given their context."""
    song = bands(40)
    with torch.inference_mode():
        whole = network(song)
        parts = [network(song[:, at : at + 10 + 2 * CONTEXT_FRAMES]) for at in range(0, 40, 10)]

    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=0, atol=1e-6)


def test_it_can_learn_one_batch_by_heart() -> None:
    """The forward pass lets everything through that training needs."""
    torch.manual_seed(440)
    network, song = PianoCNN(), bands(2)
    wanted = (torch.rand(1, 2, PITCHES, 3) > 0.9).float()
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(80):
        optimiser.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy(network(song), wanted)
        loss.backward()
        optimiser.step()

    assert loss.item() < 0.05


def test_weights_come_out_of_madmoms_file(
    network: PianoCNN, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels are flipped and axes swapped on the way; what the network hears stays the same."""
    file = write_madmom(network, tmp_path / "notes_cnn.pkl", monkeypatch)

    loaded = load_madmom(file)

    assert not loaded.training
    with torch.inference_mode():
        torch.testing.assert_close(loaded(bands(5)), network(bands(5)), rtol=0, atol=1e-6)


def test_another_network_is_refused(
    network: PianoCNN, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the same layers in other sizes, and one that is no network at all."""
    network.trunk[0] = torch.nn.Conv2d(1, 30, (3, 5))
    file = write_madmom(network, tmp_path / "other.pkl", monkeypatch)
    with pytest.raises(ModelMismatchError, match="another network"):
        load_madmom(file)

    file.write_bytes(pickle.dumps({"state": 1}, 2))
    with pytest.raises(ModelMismatchError, match="another network"):
        load_madmom(file)


@pytest.mark.data
def test_madmoms_own_file_is_read(data: Path) -> None:
    """The published weights fit."""
    loaded = load_madmom(data / "models/madmom/notes/2019/notes_cnn.pkl")

    assert loaded.centre.item() == pytest.approx(0.13262475)


def write_madmom(network: PianoCNN, file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pickle ``network``'s weights under the names of madmom's layer classes."""
    make = LayerMaker(monkeypatch)
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    norm = make(
        "ml.nn.layers.BatchNormLayer",
        mean=state["centre"],
        gamma=state["scale"],
        inv_std=np.ones(1, np.float32),
        beta=state["shift"],
    )
    trunk = [make.convolution(state, f"trunk.{place}") for place in (0, 2, 4)]
    heads = [make.head(state, f"heads.{name}") for name in ("frame", "onset", "offset")]
    parallel = make("processors.ParallelProcessor", processors=heads, map=np.dstack)
    whole = make("processors.SequentialProcessor", processors=[norm, *trunk, parallel, np.dstack])
    file.write_bytes(pickle.dumps(whole, 2))
    return file


class LayerMaker:
    """Makes instances of classes that pickle as madmom's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, path: str, /, **state: object) -> object:
        room, name = f"madmom.{path}".rsplit(".", 1)
        parts = room.split(".")
        for length in range(1, len(parts) + 1):
            package = ".".join(parts[:length])
            there = sys.modules.get(package) or types.ModuleType(package)
            self._monkeypatch.setitem(sys.modules, package, there)
        module = sys.modules[room]
        if not hasattr(module, name):
            setattr(module, name, type(name, (), {"__module__": room}))
        layer = getattr(module, name)()
        layer.__dict__.update(state)
        return layer

    def convolution(self, state: dict[str, np.ndarray], name: str) -> object:
        """madmom convolves, torch correlates; madmom counts inputs first."""
        weights = state[f"{name}.weight"].transpose(1, 0, 2, 3)[..., ::-1, ::-1]
        return self("ml.nn.layers.ConvolutionalLayer", weights=weights, bias=state[f"{name}.bias"])

    def head(self, state: dict[str, np.ndarray], name: str) -> object:
        """A convolution, two steps that only rearrange, and a dense layer."""
        dense = self(
            "ml.nn.layers.FeedForwardLayer",
            weights=state[f"{name}.dense.weight"].T,
            bias=state[f"{name}.dense.bias"],
        )
        steps = [
            self.convolution(state, f"{name}.conv"),
            self("ml.nn.layers.TransposeLayer", axes=(0, 2, 1)),
            self("ml.nn.layers.ReshapeLayer", newshape=(-1, 1060), order="C"),
            dense,
        ]
        return self("processors.SequentialProcessor", processors=steps)
