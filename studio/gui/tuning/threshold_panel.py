"""The threshold with its figures beside it: what it is, what it keeps, and the way to the best."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.gui import theme, words
from studio.gui.state.take import TakeModel
from studio.gui.tuning.threshold import ThresholdSlider
from studio.gui.widgets.buttons import Plain

_FIGURES = 136


class ThresholdPanel(QWidget):
    """Title, value, notes, ghosts, "Use best", and the slider.

    Signals:
        best_asked: the suggestion was taken; the take has it already.
        rate_asked: the user wants the scores measured.
    """

    best_asked = Signal()
    rate_asked = Signal()

    def __init__(self, take: TakeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._said: tuple[object, ...] = ()
        self._small = False
        self.setObjectName("thresholdPanel")
        self.slider = ThresholdSlider(take, self)
        self._title = _label("thresholdTitle", theme.BASE, theme.STRONG)
        self._title.setText(self.tr("Onset threshold"))
        self._title.setBuddy(self.slider)
        self._title.setToolTip(
            self.tr("Drag it, or ← → by 0.01 and with Shift by 0.05; Enter types a value (T)")
        )
        self._value = _label("thresholdValue", theme.FIGURE, theme.STRONG)
        self._notes = _label("notesKept", theme.BASE, tone="text2")
        self._ghosts = _label("ghostCount", theme.BASE, tone="text3")
        self._best = Plain(self.tr("Use best"), parent=self)
        self._best.setObjectName("useBest")
        self._best.clicked.connect(self._use_best)
        self._column = self._figures()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.INSET + 2, 0, theme.GROUP, 0)
        row.setSpacing(theme.GROUP)
        row.addWidget(self._column)
        row.addWidget(self.slider, 1)
        take.changed.connect(self.refresh)
        take.scores_changed.connect(self.refresh)
        self.set_small(False)
        self.refresh()

    def _figures(self) -> QWidget:
        column = QWidget(self)
        column.setObjectName("thresholdFigures")
        column.setFixedWidth(_FIGURES)
        lines = QVBoxLayout(column)
        lines.setContentsMargins(0, theme.INSET - 2, 0, theme.GAP)
        lines.setSpacing(0)
        for label in (self._title, self._value, self._notes, self._ghosts):
            lines.addWidget(label)
        self._gap = QWidget(column)
        lines.addWidget(self._gap)
        lines.addWidget(self._best)
        lines.addStretch(1)
        return column

    def set_small(self, small: bool) -> None:
        """The figures for low windows."""
        self._small = small
        size = theme.FIGURE_SMALL if small else theme.FIGURE
        self._value.setFont(theme.font(size, theme.STRONG))
        self._value.setFixedHeight(size + (6 if small else 12))
        self._gap.setFixedHeight(theme.GROUP + 2 if small else theme.INSET)

    def refresh(self) -> None:
        """Say what the take is now."""
        take, palette = self._take, theme.current()
        kept, ghosts = len(take.notes), len(take.ghosts)
        threshold = words.hundredths(take.options.onset_threshold)
        said = (threshold, kept, ghosts, take.suggested, take.measuring, palette.is_dark)
        if said == self._said:
            return
        self._said = said
        self._value.setText(threshold)
        text = self.tr("{} note kept") if kept == 1 else self.tr("{} notes kept")
        count = (
            f'<span style="color:{palette.text.name()}; font-weight:600">{words.count(kept)}</span>'
        )
        self._notes.setText(text.format(count))
        self._notes.setAccessibleName(text.format(words.count(kept)))
        text = self.tr("{} ghost") if ghosts == 1 else self.tr("{} ghosts")
        self._ghosts.setText(text.format(words.count(ghosts)))
        self._offer()

    def _offer(self) -> None:
        """What the button does: take the suggestion, or measure one."""
        take = self._take
        best = take.suggested
        if best is not None:
            self._best.setText(self.tr("Use best, {}").format(words.hundredths(best)))
            self._best.setToolTip(self.tr("Use the suggested threshold (B)"))
        else:
            self._best.setText(self.tr("Measure scores"))
            self._best.setToolTip(self.tr("Measure how well each threshold fits, about 20 s (R)"))
        self._best.setEnabled(best is not None or take.measuring is None)
        self._best.updateGeometry()

    def _use_best(self) -> None:
        if self._take.suggested is not None:
            self._take.set_threshold(self._take.suggested)
            self.best_asked.emit()
        else:
            self.rate_asked.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self.set_small(self._small)  # a new style sheet brings the first font back
            self.refresh()
        super().changeEvent(event)


def _label(name: str, size: int, weight: int = theme.REGULAR, tone: str = "") -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setFont(theme.font(size, weight))
    if tone:
        label.setProperty("tone", tone)
    return label
