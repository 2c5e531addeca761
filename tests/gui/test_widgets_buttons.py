"""Buttons, rows of choices and chips: states, names, keys, and what a drag carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.errors import WriteError
from studio.gui import theme
from studio.gui.widgets.buttons import (
    Filled,
    LaneButton,
    Plain,
    icon_button,
    mute_button,
    notes_button,
    solo_button,
    with_shortcut,
)
from studio.gui.widgets.chip import Chip, PickChip, files_mime
from studio.gui.widgets.segmented import Segmented
from studio.music.stem import stem

LEFT = Qt.MouseButton.LeftButton
Role = QAccessible.Role


def role(widget: QWidget) -> QAccessible.Role:
    """What assistive technology takes ``widget`` for."""
    return QAccessible.queryAccessibleInterface(widget).role()


@pytest.mark.parametrize(
    ("make", "letter", "name"),
    [
        (mute_button, "M", "Mute Bass"),
        (solo_button, "S", "Solo Bass"),
        (notes_button, "", "Notes of Bass"),
    ],
)
def test_lane_buttons_are_check_boxes(
    qtbot: QtBot, dark: QApplication, make: type[LaneButton], letter: str, name: str
) -> None:
    """With a name of their own; a click or Space toggles; on looks unlike off."""
    button = make("Bass")
    qtbot.addWidget(button)
    button.show()
    off = button.grab().toImage()

    assert button.text() == letter
    assert button.accessibleName() == name
    assert role(button) == Role.CheckBox
    assert button.sizeHint().height() >= 24
    assert button.minimumSizeHint().height() >= 20
    QTest.mouseClick(button, LEFT)
    assert button.isChecked()
    assert button.grab().toImage() != off
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert not button.isChecked()
    assert button.toolTip().endswith(")")


def test_mute_is_light_and_solo_is_brass(qtbot: QtBot, dark: QApplication) -> None:
    """Red is for what needs the user, and a mute does not."""
    colours = []
    for button in (mute_button("Bass"), solo_button("Bass")):
        qtbot.addWidget(button)
        button.setChecked(True)
        button.resize(button.sizeHint())
        colours.append(button.grab().toImage().pixelColor(3, 12))

    assert colours == [theme.DARK.text, theme.DARK.fill]


def test_alt_click_asks_for_this_lane_alone(qtbot: QtBot, dark: QApplication) -> None:
    """And does not toggle it."""
    solo = solo_button("Bass")
    qtbot.addWidget(solo)

    with qtbot.waitSignal(solo.alt_clicked):
        QTest.mouseClick(solo, LEFT, Qt.KeyboardModifier.AltModifier)

    assert not solo.isChecked()


@pytest.mark.parametrize("kind", [Filled, Plain])
def test_push_buttons_say_and_show_their_shortcut(
    qtbot: QtBot, dark: QApplication, kind: type[Plain]
) -> None:
    """Drawn on the button, told in the tooltip, not part of the name."""
    bare, hinted = kind("Open songs…"), kind("Open songs…", shortcut="Ctrl+O", large=True)
    for button in (bare, hinted):
        qtbot.addWidget(button)
        button.resize(button.sizeHint())

    assert role(hinted) == Role.Button
    assert hinted.accessibleName() == "Open songs"
    assert hinted.toolTip() == "Open songs… (Ctrl+O)"
    assert hinted.sizeHint().width() > bare.sizeHint().width() + 20
    assert (bare.sizeHint().height(), hinted.sizeHint().height()) == (28, 36)
    hinted.setText("Export")
    assert hinted.accessibleName() == "Export"


@pytest.mark.parametrize("kind", [Filled, Plain])
def test_push_buttons_have_a_look_for_each_state(
    qtbot: QtBot, dark: QApplication, kind: type[Plain]
) -> None:
    """At rest, pressed, disabled."""
    button = kind("Export", "export")
    qtbot.addWidget(button)
    button.resize(button.sizeHint())
    rest = button.grab().toImage()
    button.setDown(True)
    down = button.grab().toImage()
    button.setDown(False)
    button.setEnabled(False)
    off = button.grab().toImage()

    assert rest != down
    assert rest != off
    assert (rest.pixelColor(6, 14) == theme.DARK.fill) == (kind is Filled)
    assert off.pixelColor(6, 14) != theme.DARK.fill


def test_large_buttons_keep_their_height_in_a_layout(qtbot: QtBot, dark: QApplication) -> None:
    """The style sheet does not flatten them."""
    wall = QWidget()
    qtbot.addWidget(wall)
    button = Filled("Open songs…", large=True, parent=wall)
    button.adjustSize()
    wall.show()

    assert button.height() == 36


def test_icon_buttons_have_names_and_shortcuts(qtbot: QtBot, dark: QApplication) -> None:
    """An icon alone says nothing to those who do not see it."""
    loop = icon_button("loop", "Loop", "L", checkable=True)
    qtbot.addWidget(loop)

    assert loop.accessibleName() == "Loop"
    assert loop.toolTip() == "Loop (L)"
    assert role(loop) == Role.CheckBox
    assert loop.sizeHint().height() >= 24
    assert with_shortcut("Plain") == "Plain"


@pytest.fixture
def takes(qtbot: QtBot, dark: QApplication) -> Segmented:
    """``A 0.58 | B 0.62 | +``."""
    made = Segmented("Takes of Bass")
    made.add("a", "A 0.58")
    made.add("b", "B 0.62")
    made.add_action("new", "plus", "Another take")
    made.choose("a")
    qtbot.addWidget(made)
    made.show()
    return made


def test_choices_are_radio_buttons_in_a_group(takes: Segmented) -> None:
    """And what is no choice is a button."""
    assert role(takes) == Role.Grouping
    assert takes.accessibleName() == "Takes of Bass"
    assert [role(takes.part(k)) for k in ("a", "b", "new")] == [
        Role.RadioButton,
        Role.RadioButton,
        Role.Button,
    ]
    assert takes.part("new").accessibleName() == "Another take"


def test_choosing_by_hand_is_said_and_from_outside_is_not(takes: Segmented, qtbot: QtBot) -> None:
    """One at a time is chosen."""
    with qtbot.waitSignal(takes.chosen) as said:
        QTest.mouseClick(takes.part("b"), LEFT)
    assert said.args == ["b"]
    assert takes.choice() == "b"
    with qtbot.assertNotEmitted(takes.chosen):
        takes.choose("a")
    assert takes.choice() == "a"
    with qtbot.waitSignal(takes.action_asked) as asked:
        QTest.mouseClick(takes.part("new"), LEFT)
    assert asked.args == ["new"]
    assert takes.choice() == "a"


def test_arrows_go_from_choice_to_choice(takes: Segmented, qtbot: QtBot) -> None:
    """As in any group of radio buttons."""
    takes.part("a").setFocus()
    qtbot.waitUntil(takes.part("a").hasFocus)

    with qtbot.waitSignal(takes.chosen):
        QTest.keyClick(takes.part("a"), Qt.Key.Key_Right)

    assert takes.choice() == "b"


def test_choices_can_be_replaced(takes: Segmented) -> None:
    """New words in place, or another number of them; what was chosen stays if it can."""
    a = takes.part("a")
    takes.set_choices([("a", "A 0.60"), ("b", "B 0.62")])
    assert takes.part("a") is a
    assert a.text() == "A 0.60"
    takes.set_choices([("a", "A 0.60"), ("b", "B 0.62"), ("c", "C 0.50")])
    assert takes.choice() == "a"
    assert takes.part("c").text() == "C 0.50"
    assert takes.edges(takes.part("new")) == (False, True, False)
    assert not takes.grab().toImage().isNull()


class Hand:
    """Takes what a chip would have dragged."""

    def __init__(self) -> None:
        self.carried: list[list[str]] = []

    def __call__(self, _chip: QWidget, mime: QMimeData) -> None:
        self.carried.append([url.toLocalFile() for url in mime.urls()])


@pytest.fixture
def hand() -> Hand:
    """A hand that holds nothing yet."""
    return Hand()


@pytest.fixture
def written() -> list[str]:
    """What was prepared, in order."""
    return []


@pytest.fixture
def chip(qtbot: QtBot, dark: QApplication, hand: Hand, written: list[str], tmp_path: Path) -> Chip:
    """A chip of one file with an awkward name."""
    file = tmp_path / "Älter & Söhne - Bass.mid"

    def prepare() -> list[Path]:
        file.write_bytes(b"MThd")
        written.append(file.name)
        return [file]

    made = Chip("Bass.mid", "Bass.mid, 96.0 BPM, 672 notes", prepare, carry=hand)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    return made


def drag(widget: QWidget, by: int) -> None:
    """Move the held mouse ``by`` pixels from the middle."""
    where = QPointF(widget.rect().center()) + QPointF(by, 0)
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, where, where, LEFT, LEFT, none)
    )


def test_a_chip_writes_on_press_and_drags_after_six_pixels(
    chip: Chip, hand: Hand, written: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    """The file is there before the drag starts; a drag is no click."""
    with qtbot.assertNotEmitted(chip.copy_asked):
        QTest.mousePress(chip, LEFT, pos=chip.rect().center())
        assert written == ["Älter & Söhne - Bass.mid"]
        drag(chip, 6)
        assert hand.carried == []
        drag(chip, 7)
        drag(chip, 60)
        QTest.mouseRelease(chip, LEFT, pos=chip.rect().center() + QPoint(60, 0))

    assert hand.carried == [[str(tmp_path / "Älter & Söhne - Bass.mid")]]
    assert written == ["Älter & Söhne - Bass.mid"]


def test_a_click_asks_for_a_copy(chip: Chip, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    """Also when the hand shook a little."""
    with qtbot.waitSignal(chip.copy_asked) as asked:
        QTest.mousePress(chip, LEFT, pos=chip.rect().center())
        drag(chip, 4)
        QTest.mouseRelease(chip, LEFT, pos=chip.rect().center())

    assert asked.args == [[tmp_path / "Älter & Söhne - Bass.mid"]]
    assert hand.carried == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_enter_asks_for_a_copy(chip: Chip, qtbot: QtBot, key: Qt.Key) -> None:
    """Dragging is not for everybody."""
    with qtbot.waitSignal(chip.copy_asked):
        QTest.keyClick(chip, key)

    assert role(chip) == Role.Button
    assert chip.accessibleName() == "Drag or copy Bass.mid, 96.0 BPM, 672 notes"


def test_a_busy_chip_says_so_and_gives_nothing(
    chip: Chip, qtbot: QtBot, hand: Hand, written: list[str]
) -> None:
    """Until it is done."""
    before = chip.grab().toImage()
    chip.set_busy(True)

    with qtbot.assertNotEmitted(chip.copy_asked):
        QTest.mousePress(chip, LEFT)
        drag(chip, 60)
        QTest.mouseRelease(chip, LEFT)

    assert written == []
    assert hand.carried == []
    assert chip.accessibleDescription() == "Writing…"
    assert chip.grab().toImage() != before


def test_a_chip_that_cannot_write_says_why(qtbot: QtBot, dark: QApplication, hand: Hand) -> None:
    """And drags nothing."""

    def prepare() -> list[Path]:
        raise WriteError(file="Bass.mid", reason="the disk is read-only")

    chip = Chip("Bass.mid", "Bass", prepare, carry=hand)
    qtbot.addWidget(chip)

    with qtbot.waitSignal(chip.failed) as said:
        QTest.mousePress(chip, LEFT)
    drag(chip, 60)

    assert isinstance(said.args[0], WriteError)
    assert hand.carried == []


def test_files_travel_as_urls(tmp_path: Path) -> None:
    """With whatever is in their names."""
    names = ["a b.wav", "100 % #1.mid", "Ünï.wav"]

    urls = files_mime([tmp_path / name for name in names]).urls()

    assert [Path(url.toLocalFile()).name for url in urls] == names


def test_a_picked_stem_is_a_ticked_box(qtbot: QtBot, dark: QApplication) -> None:
    """Picked at first."""
    pick = PickChip(stem("vocals"))
    qtbot.addWidget(pick)
    pick.resize(pick.sizeHint())
    on = pick.grab().toImage()

    assert isinstance(pick, QToolButton)
    assert (role(pick), pick.accessibleName()) == (Role.CheckBox, "Vocals")
    QTest.mouseClick(pick, LEFT)
    assert not pick.isChecked()
    assert pick.grab().toImage() != on
