"""The take's panel: its header, its options, and the forms it takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from studio.errors import WriteError
from studio.gui import theme
from studio.gui.state.take import TakeModel
from studio.gui.tuning.grid_box import DIVISIONS
from studio.gui.tuning.take_panel import TakePanel
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Edit

LEFT = Qt.MouseButton.LeftButton


def candidates() -> Notes:
    """Strengths from 0.2 to 0.9, pitches 28 to 55, lengths 20 to 160 ms."""
    onset = np.arange(71) * 0.5
    length = np.resize(np.linspace(0.02, 0.16, 8), 71)
    pitch = np.resize(np.arange(28, 56), 71)
    return Notes.columns(onset, pitch, onset + length, 80, np.linspace(0.2, 0.9, 71))


@pytest.fixture
def take() -> TakeModel:
    take = TakeModel(stem("bass"), "basic_pitch", "bass", candidates())
    take.set_threshold(0.58)
    return take


@pytest.fixture
def midi(tmp_path: Path) -> Path:
    return tmp_path / "Bass.mid"


@pytest.fixture
def panel(dark: QApplication, qtbot: QtBot, take: TakeModel, midi: Path) -> Iterator[TakePanel]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1440, 900)
    panel = TakePanel(take, lambda: [midi], window)
    panel.set_roll(QWidget(), QWidget())
    panel.set_engine("Basic Pitch", "0.62 fits the recording best.")
    panel.setGeometry(232, 370, 1208, 510)
    window.show()
    yield panel
    window.close()


def button(panel: TakePanel, name: str) -> QAbstractButton:
    found = panel.findChild(QAbstractButton, name)
    assert found is not None
    return found


def text(panel: TakePanel, name: str) -> str:
    label = panel.findChild(QLabel, name)
    assert label is not None
    return label.text()


def click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, LEFT)


def test_the_header_says_whose_notes_these_are(panel: TakePanel) -> None:
    """Stem, what it was heard as, and by whom."""
    assert text(panel, "takeTitle") == "Bass notes"
    assert text(panel, "takeHeard") == "as Bass, by Basic Pitch"


def test_variants_stand_with_their_thresholds(
    panel: TakePanel, take: TakeModel, qtbot: QtBot
) -> None:
    """Another one is in use at a click; a new one is asked for."""
    chosen: list[str] = []
    panel.variant_chosen.connect(chosen.append)
    take.add_variant()
    take.set_threshold(0.62)
    assert [button(panel, k).text() for k in "AB"] == ["A 0.58", "B 0.62"]
    assert button(panel, "B").isChecked()

    click(qtbot, button(panel, "A"))
    with qtbot.waitSignal(panel.variant_asked):
        click(qtbot, button(panel, "+"))

    assert (take.letter, take.letters, chosen) == ("A", ["A", "B"], ["A"])
    assert button(panel, "+").accessibleName() == "New take from this one (Shift+A)"


def test_tools_and_grid_are_told(panel: TakePanel, qtbot: QtBot) -> None:
    """What was chosen, as the roll names it; both grids show the same."""
    tools: list[str] = []
    grids: list[float] = []
    panel.tool_chosen.connect(tools.append)
    panel.division_changed.connect(grids.append)
    for tool in ("draw", "split", "select"):
        click(qtbot, button(panel, tool))
    panel.header.grid.setFocus()
    qtbot.keyClick(panel.header.grid, Qt.Key.Key_Down)

    assert tools == ["draw", "split", "select"]
    assert grids == [pytest.approx(1 / 6)]
    assert panel.options.quantising.grid.division == panel.header.grid.division


def test_every_grid_has_its_name(panel: TakePanel) -> None:
    """A division set elsewhere is shown by its name, and says nothing."""
    grids: list[float] = []
    panel.division_changed.connect(grids.append)
    names = []
    for quarters, _ in DIVISIONS:
        panel.set_division(quarters)
        names.append(panel.header.grid.currentText())

    assert names == [f"Grid {name}" for _, name in DIVISIONS]
    assert grids == []


def test_the_crossfader_goes_from_stem_to_take(panel: TakePanel, qtbot: QtBot) -> None:
    """A slider by role, with its value in its name; what it is told it does not tell."""
    heard: list[float] = []
    panel.crossfade_changed.connect(heard.append)
    panel.header.set_crossfade(0.6)
    qtbot.keyClick(panel.header.fader, Qt.Key.Key_End)
    interface = QAccessible.queryAccessibleInterface(panel.header.fader)

    assert heard == [1.0]
    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Hear stem or take, 100 percent take"


def test_the_crossfader_waits_for_a_take_that_sounds(panel: TakePanel) -> None:
    """And says why."""
    panel.header.set_sounds(False)

    assert not panel.header.fader.isEnabled()
    assert panel.header.fader.toolTip() == "The take does not sound yet."


def test_the_chip_holds_the_midi_file(
    panel: TakePanel, take: TakeModel, midi: Path, qtbot: QtBot
) -> None:
    """Its words follow every step; a click copies the file."""
    take.set_threshold(0.8)
    chip = button(panel, "midiChip")
    assert chip.text() == "Bass.mid · 11 notes"
    assert chip.accessibleName() == "Drag or copy Bass.mid, 120.0 BPM, 11 notes"
    with qtbot.waitSignal(panel.chip_copy_asked) as copied:
        click(qtbot, chip)

    assert copied.args == [[midi]]


def test_a_chip_that_cannot_write_says_why(
    dark: QApplication, qtbot: QtBot, take: TakeModel
) -> None:
    """The error is the window’s to show."""

    def fail() -> list[Path]:
        raise WriteError(file="Bass.mid", reason="no space")

    panel = TakePanel(take, fail)
    qtbot.addWidget(panel)
    with qtbot.waitSignal(panel.chip_failed) as failed:
        click(qtbot, button(panel, "midiChip"))

    assert isinstance(failed.args[0], WriteError)


def test_it_is_closed_by_its_cross(panel: TakePanel, qtbot: QtBot) -> None:
    """Which has a name."""
    close = panel.findChild(QToolButton, "closeButton")
    assert close is not None
    assert close.accessibleName() == "Close the notes"
    with qtbot.waitSignal(panel.closed):
        click(qtbot, close)


def test_shortest_note_and_range_choose_notes_at_once(
    panel: TakePanel, take: TakeModel, qtbot: QtBot
) -> None:
    """By keys, each on its own slider; a range at its ends limits nothing."""
    qtbot.keyClick(panel.options.shortest, Qt.Key.Key_Right)
    assert take.options.shortest == pytest.approx(0.005)
    assert text(panel, "shortestText") == "5 ms"
    assert panel.options.shortest.accessibleName() == "Shortest note, 5 ms"
    qtbot.keyClick(panel.options.range.low_end, Qt.Key.Key_Right)
    assert (take.options.lowest_pitch, take.options.highest_pitch) == (29, 127)
    assert text(panel, "rangeText") == "F1 to G3"
    qtbot.keyClick(panel.options.range.low_end, Qt.Key.Key_Home)
    assert (take.options.lowest_pitch, take.options.highest_pitch) == (0, 127)


def test_options_follow_the_take_and_change_nothing_by_it(
    panel: TakePanel, take: TakeModel
) -> None:
    """Values beyond the sliders stay as they are."""
    take.set_options(shortest=0.5, lowest_pitch=10, highest_pitch=50)

    assert (take.options.shortest, take.options.lowest_pitch) == (0.5, 10)
    assert panel.options.shortest.value() == 300
    assert text(panel, "shortestText") == "500 ms"
    assert text(panel, "rangeText") == "E1 to D3"


def test_edited_notes_are_counted(panel: TakePanel, take: TakeModel) -> None:
    """They stay at any threshold, and the panel says so."""
    label = panel.findChild(QLabel, "editedNotes")
    assert label is not None
    assert not label.isVisible()
    for pitch in (40, 41, 42):
        note = Note(1.0, pitch, 1.5)
        take.apply([Edit("add", note.id, note)], "Add a note")

    assert label.isVisible()
    assert label.text() == "3 notes edited by hand. They stay at any threshold."


def test_ghosts_quantising_and_kind_are_told(panel: TakePanel, qtbot: QtBot) -> None:
    """What the roll and the worker do."""
    told: list[object] = []
    panel.ghosts_shown.connect(told.append)
    panel.quantise_changed.connect(lambda strength, swing: told.append((strength, swing)))
    panel.kind_chosen.connect(told.append)
    ghosts = panel.findChild(QCheckBox, "showGhosts")
    kind = panel.findChild(QComboBox, "kind")
    assert ghosts is not None
    assert kind is not None
    assert kind.currentText() == "Bass"

    qtbot.mouseClick(ghosts, LEFT, pos=QPoint(8, ghosts.height() // 2))
    box = panel.options.quantising
    click(qtbot, box.more)
    assert box.page.isVisible()
    qtbot.keyClick(box.swing, Qt.Key.Key_Right)
    qtbot.keyClick(box.strength, Qt.Key.Key_Left)
    qtbot.keyClick(box.page, Qt.Key.Key_Escape)
    assert not box.page.isVisible()
    qtbot.keyClick(kind, Qt.Key.Key_End)
    with qtbot.waitSignal(panel.quantise_asked):
        click(qtbot, button(panel, "quantise"))

    assert told == [False, (1.0, 0.05), (0.95, 0.05), "other"]


def test_who_heard_it_and_why(panel: TakePanel) -> None:
    """In a sentence each."""
    assert text(panel, "engine") == "Heard by Basic Pitch."
    assert text(panel, "why") == "0.62 fits the recording best."


@pytest.mark.parametrize(
    ("window", "form", "head", "bottom"),
    [
        (QSize(1440, 900), "usual", 232, 204),
        (QSize(1024, 640), "small", 184, 158),
        (QSize(1440, 720), "small", 184, 158),
        (QSize(1920, 1080), "wide", 264, 204),
    ],
)
def test_it_takes_the_form_of_its_window(
    panel: TakePanel, window: QSize, form: str, head: int, bottom: int
) -> None:
    """Head, keyboard and bottom have the sizes of the drawings; the roll gets the rest."""
    panel.window().resize(window)
    panel.resize(window.width() - 232, window.height() - 390)
    QApplication.processEvents()

    assert panel.form == form
    assert panel.options.width() + 34 == head
    assert panel.threshold.height() + 1 == bottom


def test_in_a_low_window_the_bottom_gives_way(panel: TakePanel) -> None:
    """At 1280 by 760 four lanes leave 366 px: 160 are the roll's, and nothing is cut off."""
    panel.window().resize(1280, 760)
    panel.setGeometry(232, 370, 1048, 366)
    QApplication.processEvents()
    shown = [row for row in panel.options.children() if isinstance(row, QWidget)]
    lowest = max(row.geometry().bottom() for row in shown if row.isVisible())

    assert panel.options.height() >= 160
    assert panel.threshold.geometry().height() + 1 == 164
    assert lowest < panel.options.height()


