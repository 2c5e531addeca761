"""The DAWproject we write, as its readers want it: the ZIP file, the profile, the sound."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pytest
import soundfile
from lxml import etree

from studio.audio.encode import WavEncoder
from studio.errors import DiskFullError
from studio.export.contract import ExportOptions, Format, Written
from studio.export.dawproject.target import DawProjectTarget
from studio.export.manifest import Manifest
from studio.export.stems import StemsTarget
from studio.job import Cancelled, Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import Stem, stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

RATE = 8000
Element = etree._Element


def written(bundle: SongBundle, folder: Path, options: ExportOptions | None = None) -> Path:
    """The file the target writes."""
    done = DawProjectTarget().write(bundle, folder, options or ExportOptions(), Job())
    return folder / done.files[0].path


def document(path: Path) -> Element:
    """The parsed ``project.xml`` of a package."""
    with ZipFile(path) as package:
        return etree.fromstring(package.read("project.xml"))


# The ZIP file.


def local_headers(content: bytes) -> list[tuple[int, int, int, int, int, int, str, int]]:
    """Flags, method, date, CRC, both sizes, name and length of the extra field of each entry."""
    found, at = [], 0
    while content[at : at + 4] == b"PK\3\4":
        _, flags, method, _, date, crc, packed, size, name, extra = struct.unpack(
            "<HHHHHIIIHH", content[at + 4 : at + 30]
        )
        title = content[at + 30 : at + 30 + name].decode("ascii")
        found.append((flags, method, date, crc, packed, size, title, extra))
        at += 30 + name + extra + packed
    assert content[at : at + 4] == b"PK\1\2"
    return found


def test_cubase_finds_checksum_and_size_in_every_local_header(
    bundle: SongBundle, tmp_path: Path
) -> None:
    """No flag set (so neither a data descriptor nor another code page), no ZIP64, no clock."""
    path = written(bundle, tmp_path)
    with ZipFile(path) as package:
        contents = {name: package.read(name) for name in package.namelist()}

    rows = local_headers(path.read_bytes())

    assert [row[6] for row in rows] == list(contents)
    for flags, method, date, crc, packed, size, name, extra in rows:
        assert (flags, date, extra) == (0, 0x21, 0)
        assert (crc, size) == (zlib.crc32(contents[name]), len(contents[name]))
        if name.endswith(".wav"):
            assert (method, packed) == (ZIP_STORED, size)
            assert re.fullmatch(r"audio/\d\d [A-Za-z0-9 _-]+\.wav", name)


def test_documents_come_first_and_sounds_are_numbered(bundle: SongBundle, tmp_path: Path) -> None:
    """As the stems are."""
    with ZipFile(written(bundle, tmp_path)) as package:
        assert package.namelist() == [
            "metadata.xml",
            "project.xml",
            "audio/00 Mixture.wav",
            "audio/01 Vocals.wav",
            "audio/02 Bass.wav",
        ]


def test_only_what_is_too_long_gets_zip64(
    bundle: SongBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 20 kB in the place of 2 GB: the sounds have the extra field, the documents not."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 20_000)

    with ZipFile(written(bundle, tmp_path)) as package:
        assert package.testzip() is None
        sizes = {info.filename: info.file_size for info in package.infolist()}
        versions = [info.extract_version >= 45 for info in package.infolist()]

    assert versions == [name.endswith(".wav") for name in sizes]
    assert min(size for name, size in sizes.items() if name.endswith(".wav")) > 20_000


# The profile.


@pytest.fixture
def song(bundle: SongBundle) -> SongBundle:
    """The small song with a tempo that changes twice, once before it ends."""
    steps = (TempoStep(0.0, 120.0), TempoStep(0.5, 90.5), TempoStep(40.0, 100.0))
    return replace(bundle, tempo=TempoMap(steps, beats_per_bar=3))


def test_tempo_changes_in_steps(song: SongBundle, tmp_path: Path) -> None:
    """Held to the next, in BPM, on beats, aimed at the transport's tempo."""
    root = document(written(song, tmp_path))

    tempo = root.find("Arrangement/TempoAutomation")
    points = [dict(point.attrib) for point in tempo.findall("RealPoint")]
    assert points == [
        {"time": "0.0", "value": "120.0", "interpolation": "hold"},
        {"time": "0.5", "value": "90.5", "interpolation": "hold"},
        {"time": "40.0", "value": "100.0", "interpolation": "hold"},
    ]
    assert (tempo.get("unit"), tempo.get("timeUnit")) == ("bpm", "beats")
    assert tempo.find("Target").get("parameter") == root.find("Transport/Tempo").get("id")
    bar = root.find("Transport/TimeSignature")
    assert (bar.get("numerator"), bar.get("denominator")) == ("3", "4")


