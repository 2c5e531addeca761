"""A whole export: what appears, what is left alone, what is refused."""

from __future__ import annotations

import hashlib
import shutil
import unicodedata
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mido
import msgspec
import numpy as np
import pytest
import soundfile

from studio.errors import (
    DiskFullError,
    ExportConflictError,
    ManifestDamagedError,
    OptionError,
    ProjectDamagedError,
    ProjectOutsideError,
    UnknownChoiceError,
    WriteError,
)
from studio.export.contract import ExportOptions
from studio.export.manifest import MANIFEST, Manifest, encode, read_manifest
from studio.export.write import ManifestFacts, export_song
from studio.job import Cancelled, Job
from studio.music.bundle import SongBundle
from studio.music.key import Key

Export = Callable[..., Manifest]
Tree = Callable[[Path], dict[str, bytes]]

ALL = [
    "MIDI/Söng - Bass.mid",
    "MIDI/Söng - Vocals.mid",
    "MIDI/Söng.mid",
    "READ ME FIRST.txt",
    "Stems/Söng - 00 Mixture.wav",
    "Stems/Söng - 01 Vocals.wav",
    "Stems/Söng - 02 Bass.wav",
    "scores.json",
]


def times(folder: Path) -> dict[Path, int]:
    """When each file was last written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def no_staging(folder: Path) -> bool:
    """Nothing of ours is left over."""
    return not list(folder.rglob("*partial*"))


def test_an_export_leaves_what_the_manual_says(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Paths, roles and stems are public."""
    manifest = export(bundle, tmp_path / "out")

    assert sorted(tree(tmp_path / "out")) == sorted([*ALL, MANIFEST])
    assert [(row.path, row.role, row.stem) for row in manifest.files] == list(
        zip(
            ALL,
            ["part", "part", "midi", "readme", "mixture", "stem", "stem", "scores"],
            ["bass", "vocals", None, None, None, "vocals", "bass", None],
            strict=True,
        )
    )
    assert read_manifest(tmp_path / "out") == manifest
    assert no_staging(tmp_path / "out")


