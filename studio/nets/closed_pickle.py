"""Old pickles of arrays in layers, read without running anything they name.

A pickle may call any function it can import. Here it can import none: the few names that such
files need stand for classes of this module, which hold what they are given and do nothing; any
other name ends the reading before it is looked up. Arrays are made from their bytes.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Collection
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.errors import ModelMismatchError, UnsafeModelError

# What a damaged file makes the unpickler, or the stand-ins, raise.
_DAMAGE = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
_KINDS = ("i1", "i2", "i4", "i8", "f4", "f8")
# Functions that the files hold as values and never call.
_VALUES = {("itertools", "imap"): "map", ("numpy", "dstack"): "dstack"}


class Inert:
    """Stands for a class or function named in a file: keeps its state, does nothing.

    Attributes:
        named: The last part of its name in the file.
        state: The attributes the file gave it.
    """

    named = ""

    def __init__(self, *arguments: object) -> None:
        self.state: dict[str, object] = {}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.state = dict(state)


class _Kind:
    """Stands for ``numpy.dtype``: a number format, from a closed list."""

    def __init__(self, code: str, align: object = None, copy: object = None) -> None:
        if code not in _KINDS:
            raise ValueError(f"arrays of {code!r} are not numbers")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        order = state[1]
        if order not in ("<", ">", "|"):
            raise ValueError(f"unknown byte order {order!r}")
        self.dtype = self.dtype.newbyteorder(order)


class Array:
    """Stands for ``numpy.ndarray``: an array, from its bytes."""

    def __init__(self) -> None:
        self.values: NDArray[np.generic] = np.zeros(0)

    def __setstate__(self, state: tuple[int, tuple[int, ...], _Kind, bool, str | bytes]) -> None:
        _version, shape, kind, fortran, content = state
        raw = content.encode("latin1") if isinstance(content, str) else content
        flat = np.frombuffer(raw, kind.dtype)
        values = flat.reshape(shape, order="F" if fortran else "C")
        self.values = values.astype(kind.dtype.newbyteorder("="))


def load(file: Path, classes: Collection[tuple[str, str]]) -> object:
    """What the pickle ``file`` holds, its objects as ``Inert`` and its arrays as ``Array``.

    Lists, tuples, dictionaries, texts and numbers come as they are. ``classes`` are the
    (module, name) that may stand in the file beside arrays.

    Raises:
        UnsafeModelError: the file names anything else.
        ModelMismatchError: it is damaged, or no pickle.
    """
    content = file.read_bytes()
    try:
        _check_memo(content)
        value: object = _Reader(content, file, classes).load()
        return value
    except _DAMAGE as error:
        reason = f"it is damaged ({error})" if str(error) else "it is damaged"
        raise ModelMismatchError(file=str(file), reason=reason) from error


def _check_memo(content: bytes) -> None:
    """Raise ValueError where the file numbers an object so high that room for all would run out."""
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name.endswith("PUT") and isinstance(argument, int) and argument > len(content):
            raise ValueError(f"object number {argument}")


class _Reader(pickle.Unpickler):
    """An unpickler that looks every name up in a table of its own."""

    def __init__(self, content: bytes, file: Path, classes: Collection[tuple[str, str]]) -> None:
        super().__init__(BytesIO(content), encoding="latin1")
        self._file = file
        self._names = _stand_ins(classes)

    def find_class(self, module: str, name: str) -> object:
        """The stand-in of a name. Raises UnsafeModelError for one that has none."""
        if (module, name) not in self._names:
            raise UnsafeModelError(file=str(self._file), found=f"{module}.{name}")
        return self._names[module, name]


def _stand_ins(classes: Collection[tuple[str, str]]) -> dict[tuple[str, str], object]:
    """Everything a file may name. Made for each file: it could set attributes on them."""

    class OwnKind(_Kind):
        pass

    class OwnArray(Array):
        pass

    def reconstruct(subtype: object, shape: object, code: object) -> Array:
        return OwnArray()

    def encode(text: str, encoding: str) -> bytes:
        return text.encode("latin1")

    table: dict[tuple[str, str], object] = {
        ("numpy", "ndarray"): OwnArray,
        ("numpy", "dtype"): OwnKind,
        ("_codecs", "encode"): encode,
    }
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        table[module, "_reconstruct"] = reconstruct
    for (module, name), named in {**{c: c[1] for c in classes}, **_VALUES}.items():
        table[module, name] = type(named, (Inert,), {"named": named})
    return table
