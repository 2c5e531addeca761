"""A DAWproject back into plain values: ours, and what other programs wrote.

All is brought into the one form of ``model.py``: nested clips are laid out flat, seconds become
beats, sound without warps gets those that move nothing. Passed over are devices, sends,
automation other than the tempo, scenes, video and clips by reference; a loop is read once.
A document is read whole, so that memory grows with its notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from zipfile import BadZipFile, ZipFile

import numpy as np

from studio.export.dawproject.model import (
    AudioClip,
    BeatNotes,
    Content,
    NoteClip,
    Project,
    Track,
    unstretched,
)
from studio.export.dawproject.package import METADATA, PROJECT
from studio.music.tempo import TempoMap, TempoStep

_MOST_BYTES = 1 << 28  # of a document; an hour of music has 20 million


def read_package(path: Path) -> Project:
    """The project in a ``.dawproject`` file.

    Raises:
        ValueError: it is none, or holds what ``read_project`` does not read.
    """
    try:
        with ZipFile(path) as package:
            infos = [package.getinfo(name) for name in (METADATA, PROJECT)]
            if max(info.file_size for info in infos) > _MOST_BYTES:
                raise ValueError(f"{path.name} holds a document of unlikely size")
            metadata, project = (package.read(info) for info in infos)
    except (BadZipFile, KeyError) as error:
        raise ValueError(f"{path.name} is no DAWproject: {error}") from error
    return read_project(project, metadata)


def read_project(project: bytes, metadata: bytes = b"<MetaData/>") -> Project:
    """The project in the content of ``project.xml`` and ``metadata.xml``.

    Raises:
        ValueError: it is no such document, lacks what the format demands, its tempo moves in
            ramps, or one clip nests content of another unit.
    """
    try:
        # Entities that grow are stopped by expat itself, and none from outside are fetched.
        root, about = ET.fromstring(project), ET.fromstring(metadata)  # noqa: S314
    except ET.ParseError as error:
        raise ValueError(f"no XML: {error}") from error
    if root.tag != "Project":
        raise ValueError(f"a {root.tag}, not a Project")
    tempo = _tempo(root)
    clips = _Clips(tempo).of(root.find("Arrangement/Lanes"))
    application = _needed(root, "Application")
    return Project(
        title=about.findtext("Title") or "",
        application=(application.get("name", ""), application.get("version", "")),
        tempo=tempo,
        tracks=tuple(_tracks(root, clips)),
        markers=_markers(root, tempo),
    )


def _needed(element: Element, path: str) -> Element:
    found = element.find(path)
    if found is None:
        raise ValueError(f"{element.tag} without {path}")
    return found


def _number(element: Element, name: str, default: float | None = None) -> float:
    """An attribute; the default, if there is one, where it is missing."""
    text = element.get(name)
    if text is None and default is not None:
        return default
    if text is None:
        raise ValueError(f"{element.tag} without {name}")
    if not isfinite(value := float(text)):
        raise ValueError(f"{element.tag} with {name} {text}")
    return value


def _tempo(root: Element) -> TempoMap:
    """The steps; 120 BPM and four quarter notes a bar where nothing is said."""
    stated, bar = root.find("Transport/Tempo"), root.find("Transport/TimeSignature")
    first = 120.0 if stated is None else _number(stated, "value", 120.0)
    automation = root.find("Arrangement/TempoAutomation")
    points = () if automation is None else automation.findall("RealPoint")
    if any(point.get("interpolation") == "linear" for point in points):
        raise ValueError("its tempo moves in ramps")
    if automation is not None and automation.get("timeUnit", "beats") != "beats":
        raise ValueError("its tempo stands on seconds")
    steps = {0.0: first} | {_number(p, "time"): _number(p, "value") for p in points}
    numerator, denominator = (
        (4.0, 4.0) if bar is None else (_number(bar, "numerator"), _number(bar, "denominator"))
    )
    beats = int(4 * numerator / denominator)
    return TempoMap(tuple(TempoStep(*step) for step in sorted(steps.items())), beats)


def _markers(root: Element, tempo: TempoMap) -> tuple[tuple[float, str], ...]:
    markers = root.find("Arrangement/Markers")
    if markers is None:
        return ()
    unit = markers.get("timeUnit", "beats")
    found = markers.findall("Marker")
    return tuple((_beat(tempo, unit, _number(m, "time")), m.get("name", "")) for m in found)


def _beat(tempo: TempoMap, unit: str, time: float) -> float:
    return time if unit == "beats" else float(tempo.beats(np.array([time]))[0])


def _tracks(root: Element, clips: dict[str, list[AudioClip | NoteClip]]) -> Iterator[Track]:
    """All tracks, those in groups after their group."""
    names: dict[str, Content] = {"audio": "audio", "notes": "notes"}
    structure = root.find("Structure")
    for track in () if structure is None else structure.iter("Track"):
        channel = track.find("Channel")
        channel = Element("Channel") if channel is None else channel
        content = track.get("contentType", "").split()
        yield Track(
            name=track.get("name", ""),
            colour=track.get("color"),
            content=tuple(names[word] for word in content if word in names),
            clips=tuple(clips.get(track.get("id", ""), ())),
            channels=int(_number(channel, "audioChannels", 2)),
            master=channel.get("role") == "master",
            muted=channel.find("Mute[@value='true']") is not None,
            volume=_value(channel, "Volume", 1.0),
            pan=_value(channel, "Pan", 0.5),
        )


def _value(channel: Element, name: str, default: float) -> float:
    found = channel.find(name)
    return default if found is None else _number(found, "value", default)


@dataclass(frozen=True, slots=True)
class _Clips:
    """Reads what lies on the timeline, by the tempo that turns seconds into beats."""

    tempo: TempoMap

    def of(self, lanes: Element | None) -> dict[str, list[AudioClip | NoteClip]]:
        """The clips of each track, by the track's id."""
        found: dict[str, list[AudioClip | NoteClip]] = {}
        if lanes is not None:
            for track, clip in self._walk(lanes, "", "beats"):
                found.setdefault(track, []).append(clip)
        return found

    def _walk(
        self, element: Element, track: str, unit: str
    ) -> Iterator[tuple[str, AudioClip | NoteClip]]:
        track, unit = element.get("track", track), element.get("timeUnit", unit)
        for child in element:
            if child.tag in ("Lanes", "Clips"):
                yield from self._walk(child, track, unit)
            elif child.tag == "Clip":
                for clip in self._clip(child, unit, 0.0):
                    yield track, clip

    def _clip(
        self, clip: Element, unit: str, origin: float, outer: str = ""
    ) -> Iterator[AudioClip | NoteClip]:
        """What one clip holds; ``origin`` is where its parent's time begins, in ``unit``."""
        start = origin + _number(clip, "time")
        inner = clip.get("contentTimeUnit", unit)
        skipped = _number(clip, "playStart", 0.0)
        name = clip.get("name", outer)
        for content in clip:
            if content.tag == "Clips":
                nested = content.get("timeUnit", inner)
                if nested != unit:
                    raise ValueError(f"clips in {nested} nested in {unit}")
                for child in content.findall("Clip"):
                    yield from self._clip(child, nested, start - skipped, name)
            elif content.tag == "Notes":
                time, duration = self._span(clip, unit, start)
                yield NoteClip(name, time, duration, self._notes(content, inner, time, skipped))
            elif content.tag in ("Warps", "Audio"):
                place = self._span(clip, unit, start)
                yield self._audio(name, place, content, skipped)

    def _span(self, clip: Element, unit: str, start: float) -> tuple[float, float]:
        """Start and length in beats."""
        time = _beat(self.tempo, unit, start)
        return time, _beat(self.tempo, unit, start + _number(clip, "duration", 0.0)) - time

    def _notes(self, notes: Element, unit: str, time: float, skipped: float) -> BeatNotes:
        rows = [
            (_number(n, "time"), _number(n, "duration"), _number(n, "key"), _number(n, "vel", 0.8))
            for n in notes.findall("Note")
        ]
        onset, duration, key, velocity = np.array(rows, np.float64).reshape(-1, 4).T
        onset = onset - skipped
        if unit == "seconds":
            begin = self.tempo.seconds(np.array([time]))
            end = self.tempo.beats(begin + onset + duration) - time
            onset = self.tempo.beats(begin + onset) - time
            duration = end - onset
        loud = np.rint(velocity * 127).astype(np.int16)
        return BeatNotes(onset, duration, key.astype(np.int16), loud)

    def _audio(
        self, name: str, place: tuple[float, float], content: Element, skipped: float
    ) -> AudioClip:
        audio = content if content.tag == "Audio" else _needed(content, "Audio")
        seconds = _number(audio, "duration")
        warps = tuple(
            (_number(warp, "time") - skipped, _number(warp, "contentTime"))
            for warp in content.findall("Warp")
        )
        return AudioClip(
            name=name,
            time=place[0],
            duration=place[1],
            file=_needed(audio, "File").get("path", ""),
            channels=int(_number(audio, "channels")),
            sample_rate=int(_number(audio, "sampleRate")),
            seconds=seconds,
            warps=warps or unstretched(self.tempo, place[0], seconds),
        )
