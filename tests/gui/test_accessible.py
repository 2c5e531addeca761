"""The whole window without a mouse and without a screen: names, roles, Tab, F6, focus, keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QSlider, QWidget
from pytestqt.qtbot import QtBot

from studio import settings
from studio.gui import actions, filework, regions
from studio.gui.filework import FileWork
from studio.gui.pages import QFileDialog
from studio.gui.sheets.export_sheet import ExportSheet
from studio.gui.state.take import TakeModel
from studio.gui.stops import stops
from studio.gui.tips import without_plain_keys
from studio.gui.widgets.keycap import KeyHints
from studio.gui.widgets.segmented import Segmented
from studio.gui.window import MainWindow

_Key, _Role = Qt.Key, QAccessible.Role
_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_BY_KEY = Qt.FocusReason.ShortcutFocusReason
# At least so many pixels of a ring, or of what a widget shows instead.
_RING_PIXELS = 60
_SHEETS = ("export", "preferences", "devices", "shortcuts", "about")

# Roles by object name, as the drawings of the window say them.
_ROLES = {
    "transport_play": _Role.Button,
    "transport_loop": _Role.CheckBox,
    "transport_tempo": _Role.Button,
    "transportTime": _Role.StaticText,
    "songOverview": _Role.Slider,
    "loopStart": _Role.Slider,
    "loopEnd": _Role.Slider,
    "laneHead.bass": _Role.Grouping,
    "laneBody.bass": _Role.Graphic,
    "laneButton": _Role.CheckBox,
    "meter": _Role.ProgressBar,
    "onsetThreshold": _Role.Slider,
    "roll": _Role.Graphic,
    "scoreTable": _Role.Table,
    "correlationPlot": _Role.Graphic,
    "crossfader": _Role.Slider,
    "songList": _Role.List,
    "audioChip": _Role.Button,
    "statusBar": _Role.StatusBar,
}


@pytest.fixture
def window(qtbot: QtBot, song_window: MainWindow) -> MainWindow:
    """With a loop."""
    song_window.desk.axis.set_loop(2.0, 6.0)
    return song_window


def scenes(qtbot: QtBot, window: MainWindow) -> Iterator[str]:
    """Everything the window can show, one after the other, by name."""
    settings.save({"reduce_motion": "on"})
    window.looks.apply()
    act = window.actions_by_name
    settled(qtbot, window)
    yield "notes"
    act["note_list"].trigger()
    yield "list"
    act["note_list"].trigger()
    for name in _SHEETS:
        act[name].trigger()
        answered(qtbot, window)
        yield name
        sheet = window.pages.open_sheet()
        assert sheet is not None
        sheet.close_sheet()
    act["tempo"].trigger()
    yield "tempo"
    act["tempo"].trigger()
    window.resize(1024, 640)
    qtbot.wait(50)
    yield "small"
    window.slot.close_take()
    window.resize(1440, 900)
    qtbot.wait(50)
    yield "lanes"
    window.desk.remove(window.desk.current)
    qtbot.wait(50)
    yield "first start"


def answered(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the sheet that opened has been told all it asked for."""
    qtbot.waitUntil(lambda: not _is_waiting(window), timeout=60_000)
    qtbot.wait(50)


def _is_waiting(window: MainWindow) -> bool:
    sheet = window.pages.open_sheet()
    return isinstance(sheet, ExportSheet) and not sheet.bar.go.isEnabled()


