"""Random songs as DAWprojects: valid, sound in what no schema sees, and the same when read again.

The schemas are the format's own; what they let through is checked here on the written file, by
code that knows nothing of ours.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import get_args
from zipfile import ZipFile

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from studio.export.contract import ExportOptions, Format
from studio.export.dawproject.package import write_package
from studio.export.dawproject.read import read_package
from studio.export.dawproject.target import DawProjectTarget
from studio.job import Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.key import Key
from studio.music.notes import Note, Notes
from studio.music.stem import KINDS, stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

GOLDEN = Path(__file__).parent.parent / "golden" / "dawproject"
RATE = 8000
NUMBERS = {
    *("time", "duration", "contentTime", "playStart", "fadeInTime", "fadeOutTime"),
    *("vel", "rel", "value", "min", "max"),
}
Element = etree._Element


@cache
def schema(name: str) -> etree.XMLSchema:
    """One of the format's own."""
    return etree.XMLSchema(etree.parse(GOLDEN / name))


def written(bundle: SongBundle, folder: Path, options: ExportOptions | None = None) -> Path:
    """The file the target writes."""
    done = DawProjectTarget().write(bundle, folder, options or ExportOptions(), Job())
    return folder / done.files[0].path


def document(path: Path) -> Element:
    """The parsed ``project.xml`` of a package."""
    with ZipFile(path) as package:
        return etree.fromstring(package.read("project.xml"))


# What the schema lets through.


def bad_references(root: Element) -> list[str]:
    """Every reference leads to an element of the kind it should."""
    kinds = {"track": "Track", "destination": "Channel", "parameter": "Tempo"}
    tags = {element.get("id"): element.tag for element in root.iter() if element.get("id")}
    return [
        f"{element.tag} {name}={element.get(name)}"
        for element in root.iter()
        for name, tag in kinds.items()
        if element.get(name) is not None and tags.get(element.get(name)) != tag
    ]


def bad_numbers(root: Element) -> list[str]:
    """Plain decimals, times not before 0, lengths above it, one unit on the timeline."""
    found = []
    for element in root.iter():
        for name in NUMBERS & set(element.attrib):
            text = element.get(name)
            plain = text in ("true", "false") if element.tag == "Mute" else None
            if plain is None:
                plain = re.fullmatch(r"\d+\.\d+", text) is not None
                plain = plain and (name != "duration" or float(text) > 0)
            found += [] if plain else [f"{element.tag} {name}={text}"]
        found += [] if element.get("timeUnit") in (None, "beats") else [f"{element.tag} in seconds"]
    for note in root.iter("Note"):
        key, channel, loud = int(note.get("key")), int(note.get("channel")), float(note.get("vel"))
        if not (0 <= key <= 127 and 0 <= channel <= 15 and 0 < loud <= 1):
            found.append(f"Note {dict(note.attrib)}")
    colours = [track.get("color") for track in root.iter("Track")]
    return found + [c for c in colours if c and not re.fullmatch("#[0-9a-f]{6}", c)]


def seconds_at(root: Element, beat: float) -> float:
    """When a beat sounds, by the tempo of the document: a sum over its steps."""
    points = [
        (float(p.get("time")), float(p.get("value")))
        for p in root.iterfind("Arrangement/TempoAutomation/RealPoint")
    ] or [(0.0, float(root.find("Transport/Tempo").get("value")))]
    ends = [time for time, _ in points[1:]] + [float("inf")]
    return sum(
        (min(end, beat) - time) * 60 / bpm
        for (time, bpm), end in zip(points, ends, strict=True)
        if time < beat
    )


def bad_warps(root: Element) -> list[str]:
    """At least two points, rising, from end to end, and none moves a sample by 1 µs."""
    found = []
    for warps in root.iter("Warps"):
        clip, audio = warps.getparent(), warps.find("Audio")
        points = [(float(w.get("time")), float(w.get("contentTime"))) for w in warps.iter("Warp")]
        if len(points) < 2:
            found.append("a single Warp")
            continue
        rises = all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(points))
        end = (float(clip.get("duration")), float(audio.get("duration")))
        whole = points[0] == (0.0, 0.0) and points[-1] == end
        still = all(abs(seconds_at(root, beat) - second) < 1e-6 for beat, second in points)
        steps = {float(p.get("time")) for p in root.iterfind(".//TempoAutomation/RealPoint")}
        missing = {step for step in steps if 0 < step < end[0]} - {beat for beat, _ in points}
        if not (rises and whole and still and not missing):
            found.append(f"Warps {points}")
    return found


def bad_markers(root: Element, marked: Iterable[Marker]) -> list[str]:
    """Every mark of the song, where it is to 1 µs, between those of its start and end."""
    found = root.findall("Arrangement/Markers/Marker")
    at = [seconds_at(root, float(marker.get("time"))) for marker in found[1:-1]]
    want = sorted(mark.seconds for mark in marked)
    names = [found[0].get("name"), found[-1].get("name")]
    there = len(at) == len(want) and np.allclose(at, want, rtol=0, atol=1e-6)
    return [] if there and names == ["Start", "End"] else [f"{at} are not {want}"]


def bad_files(path: Path) -> list[str]:
    """Every sound is in the package once, is what it is said to be, and none is left over."""
    root, found = document(path), []
    with ZipFile(path) as package:
        names = [audio.find("File").get("path") for audio in root.iter("Audio")]
        if sorted([*names, "metadata.xml", "project.xml"]) != sorted(package.namelist()):
            return [f"{names} are not {package.namelist()}"]
        for audio, name in zip(root.iter("Audio"), names, strict=True):
            info = soundfile.info(BytesIO(package.read(name)))
            said = (int(audio.get("channels")), int(audio.get("sampleRate")))
            length = abs(info.frames / info.samplerate - float(audio.get("duration")))
            if said != (info.channels, info.samplerate) or length > 1e-9:
                found.append(name)
    return found


