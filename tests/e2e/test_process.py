"""The main job as a user runs it: one command, then everything a musician needs on disk."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile as sf

Run = Callable[..., subprocess.CompletedProcess[str]]


def outputs(folder: Path) -> dict[str, str]:
    """Hash of every visible file below ``folder``."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".stemwright" not in path.parts
    }


def decibels(ratio: float) -> float:
    """An amplitude ratio in dB."""
    return 20 * float(np.log10(max(ratio, 1e-12)))


def test_a_song_comes_out_whole(stemwright: Run, song: Path, tmp_path: Path) -> None:
    """Stems of its length that add up to it, notes, scores and a manifest that tells the truth."""
    out = tmp_path / "out"

    done = stemwright("process", song, "--out", out)

    assert done.returncode == 0, done.stderr
    folder = out / "Six Seconds"
    mixture, rate = sf.read(song, dtype="float32")
    stems = sorted((folder / "Stems").glob("* - 0[1-9] *.wav"))
    assert [path.name for path in stems] == [
        f"Six Seconds - 0{n} {name}.wav"
        for n, name in enumerate(["Vocals", "Drums", "Bass", "Other"], 1)
    ]
    sounds = [sf.read(path, dtype="float32") for path in stems]
    assert {(sound.shape, stem_rate) for sound, stem_rate in sounds} == {(mixture.shape, rate)}
    residual = sum(sound for sound, _ in sounds) - mixture
    assert decibels(np.abs(residual).max() / np.abs(mixture).max()) < -100

    manifest = json.loads((folder / "manifest.json").read_text())
    found = outputs(folder)
    del found["manifest.json"]
    assert {file["path"]: file["sha256"] for file in manifest["files"]} == found
    assert manifest["frames"] == len(mixture)
    assert manifest["sample_rate"] == rate
    assert manifest["engine"]["name"] == "classical"
    assert manifest["tempo"]["bpm"] == pytest.approx(120, rel=0.01)

    scores = json.loads((folder / "scores.json").read_text())
    bass = [row for row in scores["takes"] if row["stem"] == "bass"]
    assert [row["threshold"] for row in bass] == [0.55, 0.7, 0.9]
    assert set(bass[0]["scores"]) == {
        "xcorr_max",
        "xcorr_lag_seconds",
        "xcorr_normalised",
        "onset_match",
        "pitch_match",
        "semitone_flux",
        "agreement",
    }
    counts = [row["notes"] for row in bass]
    assert counts == sorted(counts, reverse=True)
    part = mido.MidiFile(folder / "MIDI" / "Six Seconds - Bass.mid")
    assert sum(m.type == "note_on" for track in part.tracks for m in track) == counts[0]
    for name in ("MIDI/Six Seconds.mid", "Six Seconds.dawproject", "Six Seconds.rpp"):
        assert (folder / name).is_file()
    assert (folder / "READ ME FIRST.txt").is_file()
    assert "Six Seconds: 6.0 s" in done.stdout


def test_two_runs_leave_the_same_bytes(stemwright: Run, song: Path, tmp_path: Path) -> None:
    """In two folders, and a second time in the first, where nothing is computed again."""
    first, second = tmp_path / "one", tmp_path / "two"

    assert stemwright("process", song, "--out", first).returncode == 0
    before = outputs(first)
    assert stemwright("process", song, "--out", second).returncode == 0
    again = stemwright("process", song, "--out", first)

    assert outputs(second) == before
    assert outputs(first) == before
    assert again.returncode == 0
    assert "Separating" not in again.stderr


def test_a_songs_folder_stands_for_the_song(stemwright: Run, song: Path, tmp_path: Path) -> None:
    """Every command takes OUT/<song>: a new threshold, another format, the scores."""
    out = tmp_path / "out"
    assert stemwright("process", song, "--out", out).returncode == 0
    folder = out / "Six Seconds"
    song.unlink()
    before = outputs(folder)
    assert stemwright("export", folder).returncode == 0
    assert outputs(folder) == before

    stricter = stemwright("process", folder, "--threshold", "0.9", "--json")
    exported = stemwright(
        "export", folder, "--to", "stems", "--audio-format", "pcm24", "--tempo-tag", "on"
    )
    scores = stemwright("score", folder, "--json")

    assert stricter.returncode == 0, stricter.stderr
    assert "Separating" not in stricter.stderr
    report = json.loads(stricter.stdout)[0]["report"]
    notes = {part["stem"]: part["notes"] for part in report["stems"]}
    rows = {
        (row["stem"], row["threshold"]): row["notes"] for row in json.loads(scores.stdout)["takes"]
    }
    assert notes["bass"] == rows["bass", 0.9]
    assert exported.returncode == 0, exported.stderr
    assert sf.info(folder / "Stems" / "Six Seconds - 03 Bass.wav").subtype == "PCM_24"
    assert b"acid" in (folder / "Stems" / "Six Seconds - 03 Bass.wav").read_bytes()[-2000:]
    assert (folder / "MIDI" / "Six Seconds - Bass.mid").is_file()


