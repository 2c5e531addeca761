"""Hundreds of random acts of a hurried hand break nothing, and cost nobody their song.

Every act comes from a seed, which a failure names with the last acts; ``STEMWRIGHT_MONKEY`` sets
another one.
"""

from __future__ import annotations

import os
import random
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.audio.wav import Wav
from studio.gui import actions, theme
from studio.gui.sheets.sheet import Sheet
from studio.gui.widgets import chip
from studio.gui.window import MainWindow
from studio.job import Job
from studio.pipeline.apart import ViewOptions, view
from studio.project.history import History

_Key, _Button = Qt.Key, Qt.MouseButton
_HELD = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)
# Not in the table of actions: walking, choosing, and what belongs to lists, fields and the roll.
_OTHER_KEYS = (
    *(getattr(_Key, f"Key_{digit}") for digit in range(10)),
    _Key.Key_Tab,
    _Key.Key_Backtab,
    _Key.Key_Return,
    _Key.Key_Escape,
    _Key.Key_PageDown,
    _Key.Key_PageUp,
    _Key.Key_End,
    _Key.Key_Backspace,
    _Key.Key_Plus,
    _Key.Key_Minus,
)
_SHEETS = ("export", "preferences", "devices", "shortcuts", "about")
_SHOWN = 12


class Monkey:
    """Does one random thing after the other to a window, and keeps a trail."""

    def __init__(self, window: MainWindow, seed: int, songs: list[Path], trail: Path) -> None:
        self._window, self._dice, self._songs = window, random.Random(seed), songs
        self._trail = trail
        self.told: list[str] = []
        window.actions_by_name["quit"].setEnabled(False)
        self._names = [known.name for known in actions.DECLARED if known.name != "quit"]
        keys = [key for known in actions.DECLARED if known.name != "quit" for key in known.keys]
        self._keys = [QKeySequence(key)[0] for key in keys]
        acts: dict[Callable[[], str], int] = {
            self._key: 30,
            self._trigger: 25,
            self._click: 16,
            self._drag: 8,
            self._wheel: 6,
            self._sheet: 6,
            self._travel: 4,
            self._song: 3,
            self._drop: 3,
            self._resize: 3,
            self._palette: 2,
        }
        self._acts, self._weights = list(acts), list(acts.values())

    def act(self) -> None:
        """One thing."""
        did = self._dice.choices(self._acts, self._weights)[0]
        self.told.append(did.__name__)
        self.told[-1] = f"{did.__name__} {did()}"
        with self._trail.open("a") as lines:
            lines.write(f"{self.told[-1]}\n")

    def _key(self) -> str:
        if self._dice.random() < 0.7:
            both = self._dice.choice(self._keys)
            key, held = both.key(), both.keyboardModifiers()
        else:
            key, held = self._dice.choice(_OTHER_KEYS), self._dice.choice(_HELD)
        told = f"{QKeySequence(held.value | key.value).toString()} on "
        told += _named(QApplication.focusWidget())
        QTest.keyClick(self._window.windowHandle(), key, held)
        return told

    def _trigger(self) -> str:
        name = self._dice.choice(self._names)
        self._window.actions_by_name[name].trigger()
        return name

    def _click(self) -> str:
        widget, at = self._place()
        button = self._dice.choice((_Button.LeftButton,) * 6 + (_Button.RightButton,))
        held, handle = self._dice.choice(_HELD), self._window.windowHandle()
        QTest.mouseMove(handle, at)
        twice = self._dice.random() < 0.2
        (QTest.mouseDClick if twice else QTest.mouseClick)(handle, button, held, at)
        return f"{button.name} {held} {at.toTuple()} on {widget}"

    def _drag(self) -> str:
        widget, start = self._place()
        _, end = self._place()
        held, handle = self._dice.choice(_HELD), self._window.windowHandle()
        QTest.mousePress(handle, _Button.LeftButton, held, start)
        for share in (0.02, 0.3, 0.7, 1.0):
            QTest.mouseMove(handle, start + (end - start) * share)
            QApplication.processEvents()
        QTest.mouseRelease(handle, _Button.LeftButton, held, end)
        return f"{held} {start.toTuple()} on {widget} to {end.toTuple()}"

    def _wheel(self) -> str:
        widget, at = self._place()
        turn, held = self._dice.choice((-360, -120, -15, 15, 120, 360)), self._dice.choice(_HELD)
        angle = QPoint(0, turn) if self._dice.random() < 0.8 else QPoint(turn, 0)
        QTest.wheelEvent(self._window.windowHandle(), QPointF(at), angle, QPoint(), held)
        return f"{angle.toTuple()} {held} on {widget}"

    def _sheet(self) -> str:
        opened = [sheet for sheet in self._window.findChildren(Sheet) if sheet.is_open]
        if opened and self._dice.random() < 0.7:
            opened[0].close_sheet()
            return f"closed {opened[0].title.text()}"
        name = self._dice.choice(_SHEETS)
        self._window.actions_by_name[name].trigger()
        return name

    def _travel(self) -> str:
        name = self._dice.choice(("undo", "redo"))
        self._window.actions_by_name[name].trigger()
        return name

    def _song(self) -> str:
        entries = list(self._window.desk.library)
        if not entries:
            return "none"
        chosen = self._dice.choice(entries).id
        self._window.desk.choose(chosen)
        return chosen

    def _drop(self) -> str:
        path = self._dice.choice(self._songs)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        at, copy = QPoint(700, 400), Qt.DropAction.CopyAction
        keys = (_Button.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(at, copy, mime, *keys)
        QApplication.sendEvent(self._window, enter)
        drop = QDropEvent(QPointF(at), copy, mime, *keys)
        QApplication.sendEvent(self._window, drop)
        return path.name

    def _resize(self) -> str:
        size = self._dice.randint(1024, 1920), self._dice.randint(640, 1080)
        self._window.resize(*size)
        return str(size)

    def _palette(self) -> str:
        dark = self._dice.random() < 0.5
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, dark)
        self._window.looks.changed.emit()
        return "dark" if dark else "light"

    def _place(self) -> tuple[str, QPoint]:
        """Somewhere on a widget that can be seen."""
        shown = [
            widget
            for widget in self._window.findChildren(QWidget)
            if not widget.isWindow() and not widget.visibleRegion().isEmpty()
        ]
        widget = self._dice.choice(shown)
        area = widget.visibleRegion().boundingRect()
        x = self._dice.randint(area.left(), area.right())
        y = self._dice.randint(area.top(), area.bottom())
        return _named(widget), widget.mapTo(self._window, QPoint(x, y))


