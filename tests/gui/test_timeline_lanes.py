"""A lane: its waveform is drawn as little as possible, its head follows and drives the mixer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import thread_time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.audio.peaks import Peaks
from studio.audio.write import WavWriter
from studio.errors import MissingFileError
from studio.gui import theme
from studio.gui.state.mixer import Channel, Mixer
from studio.gui.state.song import Busy, Lane, SongState
from studio.gui.state.take import TakeModel
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline.fit_strip import bad
from studio.gui.timeline.lane_body import LaneBody
from studio.gui.timeline.lane_head import LaneHead
from studio.gui.timeline.samples import MappedWav
from studio.gui.timeline.wave import Tones, drawn
from studio.music.notes import Notes
from studio.music.stem import stem
from studio.music.tempo import TempoMap, TempoStep

RATE, SECONDS = 8000, 60
WIDE, HIGH = 1200, 100
LEFT = Qt.MouseButton.LeftButton


@dataclass
class Lanes:
    """A song of a minute with one lane, the bass."""

    axis: TimeAxis
    mixer: Mixer
    song: SongState
    sought: list[float]

    @property
    def bass(self) -> Lane:
        return self.song.lane("bass")


def square(seconds: float, level: float) -> np.ndarray:
    """Stereo sound whose peaks and loudness are ``level`` everywhere."""
    wave = np.where(np.arange(int(seconds * RATE)) % 2, level, -level).astype(np.float32)
    return np.stack([wave, wave])


@pytest.fixture
def lanes(dark: QApplication) -> Lanes:
    axis, mixer, song = TimeAxis(), Mixer(), SongState()
    sought: list[float] = []
    axis.seek_asked.connect(sought.append)
    song.frames, song.sample_rate = RATE * SECONDS, RATE
    song.peaks = Peaks.empty(song.frames, RATE)
    song.peaks.fill(0, square(SECONDS, 1.0))
    song.lanes = [Lane(stem("bass"), Peaks.empty(song.frames, RATE)), Lane(stem("drums"))]
    mixer.load({"bass": Channel(), "drums": Channel()})
    axis.load(SECONDS)
    return Lanes(axis, mixer, song, sought)


@pytest.fixture
def body(qtbot: QtBot, lanes: Lanes) -> LaneBody:
    made = LaneBody(lanes.axis, lanes.mixer, lanes.song, "bass")
    qtbot.addWidget(made)
    made.resize(WIDE, HIGH)
    made.show()
    qtbot.waitExposed(made)
    return made


class Painted(QObject):
    """The regions a widget was asked to paint."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.regions: list[QRegion] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.regions.append(QRegion(event.region()))
        return False

    def after(self) -> list[QRect]:
        """The rectangles painted since the last call."""
        QApplication.processEvents()
        rects = [rect for region in self.regions for rect in region]
        self.regions.clear()
        return rects


def is_like(colour: QColor, other: QColor) -> bool:
    pairs = zip(colour.getRgb(), other.getRgb(), strict=True)
    return all(abs(a - b) <= 2 for a, b in pairs)


# Waveforms


def test_a_wave_has_two_flat_tones() -> None:
    """Rows within the loudness have one colour, up to the peaks the other, the rest is clear."""
    column = np.ones(3, np.float32)
    columns = (-column * 0.5, column * 0.5, column * 0.25)
    columns[0][2] = columns[1][2] = columns[2][2] = np.nan
    tones = (np.full(3, 2, np.uint32), np.full(3, 1, np.uint32))
    pixels = drawn(columns, 101, 1.0, tones)

    assert pixels.shape == (101, 3)
    assert (np.count_nonzero(pixels, axis=0) == [51, 51, 0]).all()
    assert (np.count_nonzero(pixels == 2, axis=0) == [25, 25, 0]).all()
    assert (pixels == pixels[::-1]).all()


def test_silence_is_a_thin_line() -> None:
    """One row of the paler tone: the lane is there, and nothing sounds."""
    silence = np.zeros(4, np.float32)
    pixels = drawn((silence, silence, silence), 60, 0.9, (np.full(4, 2, np.uint32),) * 2)

    assert (np.count_nonzero(pixels, axis=0) == 1).all()


def test_peaks_are_55_percent_of_the_way_from_the_well() -> None:
    """The second tone, recomputed."""
    colour, well = QColor(200, 100, 0), QColor(0, 0, 0)

    assert Tones.of(colour, well).peak.getRgb()[:3] == (110, 55, 0)


