"""Song row, ruler and the rows under each other: one time axis, by mouse, wheel and keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QAccessible,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.audio.peaks import Peaks
from studio.gui.state.mixer import SONG, Channel, Mixer
from studio.gui.state.song import Busy, Lane, SongState
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline.grid import ends, grid
from studio.gui.timeline.heights import lane_heights, measures
from studio.gui.timeline.lanes import Timeline
from studio.gui.timeline.overview import SongOverview
from studio.gui.timeline.progress_strip import ProgressStrip
from studio.gui.timeline.ruler import Ruler
from studio.music.stem import stem
from studio.music.tempo import TempoMap, TempoStep

RATE, SECONDS = 8000, 60
FOUR = ("vocals", "drums", "bass", "other")
LEFT, NO_KEY, ALT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
)


@dataclass
class Opened:
    """A song of a minute, with what shows it."""

    axis: TimeAxis
    mixer: Mixer
    song: SongState
    sought: list[float]


def open_song(names: tuple[str, ...] = FOUR) -> Opened:
    axis, mixer, song = TimeAxis(), Mixer(), SongState()
    sought: list[float] = []
    axis.seek_asked.connect(sought.append)
    song.frames, song.sample_rate = RATE * SECONDS, RATE
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (2, RATE * SECONDS)).astype(np.float32)
    song.peaks = Peaks.empty(song.frames, RATE)
    song.peaks.fill(0, noise)
    song.lanes = [Lane(stem(name)) for name in names]
    mixer.load({name: Channel() for name in names})
    axis.load(SECONDS)
    return Opened(axis, mixer, song, sought)


@pytest.fixture
def opened(dark: QApplication) -> Opened:
    return open_song()


def shown(qtbot: QtBot, widget: QWidget, width: int = 1200, height: int = 54) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)


def drag(widget: QWidget, start: int, end: int, key: Qt.KeyboardModifier = NO_KEY) -> None:
    y = widget.height() // 2
    QTest.mousePress(widget, LEFT, key, QPoint(start, y))
    for x in (start + (end - start) // 2, end):
        send_move(widget, QPointF(x, y), key)
    QTest.mouseRelease(widget, LEFT, key, QPoint(end, y))


def send_move(widget: QWidget, at: QPointF, key: Qt.KeyboardModifier) -> None:
    """A move with the left button held; QTest's own carries no button."""
    where = widget.mapToGlobal(at)
    move = QMouseEvent(QEvent.Type.MouseMove, at, where, Qt.MouseButton.NoButton, LEFT, key)
    QApplication.sendEvent(widget, move)


