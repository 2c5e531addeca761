"""Rows of the timeline: a head of one width for all, and a body that takes the rest."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStyle, QWidget

from studio.gui import theme
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline import drawing
from studio.gui.timeline.grid import ends
from studio.gui.widgets.keycap import KeyHints


class Row(QWidget):
    """``head`` on the left, ``body`` beside it."""

    def __init__(self, head: QWidget, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self.body = head, body
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(body, 1)


def paint_head(widget: QWidget, painter: QPainter, raised: bool = False) -> None:
    """The ground of a head, and the lines below and to the right of it."""
    palette = theme.current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(widget.rect(), palette.raised if raised else palette.panel)
    painter.setBrush(palette.line)
    drawing.flat(painter, widget.height() - 1, 0, widget.width())
    mirrored = widget.layoutDirection() == Qt.LayoutDirection.RightToLeft
    drawing.upright(painter, 0.5 if mirrored else widget.width() - 0.5, 0, widget.height())


def set_tone(label: QLabel, tone: str) -> None:
    """Give ``label`` the colour ``tone`` of the style sheet."""
    if label.property("tone") != tone:
        label.setProperty("tone", tone)
        label.style().unpolish(label)
        label.style().polish(label)


class RulerHead(QWidget):
    """What the ruler counts, and the loop in its words."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = axis
        self.setObjectName("rulerHead")
        self._unit, self._loop = QLabel(self), QLabel(self)
        self._unit.setObjectName("rulerUnit")
        self._loop.setObjectName("rulerLoop")
        for label in (self._unit, self._loop):
            label.setFont(theme.font(theme.ASIDE))
            label.setProperty("tone", "text3")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 0, 14, 1)
        layout.addWidget(self._unit, 1)
        layout.addWidget(self._loop)
        axis.view_changed.connect(self._tell)
        axis.loop_changed.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        """Say it in as many words as there is room for."""
        axis, is_narrow = self._axis, self.width() < 200
        if axis.tempo is None:
            unit = self.tr("Time · bars when the beat is found")
            unit = self.tr("Time") if axis.loop is not None or is_narrow else unit
        else:
            unit = self.tr("{bpm} bpm") if is_narrow else self.tr("Bars · {bpm} bpm")
            unit = unit.format(bpm=f"{axis.tempo.usual_bpm:.1f}")
        self._unit.setText(unit)
        self._loop.setText(self._loop_words(is_narrow) if axis.loop is not None else "")
        set_tone(self._loop, "accent" if axis.looping else "text3")

    def _loop_words(self, is_narrow: bool) -> str:
        if self._axis.loop is None:
            return ""
        first, last = ends(self._axis, self._axis.loop)
        if first == last:
            return self.tr("Loop {bar}").format(bar=first)
        said = self.tr("Loop {first}–{last}") if is_narrow else self.tr("Loop {first} to {last}")
        return said.format(first=first, last=last)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow head says less."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground."""
        painter = QPainter(self)
        paint_head(self, painter)
        painter.end()


class Foot(QWidget):
    """What lies under the lanes while there is room: the keys for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("laneFoot")
        self._head_width = 0
        self._shows_keys = True
        self._hints: KeyHints | None = None

    def tell(self, lanes: int) -> None:
        """Say the keys for this many lanes."""
        if self._hints is not None:
            self._hints.hide()
            self._hints.deleteLater()
            self._hints = None
        if not lanes:
            return
        keys = f"1–{lanes}" if lanes > 1 else "1"
        self._hints = KeyHints(
            [
                (self.tr("Space"), self.tr("play")),
                (keys, self.tr("choose a lane")),
                ("S", self.tr("solo")),
                ("M", self.tr("mute")),
                ("N", self.tr("find its notes, once the lane is whole")),
                ("?", self.tr("all shortcuts")),
            ],
            self,
        )
        self._place()

    def show_keys(self, on: bool) -> None:
        """Whether plain keys do what it says."""
        self._shows_keys = on
        self._place()

    def set_head_width(self, px: int) -> None:
        """Where the bodies begin."""
        self._head_width = px
        self._place()
        self.update()

    def _place(self) -> None:
        if self._hints is not None:
            high, left = self._hints.sizeHint().height(), self._head_width + 20
            room = max(0, self.width() - left - 20)
            place = QRect(left, (self.height() - high) // 2, room, high)
            mirrored = QStyle.visualRect(self.layoutDirection(), self.rect(), place)
            self._hints.setGeometry(mirrored)
            self._hints.setVisible(self._shows_keys and self.height() >= high + 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the hints in the middle."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, as of heads and bodies above."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.well)
        head = QRect(0, 0, self._head_width, self.height())
        mirrored = QStyle.visualRect(self.layoutDirection(), self.rect(), head)
        painter.fillRect(mirrored, palette.panel)
        painter.end()
