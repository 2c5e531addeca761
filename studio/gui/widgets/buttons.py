"""Buttons: the filled one of a view and the plain ones, those of a lane, and rows of choices."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from studio.gui import icons, theme
from studio.gui.widgets import keycap


def with_shortcut(words: str, shortcut: str = "") -> str:
    """A tooltip, with its shortcut in brackets at the end."""
    return f"{words} ({shortcut})" if shortcut else words


def icon_button(
    icon: str, name: str, shortcut: str = "", parent: QWidget | None = None, checkable: bool = False
) -> QToolButton:
    """A button that shows only ``icon`` and says ``name``; 28 px high at least."""
    button = QToolButton(parent)
    button.setIcon(icons.icon(icon))
    button.setIconSize(QSize(icons.SIZE, icons.SIZE))
    button.setMinimumSize(28, 28)
    button.setObjectName(f"{icon}Button")
    button.setAccessibleName(name)
    button.setToolTip(with_shortcut(name, shortcut))
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class _Push(QPushButton):
    """Words, an icon before them and a shortcut after them, each where there is one."""

    _weight = theme.MEDIUM

    def __init__(
        self,
        text: str,
        icon: str = "",
        shortcut: str = "",
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon, self._hint, self._large = icon, shortcut, large
        self.setObjectName("button")
        self.setAccessibleName(text.rstrip("…"))
        self.setToolTip(with_shortcut(text, shortcut) if shortcut else "")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """The words, for eyes and ears."""
        super().setText(text)
        self.setAccessibleName(text.rstrip("…"))

    def _widths(self) -> tuple[float, float, float]:
        """Of icon, words and hint, each with the gap after or before it."""
        icon = icons.SIZE + 7 if self._icon else 0
        words = QFontMetricsF(self._type()).horizontalAdvance(self.text())
        return icon, words, self._hint_width()

    def _type(self) -> QFont:
        return theme.font(theme.BASE, self._weight)

    def _hint_width(self) -> float:
        return keycap.caps_width(self._hint) + 8 if self._hint else 0

    def sizeHint(self) -> QSize:
        inset = 16 if self._large else 11
        return QSize(round(sum(self._widths())) + 2 * inset, 36 if self._large else 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _paint_box(self, painter: QPainter, back: QColor | None, edge: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = theme.outlined(painter, self.rect(), edge)
        painter.setBrush(back if back is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)

    def _paint_filled(self, painter: QPainter, palette: theme.Palette) -> QColor:
        """The box of a button that goes on; its colour."""
        back = palette.fill
        if self.isDown() or self.underMouse():
            back = theme.mixed(back, palette.ink, 0.16 if self.isDown() else 0.08)
        self._paint_box(painter, back, palette.accent)
        return back

    def _paint_words(self, painter: QPainter, colour: QColor) -> float:
        """Icon and words from the middle; where the hint begins."""
        icon, words, hint = self._widths()
        x = (self.width() - icon - words - hint) / 2
        if icon:
            place = QRectF(x, (self.height() - icons.SIZE) / 2, icons.SIZE, icons.SIZE)
            icons.paint_icon(painter, self._icon, place, colour)
        painter.setFont(self._type())
        painter.setPen(colour)
        where = QRectF(x + icon, 0, words + 2, self.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self.text())
        return x + icon + words + 8


class Filled(_Push):
    """The one button of a view that goes on: brass, dark words."""

    _weight = theme.STRONG

    def _hint_width(self) -> float:
        if not self._hint:
            return 0
        metrics = QFontMetricsF(theme.font(theme.BASE))
        return metrics.horizontalAdvance(self._hint.replace("+", " ")) + 8

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, painter = theme.current(), QPainter(self)
        if not self.isEnabled():
            self._paint_box(painter, None, palette.line)
            self._paint_words(painter, palette.pale)
            return
        back = self._paint_filled(painter, palette)
        x = self._paint_words(painter, palette.ink)
        if self._hint:
            painter.setFont(theme.font(theme.BASE))
            painter.setPen(theme.mixed(back, palette.ink, 0.8))
            where = QRectF(x, 0, self.width() - x, self.height())
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self._hint.replace("+", " "))


class Plain(_Push):
    """Any other button: an edge and words; its shortcut as keys."""

    def is_on(self) -> bool:
        """Whether it looks switched on."""
        return self.isChecked()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, painter = theme.current(), QPainter(self)
        if not self.isEnabled():
            self._paint_box(painter, None, palette.line)
            x = self._paint_words(painter, palette.pale)
        else:
            back = palette.line if self.isDown() else palette.hover if self.underMouse() else None
            on = self.is_on()
            self._paint_box(
                painter, palette.chosen if on else back, palette.accent if on else palette.edge
            )
            x = self._paint_words(painter, palette.accent if on else palette.text)
        if self._hint:
            keycap.paint_caps(painter, self._hint, x, self.height() / 2)


class LaneButton(QToolButton):
    """M, S, ♪ and A/B: a letter or an icon in a small box that stays down.

    Args:
        text: One or a few letters; empty where there is an ``icon``.
        name: What it does, ``Solo Bass``.
        icon: Name of an icon instead of letters.
        loud: On, it is brass; else it is the colour of words, as mute is.

    Signals:
        alt_clicked: clicked with Alt, which does not toggle it: "only this one".
    """

    alt_clicked = Signal()

    def __init__(
        self,
        text: str,
        name: str,
        icon: str = "",
        loud: bool = True,
        shortcut: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._loud = icon, loud
        self.setText(text)
        self.setCheckable(True)
        self.setObjectName("laneButton")
        self.setAccessibleName(name)
        self.setToolTip(with_shortcut(name, shortcut))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(theme.font(theme.ASIDE, theme.STRONG))

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(30 if self._icon else max(22, words + 14), 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), 20)

    def hitButton(self, pos: QPoint) -> bool:
        """All of it, also the 2 px above and below the box that make it easy to hit."""
        return self.rect().contains(pos)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.button() == Qt.MouseButton.LeftButton:
            self.alt_clicked.emit()
            return
        super().mousePressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back, edge, colour = self._colours()
        height = min(self.height(), 20)
        box = QRectF(0, (self.height() - height) / 2, self.width(), height)
        outline = theme.outlined(painter, box, edge)
        painter.setBrush(back if back is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(outline, theme.LANE_RADIUS, theme.LANE_RADIUS)
        if self._icon:
            icons.paint_icon(painter, self._icon, box.adjusted(0, 2, 0, -2), colour)
        else:
            painter.setFont(self.font())
            painter.setPen(colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())

    def _colours(self) -> tuple[QColor | None, QColor, QColor]:
        """Of surface, edge and letter."""
        palette = theme.current()
        if not self.isEnabled():
            return None, palette.line, palette.pale
        if self.isChecked() and self._loud:
            return palette.fill, palette.accent, palette.ink
        if self.isChecked():
            return palette.text, palette.text, palette.panel
        back = palette.line if self.isDown() else palette.hover if self.underMouse() else None
        return back, palette.edge, palette.text2


def mute_button(lane: str, parent: QWidget | None = None) -> LaneButton:
    """M of the lane called ``lane``."""
    name = QCoreApplication.translate("LaneButton", "Mute {0}").format(lane)
    return LaneButton("M", name, loud=False, shortcut="M", parent=parent)


def solo_button(lane: str, parent: QWidget | None = None) -> LaneButton:
    """S of the lane called ``lane``; Alt+click asks for this lane alone."""
    name = QCoreApplication.translate("LaneButton", "Solo {0}").format(lane)
    return LaneButton("S", name, shortcut="S", parent=parent)


def notes_button(lane: str, parent: QWidget | None = None) -> LaneButton:
    """♪ of the lane called ``lane``."""
    name = QCoreApplication.translate("LaneButton", "Notes of {0}").format(lane)
    return LaneButton("", name, icon="note", shortcut="N", parent=parent)
