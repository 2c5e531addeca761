"""The rules of Live sets: sets that real Lives saved keep them, and each is missed when broken."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import pytest

from studio.export.live import check
from studio.export.live.document import read_set
from studio.export.live.patterns import pattern

SETS = (
    "live10.0-arrangement-audio+midi.skeleton.als",
    "live10.1-120bpm+locators.als",
    "live11.0-arrangement-audio+midi.skeleton.als",
    "live11.3-empty-tracks.skeleton.als",
    "live12.0b-tempo-ramps+locators.als",
    "live12.2-default-tracks.skeleton.als",
    "live12.2-one-warped-clip.alc",
    "live12.4-session-audio+midi.skeleton.als",
)


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
def test_sets_saved_by_live_are_sound(saved_by_live: Callable[[str], Path], name: str) -> None:
    """Live 10.0 to 12.4, from elixirbeats/abletoolz and offlinemark/dawtool."""
    assert check.file_findings(saved_by_live(name)) == []


def shape(element: Element, path: str = "") -> list[tuple[str, tuple[str, ...]]]:
    """Place and attributes of all that is in a clip, but for the user's own lists in it."""
    own = ("WarpMarker", "KeyTrack", "ClipEnvelope")
    found = []
    for child in element:
        if child.tag not in own:
            found.append((f"{path}/{child.tag}", tuple(child.attrib)))
            if f"{path}/{child.tag}" != "/SampleRef/SourceContext":
                found += shape(child, f"{path}/{child.tag}")
    return found


@pytest.mark.data
@pytest.mark.parametrize("name", [SETS[2], SETS[5], SETS[6], SETS[7]])
@pytest.mark.parametrize("kind", ["AudioClip", "MidiClip"])
def test_our_clips_have_the_elements_of_lives_own_in_their_order(
    saved_by_live: Callable[[str], Path], name: str, kind: str
) -> None:
    """Which Live's reader goes by."""
    root = read_set(saved_by_live(name))
    clips = list(root.iter(kind))
    ours = pattern(root, kind)
    assert ours is not None

    assert [clip for clip in clips if shape(clip) != shape(ours)] == []
    assert clips or (name, kind) == (SETS[6], "MidiClip")


# Each rule, broken once in a set that is sound.


def find(root: Element, path: str) -> Element:
    """The first element at ``path``."""
    found = root.find(path)
    assert found is not None, path
    return found


def put(path: str, name: str, value: str) -> Callable[[Element], None]:
    """Sets an attribute of the first element at ``path``."""
    return lambda root: find(root, path).set(name, value)


def drop(path: str, name: str) -> Callable[[Element], None]:
    """Drops an attribute of the first element at ``path``."""
    return lambda root: find(root, path).attrib.__delitem__(name)


def twice(path: str) -> Callable[[Element], None]:
    """Repeats the first child of the first element at ``path``."""
    return lambda root: find(root, path).append(deepcopy(find(root, path)[0]))


def less(path: str) -> Callable[[Element], None]:
    """Removes the first child of the first element at ``path``."""
    return lambda root: find(root, path).__delitem__(0)


def without_players(root: Element) -> None:
    """Removes all tracks but returns."""
    tracks = find(root, "LiveSet/Tracks")
    tracks[:] = [track for track in tracks if track.tag == "ReturnTrack"]


def a_clip(**changed: str) -> Callable[[Element], None]:
    """Puts a clip of four beats on the arrangement, with values at these paths."""

    def change(root: Element) -> None:
        clip = pattern(root, "AudioClip")
        assert clip is not None
        values = {"CurrentEnd": "4", "Loop/LoopEnd": "4", "SampleRef/DefaultDuration": "1"}
        values |= {"SampleRef/DefaultSampleRate": "1"}
        values |= {path.replace("__", "/"): new for path, new in changed.items()}
        for path, new in values.items():
            if path != "Time":
                find(clip, path).set("Value", new)
        clip.set("Time", changed.get("Time", "0"))
        find(root, f"LiveSet/Tracks/AudioTrack/{EVENTS}").append(clip)

    return change


def notes(*events: dict[str, str]) -> Callable[[Element], None]:
    """Puts a clip with these notes of one key into a slot."""

    def change(root: Element) -> None:
        clip = pattern(root, "MidiClip")
        assert clip is not None
        track = SubElement(find(clip, "Notes/KeyTracks"), "KeyTrack", {"Id": "0"})
        inner = SubElement(track, "Notes")
        usual = {"Time": "0", "Duration": "1", "Velocity": "9", "NoteId": "0"}
        inner.extend([Element("MidiNoteEvent", usual | event) for event in events])
        SubElement(track, "MidiKey", {"Value": "60"})
        find(root, f"LiveSet/Tracks/MidiTrack/{SLOT}/Value").append(clip)

    return change


