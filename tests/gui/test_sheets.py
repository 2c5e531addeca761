"""Sheets: they hold the keyboard and give it back, and every choice can be made without a mouse."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import studio
from studio import settings
from studio.gui import theme
from studio.gui.sheets.about import AboutSheet, third_party
from studio.gui.sheets.first_start import FirstStart
from studio.gui.sheets.preferences import PreferencesSheet
from studio.gui.sheets.quality import ModelChoice, QualitySheet
from studio.gui.sheets.sheet import FULL_BELOW, WIDTH, Sheet
from studio.gui.sheets.shortcuts import Shortcut, ShortcutsSheet, of_actions

Key = Qt.Key


@pytest.fixture
def still(dark: QApplication) -> Any:
    """Nothing slides."""
    dark.setProperty("reduceMotion", True)
    yield dark
    dark.setProperty("reduceMotion", False)


class Room(QWidget):
    """A window with a field outside of the part that sheets cover."""

    def __init__(self) -> None:
        super().__init__()
        self.over = QWidget(self)
        self.outside = QLineEdit(self)
        self.resize(1400, 800)

    def resizeEvent(self, event: object) -> None:
        self.over.setGeometry(0, 40, self.width(), self.height() - 40)


@pytest.fixture
def room(qtbot: QtBot, still: QApplication) -> Room:
    room = Room()
    qtbot.addWidget(room)
    room.show()
    room.activateWindow()
    room.outside.setFocus()
    return room


def plain(room: Room) -> tuple[Sheet, list[QWidget]]:
    """A sheet with two fields and a button in the bar below."""
    sheet = Sheet(room.over, "Title", "About")
    parts: list[QWidget] = [QLineEdit(), QLineEdit()]
    for part in parts:
        sheet.body.addWidget(part)
    button = QPushButton("Go")
    sheet.foot.addWidget(button)
    sheet.foot_bar.show()
    return sheet, [*parts, button]


def test_a_sheet_takes_the_keyboard_and_gives_it_back(qtbot: QtBot, room: Room) -> None:
    """Esc closes it, from wherever in it."""
    sheet, parts = plain(room)
    with qtbot.waitSignal(sheet.opened):
        sheet.open()
    assert parts[0].hasFocus()
    with qtbot.waitSignal(sheet.closed):
        QTest.keyClick(parts[0], Key.Key_Escape)
    assert not sheet.isVisible()
    assert room.outside.hasFocus()


def test_tab_goes_round_inside(room: Room) -> None:
    """Both ways, over the bar below and the cross."""
    sheet, parts = plain(room)
    sheet.open()
    want = [parts[1], parts[2], sheet.cross, parts[0]]
    for widget in want:
        QTest.keyClick(room.focusWidget(), Key.Key_Tab)
        assert room.focusWidget() is widget
    QTest.keyClick(room.focusWidget(), Key.Key_Backtab)
    assert room.focusWidget() is sheet.cross


def test_plain_keys_are_the_sheets_and_others_the_windows(room: Room) -> None:
    """No letter acts on a lane one does not see; Ctrl and F keys go on working."""
    sheet, parts = plain(room)
    heard: list[str] = []
    keep = []
    for keys in ("M", "Space", "Escape", "Ctrl+E", "F6"):
        shortcut = QShortcut(QKeySequence(keys), room)
        shortcut.activated.connect(lambda k=keys: heard.append(k))
        keep.append(shortcut)
    sheet.open()
    button = parts[2]
    button.setFocus()
    QTest.keyClick(button, Key.Key_M)
    QTest.keyClick(button, Key.Key_Space)
    QTest.keyClick(button, Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(button, Key.Key_F6)
    QTest.keyClick(button, Key.Key_Escape)

    assert heard == ["Ctrl+E", "F6"]
    assert not sheet.is_open


def test_a_sheet_is_620_wide_or_all_of_a_small_window(room: Room) -> None:
    """At the trailing edge; it follows the window."""
    sheet, _parts = plain(room)
    sheet.open()
    assert sheet.panel.geometry().getRect() == (1400 - WIDTH, 0, WIDTH, 760)
    room.resize(FULL_BELOW - 1, 640)
    assert sheet.panel.geometry().getRect() == (0, 0, FULL_BELOW - 1, 600)


def test_a_click_beside_it_closes_and_one_on_it_does_not(room: Room) -> None:
    """What lies below is not clicked."""
    sheet, _parts = plain(room)
    sheet.open()
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=QPoint(1000, 300))
    assert sheet.is_open
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    assert not sheet.is_open


def test_it_slides_in_160_ms_unless_nothing_is_to_move(
    qtbot: QtBot, room: Room, still: QApplication
) -> None:
    """And is there at once for the keyboard."""
    still.setProperty("reduceMotion", False)
    sheet, parts = plain(room)
    sheet.open()
    assert sheet.panel.x() == room.width()
    assert parts[0].hasFocus()
    qtbot.waitUntil(lambda: sheet.panel.x() == room.width() - WIDTH, timeout=2000)
    sheet.close_sheet()
    assert not sheet.is_open
    qtbot.waitUntil(lambda: not sheet.isVisible(), timeout=2000)


def test_a_sheet_is_a_dialog_with_a_name(room: Room) -> None:
    """To a screen reader; to nobody else."""
    sheet, _parts = plain(room)
    sheet.open()
    interface = QAccessible.queryAccessibleInterface(sheet.panel)
    assert interface.role() == QAccessible.Role.Dialog
    assert interface.text(QAccessible.Text.Name) == "Title"


def test_preferences_keep_what_is_chosen(qtbot: QtBot, room: Room) -> None:
    """In settings.toml, at once; the sheet shows what holds when it opens."""
    sheet = PreferencesSheet(room.over)
    sheet.open()
    assert sheet.looks.choice() == "system"
    with qtbot.waitSignal(sheet.changed) as changed:
        sheet.looks.part("light").click()
    assert changed.args == ["theme", "light"]
    QTest.keyClick(sheet.letters, Key.Key_Space)
    QTest.keyClick(sheet.motion, Key.Key_Space)
    sheet.format.part("flac").click()
    sheet.set_audio_devices(["Scarlett 2i2"])
    sheet.output.setFocus()
    QTest.keyClick(sheet.output, Key.Key_Down)

    kept = settings.load()
    assert kept["theme"] == "light"
    assert (kept["letter_keys"], kept["reduce_motion"]) == ("off", "on")
    assert kept["audio_format"] == "flac"
    assert kept["audio_device"] == "Scarlett 2i2"
    again = PreferencesSheet(room.over)
    again.open()
    assert (again.looks.choice(), again.letters.isChecked()) == ("light", False)
    assert again.output.currentText() == "Scarlett 2i2 (not here now)"


def test_a_preference_that_cannot_be_kept_says_why(qtbot: QtBot, room: Room) -> None:
    """The damaged file is left as it is."""
    file = settings.settings_file()
    file.parent.mkdir(parents=True)
    file.write_text("theme = ")
    sheet = PreferencesSheet(room.over)
    sheet.open()
    assert sheet._error is not None
    with qtbot.assertNotEmitted(sheet.changed):
        sheet.looks.part("dark").click()
    assert "cannot be used" in sheet._error.accessibleName()
    assert file.read_text() == "theme = "


def test_what_was_refused_is_not_shown_as_chosen(room: Room) -> None:
    """What holds is; and the card is gone once all is well again."""
    sheet = PreferencesSheet(room.over)
    sheet.open()
    sheet.looks.part("light").click()
    file = settings.settings_file()
    kept = file.read_text()
    file.write_text("theme = ")
    sheet.letters.click()
    sheet.looks.part("dark").click()
    sheet.daw.setCurrentIndex(3)
    sheet.daw.activated.emit(3)
    assert sheet._error is not None
    assert sheet.letters.isChecked()
    assert (sheet.looks.choice(), sheet.daw.currentData()) == ("system", "any")
    sheet.close_sheet()
    file.write_text(kept)
    sheet.open()
    assert sheet._error is None
    assert sheet.looks.choice() == "light"


def test_the_daw_is_chosen_once(qtbot: QtBot, room: Room) -> None:
    """Here as in the export."""
    sheet = PreferencesSheet(room.over)
    sheet.open()
    sheet.daw.setFocus()
    with qtbot.waitSignal(sheet.changed) as changed:
        QTest.keyClick(sheet.daw, Key.Key_Down)
    assert changed.args == ["daw", "studio-one"]
    assert settings.load()["daw"] == "studio-one"


def quality(room: Room) -> QualitySheet:
    sheet = QualitySheet(room.over, lambda model, device, overlap: f"{model} {device} {overlap}")
    sheet.set_models(
        [
            ModelChoice("classical", "Rough, in seconds", "Four stems"),
            ModelChoice("htdemucs", "Best", "Four stems", False, "Add its weights"),
        ]
    )
    row = {"memory_mb": 0, "gflops": None}
    cpu = {"id": "cpu", "label": "CPU", "usable": True, "reason": "", "command": ""}
    cuda = {"id": "cuda", "label": "Card", "usable": False, "reason": "none", "command": "pip x"}
    sheet.set_devices([row | cpu, row | cuda])
    return sheet


def test_quality_says_the_cost_before_it_is_chosen(qtbot: QtBot, room: Room) -> None:
    """And keeps model, device and overlap together."""
    sheet = quality(room)
    sheet.open()
    assert sheet.said.text() == "classical auto 0.25"
    QTest.keyClick(sheet.devices["cpu"], Key.Key_Space)
    sheet.overlap.part("smooth").click()
    assert sheet.said.text() == "classical cpu 0.5"
    with qtbot.waitSignal(sheet.chosen) as chosen:
        sheet.use.click()
    assert chosen.args == [{"model": "classical", "device": "cpu", "overlap": 0.5}]
    assert settings.load()["device"] == "cpu"
    assert not sheet.is_open


def test_what_cannot_be_used_says_why(qtbot: QtBot, room: Room) -> None:
    """A model without weights, a device with a reason and the command that adds it."""
    sheet = quality(room)
    assert not sheet.models["htdemucs"].isEnabled()
    assert sheet.models["htdemucs"].accessibleDescription() == "Four stems Add its weights"
    assert not sheet.devices["cuda"].isEnabled()
    assert sheet.devices["cuda"].accessibleDescription() == "none"
    copy = sheet.findChild(QPushButton, "copyCommand")
    with qtbot.waitSignal(sheet.copy_asked) as copied:
        copy.click()
    assert copied.args == ["pip x"]


def test_the_models_are_those_of_the_tables(room: Room) -> None:
    """Nothing is listed by hand."""
    sheet = QualitySheet(room.over)
    assert list(sheet.models) == ["classical", "stems", "htdemucs", "htdemucs_6s"]
    assert sheet.models["classical"].isEnabled()
    assert sheet.models["stems"].isEnabled()
    assert not sheet.models["htdemucs"].isEnabled()


def test_about_shows_version_and_licences(room: Room) -> None:
    """Qt's licence among them."""
    sheet = AboutSheet(room.over)
    sheet.open()
    assert studio.__version__ in sheet.about.text()
    assert "LGPL" in sheet.page.toPlainText()
    assert third_party().startswith("# Third-party")


