"""Small pieces the sheets and the bars are built of."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme

HEADS = 76
"""Width of what stands before the rows of a form."""


class Line(QWidget):
    """A separator, one pixel; lying, or standing where it is given a height."""

    def __init__(self, parent: QWidget | None = None, standing: int = 0) -> None:
        super().__init__(parent)
        if standing:
            self.setFixedSize(1, standing)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        QPainter(self).fillRect(self.rect(), theme.current().line)


class Elided(QLabel):
    """A line that is cut with dots where there is no room; all of it is in the tooltip."""

    def __init__(
        self,
        px: int,
        weight: int = theme.REGULAR,
        tone: str = "text",
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._type = theme.font(px, weight)
        self.tone = tone
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as its font, as broad as there is room."""
        return QSize(40, QFontMetrics(self._type).height())

    def set_type(self, px: int, weight: int) -> None:
        """Another size and weight. ``setFont`` would be undone by the next palette."""
        self._type = theme.font(px, weight)
        self.updateGeometry()
        self.update()

    def setText(self, text: str) -> None:
        """See ``QLabel``."""
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        painter = QPainter(self)
        painter.setPen(getattr(theme.current(), self.tone))
        painter.setFont(self._type)
        short = QFontMetrics(self._type).elidedText(self.text(), self._mode, self.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(self.rect(), flags, short)


def set_tone(made: QLabel, tone: str) -> None:
    """Another tone for a label that is seen already."""
    if made.property("tone") != tone:
        made.setProperty("tone", tone)
        made.style().unpolish(made)
        made.style().polish(made)


def scrolled(inside: QWidget) -> QScrollArea:
    """``inside``, which scrolls up and down where there is too little room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    inside.setAutoFillBackground(False)  # which setWidget switches on
    area.viewport().setAutoFillBackground(False)
    return area


def column(parent: QWidget | None = None, spacing: int = theme.GAP) -> QVBoxLayout:
    """A column without margins."""
    made = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    return made


def clear(layout: QLayout) -> None:
    """Take every widget out of ``layout`` and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def paint_dashed(painter: QPainter, rect: QRectF) -> None:
    """The border of a place that takes songs."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(theme.current().edge, 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    frame = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(frame, theme.CARD_RADIUS, theme.CARD_RADIUS)
    painter.restore()
