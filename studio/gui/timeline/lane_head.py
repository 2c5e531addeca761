"""The head of a lane: what it is, and every control of how it sounds.

Three arrangements by height: three lines from 76 px, two from 46, below one. The controls follow
the mixer and drive it; what needs more than the mixer is asked for by signals.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGroupBox, QLabel, QSizePolicy, QStyle, QWidget

from studio.gui import icons, theme, words
from studio.gui.state.mixer import Mixer
from studio.gui.state.song import Lane, SongState
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline.rows import paint_head, set_tone
from studio.gui.widgets import slider
from studio.gui.widgets.buttons import mute_button, notes_button, solo_button
from studio.gui.widgets.chip import Chip, notes_file, sound_file
from studio.gui.widgets.meter import Meter
from studio.music.tempo import TempoMap

Prepare = Callable[[str], list[Path]]

THREE_LINES, TWO_LINES = 76, 46
_BAR, _INSET, _LINE = 4, 14, 24
_METER = 10


class LaneHead(QGroupBox):
    """The controls of one lane.

    Signals:
        chosen(name): clicked or come to by the keyboard.
        notes_asked(name): find its notes, or show them.
        copy_asked(name, what): put the lane's "audio" or "notes" on the clipboard as files.
        failed(error): its files could not be made, a StudioError.
    """

    chosen = Signal(str)
    notes_asked = Signal(str)
    copy_asked = Signal(str, str)
    failed = Signal(object)

    def __init__(
        self,
        axis: TimeAxis,
        mixer: Mixer,
        song: SongState,
        name: str,
        prepare_audio: Prepare,
        prepare_notes: Prepare,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._axis, self._mixer, self._song, self._name = axis, mixer, song, name
        self._said_take: TakeModel | None = None
        self._said_tempo: TempoMap | None = None
        self._label = song.lane(name).stem.label
        self._is_current, self._shows_notes, self._follows = False, False, False
        self.setObjectName(f"laneHead.{name}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self._make_controls()
        self._make_chips(prepare_audio, prepare_notes)
        self._connect()
        self._follow_mixer("")
        self.follow_lane()

    @property
    def lane(self) -> Lane:
        """What is known of the lane."""
        return self._song.lane(self._name)

    def _make_controls(self) -> None:
        label = self._label
        self._title = QLabel(label, self)
        self._title.setFont(theme.font(theme.BASE, theme.MEDIUM))
        self._title.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.mute, self.solo = mute_button(label, self), solo_button(label, self)
        self.solo.setToolTip(self.tr("Solo; with Alt only this lane (S)"))
        self.notes = notes_button(label, self)
        self.volume = slider.volume(self.tr("Volume, {lane}").format(lane=label), self)
        self.volume.setToolTip(self.tr("Volume; a double click resets it (Alt+↑ ↓)"))
        self._level = QLabel(self)
        self._level.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._pan_word = QLabel(self.tr("pan"), self)
        for aside in (self._level, self._pan_word):
            aside.setFont(theme.font(theme.ASIDE))
            set_tone(aside, "text2" if aside is self._level else "text3")
        self.pan = slider.pan(self.tr("Pan, {lane}").format(lane=label), self)
        self.pan.setToolTip(self.tr("Pan; a double click resets it (Alt+← →)"))
        meter = self.tr("Level, {lane}").format(lane=label)
        self.meter = Meter(meter, self.lane.stem, self)

    def _make_chips(self, prepare_audio: Prepare, prepare_notes: Prepare) -> None:
        name = self._name
        self.audio_chip = Chip("", "", lambda: prepare_audio(name), small=True, parent=self)
        self.notes_chip = Chip("", "", lambda: prepare_notes(name), small=True, parent=self)
        self.audio_chip.setObjectName("audioChip")
        self.notes_chip.setObjectName("notesChip")

    def _connect(self) -> None:
        self.mute.clicked.connect(lambda on: self._mixer.set(self._name, mute=on))
        self.solo.clicked.connect(lambda on: self._mixer.set(self._name, solo=on))
        self.solo.alt_clicked.connect(lambda: self._mixer.only(self._name))
        self.notes.clicked.connect(self._notes_clicked)
        self.volume.valueChanged.connect(lambda tenths: self._set(volume_db=tenths / 10))
        self.pan.valueChanged.connect(lambda value: self._set(pan=value / 100))
        self.audio_chip.copy_asked.connect(lambda: self.copy_asked.emit(self._name, "audio"))
        self.notes_chip.copy_asked.connect(lambda: self.copy_asked.emit(self._name, "notes"))
        for chip in (self.audio_chip, self.notes_chip):
            chip.failed.connect(self.failed)
        self._mixer.changed.connect(self._follow_mixer)
        self._song.lane_changed.connect(self._lane_changed)
        self._axis.view_changed.connect(self._follow_tempo)

    # What it is told

    def set_current(self, is_current: bool) -> None:
        """Whether keys for a lane go to this one."""
        if is_current != self._is_current:
            self._is_current = is_current
            self.update()

    def set_shows_notes(self, shows: bool) -> None:
        """Whether the notes of this lane are the open take."""
        self._shows_notes = shows
        self.notes.setChecked(shows)

    def _notes_clicked(self) -> None:
        # Whether they are shown is not the button's to say.
        self.notes.setChecked(self._shows_notes)
        self.notes_asked.emit(self._name)

    def _set(self, **changes: float) -> None:
        if not self._follows:
            self._mixer.set(self._name, **changes)

    def _follow_mixer(self, name: str) -> None:
        if name not in ("", self._name) or self._name not in self._mixer.lanes:
            return
        channel = self._mixer.channel(self._name)
        for button, on in ((self.mute, channel.mute), (self.solo, channel.solo)):
            button.setChecked(on)
        # What the sliders show is rounded: it must not come back to the mixer.
        self._follows = True
        self.volume.setValue(round(channel.volume_db * 10))
        self.pan.setValue(round(channel.pan * 100))
        self._follows = False
        silent = self.volume.value() <= self.volume.minimum()
        self._level.setText("−∞" if silent else words.db(channel.volume_db))
        states = [self.tr("muted")] if channel.mute else []
        states += [self.tr("soloed")] if channel.solo else []
        lane = self.tr("{lane} lane").format(lane=self._label)
        self.setAccessibleName(", ".join([lane, *states]))

    def _lane_changed(self, name: str) -> None:
        if name == self._name:
            self.follow_lane()

    def follow_lane(self) -> None:
        """Show what is known of the lane now."""
        lane = self.lane
        whole = lane.wav is not None
        self.notes.setEnabled(whole)
        if not whole:
            tip = self.tr("Notes can be found once the lane is whole (N)")
        elif lane.take is None:
            tip = self.tr("Find the notes of this lane (N)")
        else:
            tip = self.tr("Show the notes of this lane (N)")
        self.notes.setToolTip(tip)
        if lane.take is not self._said_take:
            self._said_take = lane.take
            if lane.take is not None:
                lane.take.changed.connect(self._tell_chips)
        self._tell_chips()
        self._place()

    def _tell_chips(self) -> None:
        """What comes out of them now."""
        take, tempo = self._said_take, self._axis.tempo
        self._said_tempo = tempo
        bpm = tempo.usual_bpm if tempo is not None else None
        self.audio_chip.set_text(self.tr("WAV"), sound_file(self._label, self._song.duration))
        count = len(take.notes) if take is not None else 0
        self.notes_chip.set_text(self.tr("MIDI"), notes_file(self._label, bpm, count))

    def _follow_tempo(self) -> None:
        """The axis tells of every scroll too."""
        if self._axis.tempo is not self._said_tempo:
            self._tell_chips()

    # Where it all lies

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the controls for this height."""
        super().resizeEvent(event)
        self._place()

    def _put(self, widget: QWidget, x: int, middle: int, wide: int, high: int = _LINE) -> None:
        rect = QRect(x, middle - high // 2, wide, high)
        widget.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), rect))
        widget.show()

    def _place(self) -> None:
        high = self.height() - 1
        rest = (self._level, self.volume, self._pan_word, self.pan)
        for widget in (*rest, self.audio_chip, self.notes_chip):
            widget.hide()
        right = self.width() - _METER - 11
        self._put(self.meter, self.width() - _METER - 5, high // 2, _METER, high - 8)
        if high + 1 < TWO_LINES:
            self._place_title(high // 2, right, narrow=self.width() < 200)
            return
        if high + 1 < THREE_LINES:
            self._place_title(high // 2 - 12, right)
            self._place_two(high // 2 + 13, right)
            return
        self._place_title(high // 2 - 25, right)
        self._place_three(high // 2, high // 2 + 26, right)

    def _place_title(self, y: int, right: int, narrow: bool = False) -> None:
        self._title_y = y
        note, other = (24, 20) if narrow else (30, 22)
        gap = 3 if narrow else 4
        self._put(self.notes, right - note, y, note)
        self._put(self.solo, right - note - gap - other, y, other)
        self._put(self.mute, right - note - 2 * (gap + other), y, other)
        left = _INSET + 24
        self._put(self._title, left, y, right - note - 2 * (gap + other) - gap - left)

    def _place_two(self, y: int, right: int) -> None:
        """Volume, its value, pan and one chip in one line."""
        chip = self._place_chips(y, right, with_notes=False)
        self._put(self.pan, chip - 38, y, 36)
        self._put(self._level, chip - 76, y, 32)
        self._put(self.volume, _INSET, y, chip - 80 - _INSET)

    def _place_three(self, upper: int, lower: int, right: int) -> None:
        """Volume and its value in one line; pan and chips below."""
        self._put(self._level, right - 34, upper, 34)
        self._put(self.volume, _INSET, upper, right - 38 - _INSET)
        chip = self._place_chips(lower, right, with_notes=True)
        word = self._pan_word.sizeHint().width()
        self._put(self._pan_word, _INSET, lower, word)
        left = _INSET + word + 4
        self._put(self.pan, left, lower, min(48, chip - 8 - left))

    def _place_chips(self, y: int, right: int, with_notes: bool) -> int:
        """The chips there is something for, from the right; where they begin."""
        if self.lane.wav is not None:
            wide = self.audio_chip.sizeHint().width()
            self._put(self.audio_chip, right - wide, y, wide)
            right -= wide + 4
        if with_notes and self.lane.take is not None:
            wide = self.notes_chip.sizeHint().width()
            self._put(self.notes_chip, right - wide, y, wide)
            right -= wide + 4
        return right

    # Drawing and hands

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, the bar and the icon in the stem's colour."""
        palette = theme.current()
        painter = QPainter(self)
        paint_head(self, painter, raised=self._is_current)
        colour = theme.stem_colour(palette, self.lane.stem)
        self._fill(painter, QRect(0, 0, _BAR, self.height() - 1), colour)
        place = QRect(_INSET, self._title_y - 8, 16, 16)
        mirrored = QStyle.visualRect(self.layoutDirection(), self.rect(), place)
        icons.paint_icon(painter, icons.stem_icon(self.lane.stem), QRectF(mirrored), colour)
        painter.end()

    def _fill(self, painter: QPainter, rect: QRect, colour: QColor) -> None:
        mirrored = QStyle.visualRect(self.layoutDirection(), self.rect(), rect)
        painter.fillRect(mirrored, colour)

    def focus_rect(self) -> QRect:
        """The focus ring lies inside: the neighbours are other lanes."""
        return self.rect().adjusted(4, 4, -4, -5)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The lane that has the keyboard is the chosen one."""
        super().focusInEvent(event)
        self.chosen.emit(self._name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the head chooses the lane."""
        self.chosen.emit(self._name)
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Mirrored windows are arranged anew."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._place()