def test_sound_is_warped_once_where_the_tempo_changes(song: SongBundle, tmp_path: Path) -> None:
    """Half a second: half a beat at 120, the rest at 90.5 BPM; the later step is not reached."""
    root = document(written(song, tmp_path))

    for warps in root.iter("Warps"):
        points = [(float(w.get("time")), float(w.get("contentTime"))) for w in warps.iter("Warp")]
        assert points == [(0.0, 0.0), (0.5, 0.25), (pytest.approx(0.5 + 0.25 * 90.5 / 60), 0.5)]
        assert [warps.getparent().tag, warps.getparent().getparent().tag] == ["Clip", "Clips"]
        assert (warps.get("timeUnit"), warps.get("contentTimeUnit")) == ("beats", "seconds")


def test_one_tempo_takes_two_warps_and_no_automation(bundle: SongBundle, tmp_path: Path) -> None:
    """The one form every converter maps."""
    root = document(written(bundle, tmp_path))

    assert root.find("Arrangement/TempoAutomation") is None
    assert {len(list(warps.iter("Warp"))) for warps in root.iter("Warps")} == {2}
    assert root.find("Transport/Tempo").get("value") == "117.3"
    assert root.find("Transport/Tempo").get("unit") == "bpm"


def test_notes_stand_right_in_their_clip(bundle: SongBundle, tmp_path: Path) -> None:
    """Studio One cannot read clips of notes within clips."""
    root = document(written(bundle, tmp_path))

    for content in root.iter("Notes"):
        clip = content.getparent()
        assert [clip.tag, clip.getparent().tag] == ["Clip", "Clips"]
        assert clip.getparent().getparent().get("track") is not None
        assert len(content) == 2


def test_tracks_are_song_stems_notes_and_master(bundle: SongBundle, tmp_path: Path) -> None:
    """The song is mute, a stem and its notes share a colour, all end in the master."""
    root = document(written(bundle, tmp_path))
    tracks = list(root.iter("Track"))

    assert [track.get("name") for track in tracks] == [
        "Mixture",
        "Vocals",
        "Vocals notes",
        "Bass",
        "Bass notes",
        "Master",
    ]
    muted = [track.find("Channel/Mute").get("value") for track in tracks]
    assert muted == ["true", *["false"] * 5]
    colours = [track.get("color") for track in tracks]
    assert colours[1] == colours[2] != colours[3] == colours[4]
    assert colours[0] not in colours[1:]
    master = tracks[-1].find("Channel")
    assert [t.find("Channel").get("destination") for t in tracks[:-1]] == [master.get("id")] * 5
    assert [t.find("Channel").get("role") for t in tracks] == [*["regular"] * 5, "master"]
    for track in tracks:
        volume, pan = track.find("Channel/Volume"), track.find("Channel/Pan")
        assert (volume.get("value"), volume.get("unit")) == ("1.0", "linear")
        assert (pan.get("value"), pan.get("unit")) == ("0.5", "normalized")


def test_markers_stand_in_the_arrangement(bundle: SongBundle, tmp_path: Path) -> None:
    """Not in a lane; half a second at 117.3 BPM."""
    markers = document(written(bundle, tmp_path)).findall("Arrangement/Markers/Marker")

    assert [marker.get("name") for marker in markers] == ["Start", "End"]
    assert [float(marker.get("time")) for marker in markers] == [0.0, pytest.approx(0.97750)]


