"""Cards, toast, meter, bar and key hints: what they say, and when."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.errors import MissingFileError
from studio.gui import theme
from studio.gui.widgets import toast as toasts
from studio.gui.widgets.accessible import set_role
from studio.gui.widgets.buttons import Filled, Plain
from studio.gui.widgets.card import BusyCard, ErrorCard, NoteCard
from studio.gui.widgets.keycap import KeyHints
from studio.gui.widgets.level import decibels
from studio.gui.widgets.meter import Meter
from studio.gui.widgets.progress import Bar4
from studio.gui.widgets.toast import Toast
from studio.music.stem import stem

LEFT = Qt.MouseButton.LeftButton
Role = QAccessible.Role
SILENT = [-math.inf, -math.inf]


def role(widget: QWidget) -> QAccessible.Role:
    """What assistive technology takes ``widget`` for."""
    return QAccessible.queryAccessibleInterface(widget).role()


@pytest.fixture
def card(qtbot: QtBot, dark: QApplication) -> ErrorCard:
    """A missing file, with two ways on."""
    error = MissingFileError(file="Copper Wire.flac", reason="it is no longer in Music")
    made = ErrorCard.of(error, [("find", "Find the file…"), ("go", "Go on without it")], "line 1")
    qtbot.addWidget(made)
    made.resize(600, 100)
    made.show()
    return made


def test_an_error_is_an_alert_in_the_words_of_the_error(card: ErrorCard) -> None:
    """Sentence, then what to do."""
    assert role(card) == Role.AlertMessage
    seen = QAccessible.queryAccessibleInterface(card)
    assert seen.text(QAccessible.Text.Name) == (
        "Copper Wire.flac: it is no longer in Music. "
        "Check the name, and that the drive it lies on is connected."
    )
    card.announce()


def test_an_error_has_one_filled_way_on(card: ErrorCard, qtbot: QtBot) -> None:
    """The first; each says its key."""
    assert [type(button) for button in card.buttons.values()] == [Filled, Plain]
    for key, button in card.buttons.items():
        with qtbot.waitSignal(card.acted) as said:
            QTest.mouseClick(button, LEFT)
        assert said.args == [key]


def test_details_are_shown_and_copied(card: ErrorCard) -> None:
    """Code, facts and whatever else there is."""
    assert card.details_text is not None
    assert not card.details_text.isVisible()
    details, copy = (card.findChild(QToolButton, name) for name in ("detailsButton", "copyDetails"))
    QTest.mouseClick(details, LEFT)
    assert card.details_text.isVisible()
    QTest.mouseClick(copy, LEFT)

    copied = QGuiApplication.clipboard().text()
    for part in ("no longer in Music", "file.missing", "file: Copper Wire.flac", "line 1"):
        assert part in copied


def test_a_compact_error_is_one_row(qtbot: QtBot, dark: QApplication) -> None:
    """As it lies in a lane: no filled button, details behind "more"."""
    made = ErrorCard("No notes.", "Try again.", [("again", "Try again")], "why", compact=True)
    qtbot.addWidget(made)
    made.resize(600, made.sizeHint().height())
    made.show()

    assert made.height() <= 60
    assert isinstance(made.buttons["again"], Plain)
    assert made.details_text is None
    made.copy_details()
    assert QGuiApplication.clipboard().text() == "No notes. Try again.\n\nwhy"


def test_busy_says_stage_share_and_time(qtbot: QtBot, dark: QApplication) -> None:
    """And waits with a clock and without a bar."""
    made = BusyCard("Finding notes")
    qtbot.addWidget(made)
    made.show()
    assert made.icon.isVisible()
    assert not made.bar.isVisible()

    made.set_state("Finding notes", 0.62, 4)

    assert made.accessibleName() == "Finding notes, 62 %, 4 s left"
    assert made.bar.isVisible()
    assert made.bar.value() == 620
    assert not made.icon.isVisible()
    assert role(made) == Role.Grouping
    assert role(made.bar) == Role.ProgressBar
    with qtbot.waitSignal(made.cancel_asked):
        QTest.mouseClick(made.cancel, LEFT)


def test_a_note_is_its_sentence(qtbot: QtBot, dark: QApplication) -> None:
    """Nothing more."""
    made = NoteCard("Hardly any piano in this song")
    qtbot.addWidget(made)

    assert made.accessibleName() == "Hardly any piano in this song"


def test_any_painted_widget_can_have_a_role(qtbot: QtBot, dark: QApplication) -> None:
    """And keeps its name and its children; others are untouched."""
    painted, other = QFrame(), QFrame()
    Plain("Inside", parent=painted)
    for frame in (painted, other):
        qtbot.addWidget(frame)
    painted.setAccessibleName("Waveform, Bass")
    set_role(painted, Role.Graphic)

    seen = QAccessible.queryAccessibleInterface(painted)
    assert seen.role() == Role.Graphic
    assert seen.text(QAccessible.Text.Name) == "Waveform, Bass"
    assert seen.childCount() == 1
    assert role(other) != Role.Graphic


@pytest.fixture
def wall(qtbot: QtBot, dark: QApplication) -> QWidget:
    """Something for a toast to lie over."""
    made = QWidget()
    made.resize(700, 300)
    qtbot.addWidget(made)
    QLineEdit(made).setFocus()
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    QTest.mouseMove(made, QPoint(2, 2))
    return made


def test_a_toast_slides_in_and_stays_in_its_corner(wall: QWidget, qtbot: QtBot) -> None:
    """16 px from the lower right, also after the window changed its size."""
    toast = Toast(wall)
    assert not toast.isVisible()

    toast.say("“Bass.mid” was copied.", "Paste it in your DAW.")
    home = QPoint(700 - toast.width() - 16, 300 - toast.height() - 16)
    qtbot.waitUntil(lambda: toast.pos() == home)
    wall.resize(800, 400)

    assert toast.pos() == home + QPoint(100, 100)
    assert toast.accessibleName() == "“Bass.mid” was copied. Paste it in your DAW."
    assert role(toast) == Role.Notification


def test_reduced_motion_puts_it_there_at_once(wall: QWidget, dark: QApplication) -> None:
    """No slide."""
    dark.setProperty("reduceMotion", True)
    try:
        toast = Toast(wall)
        toast.say("Copied.")
        assert toast.y() == 300 - toast.height() - 16
    finally:
        dark.setProperty("reduceMotion", None)


def test_a_longer_toast_gets_the_room_it_needs(wall: QWidget, qtbot: QtBot) -> None:
    """Also the second time, after a short one."""
    toast = Toast(wall)
    toast.say("Copied.")
    short = toast.width()
    toast.hide()
    toast.say("“Scarlett 2i2” was unplugged.", "Plug it in again, or press play to go on.")
    inside = [label for label in toast.findChildren(QLabel) if label.isVisible()]

    assert toast.width() > short
    assert all(label.width() >= label.sizeHint().width() for label in inside)


def test_a_toast_goes_when_its_time_is_up(
    wall: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight seconds; here a twentieth of one."""
    assert toasts.SHOWN_MS == 8000
    monkeypatch.setattr(toasts, "SHOWN_MS", 50)
    toast = Toast(wall)
    toast.say("Copied.")

    qtbot.waitUntil(lambda: not toast.isVisible(), timeout=2000)


