"""Which of the user's sets the one for Ableton Live is made from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.gui import theme
from studio.gui.sheets.parts import Elided
from studio.gui.widgets.accessible import set_role
from studio.gui.widgets.buttons import Plain


class LiveSet(QWidget):
    """The set that was chosen, or that one is looked for.

    Signals:
        asked: choose another one; ``set_path`` answers.
        forgotten: it is looked for again.
    """

    asked = Signal()
    forgotten = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("liveSet")
        set_role(self, QAccessible.Role.Grouping)
        self.path: str | None = None
        self._said = Elided(theme.SMALL, tone="text2")
        self.forget = Plain(self.tr("Look for one"))
        self.forget.setObjectName("forgetLiveSet")
        self.forget.setAccessibleName(self.tr("Look for a Live set"))
        self.choose = Plain(self.tr("Choose…"))
        self.choose.setObjectName("chooseLiveSet")
        self.choose.setAccessibleName(self.tr("Choose a Live set…"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._said, 1)
        row.addWidget(self.forget)
        row.addWidget(self.choose)
        self.choose.clicked.connect(self.asked)
        self.forget.clicked.connect(self._forget)
        self.set_path(None)

    def text(self) -> str:
        """Which it is."""
        return self._said.text()

    def set_path(self, path: str | None) -> None:
        """Show this one; None: one is looked for. Says nothing."""
        self.path = path
        found = self.tr("One of yours, looked for where Live keeps them")
        self._said.setText(found if path is None else Path(path).name)
        self._said.setToolTip(path or found)
        self.setAccessibleName(self.tr("Live set: {set}").format(set=self.text()))
        self.forget.setVisible(path is not None)

    def _forget(self) -> None:
        self.set_path(None)
        self.forgotten.emit()
