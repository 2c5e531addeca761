"""Our own separator: the network that ships, trained by the lab on open material.

The file describes its network by a ``Shape``; it is checked against ranges before anything is
built, and every tensor must find its place. Shares of the mixture's spectrum are all it estimates,
so the stems add up to the mixture. ``docs/models.md`` holds its card.

The engine ``classical`` fails elsewhere than a network that is early in its training, so a mean
of the two is nearer the truth than either. How much of it is the network's stands in the file too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from studio.errors import DeviceError, ModelMismatchError, OutOfMemoryError
from studio.nets.stems import (
    SAMPLE_RATE,
    Shape,
    StemsNet,
    middle_and_sides,
    samples_of,
    spectra_of,
)
from studio.nets.weights import read_safetensors
from studio.paths import resource
from studio.separation.contract import Cost
from studio.separation.engines.classical import ClassicalEngine

STEMS = ("vocals", "drums", "bass", "other")
# What a file may ask for; together less than 30 million parameters.
_RANGES = {
    "stems": (4, 4),
    "fold": (1, 16),
    "bins": (64, 2048),
    "width": (4, 96),
    "convolutions": (1, 4),
    "paths": (0, 8),
    "hidden": (4, 256),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What a file holds.

    Attributes:
        network: With its weights, in 32-bit floats.
        part: Of the estimate that is the network's, in (0, 1]; the rest is ``classical``'s.
    """

    network: StemsNet
    part: float


class StemsEngine:
    """Four stems; see ``contract.Engine`` and ``contract.EngineClass``."""

    version: ClassVar[int] = 1
    summary: ClassVar[str] = (
        "Ours: ahead of classical on electronic and instrumental songs, not on bands with a singer."
    )
    source: ClassVar[str] = (
        "Our own, after Kim et al., KUIELab-MDX-Net, 2021, and Chen et al., DTTNet, 2023; "
        "trained by the lab"
    )
    needs_weights: ClassVar[bool] = False
    devices: ClassVar[tuple[str, ...]] = ("cuda", "mps", "cpu")
    cost: ClassVar[Cost] = Cost(parameters=717_112, memory_mb=1010, real_time_factor={"cpu": 0.13})

    stems: tuple[str, ...] = STEMS
    complete = True
    sample_rate = SAMPLE_RATE
    channels = 2
    segment_samples = ClassicalEngine.segment_samples
    normalise = False
    batch = 1

    def __init__(self, weights: Weights, device: torch.device) -> None:
        """``weights``, to be run on ``device``."""
        self._device = device
        self._network = weights.network.to(device).eval()
        self._part = np.float32(weights.part)

    @classmethod
    def open(cls, device: str, weights: Path | None = None) -> StemsEngine:
        """The engine with ``weights``, or with those that ship.

        Raises:
            MissingFileError, ModelMismatchError: ``weights`` cannot be used.
            DeviceError: ``device`` is not there.
        """
        return cls(load(weights or resource("models", "stems.safetensors")), _device(device))

    def separate(self, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        """See ``contract.Engine``. Raises OutOfMemoryError."""
        if self._part == 1:
            return self._own(mixture)
        with ThreadPoolExecutor(1) as beside:
            classical = beside.submit(ClassicalEngine().separate, mixture)
            own = self._own(mixture)
            return self._part * own + (1 - self._part) * classical.result()

    def _own(self, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's estimate."""
        try:
            with torch.inference_mode(), _one_thread():
                return self._separate(torch.from_numpy(mixture).to(self._device))
        except torch.OutOfMemoryError as error:
            what = "A segment of the song"
            raise OutOfMemoryError(what=what, device=str(self._device)) from error

    def _separate(self, mixture: torch.Tensor) -> NDArray[np.float32]:
        spectra = spectra_of(mixture)  # (batch, 2, frames, bins)
        shares = self._network(middle_and_sides(spectra))
        stems = samples_of(shares * spectra[:, None], mixture.shape[-1])
        found: NDArray[np.float32] = stems.cpu().numpy()
        return found


def load(file: Path) -> Weights:
    """What ``lab export`` wrote.

    Raises:
        MissingFileError: ``file`` cannot be read.
        ModelMismatchError: it is damaged, or holds another network.
    """
    state, metadata = read_safetensors(file)
    shape, part = _described(file, metadata)
    network = StemsNet(shape)
    try:
        network.load_state_dict(
            {name: x.float() if x.is_floating_point() else x for name, x in state.items()}
        )
    except RuntimeError as error:
        reason = "its weights do not fit the network it describes"
        raise ModelMismatchError(file=str(file), reason=reason) from error
    return Weights(network, part)


def _described(file: Path, metadata: dict[str, str]) -> tuple[Shape, float]:
    """Shape and part that the file states. Raises ModelMismatchError where they cannot be."""
    try:
        described = json.loads(metadata["stems"])
        numbers, part = described["shape"], float(described["part"])
        if not 0 < part <= 1:
            raise ValueError(f"part is {part}")
        if set(numbers) != set(_RANGES):
            raise ValueError("other names")
        for name, (lowest, highest) in _RANGES.items():
            if type(numbers[name]) is not int or not lowest <= numbers[name] <= highest:
                raise ValueError(f"{name} is {numbers[name]}")
        if numbers["bins"] % (8 * numbers["fold"]):
            raise ValueError("bins do not fold")
    except (KeyError, TypeError, ValueError) as error:
        reason = f"it does not describe a network of ours ({error})"
        raise ModelMismatchError(file=str(file), reason=reason) from error
    return Shape(**numbers), part


@contextmanager
def _one_thread() -> Iterator[None]:
    """Many small steps lose more by waiting for each other's threads than they gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _device(name: str) -> torch.device:
    """The torch device called ``name``. Raises DeviceError where it is not there."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = "this machine or its torch has none"
        raise DeviceError(device=name, reason=reason) from error
    return device
