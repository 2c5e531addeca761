"""Songs made for the tests: clicks, and a small band whose beats, bars and chords are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from studio.audio.write import WavWriter
from studio.music.notes import Note, Notes
from studio.synth.render import render

WriteSong = Callable[..., Path]
# Of a bar, in quarter notes: kick, snare.
_DRUMS = {4: ((0.0, 2.5), (1.0, 3.0)), 3: ((0.0,), (1.0, 2.0))}


@pytest.fixture
def write_song(tmp_path: Path) -> WriteSong:
    """Writes samples, shape (samples,) or (channels, samples), as a WAV of ours."""

    def write(samples: np.ndarray, sample_rate: int = 44100) -> Path:
        rows = np.atleast_2d(samples).astype(np.float32)
        path = tmp_path / "song.wav"
        with WavWriter(path, sample_rate, *rows.shape) as out:
            out.write(rows)
        return path

    return write


@pytest.fixture
def band() -> Callable[..., np.ndarray]:
    """Plays beats at the seconds given, at 22.05 kHz: drums, bass, and a chord a bar.

    ``chords`` are triples of pitch classes, the root first, over and over; bars have ``length``
    beats, the first begins on the first beat.
    """

    def play(
        beats: np.ndarray, chords: Sequence[Sequence[int]], length: int = 4, drums: bool = True
    ) -> np.ndarray:
        def at(beat: float) -> float:
            return float(np.interp(beat, np.arange(len(beats)), beats))

        def note(beat: float, long: float, pitch: int, loud: int) -> Note:
            return Note(at(beat), pitch, at(beat + long) - 0.02, loud)

        kit, bass, keys = [], [], []
        for bar, first in enumerate(range(0, len(beats) - length, length)):
            chord = chords[bar % len(chords)]
            kick, snare = _DRUMS[length]
            kit += [note(first + x, 0.25, 36, 110) for x in kick]
            kit += [note(first + x, 0.25, 38, 100) for x in snare]
            kit += [note(first + x / 2, 0.25, 42, 60) for x in range(2 * length)]
            keys += [note(first, length, 60 + pitch % 12, 80) for pitch in chord]
            keys += [note(first + x, 0.5, 72 + chord[x % 3] % 12, 60) for x in range(length)]
            bass += [
                note(first, 1, 36 + chord[0] % 12, 100),
                note(first + 2, 1, 36 + chord[0] % 12, 80),
            ]
        seconds = float(beats[-1]) + 0.5
        sound = render(Notes.of(keys), "piano", 0, seconds, touch=True)
        sound += render(Notes.of(bass), "bass", 0, seconds, touch=True)
        return sound + render(Notes.of(kit if drums else ()), "drums", 0, seconds, touch=True)

    return play
