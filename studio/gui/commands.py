"""What the actions do: each is joined to the desk or to a part of the window.

An action that cannot be used says so by being grey; nothing is ever a dead key without a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.gui import regions
from studio.gui.state.take import TakeModel

if TYPE_CHECKING:
    from studio.gui.roll.hand import Tool
    from studio.gui.window import MainWindow

_ONE_DB, _PAN_STEP, _FADE_STEP = 1.0, 0.1, 0.1
_ZOOM = 1.4


class Commands(QObject):
    """Joins the actions of a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        for name, act in {**self._files(), **self._song(), **self._lane(), **self._take()}.items():
            window.actions_by_name[name].triggered.connect(act)
        window.actions_by_name["tap"].setAutoRepeat(False)
        self.refresh()

    def refresh(self) -> None:
        """Switch actions on and off by what is there."""
        window, desk, song = self._window, self._desk, self._desk.song
        has_song = song.frames > 0
        take = window.slot.take
        lane = has_song and bool(window.timeline.current_lane)
        history = None if desk.timing.makes_step else desk.opened.history
        on = {
            **dict.fromkeys(_NEEDS_SONG, has_song),
            **dict.fromkeys(_NEEDS_LANE, lane),
            **dict.fromkeys(_NEEDS_TAKE, take is not None),
            **dict.fromkeys(("tap", "bar_here"), window.tempo.can_change),
            "export": song.is_whole,
            "copy_all": song.is_whole,
            "show_folder": window.files.place is not None,
            "separate_again": song.is_whole and not desk.is_working,
            "cancel": bool(desk.current) and desk.current == desk.queue.running,
            "undo": history is not None and history.undo_label is not None,
            "redo": history is not None and history.redo_label is not None,
        }
        for name, enabled in on.items():
            window.actions_by_name[name].setEnabled(enabled)
        self._name_undo()

    def _name_undo(self) -> None:
        history = self._desk.opened.history
        labels = {
            "undo": (self.tr("Undo"), history.undo_label if history else None),
            "redo": (self.tr("Redo"), history.redo_label if history else None),
        }
        for name, (words, label) in labels.items():
            action = self._window.actions_by_name[name]
            action.setText(f"{words}: {label}" if label else words)

    def _files(self) -> dict[str, Callable[[], object]]:
        window, desk = self._window, self._desk
        return {
            "open": window.files.choose_songs,
            "open_folder": window.files.choose_folder,
            "demo": desk.open_demo,
            "export": window.pages.open_export,
            "copy_all": window.files.copy_all,
            "show_folder": lambda: window.files.show(window.files.place),
            "preferences": window.pages.open_preferences,
            "quit": window.close,
            "undo": desk.opened.undo,
            "redo": desk.opened.redo,
            "library": window.toggle_library,
            "next_region": lambda: regions.go(window, 1),
            "previous_region": lambda: regions.go(window, -1),
            "shortcuts": window.pages.open_shortcuts,
            "devices": window.pages.open_quality,
            "about": window.pages.open_about,
        }

    def _song(self) -> dict[str, Callable[[], object]]:
        window, desk, axis = self._window, self._desk, self._desk.axis
        return {
            "play": desk.player.toggle,
            "start": lambda: axis.seek(0.0),
            "beat_back": lambda: self._step(-1.0 / self._beats_per_bar()),
            "beat_on": lambda: self._step(1.0 / self._beats_per_bar()),
            "bar_back": lambda: self._step(-1.0),
            "bar_on": lambda: self._step(1.0),
            "loop": lambda: axis.set_looping(not axis.looping),
            "loop_start": lambda: self._loop_here(start=True),
            "loop_end": lambda: self._loop_here(start=False),
            "compare": lambda: desk.mixer.set_compare(not desk.mixer.compare_song),
            "tempo": window.tempo.toggle,
            "tap": window.tempo.tap,
            "bar_here": window.tempo.begin_bar,
            "separate_again": window.pages.open_quality,
            "cancel": lambda: desk.queue.cancel(desk.current),
            "zoom_in": lambda: axis.zoom(1 / _ZOOM, self._centre()),
            "zoom_out": lambda: axis.zoom(_ZOOM, self._centre()),
            "fit_loop": axis.fit_loop,
            "fit_song": axis.fit_song,
        }

    def _lane(self) -> dict[str, Callable[[], object]]:
        window, mixer = self._window, self._desk.mixer
        return {
            "lane_up": lambda: regions.walk_lanes(window, -1),
            "lane_down": lambda: regions.walk_lanes(window, 1),
            "solo": lambda: self._flip("solo"),
            "mute": lambda: self._flip("mute"),
            "solo_only": lambda: mixer.only(self._name()),
            "minus_one": lambda: mixer.minus_one(self._name()),
            "louder": lambda: self._turn("volume_db", _ONE_DB),
            "softer": lambda: self._turn("volume_db", -_ONE_DB),
            "pan_left": lambda: self._turn("pan", -_PAN_STEP),
            "pan_right": lambda: self._turn("pan", _PAN_STEP),
            "reset_lane": lambda: mixer.reset(self._name()),
            "notes": lambda: window.find_notes(self._name()),
            "copy_lane": lambda: window.files.copy_lane(self._name()),
        }

    def _take(self) -> dict[str, Callable[[], object]]:
        window, slot = self._window, self._window.slot
        acts = {name: partial(self._on_roll, act) for name, act in _ROLL_ACTS.items()}
        tools = {f"tool_{tool}": partial(self._use_tool, tool) for tool in _TOOLS}
        return {
            **acts,
            **tools,
            "threshold": self._to_threshold,
            "threshold_down": lambda: self._threshold(-1),
            "threshold_up": lambda: self._threshold(1),
            "use_best": self._use_best,
            "rate": lambda: self._desk.notes.rate(slot.lane),
            "ghosts": self._ghosts,
            "next_take": self._next_take,
            "new_take": self._new_take,
            "to_stem": lambda: self._fade(-_FADE_STEP),
            "to_take": lambda: self._fade(_FADE_STEP),
            "note_list": lambda: slot.show_list(window.actions_by_name["note_list"].isChecked()),
            "full_height": window.toggle_full_height,
            "close_take": slot.close_take,
        }

    def _name(self) -> str:
        return self._window.timeline.current_lane

    def _flip(self, field: str) -> None:
        channel = self._desk.mixer.channel(self._name())
        self._desk.mixer.set(self._name(), **{field: not getattr(channel, field)})

    def _turn(self, field: str, step: float) -> None:
        channel = self._desk.mixer.channel(self._name())
        self._desk.mixer.set(self._name(), **{field: getattr(channel, field) + step})

    def _fade(self, step: float) -> None:
        lane = self._window.slot.lane
        self._desk.mixer.set(lane, take=self._desk.mixer.channel(lane).take + step)

    def _on_roll(self, act: str) -> None:
        if self._window.slot.roll is not None:
            getattr(self._window.slot.roll.acts, act)()

    def _use_tool(self, tool: Tool) -> None:
        if self._window.slot.roll is not None:
            self._window.slot.roll.set_tool(tool)

    def _new_take(self) -> None:
        if self._window.slot.take is not None:
            self._window.slot.take.add_variant()

    def _to_threshold(self) -> None:
        if self._window.slot.panel is not None:
            self._window.slot.panel.focus_threshold()

    def _threshold(self, hundredths: int) -> None:
        if self._window.slot.panel is not None:
            self._window.slot.panel.threshold.slider.nudge(hundredths)

    def _use_best(self) -> None:
        take = self._window.slot.take
        if take is not None and take.suggested is not None:
            take.set_threshold(take.suggested)

    def _ghosts(self) -> None:
        panel = self._window.slot.panel
        roll = self._window.slot.roll
        if panel is not None and roll is not None:
            shown = not roll.shows_ghosts
            panel.options.set_ghosts_shown(shown)
            roll.set_ghosts_shown(shown)

    def _next_take(self) -> None:
        take: TakeModel | None = self._window.slot.take
        if take is not None:
            letters = take.letters
            take.choose(letters[(letters.index(take.letter) + 1) % len(letters)])

    def _beats_per_bar(self) -> int:
        tempo = self._desk.axis.tempo
        return tempo.beats_per_bar if tempo is not None else 4

    def _step(self, bars: float) -> None:
        axis = self._desk.axis
        beat = 1.0 if abs(bars) < 1 else float(self._beats_per_bar())
        axis.seek(axis.snapped(axis.bars_later(axis.playhead, bars), beat))

    def _loop_here(self, start: bool) -> None:
        axis = self._desk.axis
        here = axis.snapped(axis.playhead)
        low, high = axis.loop or (here, axis.bars_later(here, 4))
        if start:
            axis.set_loop(here, high if high > here else axis.bars_later(here, 4))
        else:
            axis.set_loop(low if low < here else 0.0, here)

    def _centre(self) -> float:
        axis = self._desk.axis
        seen = axis.start <= axis.playhead <= axis.end
        return axis.playhead if seen else (axis.start + axis.end) / 2


