"""Tracks made of one that the user's Live saved: its structure, and nothing that was on it.

Devices go, since they would colour the stems, and with them automation, clips, takes, groups,
mappings and routings to other tracks: what one of these refers to is not in the new set.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from xml.etree.ElementTree import Element

from studio.export.live.elements import empty, needed, pointees, put, put_any, value

_SEQUENCERS = ("MainSequencer", "FreezeSequencer")
_EVENTS = {"AudioTrack": "Sample", "MidiTrack": "ClipTimeable"}
_MIXER = "DeviceChain/Mixer"
_IN, _AUTO = "0", 1  # a track that monitors its input plays no clips
_A_TRACK = re.compile(r"(Audio|Midi)(In|Out)/Track\.(-?\d+)\b")

_EMPTIED = (
    "AutomationEnvelopes/Envelopes",
    "TakeLanes/TakeLanes",
    "DeviceChain/DeviceChain/Devices",
    "DeviceChain/DeviceChain/SignalModulations",
    *(f"DeviceChain/{name}/*/ArrangerAutomation/Events" for name in _SEQUENCERS),
    *(f"DeviceChain/{name}/ClipSlotList/ClipSlot/ClipSlot/Value" for name in _SEQUENCERS),
)
_ROUTED = (
    ("AudioInputRouting", "AudioIn/External/S0", "Ext. In", "1/2"),
    ("MidiInputRouting", "MidiIn/External.All/-1", "Ext: All Ins", ""),
    ("MidiOutputRouting", "MidiOut/None", "None", ""),
)
_PLAIN: tuple[tuple[str, object], ...] = (
    *(("Name/Annotation", ""), ("Name/MemorizedFirstClipName", ""), ("ViewData", "{}")),
    *(("IsContentSelectedInDocument", False), ("TrackDelay/Value", 0)),
    *(("TrackGroupId", -1), ("LinkedTrackGroupId", -1), ("Freeze", False)),
    *(("SavedPlayingSlot", -1), ("SavedPlayingOffset", 0), ("PostProcessFreezeClips", 0)),
    *(("DeviceChain/AutomationLanes/AutomationLanes/AutomationLane/SelectedDevice", 0),),
    *(("DeviceChain/AutomationLanes/AutomationLanes/AutomationLane/SelectedEnvelope", 0),),
    *(("DeviceChain/ClipEnvelopeChooserViewState/SelectedDevice", 0),),
    *(("DeviceChain/ClipEnvelopeChooserViewState/SelectedEnvelope", 0),),
    *((f"{_MIXER}/On/Manual", True), (f"{_MIXER}/SoloSink", False), (f"{_MIXER}/PanMode", 0)),
    *((f"{_MIXER}/Pan/Manual", 0), (f"{_MIXER}/Volume/Manual", 1)),
    *((f"{_MIXER}/SplitStereoPanL/Manual", -1), (f"{_MIXER}/SplitStereoPanR/Manual", 1)),
    *((f"{_MIXER}/CrossFadeState/Manual", 1), (f"{_MIXER}/LastSelectedTimeableIndex", 0)),
    *((f"{_MIXER}/LastSelectedClipEnvelopeIndex", 0),),
    *(("DeviceChain/MainSequencer/Recorder/IsArmed", False),),
)


@dataclass(frozen=True, slots=True)
class NewTrack:
    """What a track is to be: ``clip`` is its only one."""

    name: str
    colour: int
    clip: Element
    muted: bool = False


def cleaned(track: Element, main: str) -> Element:
    """``track`` as new, to be copied.

    Args:
        main: What the version calls the track all others end in: ``Main`` or ``Master``.

    Raises:
        ValueError: it is not as tracks of Live 11 and 12 are.
    """
    bare = deepcopy(track)
    for path in _EMPTIED:
        empty(bare, path)
    for path, new in _PLAIN:
        put_any(bare, path, new)
    for lanes in bare.iterfind("DeviceChain/AutomationLanes/AutomationLanes"):
        lanes[1:] = []
    for routing in (*_ROUTED, ("AudioOutputRouting", f"AudioOut/{main}", main, "")):
        route(needed(bare, f"DeviceChain/{routing[0]}"), *routing[1:])
    for send in bare.iterfind(f"{_MIXER}/Sends/TrackSendHolder/Send"):
        put(send, "Manual", value(send, "MidiControllerRange/Min"))
    if value(bare, "DeviceChain/MainSequencer/MonitoringEnum") == _IN:
        put(bare, "DeviceChain/MainSequencer/MonitoringEnum", _AUTO)
    _forget(bare)
    return bare


def made(bare: Element, number: int, track: NewTrack, ids: count[int]) -> Element:
    """A copy of ``bare`` with the id ``number``, and new ids for all that can be automated."""
    new = deepcopy(bare)
    new.set("Id", str(number))
    put(new, "Name/EffectiveName", track.name)
    put(new, "Name/UserName", track.name)
    put(new, "Color", track.colour)
    put(new, f"{_MIXER}/Speaker/Manual", not track.muted)
    for element in pointees(new):
        element.set("Id", str(next(ids)))
    place = f"DeviceChain/MainSequencer/{_EVENTS[new.tag]}/ArrangerAutomation/Events"
    needed(new, place).append(track.clip)
    return new


def forget_tracks(element: Element, main: str, kept: set[str]) -> None:
    """Let nothing in ``element`` be routed to a track whose id is not in ``kept``."""
    for routing in element.iter():
        target = routing.find("Target")
        found = _A_TRACK.match(target.get("Value", "")) if target is not None else None
        if found is None or found[3] in kept:
            continue
        if routing.tag == "AudioOutputRouting":
            route(routing, f"AudioOut/{main}", main, "")
        else:
            route(routing, f"{found[1]}{found[2]}/None", "None", "")


def route(routing: Element, target: str, upper: str, lower: str) -> None:
    """Say where it goes, and how Live shows that."""
    put(routing, "Target", target)
    put_any(routing, "UpperDisplayString", upper)
    put_any(routing, "LowerDisplayString", lower)


def _forget(track: Element) -> None:
    """Drop mappings to keys and controllers, and the numbers Max devices know things by."""
    for element in track.iter():
        for mapping in element.findall("KeyMidi"):
            element.remove(mapping)
        if element.tag in ("LomId", "LomIdView"):
            element.set("Value", "0")
        elif "LomId" in element.attrib:
            element.set("LomId", "0")
