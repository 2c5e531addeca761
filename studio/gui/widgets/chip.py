"""Chips: what is dragged into another program, and what is picked from a row.

What a drag carries is written when the button goes down, so that the file is there before the
other program looks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QMimeData,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDrag,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QToolButton, QWidget

from studio.errors import StudioError
from studio.gui import icons, theme, words
from studio.music.stem import Stem
from studio.music.tempo import TempoMap

DRAG_PIXELS = 6
# The tempo of a MIDI file of a song whose tempo is not known.
UNKNOWN_BPM = 120.0
_GRIP, _INSET = 10, 9


def files_mime(paths: Sequence[Path]) -> QMimeData:
    """``paths`` as a drag or the clipboard carries files."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def sound_file(label: str, seconds: float) -> str:
    """What a chip says of a stem: ``Bass.wav, 3:12, 32-bit float``."""
    said = QCoreApplication.translate("Chip", "{file}, {length}, 32-bit float")
    return said.format(file=f"{label}.wav", length=words.clock_short(seconds))


def notes_file(label: str, bpm: float | None, count: int) -> str:
    """What a chip says of a take: ``Bass.mid, 96.0 BPM, 412 notes``."""
    tempo = words.bpm(UNKNOWN_BPM if bpm is None else bpm)
    said = QCoreApplication.translate("Chip", "{file}, {tempo}, {count} notes")
    if count == 1:
        said = QCoreApplication.translate("Chip", "{file}, {tempo}, {count} note")
    return said.format(file=f"{label}.mid", tempo=tempo, count=words.count(count))


def all_files(stems: int, seconds: float, takes: int, tempo: TempoMap | None) -> str:
    """What the chip of all says: ``4 WAV files, 3:12, 32-bit float; 2 MIDI files, 96.0 BPM``."""
    said = QCoreApplication.translate("Chip", "{count} WAV files, {length}, 32-bit float")
    said = said.format(count=stems, length=words.clock_short(seconds))
    if takes:
        notes = QCoreApplication.translate("Chip", "{count} MIDI files, {tempo}")
        if takes == 1:
            notes = QCoreApplication.translate("Chip", "{count} MIDI file, {tempo}")
        bpm = words.bpm(tempo.usual_bpm if tempo is not None else UNKNOWN_BPM)
        said += "; " + notes.format(count=takes, tempo=bpm)
    return said


