"""Sliders by keys and mouse, what they say of themselves, and the ring of the focus."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.gui import words
from studio.gui.widgets import level, slider
from studio.gui.widgets.focus import FocusRing
from studio.gui.widgets.rangeslider import RangeSlider
from studio.gui.widgets.slider import HANDLE, Slider

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def fader(qtbot: QtBot, dark: QApplication) -> Slider:
    """A volume fader 214 px wide: its handle has 200 to go."""
    made = slider.volume("Volume, Bass")
    qtbot.addWidget(made)
    made.resize(214, 24)
    made.show()
    return made


def move(widget: QWidget, x: float, shift: bool = False) -> None:
    """Drag the mouse to ``x``."""
    where = QPointF(x, widget.height() / 2)
    none = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, where, where, LEFT, LEFT, SHIFT if shift else none)
    QApplication.sendEvent(widget, event)


def press(widget: QWidget, x: float) -> None:
    """Put the button down at ``x``."""
    QTest.mousePress(widget, LEFT, pos=QPoint(round(x), widget.height() // 2))


def release(widget: QWidget, x: float) -> None:
    """Let the button go at ``x``."""
    QTest.mouseRelease(widget, LEFT, pos=QPoint(round(x), widget.height() // 2))


def test_it_is_a_slider_that_says_its_value(fader: Slider) -> None:
    """Name with value and unit, role, and the value itself."""
    fader.setValue(-15)

    seen = QAccessible.queryAccessibleInterface(fader)
    assert seen.role() == QAccessible.Role.Slider
    assert seen.text(QAccessible.Text.Name) == "Volume, Bass, −1.5 dB"
    assert seen.valueInterface().currentValue() == -15
    assert seen.valueInterface().minimumValue() == -600
    fader.setValue(-600)
    assert fader.accessibleName() == "Volume, Bass, silent"
    assert fader.objectName()


def test_keys_step_and_shift_makes_them_fine(fader: Slider) -> None:
    """An arrow is a decibel, with Shift a tenth; both axes."""
    for key, shift, expected in (
        (Key.Key_Left, False, -10),
        (Key.Key_Up, False, 0),
        (Key.Key_Down, True, -1),
        (Key.Key_Right, True, 0),
        (Key.Key_PageDown, False, -50),
        (Key.Key_End, False, 60),
        (Key.Key_Home, False, -600),
    ):
        QTest.keyClick(fader, key, SHIFT if shift else Qt.KeyboardModifier.NoModifier)
        assert fader.value() == expected


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_delete_goes_back(fader: Slider, qtbot: QtBot, key: Key) -> None:
    """To the default, and says so once."""
    fader.setValue(-200)

    with qtbot.waitSignal(fader.reset_asked):
        QTest.keyClick(fader, key)

    assert fader.value() == 0


def test_a_double_click_goes_back(fader: Slider, qtbot: QtBot) -> None:
    """The hand's way to the same."""
    fader.setValue(-200)

    with qtbot.waitSignal(fader.reset_asked):
        QTest.mouseDClick(fader, LEFT, pos=fader.rect().center())

    assert fader.value() == 0


def test_arrows_are_kept_from_the_windows_shortcuts(fader: Slider) -> None:
    """But Ctrl and Alt with an arrow are the window's, and so are letters."""
    none = Qt.KeyboardModifier.NoModifier
    taken = {}
    for key, modifiers in (
        (Key.Key_Left, none),
        (Key.Key_Home, none),
        (Key.Key_Delete, none),
        (Key.Key_Left, Qt.KeyboardModifier.AltModifier),
        (Key.Key_S, none),
        (Key.Key_Space, none),
    ):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
        event.ignore()
        fader.event(event)
        taken[key, modifiers] = event.isAccepted()

    assert list(taken.values()) == [True, True, True, False, False, False]


def test_the_handle_follows_the_mouse(fader: Slider) -> None:
    """From anywhere on the line; it is down as long as it is held."""
    press(fader, HANDLE / 2 + 200 * level.share(-20))
    assert fader.value() == pytest.approx(-200, abs=3)
    assert fader.isSliderDown()
    move(fader, HANDLE / 2 + 200 * level.share(-10))
    assert fader.value() == pytest.approx(-100, abs=3)
    move(fader, 500)
    assert fader.value() == 60
    release(fader, 500)
    assert not fader.isSliderDown()


