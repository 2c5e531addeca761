"""The panel of tempo and bars alone: what it shows, says and asks for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.gui.stops import stops
from studio.gui.tempo.panel import FASTEST_BPM, SLOWEST_BPM, TempoPanel, state_of
from studio.music.tempo import TempoMap, TempoStep

_LEFT = Qt.MouseButton.LeftButton
_FOUND = TempoMap(steps=(TempoStep(0.0, 104.0),), source="estimated", confidence=0.9, downbeat=0.3)


@pytest.fixture
def panel(qtbot: QtBot, dark: QApplication) -> TempoPanel:
    """Open, with a tempo that was found."""
    window = QWidget()
    window.resize(800, 500)
    qtbot.addWidget(window)
    made = TempoPanel(window)
    made.keep = window  # type: ignore[attr-defined] # as long as the panel
    made.set_time(_FOUND, "F# minor")
    made.set_usable(True)
    window.show()
    made.show()
    return made


def test_what_is_known_is_shown(panel: TempoPanel) -> None:
    """Tempo, beats a bar and key."""
    assert panel.field.text() == "104.00"
    assert panel.beats.choice() == "4"
    assert panel.key.text() == "F♯ minor"
    panel.set_time(_FOUND, None)
    assert panel.key.text() == "not sure"


@pytest.mark.parametrize(("typed", "bpm"), [("96", 96.0), (" 96.5 ", 96.5), ("96,25", 96.25)])
def test_a_tempo_is_typed(qtbot: QtBot, panel: TempoPanel, typed: str, bpm: float) -> None:
    """And Enter asks for it."""
    panel.field.selectAll()
    QTest.keyClicks(panel.field, typed)
    with qtbot.waitSignal(panel.bpm_entered) as asked:
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert asked.args == [bpm]


@pytest.mark.parametrize("typed", ["", "fast", "19.9", "400.1", "-90", "nan", "inf"])
def test_what_is_no_tempo_is_said(qtbot: QtBot, panel: TempoPanel, typed: str) -> None:
    """In a sentence; nothing is asked, and the text stays to be mended."""
    panel.field.selectAll()
    QTest.keyClick(panel.field, Qt.Key.Key_Delete)
    QTest.keyClicks(panel.field, typed)
    with qtbot.assertNotEmitted(panel.bpm_entered):
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert panel.sentence.text() == "A tempo is from 20 to 400 BPM."
    assert panel.field.text() == typed


def test_the_limits_are_the_workers() -> None:
    """The window does not load what it needs for them."""
    from studio.rhythm import hand

    assert (SLOWEST_BPM, FASTEST_BPM) == (hand.SLOWEST_BPM, hand.FASTEST_BPM)


def test_other_beats_a_bar_are_shown_too(qtbot: QtBot, panel: TempoPanel) -> None:
    """As they were said elsewhere; they go with the song."""
    panel.set_time(replace(_FOUND, beats_per_bar=6), None)
    assert panel.beats.choice() == "6"
    panel.set_time(_FOUND, None)
    assert panel.beats.choice() == "4"
    qtbot.waitUntil(panel.beats.part("3").isVisible)
    with pytest.raises(KeyError):
        panel.beats.part("6")


def test_what_is_being_typed_stays(panel: TempoPanel) -> None:
    """While something else changes."""
    panel.field.selectAll()
    QTest.keyClicks(panel.field, "9")
    panel.set_time(TempoMap.constant(52.0), None)
    assert panel.field.text() == "9"


def test_each_button_asks(qtbot: QtBot, panel: TempoPanel) -> None:
    """By a click, and by Space where the keyboard is on it."""
    panel.set_time(TempoMap.constant(90.0), None)
    panel.set_usable(True)
    buttons = {
        panel.half: panel.halve_asked,
        panel.twice: panel.double_asked,
        panel.earlier: panel.move_asked,
        panel.later: panel.move_asked,
        panel.begin: panel.begin_asked,
        panel.tap: panel.tapped,
        panel.estimate: panel.estimate_asked,
        panel.closer: panel.close_asked,
        panel.beats.part("3"): panel.beats_chosen,
    }
    for button, signal in buttons.items():
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, _LEFT)
    for button, signal in list(buttons.items())[:-1]:
        with qtbot.waitSignal(signal):
            QTest.keyClick(button, Qt.Key.Key_Space)


def test_bars_move_both_ways(qtbot: QtBot, panel: TempoPanel) -> None:
    """A beat earlier and a beat later."""
    for button, later in ((panel.earlier, False), (panel.later, True)):
        with qtbot.waitSignal(panel.move_asked) as asked:
            QTest.mouseClick(button, _LEFT)
        assert asked.args == [later]


def test_a_tap_counts_when_the_button_goes_down(qtbot: QtBot, panel: TempoPanel) -> None:
    """Not when it comes up, which is later."""
    with qtbot.waitSignal(panel.tapped):
        QTest.mousePress(panel.tap, _LEFT)
    with qtbot.assertNotEmitted(panel.tapped):
        QTest.mouseRelease(panel.tap, _LEFT)


def test_what_cannot_be_used_is_no_stop_but_the_cross(panel: TempoPanel) -> None:
    """While nothing can be changed."""
    panel.set_usable(False)
    assert stops(panel) == [panel.closer]
    panel.set_usable(True)
    assert panel.estimate not in stops(panel)  # it is the estimate
    panel.set_time(TempoMap.constant(90.0), None)
    panel.set_usable(True)
    assert panel.estimate in stops(panel)


@pytest.mark.parametrize(
    ("tempo", "said"),
    [
        (TempoMap.constant(96.0), "As you said."),
        (_FOUND, "Estimated, sure of the beat."),
        (TempoMap((TempoStep(0.0, 99.0),), 4, "estimated", 0.2, 0.1), "Estimated, unsure."),
        (TempoMap.constant(99.0, "estimated", 0.9), "Estimated, a guess"),
        (TempoMap.constant(120.0, "default", 0.0), "No beat was found"),
        (
            TempoMap((TempoStep(0.0, 30.0), TempoStep(1.0, 90.0), TempoStep(9.0, 99.5))),
            "It changes from 90.0 to 99.5 BPM.",
        ),
    ],
)
def test_where_a_tempo_comes_from_is_said(tempo: TempoMap, said: str) -> None:
    """And how far to trust it."""
    assert said in state_of(tempo)
