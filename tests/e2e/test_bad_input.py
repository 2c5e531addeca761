"""Bad input as a user meets it: one sentence, exit status 1, and nothing half-written anywhere."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

Run = Callable[..., subprocess.CompletedProcess[str]]
RATE = 44100


def noise(seconds: float = 1.0, channels: int = 2, rate: int = RATE) -> np.ndarray:
    """Quiet noise, shape (samples, channels)."""
    rng = np.random.default_rng(440)
    return rng.uniform(-0.1, 0.1, (round(seconds * rate), channels))


def make_bad(kind: str, folder: Path) -> Path:
    """A file of the given kind."""
    path = folder / f"{kind}.wav"
    match kind:
        case "empty":
            path.touch()
        case "text":
            path.write_text("This is a shopping list.\n" * 50)
        case "no samples":
            sf.write(path, noise(0), RATE)
        case "all nan":
            sf.write(path, np.full((1000, 2), np.nan), RATE, subtype="FLOAT")
        case "truncated flac":
            path = path.with_suffix(".flac")
            sf.write(path, noise(3), RATE)
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "header only":
            sf.write(path, noise(1), RATE)
            path.write_bytes(path.read_bytes()[:30])
        case "random bytes":
            path = path.with_suffix(".mp3")
            path.write_bytes(np.random.default_rng(1).bytes(20_000))
    return path


@pytest.mark.parametrize(
    "kind",
    ["empty", "text", "no samples", "all nan", "truncated flac", "header only", "random bytes"],
)
def test_what_holds_no_song_is_said(kind: str, stemwright: Run, tmp_path: Path) -> None:
    """The sentence names the file, and nothing at all is left."""
    path = make_bad(kind, tmp_path)

    done = stemwright("process", path, "--out", tmp_path / "out")

    assert done.returncode == 1
    assert path.name in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    "kind", ["one sample", "silence", "192 kHz of 7", "some nan", "8 bit", "mono"]
)
def test_what_is_odd_but_holds_a_song_is_done(kind: str, stemwright: Run, tmp_path: Path) -> None:
    """Stems of its length come out, whatever it is."""
    path = tmp_path / f"{kind}.wav"
    sound, rate, subtype = noise(), RATE, "PCM_16"
    match kind:
        case "one sample":
            sound = noise()[:1]
        case "silence":
            sound = np.zeros((RATE, 2))
        case "192 kHz of 7":
            sound, rate = noise(0.5, 7, 192_000), 192_000
        case "some nan":
            sound[500:503], subtype = np.nan, "FLOAT"
        case "8 bit":
            subtype = "PCM_U8"
        case "mono":
            sound = noise(1, 1)
    sf.write(path, sound, rate, subtype=subtype)

    done = stemwright("process", path, "--out", tmp_path / "out")

    assert done.returncode == 0, done.stderr
    stems = sorted((tmp_path / "out" / kind / "Stems").glob("* - 0[1-9]*"))
    assert len(stems) == 4
    assert {(sf.info(stem).frames, sf.info(stem).samplerate) for stem in stems} == {
        (len(sound), rate)
    }
    if kind == "some nan":
        assert "not numbers became silence: 6" in done.stderr
    if kind == "192 kHz of 7":
        assert "7 channels" in done.stderr


@pytest.mark.parametrize(
    "name", ["한국어 노래", "中文歌曲", "שיר בעברית", "🎸🔥", "CON", "Måneskin.", "a" * 180]
)
def test_any_name_works(name: str, stemwright: Run, tmp_path: Path) -> None:
    """Also below a path of 300 characters and more."""
    deep = tmp_path / "/".join(["deep folder of songs"] * 12)
    deep.mkdir(parents=True)
    path = deep / f"{name}.wav"
    sf.write(path, noise(0.5), RATE)

    done = stemwright("process", path, "--out", tmp_path / "out")

    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "out").iterdir()
    assert len(list((folder / "Stems").glob("*.wav"))) == 5


def test_a_folder_that_cannot_be_written_is_said(stemwright: Run, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    path = tmp_path / "song.wav"
    sf.write(path, noise(), RATE)
    (tmp_path / "out").write_text("in the way")

    done = stemwright("process", path, "--out", tmp_path / "out")

    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "--out" in done.stderr
    assert (tmp_path / "out").read_text() == "in the way"


@pytest.mark.parametrize("limit", [100_000, 1_000_000, 2_500_000])
def test_a_full_disk_is_said_and_the_next_run_goes_on(limit: int, tmp_path: Path) -> None:
    """Whichever file no longer fits, the sentence says so and what is visible is whole."""
    path = tmp_path / "song.wav"
    sf.write(path, noise(3), RATE)
    out = tmp_path / "out"
    arguments = [sys.executable, "-P", "-m", "studio", "process", str(path), "--out", str(out)]

    full = subprocess.run(
        arguments,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    visible = [p for p in out.rglob("*") if p.is_file() and ".stemwright" not in p.parts]
    again = subprocess.run(arguments, capture_output=True, text=True)

    assert full.returncode == 1
    assert "no room left" in full.stderr
    assert "Traceback" not in full.stderr
    assert visible == []
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("damage", ["cut", "newer", "outside", "link"])
def test_a_damaged_or_hostile_project_is_said(damage: str, stemwright: Run, tmp_path: Path) -> None:
    """Its sentence names the folder, and no file outside is touched."""
    path, out = tmp_path / "song.wav", tmp_path / "out"
    sf.write(path, noise(), RATE)
    assert stemwright("separate", path, "--out", out).returncode == 0
    hidden = out / "song" / ".stemwright"
    document = hidden / "project.json"
    secret = tmp_path / "secret"
    secret.write_text("secret")
    match damage:
        case "cut":
            document.write_bytes(document.read_bytes()[:40])
        case "newer":
            text = document.read_text().replace('"format_version": 1', '"format_version": 9')
            document.write_text(text)
        case "outside":
            (record,) = hidden.glob("stems-*/stage.json")
            record.write_text(record.read_text().replace("bass.wav", "../../../../secret"))
        case "link":
            shutil.move(hidden, tmp_path / "elsewhere")
            hidden.symlink_to(tmp_path / "elsewhere")

    done = stemwright("export", out / "song", "--to", "stems")

    assert done.returncode == 1
    assert "song" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    assert secret.read_text() == "secret"


def test_a_stage_that_was_damaged_is_computed_again(stemwright: Run, tmp_path: Path) -> None:
    """A cut cache is said and mended; what comes out is as before."""
    path, out = tmp_path / "song.wav", tmp_path / "out"
    sf.write(path, noise(), RATE)
    assert stemwright("separate", path, "--out", out).returncode == 0
    stem = out / "song" / "Stems" / "song - 03 Bass.wav"
    before = stem.read_bytes()
    (cached,) = (out / "song" / ".stemwright").glob("stems-*/bass.wav")
    cached.write_bytes(cached.read_bytes()[:1000])

    done = stemwright("separate", path, "--out", out)

    assert done.returncode == 0, done.stderr
    assert "damaged and is computed again" in done.stderr
    assert stem.read_bytes() == before


def test_a_model_with_planted_code_runs_nothing(stemwright: Run, tmp_path: Path) -> None:
    """Added by force, opened by the engine: refused by name, and the code never ran."""
    import torch

    planted, proof, song = tmp_path / "model.th", tmp_path / "proof", tmp_path / "song.wav"
    sf.write(song, noise(), RATE)

    class Plant:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch '{proof}'",)

    torch.save({"klass": Plant()}, planted)

    refused = stemwright("models", "add", planted)
    added = stemwright("models", "add", planted, "--as", "htdemucs", "--unverified")
    done = stemwright("process", song, "--model", "htdemucs", "--out", tmp_path / "out")

    assert refused.returncode == 1
    assert "not the weights" in refused.stderr
    assert added.returncode == 0, added.stderr
    assert done.returncode == 1
    assert "it would run code" in done.stderr
    assert not proof.exists()
    assert not (tmp_path / "out" / "song" / "Stems").exists()


def test_a_model_that_is_not_here_is_said_before_the_work(stemwright: Run, tmp_path: Path) -> None:
    """With where to get it; and a name that is nearly right gets a guess."""
    song = tmp_path / "song.wav"
    sf.write(song, noise(), RATE)

    missing = stemwright("process", song, "--model", "htdemucs", "--out", tmp_path / "out")
    typo = stemwright("process", song, "--model", "htdemux", "--out", tmp_path / "out")

    assert missing.returncode == 1
    assert "models add" in missing.stderr
    assert typo.returncode == 2
    assert "did you mean htdemucs?" in typo.stderr