# Random songs.

any_text = st.text(st.characters(exclude_categories=()), max_size=30)
stem_names = st.lists(
    st.sampled_from([*KINDS, "kick", "lead_vocals", "lead vocals", "con", "曲", "a/b\\c"]),
    max_size=4,
    unique=True,
)
tempos = st.builds(
    lambda bpm, later, bar: TempoMap(
        tuple(
            TempoStep(float(beat), tempo)
            for beat, tempo in [(0.0, bpm), *sorted({round(b, 3): t for b, t in later}.items())]
        ),
        beats_per_bar=bar,
    ),
    st.floats(1, 999),
    st.lists(st.tuples(st.floats(0.001, 40), st.floats(1, 999)), max_size=12),
    st.integers(1, 12),
)
notes = st.lists(
    st.builds(
        lambda onset, length, pitch, velocity: Note(onset, pitch, onset + length, velocity),
        st.floats(0, 3),
        st.floats(1e-4, 2),
        st.integers(0, 127),
        st.integers(1, 127),
    ),
    max_size=12,
)

markers = st.lists(st.builds(Marker, st.floats(0, 5), any_text), max_size=6).map(tuple)
keys = st.none() | st.builds(Key, st.integers(0, 11), st.booleans())


@st.composite
def songs(draw: st.DrawFn, folder: Path) -> SongBundle:
    """A song of any name, tempo, key, notes and markers; every file mono or stereo noise."""
    frames = draw(st.integers(1, 4000))
    noise = np.random.default_rng(440).standard_normal((frames, 2)).astype("f4")

    def file(name: str) -> Path:
        soundfile.write(folder / name, noise[:, : draw(st.integers(1, 2))], RATE, subtype="FLOAT")
        return folder / name

    names = draw(stem_names)
    return SongBundle(
        song=draw(any_text),
        mixture=file("mixture.wav"),
        sample_rate=RATE,
        frames=frames,
        stems=tuple(StemFile(stem(name), file(f"{n}.wav")) for n, name in enumerate(names)),
        takes=tuple(
            Take(n, "e", "other", Notes.of(draw(notes))) for n in names if draw(st.booleans())
        ),
        tempo=draw(tempos),
        key=draw(keys),
        markers=draw(markers),
    )


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), audio_format=st.sampled_from(get_args(Format)))
def test_any_song_is_valid(data: st.DataObject, audio_format: Format) -> None:
    """By both schemas, and by all that these do not look at."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle = data.draw(songs(folder))
        path = written(bundle, folder / "out", ExportOptions(audio_format))
        with ZipFile(path) as package:
            schema("MetaData.xsd").assertValid(etree.fromstring(package.read("metadata.xml")))
        root = document(path)

        schema("Project.xsd").assertValid(root)
        assert bad_references(root) + bad_numbers(root) + bad_warps(root) == []
        assert bad_files(path) == []
        assert len(list(root.iter("Note"))) == sum(
            len(take.notes().without_overlaps()) for take in bundle.takes
        )
        assert bad_markers(root, bundle.markers) == []


@pytest.mark.parametrize(
    ("pattern", "instead", "check"),
    [
        (r'track="id\d+"', 'track="id0"', bad_references),
        (r'destination="id\d+"', 'destination="id999"', bad_references),
        (r'value="117.3"', 'value="abc"', bad_numbers),
        (r'time="0.195500000"|time="0.1955"', 'time="1.955e-1"', bad_numbers),
        (r'color="#\w+"', 'color="red"', bad_numbers),
        (r'<Warp time="0.0" [^>]*>', "", bad_warps),
        (r'<Warp time="0.97\d*"', '<Warp time="0.98"', bad_warps),
    ],
)
def test_the_checks_beside_the_schema_see_what_it_does_not(
    bundle: SongBundle,
    tmp_path: Path,
    pattern: str,
    instead: str,
    check: Callable[[Element], list[str]],
) -> None:
    """A document that is valid and wrong."""
    with ZipFile(written(bundle, tmp_path)) as package:
        text = package.read("project.xml").decode()
    wrong, changes = re.subn(pattern, instead, text, count=1)
    root = etree.fromstring(wrong.encode())

    assert changes == 1
    schema("Project.xsd").assertValid(root)
    assert check(etree.fromstring(text.encode())) == []
    assert check(root) != []


def test_a_sound_that_is_missing_is_seen(bundle: SongBundle, tmp_path: Path) -> None:
    """The check of the files can fail."""
    whole, cut = written(bundle, tmp_path), tmp_path / "cut.dawproject"
    with ZipFile(whole) as source, ZipFile(cut, "w") as package:
        for name in source.namelist()[:-1]:
            package.writestr(name, source.read(name))

    assert bad_files(whole) == []
    assert bad_files(cut) != []


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_read_and_written_again_it_is_the_same_file(data: st.DataObject) -> None:
    """Byte for byte, sounds and all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = written(data.draw(songs(folder)), folder / "out")
        with ZipFile(path) as package:
            wavs = package.namelist()[2:]
            package.extractall(folder)

        again = [(wav, folder / wav) for wav in wavs]
        write_package(folder / "again", read_package(path), again, "FLOAT", 1.0, 0, Job())

        assert (folder / "again").read_bytes() == path.read_bytes()
