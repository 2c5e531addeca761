"""A catalogue of two small models whose bytes the tests can make."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import pytest
import tomli_w

from studio import paths


class Small(NamedTuple):
    """The weights of the small catalogue, as their publishers keep them."""

    tiny: bytes
    tiny_old: bytes
    notes: bytes


SMALL = Small(
    b"safetensors of tiny" * 1000, b"checkpoint of tiny" * 1100, b"weights of notes" * 500
)


def _file(content: bytes, form: str, url: str) -> dict[str, object]:
    return {
        "format": form,
        "urls": [url],
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "verified": True,
    }


def _model(
    name: str, engine: str, purpose: str, files: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "name": name,
        "label": name.capitalize(),
        "engine": engine,
        "purpose": purpose,
        "summary": "Best at tests",
        "stems": ["vocals"],
        "parameters": 7,
        "sample_rate": 44100,
        "licence": "CC0 1.0",
        "licence_stated_by": "the test",
        "paper": "none",
        "note": "",
        "files": files,
    }


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """The program knows the models ``tiny`` (engine htdemucs) and ``notes`` (piano-cnn)."""
    tiny = [
        _file(SMALL.tiny, "safetensors", "https://example.org/tiny.safetensors"),
        _file(SMALL.tiny_old, "th", "https://example.org/tiny-old.th"),
    ]
    notes = [_file(SMALL.notes, "pkl", "https://example.org/notes.pkl")]
    models = [
        _model("tiny", "htdemucs", "separation", tiny),
        _model("notes", "piano-cnn", "transcription", notes),
    ]
    listed = tmp_path / "resources"
    listed.mkdir()
    document = {"schema_version": 1, "models": models}
    (listed / "models.toml").write_text(tomli_w.dumps(document), "utf-8")
    monkeypatch.setattr(paths, "resource", listed.joinpath)
    return SMALL