def settled(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until no work in the background changes what is shown."""
    desk = window.desk
    take = desk.song.lane("bass").take
    assert take is not None
    qtbot.waitUntil(
        lambda: take.measuring is None and take.comparison is not None and desk.ask_line.is_idle,
        timeout=60_000,
    )


def press(window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier = _NONE) -> None:
    """A key, from the system to whatever has the focus."""
    QTest.keyClick(window.windowHandle(), key, held)


def seen(window: QWidget) -> Iterator[QWidget]:
    """Every widget of which something can be seen."""
    for widget in window.findChildren(QWidget):
        inside = widget.window() is window and not widget.objectName().startswith("qt_")
        if inside and not widget.visibleRegion().isEmpty():
            yield widget


def spoken(widget: QWidget) -> str:
    """The name a screen reader says."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_what_takes_the_keyboard_has_a_name(qtbot: QtBot, window: MainWindow) -> None:
    """One for people and one for tests, and none twice in a group."""
    wrong = []
    for scene in scenes(qtbot, window):
        focusable = [w for w in seen(window) if w.focusPolicy() != Qt.FocusPolicy.NoFocus]
        assert len(focusable) > 5
        names = Counter((widget.parentWidget(), spoken(widget)) for widget in focusable)
        wrong += [
            f"{scene}: {widget} “{spoken(widget)}”"
            for widget in focusable
            if not widget.objectName()
            or not spoken(widget)
            or names[widget.parentWidget(), spoken(widget)] > 1
        ]
    assert wrong == []


def test_roles_are_what_things_are(qtbot: QtBot, window: MainWindow) -> None:
    """A painted slider is a slider."""
    found = {
        widget.objectName(): QAccessible.queryAccessibleInterface(widget).role()
        for widget in seen(window)
        if widget.objectName() in _ROLES
    }
    assert found == _ROLES
    window.actions_by_name["note_list"].trigger()
    assert window.slot.note_list is not None
    notes = QAccessible.queryAccessibleInterface(window.slot.note_list)
    assert notes.role() == _Role.Table


def test_sliders_say_their_value(window: MainWindow) -> None:
    """As what they are set to, and where they can go."""
    sliders = [widget for widget in seen(window) if isinstance(widget, QSlider)]
    assert len(sliders) > 10
    for slider in sliders:
        value = QAccessible.queryAccessibleInterface(slider).valueInterface()
        assert value is not None
        assert value.currentValue() == slider.value(), slider.objectName()
        assert value.minimumValue() <= value.currentValue() <= value.maximumValue()


def test_tab_goes_round_in_its_region(qtbot: QtBot, window: MainWindow) -> None:
    """It reaches every control that can be used, and leaves by F6 alone."""
    wrong = []
    for scene in scenes(qtbot, window):
        rounds = regions.around(window)
        assert len(rounds) >= 4
        for region in rounds[:-1]:
            regions.enter(window, region)
            reached = by_tab(window)
            wrong += [f"{scene}: {w} outside {region}" for w in reached if not within(region, w)]
            press(window, _Key.Key_Backtab, _SHIFT)
            assert QApplication.focusWidget() is reached[-1], f"{scene}, {region}"
            wrong += [
                f"{scene}: {widget} “{spoken(widget)}” not reached"
                for widget in seen(region)
                if widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
                and widget.isEnabled()
                and widget not in reached
                and not in_row_of(widget, reached)
            ]
    assert wrong == []


def by_tab(window: MainWindow) -> list[QWidget]:
    """What has the keyboard one after the other, until it is the first again."""
    reached: list[QWidget] = []
    while (now := QApplication.focusWidget()) not in reached:
        assert now is not None
        reached.append(now)
        press(window, _Key.Key_Tab)
        if QApplication.focusWidget() is now and isinstance(now, QLabel):
            press(window, _Key.Key_Tab)  # it was at the words, then at the link in them
    assert now is reached[0], now
    return reached


def within(region: QWidget, widget: QWidget) -> bool:
    """Whether a widget lies in a region, or is it."""
    return region is widget or region.isAncestorOf(widget)


def in_row_of(widget: QWidget, reached: list[QWidget]) -> bool:
    """Whether arrow keys lead there from another choice of the same row."""
    group = getattr(widget, "group", lambda: None)()
    beside = group.buttons() if group is not None else widget.parentWidget().children()
    is_choice = QAccessible.queryAccessibleInterface(widget).role() == _Role.RadioButton
    return is_choice and any(other in reached for other in beside)


def test_arrows_choose_within_a_row(window: MainWindow) -> None:
    """Only the chosen one is a stop of Tab, so arrows must reach the others, not the music."""
    panel = window.slot.panel
    assert panel is not None
    row = next(r for r in panel.findChildren(Segmented) if "draw" in r._parts)
    regions.enter(window, window.slot)
    while QApplication.focusWidget() is not row.part("select"):
        press(window, _Key.Key_Tab)
    press(window, _Key.Key_Right)
    assert row.choice() == "draw"
    assert window.slot.roll is not None
    assert window.slot.roll.tool == "draw"
    assert window.desk.axis.playhead == 0.0


def test_f6_goes_round_the_regions(qtbot: QtBot, window: MainWindow) -> None:
    """Forwards and backwards, each once."""
    for scene in scenes(qtbot, window):
        rounds = regions.around(window)
        regions.enter(window, rounds[0])
        ways = ((_NONE, [*rounds[1:], rounds[0]]), (_SHIFT, rounds[::-1]))
        for held, order in ways:
            for region in order:
                press(window, _Key.Key_F6, held)
                focus = QApplication.focusWidget()
                assert focus is not None
                assert within(region, focus), f"{scene}: {region}"


@pytest.mark.slow
def test_focus_can_be_seen(qtbot: QtBot, window: MainWindow) -> None:
    """Around each stop of the keyboard pixels change when it comes."""
    settled(qtbot, window)
    unseen = []
    for scene in scenes(qtbot, window):
        for region in regions.around(window)[:-1]:
            for stop in stops(region):
                stop.setFocus(_BY_KEY)  # it may have to be scrolled to
                without, with_it = pixels(window, stop)
                if np.count_nonzero(without != with_it) < _RING_PIXELS:
                    unseen.append(f"{scene}: {stop} “{spoken(stop)}”")
    assert unseen == []


def pixels(window: MainWindow, stop: QWidget) -> list[np.ndarray]:
    """The part of the window around a widget without the focus, and with it."""
    found = []
    QApplication.processEvents()
    area = QRect(stop.mapTo(window, stop.rect().topLeft()), stop.size()).adjusted(-6, -6, 6, 6)
    for focused in (window.status.sentence, stop):
        focused.setFocus(_BY_KEY)
        QApplication.processEvents()
        image = window.grab(area).toImage()
        found.append(np.frombuffer(image.constBits(), dtype=np.uint32).copy())
    return found


def test_fields_take_letters(window: MainWindow) -> None:
    """What is typed into a field does nothing else."""
    field = window.findChild(QLineEdit, "librarySearch")
    assert field is not None
    field.setFocus()
    before = state(window)
    for letter in "smnlt 10.,?":
        QTest.keyClick(window.windowHandle(), letter)
    assert field.text() == "smnlt 10.,?"
    field.clear()
    assert changes(before, state(window)) <= {"focus"}


def test_letters_can_be_switched_off(window: MainWindow) -> None:
    """Then neither letters nor digits act; what is held with Ctrl does, and menus do."""
    settings.save({"letter_keys": "off"})
    window.pages.use_settings()
    window.timeline.focus_lane("drums")
    before = state(window)
    for letter in "SMNLT1234FGAB?[]":
        press(window, QKeySequence(letter)[0].key())
    assert changes(before, state(window)) == set()
    window.actions_by_name["solo"].trigger()
    assert window.desk.mixer.channel("drums").solo
    settings.save({"letter_keys": "on"})
    window.pages.use_settings()
    press(window, _Key.Key_S)
    assert not window.desk.mixer.channel("drums").solo


def test_tooltips_promise_no_letter_that_is_switched_off(window: MainWindow) -> None:
    """Nor does what a screen reader reads; what is held with Ctrl stays, and all comes back."""
    tips = {widget: widget.toolTip() for widget in QApplication.allWidgets() if widget.toolTip()}
    assert tips[window.timeline.head("bass").mute] == "Mute Bass (M)"
    settings.save({"letter_keys": "off"})
    window.pages.use_settings()
    window.desk.song.lane_changed.emit("bass")  # its head says its tips anew
    said = [widget.toolTip() for widget in QApplication.allWidgets()]
    said += [action.toolTip() for action in window.actions_by_name.values()]
    assert [tip for tip in said if tip != without_plain_keys(tip)] == []
    assert window.timeline.head("bass").mute.toolTip() == "Mute Bass"
    assert window.timeline.head("bass").notes.toolTip() == "Show the notes of this lane"
    assert (
        window.timeline.head("bass").volume.toolTip() == tips[window.timeline.head("bass").volume]
    )
    assert window.actions_by_name["export"].toolTip() == "Export (Ctrl+E)"
    settings.save({"letter_keys": "on"})
    window.pages.use_settings()
    assert {widget: widget.toolTip() for widget in tips} == tips
    assert window.actions_by_name["mute"].toolTip() == "Mute (M)"


def test_the_line_of_keys_goes_with_the_letters(qtbot: QtBot, window: MainWindow) -> None:
    """It stands below the lanes, where there is room."""
    window.slot.close_take()
    line = window.timeline.findChild(KeyHints)
    assert line is not None
    qtbot.waitUntil(line.isVisible)
    for letters, shown in (("off", False), ("on", True)):
        settings.save({"letter_keys": letters})
        window.pages.use_settings()
        assert line.isVisible() == shown


@pytest.mark.parametrize(
    ("tip", "want"),
    [
        ("Select (V)", "Select"),
        ("Hear the stem, the take, or both (, and .)", "Hear the stem, the take, or both"),
        ("New take from this one (Shift+A)", "New take from this one"),
        ("Export (Ctrl+E)", "Export (Ctrl+E)"),
        ("Pan; a double click resets it (Alt+← →)", "Pan; a double click resets it (Alt+← →)"),
        ("Spectral (no weights)", "Spectral (no weights)"),
        ("Play (Space)\nNow", "Play\nNow"),
        ("", ""),
    ],
)
def test_plain_keys_are_told_from_others(tip: str, want: str) -> None:
    """Only at the end, and only whole."""
    assert without_plain_keys(tip) == want


def test_the_folder_of_a_waiting_song_is_that_of_its_file(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It has none of its own yet; one that is apart shows its own."""
    shown: list[Path] = []
    monkeypatch.setattr(
        filework.QDesktopServices, "openUrl", lambda url: shown.append(Path(url.toLocalFile()))
    )
    library = window.desk.library
    own = window.desk.song.folder
    waiting = library.add("Night Ferry", source=tmp_path / "Night Ferry.wav")
    window.library.show_asked.emit(waiting)
    window.library.show_asked.emit(window.desk.current)
    assert shown == [tmp_path, own]


def test_escape_closes_the_sheet_from_anywhere(window: MainWindow) -> None:
    """Before the notes below it."""
    window.actions_by_name["shortcuts"].trigger()
    window.transport.export.setFocus()
    press(window, _Key.Key_Escape)
    assert window.pages.open_sheet() is None
    assert window.slot.take is not None
    press(window, _Key.Key_Escape)
    assert window.slot.take is None


# Every action by its key.

# What a key needs before it can do something; the rest acts on the bass as it was opened.
Prepare = Callable[[MainWindow, TakeModel], object]


def _chosen(window: MainWindow, take: TakeModel) -> None:
    take.select(TakeModel.ids(take.notes)[:1])


def _changed(window: MainWindow, take: TakeModel) -> None:
    take.set_threshold(0.4)
    take.settle()


def _undone(window: MainWindow, take: TakeModel) -> None:
    _changed(window, take)
    window.desk.opened.undo()


def _inside_a_note(window: MainWindow, take: TakeModel) -> None:
    _chosen(window, take)
    window.desk.axis.seek(float(take.notes.onset[0] + take.notes.offset[0]) / 2)


def _copied(window: MainWindow, take: TakeModel) -> None:
    _chosen(window, take)
    window.actions_by_name["copy"].trigger()
    window.desk.axis.seek(20.0)


def _ghost(window: MainWindow, take: TakeModel) -> None:
    take.select(TakeModel.ids(take.ghosts)[:1])


def _two_takes(window: MainWindow, take: TakeModel) -> None:
    take.add_variant()


def _other_tool(window: MainWindow, take: TakeModel) -> None:
    assert window.slot.roll is not None
    window.slot.roll.set_tool("draw")


def _off_the_best(window: MainWindow, take: TakeModel) -> None:
    take.set_threshold(0.9)


_PREPARED: dict[str, Prepare] = {
    "undo": _changed,
    "redo": _undone,
    "cut": _chosen,
    "copy": _chosen,
    "delete": _chosen,
    "join": lambda window, take: take.select(TakeModel.ids(take.notes)),
    "split": _inside_a_note,
    "paste": _copied,
    "keep": _ghost,
    "start": lambda window, take: window.desk.axis.seek(10.0),
    "beat_back": lambda window, take: window.desk.axis.seek(10.0),
    "bar_back": lambda window, take: window.desk.axis.seek(10.0),
    "loop_start": lambda window, take: window.desk.axis.seek(4.0),
    "loop_end": lambda window, take: window.desk.axis.seek(4.0),
    "reset_lane": lambda window, take: window.desk.mixer.set("bass", volume_db=-6.0),
    "zoom_out": lambda window, take: window.desk.axis.show(5.0, 15.0),
    "fit_song": lambda window, take: window.desk.axis.show(5.0, 15.0),
    "to_stem": lambda window, take: window.desk.mixer.set("bass", take=0.5),
    "next_take": _two_takes,
    "use_best": _off_the_best,
    "tool_select": _other_tool,
}
# Not seen here, and why.
_ELSEWHERE = {
    "quit": "closes the window, as every test does in the end",
    "cancel": "needs a separation under way: tests of the queue",
    "demo": "takes a song apart: the test of the whole path",
}


def test_every_action_does_something(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its first key, or from the menu where it has none; what it needs stands above."""
    settled(qtbot, window)
    settings.save({"reduce_motion": "on"})
    window.looks.apply()
    asked: list[str] = []
    for name in ("getOpenFileNames", "getExistingDirectory"):
        answer: object = ([], "") if name == "getOpenFileNames" else ""
        monkeypatch.setattr(QFileDialog, name, lambda *_, n=name, a=answer: asked.append(n) or a)
    monkeypatch.setattr(FileWork, "show", lambda *_: asked.append("show"))
    rate = window.desk.notes.rate
    monkeypatch.setattr(window.desk.notes, "rate", lambda n: asked.append("rate") or rate(n))
    dead = []
    for declared in actions.DECLARED:
        if declared.name in _ELSEWHERE:
            continue
        take = fresh(qtbot, window)
        _PREPARED.get(declared.name, lambda *_: None)(window, take)
        window.commands_changed()
        before, asked_before = state(window), len(asked)
        action = window.actions_by_name[declared.name]
        if not action.isEnabled():
            dead.append(f"{declared.name} is switched off")
        elif declared.keys:
            both = QKeySequence(declared.keys[0])[0]
            press(window, both.key(), both.keyboardModifiers())
        else:
            action.trigger()
        if not changes(before, state(window)) and len(asked) == asked_before:
            dead.append(declared.name)
    assert dead == []


def fresh(qtbot: QtBot, window: MainWindow) -> TakeModel:
    """The window as it was opened, the keyboard on the bass."""
    sheet = window.pages.open_sheet()
    if sheet is not None:
        sheet.close_sheet()
    desk = window.desk
    window.tempo.close_panel()
    if desk.player.playing:
        desk.player.toggle()
    for name in ("full_height", "note_list"):
        if window.actions_by_name[name].isChecked():
            window.actions_by_name[name].trigger()
    window.library.show()
    lane = desk.song.lane("bass")
    assert lane.take is not None
    window.slot.open("bass")
    while desk.opened.history is not None and desk.opened.history.undo_label:
        desk.opened.undo()
    assert window.slot.roll is not None
    window.slot.roll.set_tool("select")
    lane.take.select(())
    desk.mixer.load(dict.fromkeys(desk.mixer.lanes, type(desk.mixer.channel("bass"))()))
    desk.axis.set_looping(True)
    desk.axis.set_loop(2.0, 6.0)
    desk.axis.fit_song()
    desk.axis.seek(0.0)
    QGuiApplication.clipboard().clear()
    window.status.say("")
    window.timeline.focus_lane("bass")
    assert window.slot.take is not None
    return window.slot.take


def state(window: MainWindow) -> dict[str, object]:
    """All of the window that an action may change."""
    desk, slot, mime = window.desk, window.slot, QGuiApplication.clipboard().mimeData()
    take, axis, mixer = slot.take, desk.axis, desk.mixer
    sheet = window.pages.open_sheet()
    return {
        "focus": QApplication.focusWidget(),
        "playing": desk.player.playing,
        "place": axis.playhead,
        "view": (axis.start, axis.end),
        "loop": (axis.loop, axis.looping),
        "mixer": [mixer.channel(name) for name in mixer.lanes],
        "compare": mixer.compare_song,
        "lane": window.timeline.current_lane,
        "hearing": [lane.busy for lane in desk.song.lanes],
        "open": slot.lane,
        "notes": None if take is None else take.notes,
        "options": None if take is None else take.options,
        "letters": None if take is None else (take.letter, take.letters),
        "selection": None if take is None else take.selection,
        "roll": None if slot.roll is None else (slot.roll.tool, slot.roll.shows_ghosts),
        "shown": (window.library.isVisible(), window.timeline.isVisible()),
        "list": slot.note_list is not None and slot.note_list.isVisible(),
        "sheet": None if sheet is None else sheet.objectName(),
        "tempo": (window.tempo.is_open, desk.timing.busy),
        "clipboard": "" if mime is None else (mime.text(), mime.urls()),
    }


def changes(before: dict[str, object], after: dict[str, object]) -> set[str]:
    """What differs."""
    return {name for name in before if before[name] != after[name]}
