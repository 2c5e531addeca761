"""Silence before the song: the first downbeat falls on a bar line, in every file alike.

The files are read by libsndfile, mido, an XML parser and ``rpp``; nothing of ours reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import mido
import numpy as np
import pytest
import rpp
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import OptionError
from studio.export.contract import ExportOptions, Format
from studio.export.forecast import forecast
from studio.export.manifest import Manifest
from studio.export.prepare import check_options, prepare
from studio.export.stems import StemsTarget
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.music.bundle import Marker, SongBundle, StemFile
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Edit, Take, TakeOptions
from studio.music.tempo import TempoMap, TempoStep

RATE, SECONDS = 44_100, 20
DOWNBEAT, BEAT = 0.73, 1.2166666666666666  # the second, and its beat at 100 BPM
ALL = ("stems", "midi", "dawproject", "reaper")
Ask = Callable[..., Manifest]


def tempo_map() -> TempoMap:
    """100 BPM, from the ninth beat on 132.7: beats of the song lie off those of the map."""
    return TempoMap((TempoStep(0.0, 100.0), TempoStep(BEAT + 8, 132.7)), downbeat=DOWNBEAT)


@pytest.fixture
def clicks() -> np.ndarray:
    """The second of every beat of the song."""
    times = tempo_map().seconds(BEAT + np.arange(36))
    return times[times < SECONDS - 0.5]


@pytest.fixture
def song(clicks: np.ndarray, tmp_path: Path) -> SongBundle:
    """A sample at each beat, and a note: kept by a threshold, one of them added by hand."""
    samples = np.zeros(RATE * SECONDS, "f4")
    samples[np.rint(clicks * RATE).astype(int)] = 0.9
    soundfile.write(tmp_path / "clicks.wav", samples, RATE, subtype="FLOAT")
    notes = [Note(t, 37, t + 0.1, 90, 0.8) for t in clicks.tolist()]
    noise = [Note(t + 0.05, 50, t + 0.09, 90, 0.2) for t in clicks.tolist()]
    last = notes.pop()
    take = Take("drums", "e", "drums", Notes.of([*notes, *noise]), TakeOptions(0.5))
    return SongBundle(
        song="clicks",
        mixture=tmp_path / "clicks.wav",
        sample_rate=RATE,
        frames=len(samples),
        stems=(StemFile(stem("drums"), tmp_path / "clicks.wav"),),
        takes=(take.edited(Edit("add", last.id, last)),),
        tempo=tempo_map(),
        markers=(Marker(DOWNBEAT, "Verse"),),
    )


@pytest.fixture
def ask(facts: ManifestFacts, tmp_path: Path) -> Ask:
    """An export of a song into ``out``."""

    def run(
        song: SongBundle,
        options: ExportOptions,
        targets: tuple[str, ...] = ALL,
        job: Job | None = None,
    ) -> Manifest:
        return export_song(
            song,
            tmp_path / "out",
            targets,
            options=options,
            facts=facts,
            scores=None,
            force=False,
            job=job or Job(),
        )

    return run


def midi_notes(path: Path) -> tuple[list[int], list[int], np.ndarray]:
    """Ticks of the tempo steps, ticks of the notes, and seconds of the notes."""
    file = mido.MidiFile(path)
    assert file.ticks_per_beat == 960
    now, seconds, tempo, steps, ticks, found = 0, 0.0, 500_000, [], [], []
    for message in mido.merge_tracks(file.tracks):
        now += message.time
        seconds += message.time * tempo / 960e6
        if message.type == "set_tempo":
            tempo = message.tempo
            steps.append(now)
        elif message.type == "note_on" and message.velocity:
            ticks.append(now)
            found.append(seconds)
    return steps, ticks, np.array(found)


def test_song_stems_and_notes_begin_later_by_the_same(
    song: SongBundle, clicks: np.ndarray, ask: Ask, tmp_path: Path
) -> None:
    """1.67 seconds: with them the first downbeat is beat 4 of the map, and bars are bars."""
    manifest = ask(song, ExportOptions(lead_in=True))
    lead = manifest.offset_samples

    assert lead == round((4 - BEAT) * 0.6 * RATE)
    assert manifest.offset_seconds == lead / RATE
    assert manifest.frames == RATE * SECONDS + lead
    wanted = clicks + lead / RATE
    source = soundfile.read(song.mixture, dtype="float32")[0]
    for path in (tmp_path / "out/Stems").iterdir():
        sound = soundfile.read(path, dtype="float32")[0]
        assert not sound[:lead].any()
        np.testing.assert_array_equal(sound[lead:], source)

    for path in (tmp_path / "out/MIDI").glob("*.mid"):
        steps, ticks, seconds = midi_notes(path)
        assert ticks == [960 * (4 + beat) for beat in range(len(clicks))]
        assert steps == [0, 960 * 12]
        assert np.abs(seconds - wanted).max() < 1e-4

    with ZipFile(tmp_path / "out/clicks.dawproject") as package:
        root = ET.fromstring(package.read("project.xml"))
        sounds = [soundfile.read(BytesIO(package.read(n)))[0] for n in package.namelist()[2:]]
    assert [len(sound) for sound in sounds] == [manifest.frames] * 2
    assert all(np.array_equal(sound[lead:], source) for sound in sounds)
    beats = [float(note.attrib["time"]) for note in root.iterfind(".//Note")]
    np.testing.assert_allclose(beats, 4.0 + np.arange(len(clicks)), atol=1e-4)
    points = [float(point.attrib["time"]) for point in root.iterfind(".//RealPoint")]
    np.testing.assert_allclose(points, [0.0, 12.0], atol=1e-8)
    lengths = [float(audio.attrib["duration"]) for audio in root.iterfind(".//Audio")]
    assert lengths == [pytest.approx(manifest.frames / RATE)] * 2

    project = rpp.loads((tmp_path / "out/clicks.rpp").read_text("utf-8"))
    event = next(e for e in project.findall("TRACK")[2].find("ITEM").find("SOURCE") if e[0] == "E")
    assert event[1] == str(4 * 960)
    points = [child for child in project.find("TEMPOENVEX") if child[0] == "PT"]
    assert float(points[1][1]) == pytest.approx(wanted[8], abs=1e-4)


@pytest.mark.parametrize("audio_format", ["pcm24", "pcm16", "flac", "mp3"])
def test_every_format_begins_with_the_silence(
    audio_format: Format, song: SongBundle, clicks: np.ndarray, ask: Ask, tmp_path: Path
) -> None:
    """And is as long as the others."""
    manifest = ask(song, ExportOptions(audio_format, lead_in=True), ("stems",))

    at = np.rint(clicks * RATE).astype(int) + manifest.offset_samples
    for path in (tmp_path / "out/Stems").iterdir():
        sound = soundfile.read(path)[0]
        heard = [int(np.argmax(np.abs(sound[n - 300 : n + 300]))) - 300 for n in at]
        assert np.abs(heard).max() <= (1 if audio_format == "mp3" else 0)
        assert len(sound) == manifest.frames


def test_markers_of_wav_files_move_too(song: SongBundle) -> None:
    """Start is where the song begins."""
    later = prepare(song, ExportOptions(lead_in=True)).bundle
    (planned, _) = StemsTarget().plan(later, ExportOptions())

    at = planned.tail.index(b"cue ") + 12
    cues = [int.from_bytes(planned.tail[at + 4 + 24 * n :][:4], "little") for n in range(3)]
    lead = later.lead_samples
    assert cues == [lead, lead + round(DOWNBEAT * RATE), lead + RATE * SECONDS]


def test_a_forecast_counts_the_silence(song: SongBundle, ask: Ask, tmp_path: Path) -> None:
    """What stands already is told as the same; the room is enough."""
    options = ExportOptions(lead_in=True)
    ask(song, options)

    found = forecast(song, tmp_path / "out", ALL, options, False, False, Job())

    states = {file.role: file.state for file in found.files}
    assert {states[role] for role in ("mixture", "stem", "part", "midi", "reaper")} == {"same"}
    for file in found.files:
        if file.role in ("mixture", "stem", "dawproject"):
            assert (tmp_path / "out" / file.path).stat().st_size <= file.bytes
    without = forecast(song, tmp_path / "out", ALL, ExportOptions(), False, False, Job())
    assert {file.state for file in without.files} == {"replaces"}


def test_what_was_put_before_is_said(song: SongBundle, ask: Ask) -> None:
    """While it runs, and in the manifest."""
    said: list[str] = []

    manifest = ask(song, ExportOptions(lead_in=True), ("midi",), Job(notes=said.append))

    (sentence,) = [note for note in said if "silence" in note]
    assert f"({manifest.offset_samples} samples)" in sentence
    assert sentence in manifest.notes


def test_an_unknown_downbeat_leaves_the_song_as_it_is(song: SongBundle, ask: Ask) -> None:
    """It is said: nobody asks for a lead-in to get none without a word."""
    unknown = replace(song, tempo=replace(song.tempo, downbeat=None))

    manifest = ask(unknown, ExportOptions(lead_in=True), ("midi",))

    assert (manifest.offset_samples, manifest.frames) == (0, song.frames)
    assert any("first downbeat of this song is not known" in note for note in manifest.notes)


@pytest.mark.parametrize("downbeat", [0.0, 2.4, 4.8])
def test_a_downbeat_on_a_bar_line_needs_nothing(downbeat: float, song: SongBundle) -> None:
    """Nor a word."""
    there = replace(song, tempo=replace(song.tempo, downbeat=downbeat))

    found = prepare(there, ExportOptions(lead_in=True))

    assert (found.bundle, found.notes) == (there, ())


def test_files_of_another_start_are_told_apart(song: SongBundle, ask: Ask) -> None:
    """A part of an export with silence, the rest without: each row says its own."""
    ask(song, ExportOptions(), ("stems", "midi"))

    mixed = ask(song, ExportOptions(lead_in=True), ("midi",))

    starts = {row.path: row.offset_samples for row in mixed.files if row.role != "readme"}
    lead = mixed.offset_samples
    assert {start for path, start in starts.items() if path.startswith("MIDI")} == {lead}
    assert {start for path, start in starts.items() if path.startswith("Stems")} == {0}
    assert any("clicks - 00 Mixture.wav" in n and "do not line up" in n for n in mixed.notes)
    whole = ask(song, ExportOptions(lead_in=True), ("stems", "midi"))
    assert not any("do not line up" in note for note in whole.notes)


def test_what_mp3_has_no_rate_for_is_refused_before_the_work(song: SongBundle) -> None:
    """96 kHz, for example; a DAWproject holds WAVs all the same."""
    with pytest.raises(OptionError, match="MP3 has no rate of 96000 Hz"):
        check_options(ExportOptions("mp3"), ("stems", "midi"), 96_000)
    check_options(ExportOptions("mp3"), ("dawproject", "midi"), 96_000)
    check_options(ExportOptions("mp3"), ("stems", "midi"), song.sample_rate)


@given(
    bpm=st.lists(st.floats(30, 300), min_size=1, max_size=5),
    downbeat=st.floats(0, 30),
    bar=st.integers(2, 7),
    rate=st.sampled_from([8000, 44_100, 48_000]),
)
def test_whatever_the_tempo_the_map_stays_with_the_sound(
    bpm: list[float], downbeat: float, bar: int, rate: int
) -> None:
    """Less than a bar goes before; every moment keeps its beat to within half a sample."""
    steps = tuple(TempoStep(3.7 * n, value) for n, value in enumerate(bpm))
    tempo = TempoMap(steps, bar, downbeat=downbeat)
    song = SongBundle("x", Path("x"), rate, 40 * rate, (), (), tempo, markers=(Marker(1.0, "m"),))

    later = prepare(song, ExportOptions(lead_in=True)).bundle

    seconds = np.linspace(0, 40, 50)
    missing = later.tempo.beats(seconds + later.lead) - tempo.beats(seconds)
    shift = missing.mean()
    assert 0 <= later.lead_samples <= bar * 60 / bpm[0] * rate + 1
    assert np.abs(missing - shift).max() * 60 / min(bpm) < 1e-4 or rate == 8000
    assert later.frames == song.frames + later.lead_samples
    assert later.tempo.steps[0].bpm == bpm[0]
    assert [s.beat - t.beat for s, t in zip(later.tempo.steps[1:], steps[1:], strict=True)] == (
        [pytest.approx(shift, abs=1e-2)] * (len(bpm) - 1)
    )
    assert later.tempo.downbeat is not None
    line = float(later.tempo.beats(np.array([later.tempo.downbeat]))[0]) / bar
    assert line == pytest.approx(round(line), abs=1e-5)
    assert later.tempo.downbeat - downbeat == pytest.approx(later.lead, abs=0.6 / rate + 2e-5)
    assert later.markers[0].seconds == 1.0 + later.lead
