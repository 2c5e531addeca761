"""The bar below the export: what it needs and its button; its progress; what was written."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from studio.gui import theme, words
from studio.gui.sheets.parts import column, set_tone
from studio.gui.widgets.accessible import announce
from studio.gui.widgets.buttons import Filled, Plain
from studio.gui.widgets.card import Words
from studio.gui.widgets.progress import Bar4


class ExportFoot(QStackedWidget):
    """Three faces of one bar.

    Signals:
        export_asked, close_asked: before.
        cancel_asked: while it is written.
        show_asked, copy_asked: after.
    """

    export_asked = Signal()
    close_asked = Signal()
    cancel_asked = Signal()
    show_asked = Signal()
    copy_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportFoot")
        self.needs = Words("", theme.SMALL, theme.MEDIUM)
        self.reason = Words("", theme.SMALL, tone="text3")
        self.leave = Plain(self.tr("Cancel"), large=True)
        self.go = Filled(self.tr("Export"), shortcut="Ctrl+Enter", large=True)
        self.go.setObjectName("exportButton")
        self.label = Words("", theme.SMALL, theme.MEDIUM)
        self.bar = Bar4(self.tr("Export"))
        self.stop = Plain(self.tr("Cancel"), large=True)
        self.stop.setObjectName("cancelExport")
        self.written = Words("", theme.SMALL, theme.MEDIUM)
        self.copy = Plain(self.tr("Copy files"), large=True)
        self.show_folder = Filled(self.tr("Show in folder"), large=True)
        self._before = self._face((self.needs, self.reason), (self.leave, self.go))
        self._during = self._face((self.label, self.bar), (self.stop,))
        self._after = self._face((self.written,), (self.copy, self.show_folder))
        for button, signal in (
            (self.go, self.export_asked),
            (self.leave, self.close_asked),
            (self.stop, self.cancel_asked),
            (self.show_folder, self.show_asked),
            (self.copy, self.copy_asked),
        ):
            button.clicked.connect(signal)

    @property
    def is_writing(self) -> bool:
        """Whether the bar shows progress."""
        return self.currentWidget() is self._during

    def ask(self, count: int, needed: int | None, free: int | None, reason: str) -> None:
        """Before: ``reason`` says why it cannot be done; empty where it can."""
        self.setCurrentWidget(self._before)
        self.go.setText(self._go_words(count))
        self.go.updateGeometry()
        self.go.setEnabled(not reason)
        self.go.setToolTip(reason or self.tr("Export (Ctrl+Enter)"))
        self.go.setAccessibleDescription(reason)
        short = needed is not None and free is not None and needed > free
        said = ""
        if needed is not None and free is not None:
            said = self.tr("{needed} needed, {free} free").format(
                needed=words.size(needed), free=words.size(free)
            )
        self.needs.setText(said)
        self.needs.setVisible(bool(said))
        set_tone(self.needs, "alarm" if short else "")
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))

    def progress(self, fraction: float, text: str, left: float | None) -> None:
        """During."""
        self.setCurrentWidget(self._during)
        parts = [text or self.tr("Writing"), words.percent(fraction)]
        if left is not None:
            parts.append(self.tr("{time} left").format(time=words.left(left)))
        self.label.setText(" · ".join(parts))
        self.bar.set_fraction(fraction)

    def done(self, count: int) -> None:
        """After."""
        said = self.tr("1 file is written.")
        if count != 1:
            said = self.tr("{count} files are written.").format(count=words.count(count))
        self.written.setText(said)
        self.setCurrentWidget(self._after)
        announce(self, said)

    def _go_words(self, count: int) -> str:
        if not count:
            return self.tr("Export")
        if count == 1:
            return self.tr("Export 1 file")
        return self.tr("Export {count} files").format(count=words.count(count))

    def _face(self, said: tuple[QWidget, ...], buttons: tuple[QWidget, ...]) -> QWidget:
        face = QWidget(self)
        row = QHBoxLayout(face)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        lines = column(spacing=4)
        lines.addStretch()
        for part in said:
            lines.addWidget(part)
        lines.addStretch()
        row.addLayout(lines, 1)
        row.addSpacing(theme.GAP)
        for button in buttons:
            row.addWidget(button)
        self.addWidget(face)
        return face
