"""``project.xml`` and ``metadata.xml`` of DAWproject 1.0, element by element.

What is written is the part of the format that Bitwig, Studio One and Cubase read alike (the
issues of bitwig/dawproject and the release notes of git-moss/ProjectConverter say which): all on
the timeline in beats, tempo in steps, notes right in their clip, audio in one warped clip,
markers in the arrangement, no devices, no scenes. Written as a stream: an hour of notes is
never a tree in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator

from studio.export.dawproject.model import ALGORITHM, AudioClip, NoteClip, Project, Track
from studio.job import Job

# What XML 1.0 has no way to say.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SLOWEST, _FASTEST = 20.0, 666.0  # Bitwig's own limits, BPM
_UNITY = {"min": "0.0", "max": "2.0", "unit": "linear"}
_CENTRED = {"min": "0.0", "max": "1.0", "unit": "normalized"}
_NO_FADES = {"fadeTimeUnit": "beats", "fadeInTime": "0.0", "fadeOutTime": "0.0"}


def write_metadata(project: Project, out: BinaryIO) -> None:
    """Write ``metadata.xml``."""
    xml = _Xml(out)
    with xml.element("MetaData"):
        xml.leaf("Title", text=_plain(project.title))
    xml.end()


def write_project(project: Project, out: BinaryIO, job: Job) -> None:
    """Write ``project.xml``. The same project gives the same bytes."""
    xml = _Xml(out)
    names = _Ids(project)
    with xml.element("Project", {"version": "1.0"}):
        name, version = project.application
        xml.leaf("Application", {"name": _plain(name), "version": _plain(version)})
        _transport(xml, names, project)
        with xml.element("Structure"):
            for track, row in zip(project.tracks, names.tracks, strict=True):
                _track(xml, names, track, row)
        _arrangement(xml, names, project, job)
        xml.leaf("Scenes")
    xml.end()


def number(value: float) -> str:
    """Nine decimals at most: nanoseconds, and no exponent, which not every reader takes."""
    text = f"{value + 0.0:.9f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


class _Xml:
    """Elements one after another, indented."""

    def __init__(self, out: BinaryIO) -> None:
        self._sax = XMLGenerator(out, "UTF-8", short_empty_elements=True)
        self._sax.startDocument()
        self._depth = 0

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """An element around what the body writes."""
        self._open(name, attributes)
        self._depth += 1
        yield
        self._depth -= 1
        self._indent()
        self._sax.endElement(name)

    def leaf(self, name: str, attributes: Mapping[str, str] | None = None, text: str = "") -> None:
        """An element without others in it."""
        self._open(name, attributes)
        if text:
            self._sax.characters(text)
        self._sax.endElement(name)

    def end(self) -> None:
        """The document is whole."""
        self._sax.characters("\n")
        self._sax.endDocument()

    def _open(self, name: str, attributes: Mapping[str, str] | None) -> None:
        if self._depth:
            self._indent()
        self._sax.startElement(name, attributes or {})  # type: ignore[arg-type]  # any mapping does

    def _indent(self) -> None:
        self._sax.ignorableWhitespace("\n" + "  " * self._depth)


class _Ids:
    """Names for what is referred to, and new ones for the rest: ``id0``, ``id1`` and so on."""

    def __init__(self, project: Project) -> None:
        self._numbers = count()
        self.tempo, self.signature = self.new(), self.new()
        self.tracks = [(self.new(), self.new()) for _ in project.tracks]
        masters = [row for row, t in zip(self.tracks, project.tracks, strict=True) if t.master]
        self.master = masters[0][1] if masters else None

    def new(self) -> str:
        """One that no other element has."""
        return f"id{next(self._numbers)}"


def _plain(text: str) -> str:
    """One line that XML can hold."""
    return _UNSPEAKABLE.sub("_", " ".join(text.split()))


def _transport(xml: _Xml, names: _Ids, project: Project) -> None:
    bpm = [step.bpm for step in project.tempo.steps]
    limits = {"min": number(min(_SLOWEST, *bpm)), "max": number(max(_FASTEST, *bpm))}
    value = {"unit": "bpm", "value": number(bpm[0]), "id": names.tempo, "name": "Tempo"}
    bar = {"numerator": str(project.tempo.beats_per_bar), "denominator": "4"}
    with xml.element("Transport"):
        xml.leaf("Tempo", {**limits, **value})
        xml.leaf("TimeSignature", {**bar, "id": names.signature})


def _track(xml: _Xml, names: _Ids, track: Track, row: tuple[str, str]) -> None:
    """A track and its channel; the order of the elements is the schema's."""
    shade = {} if track.colour is None else {"color": _plain(track.colour)}
    about = {"contentType": " ".join(track.content), "loaded": "true", "id": row[0]}
    routed = names.master is not None and not track.master
    channel = {
        "audioChannels": str(track.channels),
        **({"destination": str(names.master)} if routed else {}),
        "role": "master" if track.master else "regular",
        "solo": "false",
        "id": row[1],
    }
    muted, pan, volume = str(track.muted).lower(), number(track.pan), number(track.volume)
    about |= {"name": _plain(track.name), **shade}
    with xml.element("Track", about), xml.element("Channel", channel):
        xml.leaf("Mute", {"value": muted, "id": names.new(), "name": "Mute"})
        xml.leaf("Pan", {**_CENTRED, "value": pan, "id": names.new(), "name": "Pan"})
        xml.leaf("Volume", {**_UNITY, "value": volume, "id": names.new(), "name": "Volume"})


