"""The status bar: on the left what happens, on the right the check of the sum and the device."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from studio.gui import theme, words
from studio.gui.desk.desk import Desk

_HEIGHT = 24


class StatusBar(QStatusBar):
    """Follows the desk; ``say`` puts one sentence on the left."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setObjectName("statusBar")
        self.setSizeGripEnabled(False)
        self.setFixedHeight(_HEIGHT)
        self.setContentsMargins(theme.INSET, 0, theme.INSET, 0)
        self.sentence = self._label("status")
        self.sum = self._label("statusSum")
        self.device = self._label("statusDevice")
        self.addWidget(self.sentence, 1)
        self.addPermanentWidget(self.sum)
        self.addPermanentWidget(self.device)
        desk.said.connect(self.say)
        desk.opened_up.connect(self._opened_up)
        desk.chosen.connect(self._chosen)
        desk.player.device_changed.connect(self._device_changed)
        desk.player.device_lost.connect(self._device_lost)
        self.say(self.tr("Ready."))

    def say(self, text: str) -> None:
        """One sentence, in place of the last."""
        self.sentence.setText(text)

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setFont(theme.font(theme.SMALL))
        label.setProperty("tone", "text3")
        return label

    def _chosen(self, song: str) -> None:
        self.sum.clear()
        self.say(self.tr("Ready.") if not song else "")

    def _opened_up(self) -> None:
        error = self._desk.opened.view.get("sum_error_db")
        text = self.tr("The stems add up to the song ({} dB)")
        self.sum.setText("" if error is None else text.format(words.db(error)))
        self.say(self.tr("Ready. Everything is saved."))

    def _device_changed(self, name: str) -> None:
        rate = self.tr("{:.1f} kHz").format(self._desk.song.sample_rate / 1000)
        none = self.tr("No sound device: everything else works")
        self.device.setText(f"{name}, {rate}" if name else none)

    def _device_lost(self) -> None:
        self.device.setText(self.tr("Audio paused"))
