"""Real widgets, drawn off screen; a warning of Qt fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from studio.gui.window import MainWindow

# Said by the off-screen platform alone.
_HARMLESS = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


@pytest.fixture(autouse=True)
def qt_warnings() -> Iterator[list[str]]:
    """What Qt complains about is a defect."""
    said: list[str] = []

    def handler(kind: QtMsgType, context: object, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not message.startswith(_HARMLESS):
            said.append(message)

    before = qInstallMessageHandler(handler)
    yield said
    qInstallMessageHandler(before)
    assert not said


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    """Widgets of a test go with it: each that stays makes every later change of palette slower."""
    yield
    if QApplication.instance() is not None:
        _let_go_of_keys()
        # What Python put there would be deleted by the off-screen platform when Python is gone.
        QApplication.clipboard().clear()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _let_go_of_keys() -> None:
    """A key that a test still holds down would be Ctrl or Shift to the next one's clicks."""
    if QGuiApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        window = QWindow()
        QTest.keyClick(window, Qt.Key.Key_F35, Qt.KeyboardModifier.NoModifier)
        assert QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


@pytest.fixture
def dark(qapp: QApplication) -> QApplication:
    """The application in its dark palette."""
    from studio.gui import theme

    theme.apply(qapp, dark=True)
    return qapp


@pytest.fixture(scope="session")
def apart_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo song, apart, with the notes of its bass; done once for all tests."""
    from studio.paths import resource

    folder = tmp_path_factory.mktemp("apart")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_HOME", str(folder / "home"))
        song = str(resource("demo", "demo.ogg"))
        view = _run("apart", song=song, out=str(folder / "out"), model="classical", device="cpu")
        _run("hear", folder=view["folder"], stem="bass", device="cpu")
    return Path(view["folder"])


@pytest.fixture
def song_folder(apart_demo: Path, tmp_path: Path) -> Path:
    """The folder of the demo song that is apart, each test its own."""
    return Path(shutil.copytree(apart_demo, tmp_path / "songs" / "demo"))


@pytest.fixture
def no_choosers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's file choosers are closed without a choice at once, and no folder is shown."""
    from studio.gui import filework

    for name, answer in {
        "getOpenFileNames": ([], ""),
        "getOpenFileName": ("", ""),
        "getSaveFileName": ("", ""),
        "getExistingDirectory": "",
    }.items():
        monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer, **__: answer)
    monkeypatch.setattr(filework.QDesktopServices, "openUrl", lambda _: True)


@pytest.fixture
def song_window(
    qtbot: QtBot,
    dark: QApplication,
    song_folder: Path,
    no_choosers: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    """The window as the program opens it, with the demo song and the notes of its bass."""
    from studio.gui.desk.desk import Desk
    from studio.gui.looks import Looks
    from studio.gui.window import MainWindow

    monkeypatch.setenv("STEMWRIGHT_AUDIO", "null")
    window = MainWindow(Desk(), Looks(dark))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.desk.start([song_folder])
    song = window.desk.song
    qtbot.waitUntil(lambda: song.is_whole and song.lane("bass").take is not None, timeout=60_000)
    window.slot.open("bass")
    yield window
    window.close()


def _run(name: str, **options: Any) -> Any:
    """What the worker does with a task, JSON in and out."""
    import msgspec

    from studio.job import Job
    from studio.pipeline import task

    found = task(name)
    given = msgspec.convert(options, found.options)
    return msgspec.to_builtins(found.work(given, Job()))
