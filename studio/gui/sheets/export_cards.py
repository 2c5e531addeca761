"""What can be exported to, each as a card that is a check box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMargins, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QSizePolicy, QWidget

from studio.gui import icons, theme
from studio.gui.sheets.parts import paint_dashed

_HEIGHT, _BOX, _COLUMNS = 78, 16, 3
_BROAD = 176  # a card, where more than three stand beside each other
_ABOUT = QMargins(12, 33, 10, 11)  # around the words of a card


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """One target.

    Attributes:
        name: As in the registry.
        label: For people: "Stems".
        opens: What it is or what it opens in, a sentence or two.
        available: Whether it can be written now.
        why: Why it cannot.
    """

    name: str
    label: str
    opens: str
    available: bool = True
    why: str = ""


class TargetCard(QCheckBox):
    """A card. One that is not available says why instead of what it is."""

    def __init__(self, choice: TargetChoice, parent: QWidget | None = None) -> None:
        super().__init__(choice.label, parent)
        self.choice = choice
        self.setObjectName(f"target_{choice.name}")
        self.setAccessibleName(choice.label)
        self.setAccessibleDescription(self.about)
        self.setToolTip(self.about)
        self.setEnabled(choice.available)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """See ``QWidget``."""
        return QSize(160, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """See ``QWidget``."""
        return QSize(120, _HEIGHT)

    def hitButton(self, pos: QPoint) -> bool:
        """All of the card."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked() and self.isEnabled()
        width = 1.5 if chosen else 1.0
        painter.setPen(QPen(palette.accent if chosen else palette.line, width))
        painter.setBrush(palette.hover if self._is_hovered() else palette.raised)
        half = width / 2
        box = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
        self._paint_box(painter, QRectF(12, 11, _BOX, _BOX))
        painter.setFont(theme.font(theme.BASE, theme.STRONG))
        painter.setPen(palette.text if self.isEnabled() else palette.pale)
        left = 12 + _BOX + theme.GAP
        flags = Qt.AlignmentFlag.AlignVCenter
        heading = QRect(left, 9, self.width() - left - 8, 20)
        right = Qt.TextElideMode.ElideRight
        short = QFontMetrics(painter.font()).elidedText(self.text(), right, heading.width())
        painter.drawText(heading, flags, short)
        _paint_about(painter, self.rect(), self.about, self._about_colour())

    def _paint_box(self, painter: QPainter, box: QRectF) -> None:
        palette = theme.current()
        chosen = self.isChecked() and self.isEnabled()
        edge = palette.edge if self.isEnabled() else palette.line
        painter.setPen(palette.accent if chosen else edge)
        painter.setBrush(palette.fill if chosen else Qt.BrushStyle.NoBrush)
        frame = box.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, theme.LANE_RADIUS, theme.LANE_RADIUS)
        if chosen:
            icons.paint_icon(painter, "check", box.adjusted(1, 1, -1, -1), palette.ink)

    @property
    def about(self) -> str:
        """What it is, or why it cannot be."""
        return self.choice.opens if self.choice.available else self.choice.why

    def _about_colour(self) -> QColor:
        palette = theme.current()
        return palette.text2 if self._is_hovered() else palette.text3

    def _is_hovered(self) -> bool:
        return self.isEnabled() and self.underMouse()


class TargetCards(QWidget):
    """All of them, three beside each other, and a word on what is not listed.

    Signals:
        changed: a card was ticked or unticked.
    """

    changed = Signal()

    def __init__(self, choices: Sequence[TargetChoice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("targets")
        self.setAccessibleName(self.tr("Export to"))
        self.cards = {choice.name: TargetCard(choice, self) for choice in choices}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        self._not_listed = _NotListed(self)
        self._parts: list[QWidget] = [*self.cards.values(), self._not_listed]
        self._grid, self._beside = grid, 0
        self._place(_COLUMNS)
        for card in self.cards.values():
            card.toggled.connect(self.changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More beside each other where there is room; all as high as the one with most to say."""
        super().resizeEvent(event)
        most = max(_COLUMNS, self.width() // _BROAD)
        rows = -(-len(self._parts) // most)
        beside = max(_COLUMNS, -(-len(self._parts) // rows))  # no row with one alone
        self._place(beside)
        room = (self.width() - theme.GAP * (beside - 1)) // beside
        room -= _ABOUT.left() + _ABOUT.right()
        metrics = QFontMetrics(theme.font(theme.ASIDE))
        bound = QRect(0, 0, room, 1000)
        texts = [card.about for card in self.cards.values()]
        highest = max(
            (
                metrics.boundingRect(bound, Qt.TextFlag.TextWordWrap, text).height()
                for text in texts
            ),
            default=0,
        )
        height = max(_HEIGHT, _ABOUT.top() + highest + _ABOUT.bottom())
        for part in self._parts:
            part.setFixedHeight(height)

    def _place(self, columns: int) -> None:
        """So many beside each other."""
        if columns == self._beside:
            return
        self._beside = columns
        self._arrange()
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _arrange(self) -> None:
        """Every part in its place; what is offered first comes first."""
        for place, part in enumerate(self._parts):
            self._grid.addWidget(part, place // self._beside, place % self._beside)

    def offer_first(self, names: Sequence[str]) -> None:
        """These targets before the others, in this order."""
        first = [self.cards[name] for name in names if name in self.cards]
        rest = [card for card in self.cards.values() if card not in first]
        self._parts = [*first, *rest, self._not_listed]
        self._arrange()

    def offered(self, names: Sequence[str]) -> list[str]:
        """Those of ``names`` that can be written."""
        return [name for name in names if name in self.cards and self.cards[name].choice.available]

    def chosen(self) -> list[str]:
        """The targets to be written, in their order."""
        return [
            name for name, card in self.cards.items() if card.isChecked() and card.choice.available
        ]

    def choose(self, names: Sequence[str]) -> None:
        """Tick these and no others."""
        for name, card in self.cards.items():
            card.setChecked(name in names and card.choice.available)


class _NotListed(QWidget):
    """Where a DAW is not among the cards."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._heading = self.tr("Not listed?")
        self._text = self.tr("Stems and MIDI open in every DAW: put them all at bar 1.")
        self.setAccessibleName(f"{self._heading} {self._text}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        paint_dashed(painter, QRectF(self.rect()))
        painter.setFont(theme.font(theme.BASE))
        painter.setPen(palette.text2)
        heading = QRect(12, 9, self.width() - 20, 20)
        painter.drawText(heading, Qt.AlignmentFlag.AlignVCenter, self._heading)
        _paint_about(painter, self.rect(), self._text, palette.text3)


def _paint_about(painter: QPainter, card: QRect, text: str, colour: QColor) -> None:
    painter.setFont(theme.font(theme.ASIDE))
    painter.setPen(colour)
    painter.drawText(
        card.marginsRemoved(_ABOUT).adjusted(0, 0, 0, 6), Qt.TextFlag.TextWordWrap, text
    )
