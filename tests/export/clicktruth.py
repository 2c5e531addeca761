"""A click track whose truth is known, and readers of what an export makes of it.

Nothing of ours reads the files: bytes of WAV by ``struct``, other sound by libsndfile, MIDI by
mido, DAWproject and Live sets as XML, Reaper's by ``rpp``. The lines below make seconds of ticks
and beats as each format's reference asks for; every step of the tempo comes from the file.
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import mido
import numpy as np
import rpp
import soundfile

from studio.music.bundle import SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

Floats = np.ndarray[Any, np.dtype[np.float64]]
Step = tuple[float, float]
BPM = 117.3
_END = 1e6  # beats: no song is that long


# The truth.


@dataclass(frozen=True)
class Clicks:
    """Tempo as pairs of beat and BPM; seconds of the clicks: on each beat, and once behind each."""

    steps: list[Step]
    on_beats: Floats
    times: Floats


def clicks(points: int, seconds: float, shift: float = 0.0) -> Clicks:
    """117.3 BPM at first, and so many points of tempo, the others ``shift`` behind beats.

    A third of the notes of a song lie on no beat, so a click stands somewhere behind each too.
    """
    rng = np.random.default_rng(points)
    changes = np.sort(rng.choice(np.arange(1, 1000), points - 1, replace=False)) + shift
    steps = [(0.0, BPM), *((float(b), BPM * float(rng.uniform(0.75, 1.3))) for b in changes)]
    beats = np.arange(2000.0)
    on = _seconds(steps, beats)
    off = _seconds(steps, beats + rng.uniform(0.2, 0.8, len(beats)))
    on, off = on[on < seconds - 1], off[off < seconds - 1]
    return Clicks(steps, on, np.sort(np.concatenate([on, off])))


def song_of(truth: Clicks, folder: Path, rate: int, seconds: int) -> SongBundle:
    """The clicks as sound, one sample each, and as notes; its first bar begins on beat 1."""
    samples = np.zeros(rate * seconds, "f4")
    samples[np.rint(truth.times * rate).astype(int)] = 0.9
    soundfile.write(folder / "clicks.wav", samples, rate, subtype="FLOAT")
    notes = Notes.of(Note(time, 37, time + 0.05) for time in truth.times.tolist())
    return SongBundle(
        song="clicks",
        mixture=folder / "clicks.wav",
        sample_rate=rate,
        frames=len(samples),
        stems=(StemFile(stem("drums"), folder / "clicks.wav"),),
        takes=(Take("drums", "e", "drums", notes),),
        tempo=TempoMap(
            tuple(TempoStep(*step) for step in truth.steps), downbeat=float(truth.on_beats[1])
        ),
    )


def _seconds(steps: Sequence[Step], beats: Floats) -> Floats:
    """When beats come, each tempo holding up to the next."""
    at = np.zeros_like(beats)
    for (beat, bpm), (end, _) in pairwise([*steps, (_END, 0.0)]):
        at += np.clip(beats - beat, 0.0, end - beat) * 60 / bpm
    return at


# Sound.


def heard_in_wav(content: bytes) -> Floats:
    """Seconds of the clicks in a WAV of 32-bit floats or of 16 or 24 bits."""
    assert content[:4] == b"RIFF"
    assert content[8:12] == b"WAVE"
    found, at = {}, 12
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        found.setdefault(name, content[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    kind, channels, rate, _, align, bits = struct.unpack_from("<HHIIHH", found[b"fmt "])
    assert align == channels * bits // 8
    assert kind == (3 if bits == 32 else 1)
    raw = np.frombuffer(found[b"data"], np.uint8).reshape(-1, channels, bits // 8)[:, 0]
    if bits == 32:
        return _places(np.ascontiguousarray(raw).view("<f4")[:, 0], rate)
    signed = np.ascontiguousarray(raw[:, -1]).view("i1")  # its highest byte tells loud from quiet
    return _places(signed / 128.0, rate)


def heard_in(content: bytes) -> Floats:
    """Seconds of the clicks in any sound file."""
    if content[:4] == b"RIFF":
        return heard_in_wav(content)
    samples, rate = soundfile.read(BytesIO(content), always_2d=True)
    return _places(samples[:, 0], rate)


def _places(samples: np.ndarray, rate: int) -> Floats:
    return np.flatnonzero(samples > 0.5) / rate


# MIDI.


def notes_in_midi(path: Path) -> Floats:
    """Seconds of every note's start, by the tempo of that file."""
    file = mido.MidiFile(path)
    now, seconds, tempo, found = 0, 0.0, 500_000, []
    for message in mido.merge_tracks(file.tracks):
        now += message.time
        seconds += message.time * tempo / file.ticks_per_beat / 1e6
        if message.type == "set_tempo":
            tempo = message.tempo
        elif message.type == "note_on" and message.velocity:
            found.append(seconds)
    return np.array(found)


# DAWproject.


def in_dawproject(path: Path) -> dict[str, Floats]:
    """Seconds on the timeline: the clicks of each audio clip, and the notes; and the tempo's."""
    with ZipFile(path) as package:
        root = ET.fromstring(package.read("project.xml"))
        steps = list(_dawproject_steps(root))
        found = {
            f"audio {number}": _seconds(steps, _warped(clip, package))
            for number, clip in enumerate(root.iterfind(".//Clip[Warps]"))
        }
    beats = [
        float(clip.attrib["time"]) + float(note.attrib["time"])
        for clip in root.iterfind(".//Clip[Notes]")
        for note in clip.iterfind("Notes/Note")
    ]
    return {**found, "notes": _seconds(steps, np.array(beats)), "tempo": np.array(steps)[:, 0]}


