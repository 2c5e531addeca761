"""The command line answers at once, and says what it can do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli.main import COMMANDS, main, overview
from studio.settings import settings_file

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("torch", "scipy", "demucs", "matplotlib", "onnxruntime", "numba")


@pytest.mark.parametrize("arguments", [["--help"], ["process", "--help"], ["models", "list"]])
def test_nothing_heavy_is_loaded(arguments: list[str]) -> None:
    """In a fresh process, what the front end loads holds no torch."""
    code = (
        "import sys\nfrom studio.cli.main import main\n"
        f"try: main({arguments!r})\nexcept SystemExit: pass\n"
        f"print('loaded', [name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.splitlines()[-1] == "loaded []", done.stderr


def test_every_command_has_help_and_stands_in_the_readme(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its own page, a line in the overview, and a line in the README."""
    readme = (ROOT / "README.md").read_text()
    for name in COMMANDS:
        with pytest.raises(SystemExit) as left:
            main([name, "--help"])
        assert left.value.code == 0
        assert f"stemwright {name}" in capsys.readouterr().out
        assert f"  {name} " in overview()
        assert f"`stemwright {name}" in readme


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["proces"], "Did you mean process?"),
        ([], "usage: stemwright"),
    ],
)
def test_wrong_usage_is_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says what would be right."""
    assert main(arguments) == 2

    shown = capsys.readouterr()
    assert sentence in shown.out + shown.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["process"],
        ["process", "a.wav", "--threshold", "2"],
        ["process", "a.wav", "--threshold", "high"],
        ["process", "a.wav", "--tempo", "-3"],
        ["process", "a.wav", "--overlap", "0.9"],
        ["process", "a.wav", "--thresh", "0.5"],
        ["transcribe", "a.wav", "--as", "kazoo"],
        ["models", "dance"],
    ],
)
def test_a_wrong_option_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A value out of range never reaches the work."""
    with pytest.raises(SystemExit) as left:
        main(arguments)

    assert left.value.code == 2
    assert "usage: stemwright" in capsys.readouterr().err


def test_damaged_settings_are_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever command is asked for, and never a traceback."""
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text("threshold = [")

    assert main(["process", "a.wav"]) == 1

    assert "settings.toml" in capsys.readouterr().err
