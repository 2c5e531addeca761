"""A set of a song, made from one that Live saved: what is in it, what is not, what is refused."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.errors import LiveTemplateError, MissingFileError
from studio.export.contract import ExportOptions
from studio.export.live import check, document
from studio.export.live.palette import nearest
from studio.export.live.patch import make_set
from studio.job import Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

Template = Callable[..., Path]
ARRANGED = "DeviceChain/MainSequencer/*/ArrangerAutomation/Events/*"
VERSIONS = [
    ("11.0_433", None, False),
    ("11.0_11202", "17", False),
    ("11.0_11300", "3", False),
    ("12.0_12203", "3", False),
    ("12.0_12402", "5", False),
    ("11.0_11300", "7", True),
    ("13.0_13000", "1", True),
]


def made(template: Path, song: SongBundle, options: ExportOptions | None = None) -> Element:
    """The set, read again by the standard library alone."""
    content = make_set(template, song, options or ExportOptions(), Job())
    return ET.fromstring(gzip.decompress(content))


def said(element: Element, path: str) -> str | None:
    """The value there, if there is one."""
    found = element.find(path)
    return None if found is None else found.get("Value")


def tracks(root: Element) -> list[Element]:
    """All but the main one."""
    return root.findall("LiveSet/Tracks/*")


@pytest.mark.parametrize(("version", "changes", "clips"), VERSIONS)
def test_every_rule_holds(
    template: Template, song: SongBundle, version: str, changes: str | None, clips: bool
) -> None:
    """For each version whose clips are known, and any with clips of its own."""
    path = template(version, changes, clips)

    root = made(path, song)

    assert [*check.findings(root), *check.ours(root)] == []
    assert root.attrib == ET.fromstring(gzip.decompress(path.read_bytes())).attrib


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("live11.0-arrangement-audio+midi.skeleton.als", ""),
        ("live12.2-default-tracks.skeleton.als", ""),
        ("live12.4-session-audio+midi.skeleton.als", ""),
        ("live10.0-arrangement-audio+midi.skeleton.als", "older than 11"),
        ("live11.3-empty-tracks.skeleton.als", "how Ableton Live 11.3.42 writes one is not known"),
        ("live12.0b-tempo-ramps+locators.als", "it has no MIDI track"),
    ],
)
def test_every_rule_holds_in_what_comes_of_sets_that_live_saved(
    saved_by_live: Callable[[str], Path], song: SongBundle, name: str, words: str
) -> None:
    """Or it is said why nothing does."""
    path = saved_by_live(name)
    if words:
        with pytest.raises(LiveTemplateError, match=words):
            make_set(path, song, ExportOptions(), Job())
        return

    root = made(path, song)

    assert [*check.findings(root), *check.ours(root)] == []
    assert [t.tag for t in tracks(root)].count("AudioTrack") == 3


def test_each_sound_and_each_take_has_a_track(template: Template, song: SongBundle) -> None:
    """The song first and mute; notes below their stem; returns stay last; colours of Live's."""
    rows = [
        (t.tag, said(t, "Name/UserName"), said(t, "Color"), said(t, "DeviceChain/Mixer/*/Manual"))
        for t in tracks(made(template(), song))[:-1]
    ]
    speaker = [
        said(track, "DeviceChain/Mixer/Speaker/Manual") for track in tracks(made(template(), song))
    ]

    grey, pink, blue = (str(nearest(colour)) for colour in ("#8e96a0", "#e181ad", "#a1e0ff"))
    assert [row[:3] for row in rows] == [
        ("AudioTrack", "Mixture", grey),
        ("AudioTrack", "Vocals", pink),
        ("MidiTrack", "Vocals notes", pink),
        ("AudioTrack", "Drums", blue),
        ("MidiTrack", "Drums notes", blue),
    ]
    assert speaker == ["false", "true", "true", "true", "true", "false"]
    assert tracks(made(template(), song))[-1].tag == "ReturnTrack"


