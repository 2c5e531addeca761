"""The bar on top: what it shows, what it says, and that the time repaints itself alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.state.mixer import Mixer
from studio.gui.transport import ACTIONS, HEIGHT, SMALL_HEIGHT, TransportBar


@pytest.fixture
def bar(qtbot: QtBot, dark: QApplication, tmp_path: Path) -> TransportBar:
    window = QWidget()
    qtbot.addWidget(window)
    actions = {name: QAction(name.capitalize(), window) for name in ACTIONS}
    actions["play"].setShortcut(QKeySequence("Space"))
    actions["export"].setText("Export…")
    bar = TransportBar(actions, Mixer(window), lambda: [tmp_path / "a.wav"], window)
    bar.resize(1280, HEIGHT)
    window.resize(1280, 100)
    window.show()
    bar.keep = window  # type: ignore[attr-defined] # as long as the bar
    bar.given = actions  # type: ignore[attr-defined]
    return bar


def test_buttons_are_the_actions(qtbot: QtBot, bar: TransportBar) -> None:
    """Pressed by mouse or key they trigger; disabled actions are disabled buttons."""
    for name in ("library", "start", "play", "loop", "undo", "redo"):
        button = bar.findChild(QToolButton, f"transport_{name}")
        with qtbot.waitSignal(bar.given[name].triggered):
            button.click()
    with qtbot.waitSignal(bar.given["export"].triggered):
        QTest.mouseClick(bar.export, Qt.MouseButton.LeftButton)
    bar.given["export"].setEnabled(False)
    assert not bar.export.isEnabled()
    interface = QAccessible.queryAccessibleInterface(bar.export)
    assert interface.role() == QAccessible.Role.Button
    assert interface.text(QAccessible.Text.Name) == "Export"


def test_play_says_what_it_does_next(bar: TransportBar) -> None:
    """Play or pause, with its key in the tooltip."""
    play = bar.findChild(QToolButton, "transport_play")
    assert (play.accessibleName(), play.toolTip()) == ("Play", "Play (Space)")
    bar.set_playing(True)
    assert (play.accessibleName(), play.toolTip()) == ("Pause", "Pause (Space)")


@pytest.mark.parametrize(
    ("seconds", "place", "name"),
    [
        (66.3, (27, 3, 10), "Position 1 minute 6, bar 27"),
        (0.0, None, "Position 0 seconds"),
        (37.43, (1, 1, 99), "Position 37 seconds, bar 1"),
        (3726.0, None, "Position 62 minutes 6"),
    ],
)
def test_the_time_is_spoken(
    bar: TransportBar, seconds: float, place: tuple[int, int, int] | None, name: str
) -> None:
    """As static text, once a second at most."""
    bar.set_time(seconds + 1000, None)
    bar.set_time(seconds, place)

    assert bar.time.accessibleName() == name
    interface = QAccessible.queryAccessibleInterface(bar.time)
    assert interface.role() == QAccessible.Role.StaticText


class Paints(QObject):
    """Counts who is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[QObject] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.seen.append(watched)
        return False


def test_a_frame_repaints_the_time_alone_and_only_changes(qtbot: QtBot, bar: TransportBar) -> None:
    """The bar below it is redrawn in the rectangle of the time at most."""
    bar.set_time(1.0, (1, 1, 0))
    QApplication.processEvents()
    paints = Paints()
    others = [bar.title, bar.volume, bar.export]
    for widget in (bar.time, *others):
        widget.installEventFilter(paints)

    bar.set_time(1.0, (1, 1, 0))
    QApplication.processEvents()
    assert paints.seen == []
    bar.set_time(1.016, (1, 1, 3))
    QApplication.processEvents()
    assert set(paints.seen) == {bar.time}


def test_a_longer_time_gets_the_room_it_needs(bar: TransportBar) -> None:
    """An hour is three figures more; below, nothing moves."""
    bar.set_time(1.0, None)
    short = bar.time.width()
    bar.set_time(599.0, None)
    assert bar.time.width() == short
    bar.set_time(600.5, (200, 1, 0))
    ten = bar.time.width()
    assert ten > short
    bar.set_time(4000.0, None)
    assert bar.time.width() > ten


def test_the_volume_is_the_mixers(bar: TransportBar) -> None:
    """Both ways, and spoken in decibels."""
    mixer = bar._mixer
    bar.volume.setValue(-15)
    assert mixer.master_db == -1.5
    mixer.set_master(-6.0)
    assert bar.volume.value() == -60
    assert bar.volume.accessibleName() == "Master volume, −6.0 dB"


def test_the_chip_carries_all_files(qtbot: QtBot, bar: TransportBar, tmp_path: Path) -> None:
    """Hidden before there are any; a click copies them."""
    assert not bar.chip.isVisible()
    bar.set_chip("All stems + MIDI")
    assert bar.chip.isVisible()
    assert bar.chip.accessibleName() == "Drag or copy All stems + MIDI"
    with qtbot.waitSignal(bar.copy_asked) as copied:
        QTest.keyClick(bar.chip, Qt.Key.Key_Return)
    assert copied.args == [[tmp_path / "a.wav"]]


def test_small_is_lower_and_without_the_master(bar: TransportBar) -> None:
    """46 px; the chip says only "All"."""
    bar.set_chip("All stems")
    bar.set_small(True)
    assert bar.height() == SMALL_HEIGHT
    assert not bar.volume.isVisible()
    assert bar.chip.text() == "All"
    bar.set_small(False)
    assert (bar.height(), bar.chip.text()) == (HEIGHT, "All stems")
    assert bar.volume.isVisible()


def test_without_a_song_it_says_so(bar: TransportBar) -> None:
    """And the time is an aside."""
    assert bar.title.text() == "No song open"
    assert not bar.time.isEnabled()
    bar.set_song("Harbour Lights", "Northbound Line · 3:42")
    assert bar.title.text() == "Harbour Lights"
    assert bar.line.toolTip() == "Northbound Line · 3:42"
    assert bar.time.isEnabled()
    bar.grab()