def _arrangement(xml: _Xml, names: _Ids, project: Project, job: Job) -> None:
    with xml.element("Arrangement", {"id": names.new()}):
        with xml.element("Lanes", {"timeUnit": "beats", "id": names.new()}):
            for done, (track, row) in enumerate(zip(project.tracks, names.tracks, strict=True)):
                job.update(done / len(project.tracks), f"Writing the track {track.name}")
                _lane(xml, names, track, row[0])
        _markers(xml, names, project)
        _tempo(xml, names, project)


def _lane(xml: _Xml, names: _Ids, track: Track, name: str) -> None:
    with xml.element("Lanes", {"track": name, "id": names.new()}):
        if not track.clips:
            xml.leaf("Clips", {"id": names.new()})
            return
        with xml.element("Clips", {"id": names.new()}):
            for clip in track.clips:
                _clip(xml, names, clip)


def _clip(xml: _Xml, names: _Ids, clip: AudioClip | NoteClip) -> None:
    place = {
        "time": number(clip.time),
        "duration": number(clip.duration),
        "contentTimeUnit": "beats",
        "playStart": "0.0",
        **(_NO_FADES if isinstance(clip, AudioClip) else {}),
        "name": _plain(clip.name),
    }
    with xml.element("Clip", place):
        if isinstance(clip, AudioClip):
            _warped(xml, names, clip)
        else:
            _notes(xml, names, clip)


def _warped(xml: _Xml, names: _Ids, clip: AudioClip) -> None:
    audio = {
        "algorithm": ALGORITHM,
        "channels": str(clip.channels),
        "sampleRate": str(clip.sample_rate),
        "duration": number(clip.seconds),
    }
    units = {"timeUnit": "beats", "contentTimeUnit": "seconds"}
    with xml.element("Warps", {**units, "id": names.new()}):
        with xml.element("Audio", {**audio, "id": names.new()}):
            xml.leaf("File", {"path": _plain(clip.file)})
        for beat, second in clip.warps:
            xml.leaf("Warp", {"time": number(beat), "contentTime": number(second)})


def _notes(xml: _Xml, names: _Ids, clip: NoteClip) -> None:
    notes = clip.notes
    if not len(notes):
        xml.leaf("Notes", {"id": names.new()})
        return
    columns = (notes.time, notes.duration, notes.key, notes.velocity)
    with xml.element("Notes", {"id": names.new()}):
        for row in zip(*(column.tolist() for column in columns), strict=True):
            time, duration, key, velocity = row
            loudness = f"{velocity / 127:.6f}"
            place = {"time": number(time), "duration": number(duration)}
            kind = {"channel": "0", "key": str(key), "vel": loudness, "rel": loudness}
            xml.leaf("Note", {**place, **kind})


def _markers(xml: _Xml, names: _Ids, project: Project) -> None:
    """The schema takes no empty list of them."""
    if project.markers:
        with xml.element("Markers", {"timeUnit": "beats", "id": names.new()}):
            for beat, name in project.markers:
                xml.leaf("Marker", {"time": number(beat), "name": _plain(name)})


def _tempo(xml: _Xml, names: _Ids, project: Project) -> None:
    """Every step; one tempo throughout stands in the transport alone."""
    if len(project.tempo.steps) > 1:
        about = {"timeUnit": "beats", "unit": "bpm", "id": names.new()}
        with xml.element("TempoAutomation", about):
            xml.leaf("Target", {"parameter": names.tempo})
            for step in project.tempo.steps:
                value = {"value": number(step.bpm), "interpolation": "hold"}
                xml.leaf("RealPoint", {"time": number(step.beat), **value})
