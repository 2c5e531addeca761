"""One row of the library: title, line of state, progress, and the one thing to do about it."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.gui import icons, theme
from studio.gui.library.entry import Entry, line
from studio.gui.library.model import ENTRY_ROLE
from studio.gui.widgets.progress import paint_bar

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, BUSY_HEIGHT = 50, 56
_BAR, _MARK, _TARGET = 4, 3, 24
_ACTIONS = {
    "waiting": "clock",
    "separating": "close",
    "writing": "close",
    "notes": "close",
    "stopped": "retry",
    "unreadable": "alarm",
    "missing": "alarm",
}


class Rows(QStyledItemDelegate):
    """Draws a row. The list hears the clicks on its icon.

    Attributes:
        opened: The id of the song in the window, or empty; its row is the chosen one.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.opened = ""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """See ``QAbstractItemDelegate``."""
        entry: Entry = index.data(ENTRY_ROLE)
        return QSize(100, BUSY_HEIGHT if has_bar(entry) else ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """See ``QAbstractItemDelegate``."""
        entry: Entry = index.data(ENTRY_ROLE)
        state, row = option.state, option.rect
        direction, widget = option.direction, option.widget
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        self._paint_ground(painter, row, direction, entry, hovered)
        self._paint_words(painter, row, direction, entry)
        if has_bar(entry):
            paint_bar(painter, _bar_rect(row), entry.fraction or 0.0)
        if name := action_of(entry, hovered):
            target = action_rect(row, direction)
            place = QRect(target.center() - QPoint(7, 7), QSize(14, 14))
            icons.paint_icon(painter, name, place, _icon_colour(entry, hovered))
        if state & QStyle.StateFlag.State_HasFocus and theme.shows_focus(widget):
            _paint_focus(painter, row)
        painter.restore()

    def _paint_ground(
        self,
        painter: QPainter,
        row: QRect,
        direction: Qt.LayoutDirection,
        entry: Entry,
        hovered: bool,
    ) -> None:
        palette = theme.current()
        if entry.id == self.opened:
            painter.fillRect(row, palette.raised)
            mark = QRect(row.left(), row.top(), _MARK, row.height())
            painter.fillRect(QStyle.visualRect(direction, row, mark), palette.accent)
        elif hovered:
            painter.fillRect(row, palette.hover)

    def _paint_words(
        self, painter: QPainter, row: QRect, direction: Qt.LayoutDirection, entry: Entry
    ) -> None:
        palette = theme.current()
        room = row.width() - 2 * theme.INSET
        if action_of(entry, hovered=True):
            room -= _TARGET + theme.GROUP
        left, top = row.left() + theme.INSET, row.top() + 7
        title = QStyle.visualRect(direction, row, QRect(left, top, room, 18))
        state = QStyle.visualRect(direction, row, QRect(left, top + 19, room, 15))
        painter.setFont(theme.font(theme.BASE, theme.MEDIUM))
        painter.setPen(palette.text)
        _text(painter, title, entry.shown)
        painter.setFont(theme.font(theme.ASIDE))
        painter.setPen(_line_colour(entry, entry.id == self.opened))
        _text(painter, state, line(entry))


def has_bar(entry: Entry) -> bool:
    """Whether the row shows how much is done."""
    return entry.is_busy and entry.fraction is not None


def action_of(entry: Entry, hovered: bool) -> str:
    """The icon of a row: what a waiting song shows turns into a cross under the pointer."""
    name = _ACTIONS.get(entry.state, "")
    return "close" if name == "clock" and hovered else name


def action_rect(row: QRect, direction: Qt.LayoutDirection) -> QRect:
    """Where the icon takes clicks."""
    left = row.right() - theme.GAP - _TARGET
    return QStyle.visualRect(direction, row, QRect(left, row.top() + 5, _TARGET, _TARGET))


def _line_colour(entry: Entry, opened: bool) -> QColor:
    palette = theme.current()
    if entry.needs_you:
        return palette.alarm
    return palette.text2 if opened else palette.text3


def _icon_colour(entry: Entry, hovered: bool) -> QColor:
    palette = theme.current()
    if entry.needs_you:
        return palette.alarm
    return palette.text2 if hovered else palette.text3


def _bar_rect(row: QRect) -> QRectF:
    room = row.width() - 2 * theme.INSET
    return QRectF(row.left() + theme.INSET, row.bottom() - 9, room, _BAR)


def _paint_focus(painter: QPainter, rect: QRect) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.current().accent, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -2), theme.RADIUS, theme.RADIUS)


def _text(painter: QPainter, rect: QRect, text: str) -> None:
    metrics = QFontMetrics(painter.font())
    short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, short)