def test_nothing_that_was_on_a_track_is_left(template: Template, song: SongBundle) -> None:
    """Devices, mappings, groups, takes, levels, and routing to tracks that are gone."""
    for track in tracks(made(template(clips=True), song))[:-1]:
        assert not list(track.iter("KeyMidi"))
        assert not list(track.iter("TakeLane"))
        assert not list(track.iter("Reverb"))
        assert not list(track.iter("PointeeId"))
        assert not track.findall("DeviceChain/*/ClipSlotList/ClipSlot/ClipSlot/Value/*")
        assert {element.get("Value") for element in track.iter("LomId")} == {"0"}
        assert len(track.findall(".//AutomationLane")) == 1
        assert not [t.get("Value") for t in track.iter("Target") if "Track" in t.get("Value", "")]
        values = {
            "TrackGroupId": "-1",
            "Freeze": "false",
            "DeviceChain/Mixer/Volume/Manual": "1",
            "DeviceChain/Mixer/Pan/Manual": "0",
            "DeviceChain/Mixer/Sends/TrackSendHolder/Send/Manual": "0.0003",
            "DeviceChain/MainSequencer/MonitoringEnum": "1",
            "DeviceChain/MainSequencer/Recorder/IsArmed": "false",
            "DeviceChain/AudioOutputRouting/Target": "AudioOut/Main",
        }
        assert {path: said(track, path) for path in values} == values


def test_what_is_not_a_track_that_plays_stays(template: Template, song: SongBundle) -> None:
    """Main and return tracks with their devices; but no automation, and no dead routing."""
    root = made(template(), song)
    main, back = root.find("LiveSet/MainTrack"), tracks(root)[-1]

    assert main is not None
    assert main.find(".//Devices/Limiter") is not None
    assert back.find(".//Devices/Echo") is not None
    assert said(back, "DeviceChain/AudioInputRouting/Target") == "AudioIn/None"
    assert said(back, "DeviceChain/MidiOutputRouting/Target") == "MidiOut/None"
    assert said(back, "DeviceChain/AudioOutputRouting/Target") == "AudioOut/Main"
    events = [e.tag for e in main.iterfind(".//AutomationEnvelope/Automation/Events/*")]
    assert events == ["EnumEvent", *(["FloatEvent"] * 7)]
    assert said(main, "DeviceChain/Mixer/TimeSignature/Manual") == "200"


def test_a_clip_is_made_of_the_users_own(template: Template, song: SongBundle) -> None:
    """What is not known stays; what was done to it does not."""
    root = made(template("13.0_13000", "1", clips=True), song)

    audio, midi = (root.findall(f"LiveSet/Tracks/{kind}/{ARRANGED}")[0] for kind in KINDS)
    for clip in (audio, midi):
        assert said(clip, "OfTheFuture") == "kept"
        assert said(clip, "Disabled") == "false"
        assert said(clip, "GrooveSettings/GrooveId") == "-1"
        assert (
            said(clip, "TimeSignature/TimeSignatures/RemoteableTimeSignature/Denominator") in "48"
        )
        assert clip.findall("Envelopes/Envelopes/*") == []
    assert said(audio, "PitchCoarse") == "0"
    assert said(audio, "SampleVolume") == "1"
    assert said(audio, "SampleRef/FileRef/RelativePath") == "Stems/Ænima & _x_ - 00 Mixture.wav"
    assert said(audio, "SampleRef/FileRef/Path") == ""
    assert said(audio, "SampleRef/DefaultDuration") == "24000"
    assert midi.findall("Notes/PerNoteEventStore/EventLists/*") == []


KINDS = ("AudioTrack", "MidiTrack")


def test_notes_stand_in_a_list_for_each_key(template: Template, song: SongBundle) -> None:
    """From the lowest up, numbered as they come; a velocity is at least 1."""
    clip = made(template(), song).find(f"LiveSet/Tracks/MidiTrack/{ARRANGED}")
    assert clip is not None

    keys = [
        (said(track, "MidiKey"), [(n.get("NoteId"), n.get("Velocity")) for n in track[0]])
        for track in clip.iterfind("Notes/KeyTracks/KeyTrack")
    ]

    assert keys == [("60", [("1", "90"), ("2", "1")]), ("64", [("3", "1")])]
    assert said(clip, "Notes/NoteIdGenerator/NextId") == "4"


