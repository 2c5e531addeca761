"""Ten minutes of clicks: sound, MIDI and DAWproject say the same time, each read on its own.

Nothing of ours reads the files: libsndfile finds the clicks, pretty_midi the notes, and the few
lines below turn the beats of the DAWproject into seconds, as the format's reference tells.
"""

from __future__ import annotations

from bisect import bisect_right
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import numpy as np
import pretty_midi
import pytest
import soundfile

from studio.export.contract import ExportOptions
from studio.export.dawproject.target import DawProjectTarget
from studio.export.midi import MidiTarget
from studio.job import Job
from studio.music.bundle import SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

RATE, SECONDS = 44100, 600
TOLERANCE = 0.5e-3


class Clicks(NamedTuple):
    """A click track: its tempo as pairs of beat and BPM, and the second of every beat."""

    steps: list[tuple[float, float]]
    times: list[float]


def clicks(points: int) -> Clicks:
    """117.3 BPM throughout, or a tempo that changes on so many beats, by up to 15 %."""
    rng = np.random.default_rng(points)
    beats = np.sort(rng.choice(np.arange(1, 1000), points - 1, replace=False))
    steps = [(0.0, 117.3), *((float(b), 117.3 * float(rng.uniform(0.85, 1.15))) for b in beats)]
    times, now, beat, tempo = [], 0.0, 0, dict(steps)
    bpm = steps[0][1]
    while now < SECONDS - 1:
        times.append(now)
        bpm = tempo.get(float(beat), bpm)
        now += 60 / bpm
        beat += 1
    return Clicks(steps, times)


@pytest.fixture(params=[1, 10, 700])
def track(request: pytest.FixtureRequest) -> Clicks:
    """With one, ten and seven hundred points of tempo."""
    return clicks(request.param)


@pytest.fixture
def exported(track: Clicks, tmp_path: Path) -> Path:
    """The folder into which both targets wrote the track: a sample each click, a note each."""
    samples = np.zeros(RATE * SECONDS, "f4")
    samples[np.rint(np.array(track.times) * RATE).astype(int)] = 1.0
    soundfile.write(tmp_path / "clicks.wav", samples, RATE, subtype="FLOAT")
    bundle = SongBundle(
        song="clicks",
        mixture=tmp_path / "clicks.wav",
        sample_rate=RATE,
        frames=RATE * SECONDS,
        stems=(StemFile(stem("drums"), tmp_path / "clicks.wav"),),
        takes=(Take("drums", "e", "drums", Notes.of(Note(t, 37, t + 0.05) for t in track.times)),),
        tempo=TempoMap(tuple(TempoStep(*step) for step in track.steps)),
    )
    for target in (DawProjectTarget(), MidiTarget()):
        target.write(bundle, tmp_path / "out", ExportOptions(), Job())
    return tmp_path / "out"


def along(points: list[tuple[float, float]], at: float) -> float:
    """The value at ``at`` on the line through ``points``."""
    here = min(max(bisect_right([x for x, _ in points], at) - 1, 0), len(points) - 2)
    (x0, y0), (x1, y1) = points[here], points[here + 1]
    return y0 + (at - x0) * (y1 - y0) / (x1 - x0)


def clock(root: ET.Element) -> list[tuple[float, float]]:
    """Beat and second of every tempo step of the document, and of a beat after all."""
    tempo = root.find("Transport/Tempo")
    assert tempo is not None
    points = [
        (float(p.attrib["time"]), float(p.attrib["value"]))
        for p in root.iterfind("Arrangement/TempoAutomation/RealPoint")
    ] or [(0.0, float(tempo.attrib["value"]))]
    knots = [(0.0, 0.0)]
    for (beat, bpm), (following, _) in pairwise([*points, (5000.0, 0.0)]):
        knots.append((following, knots[-1][1] + (following - beat) * 60 / bpm))
    return knots


def in_the_file(file: BytesIO) -> list[float]:
    """Seconds of the clicks in a sound file."""
    samples, rate = soundfile.read(file)
    return [float(frame) / rate for frame in np.flatnonzero(samples)]


def of_the_sounds(package: ZipFile, root: ET.Element) -> list[list[float]]:
    """Seconds on the timeline of the clicks of every audio clip."""
    knots, found = clock(root), []
    for clip in root.iterfind(".//Clip[Warps]"):
        file = clip.find("Warps/Audio/File")
        assert file is not None
        warps = [
            (float(w.attrib["contentTime"]), float(w.attrib["time"]))
            for w in clip.iterfind("Warps/Warp")
        ]
        start = float(clip.attrib["time"]) - float(clip.attrib["playStart"])
        heard = in_the_file(BytesIO(package.read(file.attrib["path"])))
        found.append([along(knots, start + along(warps, second)) for second in heard])
    return found


def of_the_notes(root: ET.Element) -> list[float]:
    """Seconds on the timeline of every note."""
    knots = clock(root)
    return [
        along(knots, float(clip.attrib["time"]) + float(note.attrib["time"]))
        for clip in root.iterfind(".//Clip[Notes]")
        for note in clip.iterfind("Notes/Note")
    ]


def test_sound_midi_and_project_agree(track: Clicks, exported: Path) -> None:
    """Every click within half a millisecond, to the last of ten minutes."""
    midi = pretty_midi.PrettyMIDI(str(exported / "MIDI" / "clicks.mid"))
    with ZipFile(exported / "clicks.dawproject") as package:
        root = ET.fromstring(package.read("project.xml"))
        heard = of_the_sounds(package, root)
    steps = len(root.findall("Arrangement/TempoAutomation/RealPoint")) or 1
    told = [
        *heard,
        of_the_notes(root),
        sorted(note.start for instrument in midi.instruments for note in instrument.notes),
    ]

    apart = max(float(np.abs(np.array(row) - track.times).max()) for row in told)

    assert steps == len(track.steps)
    assert len(told) == 4
    assert track.times[-1] > SECONDS - 3
    print(f"{steps} tempo points, {len(track.times)} clicks: {apart * 1e3:.4f} ms apart at most")
    assert apart < TOLERANCE