def test_the_focus_stops_its_clock(
    wall: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing vanishes under the hand; Esc closes it."""
    monkeypatch.setattr(toasts, "SHOWN_MS", 30)
    toast = Toast(wall)
    toast.say("Unplugged.", action=("use", "Use Built-in Audio"))
    toast.button.setFocus()
    qtbot.waitUntil(toast.button.hasFocus)
    qtbot.wait(120)
    assert toast.isVisible()

    QTest.keyClick(toast.button, Qt.Key.Key_Escape)

    assert not toast.isVisible()


def test_its_button_says_its_key_and_the_next_one_replaces_it(wall: QWidget, qtbot: QtBot) -> None:
    """One at a time."""
    toast = Toast(wall)
    toast.say("Unplugged.", action=("use", "Use Built-in Audio"))
    toast.say("Deleted.", action=("undo", "Undo"))

    with qtbot.waitSignal(toast.acted) as said:
        QTest.mouseClick(toast.button, LEFT)

    assert said.args == ["undo"]
    assert not toast.isVisible()
    toast.say("Saved.")
    assert not toast.button.isVisible()


@pytest.fixture
def meter(qtbot: QtBot, dark: QApplication) -> Meter:
    """A meter 100 px high."""
    made = Meter("Level, Bass", stem("bass"))
    made.resize(10, 100)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_meter_rises_at_once_and_falls_20_db_a_second(meter: Meter) -> None:
    """However finely time is cut."""
    meter.set_levels(1.0, 0.1)
    meter.set_levels(0.5, 0.05)
    assert meter.levels == pytest.approx([0, -20])
    for _ in range(50):
        meter.tick(0.01)
    assert meter.levels == pytest.approx([-10, -30])
    meter.tick(2.0)
    assert meter.levels == [-50, -math.inf]


def test_a_peak_is_held_for_a_second_and_a_half(meter: Meter) -> None:
    """Then it falls as the bar does; a louder one starts the clock anew."""
    meter.set_levels(1.0, 1.0)
    meter.tick(1.4)
    assert meter.peaks == [0, 0]
    meter.set_levels(1.0, 0.5)
    meter.tick(0.6)
    assert meter.peaks == pytest.approx([0, -10])
    for _ in range(140):
        meter.tick(0.01)
    assert meter.peaks == pytest.approx([-10, -38])


def test_too_loud_stays_marked_until_clicked(meter: Meter) -> None:
    """Each side for itself."""
    meter.set_levels(1.3, 1.0)
    for _ in range(100):
        meter.tick(0.1)
    assert meter.levels == SILENT
    assert meter.over == [True, False]
    assert meter.grab().toImage().pixelColor(1, 1) == theme.DARK.alarm

    QTest.mouseClick(meter, LEFT)

    assert meter.over == [False, False]
    assert meter.grab().toImage().pixelColor(1, 1) == theme.DARK.line


def test_a_meter_is_grey_when_silent_and_its_stems_colour_when_not(meter: Meter) -> None:
    """With a gap at 0 dB."""
    silent = meter.grab().toImage()
    assert silent.pixelColor(1, 90) == theme.DARK.line
    assert silent.pixelColor(1, 20) == theme.DARK.panel
    meter.set_levels(0.5, 0.5)
    loud = meter.grab().toImage()

    assert loud.pixelColor(1, 90) == theme.DARK.stems["bass"]
    meter.silence()
    assert meter.grab().toImage() == silent


def test_a_meter_is_a_progress_bar_that_speaks_seldom(meter: Meter) -> None:
    """Its value follows once a second, not thirty times."""
    values = []
    meter.valueChanged.connect(values.append)
    for _ in range(60):
        meter.set_levels(0.5, 0.4)
        meter.tick(1 / 30)

    assert role(meter) == Role.ProgressBar
    assert meter.accessibleName() == "Level, Bass"
    assert values == [-7]
    assert meter.width() == 10


def test_silence_has_no_level() -> None:
    """And full scale is zero."""
    assert decibels(0) == -math.inf
    assert decibels(1) == 0


def test_a_bar_shows_its_share(qtbot: QtBot, dark: QApplication) -> None:
    """Four pixels high; without a share only the track."""
    bar = Bar4("Separating")
    bar.resize(100, 4)
    qtbot.addWidget(bar)

    bar.set_fraction(0.5)
    half = bar.grab().toImage()
    bar.set_fraction(None)
    none = bar.grab().toImage()

    assert bar.height() == 4
    assert half.pixelColor(40, 2) == theme.DARK.fill
    assert half.pixelColor(60, 2) == theme.DARK.line
    assert none.pixelColor(10, 2) == theme.DARK.line


def test_key_hints_are_words_for_those_who_do_not_see_them(
    qtbot: QtBot, dark: QApplication
) -> None:
    """And keys for those who do; what does not fit whole is left out."""
    hints = KeyHints([("Space", "play"), ("Ctrl+E", "export")])
    qtbot.addWidget(hints)
    hints.resize(hints.sizeHint())
    whole = hints.grab().toImage()
    hints.resize(hints.sizeHint().width() - 20, 24)

    assert hints.accessibleName() == "Space: play, Ctrl+E: export"
    assert role(hints) == Role.StaticText
    right = whole.copy(hints.sizeHint().width() // 2, 0, 40, 24)
    assert hints.grab().toImage().copy(hints.width() // 2 + 10, 0, 40, 24) != right