def test_what_is_known_is_in_the_stem_s_colour(qtbot: QtBot, lanes: Lanes, body: LaneBody) -> None:
    """The rest shows the song's wave in grey until it comes."""
    lanes.bass.peaks.fill(0, square(30, 0.5))
    lanes.song.lane_changed.emit("bass")
    palette, shot = theme.current(), body.grab().toImage()
    colour = theme.stem_colour(palette, stem("bass"))
    grey = theme.mixed(palette.well, palette.edge, 0.5)

    assert is_like(shot.pixelColor(305, 49), colour)
    assert is_like(shot.pixelColor(905, 49), grey)
    assert is_like(shot.pixelColor(305, 20), palette.well)


def test_a_lane_that_is_not_heard_is_pale(qtbot: QtBot, lanes: Lanes, body: LaneBody) -> None:
    """Muted, or another one soloed: 32 %."""
    lanes.bass.peaks.fill(0, square(SECONDS, 0.5))
    lanes.song.lane_changed.emit("bass")
    palette = theme.current()
    pale = theme.mixed(palette.well, theme.stem_colour(palette, stem("bass")), 0.32)
    lanes.mixer.set("drums", solo=True)
    assert is_like(body.grab().toImage().pixelColor(305, 49), pale)
    lanes.mixer.set("drums", solo=False)
    lanes.mixer.set("bass", mute=True)
    assert is_like(body.grab().toImage().pixelColor(305, 49), pale)


def test_the_lane_follows_the_palette(qtbot: QtBot, lanes: Lanes, body: LaneBody) -> None:
    """Light after dark, without another word."""
    lanes.bass.peaks.fill(0, square(SECONDS, 0.5))
    lanes.song.lane_changed.emit("bass")
    body.grab()
    theme.apply(QApplication.instance(), dark=False)
    shot = body.grab().toImage()

    assert is_like(shot.pixelColor(305, 49), theme.LIGHT.stems["bass"])
    assert is_like(shot.pixelColor(305, 10), theme.LIGHT.well)


# What is painted


def test_only_the_playhead_is_painted_while_it_moves(
    qtbot: QtBot, lanes: Lanes, body: LaneBody
) -> None:
    """Two places of five pixels, where it was and where it is."""
    painted = Painted(body)
    lanes.axis.move_playhead(10.0)
    painted.after()
    lanes.axis.move_playhead(40.0)
    rects = painted.after()

    assert rects
    assert sum(rect.width() for rect in rects) <= 10
    assert {round(rect.center().x() / 20) for rect in rects} == {10, 40}
    lanes.axis.show(0, 5)
    painted.after()
    lanes.axis.move_playhead(50.0)
    assert painted.after() == []


def test_only_new_columns_are_painted(qtbot: QtBot, lanes: Lanes, body: LaneBody) -> None:
    """A part of 3 s that came is 60 px of 1200, and looks as if all were drawn anew."""
    painted = Painted(body)
    painted.after()
    lanes.bass.peaks.fill(30 * RATE, square(3, 0.5))
    lanes.song.lane_changed.emit("bass")
    wave = [rect for rect in painted.after() if rect.top() == 0]
    assert sum(rect.width() for rect in wave) <= 64
    mended = body.grab().toImage()
    body.redraw()

    assert body.grab().toImage() == mended


def test_six_lanes_are_drawn_within_a_frame(qtbot: QtBot, lanes: Lanes) -> None:
    """While zooming all six are made anew; the figure is printed, the bound is generous."""
    rng = np.random.default_rng(1)
    noise = rng.uniform(-0.7, 0.7, (2, RATE * SECONDS)).astype(np.float32)
    names = ("vocals", "drums", "bass", "guitar", "piano", "other")
    lanes.song.lanes = [Lane(stem(name), Peaks.empty(lanes.song.frames, RATE)) for name in names]
    for lane in lanes.song.lanes:
        lane.peaks.fill(0, noise)
    lanes.mixer.load({name: Channel() for name in names})
    lanes.axis.set_tempo(TempoMap.constant(120))
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(WIDE, 6 * HIGH)
    for index, name in enumerate(names):
        LaneBody(lanes.axis, lanes.mixer, lanes.song, name, host).setGeometry(
            0, index * HIGH, WIDE, HIGH
        )
    host.show()
    qtbot.waitExposed(host)
    spent = []
    for _ in range(12):
        lanes.axis.zoom(0.9, 30.0)
        before = thread_time()
        host.repaint()
        QApplication.processEvents()
        spent.append(1000 * (thread_time() - before))
    print(f"six lanes while zooming: {median(spent):.1f} ms a frame")
    lanes.axis.move_playhead(29.0)
    before = thread_time()
    for step in range(60):
        lanes.axis.move_playhead(29.0 + step / 60)
        QApplication.processEvents()
    print(f"six lanes while playing: {1000 * (thread_time() - before) / 60:.2f} ms a frame")

    assert min(spent) < 100  # 10 on an idle machine


