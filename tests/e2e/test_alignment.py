"""Whatever file a song comes in, its stems stand where those of the WAV stand."""

from __future__ import annotations

import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

FILES = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "audio" / "alignment.py")))
QUICK = ("MP3 192 kbit/s", "AAC in M4A", "Opus in WebM")
UNSTATED = "AAC, raw (ADTS)"
Run = Callable[..., subprocess.CompletedProcess[str]]
Stems = dict[str, np.ndarray]
OfTheWav = Callable[[np.ndarray, int], Stems]


@pytest.fixture(scope="module")
def of_the_wav(tmp_path_factory: pytest.TempPathFactory) -> OfTheWav:
    """``of_the_wav(sound, rate)``: the stems of a sound as a WAV, made once each."""

    made: dict[bytes, Stems] = {}

    def stems(sound: np.ndarray, rate: int) -> Stems:
        key = sound.tobytes()
        if key not in made:
            folder = tmp_path_factory.mktemp("wav")
            soundfile.write(folder / "song.wav", sound.T, rate, "FLOAT")
            made[key] = FILES.stems_of(folder / "song.wav", folder / "out")[0]
        return made[key]

    return stems


def check(name: str, seconds: float, folder: Path, of_the_wav: OfTheWav) -> None:
    """Each stem of a case's file within a sample of its place, of the length that is expected."""
    case = FILES.BY_NAME[name]
    path = folder / f"song{case.suffix}"
    sound = FILES.song(case.rate, case.channels, seconds)
    case.make(path, sound, case.rate)
    wanted = of_the_wav(case.reference(sound), case.rate)

    stems, heard = FILES.stems_of(path, folder / "out")

    late = FILES.late_stems(stems, wanted)
    assert len(late) == 4
    assert late == {stem: pytest.approx(case.late, abs=1) for stem in late}
    lengths = {sound.shape[1] for sound in stems.values()}
    assert len(lengths) == 1
    if case.longer is not None:
        assert lengths == {wanted["Bass"].shape[1] + case.longer}
    assert case.note in " ".join(heard)


@pytest.mark.parametrize("name", QUICK)
def test_stems_stand_where_those_of_the_wav_stand(
    name: str, tmp_path: Path, of_the_wav: OfTheWav
) -> None:
    """Within a sample, all four, of the WAV's length: what people drop on the window."""
    check(name, 4.0, tmp_path, of_the_wav)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FILES.BY_NAME if name not in QUICK])
def test_stems_of_every_kind_of_file_stand_right_or_it_is_said(
    name: str, tmp_path: Path, of_the_wav: OfTheWav
) -> None:
    """The whole table of docs/alignment.md."""
    check(name, 8.0, tmp_path, of_the_wav)


def test_who_runs_the_program_hears_what_a_file_does_not_state(
    stemwright: Run, tmp_path: Path
) -> None:
    """In the terminal, and in the manifest of what was written."""
    case = FILES.BY_NAME[UNSTATED]
    path = case.make(tmp_path / f"song{case.suffix}", FILES.song(44_100, 2, 4.0), 44_100)

    done = stemwright("separate", path, "--out", tmp_path / "out")

    assert done.returncode == 0, done.stderr
    assert "does not say how long its encoder's delay is" in " ".join(done.stderr.split())
    manifest = (tmp_path / "out" / "song" / "manifest.json").read_text("utf-8")
    assert case.note in manifest