def test_marks_of_the_song_stand_between_its_start_and_end(
    bundle: SongBundle, tmp_path: Path
) -> None:
    """Chords and parts, in order; at 120 BPM a beat is half a second."""
    marks = (Marker(0.25, "Am"), Marker(0.0, "Refrain ♯1"), Marker(0.2, "F"))
    song = replace(bundle, tempo=TempoMap.constant(120.0), markers=marks)

    markers = document(written(song, tmp_path)).findall("Arrangement/Markers/Marker")

    assert [(float(marker.get("time")), marker.get("name")) for marker in markers] == [
        *((0.0, "Start"), (0.0, "Refrain ♯1"), (0.4, "F")),
        *((0.5, "Am"), (1.0, "End")),
    ]


def test_nothing_is_in_it_that_readers_disagree_on(song: SongBundle, tmp_path: Path) -> None:
    """Devices, scenes with content, points on a ramp, fades, loops, seconds on the timeline."""
    root = document(written(song, tmp_path))

    assert not {"Devices", "Scene", "ClipSlot", "Points"} & {element.tag for element in root.iter()}
    assert root.find("Scenes") is not None
    for clip in root.iter("Clip"):
        assert clip.get("time") == "0.0"
        assert not {"loopStart", "loopEnd", "reference"} & set(clip.attrib)
        if clip.find("Warps") is not None:
            assert (clip.get("fadeInTime"), clip.get("fadeOutTime")) == ("0.0", "0.0")


def test_a_note_after_the_end_is_in_its_clip(bundle: SongBundle, tmp_path: Path) -> None:
    """And one by hand, of no length to speak of, has some."""
    late = Notes.of([Note(0.7, 60, 0.9), Note(0.2, 61, 0.2 + 1e-9)])
    late_song = replace(bundle, takes=(Take("bass", "e", "bass", late),))

    root = document(written(late_song, tmp_path))

    clip = root.find(".//Notes").getparent()
    assert float(clip.get("duration")) == pytest.approx(0.9 * 117.3 / 60)
    assert next(float(n.get("duration")) for n in root.iter("Note")) >= 1 / 961


def test_a_part_of_the_stems_keeps_its_numbers(bundle: SongBundle, tmp_path: Path) -> None:
    """Sound and notes of what is not wanted are left out."""
    path = written(bundle, tmp_path, ExportOptions(stems=("bass",)))

    with ZipFile(path) as package:
        assert package.namelist()[2:] == ["audio/02 Bass.wav"]
    assert [t.get("name") for t in document(path).iter("Track")] == ["Bass", "Bass notes", "Master"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<A & B>", "<A & B>"),
        ("Zürich – 曲 🎵", "Zürich – 曲 🎵"),
        ("tab\tand\nline", "tab and line"),
        ("bell \a, half \udc80, none \uffff", "bell _, half _, none _"),
        ('"quoted"', '"quoted"'),
    ],
)
def test_names_are_what_xml_can_hold(
    bundle: SongBundle, tmp_path: Path, name: str, shown: str
) -> None:
    """Of the song, in the metadata, and of a stem's track."""
    odd = StemFile(Stem(name), bundle.stems[0].path)

    path = written(replace(bundle, song=name, stems=(odd,)), tmp_path)

    with ZipFile(path) as package:
        title = etree.fromstring(package.read("metadata.xml")).findtext("Title")
    assert title == shown
    track = document(path).findall(".//Track")[1].get("name")
    assert track.casefold() == shown.casefold()


# The sound.


def sounds(path: Path) -> dict[str, np.ndarray]:
    """The samples of each WAV of a package, or of a folder, by its number and name."""
    if path.is_dir():
        files = {file.name.split(" - ")[1]: file.read_bytes() for file in path.iterdir()}
    else:
        with ZipFile(path) as package:
            names = [name for name in package.namelist() if name.endswith(".wav")]
            files = {name.split("/")[1]: package.read(name) for name in names}
    return {name: soundfile.read(BytesIO(f), dtype="float32")[0] for name, f in files.items()}


