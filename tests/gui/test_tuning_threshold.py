"""The onset threshold: a slider that is also the picture of what it decides."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAction, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.gui import theme
from studio.gui.state.take import ScoreRow, TakeModel
from studio.gui.tuning.curve_paint import Places
from studio.gui.tuning.threshold import ThresholdSlider
from studio.gui.tuning.threshold_panel import ThresholdPanel
from studio.music.notes import Notes
from studio.music.stem import stem


def a_take(count: int = 71) -> TakeModel:
    """Candidates whose strengths lie evenly from 0.2 to 0.9; the threshold is 0.58."""
    onset = np.arange(count) * 0.25
    strength = np.linspace(0.2, 0.9, count)
    pitch = np.full(count, 40)
    take = TakeModel(
        stem("bass"), "basic_pitch", "bass", Notes.columns(onset, pitch, onset + 0.2, 80, strength)
    )
    take.set_threshold(0.58)
    return take


def scored(take: TakeModel) -> None:
    """Agreement 60 at 0.20, rising by 20 to 0.60, then falling; 0.62 is suggested."""
    thresholds = [round(0.2 + 0.02 * step, 2) for step in range(36)]
    rows = [ScoreRow(t, 0, {"agreement": 80 - 50 * abs(t - 0.6)}) for t in thresholds]
    take.set_scores(rows, 0.62, (0.56, 0.64), None)


@pytest.fixture
def take() -> TakeModel:
    return a_take()


@pytest.fixture
def slider(dark: QApplication, qtbot: QtBot, take: TakeModel) -> ThresholdSlider:
    slider = ThresholdSlider(take)
    qtbot.addWidget(slider)
    slider.resize(420, 190)
    slider.show()
    slider.activateWindow()
    slider.setFocus()
    return slider


def x_of(slider: ThresholdSlider, threshold: float) -> QPoint:
    """The middle of the handle, were it at ``threshold``."""
    return Places.of(slider.size()).handle(threshold).center().toPoint()


def now(take: TakeModel) -> float:
    return round(take.options.onset_threshold, 4)


@pytest.mark.parametrize(
    ("key", "modifier", "threshold"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 0.59),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 0.57),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 0.63),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 0.53),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0.2),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 0.9),
    ],
)
def test_keys_move_it_at_once(
    slider: ThresholdSlider,
    take: TakeModel,
    qtbot: QtBot,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    threshold: float,
) -> None:
    """The take has the new threshold when the key comes back up, without any wait."""
    qtbot.keyClick(slider, key, modifier)

    assert now(take) == threshold


def test_its_keys_are_its_own_in_a_window_with_shortcuts(
    dark: QApplication, qtbot: QtBot, take: TakeModel
) -> None:
    """Arrows seek and Home goes to the start elsewhere in the window; not here."""
    window = QWidget()
    qtbot.addWidget(window)
    slider = ThresholdSlider(take, window)
    fired: list[str] = []
    for keys in ("Right", "Home", "Return"):
        action = QAction(keys, window)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _, keys=keys: fired.append(keys))
        window.addAction(action)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    slider.setFocus()

    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_Home)

    assert (now(take), fired) == (0.2, [])


def test_a_drag_is_live(slider: ThresholdSlider, take: TakeModel, qtbot: QtBot) -> None:
    """Each place the handle passes is a threshold of the take."""
    seen: list[float] = []
    take.changed.connect(lambda: seen.append(now(take)))

    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=x_of(slider, 0.58))
    for threshold in (0.6, 0.65, 0.7):
        qtbot.mouseMove(slider, x_of(slider, threshold))
        assert len(take.notes) == np.count_nonzero(
            take.candidates.strength >= np.float32(now(take))
        )
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=x_of(slider, 0.7))

    assert seen == [0.6, 0.65, 0.7]


def test_a_click_in_the_plot_goes_there(
    slider: ThresholdSlider, take: TakeModel, qtbot: QtBot
) -> None:
    """The whole plot is the control."""
    place = QPoint(x_of(slider, 0.45).x(), 60)

    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place)

    assert now(take) == 0.45


def test_a_double_click_takes_the_suggestion_else_the_default(
    slider: ThresholdSlider, take: TakeModel, qtbot: QtBot
) -> None:
    """Before scores there is nothing better than what takes begin with."""
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=x_of(slider, 0.3))
    before = now(take)
    scored(take)
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=x_of(slider, 0.3))

    assert (before, now(take)) == (0.55, 0.62)


def wheel(slider: ThresholdSlider) -> None:
    middle = QPointF(slider.rect().center())
    event = QWheelEvent(
        middle,
        middle,
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)


def test_the_wheel_turns_it_only_with_focus(slider: ThresholdSlider, take: TakeModel) -> None:
    """Scrolling past must not change notes."""
    slider.clearFocus()
    wheel(slider)
    without = now(take)
    slider.setFocus()
    wheel(slider)

    assert (without, now(take)) == (0.58, 0.59)


def entry(slider: ThresholdSlider) -> QLineEdit:
    found = slider.findChild(QLineEdit, "valueEntry")
    assert found is not None
    return found


def test_enter_opens_a_value_and_enter_takes_it(
    slider: ThresholdSlider, take: TakeModel, qtbot: QtBot
) -> None:
    """A value can be typed, with a comma as well; the focus comes back."""
    qtbot.keyClick(slider, Qt.Key.Key_Return)
    field = entry(slider)
    assert field.accessibleName() == "Onset threshold, 0.20 to 0.90"
    qtbot.keyClicks(field, "0,71")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert now(take) == 0.71
    assert slider.hasFocus()


def test_what_is_no_threshold_is_not_taken(
    slider: ThresholdSlider, take: TakeModel, qtbot: QtBot
) -> None:
    """The field stays until the value is one, or Escape."""
    qtbot.keyClick(slider, Qt.Key.Key_Return)
    field = entry(slider)
    qtbot.keyClicks(field, "7.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)

    assert not field.isVisible()
    assert now(take) == 0.58


def test_it_says_what_it_is(slider: ThresholdSlider, take: TakeModel) -> None:
    """Role slider, name, value in hundredths, and in words what it keeps."""
    scored(take)
    interface = QAccessible.queryAccessibleInterface(slider)

    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Onset threshold"
    assert interface.valueInterface().currentValue() == 58
    assert (interface.valueInterface().minimumValue(), slider.maximum()) == (20, 90)
    assert slider.accessibleDescription() == "0.58, 33 notes, agreement 79"


def test_it_is_spoken_once_the_hand_rests(slider: ThresholdSlider, qtbot: QtBot) -> None:
    """Ten quick steps are one sentence, 400 ms after the last."""
    said: list[str] = []
    slider.announced.connect(said.append)
    for _ in range(10):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert said == []

    with qtbot.waitSignal(slider.announced, timeout=3000):
        pass

    assert said == ["0.68, 23 notes"]


def test_it_follows_the_take(slider: ThresholdSlider, take: TakeModel) -> None:
    """Undo, other variants and the keys [ and ] move it as well."""
    take.set_threshold(0.81)
    far = slider.value()
    slider.nudge(-1)

    assert (far, now(take)) == (81, 0.8)


def test_a_threshold_beyond_its_ends_is_left_alone(
    slider: ThresholdSlider, take: TakeModel
) -> None:
    """The command line allows 0.05; looking at it here changes nothing."""
    take.set_threshold(0.05)

    assert (slider.value(), now(take)) == (20, 0.05)


def test_the_curve_grows_while_it_is_measured(slider: ThresholdSlider, take: TakeModel) -> None:
    """Each score that comes is drawn, and counted."""
    empty = slider.grab().toImage()
    rows = [ScoreRow(t, 0, {"agreement": 50 + 30 * t}) for t in (0.2, 0.5, 0.9)]
    take.set_scores(rows, None, None, (3, 36))
    begun = slider.grab().toImage()
    scored(take)
    whole = slider.grab().toImage()

    assert empty != begun != whole


@pytest.mark.parametrize("is_dark", [True, False])
def test_kept_ticks_have_the_colour_of_the_stem(
    qapp: QApplication, qtbot: QtBot, is_dark: bool
) -> None:
    """Right of the handle the stem's colour, left of it grey, in both palettes."""
    theme.apply(qapp, is_dark)
    slider = ThresholdSlider(a_take(2000))
    qtbot.addWidget(slider)
    slider.resize(420, 190)
    picture = slider.grab().toImage()
    ratio = picture.devicePixelRatio()
    y = Places.of(slider.size()).ticks.top() + 3
    kept = picture.pixelColor(round(x_of(slider, 0.8).x() * ratio), round(y * ratio))
    ghost = picture.pixelColor(round(x_of(slider, 0.3).x() * ratio), round(y * ratio))

    assert kept.saturation() > 100 > ghost.saturation()
    assert abs(kept.hue() - theme.stem_colour(theme.current(), stem("bass")).hue()) < 12


