"""The wheel, installed in another folder, finds what ships with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_an_installed_wheel_finds_its_resources(tmp_path: Path) -> None:
    """The catalogue is listed and the demo song is there, from a folder without a checkout."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    place = tmp_path / "elsewhere"
    subprocess.run([*pip, "install", "--no-deps", "--target", place, wheel], check=True)
    code = (
        "import studio, sys; from studio.paths import resource; print(studio.__file__);"
        "assert resource('demo', 'demo.ogg').is_file();"
        "from studio.cli.main import main; sys.exit(main(['models', 'list']))"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(place))
    assert "htdemucs" in done.stdout
