"""The first page, while no song is open: what this is, where to drop, and what it will cost."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.sheets import parts
from studio.gui.sheets.waves import Waves
from studio.gui.widgets.buttons import Filled, Plain
from studio.gui.widgets.card import Icon, Words

_WIDEST, _HIGHEST = 860, 414
_INSET = 48


class FirstStart(QWidget):
    """The page.

    Signals:
        open_asked: choose files.
        demo_asked: open the song that came with the program.
    """

    open_asked = Signal()
    demo_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("firstStart")
        self.setAccessibleName(self.tr("First page"))
        self.demo = Plain(self.tr("Try the demo song"), large=True)
        self.demo.setObjectName("demoButton")
        self.demo.clicked.connect(self.demo_asked)
        self.open = Filled(self.tr("Open songs…"), shortcut="Ctrl+O", large=True)
        self.open.setObjectName("openButton")
        self.open.clicked.connect(self.open_asked)
        self._machine = _Fact("chip-cpu", "", "")
        self._models = _Fact("check", self.tr("Ready without a network"), "")
        self._facts = (
            _Fact(
                "lock",
                self.tr("Stays on this computer"),
                self.tr("No account, no upload. Your files are read and never changed."),
            ),
            self._machine,
            self._models,
        )
        self._lay_out()
        self.set_machine("", "")
        self.set_models("")

    def set_machine(self, heading: str, text: str) -> None:
        """What it runs on and how fast; hidden until that was measured.

        Args:
            heading: "Runs on the CPU here, 8 threads"
            text: "Measured just now: 1.8 times faster than the song plays."
        """
        self._machine.say(heading, text)

    def set_models(self, text: str) -> None:
        """What is here without a network: "Four stems: vocals, drums, bass and other." """
        self._models.say(self.tr("Ready without a network"), text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        QPainter(self).fillRect(event.rect(), theme.current().window)

    def _lay_out(self) -> None:
        frame = _Frame(self)
        frame.setMaximumSize(_WIDEST, _HIGHEST)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(_INSET, 44, _INSET, 36)
        inside.setSpacing(theme.BLOCK)
        inside.addWidget(Waves(frame), 1)
        inside.addLayout(self._words())
        facts = QWidget(self)
        facts.setMaximumWidth(_WIDEST)
        row = QHBoxLayout(facts)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.BLOCK)
        for fact in self._facts:
            row.addWidget(fact, 1, Qt.AlignmentFlag.AlignTop)
        page = QGridLayout(self)
        page.setContentsMargins(theme.BLOCK, theme.INSET, theme.BLOCK, theme.INSET)
        page.setVerticalSpacing(28)
        page.setRowStretch(0, 1)
        page.setRowStretch(1, 100)
        page.setRowStretch(3, 1)
        page.addWidget(frame, 1, 0)
        page.addWidget(facts, 2, 0)

    def _words(self) -> QHBoxLayout:
        words = parts.column(spacing=6)
        words.addWidget(
            Words(self.tr("Drop a song. Hear it apart."), theme.HERO, theme.STRONG, wrap=False)
        )
        about = self.tr(
            "A file or a whole folder: WAV, FLAC, MP3, M4A, OGG.\n"
            "The first bars play as stems within seconds."
        )
        words.addWidget(Words(about, theme.TITLE, tone="text2", wrap=False))
        row = QHBoxLayout()
        row.setSpacing(theme.BLOCK)
        row.addLayout(words, 1)
        row.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.open, 0, Qt.AlignmentFlag.AlignBottom)
        return row


class _Frame(QFrame):
    """A well with a dashed border: songs may land here."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropFrame")

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().well)
        painter.drawRoundedRect(self.rect(), theme.CARD_RADIUS, theme.CARD_RADIUS)
        parts.paint_dashed(painter, QRectF(self.rect()))


class _Fact(QWidget):
    """An icon, a heading, and a sentence or two."""

    def __init__(self, icon: str, heading: str, text: str) -> None:
        super().__init__()
        self._heading = Words("", theme.SMALL, theme.MEDIUM, wrap=False)
        self._text = Words("", theme.SMALL, tone="text3")
        self._icon = Icon(icon)
        words = parts.column(spacing=2)
        words.addWidget(self._heading)
        words.addWidget(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.say(heading, text)

    def say(self, heading: str, text: str) -> None:
        """Other words; nothing is seen while there are none."""
        self._heading.setText(heading)
        self._text.setText(text)
        for part in (self._icon, self._heading, self._text):
            part.setVisible(bool(text))
