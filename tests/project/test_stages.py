"""Stages: computed once, resumed after a kill, checked before they are believed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import DiskFullError, ProjectOutsideError
from studio.job import Cancelled, Job
from studio.project.stages import Facts, Stage, find_result, run_stage

STAGE = Stage("stems", 1, ("abc",), {"overlap": 0.25})


def write_one(part: Path, job: Job) -> Facts:
    """A stage that leaves one file."""
    (part / "a.wav").write_bytes(b"sound")
    return {"stems": ["a"]}


def never(part: Path, job: Job) -> Facts:
    """A stage that must not run."""
    raise AssertionError("computed again")


def test_a_result_is_computed_once(tmp_path: Path) -> None:
    """The second run finds what the first left."""
    first = run_stage(tmp_path, STAGE, write_one, Job())
    second = run_stage(tmp_path, STAGE, never, Job())

    assert first == second
    assert second.facts == {"stems": ["a"]}


@given(
    overlap=st.floats(0, 0.5),
    version=st.integers(1, 5),
    source=st.text(max_size=8),
)
def test_whatever_a_stage_depends_on_changes_its_key(
    overlap: float, version: int, source: str
) -> None:
    """Same dependencies, same key; others, another."""
    stage = Stage("stems", version, (source,), {"overlap": overlap})
    again = Stage("stems", version, (source,), {"overlap": overlap})

    assert stage.key == again.key
    assert (stage.key == STAGE.key) == (stage == STAGE)


def test_a_stopped_stage_goes_on_from_its_part(tmp_path: Path) -> None:
    """What a first run left is there for the second, and only then does the result appear."""

    def stopped(part: Path, job: Job) -> Facts:
        (part / "half").write_text("1")
        raise Cancelled

    with pytest.raises(Cancelled):
        run_stage(tmp_path, STAGE, stopped, Job())
    assert find_result(tmp_path, STAGE.slot, STAGE.key) is None

    def goes_on(part: Path, job: Job) -> Facts:
        return {"found": (part / "half").read_text()}

    assert run_stage(tmp_path, STAGE, goes_on, Job()).facts == {"found": "1"}


@pytest.mark.parametrize("damage", ["cut", "altered", "missing", "no record", "cut record"])
def test_a_damaged_result_is_computed_again_and_said(tmp_path: Path, damage: str) -> None:
    """A result that is not as it was left is never believed."""
    left = run_stage(tmp_path, STAGE, write_one, Job()).folder
    match damage:
        case "cut":
            (left / "a.wav").write_bytes(b"sou")
        case "altered":
            (left / "a.wav").write_bytes(b"Sound")
        case "missing":
            (left / "a.wav").unlink()
        case "no record":
            (left / "stage.json").unlink()
        case "cut record":
            (left / "stage.json").write_bytes(b'{"files": [')
    told: list[str] = []

    result = run_stage(tmp_path, STAGE, write_one, Job(notes=told.append))

    assert (result.folder / "a.wav").read_bytes() == b"sound"
    assert told == ["A cached result (stems) was damaged and is computed again."]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret"])
def test_a_record_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    """A stranger's project cannot make us read a file that is not in it."""
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "root" / STAGE.folder_name
    folder.mkdir(parents=True)
    record = {"files": [{"name": name, "sha256": ""}], "facts": {}}
    (folder / "stage.json").write_bytes(msgspec.json.encode(record))

    with pytest.raises(ProjectOutsideError, match="outside its own folder"):
        find_result(tmp_path / "root", STAGE.slot, STAGE.key)


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    """Neither can a symbolic link."""
    left = run_stage(tmp_path / "root", STAGE, write_one, Job()).folder
    (tmp_path / "secret").write_bytes(b"sound")
    (left / "a.wav").unlink()
    (left / "a.wav").symlink_to(tmp_path / "secret")

    with pytest.raises(ProjectOutsideError):
        find_result(tmp_path / "root", STAGE.slot, STAGE.key)


def test_a_key_that_leads_outside_is_refused(tmp_path: Path) -> None:
    """The document names results by key; a key may be a stranger's too."""
    with pytest.raises(ProjectOutsideError):
        find_result(tmp_path / "root", "source", "/../../elsewhere")


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """What the system says against a stage's files becomes our sentence."""

    def full(part: Path, job: Job) -> Facts:
        raise OSError(28, "No space left on device")

    with pytest.raises(DiskFullError, match="no space left"):
        run_stage(tmp_path, STAGE, full, Job())


def test_a_part_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Else a stranger's project would make us write where the link leads."""
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / f"{STAGE.folder_name}.part").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ProjectOutsideError):
        run_stage(root, STAGE, write_one, Job())
    assert not list((tmp_path / "elsewhere").iterdir())
