"""``manifest.json``: read strictly, written always alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import ManifestDamagedError, ProjectOutsideError
from studio.export.manifest import (
    MANIFEST,
    Engine,
    ExportRow,
    FileRow,
    Manifest,
    Tempo,
    confined,
    encode,
    read_manifest,
)

HASH = "0123456789abcdef" * 4


def manifest(path: str = "Stems/a.wav") -> Manifest:
    """One file."""
    return Manifest(
        song="Söng",
        sample_rate=44100,
        frames=12,
        tempo=Tempo(120.5, "estimated", 0.5),
        engine=Engine("classical", None, "cpu"),
        options={"overlap": 0.25, "stems": None, "kinds": ["a", "b"], "n": 3, "yes": True},
        notes=["One."],
        exports={"stems": ExportRow({"gain_db": -1.25}, ["Two."])},
        files=[FileRow(path, "stem", "vocals", HASH, "stems")],
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """As text a person can read, with names as they are."""
    content = encode(manifest())
    (tmp_path / MANIFEST).write_bytes(content)

    assert read_manifest(tmp_path) == manifest()
    assert '\n  "song": "Söng",' in content.decode()
    assert encode(manifest()) == content


def test_the_fields_are_the_public_ones() -> None:
    """Programs of others read these names."""
    fields = json.loads(encode(manifest()))

    assert list(fields) == [
        "song",
        "sample_rate",
        "frames",
        "tempo",
        "engine",
        "options",
        "notes",
        "exports",
        "files",
        "key",
        "offset_samples",
        "offset_seconds",
    ]
    assert list(fields["tempo"]) == ["bpm", "source", "confidence"]
    assert list(fields["engine"]) == ["name", "weights_sha256", "device"]
    assert list(fields["files"][0]) == ["path", "role", "stem", "sha256", "target"]


def test_a_manifest_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """It says nothing of key and silence, and of each file neither format nor gain."""
    fields = json.loads(encode(manifest()))
    for name in ("key", "offset_samples", "offset_seconds"):
        del fields[name]
    (tmp_path / MANIFEST).write_text(json.dumps(fields))

    assert read_manifest(tmp_path) == manifest()


def test_no_manifest_is_none(tmp_path: Path) -> None:
    """A folder nothing was exported to."""
    assert read_manifest(tmp_path) is None


def _without_rate(fields: dict[str, Any]) -> None:
    del fields["sample_rate"]


def _rate_of_zero(fields: dict[str, Any]) -> None:
    fields["sample_rate"] = 0


def _odd_hash(fields: dict[str, Any]) -> None:
    fields["files"][0]["sha256"] = "../../etc"


@pytest.mark.parametrize("change", [_without_rate, _rate_of_zero, _odd_hash])
def test_an_altered_manifest_is_refused(
    change: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    """With a sentence that names the file."""
    fields = json.loads(encode(manifest()))
    change(fields)
    (tmp_path / MANIFEST).write_text(json.dumps(fields))

    with pytest.raises(ManifestDamagedError, match=r"manifest\.json"):
        read_manifest(tmp_path)


@given(st.data())
def test_a_cut_or_garbled_manifest_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Nothing else comes out, whatever byte is changed."""
    content = bytearray(encode(manifest()))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at : at + data.draw(st.integers(1, 9))] = data.draw(st.binary(max_size=9))
    folder = tmp_path_factory.mktemp("any")
    (folder / MANIFEST).write_bytes(bytes(content))

    with suppress(ManifestDamagedError, ProjectOutsideError):
        assert isinstance(read_manifest(folder), Manifest)


OUTSIDE = [
    "/etc/passwd",
    "../song.wav",
    "Stems/../../song.wav",
    "..",
    ".",
    "",
    "C:/Windows/system.ini",
    "C:song.wav",
    "\\\\server\\share\\a.wav",
    "Stems\\..\\..\\a.wav",
    "Stems//a.wav",
    "Stems/a.wav/",
    "./a.wav",
    "a.wav:stream",
    "a\0.wav",
    ".stemwright/project.json",
    "Stems/.hidden",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_manifest_names_no_file_outside_its_folder(path: str, tmp_path: Path) -> None:
    """On no system: a folder may have been made on another."""
    (tmp_path / MANIFEST).write_bytes(encode(manifest(path)))

    with pytest.raises(ProjectOutsideError):
        read_manifest(tmp_path)


def test_a_link_that_leads_outside_is_no_way_out(tmp_path: Path) -> None:
    """A folder in the export that lies elsewhere."""
    outside, folder = tmp_path / "outside", tmp_path / "song"
    outside.mkdir()
    folder.mkdir()
    (folder / "Stems").symlink_to(outside)

    with pytest.raises(ProjectOutsideError):
        confined(folder, "Stems/a.wav", folder / MANIFEST)


def test_a_folder_reached_by_a_link_is_fine(tmp_path: Path) -> None:
    """People link whole music folders."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    path = confined(tmp_path / "link", "Stems/a.wav", tmp_path / MANIFEST)

    assert path == tmp_path / "link" / "Stems" / "a.wav"


def test_links_that_bite_their_tail_are_refused_or_harmless(tmp_path: Path) -> None:
    """A stranger's folder may hold such; reading it ends."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    assert confined(tmp_path, "a/c.wav", tmp_path / MANIFEST) == tmp_path / "a" / "c.wav"