def test_threshold_table_and_plot_share_the_width(panel: TakePanel) -> None:
    """At 1440 the drawing's widths; in a wide window the threshold up to 960."""
    QApplication.processEvents()
    usual = (panel.threshold.width(), panel.fit.table.width() + 16, panel.fit.plot.width() + 28)
    panel.window().resize(1920, 1080)
    panel.setGeometry(264, 370, 1656, 600)
    QApplication.processEvents()

    assert usual == (570, 344, 292)
    assert panel.threshold.width() == 1656 - 2 - 2 * 348


def test_the_small_form_keeps_what_has_no_other_place(panel: TakePanel) -> None:
    """Tools have keys; the grid goes to the options; the chip says only its file."""
    panel.window().resize(1024, 640)
    panel.resize(980, 366)
    QApplication.processEvents()

    assert not panel.header.tools.isVisible()
    assert not panel.header.grid.isVisible()
    assert panel.options.quantising.grid.isVisibleTo(panel.options)
    assert button(panel, "midiChip").text() == "Bass.mid"
    assert panel.findChild(QWidget, "fitTabs").isVisible()  # type: ignore[union-attr]


def test_options_never_overlap(panel: TakePanel, take: TakeModel) -> None:
    """What has no room steps back, the reasons first; with room it is there again."""
    note = Note(1.0, 40, 1.5)
    take.apply([Edit("add", note.id, note)], "Add a note")
    options = panel.options
    label = panel.findChild(QLabel, "editedNotes")
    assert label is not None
    seen = []
    for height in (420, 260, 200, 164):
        panel.resize(panel.width(), height + 244)
        QApplication.processEvents()
        shown = [row for row in options.children() if isinstance(row, QWidget) and row.isVisible()]
        assert max(row.geometry().bottom() for row in shown) < options.height()
        seen.append((label.isVisible(), options.ghosts.isVisible()))

    assert seen[0] == (True, True)
    assert seen[-1] == (False, False)
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("is_dark", [True, False])
def test_both_palettes_render(qapp: QApplication, panel: TakePanel, is_dark: bool) -> None:
    """The panel's ground and the stem's colour over the header are those of the palette."""
    theme.apply(qapp, is_dark)
    QApplication.processEvents()
    picture = panel.grab().toImage()

    assert picture.pixelColor(600, 0) == theme.stem_colour(theme.current(), stem("bass"))
    assert picture.pixelColor(600, 34) == theme.current().panel


