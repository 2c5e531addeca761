"""What goes into a bundle, as far as it can be seen without building one."""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Iterator
from configparser import ConfigParser
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from installers import frozen
from installers.linux import qt
from studio.audio.probe import SUFFIXES
from studio.cli.main import COMMANDS
from studio.export.targets import TARGETS
from studio.paths import resource
from studio.pipeline import TASKS
from studio.scoring.measures import MEASURES
from studio.separation.engines import ENGINES
from studio.transcription.engines import DETECTORS

ROOT = Path(__file__).parent.parent
LINUX = ROOT / "installers" / "linux"
# Registered types of the formats people have their songs in.
TYPES = {"audio/mpeg", "audio/flac", "audio/mp4", "audio/ogg", "audio/x-aiff", "audio/x-wav"}


@cache
def program() -> list[ast.AST]:
    """The program, as syntax."""
    files = sorted((ROOT / "studio").rglob("*.py"))
    return [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]


def named_in_strings() -> Iterator[str]:
    """Every module of ours that a string in the program names, with or without an attribute."""
    for node in program():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole = re.fullmatch(r"(studio(?:\.\w+)+)(?::\w+)?", node.value)
            if whole:
                yield whole[1]


@pytest.mark.parametrize("table", [ENGINES, DETECTORS, MEASURES, TARGETS], ids=lambda t: t.kind)
def test_every_entry_of_a_table_goes_into_the_bundle(table) -> None:
    """An engine that is listed is frozen, by being listed."""
    ours = [entry for entry in table if entry.package == "stemwright"]

    assert ours
    assert {entry.target.partition(":")[0] for entry in ours} <= set(frozen.hidden_imports())


def test_every_command_and_task_goes_into_the_bundle() -> None:
    """What the command line and the worker load by name."""
    modules = {command.module for command in COMMANDS.values()}
    modules |= {target.partition(":")[0] for target in TASKS.values()}

    assert modules <= set(frozen.hidden_imports())


def test_no_module_is_named_in_a_string_that_the_bundle_does_not_know() -> None:
    """A table nobody told the freezer of would be found here."""
    named = {name for name in named_in_strings() if find_spec(name) is not None}

    assert "studio.separation.engines.classical" in named
    assert named <= set(frozen.hidden_imports())


def test_hidden_imports_exist() -> None:
    """A name that is misspelt would be a warning of the freezer, and a bug in the bundle."""
    assert all(find_spec(name) is not None for name in frozen.hidden_imports())


def imported() -> set[str]:
    """The packages that import statements of the program name."""
    found: set[str] = set()
    for node in program():
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_nothing_the_program_imports_is_left_out() -> None:
    """Every package that is imported is required, and what is required goes into the bundle."""
    assert {"numpy", "torch", "PySide6"} <= imported()
    assert imported().isdisjoint(frozen.excluded())


def test_what_is_installed_for_the_tests_is_left_out() -> None:
    """matplotlib, scipy and torch would bring it along, being there."""
    assert {"pytest", "hypothesis", "mypy"} <= set(frozen.excluded())


