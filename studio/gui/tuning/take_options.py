"""The quieter options of a take: shortest note, pitch range, ghosts, quantising, what heard it.

They fill the column beside the roll and never scroll: what has no room steps back, the least
needed first, and has a key or a tooltip of its own.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.gui import theme, words
from studio.gui.state.take import TakeModel
from studio.gui.tuning.captioned import aside, caption, captioned, value_label
from studio.gui.tuning.quantise_box import QuantiseBox
from studio.gui.widgets.rangeslider import RangeSlider
from studio.gui.widgets.slider import Slider
from studio.music.stem import KINDS, stem

_LONGEST_MS = 300
_LOWEST, _HIGHEST = 0, 127  # what "no limit" is in TakeOptions


class TakeOptionsPanel(QWidget):
    """Options of the take beside the roll; those of notes go to the take at once.

    Signals:
        ghosts_shown(on): ghosts are to be seen in the roll, or not.
        division_changed(quarters): another grid, in quarter notes.
        quantise_changed(strength, swing): how notes are quantised, 0 to 1 each.
        quantise_asked: quantise now.
        kind_chosen(kind): the stem is to be heard as something else.
    """

    ghosts_shown = Signal(bool)
    division_changed = Signal(float)
    quantise_changed = Signal(float, float)
    quantise_asked = Signal()
    kind_chosen = Signal(str)

    def __init__(self, take: TakeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._following = self._small = False
        self.setObjectName("takeOptions")
        self.setAccessibleName(self.tr("Options of the notes"))
        # Its height is the roll's; what is shown follows the height, never the other way round.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._make_note_options()
        self.quantising = QuantiseBox(self)
        self.quantising.division_changed.connect(self.division_changed)
        self.quantising.changed.connect(self.quantise_changed)
        self.quantising.asked.connect(self.quantise_asked)
        self._make_engine()
        self._lay_out()
        take.changed.connect(self.refresh)
        self.set_small(False)
        self.set_engine(take.engine, "")
        self.refresh()

    # Making

    def _make_note_options(self) -> None:
        self.shortest = Slider(
            self.tr("Shortest note"), 0, _LONGEST_MS, 0, step=5, spoken=self._spoken_ms, parent=self
        )
        self.shortest.setObjectName("shortestNote")
        self.shortest.setToolTip(self.tr("Shorter notes become ghosts."))
        self.shortest.valueChanged.connect(self._shortest_moved)
        self._shortest_text = value_label("shortestText")
        low, high = self._pitches()
        ends = (self.tr("Lowest pitch"), self.tr("Highest pitch"))
        self.range = RangeSlider(self.tr("Range"), low, high, ends, words.pitch, self)
        self.range.setObjectName("pitchRange")
        self.range.setToolTip(self.tr("Notes beyond it become ghosts."))
        self.range.changed.connect(self._range_moved)
        self._range_text = value_label("rangeText")
        self.ghosts = QCheckBox(self.tr("Show ghosts"), self)
        self.ghosts.setObjectName("showGhosts")
        self.ghosts.setToolTip(self.tr("Candidates the threshold turned down (G)"))
        self.ghosts.setChecked(True)
        self.ghosts.toggled.connect(self.ghosts_shown)
        self._edited = aside("editedNotes")

    def _make_engine(self) -> None:
        self.kind = QComboBox(self)
        self.kind.setObjectName("kind")
        self.kind.setAccessibleName(self.tr("Heard as"))
        self.kind.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for kind in KINDS:
            self.kind.addItem(stem(kind).label, kind)
        self.kind.activated.connect(self._kind_activated)
        self._engine, self._why = aside("engine"), aside("why")

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        range_block = captioned(self.tr("Range"), self._range_text, self.range)
        self._rows = rows = [
            captioned(self.tr("Shortest note"), self._shortest_text, self.shortest),
            range_block,
            self.ghosts,
            self._edited,
            self.quantising,
            self._kind_row(),
            self._engine,
            self._why,
        ]
        for row in rows:
            # What is too long for a narrow column wraps or is cut; it never widens the column.
            row.setMinimumWidth(1)
            self._column.addWidget(row)
        # Pieces of a kit have numbers that are no pitches.
        range_block.setHidden(self._take.kind == "drums")
        self._column.addStretch(1)
        # What steps back, first to last.
        self._yielding: tuple[QWidget, ...] = (self._why, self._engine, self._edited, self.ghosts)

    def _kind_row(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.GAP)
        self._kind_caption = caption(self.tr("Heard as"))
        line.addWidget(self._kind_caption)
        line.addWidget(self.kind, 1)
        return row

    def _pitches(self) -> tuple[int, int]:
        """The ends of the range: what the engine heard at all."""
        pitch = self._take.candidates.pitch
        if not len(pitch):
            return _LOWEST, _HIGHEST
        return int(pitch.min()), max(int(pitch.max()), int(pitch.min()) + 1)

    # State

    def set_small(self, small: bool) -> None:
        """Closer together; where the header has no room for the grid, it stands here."""
        self._small = small
        self.quantising.set_small(small)
        self._kind_caption.setVisible(not small)
        self._make_room()

    def set_ghosts_shown(self, on: bool) -> None:
        """As the roll shows them."""
        self.ghosts.setChecked(on)

    def set_division(self, quarters: float) -> None:
        """As the grid is."""
        self.quantising.grid.set_division(quarters)

    def set_engine(self, label: str, why: str) -> None:
        """Who heard the notes, and why it was this one or this threshold."""
        self._engine.setText(self.tr("Heard by {}.").format(label) if label else "")
        self._why.setText(why)
        anew = self.tr("Another kind finds the notes anew with what is best for it.")
        self.kind.setToolTip(" ".join(said for said in (self._engine.text(), why, anew) if said))
        self._make_room()

    def refresh(self) -> None:
        """As the take is now."""
        take, options = self._take, self._take.options
        low, high = self._pitches()
        self._following = True
        self.shortest.setValue(min(round(1000 * options.shortest), _LONGEST_MS))
        self.range.set_values(max(options.lowest_pitch, low), min(options.highest_pitch, high))
        self._following = False
        self._shortest_text.setText(self._spoken_ms(round(1000 * options.shortest)))
        self._range_text.setText(
            self.tr("{} to {}").format(*(words.pitch(pitch) for pitch in self.range.values()))
        )
        self.kind.setCurrentIndex(max(0, self.kind.findData(take.kind)))
        self._say_edited(len(take.edited_ids))

    def _say_edited(self, count: int) -> None:
        text = self.tr("{} note edited by hand. It stays at any threshold.")
        if count != 1:
            text = self.tr("{} notes edited by hand. They stay at any threshold.")
        said = text.format(words.count(count)) if count else ""
        if said != self._edited.text():  # the threshold is dragged: nothing else needs room
            self._edited.setText(said)
            self._make_room()

    def _make_room(self) -> None:
        """Show what there is to show, without what the height has no room for."""
        if not self._fits(theme.GROUP if self._small else theme.GAP):
            self._fits(theme.GROUP)
        self._column.activate()  # rows went or came after it had shared out the height

    def _fits(self, gap: int) -> bool:
        """Whether with ``gap`` between the rows, and without some, all of it is seen."""
        self._column.setSpacing(gap)
        self._column.setContentsMargins(theme.INSET + 2, gap, theme.INSET, gap)
        wanted = {
            self._why: bool(self._why.text()),
            self._engine: bool(self._engine.text()),
            self._edited: bool(self._edited.text()),
            self.ghosts: True,
        }
        for row, shown in wanted.items():
            row.setVisible(shown)
        for row in self._yielding:
            if self._needed() <= self.height():
                return True
            row.hide()
        return self._needed() <= self.height()

    def _needed(self) -> int:
        """How high all that is shown wants to be."""
        edges = self._column.contentsMargins()
        room = self.width() - edges.left() - edges.right()
        shown = [row for row in self._rows if not row.isHidden()]
        high = [
            row.heightForWidth(room) if row.hasHeightForWidth() else row.sizeHint().height()
            for row in shown
        ]
        gaps = self._column.spacing() * (len(shown) - 1)
        return sum(high) + gaps + edges.top() + edges.bottom()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What has room depends on the height."""
        super().resizeEvent(event)
        self._make_room()

    # Hands

    def _shortest_moved(self, milliseconds: int) -> None:
        if not self._following:
            self._take.set_options(self.tr("Shortest note"), shortest=milliseconds / 1000)

    def _range_moved(self, low: int, high: int) -> None:
        if self._following:
            return
        first, last = self._pitches()
        self._take.set_options(
            self.tr("Pitch range"),
            lowest_pitch=_LOWEST if low == first else low,
            highest_pitch=_HIGHEST if high == last else high,
        )

    def _kind_activated(self, index: int) -> None:
        kind = str(self.kind.itemData(index))
        if kind != self._take.kind:
            self.kind_chosen.emit(kind)

    def _spoken_ms(self, milliseconds: int) -> str:
        return self.tr("{} ms").format(milliseconds)
