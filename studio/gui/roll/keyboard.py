"""The keyboard at the left of the roll; for drums, short names of the kit's pieces."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio.gui import theme
from studio.gui.roll.rows import Rows

WIDTH = 34
# As drummers say it, toms counted from the highest; what is not here goes by its number.
_SHORT = {
    35: "Kick 2",
    36: "Kick",
    37: "Stick",
    38: "Snare",
    39: "Clap",
    40: "Sn. 2",
    41: "Tom 6",
    42: "Hat",
    43: "Tom 5",
    44: "Pedal",
    45: "Tom 4",
    46: "Open",
    47: "Tom 3",
    48: "Tom 2",
    49: "Crash",
    50: "Tom 1",
    51: "Ride",
    52: "China",
    53: "Bell",
    54: "Tamb.",
    55: "Spl.",
    56: "Cow",
    57: "Cr. 2",
    59: "Ride 2",
}
_BLACK = frozenset({1, 3, 6, 8, 10})
_VELOCITY = 90


class Keyboard(QWidget):
    """Shows which row is which; a click is heard, a drag along it plays.

    Signals:
        audition(pitch, velocity): this key was pressed.
    """

    audition = Signal(int, int)

    def __init__(self, rows: Rows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._pressed: int | None = None
        self._hovered: int | None = None
        self.setObjectName("keyboard")
        self.setAccessibleName(self.tr("Keyboard"))
        self.setMouseTracking(True)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        rows.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The right end of the take's head."""
        return QSize(WIDTH, 160)

    def light(self, pitch: int | None) -> None:
        """Show the row that the pointer is on."""
        if pitch != self._hovered:
            self._hovered = pitch
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Keys or names of the rows in view."""
        painter = QPainter(self)
        palette = theme.current()
        painter.fillRect(self.rect(), palette.panel)
        if self._rows.drums:
            self._paint_kit(painter, palette)
        else:
            self._paint_keys(painter, palette)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hear the key."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._strike(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hear every key the pointer is dragged over; say its name."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._strike(event.position())
        pitch = self._rows.pitch_at(event.position().y())
        if pitch != self._hovered:
            self.light(pitch)
            QToolTip.showText(event.globalPosition().toPoint(), self._rows.name(pitch), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """No key is down."""
        self._pressed = None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """No key is under the pointer."""
        self.light(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the rows."""
        self._rows.scroll(event.angleDelta().y() / 120 * 2)
        event.accept()

    def _strike(self, at: QPointF) -> None:
        pitch = self._rows.pitch_at(at.y())
        if pitch != self._pressed:
            self._pressed = pitch
            self.audition.emit(pitch, _VELOCITY)
            self.update()

    def _paint_keys(self, painter: QPainter, palette: theme.Palette) -> None:
        dark = palette.is_dark
        white = theme.mixed(palette.text2, palette.text, 0.45) if dark else palette.raised
        black = palette.well if dark else palette.text2
        painter.setFont(theme.font(10, theme.MEDIUM))
        for row in self._rows.seen():
            pitch, box = self._rows.pitches[row], self._box(row)
            is_black = pitch % 12 in _BLACK
            key = QRectF(box)
            if is_black:
                key.setWidth(round(0.64 * box.width()))
            painter.fillRect(key, self._tone(pitch, black if is_black else white, palette))
            if not is_black:
                line = QRectF(box.left(), box.bottom() - self._hair(), box.width(), self._hair())
                painter.fillRect(line, palette.edge if dark else palette.line)
            if pitch % 12 in {0, 7} and box.height() >= (9 if pitch % 12 == 0 else 11):
                painter.setPen(palette.ink if dark else palette.text)
                align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(box.adjusted(0, 0, -2, 0), align, self._rows.name(pitch))

    def _paint_kit(self, painter: QPainter, palette: theme.Palette) -> None:
        painter.setFont(theme.font(10))
        for row in self._rows.seen():
            pitch, box = self._rows.pitches[row], self._box(row)
            if pitch in {self._pressed, self._hovered}:
                painter.fillRect(box, self._tone(pitch, palette.panel, palette))
            line = QRectF(box.left(), box.bottom() - self._hair(), box.width(), self._hair())
            painter.fillRect(line, palette.line)
            painter.setPen(palette.text if pitch == self._hovered else palette.text2)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            name = QCoreApplication.translate("kit", _SHORT.get(pitch, str(pitch)))
            painter.drawText(box.adjusted(0, 0, -3, 0), align, name)

    def _tone(self, pitch: int, usual: QColor, palette: theme.Palette) -> QColor:
        if pitch == self._pressed:
            return palette.fill
        return theme.mixed(usual, palette.accent, 0.3) if pitch == self._hovered else usual

    def _box(self, row: int) -> QRectF:
        ratio = self.devicePixelRatioF()
        top, height = self._rows.top(row), self._rows.height
        y = round(top * ratio) / ratio
        return QRectF(0, y, self.width(), round((top + height) * ratio) / ratio - y)

    def _hair(self) -> float:
        return 1 / self.devicePixelRatioF()
