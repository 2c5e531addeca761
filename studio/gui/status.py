"""The status bar: on the left what happens, on the right the check of the sum and the device."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar, QWidget
from shiboken6 import isValid

from studio.gui import theme, words
from studio.gui.desk.desk import Desk
from studio.gui.state.take import TakeModel
from studio.gui.tuning.reading import counter

_HEIGHT = 24
# The sentence about a take waits until the hand rests.
_REST_MS = 150


class StatusBar(QStatusBar):
    """Follows the desk; ``say`` puts one sentence on the left, "" the one that stays."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._take: TakeModel | None = None
        self._said = self._rest = ""
        self._resting = QTimer(self, singleShot=True, interval=_REST_MS)
        self._resting.timeout.connect(self._tell_take)
        self.setObjectName("statusBar")
        self.setSizeGripEnabled(False)
        self.setFixedHeight(_HEIGHT)
        self.setContentsMargins(theme.INSET - 2, 0, theme.INSET - 2, 0)
        self.sentence = self._label("status")
        self.sentence.setTextFormat(Qt.TextFormat.RichText)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.sum = self._label("statusSum")
        self.device = self._label("statusDevice")
        self.device.setContentsMargins(theme.GAP, 0, 0, 0)
        self.addWidget(self.sentence, 1)
        self.addPermanentWidget(self.sum)
        self.addPermanentWidget(self.device)
        desk.said.connect(self.say)
        desk.opened_up.connect(self._opened_up)
        desk.chosen.connect(self._chosen)
        desk.player.device_changed.connect(self._device_changed)
        desk.player.device_lost.connect(self._device_lost)
        self._stay(self.tr("Ready."))

    def say(self, text: str) -> None:
        """One sentence, in place of the last; its first part stands out."""
        self._said = text
        self._show()

    def follow(self, take: TakeModel | None) -> None:
        """What stays is about this take; None: about the song."""
        if self._take is not None and isValid(self._take):
            self._take.changed.disconnect(self._resting.start)
            self._take.scores_changed.disconnect(self._resting.start)
        self._take = take
        if take is None:
            whole = self._desk.song.is_whole
            self._stay(self.tr("Ready. Everything is saved.") if whole else self.tr("Ready."))
            return
        take.changed.connect(self._resting.start)
        take.scores_changed.connect(self._resting.start)
        self._tell_take()

    def changeEvent(self, event: QEvent) -> None:
        """Another palette: the words are coloured anew."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "sentence"):
            self._show()

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setFont(theme.font(theme.SMALL))
        label.setProperty("tone", "text3")
        return label

    def _stay(self, text: str) -> None:
        """What stands there while nothing else is said."""
        self._rest, self._said = text, ""
        self._show()

    def _show(self) -> None:
        text = self._said or self._rest
        first, point, rest = text.partition(". ")
        strong = first + point.strip() if point or text == self._rest else ""
        colour = theme.current().text2.name()
        shown = f'<span style="color:{colour}; font-weight:500">{escape(strong)}</span>'
        self.sentence.setText(f"{shown} {escape(rest)}" if strong else escape(text))
        self.sentence.setAccessibleName(text)
        self.sentence.setToolTip(text)

    def _tell_take(self) -> None:
        """ "A 0.58. 672 notes, 46 more than at the suggested 0.62."."""
        take = self._take
        if take is None or not isValid(take):
            return
        now, count = take.options.onset_threshold, len(take.notes)
        notes = self.tr("{} note") if count == 1 else self.tr("{} notes")
        text = f"{take.letter} {words.hundredths(now)}. {notes.format(words.count(count))}"
        if take.suggested is not None and abs(take.suggested - now) > 1e-6:
            best = counter(take.candidates, take.options, take.edits)(take.suggested)
            more = self.tr("{} more than at the suggested {}")
            fewer = self.tr("{} fewer than at the suggested {}")
            differ = (more if count >= best else fewer).format(
                words.count(abs(count - best)), words.hundredths(take.suggested)
            )
            text = f"{text}, {differ}"
        self._stay(f"{text}.")

    def _chosen(self, song: str) -> None:
        self.sum.clear()
        self._take = None
        self._stay(self.tr("Ready.") if not song else "")

    def _opened_up(self) -> None:
        error = self._desk.opened.view.get("sum_error_db")
        text = self.tr("The stems add up to the song ({} dB)")
        self.sum.setText("" if error is None else text.format(words.db(error)))
        if self._take is None:
            self._stay(self.tr("Ready. Everything is saved."))

    def _device_changed(self, name: str) -> None:
        rate = self.tr("{:.1f} kHz").format(self._desk.song.sample_rate / 1000)
        none = self.tr("No sound device: everything else works")
        self.device.setText(f"{name}, {rate}" if name else none)

    def _device_lost(self) -> None:
        self.device.setText(self.tr("Audio paused"))