# Samples


def write_wav(path: Path, sound: np.ndarray) -> Path:
    with WavWriter(path, RATE, *sound.shape) as out:
        out.write(sound)
    return path


def test_close_views_are_read_from_the_file(tmp_path: Path) -> None:
    """One sample in a thousand is 1: a column a sample shows just these."""
    sound = np.zeros((2, RATE), np.float32)
    sound[:, ::100] = 1.0
    mapped = MappedWav(write_wav(tmp_path / "a.wav", sound))
    low, high, rms = mapped.columns(0.1, 0.15, 400)

    assert mapped.suits(0.05, 400)
    assert not mapped.suits(60.0, 400)
    assert np.flatnonzero(high == 1.0).tolist() == [0, 100, 200, 300]
    assert low.max() == 0.0 or low.min() == 0.0
    assert rms.shape == (400,)


def test_closer_still_samples_are_joined_by_lines(tmp_path: Path) -> None:
    """Between two samples of a ramp lies the ramp, with no step and no hole."""
    ramp = np.tile(np.linspace(-1, 1, RATE, dtype=np.float32), (2, 1))
    mapped = MappedWav(write_wav(tmp_path / "a.wav", ramp))
    low, high, _ = mapped.columns(0.5, 0.51, 800)

    assert np.allclose(high, np.linspace(0, 0.02, 801)[1:], atol=3e-4)
    assert np.allclose(low[1:], high[:-1], atol=1e-6)


def test_columns_past_the_end_are_empty(tmp_path: Path) -> None:
    """A lane ends where its file does."""
    mapped = MappedWav(write_wav(tmp_path / "a.wav", square(1, 0.5)))
    low, _, _ = mapped.columns(0.9, 1.1, 400)

    assert np.isnan(low[201:]).all()
    assert not np.isnan(low[:199]).any()


def test_a_close_lane_shows_its_samples(
    qtbot: QtBot, lanes: Lanes, body: LaneBody, tmp_path: Path
) -> None:
    """A click of one sample stands in its own column, where the outline has a bin of 256."""
    sound = np.zeros((2, RATE * SECONDS), np.float32)
    sound[:, 30 * RATE + 1] = 1.0
    lanes.bass.wav = write_wav(tmp_path / "bass.wav", sound)
    lanes.axis.show(29.95, 30.05)
    lanes.song.lane_changed.emit("bass")
    shot = body.grab().toImage()
    palette = theme.current()
    tone = theme.mixed(palette.well, theme.stem_colour(palette, stem("bass")), 0.55)
    lit = [x for x in range(WIDE) if is_like(shot.pixelColor(x, 30), tone)]

    assert 0 < len(lit) <= 4
    assert all(600 <= x <= 604 for x in lit)


# Hands and words


def test_a_click_on_the_lane_brings_the_music_there(lanes: Lanes, body: LaneBody) -> None:
    """20 px are a second."""
    QTest.mouseClick(body, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(500, 20))

    assert lanes.sought == [pytest.approx(25.0)]


def test_a_waveform_is_a_graphic_with_a_name(body: LaneBody) -> None:
    """For those who do not see it."""
    heard = QAccessible.queryAccessibleInterface(body)

    assert heard.role() == QAccessible.Role.Graphic
    assert heard.text(QAccessible.Text.Name) == "Waveform, Bass"


