"""The document on disk, read as a stranger's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.errors import MissingFileError, ProjectDamagedError, ProjectNewerError
from studio.project import document
from studio.project.document import Document, Song, read_document, write_document

SONG = Song(name="Song", path="/music/song.mp3", sha256="0" * 64)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """A document survives the disk."""
    written = Document(SONG, stages={"source": "ab"}, thresholds={"bass": 0.7})
    write_document(tmp_path, written)

    assert read_document(tmp_path) == written


def test_no_document_is_said(tmp_path: Path) -> None:
    """A folder without one is no project."""
    with pytest.raises(MissingFileError, match="no project"):
        read_document(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b'{"format_version": 1, "so', b"[]", b"\xff\xfe", b"{}", b'{"format_version": "x"}'],
)
def test_a_cut_or_altered_document_is_damaged(tmp_path: Path, content: bytes) -> None:
    """Whatever is in the file, the answer is a sentence that names it."""
    (tmp_path / "project.json").write_bytes(content)

    with pytest.raises(ProjectDamagedError, match=r"project\.json is damaged"):
        read_document(tmp_path)


def test_every_cut_of_a_real_document_is_damaged(tmp_path: Path) -> None:
    """No prefix of a document passes for one."""
    write_document(tmp_path, Document(SONG, stages={"source": "ab"}))
    path = tmp_path / "project.json"
    whole = path.read_bytes().rstrip()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ProjectDamagedError):
            read_document(tmp_path)


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    """A newer program's project is not guessed at."""
    (tmp_path / "project.json").write_bytes(b'{"format_version": 999, "new": true}')

    with pytest.raises(ProjectNewerError, match="format 999, this one knows 1"):
        read_document(tmp_path)


def test_an_older_format_is_migrated_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each migration lifts a document by one format."""

    def name_the_song(raw: dict[str, Any]) -> dict[str, Any]:
        return {"song": {"name": raw["title"], "path": "", "sha256": ""}}

    def add_threshold(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "thresholds": {"bass": 0.5}}

    monkeypatch.setattr(document, "MIGRATIONS", {1: name_the_song, 2: add_threshold})
    monkeypatch.setattr(document, "FORMAT_VERSION", 3)
    (tmp_path / "project.json").write_bytes(b'{"format_version": 1, "title": "Old"}')

    read = read_document(tmp_path)

    assert (read.song.name, read.thresholds, read.format_version) == ("Old", {"bass": 0.5}, 3)