def test_chosen_stems_and_the_rest_are_the_song(
    stemwright: Run, song: Path, tmp_path: Path
) -> None:
    """--stems keeps some; the others become one, and together they still are the song."""
    done = stemwright("separate", song, "--out", tmp_path / "out", "--stems", "bass")

    assert done.returncode == 0, done.stderr
    folder = tmp_path / "out" / "Six Seconds"
    bass, _ = sf.read(folder / "Stems" / "Six Seconds - 01 Bass.wav")
    rest, _ = sf.read(folder / "Stems" / "Six Seconds - 02 Rest.wav")
    mixture, _ = sf.read(song)
    assert decibels(np.abs(bass + rest - mixture).max()) < -100
    assert sorted(path.name for path in folder.iterdir() if path.name[0] != ".") == [
        "READ ME FIRST.txt",
        "Stems",
        "manifest.json",
    ]


def test_a_preview_is_short_and_apart(stemwright: Run, song: Path, tmp_path: Path) -> None:
    """It has a folder of its own, so that it never replaces the whole song."""
    done = stemwright("separate", song, "--out", tmp_path / "out", "--preview", "2")

    assert done.returncode == 0, done.stderr
    info = sf.info(
        tmp_path
        / "out"
        / "Six Seconds (preview)"
        / "Stems"
        / "Six Seconds (preview) - 01 Vocals.wav"
    )
    assert info.frames == 2 * 44100


def test_folders_are_taken_recursively_and_a_bad_song_stops_no_other(
    stemwright: Run, song: Path, tmp_path: Path
) -> None:
    """The others are done, the summary names the one that failed, the exit status is 1."""
    deeper = song.parent / "deeper"
    deeper.mkdir()
    shutil.copy(song, deeper / "노래 שיר 歌 🎵.wav")
    (deeper / "broken.wav").write_text("this is no sound")

    done = stemwright("process", song.parent, "--out", tmp_path / "out", "--transcribe", "bass")

    assert done.returncode == 1
    assert "2 done, 1 failed: broken.wav" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "Six Seconds",
        "노래 שיר 歌 🎵",
    ]


def test_a_file_of_the_user_is_not_replaced(stemwright: Run, song: Path, tmp_path: Path) -> None:
    """A stem that was changed by hand stays, and the sentence says so; --force replaces it."""
    out = tmp_path / "out"
    assert stemwright("separate", song, "--out", out).returncode == 0
    stem = out / "Six Seconds" / "Stems" / "Six Seconds - 03 Bass.wav"
    stem.write_bytes(b"edited by hand")

    refused = stemwright("separate", song, "--out", out, "--audio-format", "pcm16")

    assert refused.returncode == 1
    assert "Six Seconds - 03 Bass.wav" in refused.stderr
    assert "--force" in refused.stderr
    assert stem.read_bytes() == b"edited by hand"
    forced = stemwright("separate", song, "--out", out, "--audio-format", "pcm16", "--force")
    assert forced.returncode == 0
    assert sf.info(stem).subtype == "PCM_16"


def test_takes_and_scores_of_a_lone_stem(stemwright: Run, song: Path, tmp_path: Path) -> None:
    """transcribe writes one .mid a threshold; score reads them back beside the recording."""
    out = tmp_path / "midi"

    done = stemwright(
        "transcribe",
        song,
        "--as",
        "bass",
        "--out",
        out,
        "--tempo",
        "120",
        "--threshold",
        "0.55",
        "0.9",
    )
    takes = [out / "Six Seconds 0.55.mid", out / "Six Seconds 0.9.mid"]
    scored = stemwright(
        "score",
        song,
        *takes,
        "--as",
        "bass",
        "--reference",
        takes[0],
        "--plot",
        out / "plot.png",
        "--json",
    )

    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.glob("*.mid")) == [take.name for take in takes]
    assert scored.returncode == 0, scored.stderr
    rows = json.loads(scored.stdout)["takes"]
    assert len(rows) == 4
    itself = rows[2]
    assert itself["against"] == "Six Seconds 0.55.mid"
    assert itself["scores"]["agreement"] == pytest.approx(100, abs=0.01)
    assert (out / "plot.png").read_bytes()[:4] == b"\x89PNG"