def test_stretches_that_fit_badly_are_said(lanes: Lanes, body: LaneBody) -> None:
    """Bad beside the others of the lane; in words under the waveform and in its description."""
    lanes.axis.set_tempo(TempoMap.constant(96))
    fits = [(0.0, 10.0, 0.72), (10.0, 20.0, 0.74), (20.0, 30.0, 0.37), (30.0, 40.0, 0.7)]
    lanes.bass.fits = fits
    lanes.song.lane_changed.emit("bass")

    assert bad(fits) == [fits[2]]
    assert bad([(0, 1, 0.3), (1, 2, 0.31)]) == []
    assert body.accessibleDescription() == "bars 9 to 12 fit badly, 37"
    shot, palette = body.grab().toImage(), theme.current()
    assert is_like(shot.pixelColor(590, HIGH - 5), palette.alarm)
    assert is_like(shot.pixelColor(190, HIGH - 5), palette.text3)


def test_work_on_the_lane_is_said_in_it(qtbot: QtBot, lanes: Lanes, body: LaneBody) -> None:
    """A card with share and time, cancelled by its button; then a failure, tried again."""
    lanes.bass.busy = Busy("Finding notes", 0.62, 4.0)
    lanes.song.lane_changed.emit("bass")
    card = body.findChild(QWidget, "busyCard")
    assert card.accessibleName() == "Finding notes 62 % · 4 s left"
    assert card.geometry().right() == WIDE - 15
    with qtbot.waitSignal(body.cancel_asked) as asked:
        QTest.mouseClick(card.findChild(QWidget, "button"), LEFT)
    assert asked.args == ["bass"]
    lanes.bass.busy, lanes.bass.error = None, MissingFileError(file="Bass.wav", reason="it is gone")
    lanes.song.lane_changed.emit("bass")
    assert not card.isVisible()
    failure = body.findChild(QWidget, "errorCard")
    assert "Bass.wav" in failure.accessibleName()
    role = QAccessible.queryAccessibleInterface(failure).role()
    assert role == QAccessible.Role.AlertMessage
    with qtbot.waitSignal(body.retry_asked):
        QTest.mouseClick(failure.findChild(QWidget, "button"), LEFT)
    with qtbot.waitSignal(body.dismiss_asked):
        QTest.mouseClick(failure.findChild(QWidget, "closeButton"), LEFT)


@pytest.mark.parametrize(
    ("busy", "loudest", "said"),
    [
        (Busy("Notes come after Drums"), -3.0, "Notes come after Drums"),
        (None, -58.0, "Hardly any bass in this song: −58 dB at its loudest"),
        (None, -math.inf, "No bass in this song"),
    ],
)
def test_waiting_and_quiet_lanes_say_so(
    lanes: Lanes, body: LaneBody, busy: Busy | None, loudest: float, said: str
) -> None:
    """In place, in a sentence."""
    lanes.bass.busy, lanes.bass.loudest_db = busy, loudest
    lanes.song.lane_changed.emit("bass")
    name = "waitingCard" if busy else "quietCard"

    assert body.findChild(QWidget, name).accessibleName() == said


def test_the_edge_of_the_work_glows(qtbot: QtBot, lanes: Lanes, body: LaneBody) -> None:
    """A brass line where the song is being separated, until the lane is whole."""
    lanes.song.working = 45.0
    lanes.song.progress_changed.emit()
    accent = theme.current().accent
    assert is_like(body.grab().toImage().pixelColor(900, 5), accent)
    lanes.bass.wav = Path("bass.wav")
    lanes.song.lane_changed.emit("bass")

    assert not is_like(body.grab().toImage().pixelColor(900, 5), accent)


# The head


@pytest.fixture
def head(qtbot: QtBot, lanes: Lanes) -> LaneHead:
    files = [Path("a file")]
    made = LaneHead(lanes.axis, lanes.mixer, lanes.song, "bass", lambda _: files, lambda _: files)
    qtbot.addWidget(made)
    made.resize(232, 100)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_head_drives_the_mixer(lanes: Lanes, head: LaneHead) -> None:
    """Every control changes its own value of its own lane."""
    head.mute.click()
    head.solo.click()
    head.volume.setValue(-15)
    head.pan.setValue(25)

    expected = Channel(volume_db=-1.5, pan=0.25, mute=True, solo=True)
    assert lanes.mixer.channel("bass") == expected
    assert lanes.mixer.channel("drums") == Channel()


def test_the_head_follows_the_mixer_and_says_it(lanes: Lanes, head: LaneHead) -> None:
    """Values set elsewhere show, and are in the names; nothing comes back rounded."""
    lanes.mixer.set("bass", volume_db=-1.52, pan=-0.5, solo=True)

    assert head.volume.value() == -15
    assert head.volume.accessibleName() == "Volume, Bass, −1.5 dB"
    assert head.pan.value() == -50
    assert head.solo.isChecked()
    assert head.accessibleName() == "Bass lane, soloed"
    assert lanes.mixer.channel("bass").volume_db == -1.52


