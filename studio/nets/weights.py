"""Reads checkpoints without running anything that lies in them.

Contract: what comes out is tensors, numbers, text and containers of these, or the file is refused.
safetensors hold nothing else. A pickle is read by torch's restricted unpickler, and only after
every name it asks for was found on a list that the caller wrote down. The hash of the file is the
business of ``models``, before it comes here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import safe_open

from studio.errors import ModelMismatchError, UnsafeModelError
from studio.files import reading


class Inert:
    """Stands in for a class of which a checkpoint holds values that nobody here reads.

    It takes whatever the checkpoint gives it, keeps nothing and does nothing.
    """

    def __init__(self, *values: object) -> None:
        """Forget ``values``."""

    def __setstate__(self, state: object) -> None:
        """Forget ``state``."""


def read_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors of a safetensors file by name, on the CPU, and its metadata.

    Raises:
        MissingFileError: ``path`` cannot be read.
        ModelMismatchError: it is damaged or something else.
    """
    with _reading(path), safe_open(path, framework="pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        return state, file.metadata() or {}


def read_checkpoint(path: Path, allowed: Mapping[str, type]) -> object:
    """What ``torch.save`` wrote, read against a closed list of names.

    Args:
        allowed: By full name, such as ``fractions.Fraction``, every class the checkpoint may ask
            for besides tensors and containers, and what stands for it here. A stand-in (``Inert``
            or a subclass) keeps the class itself from being imported or built.

    Raises:
        MissingFileError: ``path`` cannot be read.
        UnsafeModelError: it asks for another name; nothing of it was run.
        ModelMismatchError: it is damaged or something else.
    """
    with _reading(path), _only(allowed):
        found = torch.serialization.get_unsafe_globals_in_checkpoint(path)
        if found:
            raise UnsafeModelError(file=str(path), found=", ".join(sorted(found)))
        checkpoint: object = torch.load(path, map_location="cpu", weights_only=True)
        return checkpoint


def is_checkpoint(path: Path) -> bool:
    """Whether ``path`` looks like what ``torch.save`` writes: a zip archive."""
    with _reading(path):
        return zipfile.is_zipfile(path)


@contextmanager
def _only(allowed: Mapping[str, type]) -> Iterator[None]:
    """Let torch's unpickler know ``allowed``, and nothing that other packages let it know."""
    others = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals([(stand_in, name) for name, stand_in in allowed.items()])
    try:
        yield
    finally:
        torch.serialization.clear_safe_globals()
        torch.serialization.add_safe_globals(others)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what the readers of foreign bytes raise into the user's error about ``path``."""
    with reading(path):
        path.open("rb").close()
    try:
        yield
    except (UnsafeModelError, MemoryError):
        raise
    except Exception as error:  # a parser of damaged bytes can stumble in any way
        reason = f"it is damaged or of another kind ({type(error).__name__})"
        raise ModelMismatchError(file=str(path), reason=reason) from error
