"""The line over the roll: whose notes these are, which take, tools, and what is heard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from studio.gui import icons, theme, words
from studio.gui.state.take import TakeModel
from studio.gui.tuning.fit_panel import Divider
from studio.gui.tuning.grid_box import GridBox
from studio.gui.widgets.buttons import icon_button
from studio.gui.widgets.chip import Chip, notes_file
from studio.gui.widgets.segmented import Segmented
from studio.gui.widgets.slider import crossfader
from studio.music.stem import stem

HEIGHT = 40
_NEW = "+"
_FADER = 132
_ROOM_FOR_ASIDE = 1140
_TOOLS = (("select", "pointer"), ("draw", "pencil"), ("split", "split"))


class TakeHeader(QWidget):
    """Title, variants, tools, grid, crossfader, MIDI file, close.

    Signals:
        variant_chosen(letter): another variant was chosen; the take uses it already.
        variant_asked: a new variant is wanted, a copy of the one in use.
        tool_chosen(tool): ``select``, ``draw`` or ``split``.
        division_changed(quarters): another grid.
        crossfade_changed(take): 0 is the stem, 1 the take.
        closed: the take is to be closed.
    """

    variant_chosen = Signal(str)
    variant_asked = Signal()
    tool_chosen = Signal(str)
    division_changed = Signal(float)
    crossfade_changed = Signal(float)
    closed = Signal()

    def __init__(
        self, take: TakeModel, prepare: Callable[[], list[Path]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._take = take
        self._small = False
        self._following = False
        self._engine = take.engine
        self._bpm: float | None = None
        self.setObjectName("takeHeader")
        self.setFixedHeight(HEIGHT)
        self._title = QLabel(self._named())
        self._title.setObjectName("takeTitle")
        self._title.setFont(theme.font(theme.TITLE, theme.STRONG))
        self._heard = QLabel()
        self._heard.setObjectName("takeHeard")
        self._heard.setProperty("tone", "text3")
        self._heard.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.variants = self._make_variants()
        self.tools = self._make_tools()
        self.grid = GridBox(self)
        self.grid.division_changed.connect(self.division_changed)
        self.fader = crossfader(self.tr("Hear stem or take"), self)
        self.fader.setObjectName("crossfader")
        self.fader.setFixedWidth(_FADER)
        self.fader.setToolTip(self.tr("Hear the stem, the take, or both (, and .)"))
        self.fader.valueChanged.connect(self._faded)
        self.chip = Chip("", "", prepare, parent=self)
        self.chip.setObjectName("midiChip")
        self._close = icon_button("close", self.tr("Close the notes"), parent=self)
        self._close.clicked.connect(self.closed)
        self._lay_out()
        take.changed.connect(self.refresh)
        self.refresh()

    def _make_variants(self) -> Segmented:
        variants = Segmented(self.tr("Takes"), self)
        variants.setObjectName("variants")
        variants.add_action(_NEW, "plus", self.tr("New take from this one (Shift+A)"))
        variants.chosen.connect(self._variant_chosen)
        variants.action_asked.connect(self._variant_asked)
        return variants

    def _make_tools(self) -> Segmented:
        tools = Segmented(self.tr("Tools"), self)
        tools.setObjectName("tools")
        tips = (self.tr("Select (V)"), self.tr("Draw (D)"), self.tr("Split (C)"))
        for (tool, icon), tip in zip(_TOOLS, tips, strict=True):
            tools.add(tool, icon=icon, tip=tip)
        tools.choose("select")
        tools.chosen.connect(self.tool_chosen)
        return tools

    def _lay_out(self) -> None:
        self._lines = [_short_divider(self) for _ in range(3)]
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.INSET + 2 + icons.SIZE + theme.GAP, 2, theme.INSET, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._title)
        row.addWidget(self._heard)
        row.addSpacing(theme.GROUP)
        row.addWidget(self._lines[0])
        row.addSpacing(theme.GROUP)
        row.addWidget(self.variants)
        row.addSpacing(theme.GROUP)
        row.addWidget(self._lines[1])
        row.addSpacing(theme.GROUP)
        row.addWidget(self.tools)
        row.addWidget(self.grid)
        row.addStretch(1)
        row.addWidget(_end(self.tr("Stem")))
        row.addWidget(self.fader)
        row.addWidget(_end(self.tr("Take")))
        row.addSpacing(theme.GROUP)
        row.addWidget(self._lines[2])
        row.addSpacing(theme.GROUP)
        row.addWidget(self.chip)
        row.addWidget(self._close)

    # State

    def _named(self) -> str:
        """Whose notes they are, as one says it."""
        said = {"vocals": self.tr("Vocal notes"), "drums": self.tr("Drum notes")}
        name = self._take.stem.name
        return said.get(name) or self.tr("{} notes").format(self._take.stem.label)

    def set_small(self, small: bool) -> None:
        """Without tools and grid, which are on the keys and among the options."""
        self._small = small
        for part in (self.tools, self.grid, self._lines[0], self._lines[1]):
            part.setVisible(not small)
        self._show_aside()
        self.refresh()

    def set_engine(self, label: str) -> None:
        """Who heard the notes, as people call it."""
        self._engine = label
        self.refresh()

    def set_tempo(self, bpm: float | None) -> None:
        """The tempo of the song, once it is known."""
        if bpm != self._bpm:
            self._bpm = bpm
            self.refresh()

    def set_tool(self, tool: str) -> None:
        """As it was chosen elsewhere."""
        self.tools.choose(tool)

    def set_crossfade(self, take: float) -> None:
        """As it is heard now; says nothing."""
        self._following = True
        self.fader.setValue(round(100 * take))
        self._following = False

    def set_sounds(self, sounds: bool) -> None:
        """Whether the take can be heard yet."""
        self.fader.setEnabled(sounds)
        tip = self.tr("Hear the stem, the take, or both (, and .)")
        self.fader.setToolTip(tip if sounds else self.tr("The take does not sound yet."))

    def refresh(self) -> None:
        """Words of the take as it is now."""
        take = self._take
        kind, engine = stem(take.kind).label, self._engine.partition(" (")[0]
        text = self.tr("as {}, by {}") if engine else self.tr("as {}")
        self._heard.setText(text.format(kind, engine))
        self._heard.setToolTip(self._engine)
        self.variants.set_choices(
            [
                (letter, f"{letter} {words.hundredths(take.variant(letter).onset_threshold)}")
                for letter in take.letters
            ]
        )
        self.variants.choose(take.letter)
        file, count = f"{take.stem.label}.mid", len(take.notes)
        text = self.tr("{} note") if count == 1 else self.tr("{} notes")
        notes = text.format(words.count(count))
        self.chip.set_text(
            file if self._small else f"{file} · {notes}",
            notes_file(take.stem.label, self._bpm, count),
        )
        self.chip.update()

    # Hands

    def _variant_chosen(self, letter: str) -> None:
        self._take.choose(letter)
        self.variant_chosen.emit(letter)

    def _variant_asked(self) -> None:
        self.variant_asked.emit()

    def _faded(self, percent: int) -> None:
        if not self._following:
            self.crossfade_changed.emit(percent / 100)

    # Looks

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_aside()

    def _show_aside(self) -> None:
        self._heard.setVisible(not self._small and self.width() >= _ROOM_FOR_ASIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The stem's colour on top, its icon, and a line below."""
        painter, palette = QPainter(self), theme.current()
        colour = theme.stem_colour(palette, self._take.stem)
        painter.fillRect(self.rect(), palette.panel)
        painter.fillRect(0, 0, self.width(), 2, colour)
        painter.fillRect(0, self.height() - 1, self.width(), 1, palette.line)
        place = QRectF(
            theme.INSET + 2, (self.height() - icons.SIZE) / 2 + 1, icons.SIZE, icons.SIZE
        )
        icons.paint_icon(painter, icons.stem_icon(self._take.stem), place, colour)
        painter.end()


def _short_divider(parent: QWidget) -> Divider:
    line = Divider(parent)
    line.setFixedHeight(18)
    return line


def _end(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(theme.font(theme.SMALL))
    label.setProperty("tone", "text2")
    label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    return label