def turn(
    widget: QWidget,
    x: float,
    angle: int = 120,
    key: Qt.KeyboardModifier = NO_KEY,
    pixels: QPoint | None = None,
) -> None:
    at = QPointF(x, widget.height() / 2)
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        pixels or QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        key,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def role_of(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


# The axis and its lines


@given(
    start=st.floats(0, 50),
    span=st.floats(0.1, 10),
    x=st.floats(0, 1600),
    width=st.integers(100, 4000),
)
def test_a_place_is_the_place_of_its_time(start: float, span: float, x: float, width: int) -> None:
    """x to seconds and back is the same x, to a millionth of a pixel."""
    axis = TimeAxis()
    axis.load(SECONDS)
    axis.show(start, start + span)
    x = min(x, float(width))

    assert axis.x(axis.seconds(x, width), width) == pytest.approx(x, abs=1e-6)


@given(span=st.floats(0.1, 3600), width=st.integers(300, 4000), bpm=st.floats(40, 250))
def test_labels_never_touch_and_never_lack(span: float, width: int, bpm: float) -> None:
    """At any zoom labels stand at least 60 px apart, and there are some while there is room."""
    for tempo in (None, TempoMap.constant(bpm)):
        axis = TimeAxis()
        axis.load(7200)
        axis.set_tempo(tempo)
        axis.show(30, 30 + span)
        lines = grid(axis, width)
        x = lines.x(axis, width)
        labelled = x[lines.strong]

        assert np.diff(labelled).min(initial=np.inf) >= 60
        assert np.diff(x).min(initial=np.inf) >= 5
        assert len(labelled) > 0
        assert all(
            bool(text) == bool(is_strong)
            for text, is_strong in zip(lines.labels, lines.strong, strict=True)
        )


def test_the_ruler_counts_bars_where_the_tempo_is_known() -> None:
    """At 120 BPM a bar is 2 s; over a tempo step each line stands where its beat is."""
    axis = TimeAxis()
    axis.load(60)
    axis.set_tempo(TempoMap((TempoStep(0, 120), TempoStep(16, 60))))
    axis.show(0, 16)
    lines = grid(axis, 1200)
    bars = {text: float(at) for text, at in zip(lines.labels, lines.seconds, strict=True) if text}

    assert {"1": 0.0, "2": 2.0, "5": 8.0, "6": 12.0}.items() <= bars.items()


def test_the_ruler_counts_minutes_where_it_is_not() -> None:
    """Without a tempo, labels are times, with decimals when close."""
    axis = TimeAxis()
    axis.load(222)

    assert "1:20" in grid(axis, 1000).labels
    axis.show(65, 66)
    assert "1:05.5" in grid(axis, 1000).labels


def test_a_loop_of_whole_bars_is_said_by_its_bars() -> None:
    """Bar 25 to the end of bar 28 is "25 to 28"; within bars the beats are said too."""
    axis = TimeAxis()
    axis.load(100)
    axis.set_tempo(TempoMap.constant(96))

    assert ends(axis, (60.0, 70.0)) == ("25", "28")
    assert ends(axis, (60.625, 70.0)) == ("25.2", "29.1")
    axis.set_tempo(None)
    assert ends(axis, (60.0, 70.0)) == ("1:00", "1:10")


# Ruler


@pytest.fixture
def ruler(qtbot: QtBot, opened: Opened) -> Ruler:
    opened.axis.set_tempo(TempoMap.constant(120))
    made = Ruler(opened.axis)
    shown(qtbot, made, height=26)
    return made


def test_a_drag_over_the_ruler_loops_whole_beats(ruler: Ruler, opened: Opened) -> None:
    """1200 px are 60 s: from 203 to 398 px is 10 to 20 s after snapping to half seconds."""
    drag(ruler, 203, 398)

    assert opened.axis.loop == (10.0, 20.0)
    assert opened.axis.looping
    assert opened.sought == []


def test_alt_loops_off_the_beat(ruler: Ruler, opened: Opened) -> None:
    """With Alt the loop is where the pointer was, either way round."""
    drag(ruler, 398, 203, ALT)

    assert opened.axis.loop == pytest.approx((10.15, 19.9))


def test_a_click_on_the_ruler_brings_the_music_there(ruler: Ruler, opened: Opened) -> None:
    """A click is no loop."""
    QTest.mouseClick(ruler, LEFT, NO_KEY, QPoint(205, 12))

    assert opened.sought == [pytest.approx(10.25)]
    assert opened.axis.loop is None


def test_loop_ends_are_sliders_with_their_place(ruler: Ruler, opened: Opened) -> None:
    """Role, name and value say where the loop starts and ends."""
    opened.axis.set_loop(48.0, 56.5)
    start, end = ruler.loop_ends

    assert role_of(start) == QAccessible.Role.Slider
    assert name_of(start) == "Loop start, bar 25"
    assert name_of(end) == "Loop end, bar 29, beat 2"
    assert start.value() == 48000
    assert start.geometry().center().x() == pytest.approx(960, abs=1)


def test_a_loop_end_moves_by_beats_and_bars(ruler: Ruler, opened: Opened) -> None:
    """An arrow is a beat, with Shift a bar, with Alt 10 ms."""
    opened.axis.set_loop(10.0, 20.0)
    start, end = ruler.loop_ends
    QTest.keyClick(end, Qt.Key.Key_Right)
    assert opened.axis.loop == (10.0, 20.5)
    QTest.keyClick(end, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert opened.axis.loop == (10.0, 18.5)
    QTest.keyClick(start, Qt.Key.Key_Left, ALT)
    assert opened.axis.loop == (pytest.approx(9.99), 18.5)


def test_a_loop_end_is_dragged_and_stops_at_the_other(ruler: Ruler, opened: Opened) -> None:
    """It snaps to beats and never passes its partner."""
    opened.axis.set_loop(10.0, 20.0)
    end = ruler.loop_ends[1]
    QTest.mousePress(end, LEFT)
    send_move(end, QPointF(end.mapFrom(ruler, QPoint(503, 10))), NO_KEY)
    assert opened.axis.loop == (10.0, 25.0)
    send_move(end, QPointF(end.mapFrom(ruler, QPoint(20, 10))), NO_KEY)
    QTest.mouseRelease(end, LEFT)

    assert opened.axis.loop == (10.0, pytest.approx(10.05))


def test_no_loop_no_ends(ruler: Ruler, opened: Opened) -> None:
    """Handles come with the loop, and go with it and out of view."""
    assert not any(end.isVisible() for end in ruler.loop_ends)
    opened.axis.set_loop(10.0, 20.0)
    assert all(end.isVisible() for end in ruler.loop_ends)
    opened.axis.show(12.0, 18.0)
    assert not any(end.isVisible() for end in ruler.loop_ends)


# Wheel


@pytest.mark.parametrize("x", [1, 400, 1199])
def test_zoom_keeps_the_time_under_the_pointer(ruler: Ruler, opened: Opened, x: int) -> None:
    """Ctrl and the wheel, or two fingers: what is under the pointer stays there."""
    opened.axis.show(20, 40)
    before = opened.axis.seconds(x, 1200)
    turn(ruler, x, key=Qt.KeyboardModifier.ControlModifier)
    assert opened.axis.span < 20
    turn(ruler, x, 0, Qt.KeyboardModifier.ControlModifier, QPoint(0, 30))

    assert opened.axis.seconds(x, 1200) == pytest.approx(before, abs=1e-9)


def test_the_wheel_scrolls_time_on_the_ruler(ruler: Ruler, opened: Opened) -> None:
    """A notch is an eighth of the view, a trackpad's pixel is a pixel."""
    opened.axis.show(20, 40)
    turn(ruler, 600, -120)
    assert opened.axis.start == pytest.approx(22.4)
    turn(ruler, 600, 0, pixels=QPoint(-60, 0))
    assert opened.axis.start == pytest.approx(23.4)


# Song overview


@pytest.fixture
def overview(qtbot: QtBot, opened: Opened) -> SongOverview:
    made = SongOverview(opened.axis, opened.song)
    shown(qtbot, made)
    return made


def test_the_overview_is_a_slider_that_says_the_view(
    overview: SongOverview, opened: Opened
) -> None:
    """Its name has the view in seconds; assistive technology can move it."""
    opened.axis.show(17.2, 38.1)
    assert role_of(overview) == QAccessible.Role.Slider
    assert name_of(overview) == "Song overview, 17 to 38 of 60 seconds"
    overview.setValue(500)

    assert (opened.axis.start, opened.axis.end) == pytest.approx((5.0, 25.9))


def test_the_frame_scrolls_and_its_edges_zoom(overview: SongOverview, opened: Opened) -> None:
    """20 px are a second."""
    opened.axis.show(20, 40)
    drag(overview, 600, 700)
    assert (opened.axis.start, opened.axis.end) == pytest.approx((25, 45))
    drag(overview, 900, 1000)
    assert (opened.axis.start, opened.axis.end) == pytest.approx((25, 50))
    drag(overview, 500, 300)
    assert (opened.axis.start, opened.axis.end) == pytest.approx((15, 50))
    assert opened.sought == []


@pytest.mark.parametrize("x", [600, 100])
def test_a_click_on_the_overview_brings_the_music_there(
    overview: SongOverview, opened: Opened, x: int
) -> None:
    """Within the frame and outside it."""
    opened.axis.show(20, 40)
    QTest.mouseClick(overview, LEFT, NO_KEY, QPoint(x, 20))

    assert opened.sought == [pytest.approx(x / 20)]
    assert (opened.axis.start, opened.axis.end) == (20, 40)


def test_the_overview_scrolls_by_keys(overview: SongOverview, opened: Opened) -> None:
    """An arrow is a tenth of the view."""
    opened.axis.show(20, 40)
    QTest.keyClick(overview, Qt.Key.Key_Right)

    assert opened.axis.start == pytest.approx(22)


# Heights


def test_lanes_share_what_there_is() -> None:
    """As high as fits between the limits of the window's size; more lanes than fit scroll."""
    large, small = measures(1440, 900, take_open=False), measures(1024, 640, take_open=False)
    assert lane_heights(large, 500, 4, None) == [125] * 4
    assert lane_heights(large, 900, 4, None) == [144] * 4
    assert lane_heights(large, 300, 4, None) == [84] * 4
    assert lane_heights(small, 300, 4, None) == [75] * 4
    with_take = measures(1024, 640, take_open=True)
    assert (with_take.head, with_take.song, with_take.ruler) == (184, 34, 22)
    assert lane_heights(with_take, 100, 4, 2) == [28, 28, 38, 28]
    assert lane_heights(measures(1440, 900, take_open=True), 100, 4, 2) == [52] * 4
    assert measures(1920, 1080, take_open=False).head == 264


# All of it


@pytest.fixture
def window() -> QWidget:
    """What the timeline lies in; its size decides how high the lanes are."""
    return QWidget()


@pytest.fixture
def timeline(qtbot: QtBot, opened: Opened, window: QWidget) -> Timeline:
    made = Timeline(opened.axis, opened.mixer, opened.song, lambda _: [], lambda _: [], window)
    made.resize(1440, 900)
    shown(qtbot, window, 1440, 900)
    return made


def test_all_bodies_lie_under_each_other(timeline: Timeline) -> None:
    """Song, ruler and lanes begin and end at the same x: one time axis."""
    bodies = [timeline.overview, timeline.ruler, *(timeline.body(name) for name in FOUR)]
    lefts = {body.mapTo(timeline, QPoint(0, 0)).x() for body in bodies}

    assert lefts == {timeline.head_width} == {232}
    assert {body.width() for body in bodies} == {1440 - 232}


def test_an_open_take_narrows_the_lanes(qtbot: QtBot, timeline: Timeline) -> None:
    """In a small window heads narrow and the take's lane is higher; its note button is on."""
    widths: list[int] = []
    timeline.head_width_changed.connect(widths.append)
    timeline.window().resize(1024, 640)
    timeline.resize(1024, 178)
    timeline.set_take_lane("bass")

    assert widths == [184]
    assert [timeline.body(name).height() for name in FOUR] == [28, 28, 38, 28]
    assert timeline.head("bass").notes.isChecked()
    assert not timeline.head("drums").notes.isChecked()
    assert timeline.sizeHint().height() == 34 + 22 + 3 * 28 + 38


def test_the_take_s_lane_stays_in_view(qtbot: QtBot, timeline: Timeline) -> None:
    """Where the lanes do not fit they scroll, but that one is pinned; later it goes back."""
    timeline.set_take_lane("vocals")
    timeline.resize(1440, 200)
    pinned = timeline.body("vocals").mapTo(timeline, QPoint(0, 0)).y()
    assert pinned == 200 - 52
    timeline.resize(1440, 800)
    tops = [timeline.body(name).mapTo(timeline, QPoint(0, 0)).y() for name in FOUR]

    assert tops == sorted(tops)
    assert tops[0] == 54 + 26


def test_lanes_of_another_song_stand_in_their_order(timeline: Timeline, opened: Opened) -> None:
    """Also where one was pinned meanwhile: none comes back below the foot."""
    six = ("vocals", "drums", "bass", "guitar", "piano", "other")
    timeline.set_take_lane("drums")
    timeline.resize(1440, 200)
    opened.song.lanes = [Lane(stem(name)) for name in six]
    opened.mixer.load({name: Channel() for name in six})
    opened.song.changed.emit()
    timeline.resize(1440, 900)

    tops = [timeline.body(name).mapTo(timeline, QPoint(0, 0)).y() for name in six]
    assert tops == sorted(tops)
    assert timeline._foot.isVisible()
    assert timeline._foot.mapTo(timeline, QPoint(0, 0)).y() > tops[-1]


def test_two_fingers_zoom_around_their_place(qtbot: QtBot, opened: Opened) -> None:
    """Over the song row that is a place in the song, over the ruler one in the view."""
    overview, ruler = SongOverview(opened.axis, opened.song), Ruler(opened.axis)
    for widget, around in ((overview, 45.0), (ruler, 27.5)):
        shown(qtbot, widget)
        opened.axis.show(20.0, 30.0)
        x = 900.0
        before = (around - opened.axis.start) / opened.axis.span
        pinch(widget, x, 0.4)
        assert opened.axis.span < 10.0
        if opened.axis.start <= around <= opened.axis.end:
            now = (around - opened.axis.start) / opened.axis.span
            assert now == pytest.approx(before, abs=0.01)
        else:  # the view went towards it
            assert opened.axis.end > 30.0


def pinch(widget: QWidget, x: float, value: float) -> None:
    """Two fingers that part around ``x``."""
    place = QPointF(x, widget.height() / 2)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        place,
        place,
        QPointF(widget.mapToGlobal(place)),
        value,
        QPointF(),
    )
    QApplication.sendEvent(widget, event)


def test_a_lane_chosen_by_key_has_the_keyboard_and_is_seen(
    qtbot: QtBot, timeline: Timeline
) -> None:
    """``focus_lane`` scrolls to the lane and says that it is chosen."""
    chosen: list[str] = []
    timeline.lane_chosen.connect(chosen.append)
    assert timeline.current_lane == "vocals"
    timeline.resize(1440, 300)
    timeline.focus_lane("other")

    assert chosen == ["other"]
    assert timeline.current_lane == "other"
    assert timeline.head("other").hasFocus()
    assert timeline.body("other").visibleRegion().boundingRect().height() == 84


def turn_over_bass(timeline: Timeline, key: Qt.KeyboardModifier = NO_KEY) -> None:
    """A notch towards the user, handed on by Qt from widget to widget as a real one is."""
    window = timeline.window()
    at = QPointF(timeline.body("bass").mapTo(window, QPoint(600, 20)))
    QTest.wheelEvent(window.windowHandle(), at, QPoint(0, -120), QPoint(), key)
    QApplication.processEvents()


def test_the_wheel_over_lanes_scrolls_what_does_not_fit(timeline: Timeline, opened: Opened) -> None:
    """Lanes that do not all fit scroll, else time does; with Shift always time."""
    opened.axis.show(20, 40)
    turn_over_bass(timeline)
    assert opened.axis.start == pytest.approx(22.4)
    timeline.resize(1440, 300)
    before = timeline.body("bass").mapTo(timeline, QPoint(0, 0)).y()
    turn_over_bass(timeline)
    assert opened.axis.start == pytest.approx(22.4)
    assert timeline.body("bass").mapTo(timeline, QPoint(0, 0)).y() < before
    turn_over_bass(timeline, Qt.KeyboardModifier.ShiftModifier)
    assert opened.axis.start == pytest.approx(24.8)


def test_another_song_has_other_lanes(qtbot: QtBot, opened: Opened, timeline: Timeline) -> None:
    """Old rows hear nothing any more, whichever of mixer and song is told first."""
    opened.mixer.load({"piano": Channel()})
    opened.song.clear()
    opened.song.frames = RATE * 10
    opened.song.lanes = [Lane(stem("piano"))]
    opened.song.changed.emit()
    opened.axis.load(10)
    opened.mixer.set("piano", mute=True)
    qtbot.wait(1)

    assert timeline.current_lane == "piano"
    assert timeline.head("piano").mute.isChecked()
    names = [child.objectName() for child in timeline.findChildren(QWidget)]
    assert [name for name in names if name.startswith("lane.")] == ["lane.piano"]


def test_the_page_turns_when_the_music_leaves_it(timeline: Timeline, opened: Opened) -> None:
    """The view follows the playhead out of it; one that was scrolled away stays."""
    axis = opened.axis
    axis.show(0, 10)
    axis.move_playhead(9.99)
    assert (axis.start, axis.end) == (0, 10)
    axis.move_playhead(10.01)
    assert (axis.start, axis.end) == pytest.approx((9.61, 19.61))
    axis.show(30, 40)
    axis.move_playhead(10.03)
    assert (axis.start, axis.end) == (30, 40)


def test_ticks_reach_the_meters(timeline: Timeline) -> None:
    """Each lane's meter gets its own levels, a lane that is not named silence."""
    timeline.tick({"bass": (0.5, 0.25)}, 0.0)

    assert timeline.head("bass").meter.levels == pytest.approx([-6.02, -12.04], abs=0.01)
    assert timeline.head("drums").meter.levels == [-np.inf, -np.inf]


def test_the_song_s_head_drives_and_follows_the_mixer(timeline: Timeline, opened: Opened) -> None:
    """Mute, solo and A/B of the song."""
    head = timeline.findChild(QWidget, "songHead")
    assert role_of(head) == QAccessible.Role.Grouping
    head.compare.click()
    assert opened.mixer.compare_song
    head.solo.click()
    assert opened.mixer.channel(SONG).solo
    opened.mixer.set_compare(False)
    assert not head.compare.isChecked()
    head.mute.click()
    assert opened.mixer.master == 0.0
    head.mute.click()
    assert opened.mixer.master == 1.0


def test_the_ruler_s_head_says_unit_and_loop(timeline: Timeline, opened: Opened) -> None:
    """Time until the beat is found, then bars and the tempo; the loop in bars."""
    unit, loop = (timeline.findChild(QWidget, name) for name in ("rulerUnit", "rulerLoop"))
    assert unit.text() == "Time · bars when the beat is found"
    opened.axis.set_tempo(TempoMap.constant(96))
    opened.axis.set_loop(20.0, 30.0)

    assert unit.text() == "Bars · 96.0 bpm"
    assert loop.text() == "Loop 9 to 12"


def test_the_strip_tells_how_far_the_song_is(qtbot: QtBot, opened: Opened) -> None:
    """Share, time left and Cancel while a song is separated; nothing else."""
    strip = ProgressStrip(opened.song)
    host = QWidget()
    strip.setParent(host)
    shown(qtbot, host, 1200, 60)
    assert not strip.isVisible()
    opened.song.busy = Busy("Separating", 0.36, 78.0)
    opened.song.progress_changed.emit()

    assert strip.isVisible()
    assert strip.accessibleName() == "36 %, 1 min 18 s left"
    with qtbot.waitSignal(strip.cancel_asked):
        QTest.mouseClick(strip.findChild(QWidget, "button"), LEFT)
    opened.song.busy = None
    opened.song.progress_changed.emit()
    assert not strip.isVisible()