def test_locators_stand_in_places_of_their_own(template: Template, song: SongBundle) -> None:
    """Start, markers and end; at the start the song's own name for it wins."""
    root = made(template(), song)

    names = [said(locator, "Name") for locator in root.iterfind(".//Locators/Locator")]

    assert names == ["Intro", "Chorus", "End"]


def test_only_what_is_wanted_is_in_it(template: Template, song: SongBundle) -> None:
    """And notes whose stem is not, stand alone."""
    only = replace(song, stems=song.stems[1:])

    names = [said(t, "Name/UserName") for t in tracks(made(template(), only))[:-1]]
    drums = made(template(), song, ExportOptions(stems=("drums",)))

    assert names == ["Mixture", "Drums", "Drums notes", "Vocals notes"]
    assert [said(t, "Name/UserName") for t in tracks(drums)[:-1]] == ["Drums", "Drums notes"]


def test_the_same_song_gives_the_same_bytes(template: Template, song: SongBundle) -> None:
    """There is no clock in the gzip."""
    path = template()

    one, two = (make_set(path, song, ExportOptions(), Job()) for _ in range(2))

    assert one == two
    assert one[4:8] == bytes(4)


# Random songs.

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
STEPS = st.lists(
    st.tuples(st.floats(0.01, 9.0), st.floats(20.0, 999.0)), min_size=0, max_size=12
).map(
    lambda rows: tuple(
        TempoStep(sum(gap for gap, _ in rows[:n]) if n else 0.0, bpm)
        for n, (_, bpm) in enumerate(rows or [(0.0, 100.0)])
    )
)
NOTES = st.lists(
    st.builds(
        lambda onset, pitch, length, loud: Note(onset, pitch, onset + length, loud),
        *(st.floats(0, 40), st.integers(0, 127), st.floats(1e-4, 9), st.integers(0, 127)),
    ),
    max_size=12,
).map(lambda rows: Notes.of(rows) if rows else NO_NOTES)
SONGS = st.builds(
    dict,
    song=TEXT,
    names=st.lists(TEXT, max_size=3, unique=True),
    notes=st.lists(NOTES, min_size=3, max_size=3),
    tempo=st.builds(TempoMap, STEPS, st.integers(1, 12)),
    marks=st.lists(st.builds(Marker, st.floats(0, 99), TEXT), max_size=4),
    frames=st.integers(1, 4_000_000),
)


@pytest.mark.parametrize("clips", [False, True])
def test_every_rule_holds_for_random_songs(template: Template, clips: bool) -> None:
    """Names of any characters, tempi that change anywhere, notes anywhere, songs of any length."""
    path = template(clips=clips)

    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(SONGS)
    def holds(song: dict[str, object]) -> None:
        root = made(path, bundle_of(song))

        assert [*check.findings(root), *check.ours(root)] == []

    holds()


def bundle_of(song: dict) -> SongBundle:
    """With sources that no Live set looks into."""
    stems = tuple(StemFile(stem(name), Path("x.wav")) for name in song["names"])
    takes = tuple(
        Take(s.stem.name, "e", "other", notes)
        for s, notes in zip(stems, song["notes"], strict=False)
    )
    marks = tuple(sorted(song["marks"], key=lambda mark: mark.seconds))
    shape = song["song"], Path("x.wav"), 44100, song["frames"], stems, takes, song["tempo"]
    return SongBundle(*shape, markers=marks)


# What is refused.

JUNK = st.sampled_from(["", "-1", "x", "9" * 30, "nan", "1e999", "../..", "\u0663"])


def test_no_damaged_set_gives_one_that_is_not_sound(
    template: Template, song: SongBundle, tmp_path: Path
) -> None:
    """A value that is junk, or an element that is missing or twice: refused, or of no matter."""
    whole = gzip.decompress(template(clips=True).read_bytes())
    path = tmp_path / "damaged.als"

    @settings(max_examples=40)
    @given(st.integers(1, 10_000), st.sampled_from(["value", "drop", "twice"]), JUNK)
    def holds(number: int, damage: str, junk: str) -> None:
        root = ET.fromstring(whole)
        every = [(parent, child) for parent in root.iter() for child in parent]
        parent, child = every[number % len(every)]
        if damage == "drop":
            parent.remove(child)
        elif damage == "twice":
            parent.append(child)
        else:
            child.attrib |= dict.fromkeys(child.attrib, junk)
        path.write_bytes(gzip.compress(ET.tostring(root)))
        with suppress(LiveTemplateError):
            set_ = made(path, song)
            assert [*check.findings(set_), *check.ours(set_)] == []

    holds()


