"""Musical time in the whole window, on the demo song: by keys and mouse, done by the worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.desk.timing import LEAST_TAPS
from studio.gui.timeline.grid import grid
from studio.gui.window import MainWindow
from studio.music.tempo import TempoMap

_Key = Qt.Key
_NONE, _SHIFT, _CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
_LEFT = Qt.MouseButton.LeftButton
WORK_MS = 60_000


@pytest.fixture
def window(qtbot: QtBot, song_window: MainWindow) -> MainWindow:
    """Without notes, which would be measured; with the panel open, by its key."""
    song_window.slot.close_take()
    song_window.desk.notes.drop()
    qtbot.waitUntil(lambda: song_window.desk.axis.tempo is not None, timeout=WORK_MS)
    press(song_window, _Key.Key_T, _CTRL)
    assert song_window.tempo.is_open
    return song_window


def press(window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier = _NONE) -> None:
    """A key, from the system to whatever has the focus."""
    QTest.keyClick(window.windowHandle(), key, held)


def tempo(window: MainWindow) -> TempoMap:
    """The one in use."""
    assert window.desk.axis.tempo is not None
    return window.desk.axis.tempo


def settle(qtbot: QtBot, window: MainWindow) -> TempoMap:
    """Wait until what was asked is done; the tempo then."""
    qtbot.waitUntil(lambda: not window.desk.timing.busy, timeout=WORK_MS)
    return tempo(window)


def bar_lines(window: MainWindow) -> list[float]:
    """Where the ruler writes whole bars."""
    lines = grid(window.desk.axis, 1200)
    return [at for text, at in zip(lines.labels, lines.seconds.tolist(), strict=True) if text]


def test_tempo_and_key_stand_below_the_title(qtbot: QtBot, window: MainWindow) -> None:
    """As a button that closes and opens the panel."""
    button = window.transport.tempo
    assert button.text() == "104.0 bpm · D major"
    assert button.accessibleName() == "Tempo and key: 104.0 bpm · D major"
    assert "Ctrl+T" in button.toolTip()
    QTest.mouseClick(button, _LEFT)
    assert not window.tempo.is_open
    QTest.mouseClick(button, _LEFT)
    assert window.tempo.is_open
    assert window.tempo.panel.sentence.text().startswith("Estimated, sure of the beat.")
    assert len(window.desk.axis.chords) > 4


def test_a_tempo_is_typed_undone_and_made_again(qtbot: QtBot, window: MainWindow) -> None:
    """The ruler, the bar on top and the panel follow; so does who opens the song later."""
    found, before = tempo(window), bar_lines(window)
    for letter in "99.5":
        QTest.keyClick(window.windowHandle(), letter)
    press(window, _Key.Key_Return)
    given = settle(qtbot, window)
    assert (given.bpm, given.source) == (99.5, "given")
    assert bar_lines(window) != before
    assert window.transport.tempo.text().startswith("99.5 bpm")
    assert window.tempo.panel.sentence.text() == "As you said."
    assert window.actions_by_name["undo"].text() == "Undo: Tempo"

    press(window, _Key.Key_Z, _CTRL)  # in the field, where nothing is being typed
    assert settle(qtbot, window) == found
    assert bar_lines(window) == before
    press(window, _Key.Key_Escape)
    assert not window.tempo.is_open
    press(window, _Key.Key_Z, _CTRL | _SHIFT)
    assert settle(qtbot, window) == given

    folder = window.desk.song.folder
    assert folder is not None
    window.desk.remove(window.desk.current)
    assert window.desk.axis.tempo is None
    window.desk.open_paths([folder])
    qtbot.waitUntil(lambda: window.desk.axis.tempo == given, timeout=WORK_MS)
    qtbot.waitUntil(lambda: window.desk.opened.history is not None, timeout=WORK_MS)
    window.desk.opened.undo()
    assert settle(qtbot, window) == found


@pytest.mark.slow
def test_half_twice_and_back_to_the_estimate(qtbot: QtBot, window: MainWindow) -> None:
    """Each by its button."""
    panel, found = window.tempo.panel, tempo(window)
    for button, factor in ((panel.half, 0.5), (panel.twice, 1.0), (panel.twice, 2.0)):
        QTest.mouseClick(button, _LEFT)
        assert settle(qtbot, window).bpm == pytest.approx(factor * found.bpm)
    QTest.mouseClick(panel.estimate, _LEFT)
    assert settle(qtbot, window) == found
    assert not panel.estimate.isEnabled()


def test_undo_waits_for_the_change_on_its_way(qtbot: QtBot, window: MainWindow) -> None:
    """Else it would take back the one before, and what is asked would come on top."""
    found, undo = tempo(window), window.actions_by_name["undo"]
    QTest.mouseClick(window.tempo.panel.twice, _LEFT)
    settle(qtbot, window)
    assert undo.isEnabled()
    QTest.mouseClick(window.tempo.panel.later, _LEFT)
    assert not undo.isEnabled()
    settle(qtbot, window)
    for _ in range(2):  # what undo asks for itself is no step: it need not be waited for
        assert undo.isEnabled()
        undo.trigger()
    assert settle(qtbot, window) == found


@pytest.mark.slow
def test_what_is_asked_twice_is_done_twice(qtbot: QtBot, window: MainWindow) -> None:
    """Without waiting for the first; each is a step of undo."""
    found = tempo(window)
    QTest.mouseClick(window.tempo.panel.later, _LEFT)
    QTest.mouseClick(window.tempo.panel.later, _LEFT)
    beat = 60 / found.bpm
    moved = settle(qtbot, window)
    assert found.downbeat is not None
    assert moved.downbeat == pytest.approx(found.downbeat + 2 * beat)
    assert bar_lines(window)[0] == pytest.approx(moved.downbeat)
    window.desk.opened.undo()
    assert settle(qtbot, window).downbeat == pytest.approx(found.downbeat + beat)
    QTest.mouseClick(window.tempo.panel.earlier, _LEFT)
    assert settle(qtbot, window).downbeat == pytest.approx(found.downbeat)


def test_a_bar_begins_at_the_playhead(qtbot: QtBot, window: MainWindow) -> None:
    """By its key, from anywhere; notes then snap to it."""
    axis = window.desk.axis
    window.timeline.focus_lane("bass")
    axis.seek(5.0)
    press(window, _Key.Key_B, _SHIFT)
    settle(qtbot, window)
    place = axis.bar_beat(5.0)
    assert place is not None
    assert place[1:] == (1, 0)
    assert axis.snapped(5.05, 4.0) == pytest.approx(5.0)
    assert window.transport.time.accessibleName().endswith(f"bar {place[0]}")
    first = axis.chords[0].seconds
    assert axis.bar_beat(first) == (1, 1, 0), "chords stand on the bars, from the first on"


@pytest.mark.slow
def test_bars_of_three(qtbot: QtBot, window: MainWindow) -> None:
    """By the row of choices."""
    QTest.mouseClick(window.tempo.panel.beats.part("3"), _LEFT)
    found = settle(qtbot, window)
    assert found.beats_per_bar == 3
    assert window.tempo.panel.beats.choice() == "3"


def test_taps_are_taken_from_the_music(qtbot: QtBot, window: MainWindow) -> None:
    """Where nothing plays, it is said what to do; while it plays, the key counts."""
    window.timeline.focus_lane("bass")
    press(window, _Key.Key_T, _SHIFT)
    assert window.desk.timing.taps == []
    assert window.tempo.panel.sentence.text() == "Press play, then tap in time with the music."
    press(window, _Key.Key_Space)
    qtbot.waitUntil(lambda: window.desk.player.position > 0.1, timeout=WORK_MS)
    press(window, _Key.Key_T, _SHIFT)
    assert len(window.desk.timing.taps) == 1
    assert window.tempo.panel.sentence.text() == "1 of at least 4 taps…"
    press(window, _Key.Key_Space)


@pytest.mark.slow
def test_four_taps_are_a_tempo(qtbot: QtBot, window: MainWindow) -> None:
    """Half the tempo found, from the second beat on: one step of undo."""
    found, timing = tempo(window), window.desk.timing
    assert found.downbeat is not None
    beats = np.arange(LEAST_TAPS + 2) * 2 + 1
    for seconds in (found.downbeat + beats * 60 / found.bpm).tolist():
        timing.tap(seconds)
    qtbot.waitUntil(lambda: tempo(window).source == "given", timeout=WORK_MS)
    tapped = settle(qtbot, window)
    assert tapped.bpm == pytest.approx(found.bpm / 2, rel=0.01)
    assert window.actions_by_name["undo"].text() == "Undo: Tapped tempo"
    window.desk.opened.undo()
    assert settle(qtbot, window) == found


@pytest.mark.slow
def test_three_taps_are_none(qtbot: QtBot, window: MainWindow) -> None:
    """They are forgotten when the hand rests."""
    found, timing = tempo(window), window.desk.timing
    for seconds in (1.0, 1.5, 2.0):
        timing.tap(seconds)
    qtbot.waitUntil(lambda: timing.taps == [], timeout=WORK_MS)
    assert not timing.busy
    assert tempo(window) == found


@pytest.mark.slow
def test_what_cannot_be_is_said_in_the_panel(qtbot: QtBot, window: MainWindow) -> None:
    """And nothing has changed; the next thing that can be makes it go."""
    panel, timing = window.tempo.panel, window.desk.timing
    timing.set_bpm(300.0)
    given = settle(qtbot, window)
    timing.double()
    window.tempo.close_panel()
    settle(qtbot, window)
    assert window.tempo.is_open
    assert panel.sentence.text() == "A tempo is from 20 to 400 BPM."
    assert tempo(window) == given
    timing.halve()
    assert settle(qtbot, window).bpm == pytest.approx(150.0)
    assert panel.sentence.text() == "As you said."


def test_while_the_song_is_taken_apart_nothing_can_be_changed(
    qtbot: QtBot, window: MainWindow
) -> None:
    """It is said why, and comes back by itself."""
    desk, panel = window.desk, window.tempo.panel
    with held(window):
        qtbot.waitUntil(lambda: desk.song.frames > 0, timeout=WORK_MS)
        press(window, _Key.Key_T, _CTRL)
        assert window.tempo.is_open
        assert panel.sentence.text().startswith("The beat is found once the song is apart")
        assert QApplication.focusWidget() is panel.closer
        assert not panel.half.isEnabled()
        assert not window.actions_by_name["bar_here"].isEnabled()
    qtbot.waitUntil(lambda: window.tempo.can_change, timeout=WORK_MS)
    assert panel.half.isEnabled()
    assert window.actions_by_name["bar_here"].isEnabled()


@contextmanager
def held(window: MainWindow) -> Iterator[None]:
    """The song is taken apart anew, and gets no further than that it can be read, till the end."""
    seen = Event()
    window.desk.separate_again()
    request = window.desk.queue._request
    assert request is not None
    # In the thread that waits for the worker, which so hears nothing more.
    request.found.connect(lambda *_: seen.wait(), Qt.ConnectionType.DirectConnection)
    try:
        yield
    finally:
        seen.set()


def test_the_keyboard_comes_back_where_it_was(window: MainWindow) -> None:
    """After Esc, and after the cross."""
    window.tempo.close_panel()
    window.timeline.focus_lane("drums")
    before = QApplication.focusWidget()
    press(window, _Key.Key_T, _CTRL)
    assert QApplication.focusWidget() is window.tempo.panel.field
    press(window, _Key.Key_Escape)
    assert QApplication.focusWidget() is before
    press(window, _Key.Key_T, _CTRL)
    QTest.mouseClick(window.tempo.panel.closer, _LEFT)
    assert QApplication.focusWidget() is before


@pytest.mark.slow
def test_who_cannot_write_cannot_change(qtbot: QtBot, window: MainWindow) -> None:
    """Another window has the song open."""
    history = window.desk.opened.history
    assert history is not None
    history.read_only = True
    window.desk.opened.history_changed.emit()
    assert not window.tempo.panel.half.isEnabled()
    assert "Another window" in window.tempo.panel.sentence.text()
    history.read_only = False
