"""The place of the notes under the lanes: panel, roll, keyboard and list of one take."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from studio.gui.desk import handout
from studio.gui.desk.desk import Desk
from studio.gui.state.take import TakeModel
from studio.gui.timeline.grid import ends

if TYPE_CHECKING:
    from studio.gui.roll.keyboard import Keyboard
    from studio.gui.roll.note_list import NoteList
    from studio.gui.roll.roll_view import RollView
    from studio.gui.tuning.take_panel import TakePanel


class TakeSlot(QWidget):
    """Shows the take of one lane, or nothing.

    Signals:
        opened(name), closed: the notes of a lane came, or went.
        copy_asked(paths): files for the clipboard.
        failed(error): files could not be written.
        plot_export_asked(suffix): the plot is to be kept as a picture.
        hover_text(text): what lies under the pointer.
    """

    opened = Signal(str)
    closed = Signal()
    copy_asked = Signal(object)
    failed = Signal(object)
    plot_export_asked = Signal(str)
    hover_text = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.lane = ""
        self.panel: TakePanel | None = None
        self.roll: RollView | None = None
        self.note_list: NoteList | None = None
        self._keyboard: Keyboard | None = None
        self._stack: QStackedWidget | None = None
        self.setObjectName("takeSlot")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        desk.axis.loop_changed.connect(self._loop_changed)
        desk.axis.view_changed.connect(self._tempo_changed)
        desk.mixer.changed.connect(self._mixed)
        desk.chosen.connect(self._foresee)
        self.hide()

    @property
    def take(self) -> TakeModel | None:
        """The take that is shown."""
        return self.panel.take if self.panel is not None else None

    def open(self, name: str) -> None:
        """Show the notes of a lane that has some."""
        take = self._desk.song.lane(name).take
        assert take is not None
        if take is self.take:
            return
        if self.lane != name and self.lane in self._desk.mixer.lanes:
            self._desk.mixer.set(self.lane, take=0.0)
        self._clear()
        self.lane = name
        self._fill(take)
        self._desk.opened.take_lane = name
        self._desk.notes.watch(name)
        self.show()
        self.opened.emit(name)

    def close_take(self) -> None:
        """Put the notes away; nothing of them changes."""
        if self.panel is None:
            return
        self._clear()
        self._desk.opened.take_lane = None
        self._desk.notes.watch(None)
        if self.lane in self._desk.mixer.lanes:  # else its song is gone already
            self._desk.mixer.set(self.lane, take=0.0)
        self.lane = ""
        self.hide()
        self.closed.emit()

    def show_list(self, on: bool) -> None:
        """The list of notes instead of the roll."""
        if self._stack is not None and self.note_list is not None and self.roll is not None:
            shown: QWidget = self.note_list if on else self.roll
            self._stack.setCurrentWidget(shown)
            if self._keyboard is not None:
                self._keyboard.setVisible(not on)
            shown.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_notes(self) -> None:
        """Give the keyboard to the roll, or to the list of notes while that is shown."""
        shown = self._stack.currentWidget() if self._stack is not None else None
        if shown is not None:
            shown.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _clear(self) -> None:
        if self.panel is None:
            return
        if self.roll is not None:
            self.roll.set_model(None)
        if self.note_list is not None:
            self.note_list.set_model(None)
        self.panel.hide()
        self._layout.removeWidget(self.panel)
        self.panel.deleteLater()
        self.panel = self.roll = self.note_list = self._stack = self._keyboard = None

    def _foresee(self, song: str) -> None:
        """A song comes, so notes may: the window's thread shall not have to load their modules."""
        Thread(target=_load, name="take modules", daemon=True).start()

    def _fill(self, take: TakeModel) -> None:
        # Not before the first notes: the first picture of the window does not wait for these.
        from studio.gui.roll.keyboard import Keyboard
        from studio.gui.roll.note_list import NoteList
        from studio.gui.roll.roll_view import RollView
        from studio.gui.tuning.take_panel import TakePanel

        desk, name = self._desk, self.lane
        lane = desk.song.lane(name)
        panel = TakePanel(
            take, lambda: handout.notes(desk.song, lane, desk.axis.tempo), parent=self
        )
        roll = RollView(desk.axis, take)
        roll.set_peaks(lane.peaks)
        keyboard = Keyboard(roll.rows)
        notes = NoteList(roll.acts)
        stack = QStackedWidget()
        stack.setObjectName("rollStack")
        stack.addWidget(roll)
        stack.addWidget(notes)
        panel.set_roll(stack, keyboard)
        panel.set_engine(lane.heard_by, lane.why)
        panel.header.set_crossfade(desk.mixer.channel(name).take)
        panel.header.set_sounds(True)
        panel.header.set_tempo(_bpm(desk))
        self.panel, self.roll, self.note_list, self._stack = panel, roll, notes, stack
        self._keyboard = keyboard
        self._join(panel, roll, keyboard)
        notes.seek_asked.connect(desk.axis.seek)
        panel.ghosts_shown.connect(notes.notes.set_ghosts_shown)
        panel.threshold.slider.sliderReleased.connect(take.settle)
        self._layout.addWidget(panel)
        self._loop_changed()

    def _join(self, panel: TakePanel, roll: RollView, keyboard: Keyboard) -> None:
        desk, name = self._desk, self.lane
        panel.variant_asked.connect(panel.take.add_variant)
        panel.rate_asked.connect(lambda: desk.notes.rate(name))
        panel.kind_chosen.connect(lambda kind: desk.notes.hear(name, kind))
        panel.closed.connect(self.close_take)
        panel.crossfade_changed.connect(lambda share: desk.mixer.set(name, take=share))
        panel.tool_chosen.connect(roll.set_tool)
        panel.division_changed.connect(roll.set_division)
        panel.quantise_changed.connect(lambda *way: _quantise_as(roll, *way))
        panel.quantise_asked.connect(roll.acts.quantise)
        panel.ghosts_shown.connect(roll.set_ghosts_shown)
        panel.chip_copy_asked.connect(self.copy_asked)
        panel.chip_failed.connect(self.failed)
        panel.plot_export_asked.connect(self.plot_export_asked)
        roll.tool_changed.connect(panel.header.set_tool)
        roll.hovered.connect(keyboard.light)
        roll.hover_text.connect(self.hover_text)

    def _tempo_changed(self) -> None:
        if self.panel is not None:
            self.panel.header.set_tempo(_bpm(self._desk))

    def _loop_changed(self) -> None:
        axis = self._desk.axis
        if self.panel is None:
            return
        if axis.looping and axis.loop is not None:
            start, end = ends(axis, axis.loop)
            words = self.tr("loop, {start} to {end}")
            if axis.tempo is not None:
                words = self.tr("loop, bars {start} to {end}")
            text = words.format(start=start, end=end)
            self._desk.notes.span = axis.loop
        else:
            text, self._desk.notes.span = "", None
        self.panel.set_scope(text)

    def _mixed(self, name: str) -> None:
        there = self.lane in self._desk.mixer.lanes
        if self.panel is not None and there and name in ("", self.lane):
            self.panel.header.set_crossfade(self._desk.mixer.channel(self.lane).take)


def _bpm(desk: Desk) -> float | None:
    return desk.axis.tempo.usual_bpm if desk.axis.tempo is not None else None


def _load() -> None:
    """Load what ``TakeSlot`` shows notes with."""
    import studio.gui.roll.keyboard
    import studio.gui.roll.note_list
    import studio.gui.roll.roll_view
    import studio.gui.tuning.take_panel  # noqa: F401


def _quantise_as(roll: RollView, strength: float, swing: float) -> None:
    roll.acts.strength, roll.acts.swing = strength, swing
