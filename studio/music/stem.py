"""Stems: an open set of names, some of them known, some with a parent."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("vocals", "bass", "drums", "piano", "guitar", "other")


@dataclass(frozen=True, slots=True)
class Stem:
    """A part of a song that is a file of its own.

    Attributes:
        name: Lower case, as in the manifest: ``vocals``.
        parent: The stem this one is a part of (``drums`` of ``kick``), or none.
    """

    name: str
    parent: str | None = None

    @property
    def label(self) -> str:
        """The name for people: ``Vocals``."""
        return _LABELS.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def kind(self) -> str:
        """What it is transcribed as unless the user says otherwise: one of ``KINDS``."""
        for name in (self.name, self.parent):
            if name in KINDS:
                return name
        return "other"


_LABELS = {"hihat": "Hi-hat"}
_PARENTS = dict.fromkeys(
    ("kick", "snare", "hihat", "toms", "ride", "crash", "cymbals"), "drums"
) | dict.fromkeys(("lead_vocals", "backing_vocals"), "vocals")
# The order of the files; an unknown name comes after these, "other" and "rest" last.
_ORDER = ("vocals", "drums", "bass", "guitar", "piano")
_LAST = ("other", "rest")


def stem(name: str) -> Stem:
    """The stem called ``name``, with its parent where it is known."""
    return Stem(name, _PARENTS.get(name))


def in_order(names: list[str]) -> list[str]:
    """``names`` in the order in which stems are numbered and shown."""

    def place(name: str) -> tuple[int, str]:
        if name in _ORDER:
            return _ORDER.index(name), ""
        return (len(_ORDER), name) if name not in _LAST else (100 + _LAST.index(name), "")

    return sorted(names, key=place)


# Words in the names of files that people and other programs give to stems.
_HINTS = {
    "vocals": ("vocal", "vox", "voice", "singer", "lead vox", "acapella", "choir"),
    "drums": ("drum", "kick", "snare", "hihat", "hi-hat", "percussion", "beat"),
    "bass": ("bass",),
    "piano": ("piano", "keys", "rhodes"),
    "guitar": ("guitar", "gtr"),
}


def kind_by_name(name: str) -> str:
    """What a file called ``name`` most likely holds, one of ``KINDS``; ``other`` without a hint."""
    lower = name.lower()
    for kind, words in _HINTS.items():
        if any(word in lower for word in words):
            return kind
    return "other"