def without(path: str, *tags: str) -> Callable[[Element], None]:
    """Removes the children with these tags."""

    def change(root: Element) -> None:
        parent = root.find(path)
        assert parent is not None
        parent[:] = [child for child in parent if child.tag not in tags]

    return change


def older(root: Element) -> None:
    """As Live 10 named colours."""
    for colour in root.iter("Color"):
        colour.tag = "ColorIndex"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("LiveSet/Tracks", "MidiTrack"), "it has no MIDI track"),
        (without("LiveSet/Tracks", "AudioTrack"), "it has no audio track"),
        (older, "it was saved by a Live older than 11"),
        (without(".//AudioTrack/DeviceChain", "Mixer"), "its AudioTrack has no DeviceChain"),
        (without("LiveSet", "Locators"), "its LiveSet has no Locators"),
        (without("LiveSet/MainTrack/AutomationEnvelopes/Envelopes", "AutomationEnvelope"), "tempo"),
        (lambda root: root.set("MinorVersion", "12.1_12117"), "Live 99 writes one is not known"),
        (lambda root: root.set("Revision", ""), "would not be sound (The root has no Revision.)"),
    ],
)
def test_a_set_that_does_not_serve_is_refused(
    template: Template, song: SongBundle, change: Callable[[Element], None], words: str
) -> None:
    """In one sentence that names it and says why."""
    path = template(change=change)

    with pytest.raises(LiveTemplateError) as error:
        make_set(path, song, ExportOptions(), Job())

    assert words in error.value.message
    assert str(path) in error.value.message


def bomb() -> bytes:
    """A hundred megabytes of one element, in a hundred thousand bytes."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as packed:
        packed.write(b"<Ableton><LiveSet><A>")
        for _ in range(100):
            packed.write(b" " * 2**20)
    return out.getvalue()


ENTITY = b'<!DOCTYPE Ableton [<!ENTITY a "b">]><Ableton><LiveSet>&a;</LiveSet></Ableton>'
OUTSIDE = b'<!DOCTYPE Ableton SYSTEM "file:///etc/passwd"><Ableton><LiveSet/></Ableton>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is cut short"),
        (b"not a set", "it is not in gzip"),
        (gzip.compress(b"<Ableton><LiveSet/></Ableton>")[:-9], "it is cut short"),
        (gzip.compress(b"<Ableton><LiveSet></Ableton>"), "is not XML"),
        (gzip.compress(b"<Project/>"), "it is no Live set"),
        (gzip.compress(b"<Ableton/>"), "it is no Live set"),
        (gzip.compress(ENTITY), "a document type"),
        (gzip.compress(OUTSIDE), "a document type"),
        (bomb(), "more than 64 MB"),
        (gzip.compress(b"<Ableton>" + b"<a>" * 5000), "deeper ones"),
    ],
    ids=[
        "empty",
        "no gzip",
        "cut",
        "cut XML",
        "another root",
        "no set in it",
        "entity",
        "outside",
        "bomb",
        "deep",
    ],
)
def test_a_hostile_file_is_refused(
    tmp_path: Path, song: SongBundle, content: bytes, words: str
) -> None:
    """Before it costs memory, and without a look at what it refers to."""
    path = tmp_path / "theirs.als"
    path.write_bytes(content)

    with pytest.raises(LiveTemplateError) as error:
        make_set(path, song, ExportOptions(), Job())

    assert words in error.value.message


def test_a_file_of_too_many_elements_is_refused(
    template: Template, song: SongBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs far more memory than the bytes it is told in."""
    monkeypatch.setattr(document, "_MOST_ELEMENTS", 300)

    with pytest.raises(LiveTemplateError, match="more elements"):
        make_set(template(), song, ExportOptions(), Job())


def test_a_file_that_is_not_there_is_missing(tmp_path: Path, song: SongBundle) -> None:
    """As anywhere."""
    with pytest.raises(MissingFileError):
        make_set(tmp_path / "none.als", song, ExportOptions(), Job())
