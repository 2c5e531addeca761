"""Files of an export that stand in the way, and whether they may be replaced."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.gui import theme, words
from studio.gui.sheets.export_tree import PlannedFile
from studio.gui.widgets.card import Icon, Words
from studio.gui.widgets.segmented import Segmented


class Conflict(QWidget):
    """What was changed since by somebody else, and whether it may be replaced.

    Signals:
        chosen: the other of both was chosen.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("exportConflict")
        self._words = Words("", theme.SMALL, tone="text2")
        self.choice = Segmented(self.tr("Files changed outside Stemwright"))
        self.choice.add("keep", self.tr("Keep mine"))
        self.choice.add("replace", self.tr("Replace"))
        self.choice.chosen.connect(self.chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.INSET)
        row.addWidget(Icon("retry"))
        row.addWidget(self._words, 1)
        row.addWidget(self.choice)
        self.reset()

    @property
    def replaces(self) -> bool:
        """Whether they may be replaced."""
        return self.choice.choice() == "replace"

    def reset(self) -> None:
        """Keep them, until the user says otherwise."""
        self.choice.choose("keep")
        self.hide()

    def show_files(self, files: Sequence[PlannedFile]) -> None:
        """Name them; nothing is seen where there are none."""
        self.setVisible(bool(files))
        if len(files) == 1:
            text = self.tr("{file} was changed since, outside Stemwright.")
            self._words.setText(text.format(file=words.quoted(files[0].name)))
        elif files:
            text = self.tr("{count} files were changed since, outside Stemwright: {names}.")
            names = ", ".join(words.quoted(file.name) for file in files)
            self._words.setText(text.format(count=len(files), names=names))
