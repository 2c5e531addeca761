"""Every word a user meets can be translated."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

import studio.gui
from studio.gui import actions

_GUI = Path(studio.gui.__file__).parent
# Calls that show their first words, and those that show any of theirs.
_SHOWING = {
    "setText",
    "setToolTip",
    "setStatusTip",
    "setWhatsThis",
    "setWindowTitle",
    "setTitle",
    "setAccessibleName",
    "setAccessibleDescription",
    "setPlaceholderText",
    "setPrefix",
    "setSuffix",
    "addItem",
    "addTab",
    "addMenu",
    "announce",
    "say",
    "QLabel",
    "QPushButton",
    "QToolButton",
    "QCheckBox",
    "QRadioButton",
    "QAction",
    "Words",
    "Elided",
    "Plain",
    "Filled",
    "Chip",
    "Segmented",
    "ErrorCard",
    "BusyCard",
}
# The name of the program is the same in every language.
_NAMES = {"Stemwright"}
_LEAST_STRINGS = 200


def shown(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Plain words that a call shows: (line, words)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _SHOWING:
            for argument in node.args:
                for words in _words(argument):
                    yield node.lineno, words


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _words(argument: ast.expr) -> Iterator[str]:
    """The literals an argument is made of, but not those inside of a further call."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        text = argument.value
        if _is_words(text):
            yield text
    elif isinstance(argument, ast.JoinedStr):
        for part in argument.values:
            yield from _words(part)
    elif isinstance(argument, ast.IfExp):
        yield from _words(argument.body)
        yield from _words(argument.orelse)
    elif isinstance(argument, ast.BinOp):
        yield from _words(argument.left)
        yield from _words(argument.right)


def _is_words(text: str) -> bool:
    """Letters beside mark-up and the places of figures."""
    bare = re.sub(r"<[^>]*>|\{[^}]*\}|&\w+;", "", text)
    # Names of icons and tokens, which constructors take beside the words, are one lower-case word.
    is_key = re.fullmatch(r"[a-z0-9_-]*", bare) is not None
    return any(letter.isalpha() for letter in bare) and not is_key and bare.strip() not in _NAMES


def test_a_plain_literal_is_found() -> None:
    """What the next test looks for, so that it can fail."""
    code = (
        'a.setText("Hello")\nQLabel(f"{n} notes left")\nb.setText(self.tr("fine"))\nPlain("", "up")'
    )
    assert list(shown(ast.parse(code))) == [(1, "Hello"), (2, " notes left")]


def test_no_words_bypass_translation() -> None:
    """Shown words go through ``tr``."""
    bare = [
        f"{path.relative_to(_GUI)}:{line} {words!r}"
        for path in sorted(_GUI.rglob("*.py"))
        for line, words in shown(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert bare == []


def test_lupdate_finds_the_words(tmp_path: Path) -> None:
    """What a translator would get: every sentence of the window."""
    tool = shutil.which("pyside6-lupdate", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.fail("pyside6-lupdate comes with PySide6 and is not beside Python")
    target = tmp_path / "stemwright_de.ts"
    files = [str(path) for path in sorted(_GUI.rglob("*.py"))]
    done = subprocess.run(
        [tool, *files, "-ts", str(target)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    sources = [element.text for element in ET.parse(target).iter("source")]
    assert len(sources) > _LEAST_STRINGS
    # Menus, what one module says for others, and what a widget says itself.
    menus = {declared.text for declared in actions.DECLARED} | set(actions.MENUS)
    assert menus <= set(sources)
    assert {"{n} percent", "octave above a kept note", "Finding notes"} <= set(sources)


def test_words_are_asked_for_as_they_were_found() -> None:
    """``tr`` of another object than ``self`` would look in another place than lupdate noted."""
    strays = [
        f"{path.relative_to(_GUI)}:{node.lineno}"
        for path in sorted(_GUI.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "tr"
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "self")
    ]
    assert strays == []
