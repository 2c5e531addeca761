"""Where things live."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from studio import paths


def test_one_variable_moves_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And they stay apart from each other."""
    monkeypatch.setenv("STEMWRIGHT_HOME", str(tmp_path))

    folders = [
        paths.config_folder(),
        paths.data_folder(),
        paths.cache_folder(),
        paths.log_folder(),
    ]

    assert all(folder.parent == tmp_path for folder in folders)
    assert len(set(folders)) == len(folders)


def test_without_it_they_are_the_user_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system keeps such things, under our name."""
    monkeypatch.delenv("STEMWRIGHT_HOME")

    assert paths.data_folder() == Path(platformdirs.user_data_dir("stemwright", appauthor=False))
    for folder in (paths.config_folder(), paths.cache_folder(), paths.log_folder()):
        assert "stemwright" in folder.parts


def test_asking_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking leaves no trace."""
    monkeypatch.setenv("STEMWRIGHT_HOME", str(tmp_path / "home"))

    paths.data_folder()
    paths.log_folder()

    assert not (tmp_path / "home").exists()


def test_what_ships_is_found_from_any_folder(tmp_path: Path) -> None:
    """Not from the folder the user stands in."""
    code = "from studio.paths import resource; print(resource('models.toml').is_file())"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout == "True\n"


def test_resources_inside_the_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a wheel; beside the package only in a checkout."""
    package = tmp_path / "studio"
    package.mkdir()
    monkeypatch.setattr(paths, "__file__", str(package / "paths.py"))
    assert paths.resource("a", "b") == tmp_path / "resources" / "a" / "b"

    (package / "resources").mkdir()

    assert paths.resource("a", "b") == package / "resources" / "a" / "b"
