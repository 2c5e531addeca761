"""The Reaper project, read by the ``rpp`` package, which is not ours."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rpp
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.export.contract import ExportOptions
from studio.export.forecast import forecast
from studio.export.manifest import Manifest
from studio.export.reaper import ReaperTarget
from studio.export.rpp import colour, number, quoted
from studio.export.write import ManifestFacts, export_song
from studio.job import Cancelled, Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.notes import NO_NOTES, Notes
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

Export = Callable[..., Manifest]


def parsed(path: Path) -> Any:
    """The project as ``rpp`` reads it, and reads it again after writing it."""
    project = rpp.loads(path.read_text("utf-8"))
    assert rpp.dumps(rpp.loads(rpp.dumps(project))) == rpp.dumps(project)
    return project


def project_of(bundle: SongBundle, folder: Path, options: ExportOptions | None = None) -> Any:
    """What the target writes, parsed."""
    done = ReaperTarget().write(bundle, folder, options or ExportOptions(), Job())
    return parsed(folder / done.files[0].path)


def value(element: Any, name: str) -> list[str]:
    """The words of the one line called ``name``."""
    (line,) = [child for child in element if isinstance(child, list) and child[0] == name]
    return line[1:]


def blocks(element: Any, tag: str) -> list[Any]:
    """The blocks of a kind, right below."""
    return [child for child in element if not isinstance(child, list) and child.tag == tag]


def sources(project: Any, kind: str) -> list[Any]:
    """What sounds, of one kind, in the order of the tracks."""
    every = [blocks(blocks(track, "ITEM")[0], "SOURCE")[0] for track in blocks(project, "TRACK")]
    return [source for source in every if source.attrib == (kind,) or source.attrib == [kind]]


def names(project: Any) -> list[str]:
    """Of the tracks."""
    return [value(track, "NAME")[0] for track in blocks(project, "TRACK")]


# What is in it.


def test_the_song_is_first_and_mute_and_notes_follow_their_stem(
    bundle: SongBundle, tmp_path: Path
) -> None:
    """Everything from 0 on, at unity, without fades or loops."""
    project = project_of(bundle, tmp_path)

    assert names(project) == ["Mixture", "Vocals", "Vocals notes", "Bass", "Bass notes"]
    assert [value(track, "MUTESOLO")[0] for track in blocks(project, "TRACK")] == list("10000")
    for track in blocks(project, "TRACK"):
        (item,) = blocks(track, "ITEM")
        assert [value(item, name)[0] for name in ("POSITION", "SOFFS", "LOOP")] == ["0", "0", "0"]
        assert value(item, "FADEIN")[1] == value(item, "FADEOUT")[1] == "0"
        assert value(item, "PLAYRATE")[0] == value(item, "VOLPAN")[0] == "1"
        assert value(track, "VOLPAN")[:2] == ["1", "0"]


def test_stems_keep_to_time_and_notes_to_beats(bundle: SongBundle, tmp_path: Path) -> None:
    """So that another tempo does not stretch the sound."""
    project = project_of(bundle, tmp_path)

    assert [value(track, "BEAT") for track in blocks(project, "TRACK")] == [
        [number] for number in ("0", "0", "1", "0", "1")
    ]


def test_tracks_have_the_colours_of_their_stems(bundle: SongBundle, tmp_path: Path) -> None:
    """Blue, green, red, and the bit that turns the colour on; a part has its parent's."""
    kick = StemFile(stem("kick"), bundle.stems[0].path)
    project = project_of(replace(bundle, stems=(*bundle.stems, kick)), tmp_path)

    shades = [int(value(track, "PEAKCOL")[0]) for track in blocks(project, "TRACK")]
    assert [(s & 255, s >> 8 & 255, s >> 16 & 255, s >> 24) for s in shades] == [
        (0x8E, 0x96, 0xA0, 1),
        (0xE1, 0x81, 0xAD, 1),
        (0xE1, 0x81, 0xAD, 1),
        (0x7B, 0x68, 0xDC, 1),
        (0x7B, 0x68, 0xDC, 1),
        (0xA1, 0xE0, 0xFF, 1),
    ]


def test_tempo_points_are_steps_with_the_signature_first(
    bundle: SongBundle, tmp_path: Path
) -> None:
    """Times in seconds; the tempo to its last digit; a step behind the end is left out."""
    steps = (TempoStep(0, 117.3), TempoStep(1, 96.123456), TempoStep(5000, 60))

    project = project_of(replace(bundle, tempo=TempoMap(steps, beats_per_bar=3)), tmp_path)

    (envelope,) = blocks(project, "TEMPOENVEX")
    points = [child[1:] for child in envelope if child[0] == "PT"]
    assert value(project, "TEMPO") == ["117.3", "3", "4"]
    assert points[0] == ["0", "117.3", "1", str(4 * 65536 + 3), "0", "1"]
    assert float(points[1][0]) == pytest.approx(60 / 117.3, abs=1e-11)
    assert points[1][1:] == ["96.123456", "1"]
    assert len(points) == 2


