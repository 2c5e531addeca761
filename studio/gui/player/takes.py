"""The sound of notes, made just before it is heard.

A background thread renders short chunks ahead of the playhead; the sound's thread reads what is
there. While notes change under the hand the old chunks play on until the new ones are there, and
one fades into the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio.gui.player.timing import Route
from studio.gui.player.tracks import Span, Track
from studio.music.audio import Samples
from studio.music.notes import NO_NOTES, Notes
from studio.synth.render import render

CHUNK_SECONDS = 0.25
# The sound goes on this long after a chunk, to fade out where the next is of other notes.
_TAIL_FRAMES = 256
_KEPT = 64  # chunks: 16 s, 2.8 MB
# Places at which take and stem are compared to make them equally loud, and how long each is.
_PLACES, _PLACE_SECONDS = 12, 0.5
_LARGEST_GAIN = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    """Rendered ``notes`` from frame ``start`` on, mono, with its tail."""

    notes: Notes
    start: int
    samples: Samples


class TakeTrack:
    """Notes as a track. ``set_notes`` may be called often, as while a threshold is dragged."""

    def __init__(self, sample_rate: int, frames: int, kind: str) -> None:
        """
        Args:
            sample_rate, frames: Of the song.
            kind: ``drums`` plays the kit, anything else the pitched voice.
        """
        self.sample_rate, self.frames, self.kind = sample_rate, frames, kind
        self.on_change: Callable[[], None] | None = None
        self._notes = NO_NOTES
        self._gain: float | None = None
        self._length = round(CHUNK_SECONDS * sample_rate)
        self._chunks: dict[int, _Chunk] = {}
        self._playing: _Chunk | None = None  # what the last read ended in
        self._next = -1

    def set_notes(self, notes: Notes) -> None:
        """Other notes; what was rendered of the former is heard until they are."""
        self._notes = notes
        if self.on_change is not None:
            self.on_change()

    def read(self, start: int, frames: int) -> Samples:
        """Shape (2, ``frames``); silence where nothing is rendered. The sound's thread only."""
        mono = np.zeros(frames, np.float32)
        at, stop = max(0, start), min(start + frames, self.frames)
        while at < stop:
            index = at // self._length
            end = min(stop, (index + 1) * self._length)
            self._fill(mono[at - start : end - start], at, self._chunks.get(index))
            at = end
        return np.repeat(mono[None], 2, axis=0)

    def missing(self, start: int, frames: int) -> list[Span]:
        """Never a reason to hear the song instead."""
        return []

    def prepare(self, route: Route, beside: Track | None) -> bool:
        """Render the first chunk along ``route`` that is not there. The background thread only.

        Args:
            beside: The stem, which the take is made as loud as.

        Returns:
            Whether there may be more to do.
        """
        notes = self._notes
        wanted = [
            index
            for start, count in route
            for index in range(start // self._length, -(-(start + count) // self._length))
        ]
        for index in wanted:
            chunk = self._chunks.get(index)
            if chunk is None or chunk.notes is not notes:
                self._chunks[index] = self._render(notes, index, beside)
                self._forget(wanted)
                return True
        return False

    def _fill(self, out: Samples, at: int, chunk: _Chunk | None) -> None:
        """Play ``chunk`` from frame ``at`` on, after what was played so far."""
        former = self._playing
        if chunk is not None:
            out[:] = chunk.samples[at - chunk.start :][: len(out)]
        if at == self._next and (former and former.notes) is not (chunk and chunk.notes):
            _fade_in(out, former.samples[at - former.start :] if former else out[:0])
        self._playing, self._next = chunk, at + len(out)

    def _render(self, notes: Notes, index: int, beside: Track | None) -> _Chunk:
        rate = self.sample_rate
        if self._gain is None and beside is not None and len(notes):
            self._gain = matched_gain(beside, notes, self.kind, rate)
        start = index * self._length
        stop = start + self._length + _TAIL_FRAMES
        samples = render(notes, self.kind, start / rate, stop / rate, rate, touch=True)
        return _Chunk(notes, start, samples * np.float32(self._gain or 1.0))

    def _forget(self, wanted: list[int]) -> None:
        """Keep the store small: what was rendered first goes first."""
        spare = [index for index in self._chunks if index not in wanted]
        for index in spare[: max(0, len(self._chunks) - _KEPT)]:
            del self._chunks[index]


def matched_gain(stem: Track, notes: Notes, kind: str, sample_rate: int) -> float:
    """The gain at which ``notes`` are as loud as ``stem``: equal power at places where both sound.

    At most 18 dB either way; 1 where there is nothing to compare.
    """
    frames = round(_PLACE_SECONDS * sample_rate)
    power_stem = power_take = 0.0
    for onset in notes.onset[np.linspace(0, len(notes) - 1, _PLACES).astype(int)].tolist():
        start = round(onset * sample_rate)
        if stem.missing(start, frames):
            continue
        sound = render(notes, kind, onset, onset + _PLACE_SECONDS, sample_rate, touch=True)
        power_stem += float(np.square(stem.read(start, frames)).mean())
        power_take += float(np.square(sound).mean())
    if power_stem <= 1e-9 or power_take <= 1e-9:
        return 1.0
    return min(max(math.sqrt(power_stem / power_take), 1 / _LARGEST_GAIN), _LARGEST_GAIN)


def _fade_in(out: Samples, former: Samples) -> None:
    """Let ``out`` begin as ``former`` goes on, in place; silence where ``former`` ends."""
    count = min(len(out), _TAIL_FRAMES)
    share = np.arange(1, count + 1, dtype=np.float32) / count
    out[:count] *= share
    old = former[:count]
    out[: len(old)] += (1.0 - share[: len(old)]) * old
