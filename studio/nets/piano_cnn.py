"""The piano note network of 2019: bands of a spectrogram to onset, sounding and offset.

Architecture and training: Kelz, Böck and Widmer, "Deep Polyphonic ADSR Piano Note Transcription",
ICASSP 2019. Weights: the file ``notes/2019/notes_cnn.pkl`` of madmom's models
(CC BY-NC-SA 4.0), which a user may add; none are shipped.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from studio.errors import ModelMismatchError
from studio.nets import closed_pickle

BANDS = 144
PITCHES = 88
CONTEXT_FRAMES = 5  # on either side of a frame

_HEADS = ("frame", "onset", "offset")  # in the order of the file
_CLASSES = (
    *(("madmom.processors", f"{name}Processor") for name in ("Sequential", "Parallel")),
    *(
        ("madmom.ml.nn.layers", f"{name}Layer")
        for name in ("BatchNorm", "Convolutional", "Transpose", "Reshape", "FeedForward")
    ),
    *(("madmom.ml.nn.activations", name) for name in ("linear", "elu", "sigmoid")),
)


class Head(nn.Module):
    """One of the three outputs: what is heard of each pitch in each frame.

    Shapes:
        x: (batch, 30, frames + 2, 108)
        returns: (batch, frames, pitches), in [0, 1]
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(30, 10, (3, 3))
        self.dense = nn.Linear(10 * 106, PITCHES)

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.elu(self.conv(x))  # (batch, 10, frames, 106)
        y = y.transpose(1, 2).flatten(2)  # (batch, frames, 10 * 106)
        return torch.sigmoid(self.dense(y))


class PianoCNN(nn.Module):
    """Three convolutions that widen the view in frequency, then in time, and three heads.

    Paper: Kelz, Böck and Widmer, ICASSP 2019. All convolutions are unpadded, so the input
    carries ``CONTEXT_FRAMES`` more frames on either side than the output.

    Shapes:
        bands: (batch, frames + 10, 144), log-magnitudes
        returns: (batch, frames, 88, 3): sounding, onset and offset, in [0, 1]
    """

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1))
        self.scale = nn.Parameter(torch.ones(1))
        self.centre = nn.Parameter(torch.zeros(1))
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 30, (3, 3)), nn.ELU(),
            nn.Conv2d(30, 30, (1, 35)), nn.ELU(),
            nn.Conv2d(30, 30, (7, 1)), nn.ELU(),
        )  # fmt: skip
        self.heads = nn.ModuleDict({name: Head() for name in _HEADS})

    def forward(self, bands: Tensor) -> Tensor:
        x = (bands - self.centre) * self.scale + self.shift
        x = self.trunk(x[:, None])  # (batch, 30, frames + 2, 108)
        return torch.stack([head(x) for head in self.heads.values()], dim=-1)


def load_madmom(file: Path) -> PianoCNN:
    """The network with the weights of madmom's file, ready for use.

    Raises:
        UnsafeModelError: the file would run code of its own.
        ModelMismatchError: it is damaged, or holds another network.
    """
    tree = closed_pickle.load(file, _CLASSES)
    network = PianoCNN()
    try:
        network.load_state_dict(_state(tree))
    except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        reason = "it holds another network than the piano CNN of 2019"
        raise ModelMismatchError(file=str(file), reason=reason) from error
    return network.eval()


def _state(tree: object) -> dict[str, Tensor]:
    """The file's arrays under the names of our parameters."""
    norm, *convolutions, parallel, _stack = _layers(tree)
    state = {
        "centre": _tensor(norm, "mean"),
        "scale": _tensor(norm, "gamma") * _tensor(norm, "inv_std"),
        "shift": _tensor(norm, "beta"),
    }
    for place, layer in enumerate(convolutions):
        state |= _convolution(f"trunk.{2 * place}", layer)
    for name, head in zip(_HEADS, _layers(parallel), strict=True):
        convolution, _transpose, _reshape, dense = _layers(head)
        state |= _convolution(f"heads.{name}.conv", convolution)
        state[f"heads.{name}.dense.weight"] = _tensor(dense, "weights").T
        state[f"heads.{name}.dense.bias"] = _tensor(dense, "bias")
    return state


def _convolution(name: str, layer: object) -> dict[str, Tensor]:
    """A true convolution over (in, out, time, band), as the correlation torch computes."""
    kernel = _tensor(layer, "weights").flip(2, 3).transpose(0, 1)
    return {f"{name}.weight": kernel, f"{name}.bias": _tensor(layer, "bias")}


def _layers(node: object) -> list[object]:
    """The parts of a processor of the file."""
    parts: list[object] = _item(node, "processors")  # type: ignore[assignment]
    return list(parts)


def _tensor(layer: object, name: str) -> Tensor:
    """An array of a layer of the file."""
    array: closed_pickle.Array = _item(layer, name)  # type: ignore[assignment]
    return torch.tensor(array.values)


def _item(node: object, name: str) -> object:
    """An attribute of an object of the file. Raises AttributeError or KeyError."""
    return node.state[name]  # type: ignore[attr-defined]
