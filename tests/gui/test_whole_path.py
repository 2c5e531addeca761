"""The whole path on the demo song, in the real window, by key presses and drops alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget
from pytestqt.qtbot import QtBot

from studio.audio.wav import Wav
from studio.gui.desk.desk import Desk
from studio.gui.looks import Looks
from studio.gui.window import MainWindow
from studio.gui.workers import Request
from studio.midi.read import read_midi
from studio.paths import resource

_Key = Qt.Key
_NONE, _SHIFT, _CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
WORK_MS = 120_000


class Strays(QObject):
    """Notes every widget that shows as a window of its own, which takes the focus from ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget)
        if shown and watched.isWindow() and not isinstance(watched, (QMainWindow, QMenu)):
            self.found.append(f"{watched} {watched.objectName()}")
        return False


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What would be heard goes here."""
    heard = tmp_path / "heard.wav"
    monkeypatch.setenv("STEMWRIGHT_AUDIO", f"file:{heard}")
    return heard


@pytest.fixture
def window(qtbot: QtBot, dark: QApplication, recording: Path) -> Iterator[MainWindow]:
    """The window as the program opens it."""
    desk = Desk()
    looks = Looks(dark)
    opened = MainWindow(desk, looks)
    qtbot.addWidget(opened)
    opened.show()
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    desk.start([])
    strays = Strays()
    dark.installEventFilter(strays)
    yield opened
    opened.close()
    dark.removeEventFilter(strays)
    assert strays.found == []


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE) -> None:
    """A key, as the system sends it: to whatever has the focus."""
    target = QApplication.focusWidget() or window
    QTest.keyClick(target, key, modifiers)


def drop(window: MainWindow, *paths: Path) -> None:
    """Files dropped on the middle of the window."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = QPoint(700, 400)
    keys = (Qt.MouseButton.LeftButton, _NONE)
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, mime, *keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(at), Qt.DropAction.CopyAction, mime, *keys))


def decibels(signal: np.ndarray, beside: np.ndarray) -> float:
    """The energy of ``signal`` against that of ``beside``."""
    return float(10 * np.log10(np.sum(signal**2) / np.sum(beside**2) + 1e-20))


def test_from_a_drop_to_files_in_the_daw(
    qtbot: QtBot, window: MainWindow, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drop, separate, solo, loop, transcribe, threshold, edit, undo, score, export, hand out."""
    desk = window.desk
    asked: list[str] = []
    ask = desk.ask_line.ask

    def noted(request: Request) -> Request:
        asked.append(request.task)
        return ask(request)

    monkeypatch.setattr(desk.ask_line, "ask", noted)

    # Drop, and wait until it is apart.
    drop(window, resource("demo", "demo.ogg"))
    qtbot.waitUntil(lambda: desk.song.is_whole, timeout=WORK_MS)
    assert [lane.name for lane in desk.song.lanes] == ["vocals", "drums", "bass", "other"]

    # Solo the bass, play two seconds: what is heard is the bass.
    press(window, _Key.Key_3)
    press(window, _Key.Key_S)
    assert desk.mixer.channel("bass").solo
    press(window, _Key.Key_Home)
    press(window, _Key.Key_Space)
    assert desk.player.playing
    qtbot.waitUntil(lambda: desk.axis.playhead > 6.0, timeout=WORK_MS)
    press(window, _Key.Key_Space)
    assert not desk.player.playing
    press(window, _Key.Key_S)

    # Loop from here.
    press(window, _Key.Key_L)
    assert desk.axis.looping
    assert desk.axis.loop is not None
    start, end = desk.axis.loop
    assert end - start == pytest.approx(16 * 60 / 104, rel=0.01)
    press(window, _Key.Key_L)
    assert not desk.axis.looping

    # Its notes.
    press(window, _Key.Key_N)
    qtbot.waitUntil(lambda: window.slot.take is not None, timeout=WORK_MS)
    take = window.slot.take
    assert take is not None
    assert window.slot.lane == "bass"
    before = len(take.notes)
    assert asked.count("hear") == 1

    # The threshold by arrows: other notes, the detector rests.
    press(window, _Key.Key_T)
    threshold = take.options.onset_threshold
    for _ in range(15):
        press(window, _Key.Key_Left)
    assert take.options.onset_threshold == pytest.approx(threshold - 0.15)
    assert len(take.notes) > before
    for _ in range(3):
        press(window, _Key.Key_Right, _SHIFT)
    assert len(take.notes) == before
    assert asked.count("hear") == 1

    # Edit a note, take it back, do it again.
    assert window.slot.roll is not None
    while QApplication.focusWidget() is not window.slot.roll:
        press(window, _Key.Key_F6)
    press(window, _Key.Key_PageDown)
    assert len(take.selection) == 1
    as_heard = take.notes
    press(window, _Key.Key_Up)
    assert sorted(take.notes.pitch) != sorted(as_heard.pitch)
    press(window, _Key.Key_Z, _CTRL)
    assert take.notes == as_heard
    press(window, _Key.Key_Z, _CTRL | _SHIFT)
    assert take.notes != as_heard
    edited = take.notes

    # Scores, and the suggestion.
    press(window, _Key.Key_R)
    qtbot.waitUntil(lambda: take.suggested is not None and take.measuring is None, timeout=WORK_MS)
    assert max(row.scores["agreement"] for row in take.rows) > 40
    press(window, _Key.Key_B)
    assert take.options.onset_threshold == pytest.approx(take.suggested)
    press(window, _Key.Key_Z, _CTRL)
    assert take.notes == edited

    # Export: four stems and the song.
    press(window, _Key.Key_E, _CTRL)
    sheet = window.pages.export
    assert sheet is not None
    qtbot.waitUntil(sheet.bar.go.isEnabled, timeout=WORK_MS)
    with qtbot.waitSignal(desk.exported, timeout=WORK_MS) as done:
        press(window, _Key.Key_Return, _CTRL)
    report = done.args[0]
    folder = Path(report["folder"])
    assert len(list((folder / "Stems").glob("*.wav"))) == 5
    written = read_midi(folder / "MIDI" / "demo - Bass.mid")
    assert sum(len(part.notes) for part in written.parts) == len(edited)
    press(window, _Key.Key_Escape)
    assert not sheet.is_open

    # To the clipboard as whole files.
    press(window, _Key.Key_C, _CTRL | _SHIFT)
    paths = [Path(url.toLocalFile()) for url in QGuiApplication.clipboard().mimeData().urls()]
    assert [path.name for path in paths] == ["demo - Bass.wav", "demo - Bass.mid"]
    bass = desk.song.lane("bass").wav
    assert bass is not None
    assert paths[0].read_bytes() == bass.read_bytes()

    # What was heard, once the recording is closed.
    window.close()
    with Wav(recording) as heard, Wav(bass) as stem:
        begin, count = round(0.1 * stem.sample_rate), round(5.0 * stem.sample_rate)
        sound, truth = heard.read(begin, count), stem.read(begin, count)
    assert heard.sample_rate == stem.sample_rate
    assert decibels(sound - truth, truth) < -90
