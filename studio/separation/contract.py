"""What a separation engine is. It sees segments; it knows nothing of files, progress or songs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.registry import Registry


@dataclass(frozen=True, slots=True)
class Cost:
    """What an engine costs, for the estimate that is said before it starts.

    Attributes:
        parameters: Numbers that were learned; 0 where nothing was.
        memory_mb: Peak memory of the process, in 10^6 bytes.
        real_time_factor: Seconds of work a second of song, by device ("cpu", "cuda", ...), as
            measured on the machine that ``docs/models.md`` names.
    """

    parameters: int
    memory_mb: int
    real_time_factor: dict[str, float]


class Engine(Protocol):
    """A separator of segments.

    Attributes:
        stems: Names of the sources, in the order of the output.
        complete: Whether the sources are meant to add up to the mixture. Where not (a network
            for one target), the stream adds the remainder as the stem ``rest``.
        sample_rate: In Hz; the stream resamples.
        channels: 1 or 2; a stereo song goes through a mono engine as two batch items.
        segment_samples: The length of a segment; the stream never passes another.
        normalise: Whether the song is brought to mean 0 and deviation 1 before, and back after.
        batch: How many segments are computed at once on the opened device.
    """

    stems: tuple[str, ...]
    complete: bool
    sample_rate: int
    channels: int
    segment_samples: int
    normalise: bool
    batch: int

    def separate(self, mixture: NDArray[np.float32]) -> NDArray[np.float32]:
        """(batch, channels, samples) -> (batch, sources, channels, samples), both float32.

        The batch has at most ``batch`` items, each separated as if it were alone.

        Raises:
            OutOfMemoryError: it did not fit into the memory of the device.
        """


class EngineClass(Protocol):
    """What stands in the table: the way to an engine, and what is known without opening it.

    Attributes:
        summary: One sentence for people: what it is best at.
        source: Where the method was published.
        needs_weights: Whether ``open`` must be given a file.
        devices: What it runs on, best first: "cuda", "mps", "cpu".
        cost: What it costs.
        version: Raised when the same segment gives another result, so that caches notice.
    """

    version: int
    summary: str
    source: str
    needs_weights: bool
    devices: tuple[str, ...]
    cost: Cost

    def open(self, device: str, weights: Path | None = None) -> Engine:
        """An engine on ``device``, such as "cpu" or "cuda:1".

        Raises:
            ModelMismatchError, UnsafeModelError: ``weights`` are not what this engine reads.
            DeviceError, OutOfMemoryError: ``device`` cannot run it.
        """


ENGINES: Registry[EngineClass] = Registry("separation engine", "stemwright.separation")
