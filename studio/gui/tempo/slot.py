"""Where musical time is shown and changed: joins the panel to the desk."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from studio.errors import OptionError, StudioError
from studio.gui import words
from studio.gui.desk.desk import Desk
from studio.gui.desk.timing import LEAST_TAPS
from studio.gui.tempo.panel import TempoPanel, state_of

_REASON = Qt.FocusReason.ShortcutFocusReason
_AIR = 8


class TempoSlot(QObject):
    """The panel, over the lower part of ``area`` so that ``ruler`` stays in sight.

    ``can_change`` says whether musical time can be changed now; ``why_not`` why it cannot.
    """

    def __init__(self, desk: Desk, area: QWidget, ruler: QWidget) -> None:
        super().__init__(area)
        self._desk = desk
        self._area, self._ruler = area, ruler
        self._came_from: QWidget | None = None
        self._hint = ""
        self.panel = TempoPanel(area)
        area.installEventFilter(self)
        self._join()
        self.refresh()

    @property
    def is_open(self) -> bool:
        """Whether the panel is there."""
        return self.panel.isVisible()

    @property
    def can_change(self) -> bool:
        """Whether musical time can be changed now."""
        return not self.why_not

    @property
    def why_not(self) -> str:
        """Why nothing can be changed now; empty where it can."""
        desk, history = self._desk, self._desk.opened.history
        if not desk.song.frames:
            return self.tr("Open a song first.")
        if desk.is_working or desk.axis.tempo is None:
            return self.tr("The beat is found once the song is apart; then it can be changed.")
        if history is None or history.read_only:
            return self.tr("Another window has this song open: its tempo cannot be changed here.")
        return ""

    def line(self) -> str:
        """Tempo and key in a few words, for the bar on top."""
        song, tempo = self._desk.song, self._desk.axis.tempo
        if not song.frames:
            return ""
        if tempo is None:
            return self.tr("finding the beat…") if song.busy is not None else self.tr("no beat yet")
        key = [words.accidentals(song.key)] if song.key else []
        return " · ".join([self.tr("{:.1f} bpm").format(tempo.usual_bpm), *key])

    def toggle(self) -> None:
        """Open the panel with the keyboard in it, or close it."""
        if self.is_open:
            self.close_panel()
            return
        self._came_from = QApplication.focusWidget()
        self.show_panel()
        first = self.panel.field if self.can_change else self.panel.closer
        first.setFocus(_REASON)
        self.panel.field.selectAll()

    def show_panel(self) -> None:
        """Open the panel; the keyboard stays where it is."""
        self.refresh()
        self._place()
        self.panel.show()
        self.panel.raise_()

    def close_panel(self) -> None:
        """Close it, and give the keyboard back."""
        focus, before = QApplication.focusWidget(), self._came_from
        held = focus is not None and self.panel.isAncestorOf(focus)
        self._came_from = None
        self._hint = ""
        self.panel.field.setModified(False)
        self.panel.hide()
        if held and before is not None and isValid(before) and before.isVisible():
            before.setFocus(_REASON)
        elif held:
            self._area.window().setFocus(_REASON)

    def tap(self) -> None:
        """A beat is now."""
        if not self.is_open:
            self.show_panel()
        playing = self._desk.player.playing
        self._hint = "" if playing else self.tr("Press play, then tap in time with the music.")
        if playing:
            self._desk.timing.tap(self._desk.player.position)
        self.refresh()

    def begin_bar(self) -> None:
        """A bar begins where the music is."""
        desk = self._desk
        desk.timing.begin_bar(desk.player.position if desk.player.playing else desk.axis.playhead)

    def refresh(self) -> None:
        """Say what is known now."""
        desk = self._desk
        self.panel.set_time(desk.axis.tempo, desk.song.key)
        self.panel.set_usable(self.can_change)
        self.panel.say(self._sentence(), needs_you=desk.timing.error is not None)

    def _sentence(self) -> str:
        timing, tempo = self._desk.timing, self._desk.axis.tempo
        if why := self.why_not:
            return why
        if timing.error is not None:
            return _said(timing.error)
        if count := len(timing.taps):
            return self.tr("{n} of at least {least} taps…").format(n=count, least=LEAST_TAPS)
        if timing.busy:
            return self.tr("Changing the tempo…")
        return self._hint or ("" if tempo is None else state_of(tempo))

    def _join(self) -> None:
        desk, panel, timing = self._desk, self.panel, self._desk.timing
        panel.close_asked.connect(self.close_panel)
        panel.bpm_entered.connect(timing.set_bpm)
        panel.halve_asked.connect(timing.halve)
        panel.double_asked.connect(timing.double)
        panel.move_asked.connect(timing.move_bars)
        panel.beats_chosen.connect(timing.set_beats)
        panel.estimate_asked.connect(timing.estimate)
        panel.begin_asked.connect(self.begin_bar)
        panel.tapped.connect(self.tap)
        timing.changed.connect(self._changed)
        timing.timed.connect(self._timed)
        timing.failed.connect(lambda error: desk.failed.emit(desk.current, error))
        desk.axis.view_changed.connect(self._follow)
        desk.song.progress_changed.connect(self._follow)
        desk.opened.history_changed.connect(self._follow)
        desk.queue.changed.connect(self._follow)
        desk.chosen.connect(self.close_panel)

    def _timed(self) -> None:
        """Bars lie elsewhere: what is measured bar by bar is measured again."""
        self._hint = ""
        lane = self._desk.opened.take_lane
        if lane and not self._desk.timing.busy:
            self._desk.notes.fit(lane)

    def _follow(self) -> None:
        if self.is_open:
            self.refresh()

    def _changed(self) -> None:
        """What went wrong is shown where it belongs, also of a key."""
        if self._desk.timing.error is not None and not self.is_open:
            self.show_panel()
        self._follow()

    def _place(self) -> None:
        top = self._ruler.mapTo(self._area, QPoint(0, self._ruler.height())).y()
        self.panel.adjustSize()
        right = self._area.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self._area.width() - self.panel.width() - _AIR if right else _AIR
        lowest = self._area.height() - self.panel.height() - _AIR
        self.panel.move(x, max(_AIR, min(top + _AIR, lowest)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See ``QObject``: the panel keeps its place in the window."""
        if watched is self._area and event.type() == QEvent.Type.Resize and self.is_open:
            self._place()
        return False


def _said(error: StudioError) -> str:
    """An error in the panel's words: of an option, only the reason."""
    if not isinstance(error, OptionError):
        return error.message
    reason = str(error.facts["reason"])
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