def test_all_that_takes_keys_has_a_name(panel: TakePanel) -> None:
    """Nothing that Tab reaches is silent."""
    silent = [
        widget.objectName()
        for widget in panel.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    ]

    assert silent == []


def test_the_take_outlives_its_panel(dark: QApplication, take: TakeModel) -> None:
    """A panel that is gone is told nothing any more."""
    panel = TakePanel(take, list)
    panel.deleteLater()
    QApplication.sendPostedEvents(panel, QEvent.Type.DeferredDelete.value)
    take.set_threshold(0.7)
    take.set_scores([], None, None, (1, 2))

    assert not isValid(panel)


def test_t_brings_the_keys_to_the_threshold(
    panel: TakePanel, take: TakeModel, qtbot: QtBot
) -> None:
    """From wherever they were."""
    with qtbot.waitActive(panel.window()):
        panel.window().activateWindow()
    panel.focus_threshold()
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Right)

    assert take.options.onset_threshold == 0.59


def test_a_kit_has_no_pitch_range(dark: QApplication, qtbot: QtBot) -> None:
    """Its numbers are pieces, not pitches."""
    take = TakeModel(stem("drums"), "onsets", "drums", candidates())
    panel = TakePanel(take, list)
    qtbot.addWidget(panel)
    panel.show()

    assert not panel.options.range.isVisible()
    assert panel.options.shortest.isVisible()
