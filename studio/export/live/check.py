"""Whether a Live set is sound, rule by rule, each finding as a sentence.

Live says little about a set it does not like ("Non-unique list ids", "Not all list members have
ids", "slot count mismatch", "Set has no player tracks"), or ends. The rules are those that every
set saved by Live 10.0 to 12.4 we have seen obeys; what real sets disprove is no rule here. For
the sets we write there are more, in ``ours``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

from studio.export.live.document import parse
from studio.export.live.elements import is_pointee, pointees
from studio.export.live.tempo import BEFORE, FASTEST, SLOWEST

_VERSION = re.compile(r"\d+\.\d+_\d+")
_DENOMINATORS = 5  # 1, 2, 4, 8, 16
_PATHS = {"0", "1", "3", "5", "6", "7"}
_IN_PROJECT = "3"
_EXACT = 1e-3  # beats or seconds: what a clip's two lengths may differ by
_LISTED = {
    *("AudioTrack", "MidiTrack", "ReturnTrack", "GroupTrack", "TrackSendHolder", "AudioClip"),
    *("MidiClip", "WarpMarker", "KeyTrack", "Scene", "Locator", "AutomationLane", "FloatEvent"),
    *("AutomationEnvelope", "EnumEvent", "BoolEvent", "RemoteableTimeSignature"),
}


def file_findings(path: Path, folder: Path | None = None) -> list[str]:
    """``findings`` of the set in a file."""
    try:
        with path.open("rb") as file:
            root = parse(file)
    except ValueError as error:
        return [f"{path.name}: {error}."]
    return findings(root, folder)


def findings(root: Element, folder: Path | None = None) -> list[str]:
    """What is wrong with the set; nothing, if it is sound.

    Args:
        folder: Where the set lies, if its files are to be looked for.
    """
    rules = (_root, _ids, _lists, _references, _slots, _tracks, _clips, _samples, _notes, _time)
    said = [sentence for rule in rules for sentence in rule(root)]
    return said if folder is None else [*said, *_files(root, folder)]


def ours(root: Element) -> list[str]:
    """What is not as in the sets we write, sound or not: tempo in steps, all from beat 0."""
    return [*_steps(root), *_from_the_start(root)]


def _root(root: Element) -> Iterator[str]:
    for name in ("MajorVersion", "MinorVersion", "Creator", "Revision"):
        if not root.get(name):
            yield f"The root has no {name}."
    if not _VERSION.fullmatch(root.get("MinorVersion", "")):
        yield f"The version {root.get('MinorVersion')} has not the form 12.0_12203."


def _ids(root: Element) -> Iterator[str]:
    """One range for all that can be automated, and the next number above it."""
    counted = Counter(element.get("Id", "") for element in pointees(root))
    for number, times in counted.items():
        if times > 1:
            yield f"The id {number} is that of {times} things that can be automated."
    following = _int(root, "LiveSet/NextPointeeId")
    if following <= max(map(_whole, counted), default=0):
        yield f"NextPointeeId is {following}, which is not above all ids."


def _lists(root: Element) -> Iterator[str]:
    """Ids are unique among siblings of any kind, and all members of a list have one."""
    for parent in root.iter():
        numbers = [child.get("Id") for child in parent]
        given = [number for number in numbers if number is not None]
        if len(set(given)) < len(given):
            yield f"Members of {parent.tag} have the same id."
        members = [child.get("Id") for child in parent if not is_pointee(child)]
        if None in members and any(members):
            yield f"Not all members of {parent.tag} have ids."
        for child in parent:
            listed = child.tag in _LISTED or parent.tag == "ClipSlotList"
            if listed and child.get("Id") is None:
                yield f"One {child.tag} has no id."


def _references(root: Element) -> Iterator[str]:
    """Automation is of something in its own track."""
    for owner in (*_live(root).iterfind("Tracks/*"), *_main(root)):
        known = {element.get("Id") for element in pointees(owner)}
        for reference in owner.iter("PointeeId"):
            if reference.get("Value") not in known:
                yield f"One {owner.tag} automates {reference.get('Value')}, which is not in it."


def _slots(root: Element) -> Iterator[str]:
    """As many in each list as there are scenes; Live 10 keeps these elsewhere."""
    scenes = _live(root).find("Scenes")
    if scenes is None:
        return
    for track in _player_tracks(root):
        for slots in track.iterfind("DeviceChain/*/ClipSlotList"):
            if len(slots) != len(scenes):
                yield f"One {track.tag} has {len(slots)} slots for {len(scenes)} scenes."


def _tracks(root: Element) -> Iterator[str]:
    if not _player_tracks(root):
        yield "The set has no tracks that play."
    sends = len(_live(root).findall("SendsPre/*"))
    for track in _live(root).iterfind("Tracks/*"):
        holders = len(track.findall("DeviceChain/Mixer/Sends/TrackSendHolder"))
        if holders != sends:
            yield f"One {track.tag} has {holders} sends where the set has {sends}."


def _clips(root: Element) -> Iterator[str]:
    """Arrangement clips lie one after another; those in beats are as long as what they play."""
    for track in _player_tracks(root):
        ended = float("-inf")
        for clip in _arranged(track):
            start, end = _float(clip, "CurrentStart"), _float(clip, "CurrentEnd")
            if _real(clip.get("Time")) != start or not start < end:
                yield f"One {clip.tag} from beat {clip.get('Time')} runs from {start} to {end}."
            if start < ended - _EXACT:
                yield f"Two clips of a {track.tag} lie over each other at beat {start}."
            ended = end
            warped = _value(clip, "IsWarped") == "true" and _value(clip, "Loop/LoopOn") != "true"
            if warped and abs(end - start - _played(clip)) > _EXACT:
                yield f"One {clip.tag} is {end - start} long, and what it plays {_played(clip)}."


def _played(clip: Element) -> float:
    """How much a clip that does not loop plays: beats, or seconds if it is not warped."""
    return _float(clip, "Loop/LoopEnd") - _float(clip, "Loop/LoopStart")


def _samples(root: Element) -> Iterator[str]:
    """Files by a path with forward slashes, with a length and a rate; from Live 11 on."""
    for clip in _live(root).iterfind("Tracks//AudioClip"):
        reference = clip.find("SampleRef")
        if reference is None:
            yield "An AudioClip has no SampleRef."
        elif reference.find("FileRef/Path") is not None:
            path = _value(reference, "FileRef/RelativePath")
            if _value(reference, "FileRef/RelativePathType") not in _PATHS:
                yield f"How the path of {path} is meant is not known."
            if "\\" in path or path.startswith("/"):
                yield f"The path {path} is not relative, with forward slashes."
            if min(_int(reference, "DefaultDuration"), _int(reference, "DefaultSampleRate")) <= 0:
                yield f"{path} has no length or no rate."


def _files(root: Element, folder: Path) -> Iterator[str]:
    """What lies in the project is there; and it is one, or Live does not look."""
    inside = [
        _value(reference, "FileRef/RelativePath")
        for reference in root.iterfind("LiveSet/Tracks//AudioClip/SampleRef")
        if _value(reference, "FileRef/RelativePathType") == _IN_PROJECT
    ]
    for path in sorted(set(inside)):
        if ".." in PurePosixPath(path).parts or not (folder / path).is_file():
            yield f"{path} is not there."
    if inside and not (folder / "Ableton Project Info").is_dir():
        yield "There is no Ableton Project Info beside the set."


def _notes(root: Element) -> Iterator[str]:
    """Keys rise, notes of a key are in time, and each has an id below the next one."""
    for clip in _live(root).iterfind("Tracks//MidiClip"):
        keys = [_int(track, "MidiKey") for track in clip.iterfind("Notes/KeyTracks/KeyTrack")]
        if keys != sorted(set(keys)) or not all(0 <= key <= 127 for key in keys):
            yield f"The keys of a MidiClip are {keys}."
        for track in clip.iterfind("Notes/KeyTracks/KeyTrack"):
            notes = track.findall("Notes/MidiNoteEvent")
            times = [_real(note.get("Time")) for note in notes]
            if times != sorted(times):
                yield "The notes of a key are not in time."
            lengths = [_real(note.get("Duration")) for note in notes]
            loud = [_real(note.get("Velocity")) for note in notes]
            if not all(x > 0 for x in lengths) or not all(0 < x <= 127 for x in loud):
                yield "A note has no length, or a velocity that is none."
        numbers = [note.get("NoteId") for note in clip.iterfind("Notes/KeyTracks//MidiNoteEvent")]
        known = [_whole(number) for number in numbers if number is not None]
        if len(set(known)) < len(known) or (
            known and max(known) >= _int(clip, "Notes/NoteIdGenerator/NextId")
        ):
            yield "Ids of notes are used twice, or not below the next one."


def _time(root: Element) -> Iterator[str]:
    """The tempo before the first point is that of the first point; places have names."""
    for main in _main(root):
        manual = _float(main, "DeviceChain/Mixer/Tempo/Manual")
        points = _events(main, "Tempo")
        values = [manual, *(bpm for _, bpm in points)]
        if not all(SLOWEST <= bpm <= FASTEST for bpm in values):
            yield "A tempo is not one that Live knows."
        if not points or points[0][0] != BEFORE:
            yield "The tempo is not said before the first beat."
        elif len(points) > 1 and points[0][1] != points[1][1]:
            yield "The tempo before the first point is not that of the first point."
        times = [beat for beat, _ in points]
        if times != sorted(times) or max(Counter(times).values(), default=0) > 2:
            yield "Points of the tempo are not in time, or more than two at once."
        signatures = [bar for _, bar in _events(main, "TimeSignature")]
        if not signatures or not all(0 <= bar < 99 * _DENOMINATORS for bar in signatures):
            yield "There is no time signature, or one that Live does not know."
    if len(_main(root)) != 1:
        yield "The set has not one main track."
    for locator in _live(root).iterfind("Locators/Locators/Locator"):
        if not _float(locator, "Time") >= 0 or locator.find("Name") is None:
            yield "A locator has no place or no name."


def _steps(root: Element) -> Iterator[str]:
    for main in _main(root):
        points = _events(main, "Tempo")
        if points and _float(main, "DeviceChain/Mixer/Tempo/Manual") != points[0][1]:
            yield "The tempo by hand is not the first of the automation."
        if any(beat % 0.25 for beat, _ in points[1:]):
            yield "A point of the tempo is not on a sixteenth."
        if _clock(root) is None or len(points) % 2 != 1:
            yield "The tempo does not move in steps."


def _from_the_start(root: Element) -> Iterator[str]:
    """One clip a track, from beat 0; sounds whole, in seconds, of files within the project."""
    clock = _clock(root) or [(0.0, 0.0, FASTEST)]
    for track in _player_tracks(root):
        clips = list(_arranged(track))
        if [clip.get("Time") for clip in clips] != ["0"]:
            yield f"One {track.tag} has not one clip, from the start."
        for clip in clips:
            if clip.tag != "AudioClip":
                continue
            lasts = seconds(clock, _float(clip, "CurrentEnd"))
            if _value(clip, "IsWarped") != "false" or abs(lasts - _played(clip)) > _EXACT:
                yield f"A sound is warped, or lasts {lasts} where it plays {_played(clip)}."
            if _value(clip, "SampleRef/FileRef/RelativePathType") != _IN_PROJECT:
                yield "A file is not in the project."


Clock = list[tuple[float, float, float]]


def _clock(root: Element) -> Clock | None:
    """Beat, second and BPM of every step; None where the tempo moves in ramps, or is not there."""
    points = [point for main in _main(root) for point in _events(main, "Tempo")]
    if not points or any(one[0] < two[0] and one[1] != two[1] for one, two in pairwise(points)):
        return None
    clock = [(0.0, 0.0, points[0][1])]
    for beat, bpm in points[1:]:
        clock.append((beat, seconds(clock, beat), bpm))
    return clock


def seconds(clock: Clock, beat: float) -> float:
    """The second of ``beat``."""
    at, second, bpm = next(row for row in reversed(clock) if row[0] <= beat or row is clock[0])
    return second + (beat - at) * 60.0 / bpm


def _live(root: Element) -> Element:
    found = root.find("LiveSet")
    return Element("LiveSet") if found is None else found


def _main(root: Element) -> list[Element]:
    return [*root.iterfind("LiveSet/MainTrack"), *root.iterfind("LiveSet/MasterTrack")]


def _player_tracks(root: Element) -> list[Element]:
    tracks = _live(root).iterfind("Tracks/*")
    return [track for track in tracks if track.tag in ("AudioTrack", "MidiTrack")]


def _arranged(track: Element) -> Iterator[Element]:
    return track.iterfind("DeviceChain/MainSequencer/*/ArrangerAutomation/Events/*")


def _events(main: Element, parameter: str) -> list[tuple[float, float]]:
    """Beat and value of the automation of a parameter of the mixer."""
    target = main.find(f"DeviceChain/Mixer/{parameter}/AutomationTarget")
    number = None if target is None else target.get("Id")
    return [
        (_real(event.get("Time")), _real(event.get("Value")))
        for envelope in main.iterfind("AutomationEnvelopes/Envelopes/AutomationEnvelope")
        if _value(envelope, "EnvelopeTarget/PointeeId") == number
        for event in envelope.iterfind("Automation/Events/*")
    ]


def _value(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else found.get("Value", "")


def _int(element: Element, path: str) -> int:
    return _whole(_value(element, path))


def _float(element: Element, path: str) -> float:
    return _real(_value(element, path))


def _whole(number: str | None) -> int:
    """-1 where it is none: no set has that."""
    return int(number) if number and number.isascii() and number.isdigit() else -1


def _real(number: str | None) -> float:
    """Not a number where it is none."""
    try:
        return float(number or "nan")
    except ValueError:
        return float("nan")
