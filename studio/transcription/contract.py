"""What a detector and a decoder are.

A detector turns sound into activations, slowly; its result is cached. A decoder turns activations
into candidates once, at the lowest threshold; every candidate keeps its strength, so that any
onset threshold is a comparison (``music.take.choose``), a higher one giving a subset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.music.audio import Audio
from studio.music.notes import Notes
from studio.registry import Registry


@dataclass(frozen=True, slots=True, eq=False)
class Activations:
    """How strongly each pitch starts, sounds and ends in each frame.

    Attributes:
        onset, frame: float32, shape (frames, pitches), in [0, 1].
        offset: The same, or None where the detector hears no ends.
        frames_per_second: Frame k stands for k / frames_per_second seconds.
        lowest_pitch: MIDI number of column 0.
    """

    onset: NDArray[np.float32]
    frame: NDArray[np.float32]
    offset: NDArray[np.float32] | None
    frames_per_second: float
    lowest_pitch: int


class Detector(Protocol):
    """An opened detector.

    Attributes:
        sample_rate: In Hz, of the mono audio ``detect`` wants; the room resamples and mixes.
        hop: Samples from one frame to the next, a whole number at ``sample_rate``.
        context_seconds: How far sound can reach from either side into a frame. A long stem is
            heard in stretches that overlap by this on either side.
        level_db: The level to which the loud parts of the stem are brought before, in dB of
            full scale, so that what is faint beside them stays faint. None: as it is.
    """

    sample_rate: int
    hop: int
    context_seconds: float
    level_db: float | None

    def detect(self, audio: Audio) -> Activations:
        """The activations of mono ``audio`` at ``sample_rate``.

        Frame k stands for the time of sample k * hop; there are ceil(samples / hop) frames.
        Silence beyond either end is as good as no sound.
        """


Decoder = Callable[[Activations], Notes]
"""All candidates of an activation, each with its strength; velocity is not its concern."""


class DetectorClass(Protocol):
    """What stands in the table: the way to a detector, and what is known without opening it.

    Attributes:
        summary: One sentence for people: what it is best at.
        source: Where the method was published.
        kinds: What it is meant for, of ``music.stem.KINDS``.
        pitch_range: Lowest and highest MIDI number it can hear.
        licence: Of the weights, or of the program where there are none.
        weights: Name of its weights in the catalogue, or None.
        devices: What it runs on, best first.
        decoder: Turns its activations into candidates.
        version: Raised when the same stem gives other activations or candidates, so that caches
            notice.
    """

    summary: str
    source: str
    kinds: tuple[str, ...]
    pitch_range: tuple[int, int]
    licence: str
    weights: str | None
    devices: tuple[str, ...]
    version: int

    @staticmethod
    def decoder(activations: Activations) -> Notes:
        """See ``Decoder``."""

    def open(self, device: str, weights: Path | None = None) -> Detector:
        """A detector on ``device``.

        Raises:
            ModelMissingError: it needs weights and was given none.
            ModelMismatchError, UnsafeModelError: ``weights`` are not what it reads.
        """


DETECTORS: Registry[DetectorClass] = Registry("transcription engine", "stemwright.transcription")
