"""Small words for trees of elements, most of which say one ``Value``."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import numpy as np

_DIGITS = 9  # more would not be an integer of 32 bits


def needed(element: Element, path: str) -> Element:
    """The element at ``path``. Raises ValueError, as a reason to follow "since"."""
    found = element.find(path)
    if found is None:
        raise ValueError(f"its {element.tag} has no {path}, as in sets of Live 11 and 12")
    return found


def value(element: Element, path: str) -> str:
    """The value at ``path``. Raises ValueError, as ``needed`` does."""
    return needed(element, path).get("Value", "")


def put(element: Element, path: str, new: object) -> None:
    """Set the value at ``path``. Raises ValueError, as ``needed`` does."""
    needed(element, path).set("Value", text(new))


def put_any(element: Element, path: str, new: object) -> None:
    """Set the value of all that is at ``path``, if anything is."""
    for found in element.iterfind(path):
        found.set("Value", text(new))


def empty(element: Element, path: str) -> None:
    """Remove what is in all that is at ``path``, if anything is."""
    for found in element.iterfind(path):
        found[:] = []


def add(parent: Element, tag: str, **attributes: object) -> Element:
    """A new last child."""
    return ET.SubElement(parent, tag, {name: text(new) for name, new in attributes.items()})


def text(new: object) -> str:
    """As Live writes it: ``true``, and numbers as decimals, of as many digits as tell them."""
    if isinstance(new, bool):
        return str(new).lower()
    if isinstance(new, float):
        return np.format_float_positional(new, trim="-")
    return str(new)


def whole(number: str | None) -> int:
    """An id. Raises ValueError, as ``needed`` does."""
    if number is None or not number.isascii() or not number.isdigit() or len(number) > _DIGITS:
        raise ValueError(f"{number} in it is no id")
    return int(number)


def is_pointee(element: Element) -> bool:
    """Whether its id is one of those no two elements of a set share: what can be automated."""
    known = element.tag == "Pointee" or "Target" in element.tag
    return known and element.get("Id") is not None


def pointees(root: Element) -> Iterator[Element]:
    """All of them, in order."""
    return filter(is_pointee, root.iter())
