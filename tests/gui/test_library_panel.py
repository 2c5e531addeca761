"""The library on the left, by keys and mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.library.model import Library
from studio.gui.library.panel import RAIL, WIDE, WIDTH, LibraryPanel
from studio.gui.library.rows import action_rect

Key, Mouse = Qt.Key, Qt.MouseButton


@pytest.fixture
def library(qtbot: QtBot) -> Library:
    library = Library()
    for name in ("Harbour Lights", "Night Ferry", "Small Hours"):
        library.add(name, source=Path(f"/music/{name}.wav"))
    library.update("1", state="separating", fraction=0.36, left=78.0)
    library.update("2", left=120.0)
    library.update("3", state="stopped", fraction=0.61)
    yield library
    library.close()


@pytest.fixture
def panel(qtbot: QtBot, dark: QApplication, library: Library) -> LibraryPanel:
    window = QWidget()
    qtbot.addWidget(window)
    panel = LibraryPanel(library)
    other = QLineEdit()
    row = QHBoxLayout(window)
    row.addWidget(panel)
    row.addWidget(other)
    window.resize(800, 600)
    window.show()
    window.activateWindow()
    panel.keep = (window, other)  # type: ignore[attr-defined] # as long as the panel
    return panel


def place(panel: LibraryPanel, row: int) -> QPoint:
    songs = panel.page.list
    return songs.visualRect(songs.found.index(row, 0)).topLeft() + QPoint(40, 12)


def icon(panel: LibraryPanel, row: int) -> QPoint:
    songs = panel.page.list
    area = songs.visualRect(songs.found.index(row, 0))
    return action_rect(area, Qt.LayoutDirection.LeftToRight).center()


def click(panel: LibraryPanel, at: QPoint) -> None:
    QTest.mouseClick(panel.page.list.viewport(), Mouse.LeftButton, pos=at)


def test_a_click_or_enter_chooses_a_song(qtbot: QtBot, panel: LibraryPanel) -> None:
    """By its id."""
    with qtbot.waitSignal(panel.chosen) as chosen:
        click(panel, place(panel, 1))
    assert chosen.args == ["2"]
    panel.page.list.setFocus()
    QTest.keyClick(panel.page.list, Key.Key_Down)
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.keyClick(panel.page.list, Key.Key_Return)
    assert chosen.args == ["3"]


def test_the_icon_acts_without_choosing(qtbot: QtBot, panel: LibraryPanel) -> None:
    """A cross cancels, the arrow tries again; neither opens the song."""
    with qtbot.assertNotEmitted(panel.chosen):
        with qtbot.waitSignal(panel.cancel_asked) as cancelled:
            click(panel, icon(panel, 0))
        with qtbot.waitSignal(panel.retry_asked) as again:
            click(panel, icon(panel, 2))
    assert (cancelled.args, again.args) == (["1"], ["3"])


def test_alt_and_arrows_order_the_queue(panel: LibraryPanel, library: Library) -> None:
    """Where dragging is not possible; not among songs that were searched."""
    songs = panel.page.list
    songs.setFocus()
    songs.setCurrentIndex(songs.found.index(0, 0))

    QTest.keyClick(songs, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [entry.id for entry in library] == ["2", "1", "3"]
    assert songs.currentIndex().row() == 1
    panel.page.field.setText("Harbour")
    QTest.keyClick(songs, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [entry.id for entry in library] == ["2", "1", "3"]
    nowhere = songs.rootIndex()
    assert not songs.found.moveRows(nowhere, 0, 1, nowhere, 1)
    panel.page.field.clear()
    assert songs.found.moveRows(nowhere, 0, 1, nowhere, 2)
    assert [entry.id for entry in library] == ["1", "2", "3"]


def test_delete_asks_and_the_menu_offers_what_fits(qtbot: QtBot, panel: LibraryPanel) -> None:
    """Nothing is removed by the list itself."""
    songs = panel.page.list
    songs.setFocus()
    songs.setCurrentIndex(songs.found.index(2, 0))
    with qtbot.waitSignal(panel.remove_asked) as removed:
        QTest.keyClick(songs, Key.Key_Delete)
    assert removed.args == ["3"]

    menu = songs.menu(panel.page.library.entry("1"))
    able = {a.text().partition("\t")[0]: a.isEnabled() for a in menu.actions() if a.text()}
    assert able["Cancel"]
    assert not able["Try again"]
    assert able["Show in folder"]
    actions = {a.text(): a for a in menu.actions()}
    with qtbot.waitSignal(panel.show_asked):
        actions["Show in folder"].trigger()


def test_keys_of_the_list_are_not_the_windows(qtbot: QtBot, panel: LibraryPanel) -> None:
    """Up, Down, Enter and Delete belong to the region with the focus; other keys go on."""
    heard: list[str] = []
    keep = []
    for keys in ("Up", "Del", "Alt+Down", "M"):
        shortcut = QShortcut(QKeySequence(keys), panel.window())
        shortcut.activated.connect(lambda k=keys: heard.append(k))
        keep.append(shortcut)
    panel.page.list.setFocus()
    for key in (Key.Key_Up, Key.Key_Delete, Key.Key_M):
        QTest.keyClick(panel.page.list, key)
    QTest.keyClick(panel.page.list, Key.Key_Down, Qt.KeyboardModifier.AltModifier)

    assert heard == ["M"]


def test_search_finds_by_title(panel: LibraryPanel) -> None:
    """And says what was not found, and how to see all again."""
    panel.page.field.setText("ferry")
    assert panel.page.list.found.rowCount() == 1
    panel.page.field.setText("ferri")
    words = panel.page.area.words
    assert words.text() == "No song called “ferri”. Clear the search to see all 3."
    assert words.isVisible()
    panel.page.field.clear()
    assert not words.isVisible()


def test_an_empty_library_says_what_belongs_there(qtbot: QtBot, panel: LibraryPanel) -> None:
    """The words of the drawing."""
    for song in ("1", "2", "3"):
        panel.page.library.remove(song)
    want = "Songs you drop appear here and stay until you remove them."
    assert panel.page.area.words.text() == want
    assert panel.page.heading.accessibleName() == "Songs, 0"


def test_the_place_to_drop_says_when_all_is_done(panel: LibraryPanel) -> None:
    """78 s and 120 s are three minutes; hidden where there is no room."""
    hint = panel.page.area.hint
    assert hint.isVisible()
    assert hint.accessibleName() == "Drop more songs here.\nAll done in about 3 min."
    panel.window().resize(800, 260)
    assert not hint.isVisible()


def test_the_list_and_its_rows_speak(panel: LibraryPanel) -> None:
    """List, list items, and the state as text."""
    interface = QAccessible.queryAccessibleInterface(panel.page.list)
    assert interface.role() == QAccessible.Role.List
    row = interface.child(0)
    assert row.role() == QAccessible.Role.ListItem
    want = "Harbour Lights, separating, 36 percent, 1 minute 18 left"
    assert row.text(QAccessible.Text.Name) == want


def test_the_footer_says_cost_and_asks_why(qtbot: QtBot, panel: LibraryPanel) -> None:
    """The link is reached by the keyboard too."""
    panel.set_quality("Four stems", "About 2 min on this CPU.", "No usable graphics card.")
    text = panel.page.footer.text
    assert text.accessibleName() == (
        "Four stems. About 2 min on this CPU. No usable graphics card. Why?"
    )
    assert text.focusPolicy() & Qt.FocusPolicy.TabFocus
    with qtbot.waitSignal(panel.why_asked):
        text.linkActivated.emit("why")
    panel.set_quality("Four stems", "About 2 min on this CPU.")
    with qtbot.waitSignal(panel.quality_asked):
        text.linkActivated.emit("change")
    with qtbot.waitSignal(panel.quality_asked):
        QTest.mouseClick(panel.page.footer.heading, Mouse.LeftButton)


def test_the_rail_opens_over_the_lanes_and_folds(qtbot: QtBot, panel: LibraryPanel) -> None:
    """By choosing a song, by Esc, and when the focus goes elsewhere."""
    _window, other = panel.keep  # type: ignore[attr-defined]
    assert panel.width() == WIDTH
    panel.set_wide(True)
    assert panel.width() == WIDE
    panel.set_wide(False)
    panel.set_rail(True)
    assert panel.width() == RAIL
    assert not panel.page.isVisible()

    panel.rail.songs.click()
    assert panel.page.isVisible()
    assert panel.page.geometry().left() == panel.mapTo(panel.window(), QPoint(RAIL, 0)).x()
    assert panel.page.height() == panel.height()
    assert panel.page.list.hasFocus()
    QTest.keyClick(panel.page.list, Key.Key_Escape)
    assert not panel.page.isVisible()
    assert panel.rail.songs.hasFocus()

    panel.toggle()
    click(panel, place(panel, 1))
    assert not panel.page.isVisible()

    panel.rail.search.click()
    assert panel.page.field.hasFocus()
    other.setFocus()
    assert not panel.page.isVisible()

    panel.set_rail(False)
    assert panel.page.isVisible()
    assert panel.width() == WIDTH


def test_light_and_dark_are_drawn(qtbot: QtBot, panel: LibraryPanel, library: Library) -> None:
    """Every state in both palettes, without a complaint of Qt; the opened row is marked."""
    from studio.gui import theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    library.update("2", state="unreadable")
    panel.set_opened("1")
    for dark in (False, True):
        theme.apply(app, dark)
        picture = panel.grab().toImage()
        row = panel.page.list.visualRect(panel.page.list.found.index(0, 0))
        mark = panel.page.list.viewport().mapTo(panel, row.topLeft() + QPoint(1, 20))
        assert picture.pixelColor(mark) == theme.current().accent
