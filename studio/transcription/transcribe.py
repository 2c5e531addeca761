"""Which detector hears a stem and why, and what it heard as candidates."""

from __future__ import annotations

from pathlib import Path

from studio.errors import OptionError
from studio.job import Job
from studio.models.store import find, verify
from studio.music.notes import Notes
from studio.transcription.contract import Activations, DetectorClass
from studio.transcription.engines import DETECTORS
from studio.transcription.velocity import levels, velocities

GATE_DB = 45.0

# What hears a stem unless the user says otherwise, and why; none of them needs added weights.
_USUAL = {
    "vocals": ("melody", "a voice sings one note at a time"),
    "bass": ("spectral", "it holds on to the bass under what leaked into it"),
    "drums": ("drums", "it knows kick, snare and hi-hat"),
    "piano": ("spectral", "it hears chords"),
    "guitar": ("spectral", "it hears chords"),
    "other": ("spectral", "it hears chords"),
}


def choose_engine(kind: str, asked: str | None = None) -> str:
    """The detector for stems of ``kind``: the one asked for, or the usual one.

    Raises:
        UnknownChoiceError: no detector is called ``asked``.
        OptionError: it does not hear stems of this kind.
    """
    if asked is None:
        return _USUAL[kind][0]
    kinds = DETECTORS.load(asked).kinds
    if kind not in kinds:
        reason = f"it hears {_listed(kinds)}, and this stem is taken as {kind}"
        raise OptionError(option="--engine", value=asked, reason=reason)
    return asked


def why_usual(kind: str) -> str:
    """Why stems of ``kind`` are heard by the detector they are, as the end of a sentence."""
    return f"{_USUAL[kind][1]}, and it needs no added weights"


def weights_of(detector: DetectorClass) -> Path | None:
    """The file with the detector's weights, unaltered; None where it needs none.

    Raises:
        ModelMissingError, ModelDamagedError: they are not here, or not as they were added.
    """
    return verify(find(detector.weights)) if detector.weights else None


def candidates(detector: DetectorClass, activations: Activations, stem: Path, job: Job) -> Notes:
    """Everything the detector's decoder finds in its ``activations``, with velocities.

    What begins ``GATE_DB`` or more below the loud parts of the stem is left out: it leaked from
    elsewhere, or is the hiss between phrases that some networks take for notes.

    Args:
        stem: The WAV the activations come from; its levels become velocities.
    """
    job.update(0.0, "finding notes")
    found = detector.decoder(activations)
    level, loud = levels(found.onset, stem)
    return velocities(found.where(level > loud - GATE_DB), stem, job.part(0.5, 1.0))


def _listed(names: tuple[str, ...]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
