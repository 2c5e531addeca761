"""For which DAW an export is, chosen once; and what to do there with what was written."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from studio.export.daws import CHANGES, DAWS, GUIDE, LOOSE, Daw, steps
from studio.gui import theme, words
from studio.gui.sheets.export_tree import PlannedFile
from studio.gui.sheets.parts import HEADS, clear, column
from studio.gui.widgets.card import Words
from studio.gui.widgets.disclosure import Disclosure
from studio.music.tempo import TempoMap

ANY = "any"
_WIDE = 180
_NUMBER = 16
_LOOSE = frozenset({"mixture", "stem", "part", "midi"})
_USUAL: Collection[str] = _LOOSE | {LOOSE, GUIDE}


def daw_box(name: str) -> QComboBox:
    """A box with every DAW; ``name`` is the box's own."""
    box = QComboBox()
    box.setAccessibleName(name)
    for daw in DAWS.values():
        box.addItem(daw.label, daw.name)
    return box


class DawRow(QWidget):
    """The choice, and beside it the steps, which unfold below.

    Signals:
        chosen(name): another DAW, by hand.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportDaw")
        self.box = daw_box(self.tr("Your DAW"))
        self.box.setObjectName("daw")
        self.box.setFixedWidth(_WIDE)
        self.box.setToolTip(self.tr("Its targets and its steps come first, here and from now on"))
        self.page = QWidget()
        self.page.setObjectName("dawSteps")
        self.lines: list[Words] = []
        self.unfold = Disclosure("", self.page)
        self.unfold.setObjectName("dawUnfold")
        self._facts = (44100, "")
        self._changes: frozenset[str] = frozenset()
        self._project, self._has = "", _USUAL
        self._rows = QGridLayout(self.page)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(theme.GROUP)
        self._rows.setVerticalSpacing(theme.GROUP)
        self._rows.setColumnMinimumWidth(0, _NUMBER)
        self._rows.setColumnStretch(1, 1)
        self._lay_out()
        self.box.activated.connect(self._activated)
        self._show()

    @property
    def daw(self) -> Daw:
        """The one that is chosen."""
        return DAWS[str(self.box.currentData())]

    def choose(self, name: str) -> None:
        """Show this one; says nothing."""
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(max(self.box.findData(name), 0))
        self._show()

    def set_song(self, sample_rate: int, tempo: TempoMap | None) -> None:
        """The figures of its steps, which are folded again."""
        bpm = self.tr("the song’s tempo") if tempo is None else words.bpm(tempo.usual_bpm)
        self._facts = (sample_rate, bpm)
        steady = tempo is None or len(tempo.steps) == 1
        self._changes = frozenset() if steady else frozenset({CHANGES})
        self._project, self._has = "", {*_USUAL, *self._changes}
        self.unfold.setChecked(False)
        self._show()

    def set_files(self, files: Sequence[PlannedFile], guide_note: bool) -> None:
        """What will be there: the steps speak of these files alone."""
        projects = [file.name for file in files if file.role == self.daw.project]
        has = {file.role for file in files} | self._changes
        has |= {LOOSE} if has & _LOOSE else set()
        has |= {GUIDE} if guide_note else set()
        project = projects[0] if projects else ""
        if (project, has) != (self._project, self._has):
            self._project, self._has = project, has
            self._show()

    def _activated(self) -> None:
        self._show()
        self.chosen.emit(self.daw.name)

    def _show(self) -> None:
        clear(self._rows)
        daw = self.tr("your DAW") if self.daw.name == ANY else self.daw.label
        self.unfold.set_text(self.tr("What to do in {daw}").format(daw=daw))
        rate, bpm = self._facts
        project = words.quoted(self._project) if self._project else ""
        self.lines = []
        for row, text in enumerate(steps(self.daw, rate, bpm, project, self._has)):
            line = Words(text, theme.SMALL, tone="text2")
            number = Words(f"{row + 1}", theme.SMALL, tone="text3", wrap=False)
            self._rows.addWidget(number, row, 0, Qt.AlignmentFlag.AlignTop)
            self._rows.addWidget(line, row, 1)
            self.lines.append(line)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setVerticalSpacing(theme.GAP)
        grid.addWidget(Words(self.tr("Your DAW"), theme.SMALL, tone="text2", wrap=False), 0, 0)
        grid.setColumnMinimumWidth(0, HEADS)
        grid.addWidget(self.box, 0, 1)
        grid.addWidget(self.unfold, 0, 2)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.page, 1, 1, 1, 2)
        whole = column(self)
        whole.addLayout(grid)
