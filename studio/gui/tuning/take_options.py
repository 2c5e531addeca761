"""The quieter options of a take: shortest note, pitch range, ghosts, grid, and what heard it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme, words
from studio.gui.state.take import TakeModel
from studio.gui.tuning.grid_box import GridBox
from studio.gui.widgets.buttons import Plain
from studio.gui.widgets.rangeslider import RangeSlider
from studio.gui.widgets.slider import Slider
from studio.music.stem import KINDS, stem

_LONGEST_MS = 300
_LOWEST, _HIGHEST = 0, 127  # what "no limit" is in TakeOptions


class TakeOptionsPanel(QScrollArea):
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
        self._following = False
        self.setObjectName("takeOptions")
        self.setAccessibleName(self.tr("Options of the notes"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._make_note_options()
        self._make_grid_options()
        self._make_engine()
        self._lay_out()
        take.changed.connect(self.refresh)
        self.set_small(False)
        self.refresh()

    # Making

    def _make_note_options(self) -> None:
        self.shortest = Slider(
            self.tr("Shortest note"), 0, _LONGEST_MS, 0, step=5, spoken=self._spoken_ms, parent=self
        )
        self.shortest.setObjectName("shortestNote")
        self.shortest.setToolTip(self.tr("Shorter notes become ghosts."))
        self.shortest.valueChanged.connect(self._shortest_moved)
        self._shortest_text = _value("shortestText")
        low, high = self._pitches()
        ends = (self.tr("Lowest pitch"), self.tr("Highest pitch"))
        self.range = RangeSlider(self.tr("Range"), low, high, ends, words.pitch, self)
        self.range.setObjectName("pitchRange")
        self.range.setToolTip(self.tr("Notes beyond it become ghosts."))
        self.range.changed.connect(self._range_moved)
        self._range_text = _value("rangeText")
        self.ghosts = QCheckBox(self.tr("Show ghosts"), self)
        self.ghosts.setObjectName("showGhosts")
        self.ghosts.setToolTip(self.tr("Candidates the threshold turned down (G)"))
        self.ghosts.setChecked(True)
        self.ghosts.toggled.connect(self.ghosts_shown)
        self._edited = _aside("editedNotes")

    def _make_grid_options(self) -> None:
        self.grid = GridBox(self)
        self.grid.division_changed.connect(self.division_changed)
        self._percent: dict[str, QLabel] = {}
        self.strength = self._share(self.tr("Quantise strength"), "quantiseStrength", 100)
        self.swing = self._share(self.tr("Swing"), "swing", 0)
        self.quantise = Plain(self.tr("Quantise"), shortcut="Q", parent=self)
        self.quantise.setObjectName("quantise")
        self.quantise.setToolTip(self.tr("Move selected notes, or else all, to the grid (Q)"))
        self.quantise.clicked.connect(self.quantise_asked)

    def _share(self, name: str, object_name: str, default: int) -> Slider:
        slider = Slider(name, 0, 100, default, step=5, spoken=self._spoken_share, parent=self)
        slider.setObjectName(object_name)
        slider.valueChanged.connect(self._shares_moved)
        self._percent[object_name] = _value(f"{object_name}Text")
        self._percent[object_name].setText(self._spoken_share(default))
        return slider

    def _make_engine(self) -> None:
        self.kind = QComboBox(self)
        self.kind.setObjectName("kind")
        self.kind.setAccessibleName(self.tr("Heard as"))
        self.kind.setToolTip(self.tr("Finds the notes anew with what is best for it."))
        self.kind.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for kind in KINDS:
            self.kind.addItem(stem(kind).label, kind)
        self.kind.activated.connect(self._kind_activated)
        self._engine, self._why = _aside("engine"), _aside("why")
        for label in (self._engine, self._why):
            label.setParent(self)  # shown without one it would be a window of its own
        self.set_engine(self._take.engine, "")

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("takeOptionsInside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.INSET + 2, theme.GAP, theme.INSET, theme.GAP)
        column.setSpacing(theme.GAP)
        range_block = _captioned(self.tr("Range"), self._range_text, self.range)
        rows = [
            _captioned(self.tr("Shortest note"), self._shortest_text, self.shortest),
            range_block,
            self.ghosts,
            self._edited,
            self.grid,
            _captioned(
                self.tr("Quantise strength"), self._percent["quantiseStrength"], self.strength
            ),
            _captioned(self.tr("Swing"), self._percent["swing"], self.swing),
            self.quantise,
            _captioned(self.tr("Heard as"), QLabel(), self.kind),
            self._engine,
            self._why,
        ]
        for row in rows:
            # What is too long for a narrow column wraps or is cut; it never widens the column.
            row.setMinimumWidth(1)
            column.addWidget(row)
        # Pieces of a kit have numbers that are no pitches.
        range_block.setHidden(self._take.kind == "drums")
        column.addStretch(1)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def _pitches(self) -> tuple[int, int]:
        """The ends of the range: what the engine heard at all."""
        pitch = self._take.candidates.pitch
        if not len(pitch):
            return _LOWEST, _HIGHEST
        return int(pitch.min()), max(int(pitch.max()), int(pitch.min()) + 1)

    # State

    def set_small(self, small: bool) -> None:
        """Where the header has no room for the grid, it stands here."""
        self.grid.setVisible(small)

    def set_ghosts_shown(self, on: bool) -> None:
        """As the roll shows them."""
        self.ghosts.setChecked(on)

    def set_division(self, quarters: float) -> None:
        """As the grid is."""
        self.grid.set_division(quarters)

    def set_engine(self, label: str, why: str) -> None:
        """Who heard the notes, and why it was this one or this threshold."""
        self._engine.setText(self.tr("Heard by {}.").format(label) if label else "")
        self._engine.setVisible(bool(label))
        self._why.setText(why)
        self._why.setVisible(bool(why))

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
        self._edited.setText(text.format(words.count(count)))
        self._edited.setVisible(count > 0)

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

    def _shares_moved(self) -> None:
        for slider in (self.strength, self.swing):
            self._percent[slider.objectName()].setText(self._spoken_share(slider.value()))
        self.quantise_changed.emit(self.strength.value() / 100, self.swing.value() / 100)

    def _kind_activated(self, index: int) -> None:
        kind = str(self.kind.itemData(index))
        if kind != self._take.kind:
            self.kind_chosen.emit(kind)

    def _spoken_ms(self, milliseconds: int) -> str:
        return self.tr("{} ms").format(milliseconds)

    @staticmethod
    def _spoken_share(percent: int) -> str:
        return words.percent(percent / 100)


def _value(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setFont(theme.font(theme.SMALL, theme.MEDIUM))
    return label


def _aside(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setFont(theme.font(theme.ASIDE))
    label.setProperty("tone", "text3")
    label.setWordWrap(True)
    return label


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(theme.font(theme.SMALL))
    label.setProperty("tone", "text3")
    return label


def _captioned(caption: str, value: QLabel, control: QWidget) -> QWidget:
    """What it is and its value over the control."""
    block = QWidget()
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    line = QHBoxLayout()
    line.addWidget(_caption(caption))
    line.addStretch(1)
    line.addWidget(value)
    column.addLayout(line)
    control.setMinimumSize(1, 22)
    column.addWidget(control)
    return block
