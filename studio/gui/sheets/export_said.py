"""What the user must hear about an export: each fact once, where it is seen without looking."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.gui import theme
from studio.gui.sheets.parts import clear
from studio.gui.widgets.accessible import announce, set_role
from studio.gui.widgets.card import Icon, Words


class Told(QWidget):
    """The facts, one below the other; not seen while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportTold")
        set_role(self, QAccessible.Role.Grouping)
        self.texts: list[str] = []
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(theme.GAP)
        self._rows.setVerticalSpacing(theme.GROUP)
        self._rows.setColumnStretch(1, 1)
        self.hide()

    def add(self, text: str) -> None:
        """One more; a second time it says nothing new."""
        if text in self.texts:
            return
        row = len(self.texts)
        self.texts.append(text)
        if row == 0:
            self._rows.addWidget(Icon("file"), 0, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(Words(text, theme.SMALL, tone="text2"), row, 1)
        self.setAccessibleName(" ".join(self.texts))
        self.show()
        announce(self, text)

    def clear(self) -> None:
        """Nothing is to be heard any more."""
        self.texts = []
        clear(self._rows)
        self.hide()
