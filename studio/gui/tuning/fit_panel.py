"""How well the take fits: the table and the plot, side by side or behind two tabs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.state.take import TakeModel
from studio.gui.tuning.correlation_plot import CorrelationPlot
from studio.gui.tuning.reading import Curve
from studio.gui.tuning.score_table import ScoreTable
from studio.gui.widgets.segmented import Segmented

TABLE, PLOT = "table", "plot"
TABLE_WIDTH, PLOT_WIDTH, SMALL_WIDTH = 344, 292, 233


class FitPanel(QWidget):
    """Table and plot with their titles.

    Signals:
        export_asked(suffix): see ``CorrelationPlot``.
    """

    export_asked = Signal(str)

    def __init__(self, take: TakeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._is_tabbed = False
        self.setObjectName("fitPanel")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.table = ScoreTable(take, self)
        self.plot = CorrelationPlot(take, self)
        self.plot.export_asked.connect(self.export_asked)
        self._scope = _label("fitScope", "text3")
        self._aside = _label("plotAside", "text3")
        self._aside.setText(self.tr("cross-correlation"))
        self._foot = _label("fitFoot", "text3", theme.ASIDE)
        self._foot.setWordWrap(True)
        self._scores = self._score_side()
        self._line = Divider(self)
        self._plots = self._plot_side()
        self._tabs = self._make_tabs()
        self._lay_out()
        take.changed.connect(self.refresh)
        take.scores_changed.connect(self.refresh)
        self.set_scope("")
        self.set_small(False)
        self.set_widths(TABLE_WIDTH, PLOT_WIDTH)
        self.refresh()

    def _score_side(self) -> QWidget:
        side, column = _side("scoreSide", self)
        column.setContentsMargins(theme.GAP, theme.INSET - 2, theme.GAP, theme.GROUP + 2)
        self._scores_title = _title(self.tr("How well it fits"), "scoresTitle")
        head = _heading(self._scores_title, self._scope)
        head.setContentsMargins(theme.GROUP + 2, 0, theme.GROUP + 2, 0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.GROUP + 2, theme.GROUP, theme.GROUP, 0)
        foot.addWidget(self._foot)
        column.addLayout(foot)
        return side

    def _plot_side(self) -> QWidget:
        side, column = _side("plotSide", self)
        column.setContentsMargins(theme.INSET + 2, theme.INSET - 2, theme.INSET + 2, theme.GAP)
        self._plot_title = _title(self.tr("Stem against take"), "plotTitle")
        column.addLayout(_heading(self._plot_title, self._aside))
        column.addSpacing(theme.GROUP)
        column.addWidget(self.plot, 1)
        return side

    def _make_tabs(self) -> Segmented:
        tabs = Segmented(self.tr("Scores as table or plot"), self)
        tabs.setObjectName("fitTabs")
        tabs.add(TABLE, self.tr("Table"))
        tabs.add(PLOT, self.tr("Plot"))
        tabs.choose(TABLE)
        tabs.chosen.connect(self.show_tab)
        return tabs

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part in (self._scores, self._line, self._plots):
            row.addWidget(part)

    # Forms

    def set_small(self, small: bool) -> None:
        """Few columns and no foot, for low windows."""
        self._foot.setVisible(not small)
        self.table.set_few(small)

    def set_widths(self, table: int, plot: int) -> None:
        """Both sides are seen, this wide."""
        self._is_tabbed = False
        self._show_parts({self._scores: table, self._line: 1, self._plots: plot})
        self.setFixedWidth(table + plot + 1)

    def set_tabbed(self, width: int) -> None:
        """One side is seen, ``width`` wide, and tabs choose which."""
        self._is_tabbed = True
        side = self._plots if self._tabs.choice() == PLOT else self._scores
        self._show_parts({side: width})
        self.setFixedWidth(width)
        self._place_tabs()

    def show_tab(self, key: str) -> None:
        """``table`` or ``plot``, where there are tabs."""
        self._tabs.choose(key)
        if self._is_tabbed:
            self.set_tabbed(self.width())

    def _show_parts(self, widths: dict[QWidget, int]) -> None:
        """These parts, and the words that have room with them."""
        for part in (self._scores, self._line, self._plots):
            part.setVisible(part in widths)
            if part in widths:
                part.setFixedWidth(widths[part])
        self._tabs.setVisible(self._is_tabbed)
        self._scope.setVisible(not self._is_tabbed)
        self._aside.setVisible(not self._is_tabbed)
        for title in (self._scores_title, self._plot_title):
            title.setFixedHeight(26 if self._is_tabbed else 20)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_tabs()

    def _place_tabs(self) -> None:
        """Over the title's line, at its right end."""
        size = self._tabs.sizeHint()
        self._tabs.setGeometry(
            self.width() - size.width() - theme.GAP, theme.GROUP + 2, size.width(), size.height()
        )
        self._tabs.raise_()

    # Words

    def set_scope(self, text: str) -> None:
        """What was compared: "loop, bars 25 to 28"; empty: the whole song."""
        text = text or self.tr("whole song")
        self._scope.setText(text)
        self._scores_title.setToolTip(text)
        self.table.setAccessibleDescription(text)

    def refresh(self) -> None:
        """The foot line, as the scores are now."""
        take = self._take
        agreement = Curve.of(take.rows).at(take.options.onset_threshold)
        if agreement is not None:
            text = self.tr(
                "{} of 100: so alike do stem and take sound. It is no proof that each note is "
                "right."
            ).format(round(agreement))
        elif take.measuring is not None:
            text = self.tr("Measuring, {} of {}.").format(*take.measuring)
        else:
            text = self.tr("Scores are not measured yet. Press R, about 20 s.")
        self._foot.setText(text)


class Divider(QWidget):
    """A line between two panels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("divider")
        self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().line)


def _side(name: str, parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    side = QWidget(parent)
    side.setObjectName(name)
    column = QVBoxLayout(side)
    column.setSpacing(0)
    return side, column


def _label(name: str, tone: str, size: int = theme.SMALL) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setFont(theme.font(size))
    label.setProperty("tone", tone)
    return label


def _title(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setFont(theme.font(theme.BASE, theme.STRONG))
    label.setMinimumHeight(20)
    return label


def _heading(title: QLabel, aside: QLabel) -> QHBoxLayout:
    """A title at the left, what it is about at the right."""
    row = QHBoxLayout()
    row.addWidget(title)
    row.addStretch(1)
    row.addWidget(aside, 0, Qt.AlignmentFlag.AlignVCenter)
    return row