@pytest.mark.parametrize("audio_format", ["float32", "pcm24", "pcm16"])
def test_it_sounds_as_the_stems_do(
    bundle: SongBundle, tmp_path: Path, audio_format: Format
) -> None:
    """The same samples with the same gain; two dithers of 16 bit differ by what they are."""
    options = ExportOptions(audio_format)
    done = StemsTarget().write(bundle, tmp_path, options, Job())
    ours = DawProjectTarget().write(bundle, tmp_path, options, Job())

    inside, beside = sounds(tmp_path / ours.files[0].path), sounds(tmp_path / "Stems")

    assert inside.keys() == beside.keys()
    assert ours.options == done.options
    for name, samples in inside.items():
        apart = 4 / 2**15 if audio_format == "pcm16" else 0.0
        assert np.abs(samples - beside[name]).max() <= apart


def test_flac_is_24_bit_wav_in_it_and_it_says_so(bundle: SongBundle, tmp_path: Path) -> None:
    """With the gain that keeps the loudest stem, 1.25 of full scale, from clipping."""
    done: Written = DawProjectTarget().write(bundle, tmp_path, ExportOptions("flac"), Job())

    assert done.options["format"] == "pcm24"
    assert done.options["gain_db"] == pytest.approx(-1.94)
    assert "1.94 dB" in done.notes[0]


def test_memory_does_not_grow_with_the_song(tmp_path: Path) -> None:
    """Ten times the sound takes the same, to within a twentieth of what is read."""
    peaks = []
    for seconds in (30, 300):
        frames = seconds * RATE
        file = tmp_path / f"{seconds}.wav"
        soundfile.write(file, np.zeros((frames, 2), "f4"), RATE, subtype="FLOAT")
        stems = tuple(StemFile(stem(name), file) for name in ("bass", "drums"))
        long = SongBundle("s", file, RATE, frames, stems, (), TempoMap.constant(120.0))
        tracemalloc.start()
        written(long, tmp_path / "out")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] - peaks[0] < 3 * 270 * RATE * 8 / 20


# What goes wrong.


@pytest.mark.parametrize("after", [1, 4])
def test_a_full_disk_leaves_nothing(
    bundle: SongBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Met while the sound is written, it is said as one."""
    real, left = WavEncoder.write, [after]

    def write(encoder: WavEncoder, block: np.ndarray) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        real(encoder, block)

    monkeypatch.setattr(WavEncoder, "write", write)
    again = replace(bundle, stems=bundle.stems * 2)

    with pytest.raises(DiskFullError):
        written(again, tmp_path / "out")

    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("after", [0.22, 0.5])
def test_stopped_in_the_middle_it_leaves_nothing(
    bundle: SongBundle, tmp_path: Path, after: float
) -> None:
    """A user's second thought, while the document is written or the sound."""
    job = Job(lambda fraction, text: job.cancel() if fraction > after else None)

    with pytest.raises(Cancelled):
        DawProjectTarget().write(bundle, tmp_path / "out", ExportOptions(), job)

    assert list((tmp_path / "out").iterdir()) == []


def test_it_is_part_of_an_export(
    bundle: SongBundle, export: Callable[..., Manifest], tmp_path: Path
) -> None:
    """One file at the top, named after the song, and nothing of it is written anew."""
    manifest = export(bundle, tmp_path / "out", "dawproject")
    before = (tmp_path / "out" / "Söng.dawproject").stat().st_mtime_ns
    export(bundle, tmp_path / "out", "dawproject")

    rows = [row for row in manifest.files if row.role == "dawproject"]
    assert [(row.path, row.stem) for row in rows] == [("Söng.dawproject", None)]
    assert (tmp_path / "out" / "Söng.dawproject").stat().st_mtime_ns == before


def test_without_takes_it_says_what_is_missing(bundle: SongBundle, tmp_path: Path) -> None:
    """And holds no empty track of notes."""
    done = DawProjectTarget().write(replace(bundle, takes=()), tmp_path, ExportOptions(), Job())

    assert "audio and tempo alone" in done.notes[0]
    tracks = document(tmp_path / done.files[0].path).iter("Track")
    assert not [track for track in tracks if "notes" in track.get("name")]
