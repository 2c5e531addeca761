"""The bar on top: the song's name, playing, the time, undo, the master volume, and files out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui import icons, theme, words
from studio.gui.library.entry import spoken_time
from studio.gui.sheets.parts import Elided, Line
from studio.gui.state.mixer import Mixer
from studio.gui.widgets import slider
from studio.gui.widgets.buttons import Plain
from studio.gui.widgets.card import Icon
from studio.gui.widgets.chip import Chip, all_files
from studio.music.tempo import TempoMap

# By this name the words are found for translators.
translate = QCoreApplication.translate
BarBeat = tuple[int, int, int]
HEIGHT, SMALL_HEIGHT = 52, 46
_NAMED, _UNNAMED = (theme.TITLE, theme.STRONG), (theme.BASE, theme.REGULAR)
# What the bar asks of its owner, by the names in ``actions``.
ACTIONS = ("library", "start", "play", "loop", "undo", "redo", "export", "tempo")


class TransportBar(QWidget):
    """The bar.

    Signals:
        copy_asked(paths): the chip was clicked; put its files on the clipboard.
        chip_failed(error): they could not be written, a StudioError.
    """

    copy_asked = Signal(object)
    chip_failed = Signal(object)

    def __init__(
        self,
        actions: Mapping[str, QAction],
        mixer: Mixer,
        prepare: Callable[[], list[Path]],
        parent: QWidget | None = None,
    ) -> None:
        """``actions`` holds those named in ``ACTIONS``; ``prepare`` writes what the chip drags."""
        super().__init__(parent)
        self.setObjectName("transport")
        self.setAccessibleName(self.tr("Transport"))
        self._actions = actions
        self._mixer = mixer
        self.title = Elided(theme.TITLE, theme.STRONG, "text", self)
        self.line = Elided(theme.ASIDE, theme.REGULAR, "text3", self)
        self.tempo = TempoButton(actions["tempo"], self)
        self.time = TimeLabel(self)
        self.volume = slider.volume(self.tr("Master volume"), self)
        self.volume.setFixedWidth(96)
        self.chip = Chip("", "", prepare, parent=self)
        self.chip.copy_asked.connect(self.copy_asked)
        self.chip.failed.connect(self.chip_failed)
        self.export = ActionButton(actions["export"], "export", self)
        self._volume_parts = self._mixer_parts()
        self._chip_line = Line(self, standing=20)
        self._lay_out()
        self._connect()
        self._small, self._chip_text, self._chip_what = False, "", ""
        self.set_small(False)
        self.set_song("", "")

    def set_song(self, title: str, line: str) -> None:
        """Name, and below it artist and length; no name is no song."""
        self.title.setText(title or self.tr("No song open"))
        self.title.set_type(*(_NAMED if title else _UNNAMED))
        self.title.tone = "text" if title else "text3"
        self.line.setText(line)
        self.line.setVisible(bool(line))
        metrics = QFontMetrics(theme.font(theme.ASIDE))
        self.line.setMaximumWidth(metrics.horizontalAdvance(line) + 2)
        self.time.setEnabled(bool(title))

    def set_tempo(self, text: str) -> None:
        """Tempo and key, after the length; nothing without a song."""
        self.tempo.set_text(text)

    def set_playing(self, playing: bool) -> None:
        """Which of both the button does next."""
        play = self._actions["play"]
        play.setIcon(icons.icon("pause" if playing else "play", "text"))
        words_ = self.tr("Pause") if playing else self.tr("Play")
        self._play.setAccessibleName(words_)
        keys = play.shortcut().toString(play.shortcut().SequenceFormat.NativeText)
        self._play.setToolTip(f"{words_} ({keys})" if keys else words_)

    def set_time(self, seconds: float, bar_beat: BarBeat | None) -> None:
        """Where the music is; ``bar_beat`` as from ``TimeAxis.bar_beat``."""
        self.time.set_time(seconds, bar_beat)

    def set_files(self, stems: int, seconds: float, takes: int, tempo: TempoMap | None) -> None:
        """What of the song can go into a DAW: so many stems, so long, and so many takes."""
        text = self.tr("All stems + MIDI") if takes else self.tr("All stems")
        self.set_chip(text if stems else "", all_files(stems, seconds, takes, tempo))
        self.export.set_leading(bool(stems and takes))

    def set_chip(self, text: str, what: str = "") -> None:
        """What the chip holds, "All stems + MIDI"; hidden where there is nothing yet.

        Args:
            what: What comes out, "4 WAV, 3:12, 32-bit float; 2 MIDI, 96.0 BPM".
        """
        self.chip.set_text(self.tr("All") if text and self._small else text, what or text)
        self._chip_text, self._chip_what = text, what
        self.chip.setVisible(bool(text))
        self._chip_line.setVisible(bool(text) or not self._small)

    def set_small(self, small: bool) -> None:
        """Lower, and without the master volume, in a window below 1280 px."""
        self._small = small
        self.setFixedHeight(SMALL_HEIGHT if small else HEIGHT)
        for part in self._volume_parts:
            part.setVisible(not small)
        self.set_chip(self._chip_text, self._chip_what)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(event.rect(), palette.panel)
        painter.fillRect(0, self.height() - 1, self.width(), 1, palette.line)

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch()
        names.addWidget(self.title)
        below = QHBoxLayout()
        below.setSpacing(theme.GROUP)
        below.addWidget(self.line, 1)
        below.addWidget(self.tempo)
        below.addStretch(0)
        names.addLayout(below)
        names.addStretch()
        left = _group(12, self._button("library"), names)
        middle = _group(8, *map(self._button, ("start", "play", "loop")), self.time)
        right = _group(
            8,
            None,
            self._button("undo"),
            self._button("redo"),
            *self._volume_parts,
            self._chip_line,
            self.chip,
            self.export,
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.INSET, 0, theme.INSET, 1)
        row.setSpacing(theme.INSET)
        # Equal shares on both sides keep the time in the middle of the window.
        row.addWidget(left, 1)
        row.addWidget(middle)
        row.addWidget(right, 1)

    def _connect(self) -> None:
        self.volume.valueChanged.connect(self._turn)
        self._mixer.changed.connect(self._follow_mixer)
        self.set_playing(False)
        self._follow_mixer("")

    def _turn(self, tenths: int) -> None:
        self._mixer.set_master(tenths / 10)

    def _follow_mixer(self, name: str) -> None:
        if not name:
            self.volume.setValue(round(10 * self._mixer.master_db))

    def _button(self, name: str) -> QToolButton:
        action = self._actions[name]
        button = QToolButton(self)
        button.setObjectName(f"transport_{name}")
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(action.text().rstrip("…"))
        button.setFixedSize(28, 28)
        if name == "play":
            self._play = button
            button.setProperty("surface", "raised")
            button.setFixedSize(40, 36)
        return button

    def _mixer_parts(self) -> list[QWidget]:
        return [Line(self, standing=20), Icon("speaker", parent=self), self.volume]


class TimeLabel(QLabel):
    """The time and the place in the music, painted; it redraws only itself, and only changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transportTime")
        self._seconds = -1
        self._time, self._place = "", ""
        self.set_time(0.0, None)

    def set_time(self, seconds: float, bar_beat: BarBeat | None) -> None:
        """See ``TransportBar.set_time``. A beat is shown in four parts, counted from 1."""
        time = words.clock(seconds)
        place = "–" if bar_beat is None else _place(bar_beat)
        if (time, place) == (self._time, self._place):
            return
        longer = len(time) != len(self._time)
        self._time, self._place = time, place
        if longer:
            self.setFixedSize(self._needed())
        if int(seconds) != self._seconds:
            self._seconds = int(seconds)
            self.setAccessibleName(_spoken_place(self._seconds, bar_beat))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        font = theme.font(theme.TIME, theme.MEDIUM)
        painter.setFont(font)
        painter.setPen(palette.text if self.isEnabled() else palette.text3)
        painter.drawText(self.rect(), flags, self._time)
        width = QFontMetrics(font).horizontalAdvance(self._time)
        painter.setFont(theme.font(theme.BASE))
        painter.setPen(palette.text2 if self.isEnabled() else palette.text3)
        painter.drawText(self.rect().adjusted(width + 8, 3, 0, 3), flags, self._place)

    def _needed(self) -> QSize:
        time = QFontMetrics(theme.font(theme.TIME, theme.MEDIUM)).horizontalAdvance(self._time)
        place = QFontMetrics(theme.font(theme.BASE)).horizontalAdvance("000.0.0")
        return QSize(time + 8 + place, 30)


