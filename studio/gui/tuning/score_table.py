"""How well each threshold and each take fits, as a table; the one in use is marked.

Enter uses a line. Space hears it: the same key goes back to what was in use before.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from studio.gui import words
from studio.gui.state.take import TakeModel
from studio.gui.tuning.reading import Line, Table
from studio.gui.tuning.score_paint import LineDelegate, ScoreHeader

ROW_HEIGHT = 21
# Share of the width a column takes, in pixels of a table 319 wide.
_WIDTHS = (66, 41, 40, 46, 35, 58, 42)
_FEW = 4  # columns where there is little room
_LINE_ROLE = Qt.ItemDataRole.UserRole
_KEYS = {
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ScoreModel(QAbstractTableModel):
    """The lines of the table: threshold or take, notes, and five scores."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self._headings = (
            (self.tr("Threshold"), self.tr("The onset threshold, or the take’s letter with it.")),
            (self.tr("Notes"), self.tr("How many notes it plays.")),
            (
                self.tr("Agree"),
                self.tr(
                    "How alike stem and take sound, of 100; a perfect take reaches about 80, for "
                    "the voice differs. No proof that each note is right; compares takes of one "
                    "stem, not stems."
                ),
            ),
            (self.tr("Onsets"), self.tr("How alike their attacks are in time.")),
            (self.tr("Pitch"), self.tr("How alike the pitches are that sound.")),
            (self.tr("Shift"), self.tr("The take is early (−) or late (+).")),
            (
                self.tr("Raw"),
                self.tr(
                    "Highest cross-correlation, as in the source document: grows with loudness "
                    "and number of notes, so it does not choose."
                ),
            ),
        )

    def set_lines(self, lines: list[Line]) -> None:
        """Show these."""
        if len(lines) == len(self.lines):
            before, self.lines = self.lines, lines
            # While the threshold is dragged only one line is another: the rest need no painting.
            for row, (old, new) in enumerate(zip(before, lines, strict=True)):
                if old != new:
                    last = self.index(row, self.columnCount() - 1)
                    self.dataChanged.emit(self.index(row, 0), last)
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | Qt.AlignmentFlag | None:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._headings[section][1]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line, column = self.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(line, column)
        if role == Qt.ItemDataRole.ToolTipRole and column == 2 and line.estimated:
            return self.tr("Read off the curve, not measured at this threshold.")
        return line if role == _LINE_ROLE else None

    def _text(self, line: Line, column: int) -> str:
        if column == 0:
            return self.tr("{} now").format(line.label) if line.now else line.label
        if column == 1:
            return words.count(line.notes)
        return _score(line, column)

    def _spoken(self, line: Line, column: int) -> str:
        """The cell with what its heading and its star say."""
        text = self._text(line, column)
        if column == 0:
            return self.tr("{}, best").format(text) if line.best else text
        return f"{self._headings[column][0]} {text}"


def _score(line: Line, column: int) -> str:
    """A score as it is written in ``column``; a dash where it is not known."""
    key = ("agreement", "onset_match", "pitch_match", "xcorr_lag_seconds", "xcorr_max")[column - 2]
    value = line.scores.get(key)
    if value is None:
        return "–"
    if key == "xcorr_lag_seconds":
        long = abs(value) >= 0.9995
        return f"{words.signed(value, 1)} s" if long else f"{words.signed(1000 * value)} ms"
    if key == "xcorr_max":
        return words.count(round(value)) if value >= 100 else f"{value:.1f}"
    return f"{value:.0f}"


class ScoreTable(QTableView):
    """The table of one take."""

    def __init__(self, take: TakeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._table = Table(take)
        self._scores = ScoreModel(self)
        # What was in use before a line was heard: letter and threshold.
        self._before: tuple[str, float] | None = None
        # The threshold of the other line of the two; it keeps its place in the table.
        self._beside: float | None = None
        self._trying = False
        self.setObjectName("scoreTable")
        self.setAccessibleName(self.tr("How well it fits"))
        self.setProperty("ownFocus", True)
        self._set_up()
        self.doubleClicked.connect(self._use_index)
        take.changed.connect(self.refresh)
        take.scores_changed.connect(self.refresh)
        self.refresh()

    def _set_up(self) -> None:
        self.setModel(self._scores)
        self.setItemDelegate(LineDelegate(self))
        self.setHorizontalHeader(ScoreHeader(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def refresh(self) -> None:
        """The lines as they are now; the chosen one stays in sight."""
        if not self._trying:
            self._before = self._beside = None
        current = self._line(self.currentIndex())
        self._scores.set_lines(self._table.lines(self._beside))
        if current is not None:
            self._go_to(current)
        now = next((i for i, line in enumerate(self._scores.lines) if line.now), -1)
        if now >= 0 and not self.hasFocus():
            middle = QAbstractItemView.ScrollHint.PositionAtCenter
            self.scrollTo(self._scores.index(now, 0), middle)

    def set_few(self, few: bool) -> None:
        """Only threshold, notes, agreement and onsets."""
        for column in range(_FEW, len(_WIDTHS)):
            self.setColumnHidden(column, few)
        self._spread()

    # Using a line

    def use(self, line: Line) -> None:
        """Go on with the take of ``line``."""
        if line.letter:
            self._take.choose(line.letter)
        elif not line.now:
            self._take.set_threshold(line.threshold)

    def hear(self, line: Line) -> None:
        """Use ``line`` for now; again, from the line in use: back to what was before."""
        now = (self._take.letter, self._take.options.onset_threshold)
        back = self._before if line.now else None
        if line.now and back is None:
            return
        self._trying = True
        if back is not None:
            self._before, self._beside = None, now[1]
            self._take.choose(back[0])
            self._take.set_threshold(back[1])
        else:
            self._before = self._before or now
            self._beside = self._before[1]
            self.use(line)
        self._trying = False

    def _use_index(self, index: QModelIndex) -> None:
        line = self._line(index)
        if line is not None:
            self.use(line)

    def _line(self, index: QModelIndex) -> Line | None:
        return self._scores.lines[index.row()] if index.isValid() else None

    def _go_to(self, wanted: Line) -> None:
        """Stay on the line that was current, wherever it stands now."""
        lines = self._scores.lines
        nearest = min(
            range(len(lines)),
            key=lambda i: (
                lines[i].letter != wanted.letter,
                abs(lines[i].threshold - wanted.threshold),
            ),
        )
        if nearest != self.currentIndex().row():
            self.setCurrentIndex(self._scores.index(nearest, 0))

    # Keys

    def event(self, event: QEvent) -> bool:
        """Its own keys come here even where the window has a shortcut on them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in _KEYS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self._line(self.currentIndex())
        if line is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.use(line)
        elif line is not None and event.key() == Qt.Key.Key_Space:
            self.hear(line)
        else:
            super().keyPressEvent(event)

    # Looks

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def _spread(self) -> None:
        """Give the columns the width there is."""
        shown = [c for c in range(len(_WIDTHS)) if not self.isColumnHidden(c)]
        whole, wanted = self.viewport().width(), sum(_WIDTHS[c] for c in shown)
        at = 0
        for column in shown:
            share = sum(_WIDTHS[c] for c in shown if c <= column) * whole // max(1, wanted)
            self.setColumnWidth(column, share - at)
            at = share
