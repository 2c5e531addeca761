"""What is to be said of a lane, inside its body on the right: work, waiting, a failure, silence."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.errors import StudioError
from studio.gui import icons, theme, words
from studio.gui.state.song import Busy, Lane
from studio.gui.widgets.accessible import announce, set_role
from studio.gui.widgets.buttons import Plain, icon_button
from studio.gui.widgets.progress import Bar4

# A stem whose loudest sample lies below this hardly is in the song.
HARDLY_DB = -45.0
_TWO_LINES = 42
_BUSY_WIDTH = 290


class LaneCard(QFrame):
    """One card of a lane; ``kind`` is "busy", "waiting", "error" or "quiet".

    Signals:
        cancelled, retried, dismissed: its buttons.
    """

    cancelled = Signal()
    retried = Signal()
    dismissed = Signal()

    def __init__(self, kind: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self._said = ""
        self.setObjectName(f"{kind}Card")
        if kind == "error":
            set_role(self, QAccessible.Role.AlertMessage)
        self._title, self._aside = QLabel(self), QLabel(self)
        self._title.setFont(theme.font(theme.BASE, theme.STRONG))
        self._aside.setFont(theme.font(theme.SMALL if kind == "error" else theme.BASE))
        self._aside.setProperty("tone", "text2")
        self._bar = Bar4(self.tr("How much is done"), self)
        self._layout = QHBoxLayout(self)
        self._layout.setSpacing(theme.GAP)
        getattr(self, f"_build_{kind}")()

    @staticmethod
    def kind_for(lane: Lane) -> str:
        """Which card the lane's state asks for, or ""."""
        if lane.error is not None:
            return "error"
        if lane.busy is not None:
            return "waiting" if lane.busy.fraction is None else "busy"
        is_quiet = lane.loudest_db is not None and lane.loudest_db < HARDLY_DB
        return "quiet" if is_quiet and lane.take is None else ""

    # How each is made

    def _build_busy(self) -> None:
        self._layout.setContentsMargins(12, 4, 8, 4)
        line = QHBoxLayout()
        line.setSpacing(theme.GROUP)
        line.addWidget(self._title)
        line.addWidget(self._aside, 1)
        column = _column()
        column.addLayout(line)
        column.addWidget(self._bar)
        column.addStretch()
        self._layout.addLayout(column, 1)
        cancel = Plain(self.tr("Cancel"), parent=self)
        cancel.clicked.connect(self.cancelled)
        self._layout.addWidget(cancel)

    def _build_waiting(self) -> None:
        self._layout.setContentsMargins(34, 4, 12, 4)
        self._layout.addWidget(self._aside)
        self._bar.hide()
        self._title.hide()

    def _build_quiet(self) -> None:
        self._layout.setContentsMargins(10, 4, 10, 4)
        self._layout.addWidget(self._aside)
        self._bar.hide()
        self._title.hide()

    def _build_error(self) -> None:
        self._layout.setContentsMargins(38, 4, 6, 4)
        column = _column()
        column.addWidget(self._title)
        column.addWidget(self._aside)
        column.addStretch()
        self._layout.addLayout(column, 1)
        self._bar.hide()
        retry = Plain(self.tr("Try again"), parent=self)
        retry.clicked.connect(self.retried)
        away = icon_button("close", self.tr("Put this away"), parent=self)
        away.clicked.connect(self.dismissed)
        for button in (retry, away):
            self._layout.addWidget(button)
        for label in (self._title, self._aside):
            # A long sentence is cut, not the card's buttons; all of it is in the tooltip.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    # What it says

    def tell(self, lane: Lane) -> None:
        """Take over the lane's state, which is of this card's kind."""
        if lane.error is not None:
            self._tell_error(lane.error)
        elif lane.busy is not None:
            self._tell_busy(lane.busy)
        else:
            self._tell_quiet(lane)
        self.setAccessibleName(self._spoken())

    def _tell_busy(self, busy: Busy) -> None:
        self._title.setText(busy.label)
        if busy.fraction is None:
            self._aside.setText(busy.label)
            return
        share = words.percent(busy.fraction)
        if busy.left is None:
            self._aside.setText(share)
        else:
            self._aside.setText(
                self.tr("{share} · {time} left").format(share=share, time=words.left(busy.left))
            )
        self._bar.set_fraction(busy.fraction)

    def _tell_error(self, error: StudioError) -> None:
        self._title.setText(error.message)
        self._aside.setText(error.window_hint)
        self.setToolTip(f"{error.message}\n{error.window_hint}".strip())
        if self._said != error.message:
            self._said = error.message
            announce(self, f"{error.message} {error.window_hint}", assertive=True)

    def _tell_quiet(self, lane: Lane) -> None:
        name, level = lane.stem.label.lower(), lane.loudest_db
        if level is None or level == -math.inf:
            self._aside.setText(self.tr("No {stem} in this song").format(stem=name))
            return
        said = self.tr("Hardly any {stem} in this song: {level} dB at its loudest")
        self._aside.setText(said.format(stem=name, level=words.signed(level)))

    def _spoken(self) -> str:
        parts = (self._title.text(), self._aside.text())
        return " ".join(parts if self.kind in {"busy", "error"} else parts[1:])

    # How it looks

    def set_room(self, height: int) -> None:
        """A low lane leaves one line."""
        low = height < _TWO_LINES
        if self.kind == "error":
            self._aside.setVisible(not low and bool(self._aside.text()))
        elif self.kind == "busy":
            self._bar.setVisible(not low)

    def sizeHint(self) -> QSize:
        """As wide as what it says, at most two lines high."""
        hint = super().sizeHint()
        if self.kind == "busy":
            return QSize(max(_BUSY_WIDTH, hint.width()), _TWO_LINES)
        if self.kind == "error":
            said = max(self._title.sizeHint().width(), self._aside.sizeHint().width())
            return QSize(hint.width() + said, _TWO_LINES + 6)
        return QSize(hint.width(), 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card and its icon."""
        palette = theme.current()
        is_error = self.kind == "error"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        border = palette.alarm if is_error else palette.edge
        painter.setPen(Qt.PenStyle.NoPen if self.kind == "quiet" else QPen(border, 1))
        grounds = {"error": palette.alarm_card, "quiet": palette.hover}
        painter.setBrush(grounds.get(self.kind, palette.raised))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
        icon = {"error": "alarm", "waiting": "clock"}.get(self.kind)
        if icon:
            place = QRectF(12, (self.height() - icons.SIZE) / 2, icons.SIZE, icons.SIZE)
            colour = palette.alarm if is_error else palette.text3
            icons.paint_icon(painter, icon, place, colour)
        painter.end()


def _column() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    column.addStretch()
    return column
