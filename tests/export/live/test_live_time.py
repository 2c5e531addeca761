"""Ten minutes of clicks: sound and the Live set say the same time, and so does its grid.

Nothing of ours reads the set: the few lines below unpack it and make seconds of beats, as Live
does: lines between points of the tempo, which are steps where two stand at one beat.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.export.contract import ExportOptions
from studio.export.live.target import LiveTarget
from studio.export.live.tempo import as_live
from studio.export.stems import StemsTarget
from studio.job import Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

RATE, SECONDS = 8000, 600
TOLERANCE = 0.5e-3
Floats = np.ndarray
Template = Callable[..., Path]


def clicked(
    points: int, shift: float
) -> tuple[list[tuple[float, float]], list[float], list[float]]:
    """Steps of beat and BPM, 117.3 at first; clicks on each beat and off it; and all sixteenths.

    Steps are on beats, or ``shift`` beats behind them.
    """
    rng = np.random.default_rng(points)
    changes = np.sort(rng.choice(np.arange(1, 1000), points - 1, replace=False)) + shift
    steps = [(0.0, 117.3), *((float(b), 117.3 * float(rng.uniform(0.75, 1.3))) for b in changes)]
    beats = np.arange(0.0, 2000.0, 0.25)
    times = np.zeros_like(beats)
    for (beat, bpm), (end, _) in zip(steps, [*steps[1:], (2000.0, 0.0)], strict=True):
        times += np.clip(beats - beat, 0.0, end - beat) * 60 / bpm
    grid = times[times < SECONDS - 1]
    off = grid[:-1:4] + rng.uniform(0.2, 0.8, len(grid[:-1:4])) * np.diff(grid)[::4]
    return steps, np.sort(np.concatenate((grid[::4], off))).tolist(), grid.tolist()


# The reader.


def number(element: Element, path: str) -> float:
    """The value there."""
    found = element.find(path)
    assert found is not None
    return float(found.attrib["Value"])


class Reader:
    """A set: its clock and what lies on it."""

    def __init__(self, path: Path) -> None:
        """Unpacks it."""
        self.root = ET.fromstring(gzip.decompress(path.read_bytes()))
        main = self.root.find("LiveSet/MainTrack")
        assert main is not None
        target = main.find("DeviceChain/Mixer/Tempo/AutomationTarget")
        assert target is not None
        (self.points,) = (
            [
                (float(e.attrib["Time"]), float(e.attrib["Value"]))
                for e in envelope.iter("FloatEvent")
            ]
            for envelope in main.iter("AutomationEnvelope")
            if number(envelope, "EnvelopeTarget/PointeeId") == float(target.attrib["Id"])
        )
        assert number(main, "DeviceChain/Mixer/Tempo/Manual") == self.points[0][1]

    def steps(self) -> list[tuple[float, float]]:
        """Beat and BPM, from pairs of points between which nothing moves."""
        (before, bpm), *others = self.points
        assert before == -63072000
        found = [(0.0, bpm)]
        for (beat, old), (again, new) in zip(others[::2], others[1::2], strict=True):
            assert beat == again
            assert old == found[-1][1]
            assert beat * 4 == round(beat * 4)
            found.append((beat, new))
        return found

    def seconds(self, beats: Floats) -> Floats:
        """When beats come, in the precision Live keeps its tempo in."""
        steps = [(beat, float(np.float32(bpm))) for beat, bpm in self.steps()]
        at = np.zeros_like(beats)
        for (beat, bpm), (end, _) in zip(steps, [*steps[1:], (np.inf, 0.0)], strict=True):
            at += np.clip(beats - beat, 0.0, end - beat) * 60 / bpm
        return at

    def clips(self, kind: str) -> list[Element]:
        """Of the arrangement."""
        return list(self.root.iterfind(f".//MainSequencer/*/ArrangerAutomation/Events/{kind}"))

    def heard(self, clip: Element, folder: Path) -> Floats:
        """Seconds of the clicks of a sound that is not warped, so that its loop is in seconds."""
        warped = clip.find("IsWarped")
        assert warped is not None
        assert warped.attrib["Value"] == "false"
        file = clip.find("SampleRef/FileRef/RelativePath")
        assert file is not None
        samples, rate = soundfile.read(folder / file.attrib["Value"])
        start = self.seconds(np.array([number(clip, "CurrentStart")]))[0]
        return start + np.flatnonzero(samples > 0.5) / rate - number(clip, "Loop/LoopStart")

    def played(self, clip: Element) -> Floats:
        """Seconds of the starts of its notes."""
        offset = number(clip, "CurrentStart") - number(clip, "Loop/LoopStart")
        notes = [float(note.attrib["Time"]) for note in clip.iter("MidiNoteEvent")]
        return self.seconds(np.array(notes) + offset)


@pytest.mark.parametrize(("points", "shift"), [(1, 0.0), (10, 0.0), (700, 0.0), (700, 0.37)])
def test_sound_notes_and_grid_agree_within_half_a_millisecond(
    template: Template, points: int, shift: float, tmp_path: Path
) -> None:
    """To the last of ten minutes, whether the tempo changes on beats or anywhere."""
    steps, times, grid = clicked(points, shift)
    samples = np.zeros(RATE * SECONDS, "f4")
    samples[np.rint(np.array(times) * RATE).astype(int)] = 1.0
    soundfile.write(tmp_path / "clicks.wav", samples, RATE, subtype="FLOAT")
    notes = Notes.of(Note(time, 37, time + 0.02) for time in times)
    bundle = SongBundle(
        song="clicks",
        mixture=tmp_path / "clicks.wav",
        sample_rate=RATE,
        frames=len(samples),
        stems=(StemFile(stem("drums"), tmp_path / "clicks.wav"),),
        takes=(Take("drums", "e", "drums", notes),),
        tempo=TempoMap(tuple(TempoStep(*step) for step in steps)),
        markers=(Marker(times[99], "here"),),
    )
    options = ExportOptions("pcm24", live_template=template())
    for target in (StemsTarget(), LiveTarget()):
        target.write(bundle, tmp_path / "out", options, Job())
    live = Reader(tmp_path / "out" / "clicks.als")

    found = [live.heard(clip, tmp_path / "out") for clip in live.clips("AudioClip")]
    found += [live.played(clip) for clip in live.clips("MidiClip")]
    ends = [
        live.seconds(np.array([number(clip, "CurrentEnd")]))[0] for clip in live.clips("AudioClip")
    ]
    lines = live.seconds(np.arange(len(grid)) / 4)
    places = [number(locator, "Time") for locator in live.root.iter("Locator") if len(locator)]

    sounds = max(float(np.abs(row - times).max()) for row in found[:2])
    played = float(np.abs(found[2] - times).max())
    apart = float(np.abs(lines - grid).max())
    print(
        f"{points} points of tempo, {shift} beats behind beats, {len(live.steps())} in the set: "
        f"sound {sounds * 1e3:.4f} ms, notes {played * 1e3:.6f} ms, grid {apart * 1e3:.4f} ms"
    )
    assert {len(row) for row in found} == {len(times)}
    assert max(sounds, played, apart) < TOLERANCE
    assert ends == pytest.approx([SECONDS, SECONDS], abs=1e-6)
    assert live.seconds(np.array(places))[1] == pytest.approx(times[99], abs=1e-6)
    assert len(live.steps()) >= points


@given(st.lists(st.tuples(st.floats(0.001, 9.0), st.floats(20.0, 999.0)), min_size=1, max_size=40))
def test_every_sixteenth_stays_where_it_is(rows: list[tuple[float, float]]) -> None:
    """However near each other the tempo changes, and however much."""
    beats = np.cumsum([gap for gap, _ in rows]) - rows[0][0]
    given = TempoMap(
        tuple(TempoStep(float(b), bpm) for b, (_, bpm) in zip(beats, rows, strict=True))
    )
    sixteenths = np.arange(0.0, beats[-1] + 8.0, 0.25)

    written = as_live(given)

    apart = np.abs(written.seconds(sixteenths) - given.seconds(sixteenths)).max()
    assert apart < 0.02e-3
    assert all(step.bpm == np.float32(step.bpm) for step in written.steps)
