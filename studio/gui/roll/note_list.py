"""The note list: the same notes and the same selection as the roll, as a table."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from studio.gui import theme
from studio.gui.roll import told
from studio.gui.roll.acts import Acts
from studio.gui.roll.note_model import KEPT, NoteModel
from studio.gui.state.take import TakeModel

_ROW = 24
_WIDTHS = (84, 64, 72, 72, 72, 72)


class NoteList(QTableView):
    """Notes and ghosts in rows; Delete, K and + − act on the selected ones as in the roll.

    Signals:
        seek_asked(seconds): Enter or a double click on a row: the music is to go there.
    """

    seek_asked = Signal(float)

    def __init__(self, acts: Acts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._acts = acts
        self._model: TakeModel | None = None
        self._telling = False
        self.notes = NoteModel(parent=self)
        self.setModel(self.notes)
        self.setObjectName("noteList")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.setFont(theme.font(theme.SMALL))
        self.selectionModel().selectionChanged.connect(self._chosen)
        self.notes.modelReset.connect(self._show_selection)
        self.doubleClicked.connect(self._seek)
        self.set_model(acts.model)

    def set_model(self, model: TakeModel | None) -> None:
        """The notes of another take."""
        if self._model is not None:
            self._model.changed.disconnect(self._renamed)
            self._model.selection_changed.disconnect(self._show_selection)
        self._model = model
        self.notes.set_model(model if self.isVisible() else None)
        if model is not None:
            model.changed.connect(self._renamed)
            model.selection_changed.connect(self._show_selection)
        self._renamed()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the notes: while the list is hidden it costs nothing."""
        super().showEvent(event)
        self.notes.set_model(self._model)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let the notes go."""
        super().hideEvent(event)
        self.notes.set_model(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is done to notes, and Enter; all else moves in the table."""
        act = {
            Qt.Key.Key_Delete: self._acts.delete,
            Qt.Key.Key_Backspace: self._acts.delete,
            Qt.Key.Key_K: self._acts.keep,
            Qt.Key.Key_Return: self._seek,
            Qt.Key.Key_Enter: self._seek,
        }.get(Qt.Key(event.key()))
        if act is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            act()
        else:
            super().keyPressEvent(event)

    def _seek(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            self.seek_asked.emit(self.notes.note(index.row()).onset)

    def _renamed(self) -> None:
        self.setAccessibleName(told.name_of(self._model))

    def _chosen(self) -> None:
        """The user selected rows: the roll shows the same notes selected."""
        if self._model is None or self._telling:
            return
        rows = self.selectionModel().selectedRows()
        self._telling = True
        self._model.select(self.notes.note(index.row()).id for index in rows)
        self._telling = False

    def _show_selection(self) -> None:
        """The roll's selection changed, or the rows did."""
        if self._model is None or self._telling:
            return
        selection = QItemSelection()
        rows = self.notes.rows_of(self._model.selection)
        for first, last in _runs(rows):
            selection.select(self.notes.index(first, 0), self.notes.index(last, KEPT))
        self._telling = True
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(selection, flag)
        if rows:
            top = self.notes.index(rows[0], 0)
            self.selectionModel().setCurrentIndex(top, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(top)
        self._telling = False


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """The first and the last of each row of rising neighbours."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