def test_taking_the_handle_does_not_move_it(fader: Slider) -> None:
    """A press a little off its middle is no change."""
    fader.setValue(-200)
    x = fader.handle_rect().center().x()

    press(fader, x + 4)
    release(fader, x + 4)

    assert fader.value() == -200


def test_shift_drags_a_tenth_as_far(qtbot: QtBot, dark: QApplication) -> None:
    """Fifty pixels are five."""
    even = Slider("Even", 0, 200)
    qtbot.addWidget(even)
    even.resize(200 + HANDLE, 24)
    even.setValue(100)
    x = even.handle_rect().center().x()

    press(even, x)
    move(even, x + 50, shift=True)

    assert even.value() == 105


def test_the_middle_holds_the_crossfader(qtbot: QtBot, dark: QApplication) -> None:
    """Near it the handle snaps, with keys it does not."""
    fade = slider.crossfader("Hear stem or take")
    qtbot.addWidget(fade)
    fade.resize(132, 24)
    way = 132 - HANDLE

    press(fade, HANDLE / 2 + 0.8 * way)
    assert fade.value() == 80
    move(fade, HANDLE / 2 + 0.52 * way)
    assert fade.value() == 50
    release(fade, 60)
    QTest.keyClick(fade, Key.Key_Right, SHIFT)
    assert fade.value() == 51
    assert fade.accessibleName() == "Hear stem or take, 51 percent take"


def test_pan_says_its_side(qtbot: QtBot, dark: QApplication) -> None:
    """In words."""
    pan = slider.pan("Pan, Bass")
    qtbot.addWidget(pan)

    said = []
    for value in (0, -20, 30):
        pan.setValue(value)
        said.append(pan.accessibleName().removeprefix("Pan, Bass, "))

    assert said == ["middle", "20 percent left", "30 percent right"]


