"""The 4-px bar: how much of something is done."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from studio.gui import theme

_HEIGHT, _STEPS = 4, 1000


class Bar4(QProgressBar):
    """A thin bar of brass on a track. Without a fraction only the track is there."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, _STEPS)
        self.setTextVisible(False)
        self.setObjectName("bar")
        self.setAccessibleName(name)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_fraction(self, fraction: float | None) -> None:
        """How much is done, in [0, 1]; None while nobody can tell."""
        if fraction is None:
            self.reset()
        else:
            self.setValue(round(min(max(fraction, 0.0), 1.0) * _STEPS))

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(16, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_bar(QPainter(self), QRectF(self.rect()), max(0, self.value()) / _STEPS)


def paint_bar(painter: QPainter, box: QRectF, fraction: float) -> None:
    """Draw such a bar into ``box``, as list rows do that are no widgets."""
    palette = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = box.height() / 2
    painter.setBrush(palette.line)
    painter.drawRoundedRect(box, radius, radius)
    if fraction > 0:
        done = QRectF(box)
        done.setWidth(max(box.height(), box.width() * min(1.0, fraction)))
        painter.setBrush(palette.fill)
        painter.drawRoundedRect(done, radius, radius)
    painter.restore()
