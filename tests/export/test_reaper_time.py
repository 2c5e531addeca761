"""Ten minutes of clicks: sound, MIDI and the Reaper project say the same time.

Nothing of ours reads the files: libsndfile finds the clicks, mido the messages and ``rpp`` the
words; the few lines below make seconds of ticks, as Reaper's tempo points and MIDI's ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest
import rpp
import soundfile

from studio.export.contract import ExportOptions
from studio.export.midi import MidiTarget
from studio.export.reaper import ReaperTarget
from studio.export.stems import StemsTarget
from studio.job import Job
from studio.music.bundle import SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

RATE, SECONDS = 8000, 600
TOLERANCE = 0.5e-3


def clicked(points: int) -> tuple[list[tuple[float, float]], list[float]]:
    """Steps of beat and BPM, 117.3 at first, and clicks: on each beat and once off each beat."""
    rng = np.random.default_rng(points)
    changes = np.sort(rng.choice(np.arange(1, 1000), points - 1, replace=False)).tolist()
    tempo = {0: 117.3, **{beat: 117.3 * float(rng.uniform(0.75, 1.3)) for beat in changes}}
    times, now, beat, bpm = [], 0.0, 0, 117.3
    while now < SECONDS - 1:
        bpm = tempo.get(beat, bpm)
        times += [now, now + float(rng.uniform(0.2, 0.8)) * 60 / bpm]
        now += 60 / bpm
        beat += 1
    return [(float(beat), bpm) for beat, bpm in tempo.items()], times


def bundle_of(points: int, folder: Path) -> tuple[SongBundle, list[float]]:
    """The clicks as sound, one sample each, and as notes."""
    steps, times = clicked(points)
    samples = np.zeros(RATE * SECONDS, "f4")
    samples[np.rint(np.array(times) * RATE).astype(int)] = 1.0
    soundfile.write(folder / "clicks.wav", samples, RATE, subtype="FLOAT")
    notes = Notes.of(Note(time, 37, time + 0.05) for time in times)
    bundle = SongBundle(
        song="clicks",
        mixture=folder / "clicks.wav",
        sample_rate=RATE,
        frames=len(samples),
        stems=(StemFile(stem("drums"), folder / "clicks.wav"),),
        takes=(Take("drums", "e", "drums", notes),),
        tempo=TempoMap(tuple(TempoStep(*step) for step in steps)),
    )
    return bundle, times


# The readers.


def clicks_in(path: Path, position: float = 0.0, offset: float = 0.0) -> np.ndarray:
    """When the clicks of a file sound, on a clip that starts at ``position``."""
    samples, rate = soundfile.read(path)
    return position + np.flatnonzero(samples > 0.5) / rate - offset


def notes_in_midi(path: Path) -> np.ndarray:
    """Seconds of every note's start."""
    file = mido.MidiFile(path)
    now, tempi = 0, []
    for message in file.tracks[0]:
        now += message.time
        tempi += [(now, message.tempo)] if message.type == "set_tempo" else []
    ticks, now = [], 0
    for message in file.tracks[1]:
        now += message.time
        ticks += [now] if message.type == "note_on" and message.velocity else []
    at, found, ticks = 0.0, [], np.array(ticks)
    ends = [tick for tick, _ in tempi[1:]] + [10**12]
    for (tick, tempo), end in zip(tempi, ends, strict=True):
        a_tick = tempo / 1e6 / file.ticks_per_beat
        here = ticks[(ticks >= tick) & (ticks < end)]
        found.append(at + (here - tick) * a_tick)
        at += (end - tick) * a_tick
    return np.concatenate(found)


def tempo_points(project: Any) -> list[tuple[float, float]]:
    """Second and BPM of every point, all of them steps."""
    envelope = project.find("TEMPOENVEX")
    points = [child for child in envelope if child[0] == "PT"]
    assert {point[3] for point in points} == {"1"}
    return [(float(point[1]), float(point[2])) for point in points]


def beat_seconds(points: Sequence[tuple[float, float]], beats: np.ndarray) -> np.ndarray:
    """When beats come, each tempo holding from its second to the next one's."""
    starts = np.array([second for second, _ in points])
    bpm = np.array([tempo for _, tempo in points])
    at = np.concatenate([[0.0], np.cumsum(np.diff(starts) * bpm[:-1] / 60)])
    last = np.array([np.flatnonzero(at <= beat + 1e-9)[-1] for beat in beats])
    return starts[last] + (beats - at[last]) * 60 / bpm[last]


def words(block: Any, name: str) -> list[str]:
    """Of the first line of that name."""
    return next(child for child in block if isinstance(child, list) and child[0] == name)[1:]


def notes_of_item(project: Any, item: Any) -> tuple[np.ndarray, float]:
    """Seconds of every note's start, and of the end of the source."""
    source = item.find("SOURCE")
    resolution = int(words(source, "HASDATA")[1])
    events = [child for child in source if child[0] == "E"]
    ticks = np.cumsum([int(event[1]) for event in events])
    starts = [event[2][0] == "9" for event in events]
    assert float(words(item, "POSITION")[0]) == 0
    seconds = beat_seconds(tempo_points(project), ticks / resolution)
    return seconds[starts], float(seconds[-1])


# The claim.


@pytest.mark.parametrize("points", [1, 10, 700])
def test_sound_midi_and_project_agree_within_half_a_millisecond(
    points: int, tmp_path: Path
) -> None:
    """From the first click to the last; off the beat each with the sound.

    There a note may lie half a tick before it in one file and half a tick behind it in the other:
    a tempo in MIDI is a whole number of microseconds, so the two do not count quite alike.
    """
    bundle, times = bundle_of(points, tmp_path)
    for target in (StemsTarget(), MidiTarget(), ReaperTarget()):
        target.write(bundle, tmp_path, ExportOptions("pcm24"), Job())
    project = rpp.loads((tmp_path / "clicks.rpp").read_text("utf-8"))
    song, drums, notes = (track.find("ITEM") for track in project.findall("TRACK"))

    found = [np.array(times), notes_in_midi(tmp_path / "MIDI/clicks - Drums.mid")]
    for item in (song, drums):
        path = tmp_path / words(item.find("SOURCE"), "FILE")[0]
        position, offset = (float(words(item, name)[0]) for name in ("POSITION", "SOFFS"))
        found.append(clicks_in(path, position, offset))
    played, end = notes_of_item(project, notes)
    found.append(played)

    assert {len(column) for column in found} == {len(times)}
    table = np.stack(found)
    assert np.abs(table - table[0]).max() < TOLERANCE
    assert np.ptp(table[:, ::2], axis=0).max() < TOLERANCE
    assert len(tempo_points(project)) == points
    assert end == pytest.approx(float(words(notes, "LENGTH")[0]), abs=1e-6)
    assert end >= SECONDS
