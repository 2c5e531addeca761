"""A Live set as a tree of elements, and back: one XML document in gzip.

A set that is read may be a stranger's. Sets have no document type, so one that has is refused,
and with it every entity. What comes out of the gzip is counted as it comes, and so are elements
and how deep they lie.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.parsers import expat

from studio.errors import LiveTemplateError
from studio.files import reading

_MOST_BYTES = 1 << 26  # of XML; sets of a hundred tracks have a fifth of that
_MOST_ELEMENTS = 1_000_000
_DEEPEST = 200  # the deepest racks within racks we have seen reach 40
_PIECE = 1 << 16
_GZIP = 31  # zlib's word for a gzip header and the largest window
_HEADER = b'<?xml version="1.0" encoding="UTF-8"?>\n'
# What XML 1.0 has no way to say.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_set(path: Path) -> Element:
    """The root element of the set in ``path``.

    Raises:
        MissingFileError: there is no such file.
        LiveTemplateError: it is no set, or one that nobody should open.
    """
    try:
        with reading(path), path.open("rb") as file:
            return parse(file)
    except ValueError as error:
        raise LiveTemplateError(file=str(path), reason=str(error)) from error


def parse(file: BinaryIO) -> Element:
    """The root element of a set.

    Raises:
        ValueError: why it is none, to follow "since".
    """
    reader = _Reader()
    try:
        for piece in _expanded(file):
            reader.feed(piece)
        root = reader.close()
    except zlib.error as error:
        raise ValueError("it is not in gzip, as sets are") from error
    except expat.ExpatError as error:
        raise ValueError(f"what is in it is not XML ({error})") from error
    if root.tag != "Ableton" or root.find("LiveSet") is None:
        raise ValueError("it is no Live set")
    return root


def encode(root: Element) -> bytes:
    """The set as the bytes of a file; the same tree gives the same bytes."""
    ET.indent(root, "\t")
    text = _HEADER + ET.tostring(root, "utf-8", short_empty_elements=True) + b"\n"
    return gzip.compress(text, mtime=0)


def plain(text: str) -> str:
    """One line that XML can hold."""
    return _UNSPEAKABLE.sub("_", " ".join(text.split()))


def _expanded(file: BinaryIO) -> Iterator[bytes]:
    """What is in the gzip, piece by piece."""
    unzip = zlib.decompressobj(_GZIP)
    size = 0
    while not unzip.eof:
        packed = unzip.unconsumed_tail or file.read(_PIECE)
        if not packed:
            raise ValueError("it is cut short")
        piece = unzip.decompress(packed, _PIECE)
        size += len(piece)
        if size > _MOST_BYTES:
            raise ValueError(f"it expands to more than {_MOST_BYTES >> 20} MB")
        yield piece


class _Reader:
    """Builds the tree; white space between elements is left to whoever writes it."""

    def __init__(self) -> None:
        self._tree = ET.TreeBuilder()
        self._depth = self._elements = 0
        self._text: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece, False)

    def close(self) -> Element:
        self._parser.Parse(b"", True)
        return self._tree.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST or self._elements > _MOST_ELEMENTS:
            raise ValueError("it has more elements, or deeper ones, than any set")
        self._text.clear()
        self._tree.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        text = "".join(self._text)
        if text.strip():  # only what holds no elements holds text: the state of a plug-in
            self._tree.data(text)
        self._text.clear()
        self._tree.end(tag)


def _refuse(*_: Any) -> None:
    raise ValueError("it declares a document type, which sets do not")
