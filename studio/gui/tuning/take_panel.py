"""The take: header, roll with its options, and below it the threshold and how well it fits.

The roll and its keyboard are given by whoever makes the panel; here they only get their place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.state.take import TakeModel
from studio.gui.tuning.fit_panel import PLOT_WIDTH, SMALL_WIDTH, TABLE_WIDTH, Divider, FitPanel
from studio.gui.tuning.take_header import TakeHeader
from studio.gui.tuning.take_options import TakeOptionsPanel
from studio.gui.tuning.threshold_panel import ThresholdPanel

SMALL_BELOW = QSize(1280, 760)
WIDE_FROM = 1920
KEYBOARD_WIDTH = 34
_HEADS = {"small": 184, "usual": 232, "wide": 264}
_BOTTOM, _LOW_BOTTOM, _SMALL_BOTTOM = 204, 164, 158
_LOW_BELOW = 800  # of a window, where four lanes, the roll and all of the bottom do not fit
_LEAST_THRESHOLD, _WIDEST_THRESHOLD, _WIDEST_FIT = 560, 960, 400
_LEAST_ROLL, _LEAST_WIDTH = 160, 740


class TakePanel(QWidget):
    """All of one take.

    Args:
        take: Whose notes they are.
        prepare: Writes the MIDI file and returns it, for the chip; may raise StudioError.

    Signals:
        variant_chosen(letter): another variant is in use; the take has it already.
        variant_asked: a new variant is wanted: ``take.add_variant()``.
        best_asked: the suggested threshold was taken; the take has it already.
        rate_asked: scores are to be measured.
        kind_chosen(kind): the stem is to be heard as something else.
        closed: the panel is to go.
        crossfade_changed(take): 0 is the stem, 1 the take.
        tool_chosen(tool): ``select``, ``draw`` or ``split``.
        division_changed(quarters): another grid.
        quantise_changed(strength, swing), quantise_asked: how notes are quantised; do it now.
        ghosts_shown(on): show ghosts in the roll or not.
        chip_copy_asked(paths), chip_failed(error): of the MIDI file's chip.
        plot_export_asked(suffix): the plot as ``png`` or ``svg``; ``fit.plot.save(path)`` writes.
    """

    variant_chosen = Signal(str)
    variant_asked = Signal()
    best_asked = Signal()
    rate_asked = Signal()
    kind_chosen = Signal(str)
    closed = Signal()
    crossfade_changed = Signal(float)
    tool_chosen = Signal(str)
    division_changed = Signal(float)
    quantise_changed = Signal(float, float)
    quantise_asked = Signal()
    ghosts_shown = Signal(bool)
    chip_copy_asked = Signal(object)
    chip_failed = Signal(object)
    plot_export_asked = Signal(str)

    def __init__(
        self, take: TakeModel, prepare: Callable[[], list[Path]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.take = take
        self.form = ""
        self.setObjectName("takePanel")
        self.setAccessibleName(self.tr("Notes of {}").format(take.stem.label))
        self.header = TakeHeader(take, prepare, self)
        self.options = TakeOptionsPanel(take, self)
        self.threshold = ThresholdPanel(take, self)
        self.fit = FitPanel(take, self)
        self._middle = QWidget(self)
        self._bottom = QWidget(self)
        self._lay_out()
        self._join()
        self.set_form("usual")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._middle, 1)
        column.addWidget(self._bottom)
        self._middle.setObjectName("takeMiddle")
        self._middle.setMinimumHeight(_LEAST_ROLL)
        self._row = QHBoxLayout(self._middle)
        self._row.addWidget(self.options)
        self._row.addStretch(1)
        self._bottom.setObjectName("takeBottom")
        below = QHBoxLayout(self._bottom)
        for part in (self.threshold, Divider(self._bottom), self.fit):
            below.addWidget(part, 1 if part is self.threshold else 0)
        for row in (self._row, below):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(0)
        below.setContentsMargins(0, 1, 0, 0)

    def _join(self) -> None:
        """Signals of the parts are signals of the whole."""
        self.header.variant_chosen.connect(self.variant_chosen)
        self.header.variant_asked.connect(self.variant_asked)
        self.header.tool_chosen.connect(self.tool_chosen)
        self.header.crossfade_changed.connect(self.crossfade_changed)
        self.header.closed.connect(self.closed)
        self.header.chip.copy_asked.connect(self.chip_copy_asked)
        self.header.chip.failed.connect(self.chip_failed)
        self.options.quantise_changed.connect(self.quantise_changed)
        self.options.quantise_asked.connect(self.quantise_asked)
        self.options.ghosts_shown.connect(self.ghosts_shown)
        self.options.kind_chosen.connect(self.kind_chosen)
        self.threshold.best_asked.connect(self.best_asked)
        self.threshold.rate_asked.connect(self.rate_asked)
        self.fit.export_asked.connect(self.plot_export_asked)
        for part in (self.header, self.options):
            part.division_changed.connect(self._division_chosen)

    # What lies in it

    def set_roll(self, roll: QWidget, keyboard: QWidget) -> None:
        """Give roll and keyboard their place beside the options."""
        stretch = self._row.takeAt(1)
        del stretch
        keyboard.setFixedWidth(KEYBOARD_WIDTH)
        self._row.addWidget(keyboard)
        self._row.addWidget(roll, 1)

    def focus_threshold(self) -> None:
        """The keys go to the threshold."""
        self.threshold.slider.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_engine(self, label: str, why: str = "") -> None:
        """Who heard the notes, and the reason in a sentence."""
        self.header.set_engine(label)
        self.options.set_engine(label, why)

    def set_scope(self, text: str) -> None:
        """What the scores are of: "loop, bars 25 to 28"; empty: the whole song."""
        self.fit.set_scope(text)

    def set_division(self, quarters: float) -> None:
        """The grid, in both places where it stands."""
        self.header.grid.set_division(quarters)
        self.options.set_division(quarters)

    def _division_chosen(self, quarters: float) -> None:
        self.set_division(quarters)
        self.division_changed.emit(quarters)

    # Forms

    def fit_window(self, size: QSize) -> None:
        """Take the form that suits a window of ``size``."""
        small = size.width() < SMALL_BELOW.width() or size.height() < SMALL_BELOW.height()
        wide = size.width() >= WIDE_FROM
        self.set_form("small" if small else "wide" if wide else "usual")
        self._share_height(size.height())

    def set_form(self, form: str) -> None:
        """``small``, ``usual`` or ``wide``."""
        if form != self.form:
            self.form = form
            small = form == "small"
            self.options.setFixedWidth(_HEADS[form] - KEYBOARD_WIDTH)
            for part in (self.header, self.options, self.threshold, self.fit):
                part.set_small(small)
        self._share_width()

    def _share_height(self, window: int) -> None:
        """In a low window the bottom gives way, so that the roll keeps its least height."""
        usual = _BOTTOM if window >= _LOW_BELOW else _LOW_BOTTOM
        self._bottom.setFixedHeight(_SMALL_BOTTOM if self.form == "small" else usual)

    def _share_width(self) -> None:
        """The threshold first; in wide windows what it leaves goes to table and plot."""
        if self.form == "small":
            self.fit.set_tabbed(SMALL_WIDTH)
            return
        if self.width() < _LEAST_THRESHOLD + TABLE_WIDTH + PLOT_WIDTH + 2:
            self.fit.set_tabbed(TABLE_WIDTH)
            return
        spare = (self.width() - _WIDEST_THRESHOLD) // 2 if self.form == "wide" else 0
        table = min(max(spare, TABLE_WIDTH), _WIDEST_FIT)
        plot = min(max(spare, PLOT_WIDTH), _WIDEST_FIT)
        self.fit.set_widths(table, plot)

    def minimumSizeHint(self) -> QSize:
        """Of the small form: no form keeps a window from becoming so small that another suits."""
        return QSize(_LEAST_WIDTH, self.header.height() + _LEAST_ROLL + _SMALL_BOTTOM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_window(self.window().size())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, palette = QPainter(self), theme.current()
        painter.fillRect(self.rect(), palette.panel)
        painter.fillRect(0, self._bottom.y(), self.width(), 1, palette.line)
        painter.end()
