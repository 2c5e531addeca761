"""Whole songs of four stems with exact notes, composed from the sources by one number.

A song is an arrangement of a tune (``arrange``) played by timbres that are drawn anew for every
part (``singers``, ``drummers``, ``band``). One in five has no singer; there an instrument that
sings (guitar, horn, wind, string or synthesiser, bent and with vibrato) plays the melody and stays
in ``other``, since this is what a network takes for a voice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from studio.lab import arrange
from studio.lab.band import bass, other
from studio.lab.drummers import drums
from studio.lab.session import Session
from studio.lab.singers import vocals
from studio.lab.sources import RATE, Sources, Split
from studio.music.audio import Samples
from studio.music.notes import Note

STEMS = ("vocals", "drums", "bass", "other")


class UnusableSongError(Exception):
    """A song came out silent or not finite; another number gives another song."""


@dataclass(frozen=True, slots=True)
class Song:
    """What was rendered.

    Attributes:
        stems: Float32, (4, 2, samples), in the order of ``STEMS``; nothing louder than 0.9.
        sung: Whether somebody sings; where not, ``stems[0]`` is silent.
        parts: (stem, what plays, its notes), exactly as they sound.
    """

    stems: Samples
    sung: bool
    parts: list[tuple[str, str, list[Note]]] = field(default_factory=list)


def compose(sources: Sources, split: Split, seed: int, seconds: float) -> Song:
    """The song of number ``seed``.

    Raises:
        UnusableSongError: a stem that should sound is silent, or holds a NaN.
    """
    rng = np.random.default_rng([seed, split == "dev"])
    tunes = sources.tunes(split)
    tune = arrange.read_tune(tunes[int(rng.integers(len(tunes)))], seconds, rng)
    sung = bool(rng.random() > 0.2)
    session = Session(sources, split, tune, round(seconds * RATE), sung, rng)
    players = (vocals if sung else Session.silence, drums, bass, other)
    stems = np.stack([play(session) for play in players])
    _check(stems, sung)
    stems *= 0.9 / np.abs(stems).max(axis=(1, 2), keepdims=True).clip(1e-3)
    parts = [(s, p, [n for n in notes if n.onset < seconds]) for s, p, notes in session.parts]
    return Song(stems, sung, parts)


def _check(stems: Samples, sung: bool) -> None:
    """A silent or undefined stem once spoilt a whole training."""
    level = np.sqrt((stems.astype(np.float64) ** 2).mean(axis=(1, 2)))
    if not np.isfinite(level).all() or (level[0 if sung else 1 :] < 1e-4).any():
        raise UnusableSongError(f"levels of the stems: {level.round(6).tolist()}")
