"""Tables of choices: ours, other people's, and broken ones."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from studio import registry
from studio.errors import BrokenExtensionError, UnknownChoiceError
from studio.registry import Entry, Registry

GROUP = "stemwright.tests"


class _Dist(SimpleNamespace):
    """As much of a distribution as an entry point carries."""

    name: str


def point(name: str, value: str, package: str) -> EntryPoint:
    """An entry point as an installed package would declare it."""
    declared = EntryPoint(name, value, GROUP)
    return declared._for(_Dist(name=package))  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that packages with these entry points are installed."""

    def installed(*points: EntryPoint) -> None:
        def entry_points(*, group: str) -> list[EntryPoint]:
            return [p for p in points if p.group == group]

        monkeypatch.setattr(registry, "entry_points", entry_points)

    return installed


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Write a module that can be imported for the length of a test."""
    monkeypatch.syspath_prepend(tmp_path)

    def written(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.delitem(sys.modules, name, raising=False)

    return written


def test_choices_are_listed_in_order_and_nothing_is_imported() -> None:
    """A menu needs names and labels only; the target may not even exist."""
    table: Registry[object] = Registry("amp", GROUP)
    table.add("loud", "Loud amp", "no_such_module:Loud")
    table.add("clean", "Clean amp", "no_such_module:Clean")

    assert table.names() == ["loud", "clean"]
    assert [entry.label for entry in table] == ["Loud amp", "Clean amp"]
    assert "loud" in table
    assert "quiet" not in table
    assert "no_such_module" not in sys.modules


def test_a_choice_is_imported_when_it_is_loaded() -> None:
    """The target is ``module:attribute``."""
    table: Registry[type] = Registry("container", GROUP)
    table.add("ordered", "Ordered", "collections:OrderedDict")

    assert table.load("ordered").__name__ == "OrderedDict"


def test_an_unknown_name_is_refused_with_a_guess() -> None:
    """By ``entry`` as by ``load``."""
    table: Registry[object] = Registry("amp", GROUP)
    table.add("clean", "Clean amp", "x:y")

    with pytest.raises(UnknownChoiceError, match="no amp named claen; did you mean clean"):
        table.load("claen")
    with pytest.raises(UnknownChoiceError):
        table.entry("")


def test_a_choice_added_after_the_table_was_read_is_there() -> None:
    """The table is remembered, but not beyond a new line in it."""
    table: Registry[object] = Registry("amp", GROUP)
    assert table.names() == []

    table.add("clean", "Clean amp", "x:y")

    assert table.names() == ["clean"]


def test_a_failure_of_our_own_passes_through() -> None:
    """It is a bug, and must not be put down to an extension."""
    table: Registry[object] = Registry("amp", GROUP)
    table.add("clean", "Clean amp", "no_such_module_of_ours:Clean")

    with pytest.raises(ModuleNotFoundError):
        table.load("clean")


def test_an_extension_is_listed_after_ours_and_loads(
    install: Callable[..., None], module: Callable[[str, str], None]
) -> None:
    """It names the package it comes from."""
    module("fuzz_amp", "class Fuzz: pass")
    install(point("fuzz", "fuzz_amp:Fuzz", "fuzzworks"))
    table: Registry[type] = Registry("amp", GROUP)
    table.add("zzz", "Ours, though last in the alphabet", "collections:OrderedDict")

    assert table.names() == ["zzz", "fuzz"]
    assert table.entry("fuzz") == Entry("fuzz", "fuzz", "fuzz_amp:Fuzz", "fuzzworks")
    assert table.load("fuzz").__name__ == "Fuzz"


def test_an_extension_cannot_take_one_of_our_names(install: Callable[..., None]) -> None:
    """Who asks for ours gets ours."""
    install(point("ordered", "evil:Ordered", "evilworks"))
    table: Registry[type] = Registry("container", GROUP)
    table.add("ordered", "Ordered", "collections:OrderedDict")

    assert table.entry("ordered").package == "stemwright"
    assert table.load("ordered").__name__ == "OrderedDict"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_library_they_forgot", "No module named 'a_library_they_forgot'"),
        ("raise RuntimeError", "RuntimeError"),
        ("1 / 0", "division by zero"),
        ("def broken(:", "invalid syntax"),
        ("Other = 1", "has no attribute 'Fuzz'"),
    ],
)
def test_a_broken_extension_is_named_and_breaks_nothing_else(
    install: Callable[..., None],
    module: Callable[[str, str], None],
    source: str,
    reason: str,
) -> None:
    """The sentence names kind, choice, package and reason; the other choices still load."""
    module("fuzz_amp", source)
    install(point("fuzz", "fuzz_amp:Fuzz", "fuzzworks"))
    table: Registry[type] = Registry("amp", GROUP)
    table.add("ordered", "Ordered", "collections:OrderedDict")

    assert table.names() == ["ordered", "fuzz"]
    with pytest.raises(BrokenExtensionError) as caught:
        table.load("fuzz")

    assert caught.value.message.startswith("The amp fuzz of the package fuzzworks does not load: ")
    assert reason in caught.value.message
    assert "fuzzworks" in caught.value.hint
    assert table.load("ordered").__name__ == "OrderedDict"


def test_installed_packages_are_asked_for_our_group_only() -> None:
    """Without extensions a group that nobody uses is empty, and asking is harmless."""
    table: Registry[object] = Registry("amp", "stemwright.a-group-nobody-uses")

    assert list(table) == []