def _dawproject_steps(root: ET.Element) -> Iterator[Step]:
    points = root.findall("Arrangement/TempoAutomation/RealPoint")
    tempo = root.find("Transport/Tempo")
    assert tempo is not None
    if not points:
        yield 0.0, float(tempo.attrib["value"])
    for point in points:
        assert point.get("interpolation") == "hold"
        yield float(point.attrib["time"]), float(point.attrib["value"])


def _warped(clip: ET.Element, package: ZipFile) -> Floats:
    """Beats of the clicks of an audio clip, by its warps."""
    file = clip.find("Warps/Audio/File")
    assert file is not None
    heard = heard_in(package.read(file.attrib["path"]))
    warps = clip.findall("Warps/Warp")
    content, time = (
        np.array([float(warp.attrib[key]) for warp in warps]) for key in ("contentTime", "time")
    )
    start = float(clip.attrib["time"]) - float(clip.attrib["playStart"])
    return start + np.interp(heard, content, time)


# Reaper.


def in_reaper(path: Path) -> dict[str, Floats]:
    """The same of a Reaper project."""
    project = rpp.loads(path.read_text("utf-8"))
    points = [child for child in project.find("TEMPOENVEX") if child[0] == "PT"]
    assert {point[3] for point in points} == {"1"}  # steps
    starts, bpm = (np.array([float(point[n]) for point in points]) for n in (1, 2))
    beats = np.concatenate([[0.0], np.cumsum(np.diff(starts) * bpm[:-1] / 60)])
    steps = list(zip(beats.tolist(), bpm.tolist(), strict=True))
    found: dict[str, Floats] = {"tempo": beats}
    for track in project.findall("TRACK"):
        for item in track.findall("ITEM"):
            position, offset = (float(_words(item, name)[0]) for name in ("POSITION", "SOFFS"))
            source = item.find("SOURCE")
            if any(child[0] == "HASDATA" for child in source):
                starts, end = _item_beats(source)
                found["notes"] = position + _seconds(steps, starts)
                length = _seconds(steps, np.array([end]))[0]
                assert abs(length - float(_words(item, "LENGTH")[0])) < 1e-6
            else:
                file = path.parent / _words(source, "FILE")[0]
                heard = heard_in(file.read_bytes())
                found[f"audio {len(found)}"] = position + heard - offset
    return found


def _words(block: Any, name: str) -> list[str]:
    """Of the first line of that name."""
    return next(child for child in block if isinstance(child, list) and child[0] == name)[1:]


def _item_beats(source: Any) -> tuple[Floats, float]:
    """Beats of the notes of an item, and the beat its source ends on."""
    resolution = int(_words(source, "HASDATA")[1])
    events = [child for child in source if child[0] == "E"]
    beats = np.cumsum([int(event[1]) for event in events]) / resolution
    return beats[[event[2][0] == "9" for event in events]], float(beats[-1])


# Live.


def in_live(path: Path) -> dict[str, Floats]:
    """The same of a Live set: sound that is not warped, in seconds; notes in beats."""
    root = ET.fromstring(gzip.decompress(path.read_bytes()))
    steps = _live_steps(root)
    events = "LiveSet/Tracks//MainSequencer/*/ArrangerAutomation/Events"
    found: dict[str, Floats] = {"tempo": np.array(steps)[:, 0]}
    for number, clip in enumerate(root.iterfind(f"{events}/AudioClip")):
        assert _text(clip, "IsWarped") == "false"
        start = _seconds(steps, np.array([_value(clip, "CurrentStart")]))
        heard = heard_in((path.parent / _text(clip, "SampleRef/FileRef/RelativePath")).read_bytes())
        found[f"audio {number}"] = start + heard - _value(clip, "Loop/LoopStart")
    notes = [
        _value(clip, "CurrentStart") - _value(clip, "Loop/LoopStart") + float(note.attrib["Time"])
        for clip in root.iterfind(f"{events}/MidiClip")
        for note in clip.iter("MidiNoteEvent")
    ]
    return {**found, "notes": _seconds(steps, np.array(notes))}


def _live_steps(root: ET.Element) -> list[Step]:
    """Lines join the points; where two stand at one beat, and the lines are level, they are steps.

    Live keeps a tempo in 32 bits.
    """
    main = root.find("LiveSet/MainTrack")
    assert main is not None
    target = main.find("DeviceChain/Mixer/Tempo/AutomationTarget")
    assert target is not None
    (points,) = (
        [(float(e.attrib["Time"]), float(np.float32(e.attrib["Value"]))) for e in found]
        for envelope in main.iter("AutomationEnvelope")
        if _text(envelope, "EnvelopeTarget/PointeeId") == target.attrib["Id"]
        and (found := list(envelope.iter("FloatEvent")))
    )
    first, *others = points
    steps = [(0.0, first[1])]
    for (beat, old), (again, new) in zip(others[::2], others[1::2], strict=True):
        assert beat == again
        assert old == steps[-1][1]
        steps.append((beat, new))
    return steps


def _text(element: ET.Element, path: str) -> str:
    found = element.find(path)
    assert found is not None, path
    return found.attrib["Value"]


def _value(element: ET.Element, path: str) -> float:
    return float(_text(element, path))
