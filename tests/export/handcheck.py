"""Makes the exports that a person opens in a DAW to check by hand what no test here can.

``python tests/export/handcheck.py FOLDER [SET.als]`` writes three songs of clicks, 280 MB, with a
Live set made from the one that is given; ``docs/daw.md`` says what must be seen. There is a click
and a note on every beat, the first of a bar louder and lower, and a note a bar on a track whose
name is Korean.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from studio.export.contract import ExportOptions
from studio.export.manifest import Engine
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.key import Key
from studio.music.notes import Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

SECONDS = 180
TARGETS = ("stems", "midi", "dawproject", "reaper")
KICK, HAT, BELL = 36, 42, 72


@dataclass(frozen=True)
class Case:
    """A song of clicks: its name, rate and tempo, and whether silence goes before it."""

    name: str
    rate: int
    tempo: TempoMap
    lead_in: bool = False

    def beats(self, seconds: float) -> NDArray[np.float64]:
        """The second of each beat of a song of this length, the first of a bar first."""
        first = self.tempo.beats(np.array([self.tempo.downbeat or 0.0]))[0]
        last = self.tempo.beats(np.array([seconds - 0.1]))[0]
        return self.tempo.seconds(np.arange(first, last))


def changing() -> TempoMap:
    """Another tempo each bar, from 90 to 150 BPM and back."""
    bars = range(120)
    return TempoMap(tuple(TempoStep(4.0 * bar, 120 + 30 * math.sin(bar / 5)) for bar in bars))


CASES = (
    Case("Steady", 44100, TempoMap.constant(117.3)),
    Case("Changing", 48000, changing()),
    Case("Late", 44100, TempoMap((TempoStep(0.0, 96.0),), downbeat=0.37), lead_in=True),
)


def make(case: Case, folder: Path, seconds: float = SECONDS) -> SongBundle:
    """Write the sound of ``case`` to ``folder``, two equal stems; what is returned is the song."""
    beats = case.beats(seconds)
    frames = round(seconds * case.rate)
    samples = np.zeros(frames, np.float32)
    time = np.arange(round(0.03 * case.rate)) / case.rate
    for number, start in enumerate(np.rint(beats * case.rate).astype(int)):
        level, pitch = (0.9, 1000) if number % 4 == 0 else (0.4, 2000)
        click = level * np.cos(2 * np.pi * pitch * time) * np.exp(-time / 0.005)
        samples[start : start + len(click)] += click[: frames - start]
    song, half = folder / f"{case.name}.wav", folder / f"{case.name} half.wav"
    soundfile.write(song, samples, case.rate, subtype="FLOAT")
    soundfile.write(half, samples / 2, case.rate, subtype="FLOAT")
    keys = np.where(np.arange(len(beats)) % 4 == 0, KICK, HAT)
    bars = beats[::4]
    bells = Notes.columns(bars, np.full(len(bars), BELL), bars + 0.4)
    return SongBundle(
        song=f"{case.name} 곡",
        mixture=song,
        sample_rate=case.rate,
        frames=frames,
        stems=tuple(StemFile(stem(name), half) for name in ("drums", "피아노")),
        takes=(
            Take("drums", "hand", "drums", Notes.columns(beats, keys, beats + 0.05)),
            Take("피아노", "hand", "piano", bells),
        ),
        tempo=case.tempo,
        key=Key(6, minor=True),
        markers=(Marker(float(bars[1]), "Bar 2"), Marker(float(bars[-1]), "Last bar")),
    )


def main(folder: Path, template: Path | None = None) -> None:
    """Export every case; ``template`` is a set that Live saved."""
    for case in CASES:
        out = folder / case.name
        out.mkdir(parents=True)
        bundle = make(case, folder)
        manifest = export_song(
            bundle,
            out,
            (*TARGETS, "live") if template else TARGETS,
            options=ExportOptions(
                "pcm16", lead_in=case.lead_in, guide_note=True, live_template=template
            ),
            facts=ManifestFacts(Engine("clicks", None, "cpu")),
            scores=None,
            force=False,
            job=Job(notes=print),
        )
        bundle.mixture.unlink()
        bundle.stems[0].path.unlink()
        last = manifest.offset_seconds + case.beats(SECONDS)[-1]
        print(f"{out}: the last click is at {last:.4f} s")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
