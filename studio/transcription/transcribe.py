"""Which detector hears a stem, and what it heard as candidates."""

from __future__ import annotations

from pathlib import Path

from studio.errors import OptionError
from studio.job import Job
from studio.music.notes import Notes
from studio.transcription.contract import Activations, DetectorClass
from studio.transcription.engines import DETECTORS
from studio.transcription.velocity import velocities


def choose_engine(kind: str, asked: str | None = None) -> str:
    """The detector for stems of ``kind``: the one asked for, or the first that needs no weights.

    Raises:
        UnknownChoiceError: no detector is called ``asked``.
        OptionError: it does not hear stems of this kind, or none does.
    """
    if asked is not None:
        kinds = DETECTORS.load(asked).kinds
        if kind not in kinds:
            reason = f"it hears {_listed(kinds)}, and this stem is taken as {kind}"
            raise OptionError(option="--engine", value=asked, reason=reason)
        return asked
    for entry in DETECTORS:
        detector = DETECTORS.load(entry.name)
        if kind in detector.kinds and detector.weights is None:
            return entry.name
    raise OptionError(option="--as", value=kind, reason="no engine hears stems of this kind")


def candidates(detector: DetectorClass, activations: Activations, stem: Path, job: Job) -> Notes:
    """Everything the detector's decoder finds in its ``activations``, with velocities.

    Args:
        stem: The WAV the activations come from; its levels become velocities.
    """
    job.update(0.0, "finding notes")
    return velocities(detector.decoder(activations), stem, job.part(0.5, 1.0))


def _listed(names: tuple[str, ...]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