def test_the_hashes_of_the_manifest_are_true(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Of every file that is there, but of the manifest itself."""
    manifest = export(bundle, tmp_path / "out")

    files = tree(tmp_path / "out")
    del files[MANIFEST]
    assert {row.path: row.sha256 for row in manifest.files} == {
        path: hashlib.sha256(content).hexdigest() for path, content in files.items()
    }


def test_the_manifest_says_what_was_known(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Song, rate, length, tempo, engine, options, notes."""
    manifest = export(bundle, tmp_path / "out", audio_format="pcm24")

    assert (manifest.song, manifest.sample_rate, manifest.frames) == ("Söng", 8000, 4000)
    assert (manifest.tempo.bpm, manifest.tempo.source) == (117.3, "estimated")
    assert (manifest.engine.name, manifest.options) == ("htdemucs", {"overlap": 0.25})
    assert manifest.notes == ["Mono was made stereo."]
    assert manifest.exports["stems"].options == {"format": "pcm24", "gain_db": -1.94}


def test_a_second_export_writes_nothing(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Same bytes, and not even written again."""
    export(bundle, tmp_path / "out")
    before, files = times(tmp_path / "out"), tree(tmp_path / "out")

    export(bundle, tmp_path / "out")

    assert times(tmp_path / "out") == before
    assert tree(tmp_path / "out") == files


def test_two_folders_get_the_same_bytes(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """No clock, no path and no chance in any file, in any order of the targets."""
    export(bundle, tmp_path / "one", "stems", "midi", audio_format="pcm16")
    export(bundle, tmp_path / "two", "midi", "stems", audio_format="pcm16")

    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_changed_file_is_refused_then_forced(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Named in the sentence; untouched until it is asked for, and nothing else is touched."""
    folder = tmp_path / "out"
    export(bundle, folder)
    whole = tree(folder)
    (folder / "MIDI/Söng.mid").write_bytes(b"mine now")
    before = times(folder)

    with pytest.raises(ExportConflictError, match=r"MIDI/Söng\.mid\."):
        export(bundle, folder)
    assert times(folder) == before

    export(bundle, folder, force=True)
    assert tree(folder) == whole


def test_many_files_in_the_way_are_counted(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Three are named."""
    for path in ALL:
        (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / path).write_bytes(b"mine")

    with pytest.raises(ExportConflictError, match=r"Söng\.mid and 5 more\."):
        export(bundle, tmp_path / "out")


def test_a_file_in_the_way_that_is_equal_is_no_conflict(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """As after the manifest was lost."""
    export(bundle, tmp_path / "out")
    whole = tree(tmp_path / "out")
    (tmp_path / "out" / MANIFEST).unlink()

    export(bundle, tmp_path / "out")

    assert tree(tmp_path / "out") == whole


def test_our_own_files_are_replaced_without_asking(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Another format of the same name: only the stems and what tells of them are written."""
    folder = tmp_path / "out"
    export(bundle, folder)
    before = times(folder)

    export(bundle, folder, audio_format="pcm24")

    written = {path.name for path, time in times(folder).items() if before[path] != time}
    assert written == {
        "Söng - 00 Mixture.wav",
        "Söng - 01 Vocals.wav",
        "Söng - 02 Bass.wav",
        "READ ME FIRST.txt",
        MANIFEST,
    }


def test_files_no_longer_made_are_removed_unless_changed(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """FLAC instead of WAV, one WAV edited meanwhile: it is the user's now."""
    folder = tmp_path / "out"
    export(bundle, folder)
    (folder / "Stems/Söng - 02 Bass.wav").write_bytes(b"mine now")

    manifest = export(bundle, folder, audio_format="flac")

    stems = [path for path in tree(folder) if path.startswith("Stems")]
    assert stems == [
        "Stems/Söng - 00 Mixture.flac",
        "Stems/Söng - 01 Vocals.flac",
        "Stems/Söng - 02 Bass.flac",
        "Stems/Söng - 02 Bass.wav",
    ]
    assert "Stems/Söng - 02 Bass.wav" not in [row.path for row in manifest.files]


def test_one_target_leaves_the_others_alone(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Their files, their rows, their options and the scores stay."""
    folder = tmp_path / "out"
    first = export(bundle, folder, audio_format="pcm24")

    second = export(replace(bundle, takes=bundle.takes[:1]), folder, "midi", scores=None)

    assert [row.path for row in second.files] == [p for p in ALL if "Bass.mid" not in p]
    assert second.exports["stems"] == first.exports["stems"]
    kept = [row for row in first.files if row.target in ("stems", "scores")]
    assert [row for row in second.files if row.target in ("stems", "scores")] == kept


def test_a_row_whose_file_is_gone_goes_too(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """The user deleted the stems and exports the notes again."""
    folder = tmp_path / "out"
    export(bundle, folder)
    shutil.rmtree(folder / "Stems")

    manifest = export(bundle, folder, "midi")

    assert {row.target for row in manifest.files} == {"midi", "readme", "scores"}


def test_sources_are_never_changed(bundle: SongBundle, export: Export, tmp_path: Path) -> None:
    """Nor are exported files links to them: an edit in a DAW must not reach the project."""
    before = times(tmp_path / "project")

    export(bundle, tmp_path / "out")
    export(bundle, tmp_path / "out", audio_format="flac")

    assert times(tmp_path / "project") == before
    links = [path.stat().st_nlink for path in (tmp_path / "out" / "Stems").iterdir()]
    assert links == [1, 1, 1]


def test_float_stems_are_the_samples_of_the_project(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Louder than full scale where they are."""
    export(bundle, tmp_path / "out")

    for file, name in zip(bundle.stems, ("01 Vocals", "02 Bass"), strict=True):
        want, rate = soundfile.read(file.path, dtype="float32")
        got, got_rate = soundfile.read(tmp_path / f"out/Stems/Söng - {name}.wav", dtype="float32")
        assert got_rate == rate
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize(
    ("audio_format", "suffix", "subtype", "bits"),
    [
        ("pcm24", "wav", "PCM_24", 24),
        ("pcm16", "wav", "PCM_16", 16),
        ("flac", "flac", "PCM_24", 24),
    ],
)
def test_stems_of_fixed_point_share_one_gain(
    audio_format: str,
    suffix: str,
    subtype: str,
    bits: int,
    bundle: SongBundle,
    export: Export,
    tmp_path: Path,
) -> None:
    """The loudest just fits, and the balance is that of the project to a step or two."""
    notes: list[str] = []

    manifest = export(
        bundle, tmp_path / "out", "stems", audio_format=audio_format, job=Job(notes=notes.append)
    )

    decibels = manifest.exports["stems"].options["gain_db"]
    assert isinstance(decibels, float)
    gain = 10 ** (decibels / 20)
    assert 0.998 < 1.25 * gain <= 1.0
    sources = [bundle.mixture, *(file.path for file in bundle.stems)]
    for source, name in zip(sources, ("00 Mixture", "01 Vocals", "02 Bass"), strict=True):
        path = tmp_path / "out" / "Stems" / f"Söng - {name}.{suffix}"
        got, _ = soundfile.read(path)
        want, _ = soundfile.read(source)
        assert soundfile.info(path).subtype == subtype
        assert np.abs(got - want * gain).max() < 3 / 2 ** (bits - 1)
    assert manifest.exports["stems"].notes == notes
    assert f"{-decibels:.2f} dB" in notes[0]


def test_without_a_need_there_is_no_gain_and_no_word(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Full scale itself fits."""
    notes: list[str] = []
    quiet = replace(bundle, stems=bundle.stems[1:])

    manifest = export(
        quiet, tmp_path / "out", "stems", audio_format="pcm24", job=Job(notes=notes.append)
    )

    assert manifest.exports["stems"].options["gain_db"] == 0.0
    assert notes == []


def test_every_midi_file_has_the_tempo(bundle: SongBundle, export: Export, tmp_path: Path) -> None:
    """The song's and each part's."""
    export(bundle, tmp_path / "out", "midi")

    for path in (tmp_path / "out" / "MIDI").iterdir():
        file = mido.MidiFile(path)
        assert [m.tempo for m in file.tracks[0] if m.type == "set_tempo"] == [511509]
        assert len(file.tracks) == (3 if path.name == "Söng.mid" else 2)


def test_without_takes_the_midi_file_is_the_tempo_and_says_so(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """An empty result never comes without a word."""
    notes: list[str] = []

    export(replace(bundle, takes=()), tmp_path / "out", "midi", job=Job(notes=notes.append))

    assert [path.name for path in (tmp_path / "out" / "MIDI").iterdir()] == ["Söng.mid"]
    assert notes == ["No stem was transcribed, so the MIDI file holds the tempo alone."]


def test_the_page_for_people_tells_what_is_there(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Every file, the tempo, what was said, the licence."""
    export(bundle, tmp_path / "out", audio_format="pcm24")

    page = (tmp_path / "out" / "READ ME FIRST.txt").read_text(encoding="utf-8")
    for path in ALL:
        assert path in page or path == "READ ME FIRST.txt"
    for words in (
        "117.3 BPM",
        "confidence 80%",
        "8000 Hz, 4000 samples",
        "Mono was made stereo.",
        "turned down by 1.94 dB",
        "For research only.",
        "Ableton Live",
    ):
        assert words in page


def test_an_unknown_target_is_named_before_anything_happens(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """With the nearest that there is."""
    with pytest.raises(UnknownChoiceError, match="did you mean midi"):
        export(bundle, tmp_path / "out", "stems", "mdi")

    assert not (tmp_path / "out").exists()


def test_a_manifest_of_somebody_else_is_not_overwritten_unasked(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """Other programs have a manifest.json too."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST).write_text('{"name": "an app"}')

    with pytest.raises(ManifestDamagedError, match="not a manifest of Stemwright"):
        export(bundle, tmp_path / "out")
    assert (tmp_path / "out" / MANIFEST).read_text() == '{"name": "an app"}'

    manifest = export(bundle, tmp_path / "out", force=True)
    assert read_manifest(tmp_path / "out") == manifest


@pytest.mark.parametrize("in_the_way", ["MIDI/Söng.mid/", "manifest.json/", "Stems"])
def test_a_folder_for_a_file_or_a_file_for_a_folder_is_said(
    in_the_way: str, bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Not even force removes a folder; and nothing is half done."""
    place = tmp_path / "out" / in_the_way
    if in_the_way.endswith("/"):
        (place / "mine").mkdir(parents=True)
    else:
        place.parent.mkdir()
        place.write_bytes(b"mine")
    before = tree(tmp_path / "out")

    with pytest.raises(WriteError, match=place.name):
        export(bundle, tmp_path / "out", force=True)

    assert tree(tmp_path / "out") == before
    assert no_staging(tmp_path / "out")


def test_a_link_out_of_the_folder_is_not_followed(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """A folder from a stranger may hold one."""
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "Stems").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ProjectOutsideError):
        export(bundle, tmp_path / "out", force=True)

    assert not list((tmp_path / "elsewhere").iterdir())


def test_room_is_asked_for_before_the_work(
    bundle: SongBundle,
    export: Export,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sentence says how much is needed."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 10**6, 10**6))

    with pytest.raises(DiskFullError, match=r"needs 1\.2 MB, and 1\.0 MB are free"):
        export(bundle, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_wherever_it_is_cancelled_nothing_is_left(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """Stopped at its first, second, third ... word, until it is done before it is stopped."""
    folder = tmp_path / "out"
    for words in range(1000):
        said = 0

        def listen(fraction: float, text: str) -> None:
            nonlocal said
            said += 1
            if said > words:  # noqa: B023
                job.cancel()  # noqa: B023

        job = Job(listen)
        try:
            export(bundle, folder, audio_format="pcm24", job=job)
        except Cancelled:
            assert tree(folder) == {}
            assert no_staging(folder)
        else:
            break

    assert words > 10
    assert sorted(tree(folder)) == sorted([*ALL, MANIFEST])


def test_a_stranger_s_plan_reaches_no_file_outside(
    bundle: SongBundle, export: Export, tmp_path: Path
) -> None:
    """What a crash left is read as strictly as the manifest."""
    victim = tmp_path / "mine.txt"
    victim.write_bytes(b"mine")
    staging = tmp_path / "out" / ".stemwright" / "export.partial"
    staging.mkdir(parents=True)
    digest = hashlib.sha256(b"mine").hexdigest()
    plan = f'{{"moves": [], "removals": [{{"path": "../mine.txt", "sha256": "{digest}"}}]}}'
    (staging / "plan.json").write_text(plan)

    with pytest.raises(ProjectOutsideError):
        export(bundle, tmp_path / "out")

    assert victim.read_bytes() == b"mine"


def test_a_garbled_plan_is_said(bundle: SongBundle, export: Export, tmp_path: Path) -> None:
    """It appears whole, so somebody has changed it."""
    staging = tmp_path / "out" / ".stemwright" / "export.partial"
    staging.mkdir(parents=True)
    (staging / "plan.json").write_text("{")

    with pytest.raises(ProjectDamagedError, match=r"export\.partial"):
        export(bundle, tmp_path / "out")


def test_one_file_under_two_spellings_is_not_removed(
    bundle: SongBundle, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """As on a disk that takes "SÖNG" and "Söng" for one name, where a link stands for that."""
    out = tmp_path / "out"
    export(bundle, out)
    louder = replace(bundle, song=unicodedata.normalize("NFD", "SÖNG"))
    names = {path: path.replace("Söng", "SÖNG") for path in ALL if "Söng" in path}
    for old, new in names.items():
        (out / new).hardlink_to(out / old)

    export(louder, out)
    left = tree(out)
    assert {*names, *names.values()} <= set(left)
    manifest = read_manifest(out)
    assert manifest is not None
    assert not {row.path for row in manifest.files} & set(names)


def test_what_is_in_the_way_can_be_kept(
    bundle: SongBundle, facts: ManifestFacts, tmp_path: Path
) -> None:
    """Everything else is written, it is said, and the manifest claims nothing of it."""
    out = tmp_path / "out"
    mine = out / "Stems" / "Söng - 02 Bass.wav"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    (out / "READ ME FIRST.txt").write_bytes(b"my notes")
    said: list[str] = []
    for _ in range(2):
        manifest = export_song(
            bundle,
            out,
            ("stems", "midi"),
            options=ExportOptions(),
            facts=facts,
            scores=None,
            force=False,
            keep=True,
            job=Job(notes=said.append),
        )
    assert mine.read_bytes() == b"mine"
    assert (out / "READ ME FIRST.txt").read_bytes() == b"my notes"
    assert (out / "Stems" / "Söng - 01 Vocals.wav").is_file()
    paths = {row.path for row in manifest.files}
    assert not paths & {"Stems/Söng - 02 Bass.wav", "READ ME FIRST.txt"}
    assert len([note for note in said if "left as it is" in note]) == 4


def test_stems_that_are_not_asked_for_stay(
    bundle: SongBundle, facts: ManifestFacts, export: Export, tree: Tree, tmp_path: Path
) -> None:
    """In the folder and in the manifest, though the target writes again."""
    out = tmp_path / "out"
    export(bundle, out)
    manifest = export_song(
        bundle,
        out,
        ("stems", "midi"),
        options=ExportOptions("pcm16", ("bass",)),
        facts=facts,
        scores=None,
        force=False,
        job=Job(),
    )
    assert [row.path for row in manifest.files] == ALL
    sixteen = {path: soundfile.info(out / path).subtype for path in ALL if path.endswith(".wav")}
    assert sixteen == {
        "Stems/Söng - 00 Mixture.wav": "FLOAT",
        "Stems/Söng - 01 Vocals.wav": "FLOAT",
        "Stems/Söng - 02 Bass.wav": "PCM_16",
    }
    told = {row.path: (row.format, row.gain_db) for row in manifest.files if row.format}
    assert told == {
        "Stems/Söng - 00 Mixture.wav": ("float32", 0.0),
        "Stems/Söng - 01 Vocals.wav": ("float32", 0.0),
        "Stems/Söng - 02 Bass.wav": ("pcm16", -1.94),
    }
    (note,) = [note for note in manifest.notes if "do not add up" in note]
    assert note.startswith("Stems/Söng - 00 Mixture.wav, Stems/Söng - 01 Vocals.wav: ")
    whole = export(bundle, out, audio_format="pcm16")
    assert {row.gain_db for row in whole.files if row.format} == {-1.94}
    assert whole.notes == list(facts.notes)


def test_what_an_earlier_version_said_of_all_files_is_said_of_each(
    bundle: SongBundle, facts: ManifestFacts, export: Export, tmp_path: Path
) -> None:
    """Its manifest has format and gain by target only."""
    out = tmp_path / "out"
    before = export(bundle, out, "stems", audio_format="pcm24")
    rows = [msgspec.structs.replace(row, format=None, gain_db=None) for row in before.files]
    (out / MANIFEST).write_bytes(encode(msgspec.structs.replace(before, files=rows)))

    manifest = export_song(
        bundle,
        out,
        ("stems",),
        options=ExportOptions(stems=("bass",)),
        facts=facts,
        scores=None,
        force=False,
        job=Job(),
    )

    told = {row.stem: (row.format, row.gain_db) for row in manifest.files if row.format}
    assert told["vocals"] == ("pcm24", -1.94)
    assert told["bass"] == ("float32", 0.0)


def test_stems_are_called_as_the_template_says(
    bundle: SongBundle, facts: ManifestFacts, tmp_path: Path
) -> None:
    """The Reaper project finds them, and names of before go."""
    options = ExportOptions(naming="{number} {stem} {tempo} {key}")
    for naming in (ExportOptions(), options):
        manifest = export_song(
            replace(bundle, key=Key(6, minor=True)),
            tmp_path / "out",
            ("stems", "reaper"),
            options=naming,
            facts=facts,
            scores=None,
            force=False,
            job=Job(),
        )

    stems = [row.path for row in manifest.files if row.role in ("mixture", "stem")]
    assert stems == [
        "Stems/00 Mixture 117.3 Fsharp minor.wav",
        "Stems/01 Vocals 117.3 Fsharp minor.wav",
        "Stems/02 Bass 117.3 Fsharp minor.wav",
    ]
    assert sorted(p.name for p in (tmp_path / "out/Stems").iterdir()) == [
        path.removeprefix("Stems/") for path in stems
    ]
    project = (tmp_path / "out" / "Söng.rpp").read_text("utf-8")
    assert all(f'FILE "{path}"' in project for path in stems)
    assert manifest.key == "F# minor"


def test_a_template_that_is_none_is_said_before_anything_happens(
    bundle: SongBundle, facts: ManifestFacts, tmp_path: Path
) -> None:
    """Not even a folder is made."""
    with pytest.raises(OptionError, match=r"--naming cannot be Vocals: \{stem\} is missing"):
        export_song(
            bundle,
            tmp_path / "out",
            ("stems",),
            options=ExportOptions(naming="Vocals"),
            facts=facts,
            scores=None,
            force=False,
            job=Job(),
        )

    assert not (tmp_path / "out").exists()
