"""The documents name everything that can be chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.export.targets import TARGETS
from studio.models.catalogue import read_catalogue
from studio.registry import Registry
from studio.scoring.measures import MEASURES
from studio.separation.engines import ENGINES
from studio.settings import OPTIONS
from studio.transcription.engines import DETECTORS

ROOT = Path(__file__).parent.parent
DOCUMENTS = "\n".join(
    path.read_text("utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
)


@pytest.mark.parametrize("table", [ENGINES, DETECTORS, MEASURES, TARGETS], ids=lambda t: t.kind)
def test_every_choice_stands_in_the_documents(table: Registry[Any]) -> None:
    """A user who reads the name in a menu finds it."""
    assert [entry.name for entry in table if f"`{entry.name}`" not in DOCUMENTS] == []


def test_every_model_and_option_stands_in_the_documents() -> None:
    """Weights with their licence, options with what they do."""
    assert [name for name in read_catalogue().names() if f"`{name}`" not in DOCUMENTS] == []
    options = [(o.flag, f"`{o.name}`") for o in OPTIONS.values()]  # the window's have no flag
    assert [names for names in options if not any(n in DOCUMENTS for n in names)] == []


def test_every_room_stands_in_the_drawing_of_the_house() -> None:
    """The architecture page and the folders agree."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [p.name for p in (ROOT / "studio").iterdir() if (p / "__init__.py").is_file()]

    assert [room for room in rooms if f"{room}/" not in page] == []


def test_every_decision_is_numbered_once() -> None:
    """0001, 0002 and so on."""
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))

    assert numbers == list(range(1, len(numbers) + 1))
