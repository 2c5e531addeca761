"""Tables of what can be chosen: name -> label and "module:attribute", loaded on first use.

A new engine, detector, score or export target is one file and one line in its table. The target
is a string, so listing choices imports nothing heavy. Others add theirs by an entry point of the
table's group; one that does not load is named in ``doctor`` and breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

from studio.errors import BrokenExtensionError, UnknownChoiceError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One choice: ``name`` for the command line, ``label`` for people, ``target`` for import."""

    name: str
    label: str
    target: str
    package: str = "stemwright"


class Registry(Generic[T]):
    """An ordered table of choices of one kind."""

    def __init__(self, kind: str, group: str) -> None:
        """``kind`` names the choice in sentences; ``group`` is the entry point group."""
        self.kind = kind
        self.group = group
        self._own: dict[str, Entry] = {}

    def add(self, name: str, label: str, target: str) -> None:
        """List a choice of ours. ``target`` is "module:attribute"."""
        self._own[name] = Entry(name, label, target)
        self.__dict__.pop("_all", None)  # a table that was already read is read anew

    @cached_property
    def _all(self) -> dict[str, Entry]:
        """Our own choices first; an extension cannot take one of their names."""
        found = dict(self._own)
        for point in sorted(entry_points(group=self.group), key=lambda p: p.name):
            package = point.dist.name if point.dist else point.value
            found.setdefault(point.name, Entry(point.name, point.name, point.value, package))
        return found

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._all.values())

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def names(self) -> list[str]:
        """The names, in the order of the table."""
        return list(self._all)

    def entry(self, name: str) -> Entry:
        """The table's line for ``name``. Raises UnknownChoiceError."""
        if name not in self._all:
            raise UnknownChoiceError.among(self.kind, name, self.names())
        return self._all[name]

    def load(self, name: str) -> T:
        """Import and return what ``name`` stands for.

        Raises:
            UnknownChoiceError: nothing is listed under ``name``.
            BrokenExtensionError: somebody else's package fails to import. A failure in our own
                is a bug and passes through.
        """
        entry = self.entry(name)
        module, _, attribute = entry.target.partition(":")
        try:
            return cast(T, getattr(import_module(module), attribute))
        except Exception as error:
            if entry.package == "stemwright":
                raise
            reason = str(error) or type(error).__name__
            raise BrokenExtensionError(
                kind=self.kind, name=name, package=entry.package, reason=reason
            ) from error
