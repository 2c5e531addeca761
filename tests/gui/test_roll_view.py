"""The piano roll by mouse, keys and screen reader."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.audio.peaks import Peaks
from studio.gui import theme
from studio.gui.roll import told
from studio.gui.roll.keyboard import Keyboard
from studio.gui.roll.overtones import fundamental, ladder
from studio.gui.roll.roll_view import RollView
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.tempo import TempoMap
from studio.project.history import History

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
# At 120 BPM a sixteenth is 125 ms. In the view of 8 s on 800 pixels a second is 100 pixels.
LOW, HIGH = Note(1.0, 48, 1.5, 80, 0.875), Note(2.0, 52, 2.5, 60, 0.75)
GHOST = Note(1.0, 60, 1.5, 50, 0.25)


class Desk:
    """A roll on a song of twenty seconds, with its history, and what it said."""

    def __init__(self, qtbot: QtBot, root: Path, kind: str = "bass") -> None:
        self.axis = TimeAxis()
        self.axis.load(20.0)
        self.axis.set_tempo(TempoMap.constant(120))
        self.axis.show(0.0, 8.0)
        self.history = History.open(root)
        notes = Notes.of([LOW, HIGH, GHOST])
        if kind == "drums":
            notes = Notes.of([Note(1.0, 36, 1.1, 80, 0.9), Note(2.0, 42, 2.1, 60, 0.8)])
        self.model = TakeModel(stem(kind), "spectral", kind, notes, self.history)
        self.roll = RollView(self.axis, self.model)
        qtbot.addWidget(self.roll)
        self.roll.resize(800, 300)
        self.roll.show()
        self.heard: list[tuple[int, int]] = []
        self.roll.audition.connect(lambda pitch, velocity: self.heard.append((pitch, velocity)))
        self.said: list[str] = []
        self.roll.hover_text.connect(self.said.append)
        self._qtbot = qtbot

    def at(self, seconds: float, pitch: int) -> QPoint:
        """The middle of a row at a time."""
        row = int(self.roll.rows.rows(np.array([pitch]))[0])
        y = self.roll.rows.top(row) + self.roll.rows.height / 2
        return QPoint(round(self.axis.x(seconds, self.roll.width())), round(y))

    def middle(self, note: Note) -> QPoint:
        """The middle of a note."""
        return self.at((note.onset + note.offset) / 2, note.pitch)

    def drag(self, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press, move in two steps, let go."""
        self._qtbot.mousePress(self.roll, LEFT, modifiers, start)
        for point in ((start + end) / 2, end):
            self._move(point, modifiers)
        self._qtbot.mouseRelease(self.roll, LEFT, modifiers, end)

    def _move(self, point: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(point),
            QPointF(self.roll.mapToGlobal(point)),
            Qt.MouseButton.NoButton,
            LEFT,
            modifiers,
        )
        QApplication.sendEvent(self.roll, event)

    def click(self, point: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """One click."""
        self._qtbot.mouseClick(self.roll, LEFT, modifiers, point)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """One key."""
        self._qtbot.keyClick(self.roll, key, modifiers)

    def notes(self) -> list[Note]:
        """What plays now."""
        return list(self.model.notes)


@pytest.fixture
def desk(qtbot: QtBot, dark: QApplication, tmp_path: Path) -> Iterator[Desk]:
    """A bass."""
    made = Desk(qtbot, tmp_path)
    yield made
    made.history.close()


@pytest.fixture
def kit(qtbot: QtBot, dark: QApplication, tmp_path: Path) -> Iterator[Desk]:
    """Drums."""
    made = Desk(qtbot, tmp_path, "drums")
    yield made
    made.history.close()


def test_a_click_selects_and_is_heard(desk: Desk) -> None:
    """Shift and Ctrl extend; the ground deselects."""
    desk.click(desk.middle(LOW))
    assert desk.model.selection == {LOW.id}
    assert desk.heard == [(48, 80)]

    desk.click(desk.middle(HIGH), SHIFT)
    assert desk.model.selection == {LOW.id, HIGH.id}
    desk.click(desk.middle(HIGH), CTRL)
    assert desk.model.selection == {LOW.id}
    desk.click(desk.at(5.0, 50))
    assert not desk.model.selection
    assert not desk.model.edits


def test_a_dragged_note_lands_on_the_grid(desk: Desk) -> None:
    """By rows and by sixteenths; it is one step of undo."""
    desk.drag(desk.middle(LOW), desk.middle(LOW) + QPoint(55, 0) + desk.at(0, 50) - desk.at(0, 48))

    (moved,) = [note for note in desk.notes() if note != HIGH]
    assert (moved.pitch, moved.onset, moved.offset) == (50, 1.5, 2.0)
    assert desk.model.selection == {moved.id}
    assert desk.heard[-1] == (50, 80)
    desk.model.undo()
    assert desk.notes() == [LOW, HIGH]


def test_alt_drags_freely(desk: Desk) -> None:
    """Pixel for pixel."""
    desk.drag(desk.middle(LOW), desk.middle(LOW) + QPoint(33, 0), ALT)

    assert [note.onset for note in desk.notes()] == pytest.approx([1.33, 2.0])


def test_edges_resize(desk: Desk) -> None:
    """Both of them, by the grid; 10 ms stay."""
    desk.drag(desk.at(1.49, 48), desk.at(1.87, 48))
    assert [(n.onset, n.offset) for n in desk.notes()] == [(1.0, 1.875), (2.0, 2.5)]

    desk.drag(desk.at(2.02, 52), desk.at(2.27, 52))
    assert [(n.onset, n.offset) for n in desk.notes()] == [(1.0, 1.875), (2.25, 2.5)]

    desk.drag(desk.at(1.86, 48), desk.at(0.2, 48), ALT)
    assert desk.notes()[0].offset == pytest.approx(1.01)


def test_a_rubber_band_selects_what_it_touches(desk: Desk) -> None:
    """Notes, no ghosts; with Shift beside what was selected."""
    desk.drag(desk.at(0.5, 46), desk.at(1.2, 49))
    assert desk.model.selection == {LOW.id}

    desk.drag(desk.at(1.8, 54), desk.at(2.2, 50), SHIFT)
    assert desk.model.selection == {LOW.id, HIGH.id}


def test_escape_lets_go_then_deselects(desk: Desk, qtbot: QtBot) -> None:
    """A drag that was given up changes nothing."""
    start = desk.middle(LOW)
    qtbot.mousePress(desk.roll, LEFT, pos=start)
    desk._move(start + QPoint(80, 0), NONE)
    desk.press(Qt.Key.Key_Escape)
    qtbot.mouseRelease(desk.roll, LEFT, pos=start + QPoint(80, 0))

    assert desk.notes() == [LOW, HIGH]
    assert desk.model.selection == {LOW.id}
    desk.press(Qt.Key.Key_Escape)
    assert not desk.model.selection


def test_a_double_click_adds_and_removes(desk: Desk, qtbot: QtBot) -> None:
    """On the line of the grid at the left, a sixteenth long."""
    qtbot.mouseDClick(desk.roll, LEFT, pos=desk.at(4.06, 50))
    added = desk.notes()[-1]
    assert (added.onset, added.pitch, added.offset) == (4.0, 50, 4.125)
    assert desk.model.selection == {added.id}

    qtbot.mouseDClick(desk.roll, LEFT, pos=desk.middle(added))
    assert desk.notes() == [LOW, HIGH]


def test_a_ghost_is_kept_by_a_click_and_by_k(desk: Desk) -> None:
    """And let go by Delete."""
    desk.click(desk.middle(GHOST))
    assert GHOST in desk.notes()
    assert desk.model.selection == {GHOST.id}
    assert desk.model.edited_ids == {GHOST.id}

    desk.press(Qt.Key.Key_Delete)
    assert list(desk.model.ghosts) == [GHOST]

    desk.press(Qt.Key.Key_PageDown, SHIFT)
    assert desk.model.selection == {GHOST.id}
    desk.press(Qt.Key.Key_K)
    assert GHOST in desk.notes()


def test_a_double_click_on_a_ghost_keeps_it(desk: Desk, qtbot: QtBot) -> None:
    """Its second click does not take back what the first one did."""
    desk.click(desk.middle(GHOST))
    qtbot.mouseDClick(desk.roll, LEFT, pos=desk.middle(GHOST))

    assert GHOST in desk.notes()


def test_hidden_ghosts_are_not_clicked(desk: Desk) -> None:
    """What is not seen is not there."""
    desk.roll.set_ghosts_shown(False)

    desk.click(desk.middle(GHOST))

    assert desk.notes() == [LOW, HIGH]


def test_the_pencil_draws(desk: Desk) -> None:
    """From the line at the left to the line nearest to where it is let go."""
    tools: list[str] = []
    desk.roll.tool_changed.connect(tools.append)
    desk.press(Qt.Key.Key_D)

    desk.drag(desk.at(4.05, 50), desk.at(4.72, 50))
    desk.click(desk.at(6.05, 51))

    drawn = [(n.onset, n.pitch, n.offset) for n in desk.notes()[2:]]
    assert drawn == [(4.0, 50, 4.75), (6.0, 51, 6.125)]
    assert tools == ["draw"]


def test_the_knife_splits(desk: Desk) -> None:
    """Where it is clicked, on the grid; J joins again."""
    desk.press(Qt.Key.Key_C)
    desk.click(desk.at(1.24, 48))
    assert [(n.onset, n.offset) for n in desk.notes()][:2] == [(1.0, 1.25), (1.25, 1.5)]

    desk.press(Qt.Key.Key_V)
    desk.press(Qt.Key.Key_A, CTRL)
    desk.press(Qt.Key.Key_J)
    assert desk.notes() == [LOW, HIGH]


def test_arrows_push_the_selected_notes(desk: Desk) -> None:
    """Semitones, octaves, sixteenths, lengths; a row of the same key is one step of undo."""
    desk.click(desk.middle(LOW))
    for _ in range(3):
        desk.press(Qt.Key.Key_Up)
    assert [note.pitch for note in desk.notes()] == [51, 52]
    desk.model.undo()
    assert desk.notes() == [LOW, HIGH]

    desk.click(desk.middle(LOW))
    desk.press(Qt.Key.Key_Down, SHIFT)
    desk.press(Qt.Key.Key_Right)
    desk.press(Qt.Key.Key_Right, SHIFT)
    desk.press(Qt.Key.Key_Plus)
    low = desk.notes()[0]
    assert (low.pitch, low.onset, low.offset, low.velocity) == (36, 1.125, 1.75, 85)
    assert len(desk.model.selection) == 1


def test_q_puts_on_the_grid(desk: Desk) -> None:
    """All notes where none is selected."""
    desk.click(desk.middle(LOW))
    desk.drag(desk.middle(LOW), desk.middle(LOW) + QPoint(6, 0), ALT)
    assert desk.notes()[0].onset == pytest.approx(1.06)

    desk.press(Qt.Key.Key_Q)

    assert [note.onset for note in desk.notes()] == [1.0, 2.0]


def test_page_keys_walk_the_notes(desk: Desk) -> None:
    """In time, each is told and heard; the last one stays the last."""
    for _ in range(4):
        desk.press(Qt.Key.Key_PageDown)
    assert desk.model.selection == {HIGH.id}
    assert desk.heard[:2] == [(48, 80), (52, 60)]
    assert desk.roll.accessibleDescription().startswith("E3 at 0:02.00, 0.50 s, velocity 60")

    desk.press(Qt.Key.Key_PageUp)
    assert desk.model.selection == {LOW.id}


def test_walking_brings_a_far_note_into_view(desk: Desk) -> None:
    """In time and in pitch."""
    far = Note(18.0, 100, 18.5)
    desk.roll.acts.add(far)
    desk.model.select([HIGH.id])

    desk.press(Qt.Key.Key_PageDown)

    assert desk.axis.start <= 18.0 <= desk.axis.end
    assert 100 in [desk.roll.rows.pitches[row] for row in desk.roll.rows.seen()]


def test_cut_and_paste_at_the_playhead(desk: Desk) -> None:
    """What is pasted is selected."""
    desk.press(Qt.Key.Key_A, CTRL)
    desk.press(Qt.Key.Key_X, CTRL)
    assert desk.notes() == []
    assert "C3\t0:01.00\t0.500 s\t80" in QApplication.clipboard().text()

    desk.axis.move_playhead(5.0)
    desk.press(Qt.Key.Key_V, CTRL)

    assert [(note.onset, note.pitch) for note in desk.notes()] == [(5.0, 48), (6.0, 52)]
    assert len(desk.model.selection) == 2


def test_our_keys_come_before_the_window_s_and_the_others_reach_it(desk: Desk) -> None:
    """Arrows are the roll's while something is selected; without it they are the window's."""

    def claimed(key: Qt.Key) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, NONE)
        event.ignore()
        QApplication.sendEvent(desk.roll, event)
        return event.isAccepted()

    assert not claimed(Qt.Key.Key_Up)
    assert not claimed(Qt.Key.Key_Space)
    assert claimed(Qt.Key.Key_D)
    desk.model.select([LOW.id])
    assert claimed(Qt.Key.Key_Up)