@pytest.fixture
def bad_file(tmp_path: Path) -> Path:
    """A file that says it is a song."""
    path = tmp_path / "broken.wav"
    path.write_bytes(b"RIFF....WAVEnothing")
    return path


@pytest.mark.parametrize(
    "acts",
    [
        300,
        pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(600)]),
    ],
)
def test_nothing_breaks_under_random_hands(
    acts: int,
    qtbot: QtBot,
    song_window: MainWindow,
    song_folder: Path,
    apart_demo: Path,
    bad_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qt_warnings: list[str],
) -> None:
    """No exception, no warning, no thread left; the song opens again with all its stems."""
    seed = int(os.environ.get("STEMWRIGHT_MONKEY", acts))
    monkeypatch.setattr(chip.QDrag, "exec", lambda *_: Qt.DropAction.IgnoreAction)
    monkey = Monkey(song_window, seed, [song_folder, bad_file], tmp_path / "acts.txt")
    with qtbot.captureExceptions() as raised:
        for _ in range(acts):
            monkey.act()
            qtbot.wait(5)
            if raised or qt_warnings:
                break
        told = "\n".join(monkey.told[-_SHOWN:])
        close(song_window)
    wrong = ["".join(traceback.format_exception(*error)) for error in raised]
    assert not wrong + qt_warnings, f"seed {seed}, after\n{told}\n" + "\n".join(wrong)
    assert not lines_left(), f"seed {seed}"
    assert known(song_folder) == known(apart_demo), f"seed {seed}"
    history = History.open(song_folder / ".stemwright")
    try:
        assert not history.read_only
    finally:
        history.close()


def close(window: MainWindow) -> None:
    """As a user who does not wait for files that are being written."""
    window.close()
    if window.desk.is_exporting:
        window.pages.toast_acted("now")
    assert not window.isVisible()


def lines_left() -> list[str]:
    """Threads of the window that still run."""
    ours = ("worker line", "loader", "sound")
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(ours)]


def known(folder: Path) -> dict[str, int]:
    """The stems of a song that is apart, and how long each is."""
    found = view(ViewOptions(str(folder)), Job())
    lengths = {}
    for stem in found.stems:
        with Wav(Path(stem.wav)) as wav:
            lengths[stem.name] = wav.frames
    return lengths


def _named(widget: QWidget | None) -> str:
    return "nothing" if widget is None else f"{type(widget).__name__} {widget.objectName()}"
