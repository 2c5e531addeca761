"""The window: lays out its parts, joins them to the desk, and keeps to what fits on the screen."""

from __future__ import annotations

import time

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.gui import actions, regions, words
from studio.gui.commands import Commands
from studio.gui.desk.desk import Desk
from studio.gui.filework import FileWork
from studio.gui.keys import KeyGuard
from studio.gui.library.drops import DropTarget
from studio.gui.library.panel import LibraryPanel
from studio.gui.looks import Looks
from studio.gui.notices import Notices
from studio.gui.pages import Pages
from studio.gui.sheets.first_start import FirstStart
from studio.gui.status import StatusBar
from studio.gui.takeslot import TakeSlot
from studio.gui.tempo.slot import TempoSlot
from studio.gui.timeline.lanes import Timeline
from studio.gui.timeline.progress_strip import ProgressStrip
from studio.gui.tips import Tips
from studio.gui.transport import TransportBar
from studio.gui.widgets.focus import FocusRing
from studio.gui.widgets.toast import Toast
from studio.paths import config_folder

SMALL_WIDTH, SMALL_HEIGHT, WIDE_WIDTH = 1280, 760, 1920
_FRAME_MS, _METER_MS = 16, 33
_MENU_HEIGHT = 28
# Meters fall for so long after the music stopped.
_REST_SECONDS = 5.0