def test_the_wheel_scrolls_and_zooms(desk: Desk) -> None:
    """Ctrl time, Ctrl+Shift pitch, around the pointer."""

    def wheel(modifiers: Qt.KeyboardModifier) -> None:
        point = QPointF(400, 150)
        event = QWheelEvent(
            point,
            desk.roll.mapToGlobal(point),
            QPoint(0, 0),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(desk.roll, event)

    height, bottom = desk.roll.rows.height, desk.roll.rows.bottom
    wheel(NONE)
    assert desk.roll.rows.bottom == pytest.approx(bottom + 2)

    under = desk.roll.rows.pitch_at(150)
    wheel(CTRL | SHIFT)
    assert desk.roll.rows.height > height
    assert desk.roll.rows.pitch_at(150) == under

    wheel(CTRL)
    assert desk.axis.span < 8.0
    assert desk.axis.seconds(400, 800) == pytest.approx(4.0)


def test_names_for_screen_readers(desk: Desk) -> None:
    """What it is, of which stem, and how many; it follows the threshold."""
    assert desk.roll.accessibleName() == "Notes of Bass, 2"

    desk.model.set_threshold(0.85)

    assert desk.roll.accessibleName() == "Notes of Bass, 1"


def test_a_ghost_tells_what_it_may_be(desk: Desk, qtbot: QtBot) -> None:
    """An octave above a kept note; and the ladder to it."""
    desk._move(desk.middle(GHOST), NONE)

    assert desk.said[-1] == "C4, strength 0.25 · octave above a kept note · click to keep"
    assert fundamental(GHOST, desk.model.notes) == 48
    assert ladder(48, 60) == [48, 60, 67]
    assert fundamental(Note(5.0, 60, 5.5), desk.model.notes) is None


def test_an_empty_roll_says_why(desk: Desk) -> None:
    """And what to do."""
    desk.model.set_threshold(0.95)
    assert told.of_nothing(desk.model) == (
        "No note is stronger than 0.95. Move the threshold left."
    )
    desk.model.set_scores([], 0.62, None, None)
    assert told.of_nothing(desk.model).endswith("left; 0.62 is suggested.")
    assert not desk.roll.grab().isNull()


def test_drums_stand_in_rows_of_the_kit(kit: Desk, qtbot: QtBot) -> None:
    """Bass drum at the bottom; up is the next piece; a hit is a diamond around its onset."""
    rows = kit.roll.rows
    assert rows.pitches == [36, 38, 42, 46, 51, 49]
    assert rows.name(36) == "Bass Drum 1"

    kit.click(kit.at(0.97, 36))
    assert kit.heard == [(36, 80)]
    kit.press(Qt.Key.Key_Up)
    assert [note.pitch for note in kit.notes()] == [38, 42]

    keyboard = Keyboard(rows)
    qtbot.addWidget(keyboard)
    assert keyboard.width() == 34
    assert not keyboard.grab().isNull()


def test_the_keyboard_is_heard(desk: Desk, qtbot: QtBot) -> None:
    """34 pixels of keys that share the roll's rows."""
    keyboard = Keyboard(desk.roll.rows)
    qtbot.addWidget(keyboard)
    keyboard.resize(34, 300)
    heard: list[int] = []
    keyboard.audition.connect(lambda pitch, _: heard.append(pitch))

    qtbot.mouseClick(keyboard, LEFT, pos=QPoint(8, desk.at(0, 48).y()))

    assert heard == [48]
    assert keyboard.width() == 34


def pixel(desk: Desk, point: QPoint) -> QColor:
    """What is drawn at a point."""
    image: QImage = desk.roll.grab().toImage()
    return image.pixelColor(point * image.devicePixelRatio())


def test_loud_notes_are_filled_more_and_ghosts_are_hollow(desk: Desk) -> None:
    """42 to 100 % of the stem's colour; a ghost shows the ground."""
    palette = theme.current()
    colour = theme.stem_colour(palette, desk.model.stem)

    def share(note: Note) -> float:
        return (pixel(desk, desk.middle(note)).blue() - palette.well.blue()) / (
            colour.blue() - palette.well.blue()
        )

    assert 0.42 < share(HIGH) < share(LOW) < 1.0
    assert share(GHOST) < 0.1


def test_the_playhead_redraws_its_strip_alone(desk: Desk) -> None:
    """And the notes that begin or end to sound, which are brighter then."""
    before = pixel(desk, desk.middle(LOW)).lightness()
    areas = desk.roll._picture.moved(desk.roll._place(), 4.0, 4.1)
    assert [area.width() for area in areas] == [2, 2]
    assert len(desk.roll._picture.moved(desk.roll._place(), 0.9, 1.1)) == 3

    desk.axis.move_playhead(1.1)

    assert pixel(desk, desk.middle(LOW)).lightness() > before


def test_another_palette_is_drawn_at_once(desk: Desk) -> None:
    """Painters read the theme while they paint."""
    point = desk.at(5.0, 50)
    dark = pixel(desk, point).lightness()

    theme.apply(QApplication.instance(), dark=False)  # type: ignore[arg-type]

    assert dark < 60 < 200 < pixel(desk, point).lightness()


def test_the_wave_stands_behind(desk: Desk) -> None:
    """Where the stem sounds the middle is tinted, faintly."""
    point = QPoint(500, 150)
    before = pixel(desk, point)
    peaks = Peaks.empty(20 * 8000, 8000)
    peaks.fill(0, np.tile(np.array([[0.5, -0.5]], np.float32), 80000))

    desk.roll.set_peaks(peaks)

    after = pixel(desk, point)
    assert 0 < after.blue() - before.blue() < 80


def test_no_take_is_no_trouble(desk: Desk) -> None:
    """The roll is empty and silent."""
    desk.roll.set_model(None)

    desk.click(QPoint(100, 100))
    desk.press(Qt.Key.Key_Up)
    desk.axis.move_playhead(3.0)

    assert desk.roll.accessibleName() == "Notes"
    assert not desk.roll.grab().isNull()


def test_five_thousand_notes_are_drawn_in_time(
    qtbot: QtBot, dark: QApplication, rng: np.random.Generator
) -> None:
    """Printed: a change of threshold to the drawn roll, all four minutes in view and 20 s."""
    onset = np.sort(np.round(rng.uniform(0, 239, 5000), 2))
    notes = Notes.columns(
        onset,
        rng.integers(28, 70, 5000),
        onset + rng.uniform(0.05, 0.5, 5000),
        rng.integers(1, 128, 5000),
        rng.uniform(0.2, 0.95, 5000),
    )
    axis = TimeAxis()
    axis.load(240.0)
    axis.set_tempo(TempoMap.constant(96))
    model = TakeModel(stem("bass"), "spectral", "bass", notes)
    roll = RollView(axis, model)
    qtbot.addWidget(roll)
    roll.resize(976, 262)
    roll.show()
    image = QImage(976, 262, QImage.Format.Format_RGB32)
    for end in (240.0, 20.0):
        axis.show(0.0, end)
        roll.render(image)
        took = []
        for value in np.linspace(0.15, 0.9, 16):
            start = time.thread_time()
            model.set_threshold(float(value))
            roll.render(image)
            took.append(1000 * (time.thread_time() - start))
        most = max(took)
        print(f"{end:.0f} s in view: {np.median(took):.1f} ms, at most {most:.1f} ms of processor")
        assert np.median(took) < 200