def test_markers_say_where_the_song_starts_and_ends(bundle: SongBundle, tmp_path: Path) -> None:
    """In seconds."""
    project = project_of(bundle, tmp_path)

    markers = [child[1:] for child in project if child[0] == "MARKER"]
    assert markers == [["1", "0", "Start", "0"], ["2", "0.5", "End", "0"]]


def test_marks_of_the_song_stand_between_its_start_and_end(
    bundle: SongBundle, tmp_path: Path
) -> None:
    """Chords and parts, in order, whatever marks of quotation are in them."""
    marks = (Marker(0.25, "Am"), Marker(0.125, 'Refrain "♯1"'))

    project = project_of(replace(bundle, markers=marks), tmp_path)

    assert [child[1:] for child in project if child[0] == "MARKER"] == [
        ["1", "0", "Start", "0"],
        ["2", "0.125", 'Refrain "♯1"', "0"],
        ["3", "0.25", "Am", "0"],
        ["4", "0.5", "End", "0"],
    ]


def test_notes_are_bytes_with_the_ticks_between_them(bundle: SongBundle, tmp_path: Path) -> None:
    """Two notes of 0.1 s at 120 BPM: 192 ticks; drums on channel 10; the end closes the bar."""
    take = bundle.takes[0]
    takes = (take, replace(bundle.takes[1], kind="drums"))

    project = project_of(
        replace(bundle, tempo=TempoMap.constant(120.0), takes=takes), tmp_path, ExportOptions()
    )

    voice, drums = sources(project, "MIDI")
    assert value(voice, "HASDATA") == ["1", "960", "QN"]
    assert [child[1:] for child in voice if child[0] == "E"] == [
        ["192", "90", "45", "5a"],
        ["192", "80", "45", "00"],
        ["192", "90", "47", "46"],
        ["192", "80", "47", "00"],
        ["3072", "b0", "7b", "00"],
    ]
    assert {child[2] for child in drums if child[0] == "E"} == {"99", "89", "b9"}
    for track in blocks(project, "TRACK"):
        length = float(value(blocks(track, "ITEM")[0], "LENGTH")[0])
        assert length == (2.0 if "notes" in value(track, "NAME")[0] else 0.5)


def test_a_take_without_notes_and_one_without_its_stem_have_tracks(
    bundle: SongBundle, tmp_path: Path
) -> None:
    """Empty, and last."""
    takes = (Take("bass", "x", "bass", NO_NOTES), Take("piano", "x", "piano", NO_NOTES))

    project = project_of(replace(bundle, takes=takes), tmp_path)

    assert names(project) == ["Mixture", "Vocals", "Bass", "Bass notes", "Piano notes"]
    assert [child[2:] for child in sources(project, "MIDI")[0] if child[0] == "E"] == [
        ["b0", "7b", "00"]
    ]


def test_without_notes_it_says_so(bundle: SongBundle, export: Export, tmp_path: Path) -> None:
    """As every target does for which something is missing."""
    said = export(replace(bundle, takes=()), tmp_path / "out", "reaper").exports["reaper"].notes

    assert said == ["No stem was transcribed, so the Reaper project holds audio and tempo alone."]


def test_every_guid_is_another_and_another_song_has_others(
    bundle: SongBundle, tmp_path: Path
) -> None:
    """They come from names, not from chance."""
    texts = []
    for song in (bundle, replace(bundle, song="Other")):
        done = ReaperTarget().write(song, tmp_path, ExportOptions(), Job())
        texts.append((tmp_path / done.files[0].path).read_text("utf-8"))

    one, other = (re.findall(r"(?:IGUID|  GUID|TRACKID) (\{[0-9A-F-]{36}\})", t) for t in texts)
    assert len(one) == len(set(one)) == 15
    assert not set(one) & set(other)


# Words.


@given(st.text())
def test_any_text_is_one_word_that_is_read_back(text: str) -> None:
    """But for a third kind of quotation mark and what breaks lines."""
    (track,) = [rpp.loads(f"<TRACK\n  NAME {quoted(text)}\n>\n")]

    (got,) = value(track, "NAME")
    want = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text)
    if all(mark in want for mark in "\"'`"):
        want = want.replace("`", "'")
    assert got == want


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", '""'),
        ("Vocals", '"Vocals"'),
        ('7" edit', "'7\" edit'"),
        ("7\" it's", "`7\" it's`"),
        ("7\" it's `so`", "`7\" it's 'so'`"),
        ("two\r\nlines", '"two lines"'),
        ("<x> |曲", '"<x> |曲"'),
    ],
)
def test_words_are_quoted_as_reaper_quotes_them(text: str, word: str) -> None:
    """The cases of a project that Reaper 6 saved."""
    assert quoted(text) == word


@given(st.floats(-1e9, 1e9))
def test_numbers_have_no_exponent_and_lose_nothing_that_matters(value: float) -> None:
    """A picosecond."""
    text = number(value)

    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", text)
    assert float(text) == pytest.approx(value, rel=1e-15, abs=5e-13)


