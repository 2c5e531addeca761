"""The note list: what the roll shows, in words; one selection for both."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.roll.note_list import NoteList
from studio.gui.roll.note_model import NoteModel
from studio.gui.roll.roll_view import RollView
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.music.notes import Note, Notes
from studio.music.stem import stem

NOTES = [
    Note(1.0, 48, 1.5, 80, 0.875),
    Note(2.0, 52, 2.25, 60, 0.75),
    Note(66.3, 60, 67.0, 50, 0.25),
]


@pytest.fixture
def shown(qtbot: QtBot, dark: QApplication) -> NoteList:
    """The list of a bass, seen."""
    model = TakeModel(stem("bass"), "spectral", "bass", Notes.of(NOTES))
    axis = TimeAxis()
    axis.load(100.0)
    roll = RollView(axis, model)
    qtbot.addWidget(roll)
    made = NoteList(roll.acts)
    made.roll = roll  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show()
    return made


def cells(model: QAbstractItemModel) -> list[list[str]]:
    """The words of all cells."""
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def take(shown: NoteList) -> TakeModel:
    """What it shows."""
    model = shown._acts.model
    assert model is not None
    return model


def test_every_note_and_ghost_has_a_row(shown: NoteList) -> None:
    """Start, pitch, length, velocity, strength, kept."""
    assert cells(shown.notes) == [
        ["0:01.00", "C3", "0.50 s", "80", "0.88", "kept"],
        ["0:02.00", "E3", "0.25 s", "60", "0.75", "kept"],
        ["1:06.30", "C4", "0.70 s", "50", "0.25", "ghost"],
    ]

    shown.notes.set_ghosts_shown(False)
    assert shown.notes.rowCount() == 2


def test_the_model_keeps_the_rules_of_qt(shown: NoteList) -> None:
    """Also while notes come and go."""
    model = NoteModel(take(shown))
    tester = QAbstractItemModelTester(model)

    take(shown).set_threshold(0.8)
    take(shown).set_threshold(0.1)

    assert model.rowCount() == 3
    assert tester.model() is model


def test_the_selection_is_one(shown: NoteList) -> None:
    """Rows selected are notes selected, and the other way round."""
    shown.selectRow(1)
    assert take(shown).selection == {NOTES[1].id}

    take(shown).select([NOTES[0].id, NOTES[2].id])
    rows = [index.row() for index in shown.selectionModel().selectedRows()]
    assert sorted(rows) == [0, 2]


def test_the_selection_survives_a_change_of_the_threshold(shown: NoteList) -> None:
    """A note that becomes a ghost stays selected."""
    shown.selectRow(1)

    take(shown).set_threshold(0.8)

    assert [index.row() for index in shown.selectionModel().selectedRows()] == [1]
    assert cells(shown.notes)[1][5] == "ghost"


def test_keys_act_on_the_selected_rows(shown: NoteList, qtbot: QtBot) -> None:
    """Delete makes a ghost, K keeps one; Enter plays from there."""
    shown.selectRow(0)
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert cells(shown.notes)[0][5] == "ghost"

    shown.selectRow(2)
    qtbot.keyClick(shown, Qt.Key.Key_K)
    assert cells(shown.notes)[2][5] == "by hand"

    shown.selectionModel().setCurrentIndex(
        shown.notes.index(2, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    with qtbot.waitSignal(shown.seek_asked) as asked:
        qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert asked.args == [66.3]


def test_a_screen_reader_meets_a_table(shown: NoteList) -> None:
    """Its name counts the notes."""
    assert shown.accessibleName() == "Notes of Bass, 2"
    assert QGuiApplication.instance() is not None
    interface = QAccessible.queryAccessibleInterface(shown)
    assert interface.role() == QAccessible.Role.Table


def test_a_hidden_list_costs_nothing(shown: NoteList) -> None:
    """It reads the notes when it is seen again."""
    shown.hide()
    assert shown.notes.rowCount() == 0

    take(shown).select([NOTES[0].id])
    shown.show()

    assert shown.notes.rowCount() == 3
    assert [index.row() for index in shown.selectionModel().selectedRows()] == [0]
