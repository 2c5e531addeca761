"""The onset threshold as a plot one drags: curve = agreement, ticks = candidates, handle = now.

The slider counts hundredths, 20 to 90, and gives each step to the take at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from studio.gui import theme, words
from studio.gui.state.take import TakeModel
from studio.gui.tuning import density
from studio.gui.tuning.curve_paint import Places, Shown, paint
from studio.gui.tuning.entry import ValueEntry
from studio.gui.tuning.reading import HIGHEST, LOWEST, Curve, parsed
from studio.gui.widgets.accessible import announce
from studio.music.take import TakeOptions, kept_by

_ANNOUNCE_MS = 400
_COARSE = 5
_NOTCH = 120  # of a wheel, in eighths of a degree
_KEYS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -_COARSE,
    Qt.Key.Key_PageUp: _COARSE,
    Qt.Key.Key_Home: -100,
    Qt.Key.Key_End: 100,
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(slots=True)
class _Ticks:
    """The two strips of ticks and what they were made for."""

    made_for: tuple[object, ...] = ()
    all: QImage | None = None
    choosable: QImage | None = None


class ThresholdSlider(QSlider):
    """The onset threshold of a take, live.

    Signals:
        announced(text): what a screen reader is told, once the hand rests.
    """

    announced = Signal(str)

    def __init__(self, take: TakeModel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._take = take
        self._ticks = _Ticks()
        self._curve = Curve.of(())
        self._grip: float | None = None  # from the handle's middle to the pointer, while dragged
        self._turned = 0
        self._pointer: QPointF | None = None
        self._entry: ValueEntry | None = None
        self.setObjectName("onsetThreshold")
        self.setAccessibleName(self.tr("Onset threshold"))
        # The ring lies round the handle, which is painted here.
        self.setProperty("ownFocus", True)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setRange(round(100 * LOWEST), round(100 * HIGHEST))
        self.setPageStep(_COARSE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._rest = QTimer(self, singleShot=True, interval=_ANNOUNCE_MS)
        self._rest.timeout.connect(self._announce)
        self.valueChanged.connect(self._stepped)
        take.changed.connect(self._follow)
        take.scores_changed.connect(self._rescored)
        self._rescored()
        self._follow()

    # What it is

    def sizeHint(self) -> QSize:
        return QSize(412, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 128)

    @property
    def description(self) -> str:
        """What is heard of it: "0.58, 672 notes, agreement 72"."""
        threshold = self._take.options.onset_threshold
        text = self.tr("{}, {} notes").format(
            words.hundredths(threshold), words.count(len(self._take.notes))
        )
        agreement = self._curve.at(threshold)
        if agreement is not None:
            text += self.tr(", agreement {}").format(round(agreement))
        return text

    def nudge(self, hundredths: int) -> None:
        """Move by so many hundredths."""
        self.setValue(self.value() + hundredths)

    def reset(self) -> None:
        """To the suggestion; where there is none, to what takes begin with."""
        best = self._take.suggested
        self._take.set_threshold(TakeOptions().onset_threshold if best is None else best)

    def enter_value(self) -> None:
        """Let the user type the value."""
        if self._entry is not None:
            return
        places = self._places()
        middle = QPointF(places.x(self._take.options.onset_threshold), places.track)
        self._entry = ValueEntry(words.hundredths(self._take.options.onset_threshold), parsed, self)
        self._entry.entered.connect(self._entered)
        self._entry.closed.connect(self._entry_closed)
        self._entry.show_at(middle.toPoint(), self.rect())

    # Following the take

    def _stepped(self, value: int) -> None:
        if value != self._value_of(self._take.options.onset_threshold):
            self._take.set_threshold(value / 100)

    def _value_of(self, threshold: float) -> int:
        return min(max(round(100 * threshold), self.minimum()), self.maximum())

    def _follow(self) -> None:
        """Another threshold, or other notes."""
        value = self._value_of(self._take.options.onset_threshold)
        if value != self.value():
            with QSignalBlocker(self):
                self.setValue(value)
            self._rest.start()
        self.setAccessibleDescription(self.description)
        self.update()

    def _rescored(self) -> None:
        self._curve = Curve.of(self._take.rows)
        self.setAccessibleDescription(self.description)
        self.update()

    def _announce(self) -> None:
        text = self.description
        announce(self, text)
        self.announced.emit(text)

    def _entered(self, value: float) -> None:
        self._take.set_threshold(value)

    def _entry_closed(self) -> None:
        self._entry = None

    # Keys and mouse

    def event(self, event: QEvent) -> bool:
        """Its own keys come here even where the window has a shortcut on them."""
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if self._is_own(event):
                event.accept()
                return True
        return super().event(event)

    @staticmethod
    def _is_own(event: QKeyEvent) -> bool:
        allowed = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        return not event.modifiers() & ~allowed and (event.key() in _KEYS or event.key() in _ENTER)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._is_own(event):
            event.ignore()
            return
        if event.key() in _ENTER:
            self.enter_value()
            return
        step = _KEYS[Qt.Key(event.key())]
        if abs(step) == 1 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            step *= _COARSE
        self.nudge(step)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A step a notch, and only where it was chosen first: else the page scrolls."""
        if not self.hasFocus():
            event.ignore()
            return
        # Fine wheels and touch pads turn by parts of a notch.
        self._turned += event.angleDelta().y() or event.angleDelta().x()
        steps = int(self._turned / _NOTCH)
        self._turned -= steps * _NOTCH
        self.nudge(steps)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        places = self._places()
        handle = places.handle(self._take.options.onset_threshold)
        inside = handle.adjusted(-2, -2, 2, 2).contains(event.position())
        self._grip = event.position().x() - handle.center().x() if inside else 0.0
        self.setSliderDown(True)
        self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._grip is not None:
            self._drag(event.position())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = None
            self.setSliderDown(False)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def _drag(self, pointer: QPointF) -> None:
        self.setValue(round(100 * self._places().threshold(pointer.x() - (self._grip or 0.0))))

    # Painting

    def _places(self) -> Places:
        return Places.of(self.size())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        places = self._places()
        paint(painter, places, self._shown(places))
        painter.end()

    def _shown(self, places: Places) -> Shown:
        take = self._take
        self._draw_ticks(places)
        handle = places.handle(take.options.onset_threshold)
        over = self._pointer is not None and handle.contains(self._pointer)
        return Shown(
            threshold=take.options.onset_threshold,
            curve=self._curve,
            flat=take.flat,
            suggested=take.suggested,
            caption=self._caption(places),
            missing="" if take.rows or take.measuring else self._missing(),
            usual=self.tr("usual range {} to {}"),
            suggestion=self.tr("suggested {}"),
            ends=(
                self.tr("more notes, some of them not there"),
                self.tr("fewer notes, the sure ones"),
            ),
            all_ticks=self._ticks.all,
            choosable_ticks=self._ticks.choosable,
            focused=theme.shows_focus(self),
            lit=over or self._grip is not None,
        )

    def _missing(self) -> str:
        return self.tr("Scores are not measured yet. Press R, about 20 s.")

    def _caption(self, places: Places) -> str:
        """What the curve is, what it says under the pointer, and how far it has come."""
        text = self.tr("agreement")
        pointer = self._pointer
        if pointer is not None and self._grip is None and places.well.contains(pointer):
            threshold = round(places.threshold(pointer.x()), 2)
            agreement = self._curve.at(threshold)
            if agreement is not None:
                text = self.tr("agreement {} at {}").format(
                    round(agreement), words.hundredths(threshold)
                )
        if self._take.measuring is not None:
            text += self.tr(" · measuring {} of {}").format(*self._take.measuring)
        return text

    def _draw_ticks(self, places: Places) -> None:
        """The strips anew, where width, colours or the other options changed."""
        take, palette = self._take, theme.current()
        rest = replace(take.options, onset_threshold=0.0)
        colour = theme.stem_colour(palette, take.stem)
        columns = max(1, round(places.ticks.width() * self.devicePixelRatioF()))
        made_for = (rest, colour.rgba(), palette.text3.rgba(), columns)
        if made_for == self._ticks.made_for:
            return
        choosable = kept_by(take.candidates, rest)
        low, high = places.threshold_beyond(places.ticks)
        strips = [
            density.strip(density.ticks(strengths, low, high, columns), tint)
            for strengths, tint in (
                (take.candidates.strength, palette.text3),
                (np.asarray(take.candidates.strength[choosable]), colour),
            )
        ]
        self._ticks = _Ticks(made_for, *strips)
