"""The grid notes snap to, by its name."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

# A division in quarter notes, and what musicians call it; T is a triplet.
DIVISIONS = (
    (1.0, "1/4"),
    (0.5, "1/8"),
    (1 / 3, "1/8 T"),
    (0.25, "1/16"),
    (1 / 6, "1/16 T"),
    (0.125, "1/32"),
)
USUAL = 0.25


class GridBox(QComboBox):
    """Chooses one of ``DIVISIONS``.

    Signals:
        division_changed(quarters): another one was chosen by hand.
    """

    division_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("grid")
        self.setAccessibleName(self.tr("Grid"))
        self.setToolTip(self.tr("What notes snap to; Alt moves them freely."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for quarters, name in DIVISIONS:
            self.addItem(self.tr("Grid {}").format(name), quarters)
        self.set_division(USUAL)
        self.activated.connect(self._activated)

    @property
    def division(self) -> float:
        """In quarter notes."""
        return float(self.currentData())

    def set_division(self, quarters: float) -> None:
        """Show this one; says nothing."""
        nearest = min(range(len(DIVISIONS)), key=lambda i: abs(DIVISIONS[i][0] - quarters))
        with QSignalBlocker(self):
            self.setCurrentIndex(nearest)

    def _activated(self) -> None:
        self.division_changed.emit(self.division)
