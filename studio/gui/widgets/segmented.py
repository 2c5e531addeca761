"""A row of choices of which one holds: ``A 0.58 | B 0.62 | +``."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QGroupBox,
    QHBoxLayout,
    QRadioButton,
    QToolButton,
    QWidget,
)

from studio.gui import icons, theme


class Segmented(QGroupBox):
    """Choices side by side. Arrow keys go from one to the next.

    Signals:
        chosen(key): another one was chosen by hand.
        action_asked(key): one that is not a choice but does something was pressed.
    """

    chosen = Signal(str)
    action_asked = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segmented")
        self.setAccessibleName(name)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._parts: dict[str, QAbstractButton] = {}

    def add(self, key: str, text: str = "", icon: str = "", tip: str = "") -> QAbstractButton:
        """One more choice. Where it shows only ``icon``, ``tip`` is its name."""
        choice = _Choice(text, icon, self)
        choice.clicked.connect(self._clicked)
        return self._append(key, choice, text or tip, tip)

    def add_action(self, key: str, icon: str, tip: str) -> QAbstractButton:
        """A button at the end of the row that is no choice."""
        button = _Action(icon, self)
        button.clicked.connect(self._clicked)
        return self._append(key, button, tip, tip)

    def _append(self, key: str, part: QAbstractButton, name: str, tip: str) -> QAbstractButton:
        part.setObjectName(key)
        part.setAccessibleName(name)
        part.setToolTip(tip)
        self._parts[key] = part
        self._row.addWidget(part)
        return part

    def set_choices(self, choices: list[tuple[str, str]]) -> None:
        """These (key, text) instead of the choices there are; actions stay at the end."""
        actions = {k: p for k, p in self._parts.items() if isinstance(p, _Action)}
        before = self.choice()
        same = [k for k in self._parts if k not in actions] == [key for key, _ in choices]
        if same:
            for key, text in choices:
                self._parts[key].setText(text)
                self._parts[key].setAccessibleName(text)
                self._parts[key].updateGeometry()
            return
        for key in [k for k in self._parts if k not in actions]:
            part = self._parts.pop(key)
            self._row.removeWidget(part)
            part.hide()
            part.deleteLater()
        for part in actions.values():
            self._row.removeWidget(part)
        self._parts = {}
        for key, text in choices:
            self.add(key, text)
        for key, part in actions.items():
            self._append(key, part, part.accessibleName(), part.toolTip())
        self.choose(before)

    def choose(self, key: str) -> None:
        """Show ``key`` as chosen; says nothing. An unknown key is left alone."""
        part = self._parts.get(key)
        if isinstance(part, _Choice):
            part.setChecked(True)

    def choice(self) -> str:
        """The key that is chosen, or ""."""
        return next((key for key, part in self._parts.items() if part.isChecked()), "")

    def part(self, key: str) -> QAbstractButton:
        """The button of ``key``. Raises KeyError."""
        return self._parts[key]

    def edges(self, part: QAbstractButton) -> tuple[bool, bool, bool]:
        """Whether ``part`` is the first, the last, and right of the chosen one."""
        row = list(self._parts.values())
        place = row.index(part)
        return place == 0, place == len(row) - 1, place > 0 and row[place - 1].isChecked()

    def redraw(self) -> None:
        """An edge belongs to two parts: both follow when one is chosen."""
        for part in self._parts.values():
            part.update()

    def _clicked(self) -> None:
        part = self.sender()
        key = part.objectName()
        (self.chosen if isinstance(part, _Choice) else self.action_asked).emit(key)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Nothing of its own: the parts are all there is to see."""


class _Choice(QRadioButton):
    """One choice."""

    def __init__(self, text: str, icon: str, row: Segmented) -> None:
        super().__init__(text, row)
        self.icon_name = icon
        _prepare(self)
        self.toggled.connect(row.redraw)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        return _size(self, self.icon_name)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        _paint(self, self.icon_name)


class _Action(QToolButton):
    """A button in the row that is no choice."""

    def __init__(self, icon: str, row: Segmented) -> None:
        super().__init__(row)
        self.icon_name = icon
        _prepare(self)

    def sizeHint(self) -> QSize:
        return _size(self, self.icon_name)

    def paintEvent(self, _event: QPaintEvent) -> None:
        _paint(self, self.icon_name)


def _prepare(part: QAbstractButton) -> None:
    part.setFont(theme.font(theme.SMALL, theme.MEDIUM))
    part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    part.setAttribute(Qt.WidgetAttribute.WA_Hover)


def _size(part: QAbstractButton, icon: str) -> QSize:
    words = part.fontMetrics().horizontalAdvance(part.text()) if part.text() else 0
    return QSize(words + (icons.SIZE if icon else 0) + (20 if words else 18), 26)


def _paint(part: QAbstractButton, icon: str) -> None:
    row = part.parentWidget()
    assert isinstance(row, Segmented)
    first, last, after_chosen = row.edges(part)
    palette, painter = theme.current(), QPainter(part)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    back, edge, colour = _colours(part)
    # Its right edge is the next one's left edge, unless it is the last or the chosen one; what
    # is not drawn lies outside of the part and is clipped away.
    beyond_right = 0 if last or part.isChecked() else 2
    area = QRectF(part.rect()).adjusted(-2 if after_chosen else 0, 0, beyond_right, 0)
    box = theme.outlined(painter, area, edge)
    painter.setBrush(back if back is not None else Qt.BrushStyle.NoBrush)
    painter.setClipRect(part.rect())
    painter.drawPath(_rounded(box, theme.RADIUS if first else 0, theme.RADIUS if last else 0))
    if icon:
        icons.paint_icon(painter, icon, QRectF(part.rect()).adjusted(0, 5, 0, -5), colour)
    painter.setPen(colour if part.isEnabled() else palette.pale)
    painter.setFont(part.font())
    painter.drawText(part.rect(), Qt.AlignmentFlag.AlignCenter, part.text())


def _colours(part: QAbstractButton) -> tuple[QColor | None, QColor, QColor]:
    """Of surface, edge and words."""
    palette = theme.current()
    if not part.isEnabled():
        return None, palette.line, palette.pale
    if part.isChecked():
        return palette.chosen, palette.accent, palette.accent
    back = palette.line if part.isDown() else palette.hover if part.underMouse() else None
    return back, palette.edge, palette.text2


def _rounded(box: QRectF, left: float, right: float) -> QPainterPath:
    """``box`` with the corners of its left and its right side rounded."""
    path = QPainterPath()
    whole = max(left, right)
    path.addRoundedRect(box, whole, whole)
    square = QPainterPath()
    if not left:
        square.addRect(QRectF(box.left(), box.top(), whole, box.height()))
    if not right:
        square.addRect(QRectF(box.right() - whole, box.top(), whole, box.height()))
    return path.united(square).simplified() if whole else _square(box)


def _square(box: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(box)
    return path