_TOOLS: tuple[Tool, ...] = ("select", "draw", "split")
_ROLL_ACTS = {
    "cut": "cut",
    "copy": "copy",
    "paste": "paste",
    "delete": "delete",
    "select_all": "select_all",
    "split": "split_at_playhead",
    "join": "join",
    "quantise": "quantise",
    "keep": "keep",
}
_NEEDS_SONG = (
    "play",
    "start",
    "beat_back",
    "beat_on",
    "bar_back",
    "bar_on",
    "loop",
    "loop_start",
    "loop_end",
    "compare",
    "tempo",
    "zoom_in",
    "zoom_out",
    "fit_loop",
    "fit_song",
)
_NEEDS_LANE = (
    "lane_up",
    "lane_down",
    "solo",
    "solo_only",
    "mute",
    "minus_one",
    "louder",
    "softer",
    "pan_left",
    "pan_right",
    "reset_lane",
    "notes",
    "copy_lane",
)
_NEEDS_TAKE = (
    *_ROLL_ACTS,
    "threshold",
    "threshold_down",
    "threshold_up",
    "use_best",
    "rate",
    "ghosts",
    "next_take",
    "new_take",
    "to_stem",
    "to_take",
    "note_list",
    "full_height",
    "close_take",
    "tool_select",
    "tool_draw",
    "tool_split",
)
