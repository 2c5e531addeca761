"""MIDI as it is asked for: programs, drum pieces, guide note, grid, key and markers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest

from studio.export.contract import ExportOptions, Written
from studio.export.manifest import Manifest, read_manifest
from studio.export.midi import MidiTarget
from studio.export.write import ManifestFacts, export_song
from studio.job import Job
from studio.midi.read import read_midi
from studio.music.bundle import Marker, SongBundle
from studio.music.key import Key
from studio.music.notes import NO_NOTES, Note, Notes
from studio.music.take import Take
from studio.music.tempo import TempoMap, TempoStep

Export = Callable[..., Manifest]


def written(bundle: SongBundle, folder: Path, **options: object) -> Written:
    """What the target says it did."""
    return MidiTarget().write(bundle, folder, ExportOptions(**options), Job())  # type: ignore[arg-type]


def files(folder: Path) -> dict[str, mido.MidiFile]:
    """Every MIDI file by its path below ``folder``."""
    return {
        path.relative_to(folder).as_posix(): mido.MidiFile(path) for path in folder.rglob("*.mid")
    }


def sounding(track: mido.MidiTrack) -> list[tuple[int, str, int, int]]:
    """Tick, kind, channel and key of what sounds."""
    now, found = 0, []
    for message in track:
        now += message.time
        if message.type in ("note_on", "note_off"):
            found.append((now, message.type, message.channel, message.note))
    return found


@pytest.fixture
def beaten(bundle: SongBundle) -> SongBundle:
    """With a kit: kick, snare, closed and open hats, a cowbell; two of them at once."""
    keys = [36, 42, 38, 46, 36, 56, 35]
    hits = Notes.of(Note(0.06 * n, key, 0.06 * n + 0.05) for n, key in enumerate(keys))
    both = Notes.of([*hits, Note(0.06, 36, 0.11)])
    return replace(bundle, takes=(*bundle.takes, Take("drums", "drums", "drums", both)))


def test_every_file_says_key_markers_and_tempo(bundle: SongBundle, tmp_path: Path) -> None:
    """A part alone is of use too."""
    song = replace(
        bundle,
        key=Key(9, True),
        markers=(Marker(0.1, "Am"), Marker(0.3, "F")),
        tempo=TempoMap((TempoStep(0, 117.3), TempoStep(0.5, 96))),
    )

    written(song, tmp_path)

    conductors = [file.tracks[0][1:] for file in files(tmp_path).values()]
    assert len(conductors) == 3
    assert conductors[0] == conductors[1] == conductors[2]
    told = [m.type for m in conductors[0]]
    assert [told.count(k) for k in ("key_signature", "marker", "set_tempo")] == [1, 2, 2]
    assert [m.key for m in conductors[0] if m.type == "key_signature"] == ["Am"]


@pytest.mark.parametrize("programs", [True, False])
def test_programs_are_chosen_or_left_open(
    programs: bool, bundle: SongBundle, tmp_path: Path
) -> None:
    """A player of General MIDI has a voice and a bass, or what it has loaded."""
    done = written(bundle, tmp_path, programs=programs)

    chosen = [
        m.program for t in files(tmp_path)["MIDI/Söng.mid"].tracks for m in t if "program" in m.type
    ]
    assert chosen == ([53, 33] if programs else [])
    assert done.options == ({} if programs else {"programs": False})


def test_the_pieces_of_a_kit_add_up_to_it(beaten: SongBundle, tmp_path: Path) -> None:
    """A track each, in the order of a kit, all on channel 10, all of one length."""
    written(beaten, tmp_path / "one")
    done = written(beaten, tmp_path / "each", drum_tracks=True)

    one, each = (files(tmp_path / name)["MIDI/Söng - Drums.mid"] for name in ("one", "each"))
    assert [track.name for track in each.tracks[1:]] == ["Kick", "Snare", "Hi-hat", "Cowbell"]
    assert {channel for track in each.tracks for _, _, channel, _ in sounding(track)} == {9}
    assert sorted(e for t in each.tracks for e in sounding(t)) == sorted(sounding(one.tracks[1]))
    assert len({sum(m.time for m in track) for track in each.tracks}) == 1
    song = files(tmp_path / "each")["MIDI/Söng.mid"]
    assert [track.name for track in song.tracks[-4:]] == ["Kick", "Snare", "Hi-hat", "Cowbell"]
    assert done.options == {"drum_tracks": True}


def test_a_kit_without_hits_has_its_one_track(bundle: SongBundle, tmp_path: Path) -> None:
    """An empty file has its reason said, and a name in it."""
    silent = replace(bundle, takes=(Take("drums", "drums", "drums", NO_NOTES),))

    done = written(silent, tmp_path, drum_tracks=True)

    file = files(tmp_path)["MIDI/Söng - Drums.mid"]
    assert [track.name for track in file.tracks[1:]] == ["Drums"]
    assert done.notes == ("No notes were found in Drums; its MIDI file is empty.",)


def test_the_guide_note_is_in_every_file(bundle: SongBundle, tmp_path: Path) -> None:
    """And nothing else is another than without it."""
    written(bundle, tmp_path / "without")
    done = written(bundle, tmp_path / "with", guide_note=True)

    without = files(tmp_path / "without")
    for path, file in files(tmp_path / "with").items():
        assert file.tracks[:-1] == without[path].tracks
        (start, _, _, _), (end, _, _, _) = sounding(file.tracks[-1])
        assert (start, end) == (0, sum(m.time for m in file.tracks[0]))
    assert done.options == {"guide_note": True}


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_notes_on_the_grid_lie_beside_those_that_were_heard(
    strength: float, bundle: SongBundle, tmp_path: Path
) -> None:
    """On its lines, or halfway there, to half a tick; the raw files are as without."""
    song = replace(bundle, tempo=TempoMap.constant(100.0))
    written(song, tmp_path / "raw")
    done = written(song, tmp_path / "both", quantise=strength, grid="1/8")

    both = files(tmp_path / "both")
    for path, file in files(tmp_path / "raw").items():
        assert both[path].tracks == file.tracks
        moved = both[path.replace("MIDI/", "MIDI/Quantised/")]
        assert [t.name for t in moved.tracks] == [t.name for t in file.tracks]
        for heard, lain in zip(file.tracks[1:], moved.tracks[1:], strict=True):
            before = np.array([row[0] for row in sounding(heard) if row[1] == "note_on"])
            after = np.array([row[0] for row in sounding(lain) if row[1] == "note_on"])
            line = np.rint(before / 480) * 480
            assert np.abs(after - (before + strength * (line - before))).max() <= 1
            assert strength < 1 or (after % 480 == 0).all()
    rows = [(file.path, file.role, file.stem) for file in done.files]
    assert rows[3:] == [(p.replace("MIDI/", "MIDI/Quantised/"), r, s) for p, r, s in rows[:3]]
    assert done.options == {"quantise": strength, "grid": "1/8"}


def test_what_the_grid_joins_is_said(bundle: SongBundle, tmp_path: Path) -> None:
    """Two of three notes of a trill come to lie on one line."""
    trill = Notes.of([Note(0.0, 60, 0.01), Note(0.02, 60, 0.03), Note(0.02, 62, 0.03)])
    song = replace(bundle, takes=(Take("bass", "e", "bass", trill),))

    done = written(song, tmp_path, quantise=1.0, grid="1/4")

    assert done.notes == (
        "Quantising joined 1 of the notes with another of the same pitch on its line.",
    )
    (part,) = read_midi(tmp_path / "MIDI/Quantised/Söng.mid").parts
    assert part.notes.pitch.tolist() == [60, 62]


def test_more_parts_than_channels_are_said(bundle: SongBundle, tmp_path: Path) -> None:
    """Sixteen voices: the last sings on the channel of the first."""
    takes = tuple(Take(f"voice_{n}", "e", "vocals", bundle.takes[0].candidates) for n in range(16))

    assert written(replace(bundle, takes=takes[1:]), tmp_path / "15").notes == ()
    (said,) = written(replace(bundle, takes=takes), tmp_path / "16").notes

    assert "from number 16 on share one" in said
    tracks = files(tmp_path / "16")["MIDI/Söng.mid"].tracks[1:]
    assert len(tracks) == 16
    assert {len(sounding(track)) for track in tracks} == {4}


def test_it_needs_no_more_room_than_it_says(beaten: SongBundle, tmp_path: Path) -> None:
    """File by file, with everything that can be asked for."""
    song = replace(
        beaten,
        key=Key(1),
        markers=tuple(Marker(n / 100, "曲" * n) for n in range(40)),
        tempo=TempoMap(tuple(TempoStep(n / 50, 90 + n % 7) for n in range(50))),
    )
    options = ExportOptions(drum_tracks=True, guide_note=True, quantise=0.7)

    MidiTarget().write(song, tmp_path, options, Job())

    planned = MidiTarget().plan(song, options)
    assert len(planned) == 8
    for file in planned:
        assert (tmp_path / file.file.path).stat().st_size <= file.bytes


def test_quantised_files_go_when_they_are_not_asked_for_again(
    bundle: SongBundle, facts: ManifestFacts, tmp_path: Path
) -> None:
    """Rows of one role and stem are two files of the manifest like any others."""

    def export(quantise: float) -> list[str]:
        options = ExportOptions(quantise=quantise)
        manifest = export_song(
            bundle,
            tmp_path,
            ["midi"],
            options=options,
            facts=facts,
            scores=None,
            force=False,
            job=Job(),
        )
        assert read_manifest(tmp_path) == manifest
        return [row.path for row in manifest.files if (row.role, row.stem) == ("part", "bass")]

    assert export(0.8) == ["MIDI/Quantised/Söng - Bass.mid", "MIDI/Söng - Bass.mid"]
    assert "moved to a grid of 1/16 by 80%" in (tmp_path / "READ ME FIRST.txt").read_text("utf-8")
    assert export(0.0) == ["MIDI/Söng - Bass.mid"]
    assert not list(tmp_path.rglob("Quantised/*"))