def test_shortcuts_are_those_of_the_actions_and_can_be_searched(room: Room) -> None:
    """By what they do and by key."""
    actions = [QAction("Export…", room), QAction("Silent", room), QAction("Redo", room)]
    actions[0].setShortcut(QKeySequence("Ctrl+E"))
    actions[2].setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
    found = of_actions(actions)
    assert found == [Shortcut("Export", ("Ctrl+E",)), Shortcut("Redo", ("Ctrl+Shift+Z", "Ctrl+Y"))]

    sheet = ShortcutsSheet(room.over)
    sheet.set_groups([("File", found), ("None", []), ("View", [Shortcut("Zoom", ("Ctrl+wheel",))])])
    sheet.open()
    assert sheet.field.hasFocus()
    assert len(sheet.groups) == 2
    QTest.keyClicks(sheet.field, "ctrl+y")
    rows = [row for group in sheet.groups for row in group.rows]
    assert [row.isVisibleTo(sheet) for row in rows] == [False, True, False]
    QTest.keyClicks(sheet.field, "?")
    assert sheet.nothing.text() == "No shortcut with “ctrl+y?”."


def test_the_first_page_asks_for_songs(qtbot: QtBot, still: QApplication) -> None:
    """Two buttons, three facts; what was not measured is not claimed."""
    page = FirstStart()
    qtbot.addWidget(page)
    page.resize(1208, 796)
    page.show()
    with qtbot.waitSignal(page.open_asked):
        QTest.keyClick(page.open, Key.Key_Space)
    with qtbot.waitSignal(page.demo_asked):
        QTest.mouseClick(page.demo, Qt.MouseButton.LeftButton)
    assert not page._machine._heading.isVisible()
    page.set_machine("Runs on the CPU here, 8 threads", "Measured just now: 1.8 times faster.")
    assert page._machine._heading.isVisible()
    page.resize(760, 480)
    assert page.open.isVisible()


def test_every_sheet_is_drawn_in_both_palettes(room: Room, still: QApplication) -> None:
    """Without a complaint of Qt, also after the palette has changed."""
    sheets = [PreferencesSheet(room.over), quality(room), AboutSheet(room.over)]
    for dark in (True, False):
        theme.apply(still, dark)
        for sheet in sheets:
            sheet.open()
            picture = sheet.grab().toImage()
            place = sheet.panel.geometry().topLeft() + QPoint(6, 6)
            assert picture.pixelColor(place) == theme.current().panel
            sheet.close_sheet()
    theme.apply(still, True)
