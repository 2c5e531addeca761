"""A stretch of sampled sound, and the one gate its samples pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.errors import AudioFormatError

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A stretch of sampled sound, channels first.

    Attributes:
        samples: float32, shape (channels, samples). Full scale is ±1.0; louder values are kept
            here and limited only where a fixed-point file is written.
        sample_rate: In Hz.

    Raises:
        AudioFormatError: ``samples`` is not 2-D float32, has no channel or is not finite, or
            ``sample_rate`` is not positive.
    """

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise AudioFormatError(
                reason="expected float32 samples of shape (channels, samples), got "
                f"{self.samples.dtype} {self.samples.shape}"
            )
        if self.samples.shape[0] == 0:
            raise AudioFormatError(reason="they have no channel")
        if not np.isfinite(self.samples).all():
            raise AudioFormatError(reason="they hold a NaN or an infinity")
        if self.sample_rate <= 0:
            raise AudioFormatError(reason=f"the sample rate is {self.sample_rate} Hz")

    @property
    def channels(self) -> int:
        """How many channels."""
        return int(self.samples.shape[0])

    @property
    def n_samples(self) -> int:
        """Samples a channel."""
        return int(self.samples.shape[1])

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sample_rate

    def mono(self) -> Samples:
        """The mean of the channels, shape (samples,)."""
        mean: Samples = self.samples.mean(axis=0, dtype=np.float32)
        return mean
