"""Stem against take: both outlines and how they match over the shift, as one picture.

Shows the result of the worker's task "fit". The pointer reads values; the menu saves the picture.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from studio.errors import WriteError
from studio.files import atomic
from studio.gui import theme, words
from studio.gui.state.take import TakeModel
from studio.gui.tuning.plot_paint import Comparison, Picture, paint, panel_at, places
from studio.gui.widgets.accessible import set_role

_EXPORT = QSize(720, 400)
_EXPORT_SCALE = 2
_TITLE = 36


class CorrelationPlot(QWidget):
    """Three panels over one another: stem, take, and their match by shift.

    Signals:
        export_asked(suffix): the user wants the picture as ``png`` or ``svg``; ``save`` writes it.
        read(text): what lies under the pointer, or empty.
    """

    export_asked = Signal(str)
    read = Signal(str)

    def __init__(self, take: TakeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._facts: object = None
        self._comparison: Comparison | None = None
        self._pointer: QPointF | None = None
        self.setObjectName("correlationPlot")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        set_role(self, QAccessible.Role.Graphic)
        self._menu = self._make_menu()
        take.scores_changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(268, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 90)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("plotMenu")
        for suffix, text in (
            ("png", self.tr("Save picture as PNG…")),
            ("svg", self.tr("Save picture as SVG…")),
        ):
            action = menu.addAction(text)
            action.setObjectName(suffix)
            action.triggered.connect(self._menu_chosen)
        return menu

    def _menu_chosen(self) -> None:
        self.export_asked.emit(self.sender().objectName())

    def refresh(self) -> None:
        """The comparison as it is now."""
        if self._take.comparison is self._facts and self.accessibleName():
            return
        self._facts = self._take.comparison
        facts = self._take.comparison
        self._comparison = None if facts is None else Comparison.of(facts)
        self.setAccessibleName(self.spoken)
        self.update()

    @property
    def spoken(self) -> str:
        """All that the picture says, in words."""
        shown = self._comparison
        if shown is None:
            return self.tr("Stem against take: not compared yet")
        return self.tr("Stem against take: best match {} at {} milliseconds").format(
            words.hundredths(shown.peak), words.signed(1000 * shown.lag)
        )

    # The picture as a file

    def save(self, target: Path) -> None:
        """Write the picture, light or dark as it is seen: PNG or SVG, by the suffix.

        Raises:
            DiskFullError, WriteError: the file cannot be written.
        """
        with atomic(target) as part:
            if target.suffix.lower() == ".svg":
                self._save_svg(part)
            else:
                self._save_png(part, target)

    def _save_svg(self, part: Path) -> None:
        generator = QSvgGenerator()
        generator.setFileName(str(part))
        generator.setSize(_EXPORT)
        generator.setViewBox(QRectF(0, 0, _EXPORT.width(), _EXPORT.height()))
        generator.setTitle(self.tr("Stem against take"))
        generator.setDescription(self.spoken)
        self._draw_for_file(generator)

    def _save_png(self, part: Path, target: Path) -> None:
        image = QImage(_EXPORT * _EXPORT_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(_EXPORT_SCALE)
        self._draw_for_file(image)
        if not image.save(str(part), "PNG"):  # type: ignore[call-overload]
            raise WriteError(file=str(target), reason="the picture could not be written")

    def _draw_for_file(self, device: QImage | QSvgGenerator) -> None:
        """The panels under a line that says what they are of."""
        palette, take = theme.current(), self._take
        whole = QRectF(0, 0, _EXPORT.width(), _EXPORT.height())
        painter = QPainter(device)
        painter.fillRect(whole, palette.panel)
        painter.setFont(theme.font(theme.BASE, theme.MEDIUM))
        painter.setPen(palette.text)
        title = self.tr("{}, {}, threshold {}, {} notes").format(
            take.stem.label,
            take.engine,
            words.hundredths(take.options.onset_threshold),
            words.count(len(take.notes)),
        )
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(whole.adjusted(16, 8, -16, 8 - whole.height() + _TITLE), side, title)
        paint(painter, self._picture(), whole.adjusted(16, _TITLE + 8, -16, -8))
        painter.end()

    def _picture(self, pointer: QPointF | None = None) -> Picture:
        return Picture(
            comparison=self._comparison,
            colour=theme.stem_colour(theme.current(), self._take.stem),
            labels=(self.tr("Stem"), self.tr("Take"), self.tr("Match")),
            best=self.tr("{} at {} ms"),
            middle=self.tr("shift 0"),
            missing=self.tr("Not compared yet."),
            pointer=pointer,
            reading="" if pointer is None else self._reading(pointer),
        )

    # Pointer, keys, menu

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        self.read.emit(self._reading(event.position()))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.read.emit("")
        self.update()
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Also by the menu key; a picture of nothing cannot be saved."""
        for action in self._menu.actions():
            action.setEnabled(self._comparison is not None)
        self._menu.popup(event.globalPos())

    def _reading(self, point: QPointF) -> str:
        """What lies under ``point``."""
        shown = self._comparison
        panels = places(QRectF(self.rect()))
        if shown is None or not panels[0].left() <= point.x() <= panels[0].right():
            return ""
        share = (point.x() - panels[0].left()) / panels[0].width()
        which = panel_at(panels, point)
        if which == 2:
            value, shift = shown.match_at(share), shown.shift_at(share)
            return self.tr("{} at {} ms").format(
                words.hundredths(value), words.signed(1000 * shift)
            )
        level = self.tr("{} dB").format(words.db(shown.level_at(which, share)))
        seconds = shown.seconds_at(share)
        return level if seconds is None else f"{words.clock(seconds)} · {level}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint(painter, self._picture(self._pointer), QRectF(self.rect()))
        painter.end()