def test_the_head_s_parts_have_their_roles(head: LaneHead) -> None:
    """A group of sliders, check boxes, a meter and buttons."""

    def role(widget: QWidget) -> QAccessible.Role:
        return QAccessible.queryAccessibleInterface(widget).role()

    assert role(head) == QAccessible.Role.Grouping
    assert {role(button) for button in (head.mute, head.solo, head.notes)} == {
        QAccessible.Role.CheckBox
    }
    assert role(head.volume) == role(head.pan) == QAccessible.Role.Slider
    assert role(head.meter) == QAccessible.Role.ProgressBar


def test_alt_and_solo_is_only_this_lane(lanes: Lanes, head: LaneHead) -> None:
    """The other lane's solo goes."""
    lanes.mixer.set("drums", solo=True)
    QTest.mouseClick(head.solo, LEFT, Qt.KeyboardModifier.AltModifier)

    assert lanes.mixer.channel("bass").solo
    assert not lanes.mixer.channel("drums").solo
    assert head.solo.isChecked()


def test_notes_are_asked_for_once_the_lane_is_whole(
    qtbot: QtBot, lanes: Lanes, head: LaneHead
) -> None:
    """The button is off till then and says why; it stays down only while the notes are shown."""
    assert not head.notes.isEnabled()
    assert "whole" in head.notes.toolTip()
    lanes.bass.wav = Path("bass.wav")
    lanes.song.lane_changed.emit("bass")
    with qtbot.waitSignal(head.notes_asked) as asked:
        QTest.mouseClick(head.notes, LEFT)
    assert asked.args == ["bass"]
    assert not head.notes.isChecked()
    head.set_shows_notes(True)
    assert head.notes.isChecked()


def test_chips_come_with_what_they_carry(qtbot: QtBot, lanes: Lanes, head: LaneHead) -> None:
    """No chip before there is a file to make; the name says how many notes."""
    assert not head.audio_chip.isVisible()
    lanes.bass.wav = Path("bass.wav")
    lanes.bass.take = TakeModel(stem("bass"), "engine", "bass", Notes.of([]))
    lanes.song.lane_changed.emit("bass")

    assert head.audio_chip.accessibleName() == "Drag or copy Bass.wav, 1:00, 32-bit float"
    assert head.notes_chip.accessibleName() == "Drag or copy Bass.mid, 120.0 BPM, 0 notes"
    lanes.axis.set_tempo(TempoMap((TempoStep(0.0, 30.0), TempoStep(1.0, 96.0))))
    assert head.notes_chip.accessibleName() == "Drag or copy Bass.mid, 96.0 BPM, 0 notes"
    assert head.audio_chip.isVisible()
    assert head.notes_chip.isVisible()
    with qtbot.waitSignal(head.copy_asked) as asked:
        QTest.keyClick(head.notes_chip, Qt.Key.Key_Return)
    assert asked.args == ["bass", "notes"]


@pytest.mark.parametrize(("height", "shown"), [(100, "vpa"), (76, "vpa"), (52, "va"), (28, "")])
def test_a_low_head_has_fewer_lines(lanes: Lanes, head: LaneHead, height: int, shown: str) -> None:
    """Three lines, two, one; whatever is shown lies within and covers nothing else."""
    lanes.bass.wav = Path("bass.wav")
    lanes.song.lane_changed.emit("bass")
    head.resize(184 if height == 28 else 232, height)
    controls = {"v": head.volume, "p": head.pan, "a": head.audio_chip}
    always = [head.mute, head.solo, head.notes, head.meter]
    present = always + [widget for widget in controls.values() if widget.isVisible()]

    for key in "va":
        assert controls[key].isVisible() == (key in shown)
    for index, one in enumerate(present):
        assert head.rect().contains(one.geometry())
        assert not any(one.geometry().intersects(other.geometry()) for other in present[:index])


def test_a_head_that_is_clicked_is_chosen(qtbot: QtBot, head: LaneHead) -> None:
    """By mouse or by coming to it with the keyboard."""
    with qtbot.waitSignal(head.chosen) as chosen:
        QTest.mouseClick(head, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(20, 95))

    assert chosen.args == ["bass"]