class TempoButton(QToolButton):
    """Tempo and key as an aside one can press: its action opens what can be changed of them."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._action = action
        self.setObjectName("transport_tempo")
        self.setProperty("look", "aside")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font(theme.ASIDE))
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self.set_text("")
        self._follow()

    def set_text(self, text: str) -> None:
        """What it shows; hidden where that is nothing."""
        self.setText(text)
        self.setVisible(bool(text))
        self.setAccessibleName(self.tr("Tempo and key: {}").format(text))

    def _follow(self) -> None:
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())


class ActionButton(Plain):
    """A push button that is an action: its words, and whether it can be pressed.

    ``set_leading`` makes it the filled one of the view; ``set_open`` says that what it opens is
    there, which then has the filled button.
    """

    def __init__(self, action: QAction, icon: str, parent: QWidget) -> None:
        super().__init__(action.text(), icon, parent=parent)
        self._action = action
        self._leading = self._open = False
        self.setObjectName(f"transport_{icon}")
        self.setCheckable(action.isCheckable())
        self.clicked.connect(self._press)
        action.changed.connect(self._follow)
        self._follow()

    def set_leading(self, leading: bool) -> None:
        """Whether this is what one does next."""
        self._leading = leading
        self._weight = theme.STRONG if leading else theme.MEDIUM
        self.updateGeometry()
        self.update()

    def set_open(self, open_: bool) -> None:
        """Whether what it opens is there."""
        self._open = open_
        self.update()

    def is_on(self) -> bool:
        """See ``Plain``."""
        return self._open or self.isChecked()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        if not self._leading or self._open or not self.isEnabled():
            super().paintEvent(event)
            return
        palette, painter = theme.current(), QPainter(self)
        self._paint_filled(painter, palette)
        self._paint_words(painter, palette.ink)

    def _press(self) -> None:
        self._follow()  # a press asks; only the action says whether it is on
        self._action.trigger()

    def _follow(self) -> None:
        self.setEnabled(self._action.isEnabled())
        self.setChecked(self._action.isChecked())
        self.setToolTip(self._action.toolTip())


def _place(bar_beat: BarBeat) -> str:
    bar, beat, hundredth = bar_beat
    return f"{bar}.{beat}.{hundredth // 25 + 1}"


def _spoken_place(seconds: int, bar_beat: BarBeat | None) -> str:
    """ "Position 1 minute 6, bar 27"."""
    said = translate("TransportBar", "Position {time}").format(time=spoken_time(seconds))
    return (
        said
        if bar_beat is None
        else translate("TransportBar", "{said}, bar {n}").format(said=said, n=bar_beat[0])
    )


def _group(spacing: int, *parts: QWidget | QVBoxLayout | None) -> QWidget:
    """A row of parts; None takes what room is left."""
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for part in parts:
        if part is None:
            row.addStretch()
        elif isinstance(part, QWidget):
            row.addWidget(part)
        else:
            row.addLayout(part, 1)
    return group
