"""How far the song is apart, in one line above it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from studio.gui import theme, words
from studio.gui.state.song import SongState
from studio.gui.timeline import drawing
from studio.gui.widgets.buttons import Plain
from studio.gui.widgets.progress import Bar4

_HIGH, _LOW = 44, 36
_ROOM_FOR_HINT = 760


class ProgressStrip(QFrame):
    """Follows ``SongState.busy``; out of sight without it.

    Signals:
        cancel_asked: stop separating. Esc is the window's to send here.
    """

    cancel_asked = Signal()

    def __init__(self, song: SongState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._song = song
        self.setObjectName("progressStrip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._bar = Bar4(self.tr("How much of the song is apart"), self)
        self._bar.setFixedWidth(220)
        self._figure, self._left, self._hint = QLabel(self), QLabel(self), QLabel(self)
        self._figure.setFont(theme.font(theme.BASE, theme.STRONG))
        self._left.setProperty("tone", "text2")
        self._hint.setProperty("tone", "text3")
        self._hint.setText(self.tr("Your place first: click anywhere and that part is next."))
        self._cancel = Plain(self.tr("Cancel"), shortcut="Esc", parent=self)
        self._cancel.clicked.connect(self.cancel_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 14, 1)
        layout.setSpacing(4)
        layout.addWidget(self._bar)
        layout.addSpacing(8)
        layout.addWidget(self._figure)
        layout.addWidget(self._left)
        layout.addSpacing(8)
        layout.addWidget(self._hint, 1)
        layout.addStretch()
        layout.addWidget(self._cancel)
        song.progress_changed.connect(self._tell)
        song.changed.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        busy = self._song.busy
        self.setVisible(busy is not None)
        if busy is None:
            return
        self._bar.setVisible(busy.fraction is not None)
        if busy.fraction is None:
            self._figure.setText(busy.label)
            self._left.clear()
        else:
            self._bar.set_fraction(busy.fraction)
            self._figure.setText(words.percent(busy.fraction))
            time = "" if busy.left is None else words.left(busy.left)
            self._left.setText(self.tr("· {time} left").format(time=time) if time else busy.label)
        said = (self._figure.text(), self._left.text().lstrip("· "))
        self.setAccessibleName(", ".join(part for part in said if part))

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(super().sizeHint().width(), _LOW if self.window().height() < 760 else _HIGH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The hint gives way first."""
        super().resizeEvent(event)
        self._hint.setVisible(self.width() >= _ROOM_FOR_HINT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, and the line below."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.panel)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.line)
        drawing.flat(painter, self.height() - 1, 0, self.width())
        painter.end()