class MainWindow(QMainWindow):
    """The one window.

    Attributes:
        actions_by_name: Every action, as ``gui/actions.py`` declares them.
    """

    def __init__(self, desk: Desk, looks: Looks) -> None:
        super().__init__()
        self.desk, self.looks = desk, looks
        self.setObjectName("mainWindow")
        self.setWindowTitle("Stemwright")
        self.setMinimumSize(1024, 640)
        self.actions_by_name = actions.make(self)
        actions.fill(self.menuBar(), self.actions_by_name)
        self.menuBar().setFixedHeight(_MENU_HEIGHT)
        for action in self.actions_by_name.values():
            self.addAction(action)
        self._build()
        self.pages = Pages(self)
        self.commands = Commands(self)
        self._guards()
        self._join()
        self._state = QSettings(str(config_folder() / "window.ini"), QSettings.Format.IniFormat)
        self._come_back()
        self._show_page()
        # After the first picture: both read files.
        QTimer.singleShot(0, self.pages.tell_quality)
        QTimer.singleShot(0, self.pages.use_settings)

    # Building.

    def _build(self) -> None:
        desk = self.desk
        self.status = StatusBar(desk, self)
        self.setStatusBar(self.status)
        self.files = FileWork(desk, self, self.status.say)
        self.transport = TransportBar(self.actions_by_name, desk.mixer, self.files.everything)
        self.library = LibraryPanel(desk.library)
        self.first_start = FirstStart()
        self.notices = Notices()
        self.progress = ProgressStrip(desk.song)
        self.timeline = Timeline(
            desk.axis, desk.mixer, desk.song, self.files.audio_of, self.files.notes_of
        )
        self.slot = TakeSlot(desk)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setObjectName("lanesAndTake")
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(2)
        self.split.addWidget(self.timeline)
        self.split.addWidget(self.slot)
        self.split.setStretchFactor(0, 0)
        self.split.setStretchFactor(1, 1)
        song = QWidget()
        song.setObjectName("songPage")
        _column(song, self.progress, self.split)
        self.stack = QStackedWidget()
        self.stack.setObjectName("pages")
        self.stack.addWidget(self.first_start)
        self.stack.addWidget(song)
        self.main_area = QWidget()
        self.main_area.setObjectName("mainArea")
        _column(self.main_area, self.notices, self.stack)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.library)
        row.addWidget(self.main_area, 1)
        middle = QWidget()
        middle.setObjectName("middle")
        _column(middle, self.transport, body)
        self.setCentralWidget(middle)
        self.toast = Toast(self.main_area)
        self.tempo = TempoSlot(desk, self.main_area, self.timeline.ruler)
        self.drops = DropTarget(self)

    def _guards(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._guard = KeyGuard(app, self)
        self.tips = Tips(app, self)
        if app.findChild(FocusRing) is None:
            FocusRing(app)

    def _join(self) -> None:
        desk = self.desk
        self._last_tick = time.perf_counter()
        self._quiet_since = 0.0
        self._frames = QTimer(self, interval=_FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self._frame)
        self._meters = 0.0
        desk.player.playing_changed.connect(self._playing_changed)
        desk.player.device_lost.connect(self._device_lost)
        desk.player.failed.connect(lambda sentence: self.toast.say(sentence, icon="speaker"))
        desk.axis.playhead_moved.connect(self._moved)
        desk.axis.view_changed.connect(self._song_line)
        desk.axis.loop_changed.connect(self._loop_changed)
        desk.song.progress_changed.connect(self._song_line)
        desk.song.changed.connect(self._song_changed)
        desk.song.lane_changed.connect(self._lane_changed)
        desk.chosen.connect(self._chosen)
        desk.take_ready.connect(self._take_ready)
        desk.opened_up.connect(self.commands_changed)
        desk.opened.history_changed.connect(self.commands_changed)
        desk.timing.changed.connect(self.commands_changed)
        desk.queue.changed.connect(self.commands_changed)
        desk.failed.connect(self.pages.failed)
        desk.noticed.connect(self.toast.say)
        desk.library.count_changed.connect(lambda _: self._show_page())
        self.drops.dropped.connect(desk.open_paths)
        self.first_start.open_asked.connect(self.files.choose_songs)
        self.first_start.demo_asked.connect(desk.open_demo)
        self.progress.cancel_asked.connect(lambda: desk.queue.cancel(desk.current))
        self.transport.copy_asked.connect(self.files.copy)
        self.transport.chip_failed.connect(lambda error: desk.failed.emit(desk.current, error))
        self._join_library()
        self._join_lanes()
        self.looks.changed.connect(self._repaint)
        self.toast.acted.connect(self.pages.toast_acted)
        desk.costs.changed.connect(self.pages.tell_quality)

    def _join_library(self) -> None:
        desk, library = self.desk, self.library
        library.chosen.connect(desk.choose)
        library.cancel_asked.connect(desk.queue.cancel)
        library.retry_asked.connect(desk.retry)
        library.remove_asked.connect(desk.remove)
        library.show_asked.connect(lambda song: self.files.show(desk.library.entry(song).place))
        library.open_asked.connect(self.files.choose_songs)
        library.quality_asked.connect(self.pages.open_quality)
        library.why_asked.connect(self.pages.open_quality)

    def _join_lanes(self) -> None:
        desk, timeline, slot = self.desk, self.timeline, self.slot
        timeline.notes_asked.connect(self.find_notes)
        timeline.lane_chosen.connect(lambda _: self.commands_changed())
        timeline.copy_asked.connect(self.files.copy_lane)
        timeline.cancel_asked.connect(desk.notes.cancel)
        timeline.retry_asked.connect(desk.notes.hear)
        timeline.dismiss_asked.connect(self._dismiss)
        timeline.failed.connect(lambda error: desk.failed.emit(desk.current, error))
        slot.opened.connect(self._take_opened)
        slot.closed.connect(self._take_closed)
        slot.copy_asked.connect(self.files.copy)
        slot.failed.connect(lambda error: desk.failed.emit(desk.current, error))
        slot.plot_export_asked.connect(self._save_plot)
        slot.hover_text.connect(self.status.say)

    # What the actions call.

    def find_notes(self, name: str) -> None:
        """The notes of a lane: shown, put away, or looked for."""
        lane = self.desk.song.lane(name)
        if self.slot.lane == name:
            self.slot.close_take()
        elif lane.take is not None:
            self.slot.open(name)
        elif lane.wav is None:
            self.status.say(self.tr("Notes can be found once {} is whole.").format(lane.stem.label))
        else:
            self.desk.notes.hear(name)

    def toggle_library(self) -> None:
        """Show or hide the library; in a small window its page over the lanes."""
        if self.library.is_rail:
            self.library.toggle()
        else:
            self.library.setVisible(not self.library.isVisible())

    def toggle_full_height(self) -> None:
        """The take over the whole height, or back."""
        self.timeline.setVisible(not self.actions_by_name["full_height"].isChecked())

    # What happens.

    def commands_changed(self) -> None:
        """Something can be done now, or no longer."""
        self.commands.refresh()
        self._chip()

    def _chip(self) -> None:
        song = self.desk.song
        notes = sum(lane.take is not None for lane in song.lanes)
        stems = len(song.lanes) if song.is_whole else 0
        self.transport.set_files(stems, song.duration, notes, self.desk.axis.tempo)

    def _frame(self) -> None:
        """A picture's time has passed: follow the music, let the meters fall."""
        now = time.perf_counter()
        self.desk.tick()
        self._meters += now - self._last_tick
        self._last_tick = now
        if self._meters * 1000 >= _METER_MS:
            self.timeline.tick(self.desk.player.levels(), self._meters)
            self._meters = 0.0
        if not self.desk.player.playing and now - self._quiet_since > _REST_SECONDS:
            self._frames.stop()

    def _playing_changed(self, playing: bool) -> None:
        self.transport.set_playing(playing)
        self._quiet_since = self._last_tick = time.perf_counter()
        self._frames.start()

    def _moved(self, before: float, now: float) -> None:
        self.transport.set_time(now, self.desk.axis.bar_beat(now))

    def _loop_changed(self) -> None:
        self.actions_by_name["loop"].setChecked(self.desk.axis.looping)

    def _chosen(self, song: str) -> None:
        self.notices.clear()
        self.slot.close_take()
        self.library.set_opened(song)
        self._show_page()

    def _song_changed(self) -> None:
        self._song_line()
        self._show_page()
        self.commands_changed()

    def _song_line(self) -> None:
        song, axis = self.desk.song, self.desk.axis
        self.transport.set_song(song.title, words.clock_short(song.duration) if song.frames else "")
        self.transport.set_tempo(self.tempo.line())
        self.transport.set_time(axis.playhead, axis.bar_beat(axis.playhead))

    def _lane_changed(self, name: str) -> None:
        if not name:
            self.timeline.redraw_song()
        elif name == self.slot.lane and self.slot.roll is not None:
            self.slot.roll.set_peaks(self.desk.song.lane(name).peaks)
        self._chip()

    def _take_ready(self, name: str) -> None:
        remembered = self.desk.opened.remembered_take
        asked = self.desk.notes.was_asked(name)
        if asked or name in (remembered, self.slot.lane):
            self.slot.open(name)
        self.commands_changed()

    def _take_opened(self, name: str) -> None:
        self.timeline.set_take_lane(name)
        self.timeline.choose_lane(name)
        self.status.follow(self.slot.take)
        self._share_height()
        self.commands_changed()

    def _take_closed(self) -> None:
        self.actions_by_name["full_height"].setChecked(False)
        self.timeline.show()
        self.timeline.set_take_lane(None)
        self.status.follow(None)
        self.commands_changed()

    def _share_height(self) -> None:
        """The lanes as low as they may be; the rest is the take's."""
        lanes = self.timeline.sizeHint().height()
        self.split.setSizes([lanes, max(1, self.split.height() - lanes)])

    def _dismiss(self, name: str) -> None:
        self.desk.song.lane(name).error = None
        self.desk.song.lane_changed.emit(name)

    def _save_plot(self, suffix: str) -> None:
        if self.slot.panel is not None:
            self.files.save_plot(self.slot.panel, suffix)

    def _device_lost(self, name: str, seconds: float) -> None:
        sentence = self.tr("“{}” was unplugged. Playing is paused at {}.")
        hint = self.tr("Plug it in again, or press play to go on with the default device.")
        self.toast.say(sentence.format(name, words.clock_short(seconds)), hint, icon="speaker")

    # Shape.

    def _show_page(self) -> None:
        empty = not self.desk.current
        self.stack.setCurrentIndex(0 if empty else 1)
        self.commands_changed()

    def _repaint(self) -> None:
        for widget in QApplication.allWidgets():
            widget.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See ``QWidget``: the forms for small and wide windows."""
        super().resizeEvent(event)
        small = self.width() < SMALL_WIDTH or self.height() < SMALL_HEIGHT
        self.library.set_wide(self.width() >= WIDE_WIDTH)
        self.library.set_rail(small)
        self.transport.set_small(small)
        self.timeline.refit()
        if self.slot.panel is not None:
            self.slot.panel.fit_window(self.size())
            QTimer.singleShot(0, self._share_height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes or stops the nearest thing; digits go to lanes."""
        lanes = self.desk.song.lanes if self.pages.letters else []
        digit = event.key() - Qt.Key.Key_1
        if event.key() == Qt.Key.Key_Escape and self._escape():
            return
        if not event.modifiers() and 0 <= digit < min(9, len(lanes)):
            self.timeline.focus_lane(lanes[digit].name)
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays inside its region."""
        return regions.tab(self, forward)

    def _escape(self) -> bool:
        if self.toast.isVisible():
            self.toast.hide()
        elif (sheet := self.pages.open_sheet()) is not None:
            sheet.close_sheet()
        elif self.tempo.is_open:
            self.tempo.close_panel()
        elif self.slot.panel is not None:
            self.slot.close_take()
        elif self.desk.current and self.desk.current == self.desk.queue.running:
            self.desk.queue.cancel(self.desk.current)
        else:
            return False
        return True

    def _come_back(self) -> None:
        geometry = self._state.value("geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.resize(1440, 900)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks only where something would be lost: while files are written."""
        if self.desk.is_exporting and not self.pages.may_close():
            event.ignore()
            return
        self._frames.stop()
        self._state.setValue("geometry", self.saveGeometry())
        self._state.sync()
        self.desk.close()
        event.accept()


def _column(owner: QWidget, *parts: QWidget) -> None:
    layout = QVBoxLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        layout.addWidget(part, 1 if part is parts[-1] else 0)
