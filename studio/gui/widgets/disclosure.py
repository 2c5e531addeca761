"""A line that unfolds what lies below it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from studio.gui import theme

_ARROW, _HIGH, _AFTER = 8, 26, 8


class Disclosure(QToolButton):
    """A heading with an arrow; checked while ``below`` is shown. ``aside`` says what lies there."""

    def __init__(self, text: str, below: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._aside = ""
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(below.setVisible)
        below.hide()

    def set_aside(self, text: str) -> None:
        """What lies below, in a few words; read while it is folded."""
        self._aside = text
        self.setAccessibleDescription(text)
        self.update()

    def set_text(self, text: str) -> None:
        """Another heading."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As broad as its heading."""
        words = QFontMetrics(theme.font(theme.SMALL)).horizontalAdvance(self.text())
        return QSize(words + _ARROW + _AFTER + 2, _HIGH)

    def minimumSizeHint(self) -> QSize:
        """See ``QWidget``."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Arrow, heading, and the aside where there is room."""
        palette, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if mirrored:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.text if self.underMouse() else palette.text3)
        painter.drawPolygon(self._arrow())
        if mirrored:
            painter.resetTransform()
        self._paint_words(painter)

    def _arrow(self) -> QPolygonF:
        """It points down while it is unfolded, else to where reading goes on."""
        box = QRectF(0, (self.height() - _ARROW) / 2, _ARROW, _ARROW)
        if self.isChecked():
            box.adjust(0, 1.5, 0, -1.5)
            return QPolygonF(
                [box.topLeft(), box.topRight(), QPointF(box.center().x(), box.bottom())]
            )
        box.adjust(1.5, 0, -1.5, 0)
        tip = QPointF(box.right(), box.center().y())
        return QPolygonF([box.topLeft(), tip, box.bottomLeft()])

    def _paint_words(self, painter: QPainter) -> None:
        palette = theme.current()
        leading = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        left = _ARROW + _AFTER
        area = self.rect().adjusted(left if leading else 0, 0, 0 if leading else -left, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(palette.text if self.underMouse() else palette.text2)
        painter.drawText(area, flags, self.text())
        if self.isChecked() or not self._aside:
            return
        before = QFontMetrics(painter.font()).horizontalAdvance(self.text()) + 2 * _AFTER
        rest = QRect(area).adjusted(before if leading else 0, 0, 0 if leading else -before, 0)
        painter.setFont(theme.font(theme.ASIDE))
        painter.setPen(palette.text3)
        room = Qt.TextElideMode.ElideRight
        short = QFontMetrics(painter.font()).elidedText(self._aside, room, rest.width())
        painter.drawText(rest, flags, short)
