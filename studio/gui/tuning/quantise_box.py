"""Quantising in one row: do it, and behind a small button how strongly and with how much swing."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from studio.gui import theme, words
from studio.gui.tuning.captioned import captioned, value_label
from studio.gui.tuning.grid_box import GridBox
from studio.gui.widgets.buttons import Plain, icon_button
from studio.gui.widgets.slider import Slider

_WIDTH = 220


class QuantiseBox(QWidget):
    """The button, or in small windows the grid in its place; and the two settings.

    Signals:
        division_changed(quarters): another grid, in quarter notes.
        changed(strength, swing): how notes are quantised, 0 to 1 each.
        asked: quantise now.
    """

    division_changed = Signal(float)
    changed = Signal(float, float)
    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("quantiseBox")
        self.grid = GridBox(self)
        self.grid.division_changed.connect(self.division_changed)
        self.quantise = Plain(self.tr("Quantise"), parent=self)
        self.quantise.setObjectName("quantise")
        self.quantise.setToolTip(self.tr("Move selected notes, or else all, to the grid (Q)"))
        self.quantise.clicked.connect(self.asked)
        self.more = icon_button("settings", self.tr("How to quantise"), parent=self)
        self.more.setObjectName("quantiseSettings")
        self.more.clicked.connect(self.unfold)
        self.strength = self._share(self.tr("Quantise strength"), "quantiseStrength", 100)
        self.swing = self._share(self.tr("Swing"), "swing", 0)
        self.page = self._make_page()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GROUP)
        row.addWidget(self.grid, 1)
        row.addWidget(self.quantise)
        row.addWidget(self.more)
        row.addStretch(0)
        self.set_small(False)

    def set_small(self, small: bool) -> None:
        """Where the header has no room for the grid, it stands here; quantising has its key."""
        self.grid.setVisible(small)
        self.quantise.setVisible(not small)

    def unfold(self) -> None:
        """Show the settings, above or below where there is room on the screen."""
        self.page.adjustSize()
        corner = self.mapToGlobal(QPoint(0, self.height() + theme.GROUP))
        lowest = self.screen().availableGeometry().bottom() - self.page.height()
        self.page.move(corner.x(), min(corner.y(), lowest))
        self.page.show()
        self.strength.setFocus(Qt.FocusReason.PopupFocusReason)

    def _share(self, name: str, object_name: str, default: int) -> Slider:
        slider = Slider(name, 0, 100, default, step=5, spoken=_spoken, parent=self)
        slider.setObjectName(object_name)
        slider.valueChanged.connect(self._moved)
        return slider

    def _make_page(self) -> QFrame:
        page = QFrame(self, Qt.WindowType.Popup)
        page.setObjectName("quantisePage")
        page.setAccessibleName(self.more.accessibleName())
        page.setProperty("surface", "card")
        page.setFixedWidth(_WIDTH)
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.INSET, theme.INSET, theme.INSET, theme.INSET)
        column.setSpacing(theme.GAP)
        self._texts = {}
        for slider, name in (
            (self.strength, self.tr("Quantise strength")),
            (self.swing, self.tr("Swing")),
        ):
            text = value_label(f"{slider.objectName()}Text")
            text.setText(_spoken(slider.value()))
            self._texts[slider] = text
            column.addWidget(captioned(name, text, slider))
        return page

    def _moved(self) -> None:
        for slider, text in self._texts.items():
            text.setText(_spoken(slider.value()))
        self.changed.emit(self.strength.value() / 100, self.swing.value() / 100)


def _spoken(percent: int) -> str:
    return words.percent(percent / 100)
