"""Takes to sound, always by the same voice and kit: for scores, and for ears.

Contract: sample n of a song stands for n / sample_rate seconds, and its value follows from the
notes alone. Rendering [a, b) and [b, c) one after the other therefore gives [a, c).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.music.notes import Notes
from studio.synth import kit, voice

SAMPLE_RATE = 22050
SCORING_VELOCITY = 100
# Working arrays stay this small, however long a note is held.
_PIECE_SECONDS = 20.0


def render(
    notes: Notes,
    kind: str,
    start: float,
    stop: float,
    sample_rate: int = SAMPLE_RATE,
    touch: bool = False,
) -> NDArray[np.float32]:
    """The seconds ``start`` to ``stop`` of ``notes``, mono.

    A note of velocity v sounds at (v / 127)² of the full level, as General MIDI recommends.
    Nothing is normalised or limited: many loud notes together go beyond ±1.

    Args:
        notes: Where two overlap on one pitch, the first ends where the second starts.
        kind: ``drums`` plays the kit by General MIDI number; anything else the pitched voice.
        touch: Whether velocities are heard. Scores want all notes alike (velocity 100).

    Returns:
        float32, shape (samples,): from sample round(start * sample_rate) up to, not including,
        round(stop * sample_rate).
    """
    playable = notes.without_overlaps()
    playable = playable.where(playable.offset > playable.onset)
    if not touch:
        playable = playable.with_velocity(np.full(len(playable), SCORING_VELOCITY))
    first, last = round(start * sample_rate), round(stop * sample_rate)
    sound = np.zeros(max(0, last - first), np.float32)
    step = round(_PIECE_SECONDS * sample_rate)
    for at in range(first, last, step):
        until = min(at + step, last)
        sound[at - first : until - first] = _piece(playable, kind, at, until, sample_rate)
    return sound


def _piece(notes: Notes, kind: str, first: int, last: int, sample_rate: int) -> NDArray[np.float64]:
    """The samples ``first`` <= n < ``last``: every note that sounds there, added up in order."""
    begin, end = extent(notes, kind, sample_rate)
    sounding = (begin < last) & (end > first)
    gain = (notes.velocity / 127.0) ** 2
    sound = np.zeros(last - first)
    for begins, ends, pitch, onset, offset, loud in zip(
        np.maximum(begin[sounding], first).tolist(),
        np.minimum(end[sounding], last).tolist(),
        notes.pitch[sounding].tolist(),
        notes.onset[sounding].tolist(),
        notes.offset[sounding].tolist(),
        gain[sounding].tolist(),
        strict=True,
    ):
        if kind == "drums":
            strike = round(onset * sample_rate)
            one = kit.hit(pitch, sample_rate)[begins - strike : ends - strike]
        else:
            one = voice.pitched(pitch, onset, offset, begins, ends, sample_rate)
        sound[begins - first : ends - first] += loud * one
    return sound


def extent(
    notes: Notes, kind: str, sample_rate: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First sample of each note, and the one after its last; int64, shape (notes,)."""
    begin = np.rint(notes.onset * sample_rate).astype(np.int64)
    if kind == "drums":
        keys, which = np.unique(notes.pitch, return_inverse=True)
        lengths = np.array([len(kit.hit(int(key), sample_rate)) for key in keys], np.int64)
        return begin, begin + lengths[which] if len(keys) else begin
    end = np.ceil((notes.offset + voice.RELEASE_SECONDS) * sample_rate).astype(np.int64)
    return begin, end
