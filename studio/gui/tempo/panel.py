"""A small panel over the lanes: how fast the song is, where its bars begin, and what it is in."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from studio.gui import theme, words
from studio.gui.sheets.parts import set_tone
from studio.gui.widgets.accessible import announce, set_role
from studio.gui.widgets.buttons import Plain, icon_button
from studio.gui.widgets.card import Card, Words
from studio.gui.widgets.segmented import Segmented
from studio.music.tempo import TempoMap

# By this name the words are found for translators.
translate = QCoreApplication.translate
# As the worker's task ``tempo`` takes them.
SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
BEATS_PER_BAR = (3, 4)
_WIDTH, _HEADS, _FIELD = 376, 76, 84
# An estimate that keeps to the beat at least so closely is called sure.
_SURE = 0.5


class TempoPanel(Card):
    """Shows musical time and asks for another.

    Signals:
        bpm_entered(bpm): a tempo was typed in.
        halve_asked, double_asked, estimate_asked, begin_asked: the buttons; the last one means
            that a bar begins where the music is.
        move_asked(later): bars begin a beat later, or earlier.
        beats_chosen(count): so many beats a bar.
        tapped: now.
        close_asked: the cross.
    """

    bpm_entered = Signal(float)
    halve_asked = Signal()
    double_asked = Signal()
    estimate_asked = Signal()
    begin_asked = Signal()
    move_asked = Signal(bool)
    beats_chosen = Signal(int)
    tapped = Signal()
    close_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tempoPanel")
        self.setAccessibleName(self.tr("Tempo and bars"))
        set_role(self, QAccessible.Role.Grouping)
        self.setFixedWidth(_WIDTH)
        self._tempo: TempoMap | None = None
        self.closer = icon_button("close", self.tr("Close"), "Esc", self)
        self.closer.clicked.connect(self.close_asked)
        self._make_tempo()
        self._make_bars()
        self.key = Words("", theme.BASE, theme.MEDIUM, wrap=False)
        self.key.setObjectName("tempoKey")
        self.sentence = Words("", theme.SMALL, tone="text2")
        self.sentence.setObjectName("tempoSentence")
        self.estimate = self._button(self.tr("Back to the estimate"), "tempoEstimate")
        self.estimate.clicked.connect(self.estimate_asked)
        self._lay_out()
        self.hide()

    # What it is told.

    def set_time(self, tempo: TempoMap | None, key: str | None) -> None:
        """What is known now. What is being typed stays."""
        self._tempo = tempo
        if not self.field.isModified():
            self.field.setText("" if tempo is None else f"{tempo.usual_bpm:.2f}")
        if tempo is not None:
            self._offer_beats({*BEATS_PER_BAR, tempo.beats_per_bar})
            self.beats.choose(str(tempo.beats_per_bar))
        unknown = "–" if tempo is None else self.tr("not sure")
        self.key.setText(words.accidentals(key) if key else unknown)
        set_tone(self.key, "" if key else "text3")

    def set_usable(self, usable: bool) -> None:
        """Whether anything can be changed now; the sentence says why not."""
        for part in self._changing:
            part.setEnabled(usable)
        estimated = self._tempo is not None and self._tempo.source != "given"
        self.estimate.setEnabled(usable and not estimated)
        self.estimate.setToolTip(self.tr("This is what was estimated") if estimated else "")

    def say(self, sentence: str, needs_you: bool = False) -> None:
        """The sentence below, spoken where it is another."""
        set_tone(self.sentence, "alarm" if needs_you else "text2")
        if sentence == self.sentence.text():
            return
        self.sentence.setText(sentence)
        self.adjustSize()
        if self.isVisible():
            announce(self, sentence)

    # Inside.

    def _make_tempo(self) -> None:
        self.field = _Field(self)
        self.field.setObjectName("tempoField")
        self.field.setAccessibleName(self.tr("Tempo in BPM, 20 to 400"))
        self.field.setToolTip(self.tr("Type a tempo and press Enter"))
        self.field.setFixedWidth(_FIELD)
        self.field.returnPressed.connect(self._entered)
        self.half = self._button("÷2", "tempoHalve", self.tr("Halve the tempo"))
        self.half.clicked.connect(self.halve_asked)
        self.twice = self._button("×2", "tempoDouble", self.tr("Double the tempo"))
        self.twice.clicked.connect(self.double_asked)
        self.tap = self._button(self.tr("Tap"), "tempoTap")
        self.tap.setToolTip(
            self.tr("In time with the music, from the first beat of a bar (Shift+T)")
        )
        self.tap.pressed.connect(self.tapped)

    def _make_bars(self) -> None:
        self.earlier = self._button("←", "barEarlier", self.tr("Bars begin a beat earlier"))
        self.earlier.clicked.connect(lambda: self.move_asked.emit(False))
        self.later = self._button("→", "barLater", self.tr("Bars begin a beat later"))
        self.later.clicked.connect(lambda: self.move_asked.emit(True))
        self.begin = self._button(self.tr("Begins here"), "barHere")
        self.begin.setToolTip(self.tr("A bar begins at the playhead (Shift+B)"))
        self.begin.clicked.connect(self.begin_asked)
        self.beats = Segmented(self.tr("Beats a bar"), self)
        self.beats.setObjectName("beatsPerBar")
        self._offer_beats(BEATS_PER_BAR)
        self.beats.chosen.connect(lambda count: self.beats_chosen.emit(int(count)))
        self._changing: tuple[QWidget, ...] = (
            self.field,
            self.half,
            self.twice,
            self.tap,
            self.earlier,
            self.later,
            self.begin,
            self.beats,
        )

    def _offer_beats(self, counts: Collection[int]) -> None:
        """Also what was said elsewhere, such as 6."""
        self.beats.set_choices([(f"{count}", f"{count}") for count in sorted(counts)])

    def _button(self, text: str, name: str, said: str = "") -> Plain:
        button = Plain(text, parent=self)
        button.setObjectName(name)
        if said:
            button.setAccessibleName(said)
            button.setToolTip(said)
        return button

    def _lay_out(self) -> None:
        unit = Words(self.tr("BPM"), theme.SMALL, tone="text3", wrap=False)
        title = Words(self.accessibleName(), theme.TITLE, theme.STRONG, wrap=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 14)
        column.setSpacing(theme.GAP)
        column.addLayout(_row("", title, None, self.closer))
        column.addLayout(
            _row(self.tr("Tempo"), self.field, unit, self.half, self.twice, None, self.tap)
        )
        column.addLayout(_row(self.tr("Bar"), self.earlier, self.later, self.begin, None))
        column.addLayout(_row(self.tr("Beats a bar"), self.beats, None))
        column.addLayout(_row(self.tr("Key"), self.key, None))
        column.addWidget(self.sentence)
        column.addLayout(_row("", self.estimate, None))

    def _entered(self) -> None:
        bpm = _number(self.field.text())
        if bpm is None or not SLOWEST_BPM <= bpm <= FASTEST_BPM:
            self.field.selectAll()
            self.say(self.tr("A tempo is from 20 to 400 BPM."), needs_you=True)
            return
        self.field.setModified(False)
        self.bpm_entered.emit(bpm)


class _Field(QLineEdit):
    """Undo and redo are the song's, but while something is being typed."""

    def event(self, event: QEvent) -> bool:
        """See ``QWidget``: what is refused here goes to the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and not self.isModified():
            assert isinstance(event, QKeyEvent)
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return False
        return super().event(event)


def state_of(tempo: TempoMap) -> str:
    """Where a tempo comes from and how far to trust it, in words."""
    said = _source_of(tempo)
    if len(tempo.steps) == 1:
        return said
    steps = [step.bpm for step in tempo.steps[1:]]  # the first only leads to the first beat
    ends = f"{min(steps):.1f}", f"{max(steps):.1f}"
    changes = translate("TempoPanel", "It changes from {low} to {high} BPM.")
    return f"{said} {changes.format(low=ends[0], high=ends[1])}" if ends[0] != ends[1] else said


def _source_of(tempo: TempoMap) -> str:
    if tempo.source == "given":
        return translate("TempoPanel", "As you said.")
    if tempo.source == "default":
        return translate("TempoPanel", "No beat was found: 120 is only a default. Tap or type it.")
    if tempo.downbeat is None:
        return translate("TempoPanel", "Estimated, a guess: no steady beat. Tap or type it.")
    if tempo.confidence >= _SURE:
        return translate("TempoPanel", "Estimated, sure of the beat. Check where bars begin.")
    return translate("TempoPanel", "Estimated, unsure. Tap or type it.")


def _row(head: str, *parts: QWidget | None) -> QHBoxLayout:
    """What it is about, and its controls; None takes what room is left."""
    row = QHBoxLayout()
    row.setSpacing(theme.GAP)
    if head:
        named = Words(head, theme.SMALL, tone="text3", wrap=False)
        named.setFixedWidth(_HEADS)
        row.addWidget(named)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
    return row


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