def test_painting_5000_candidates_takes_no_time(
    dark: QApplication, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step is on the screen within a frame of 16 ms; the quickest is what it costs."""
    take = a_take(5000)
    scored(take)
    slider = ThresholdSlider(take)
    qtbot.addWidget(slider)
    slider.resize(960, 190)
    spent = []
    for step in range(30):
        begun = time.thread_time()
        take.set_threshold(0.4 + step / 100)
        slider.grab()
        spent.append(1000 * (time.thread_time() - begun))

    with capsys.disabled():
        print(f"\na step at 5,000 candidates: {min(spent):.1f} ms")
    assert min(spent) <= 50  # 3 on an idle machine


@pytest.fixture
def panel(dark: QApplication, qtbot: QtBot, take: TakeModel) -> ThresholdPanel:
    panel = ThresholdPanel(take)
    qtbot.addWidget(panel)
    panel.resize(572, 204)
    panel.show()
    return panel


def said(panel: ThresholdPanel) -> list[str]:
    labels = [panel.findChild(QLabel, n) for n in ("thresholdValue", "notesKept", "ghostCount")]
    return [label.accessibleName() or label.text() for label in labels if label is not None]


def test_figures_beside_it_follow_every_step(panel: ThresholdPanel, qtbot: QtBot) -> None:
    """Value, notes and ghosts say what the slider did, at once."""
    before = said(panel)
    qtbot.keyClick(panel.slider, Qt.Key.Key_Right)

    assert before == ["0.58", "33 notes kept", "38 ghosts"]
    assert said(panel) == ["0.59", "32 notes kept", "39 ghosts"]


def test_the_button_measures_first_and_then_uses_the_best(
    panel: ThresholdPanel, take: TakeModel, qtbot: QtBot
) -> None:
    """There is one button; what it says is what it does."""
    button = panel.findChild(QPushButton, "useBest")
    assert button is not None
    assert button.text() == "Measure scores"
    with qtbot.waitSignal(panel.rate_asked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    take.set_scores([], None, None, (1, 36))
    assert not button.isEnabled()
    scored(take)
    assert button.text() == "Use best, 0.62"
    with qtbot.waitSignal(panel.best_asked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert now(take) == 0.62
