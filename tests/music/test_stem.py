"""Stems: open names in a known order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.stem import KINDS, Stem, in_order, stem

KNOWN = ["vocals", "drums", "bass", "guitar", "piano", "other", "rest", "kick", "synth", "choir"]


@pytest.mark.parametrize(
    ("name", "parent", "kind", "label"),
    [
        ("vocals", None, "vocals", "Vocals"),
        ("lead_vocals", "vocals", "vocals", "Lead vocals"),
        ("kick", "drums", "drums", "Kick"),
        ("hihat", "drums", "drums", "Hi-hat"),
        ("synth", None, "other", "Synth"),
        ("rest", None, "other", "Rest"),
    ],
)
def test_a_stem_knows_its_parent_kind_and_label(
    name: str, parent: str | None, kind: str, label: str
) -> None:
    """An unknown name is a stem as well, transcribed as anything."""
    found = stem(name)

    assert (found.name, found.parent) == (name, parent)
    assert found.kind == kind
    assert found.label == label


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_the_kind_of_its_own_stem(kind: str) -> None:
    """What one may write after --as is what a stem of that name gets."""
    assert Stem(kind).kind == kind


@given(names=st.permutations(KNOWN))
def test_the_order_is_the_same_from_any_order(names: list[str]) -> None:
    """Voices first, then the band, then the unknown by name, what is left over last."""
    assert in_order(names) == [
        "vocals", "drums", "bass", "guitar", "piano", "choir", "kick", "synth", "other", "rest",
    ]  # fmt: skip