def test_the_program_is_not_taken_for_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is installed, it is a package among others, which nothing requires."""
    owners = {"studio": ["stemwright"], "PySide6": ["PySide6_Essentials"], "rpp": ["rpp"]}
    monkeypatch.setattr(frozen, "packages_distributions", lambda: owners)

    assert "rpp" in frozen.excluded()
    assert {"studio", "PySide6"}.isdisjoint(frozen.excluded())


def test_torch_keeps_the_one_program_it_cannot_do_without() -> None:
    """Tests, headers and tools of torch stay behind; torch_shm_manager and libraries do not."""
    rows = [
        (place, "/somewhere", "DATA")
        for place in (
            "torch/bin/torch_shm_manager",
            "torch/bin/test_api",
            "torch/include/ATen/ATen.h",
            "torch/lib/libtorch_cpu.so",
            "stemwright-0.1.0.dist-info/METADATA",
            "stemwright-0.1.0.dist-info/direct_url.json",
        )
    ]

    kept = [row[0] for row in frozen.worth_shipping(rows)]

    assert kept == [
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cpu.so",
        "stemwright-0.1.0.dist-info/METADATA",
    ]


def test_a_link_to_what_is_left_out_is_left_out() -> None:
    """Links are told from their own folder."""
    rows = [
        ("libhere.so", "lib/libhere.so", "SYMLINK"),
        ("lib/libhere.so", "libhere.so.1", "SYMLINK"),
        ("libgone.so", "lib/libgone.so", "SYMLINK"),
        ("lib/libhere.so.1", "/somewhere/libhere.so.1", "BINARY"),
    ]

    kept = frozen.whole(rows, [row[0] for row in rows])

    assert [row[0] for row in kept] == ["libhere.so", "lib/libhere.so", "lib/libhere.so.1"]


def test_qt_keeps_what_opens_a_window_and_draws_an_icon() -> None:
    """X11, Wayland and SVG stay; what other programs need of Qt does not."""
    plugins = "PySide6/Qt/plugins"
    kept = [
        f"{plugins}/platforms/libqxcb.so",
        f"{plugins}/platforms/libqwayland.so",
        f"{plugins}/iconengines/libqsvgicon.so",
        f"{plugins}/imageformats/libqsvg.so",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "PySide6/Qt/translations/qtbase_de.qm",
        "numpy/_core/_multiarray_umath.so",
    ]
    dropped = [
        f"{plugins}/platforms/libqvnc.so",
        f"{plugins}/sqldrivers/libqsqlite.so",
        "PySide6/Qt/translations/designer_de.qm",
    ]

    rows = [(place, "/somewhere", "BINARY") for place in (*kept, *dropped)]

    assert [row[0] for row in qt.worth_shipping(rows)] == kept


def test_libraries_that_only_a_dropped_plugin_asked_for_are_dropped() -> None:
    """What something that stays loads stays, wherever it comes from."""
    window = ("PySide6/QtWidgets.abi3.so", "/site/PySide6/QtWidgets.abi3.so", "EXTENSION")
    python = ("libpython3.11.so.1.0", "/usr/lib/libpython3.11.so.1.0", "BINARY")
    widgets = ("PySide6/Qt/lib/libQt6Widgets.so.6", "/site/Qt/lib/libQt6Widgets.so.6", "BINARY")
    alias = ("libQt6Widgets.so.6", "PySide6/Qt/lib/libQt6Widgets.so.6", "SYMLINK")
    xcb = ("libxcb-util.so.1", "/usr/lib/libxcb-util.so.1", "BINARY")
    quick = ("PySide6/Qt/lib/libQt6Quick.so.6", "/site/Qt/lib/libQt6Quick.so.6", "BINARY")
    pango = ("libpango-1.0.so.0", "/usr/lib/libpango-1.0.so.0", "BINARY")
    loads = {window[1]: ["libQt6Widgets.so.6", "libxcb-util.so.1"], python[1]: ["libm.so.6"]}

    kept = qt.asked_for([window, python, widgets, alias, xcb, quick, pango], loads.__getitem__)

    assert kept == [window, python, widgets, alias, xcb]


@pytest.fixture
def entry() -> dict[str, str]:
    """The desktop entry, read by its own rules: case counts, nothing is interpolated."""
    parser = ConfigParser(interpolation=None, strict=True, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / "stemwright.desktop", encoding="utf-8")
    assert parser.sections() == ["Desktop Entry"]
    return dict(parser["Desktop Entry"])


def test_the_desktop_entry_is_valid(entry: dict[str, str]) -> None:
    """The keys the specification asks of an application, and lists that end in a semicolon."""
    assert entry["Type"] == "Application"
    assert entry["Name"] == "Stemwright"
    assert entry["Terminal"] == "false"
    # Midi counts only below Audio, and Audio only below AudioVideo.
    assert {"AudioVideo", "Audio"} <= set(entry["Categories"].split(";"))
    assert all(entry[key].endswith(";") for key in ("Categories", "Keywords", "MimeType"))


def test_the_desktop_entry_opens_the_window_on_files(entry: dict[str, str]) -> None:
    """Its command is one of ours and takes several files; the icon is named as it is shipped."""
    program, command, files = shlex.split(entry["Exec"])

    assert (program, files) == ("stemwright", "%F")
    assert command in COMMANDS
    assert resource("icons", f"{entry['Icon']}.svg").is_file()
    assert entry["StartupWMClass"] == "stemwright"


def test_mime_types_are_of_what_can_be_opened(entry: dict[str, str]) -> None:
    """Each is a type of sound or film, and those people have their songs in are there."""
    types = entry["MimeType"].rstrip(";").split(";")

    assert len(types) == len(set(types))
    assert all(re.fullmatch(r"(audio|video)/[\w.+-]+", kind) for kind in types)
    assert set(types) >= TYPES
    assert {".mp3", ".flac", ".m4a", ".ogg", ".aiff", ".wav"} <= SUFFIXES


@pytest.mark.parametrize("script", sorted(LINUX.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_can_be_run_and_stop_at_the_first_failure(script: Path) -> None:
    """As files that are started, not handed to a shell."""
    text = script.read_text(encoding="utf-8")

    assert os.access(script, os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text
