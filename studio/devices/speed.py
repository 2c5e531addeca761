"""How fast: a device by a short benchmark, an engine by what it took here the last time."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from studio import files
from studio.errors import DiskFullError, WriteError
from studio.paths import cache_folder

Speeds = dict[str, dict[str, float]]


class Cost(Protocol):
    """What an engine says of itself: seconds of work a second of song, by kind of device."""

    @property
    def real_time_factor(self) -> Mapping[str, float]:
        """As measured on the machine the documents name."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long an engine will take.

    Attributes:
        real_time_factor: Seconds of work a second of song.
        source: ``measured here``, ``usual``, or ``usual on cpu`` where nobody measured the engine
            on such a device.
    """

    real_time_factor: float
    source: str


def measure(device: str, seconds: float = 1.0) -> float:
    """Throughput of ``device`` in 10^9 float32 operations a second.

    Convolutions and matrix products in the proportions of a separation network, for about
    ``seconds`` (at most 2), after a warm-up. A multiplication and an addition count as two.
    """
    import torch

    signal = torch.ones(1, 64, 8192, device=device)
    kernel = torch.ones(64, 64, 9, device=device)
    square = torch.ones(512, 512, device=device)
    per_round = 2 * (64 * 64 * 9 * 8192 + 512**3)

    def run(rounds: int) -> float:
        start = time.perf_counter()
        with torch.inference_mode():
            for _ in range(rounds):
                heard = torch.nn.functional.conv1d(signal, kernel, padding=4)
                product = square @ square
            heard.sum().item(), product.sum().item()  # waits for the device
        return time.perf_counter() - start

    run(2)
    budget = min(seconds, 2.0)
    rounds, took = 1, run(1)
    while took * 3 < budget:  # what was run so far and the next fill the budget at most
        rounds *= 2
        budget -= took
        took = run(rounds)
    return per_round * rounds / took / 1e9


def remember(engine: str, device: str, real_time_factor: float) -> bool:
    """Keep how long ``engine`` took on ``device``, for the next estimate.

    Returns:
        Whether it could be kept. A machine whose cache cannot be written loses estimates, and
        no more: that is no reason to fail work that is done.
    """
    speeds = _read()
    speeds.setdefault(engine, {})[device] = real_time_factor
    try:
        files.write_bytes(_file(), msgspec.json.encode(speeds, order="deterministic"))
    except (DiskFullError, WriteError):
        return False
    return True


def estimate(engine: str, device: str, cost: Cost) -> Estimate:
    """How long ``engine`` will take on ``device``: as measured here, else as usual."""
    here = _read().get(engine, {}).get(device)
    if here is not None:
        return Estimate(here, "measured here")
    usual = cost.real_time_factor
    kind = device.partition(":")[0]
    if kind in usual:
        return Estimate(usual[kind], "usual")
    slowest = max(usual, key=lambda known: usual[known])
    return Estimate(usual[slowest], f"usual on {slowest}")


def _file() -> Path:
    return cache_folder() / "speed.json"


def _read() -> Speeds:
    """What was measured here. A cache that is absent or damaged is begun anew."""
    try:
        return msgspec.json.decode(_file().read_bytes(), type=Speeds)
    except (OSError, ValueError):
        return {}