def test_the_wheel_turns_only_what_has_the_focus(fader: Slider, qtbot: QtBot) -> None:
    """Scrolling past a fader leaves it alone."""

    def turn() -> QWheelEvent:
        event = QWheelEvent(
            QPointF(9, 9),
            QPointF(9, 9),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(fader, event)
        return event

    fader.clearFocus()
    turn()
    assert fader.value() == 0
    fader.setFocus()
    qtbot.waitUntil(fader.hasFocus)
    turn()
    assert fader.value() == 10


def test_right_to_left_mirrors_it(fader: Slider) -> None:
    """The arrow still goes where it points."""
    fader.setLayoutDirection(Qt.LayoutDirection.RightToLeft)

    assert fader.handle_rect().center().x() < fader.width() / 2
    QTest.keyClick(fader, Key.Key_Left)
    assert fader.value() == 10


@given(st.floats(-60, 6))
def test_a_fader_rises_with_its_level(db: float) -> None:
    """Foot at −60, 0 dB at four fifths, top at +6, and nowhere level."""
    assert 0 <= level.share(db) <= 1
    assert level.share(db) < level.share(db + 0.1) or db > 5.9
    assert level.share(0) == pytest.approx(0.80, abs=0.005)


def test_looks_change_with_value_pointer_and_state(fader: Slider) -> None:
    """Each state is a picture of its own."""
    fader.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    pictures = [fader.grab().toImage()]
    fader.setValue(-300)
    pictures.append(fader.grab().toImage())
    fader.setSliderDown(True)
    pictures.append(fader.grab().toImage())
    fader.setSliderDown(False)
    fader.setEnabled(False)
    pictures.append(fader.grab().toImage())

    assert all(a != b for a, b in itertools.pairwise(pictures))


@pytest.fixture
def pitches(qtbot: QtBot, dark: QApplication) -> RangeSlider:
    """A0 to C8, one pixel a semitone."""
    made = RangeSlider("Range", 21, 108, ("Lowest pitch", "Highest pitch"), words.pitch)
    qtbot.addWidget(made)
    made.resize(87 + HANDLE, 24)
    made.show()
    return made


def test_both_handles_are_sliders_with_names(pitches: RangeSlider) -> None:
    """And the whole is a group."""
    seen = QAccessible.queryAccessibleInterface(pitches)
    assert seen.role() == QAccessible.Role.Grouping
    assert seen.childCount() == 2
    for end, name in (
        (pitches.low_end, "Lowest pitch, A0"),
        (pitches.high_end, "Highest pitch, C8"),
    ):
        mine = QAccessible.queryAccessibleInterface(end)
        assert mine.role() == QAccessible.Role.Slider
        assert mine.text(QAccessible.Text.Name) == name


def test_keys_move_one_end_and_neither_passes(pitches: RangeSlider, qtbot: QtBot) -> None:
    """A page is an octave; the other end is a wall; Delete goes back."""
    with qtbot.waitSignal(pitches.changed) as said:
        QTest.keyClick(pitches.low_end, Key.Key_Right)
    assert said.args == [22, 108]
    QTest.keyClick(pitches.low_end, Key.Key_PageUp)
    assert pitches.values() == (34, 108)
    pitches.set_values(60, 62)
    for _ in range(5):
        QTest.keyClick(pitches.low_end, Key.Key_Right)
    assert pitches.values() == (62, 62)
    QTest.keyClick(pitches.low_end, Key.Key_Delete)
    assert pitches.values() == (21, 62)
    QTest.keyClick(pitches.high_end, Key.Key_Delete)
    assert pitches.values() == (21, 108)


def test_the_mouse_takes_the_nearer_end(pitches: RangeSlider) -> None:
    """And keeps it; a double click opens the range again."""
    press(pitches, HANDLE / 2 + 10)
    assert pitches.values() == (31, 108)
    move(pitches, HANDLE / 2 + 20)
    release(pitches, HANDLE / 2 + 20)
    assert pitches.values() == (41, 108)
    press(pitches, HANDLE / 2 + 80)
    release(pitches, HANDLE / 2 + 80)
    assert pitches.values() == (41, 101)
    QTest.mouseDClick(pitches, LEFT)
    assert pitches.values() == (21, 108)


def test_setting_both_says_so_once(pitches: RangeSlider, qtbot: QtBot) -> None:
    """Also when the new range lies beyond the old one; the same range says nothing."""
    said: list[tuple[int, int]] = []
    pitches.changed.connect(lambda low, high: said.append((low, high)))

    pitches.set_values(30, 40)
    pitches.set_values(80, 90)
    pitches.set_values(80, 90)

    assert said == [(30, 40), (80, 90)]
    assert pitches.low_end.accessibleName() == "Lowest pitch, G♯5"


def _wall(qtbot: QtBot) -> tuple[QWidget, QPushButton, Slider]:
    wall = QWidget()
    button, fader = QPushButton("Before"), slider.volume("Volume")
    column = QVBoxLayout(wall)
    row = QHBoxLayout()
    row.setContentsMargins(12, 12, 12, 12)
    row.addWidget(button)
    row.addWidget(fader)
    column.addLayout(row)
    column.addStretch(1)
    wall.resize(400, 120)
    qtbot.addWidget(wall)
    wall.show()
    wall.activateWindow()
    qtbot.waitUntil(wall.isActiveWindow)
    return wall, button, fader


def test_the_keyboards_focus_has_a_ring_and_the_mouses_has_none(
    qtbot: QtBot, dark: QApplication
) -> None:
    """It is drawn outside of the control, goes with it, and goes away."""
    ring = FocusRing(dark)
    wall, button, fader = _wall(qtbot)
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    bare = wall.grab().toImage()

    fader.setFocus(Qt.FocusReason.ShortcutFocusReason)
    ringed = wall.grab().toImage()
    assert ringed != bare
    where = fader.mapTo(wall, fader.handle_rect().center().toPoint())
    outside = where + QPoint(0, -(HANDLE // 2 + 3))
    assert ringed.pixelColor(outside).name() == "#e6b450"

    fader.setValue(-300)
    dark.processEvents()
    moved = wall.grab().toImage()
    assert moved.pixelColor(outside).name() != "#e6b450"

    fader.setFocus(Qt.FocusReason.MouseFocusReason)
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    fader.setValue(0)
    assert wall.grab().toImage() == bare
    ring.deleteLater()
    dark.processEvents()


def test_the_ring_survives_the_end_of_what_it_goes_round(qtbot: QtBot, dark: QApplication) -> None:
    """A focused control may be deleted."""
    ring = FocusRing(dark)
    wall, button, fader = _wall(qtbot)
    fader.setFocus(Qt.FocusReason.ShortcutFocusReason)

    fader.deleteLater()
    dark.processEvents()
    button.setFocus(Qt.FocusReason.ShortcutFocusReason)
    dark.processEvents()

    assert button.hasFocus()
    wall.close()
    ring.deleteLater()
    dark.processEvents()