EVENTS = "DeviceChain/MainSequencer/Sample/ArrangerAutomation/Events"
SLOT = "DeviceChain/MainSequencer/ClipSlotList/ClipSlot/ClipSlot"
TEMPO = "LiveSet/MainTrack/AutomationEnvelopes/Envelopes/AutomationEnvelope[2]/Automation/Events"
SIGNATURE = TEMPO.replace("[2]", "[1]")
BROKEN = {
    "no revision": (drop(".", "Revision"), "The root has no Revision."),
    "form of the version": (put(".", "MinorVersion", "12.2"), "has not the form"),
    "an id twice": (put(".//Pointee", "Id", "10"), "things that can be automated"),
    "next id": (put("LiveSet/NextPointeeId", "Value", "20"), "not above all ids"),
    "same ids": (twice("LiveSet/Locators/Locators"), "have the same id"),
    "an id missing": (drop("LiveSet/Tracks/AudioTrack", "Id"), "Not all members of Tracks"),
    "all ids missing": (drop(".//Locators/Locator", "Id"), "One Locator has no id."),
    "dangling": (put(".//PointeeId", "Value", "10"), "which is not in it"),
    "slots": (less(".//AudioTrack//ClipSlotList"), "has 1 slots for 2 scenes"),
    "no tracks": (without_players, "no tracks that play"),
    "sends": (twice("LiveSet/SendsPre"), "has 1 sends where the set has 2"),
    "where a clip is": (a_clip(Time="1"), "from beat 1 runs from 0.0"),
    "an empty clip": (a_clip(CurrentEnd="0"), "runs from 0.0 to 0.0"),
    "clips on clips": (lambda r: (a_clip()(r), a_clip()(r)), "lie over each other"),
    "beats": (a_clip(Loop__LoopEnd="9"), "is 4.0 long, and what it plays 9.0"),
    "kind of path": (a_clip(SampleRef__FileRef__RelativePathType="9"), "is not known"),
    "slashes": (a_clip(SampleRef__FileRef__RelativePath="a\\b"), "with forward slashes"),
    "no rate": (a_clip(SampleRef__DefaultSampleRate="0"), "no length or no rate"),
    "order": (notes({"Time": "1"}, {}), "not in time"),
    "no length": (notes({"Duration": "0"}), "A note has no length"),
    "velocity": (notes({"Velocity": "128"}), "a velocity that is none"),
    "ids of notes": (notes({"NoteId": "1"}), "not below the next one"),
    "key": (lambda r: (notes({})(r), put(".//MidiKey", "Value", "128")(r)), "The keys of a"),
    "tempo": (put(f"{TEMPO}/FloatEvent", "Value", "10"), "not one that Live knows"),
    "before": (put(f"{TEMPO}/FloatEvent", "Time", "0"), "not said before the first beat"),
    "first point": (
        lambda r: SubElement(find(r, TEMPO), "FloatEvent", {"Id": "1", "Time": "4", "Value": "99"}),
        "not that of the first point",
    ),
    "points in time": (
        lambda r: find(r, TEMPO).extend(
            [
                Element("FloatEvent", {"Id": f"{n}", "Time": f"{9 - n}", "Value": "120"})
                for n in (1, 2)
            ]
        ),
        "not in time, or more than two",
    ),
    "signature": (put(f"{SIGNATURE}/EnumEvent", "Value", "495"), "no time signature"),
    "main track": (
        lambda r: find(r, "LiveSet/MainTrack").__setattr__("tag", "OtherTrack"),
        "not one main track",
    ),
    "locator": (put(".//Locators/Locator/Time", "Value", "-1"), "no place or no name"),
}


def test_the_set_the_rules_are_broken_in_is_sound(template: Callable[..., Path]) -> None:
    """Or the tests below would say nothing."""
    assert check.file_findings(template()) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_told(template: Callable[..., Path], rule: str) -> None:
    """In a sentence that says what is wrong."""
    break_it, words = BROKEN[rule]

    said = check.file_findings(template(change=break_it))

    assert any(words in sentence for sentence in said), said
    assert all(sentence.endswith(".") for sentence in said)


def test_files_are_looked_for(template: Callable[..., Path], tmp_path: Path) -> None:
    """Those of the project, which must be one."""
    inside = a_clip(SampleRef__FileRef__RelativePath="Stems/a.wav")
    path = template(change=inside)

    assert check.file_findings(path, tmp_path) == [
        "Stems/a.wav is not there.",
        "There is no Ableton Project Info beside the set.",
    ]
    (tmp_path / "Stems").mkdir()
    (tmp_path / "Stems" / "a.wav").touch()
    (tmp_path / "Ableton Project Info").mkdir()
    assert check.file_findings(path, tmp_path) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "cut short"), (b"RIFF", "not in gzip"), (b"\x1f\x8b\x08\x00" + bytes(9), "cut short")],
)
def test_what_is_no_set_is_said_to_be_none(tmp_path: Path, content: bytes, words: str) -> None:
    """The one finding."""
    path = tmp_path / "x.als"
    path.write_bytes(content)

    (said,) = check.file_findings(path)

    assert words in said
