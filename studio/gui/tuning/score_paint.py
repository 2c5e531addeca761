"""How the lines of the score table look: a tint and a bar on the one in use, a star on the best."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from studio.gui import icons, theme
from studio.gui.tuning.reading import Line

_LINE_ROLE = Qt.ItemDataRole.UserRole
_PAD, _END, _BAR, _STAR = 6, 4, 3, 11
_HEADER_HEIGHT = 22


class LineDelegate(QStyledItemDelegate):
    """Paints one cell. The ring of the keyboard goes round the line, not round the table."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line = index.data(_LINE_ROLE)
        assert isinstance(line, Line)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        table = self.parent()
        assert isinstance(table, QTableView)
        painter.save()
        self._paint_ground(painter, rect, state, line, index.column())
        current = table.currentIndex()
        if theme.shows_focus(table) and current.row() == index.row():
            self._paint_ring(painter, rect, index.column(), table)
        self._paint_text(painter, rect, str(index.data()), line, index.column())
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(40, 20)

    @staticmethod
    def _paint_ground(
        painter: QPainter, rect: QRect, state: QStyle.StateFlag, line: Line, column: int
    ) -> None:
        palette = theme.current()
        if line.now:
            painter.fillRect(rect, palette.chosen)
        elif state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(rect, palette.hover)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), palette.line)
        if line.now and column == 0:
            painter.fillRect(QRect(rect.left(), rect.top(), _BAR, rect.height()), palette.accent)

    @staticmethod
    def _paint_ring(painter: QPainter, rect: QRect, column: int, table: QTableView) -> None:
        accent = theme.current().accent
        shown = [c for c in range(table.model().columnCount()) if not table.isColumnHidden(c)]
        painter.fillRect(QRect(rect.left(), rect.top(), rect.width(), 2), accent)
        painter.fillRect(QRect(rect.left(), rect.bottom() - 1, rect.width(), 2), accent)
        if column == shown[0]:
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), accent)
        if column == shown[-1]:
            painter.fillRect(QRect(rect.right() - 1, rect.top(), 2, rect.height()), accent)

    @staticmethod
    def _paint_text(painter: QPainter, rect: QRect, text: str, line: Line, column: int) -> None:
        palette = theme.current()
        strong = line.now or (line.best and column == 0)
        weight = theme.MEDIUM if strong and column == 0 else theme.REGULAR
        painter.setFont(theme.font(theme.SMALL, weight))
        guessed = line.estimated and column == 2
        painter.setPen(palette.text3 if guessed else palette.text if strong else palette.text2)
        side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
        inner = rect.adjusted(_PAD, 0, 0, 0) if column == 0 else rect.adjusted(0, 0, -_END, 0)
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)
        if line.best and column == 0:
            x = inner.left() + painter.fontMetrics().horizontalAdvance(text) + 5
            star = QRectF(x, rect.center().y() - _STAR / 2, _STAR, _STAR)
            icons.paint_icon(painter, "star", star, palette.text)


class ScoreHeader(QHeaderView):
    """The headings, over a line; the first to the left, figures to the right."""

    def __init__(self, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("scoreHeader")
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(20)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEADER_HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        palette = theme.current()
        painter.save()
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(palette.text3)
        side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        inner = rect.adjusted(_PAD, 0, 0, 0) if section == 0 else rect.adjusted(0, 0, -_END, 0)
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), palette.line)
        painter.restore()
