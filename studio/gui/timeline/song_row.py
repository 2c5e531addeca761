"""The head of the song's own row: hear the song itself, alone or against its stems."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from studio.gui import theme
from studio.gui.state.mixer import SONG, Mixer
from studio.gui.timeline.rows import paint_head
from studio.gui.widgets.buttons import LaneButton, mute_button, solo_button

_NARROW = 200


class SongHead(QGroupBox):
    """Mute everything, hear the song alone, or against its stems."""

    def __init__(self, mixer: Mixer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mixer = mixer
        name = self.tr("Song")
        self.setObjectName("songHead")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        title = QLabel(name, self)
        title.setFont(theme.font(theme.BASE, theme.STRONG))
        self.mute, self.solo = mute_button(name, self), solo_button(name, self)
        self.mute.setToolTip(self.tr("Mute everything"))
        self.solo.setToolTip(self.tr("Hear the song itself instead of its lanes"))
        self.compare = LaneButton("A/B", self.tr("Song against its stems"), parent=self)
        self.compare.setToolTip(
            self.tr("Hear the song itself, then its stems again (Ctrl+Shift+B)")
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 15, 1)
        layout.setSpacing(8)
        layout.addWidget(title, 1)
        for button in (self.mute, self.solo, self.compare):
            layout.addWidget(button)
        self.mute.clicked.connect(lambda on: mixer.set(SONG, mute=on))
        self.solo.clicked.connect(lambda on: mixer.set(SONG, solo=on))
        self.solo.alt_clicked.connect(lambda: mixer.only(SONG))
        self.compare.clicked.connect(mixer.set_compare)
        mixer.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        channel = self._mixer.channel(SONG)
        self.mute.setChecked(channel.mute)
        self.solo.setChecked(channel.solo)
        self.compare.setChecked(self._mixer.compare_song)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow head A/B alone stays."""
        super().resizeEvent(event)
        for button in (self.mute, self.solo):
            button.setVisible(self.width() >= _NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground."""
        painter = QPainter(self)
        paint_head(self, painter)
        painter.end()