def test_colours_of_a_known_value() -> None:
    """Reaper counts red lowest."""
    assert colour("#010203") == 0x1030201


# With the files beside it.


@pytest.mark.parametrize("audio_format", ["float32", "pcm24", "pcm16", "flac"])
def test_alone_it_brings_the_stems_and_every_file_it_names_is_there(
    audio_format: str, bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """As long as the items say, under names with marks that quote."""
    song = replace(bundle, song="It's `our` Sö\"ng")

    manifest = export(song, tmp_path / "out", "reaper", audio_format=audio_format)

    rows = {row.role: row for row in manifest.files}
    assert sorted(manifest.exports) == ["reaper", "stems"]
    assert rows["reaper"].path == "It's `our` Sö_ng.rpp"
    project = parsed(tmp_path / "out" / rows["reaper"].path)
    found = sources(project, "FLAC" if audio_format == "flac" else "WAVE")
    paths = [value(source, "FILE")[0] for source in found]
    assert paths == [row.path for row in manifest.files if row.role in ("mixture", "stem")]
    for path in paths:
        sound = soundfile.info(tmp_path / "out" / path)
        assert (sound.samplerate, sound.frames) == (8000, 4000)
    assert value(project, "SAMPLERATE")[0] == "8000"
    track = blocks(project, "TRACK")[0]
    assert float(value(blocks(track, "ITEM")[0], "LENGTH")[0]) == 4000 / 8000


def test_stems_that_were_asked_for_already_are_written_once(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """In whatever order the targets are named."""
    one = export(bundle, tmp_path / "one", "reaper", "stems")
    two = export(bundle, tmp_path / "two", "stems", "reaper")

    assert one == two
    assert len([row for row in one.files if row.target == "stems"]) == 3


def test_a_few_stems_make_a_project_of_these(
    bundle: SongBundle, facts: ManifestFacts, tmp_path: Path
) -> None:
    """The song is one of the things one may leave out."""
    options = ExportOptions(stems=("bass",))

    export_song(
        bundle,
        tmp_path / "out",
        ["reaper"],
        options=options,
        facts=facts,
        scores=None,
        force=False,
        job=Job(),
    )

    assert names(parsed(tmp_path / "out/Söng.rpp")) == ["Bass", "Bass notes"]
    assert [path.name for path in (tmp_path / "out/Stems").iterdir()] == ["Söng - 02 Bass.wav"]


def looked_at(bundle: SongBundle, folder: Path, options: ExportOptions) -> dict[str, str]:
    """State by path, as the window shows it."""
    seen = forecast(bundle, folder, ["reaper"], options, False, False, Job())
    return {file.path: file.state for file in seen.files if file.role != "readme"}


def test_what_would_be_written_is_known_before(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """The stems too; and what is the same, or is not since it would say its tempo."""
    plain, tagged = ExportOptions(), ExportOptions(tempo_tag=True)
    paths = ["Stems/Söng - 00 Mixture.wav", "Stems/Söng - 01 Vocals.wav"]
    paths += ["Stems/Söng - 02 Bass.wav", "Söng.rpp"]
    assert looked_at(bundle, tmp_path / "out", plain) == dict.fromkeys(paths, "new")

    export(bundle, tmp_path / "out", "reaper", scores=None)

    assert looked_at(bundle, tmp_path / "out", plain) == dict.fromkeys(paths, "same")
    assert looked_at(bundle, tmp_path / "out", tagged) == {
        **dict.fromkeys(paths, "replaces"),
        "Söng.rpp": "same",
    }


def test_it_stops_between_tracks(bundle: SongBundle, tmp_path: Path) -> None:
    """And leaves nothing."""
    job = Job(lambda fraction, text: job.cancel() if "Bass" in text else None)

    with pytest.raises(Cancelled):
        ReaperTarget().write(bundle, tmp_path, ExportOptions(), job)

    assert list(tmp_path.glob("*.rpp")) == []


def test_an_hour_of_notes_is_written_in_a_few_seconds(
    bundle: SongBundle, tmp_path: Path, rng: np.random.Generator
) -> None:
    """A hundred thousand of them, and ``plan`` says their size to the byte."""
    onset = np.sort(rng.uniform(0, 3600, 100_000))
    notes = Notes.columns(onset, rng.integers(30, 90, 100_000), onset + 0.05)
    song = replace(bundle, takes=(replace(bundle.takes[0], candidates=notes),))
    before = time.process_time()

    ReaperTarget().write(song, tmp_path, ExportOptions(), Job())

    assert time.process_time() - before < 15
    (planned,) = ReaperTarget().plan(song, ExportOptions())
    assert (tmp_path / "Söng.rpp").stat().st_size == planned.bytes


def test_stems_in_another_format_leave_those_the_project_names(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """The project is not written again, so its sounds stay."""
    export(bundle, tmp_path / "out", "reaper")
    export(bundle, tmp_path / "out", "stems", audio_format="flac")

    assert len(list((tmp_path / "out/Stems").glob("*.wav"))) == 3
    assert len(list((tmp_path / "out/Stems").glob("*.flac"))) == 3