def _drag(chip: QWidget, mime: QMimeData) -> None:
    """Carry ``mime`` until it is dropped; what shows at the pointer is the chip."""
    drag = QDrag(chip)
    drag.setMimeData(mime)
    picture: QPixmap = chip.grab()
    drag.setPixmap(picture)
    drag.setHotSpot(QPoint(chip.width() // 2, chip.height() // 2))
    drag.exec(Qt.DropAction.CopyAction)


class Chip(QToolButton):
    """Files to drag out. A click or Enter asks for them to be copied instead.

    Args:
        text: What stands on it, ``WAV``.
        what: What comes out, ``Bass.mid, 96.0 BPM, 672 notes``.
        prepare: Makes the files and returns them; called when it is pressed. A ``StudioError``
            it raises is emitted.
        small: 20 px high, for lanes.
        carry: Carries a drag; tests give their own.

    Signals:
        copy_asked(paths): clicked, or Enter was pressed: these files to the clipboard.
        failed(error): ``prepare`` could not.
    """

    copy_asked = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        text: str,
        what: str,
        prepare: Callable[[], list[Path]],
        small: bool = False,
        parent: QWidget | None = None,
        carry: Callable[[QWidget, QMimeData], None] = _drag,
    ) -> None:
        super().__init__(parent)
        self._prepare, self._carry, self._small = prepare, carry, small
        self._pressed_at: QPointF | None = None
        self._paths: list[Path] = []
        self._busy = False
        self.setObjectName("chip")
        self.set_text(text, what)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def set_text(self, text: str, what: str) -> None:
        """Other words on it, and for what comes out."""
        self.setText(text)
        self.setAccessibleName(self.tr("Drag or copy {what}").format(what=what))
        self.setToolTip(f"{what}\n" + self.tr("Drag into another program, or click to copy"))
        self.updateGeometry()

    def set_busy(self, busy: bool) -> None:
        """Whether its files are being written: it says so and cannot be dragged."""
        self._busy = busy
        self.setAccessibleDescription(self.tr("Writing…") if busy else "")
        self.updateGeometry()
        self.update()

    def _files(self) -> list[Path]:
        if self._busy:
            return []
        try:
            return self._prepare()
        except StudioError as error:
            self.failed.emit(error)
            return []

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
            self._paths = self._files()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed_at
        if start is None or not self._paths:
            return
        if (event.position() - start).manhattanLength() > DRAG_PIXELS:
            self._pressed_at = None
            self.setDown(False)
            self._carry(self, files_mime(self._paths))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._pressed_at is not None and self.rect().contains(event.position().toPoint())
        self._pressed_at = None
        super().mouseReleaseEvent(event)
        if clicked and self._paths:
            self.copy_asked.emit(self._paths)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            paths = self._files()
            if paths:
                self.copy_asked.emit(paths)
            return
        super().keyPressEvent(event)

    def _words(self) -> str:
        return self.tr("Writing…") if self._busy else self.text()

    def sizeHint(self) -> QSize:
        type_ = theme.font(theme.ASIDE if self._small else theme.SMALL, theme.MEDIUM)
        wide = QFontMetricsF(type_).horizontalAdvance(self._words())
        inset = 0 if self._small else 3
        return QSize(round(wide) + 2 * (_INSET + inset) + _GRIP + 2, 20 if self._small else 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, palette = QPainter(self), theme.current()
        colour = palette.text if self.isEnabled() else palette.pale
        _paint_pill(painter, self, None)
        inset = _INSET + (0 if self._small else 3)
        grip = QRectF(inset - 4, (self.height() - 14) / 2, 14, 14)
        icons.paint_icon(painter, "grip", grip, palette.text3 if self.isEnabled() else palette.pale)
        painter.setFont(theme.font(theme.ASIDE if self._small else theme.SMALL, theme.MEDIUM))
        painter.setPen(palette.text2 if self._small and self.isEnabled() else colour)
        where = QRectF(inset + _GRIP + 2, 0, self.width(), self.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self._words())


class PickChip(QToolButton):
    """A stem one can pick: its icon, its name, and a tick when it is picked."""

    def __init__(self, stem: Stem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stem = stem
        self.setText(stem.label)
        self.setCheckable(True)
        self.setChecked(True)
        self.setObjectName("pickChip")
        self.setAccessibleName(stem.label)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(theme.font(theme.SMALL, theme.MEDIUM))
        return QSize(round(metrics.horizontalAdvance(self.text())) + 58, 26)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, palette = QPainter(self), theme.current()
        on = self.isChecked() and self.isEnabled()
        _paint_pill(painter, self, None if on else palette.line)
        colour = palette.text if on else palette.text3 if self.isEnabled() else palette.pale
        middle = self.height() / 2
        icon = theme.stem_colour(palette, self._stem) if on else colour
        icons.paint_icon(painter, icons.stem_icon(self._stem), QRectF(9, middle - 7, 14, 14), icon)
        painter.setFont(theme.font(theme.SMALL, theme.MEDIUM))
        painter.setPen(colour)
        where = QRectF(28, 0, self.width(), self.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self.text())
        if on:
            tick = QRectF(self.width() - 24, middle - 7, 14, 14)
            icons.paint_icon(painter, "check", tick, palette.text2)


def _paint_pill(painter: QPainter, button: QToolButton, edge: QColor | None) -> None:
    """The surface and edge of a chip."""
    palette = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    on = button.isEnabled()
    colour = edge or (palette.edge if on else palette.line)
    box = theme.outlined(painter, button.rect(), colour)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if on and (button.isDown() or button.underMouse()):
        painter.setBrush(palette.line if button.isDown() else palette.hover)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
