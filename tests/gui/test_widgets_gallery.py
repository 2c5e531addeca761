"""Every control side by side, in both palettes, on an ordinary and on a dense screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenuBar,
    QRadioButton,
    QScrollBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio.errors import MissingFileError
from studio.gui import icons, theme, words
from studio.gui.widgets import slider
from studio.gui.widgets.buttons import (
    Filled,
    LaneButton,
    Plain,
    icon_button,
    mute_button,
    notes_button,
    solo_button,
)
from studio.gui.widgets.card import BusyCard, ErrorCard, Icon, NoteCard, Words
from studio.gui.widgets.chip import Chip, PickChip
from studio.gui.widgets.keycap import KeyHints
from studio.gui.widgets.meter import Meter
from studio.gui.widgets.progress import Bar4
from studio.gui.widgets.rangeslider import RangeSlider
from studio.gui.widgets.segmented import Segmented
from studio.music.stem import stem


def _files() -> list[Path]:
    return []


def _row(*widgets: QWidget | None, gap: int = 8) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(gap)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row


def _lane(name: str, db: float, level: float, chosen: bool) -> QWidget:
    """A lane's head as the drawings have it."""
    lane = QFrame()
    lane.setProperty("surface", "raised" if chosen else "panel")
    lane.setFixedSize(232, 52)
    kind = stem(name)
    notes = notes_button(kind.label)
    notes.setChecked(chosen)
    fader = slider.volume(f"Volume, {kind.label}")
    fader.setValue(round(10 * db))
    fader.setFixedWidth(66)
    pan = slider.pan(f"Pan, {kind.label}")
    pan.setFixedWidth(34)
    value = Words(words.db(db), theme.ASIDE, tone="text2", wrap=False)
    value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    value.setFixedWidth(30)
    meter = Meter(f"Level, {kind.label}", kind)
    meter.set_levels(level, 0.8 * level)
    meter.tick(1.0)
    icon = QLabel()
    icon.setPixmap(icons.pixmap(icons.stem_icon(kind), theme.stem_colour(theme.current(), kind)))
    label = Words(kind.label, theme.BASE, theme.STRONG, wrap=False)
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addLayout(_row(icon, label, None, mute_button(name), solo_button(name), notes, gap=5))
    chip = Chip("WAV", f"{kind.label}.wav", _files, small=True)
    column.addLayout(_row(fader, value, pan, None, chip, gap=4))
    row = QHBoxLayout(lane)
    row.setContentsMargins(16, 2, 6, 2)
    row.setSpacing(6)
    row.addLayout(column)
    row.addWidget(meter)
    return lane


def _table() -> QTableView:
    model = QStandardItemModel(0, 4)
    model.setHorizontalHeaderLabels(["Threshold", "Notes", "Agree", "Shift"])
    for cells in (("0.55", "698", "71", "−4 ms"), ("0.58", "672", "72", "−4 ms")):
        model.appendRow([QStandardItem(cell) for cell in cells])
    table = QTableView()
    table.setModel(model)
    model.setParent(table)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.verticalHeader().setDefaultSectionSize(24)
    table.selectRow(1)
    table.setFixedSize(420, 80)
    return table


def _choices() -> Segmented:
    row = Segmented("Take")
    row.add("a", "A 0.58")
    row.add("b", "B 0.62")
    row.add_action("+", "plus", "Another take")
    row.choose("a")
    return row


def _tools() -> Segmented:
    row = Segmented("Tool")
    for key, icon in (("select", "pointer"), ("draw", "pencil"), ("split", "split")):
        row.add(key, icon=icon, tip=key.capitalize())
    row.choose("select")
    return row


def _left() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(10)
    edit = QLineEdit()
    edit.setPlaceholderText("Find a song")
    edit.addAction(icons.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
    column.addWidget(edit)
    lanes = QVBoxLayout()
    lanes.setSpacing(1)
    for name, db, level in (("vocals", -1.5, 0.5), ("bass", 0.8, 1.4), ("other", -4.5, 0.1)):
        lanes.addWidget(_lane(name, db, level, name == "bass"))
    column.addLayout(lanes)
    pitch = RangeSlider("Range", 21, 108, ("Lowest pitch", "Highest pitch"), words.pitch)
    pitch.set_values(40, 84)
    column.addWidget(pitch)
    off = slider.pan("Off")
    off.setEnabled(False)
    column.addWidget(off)
    for text, on in (("Show ghosts", True), ("Spectrogram behind", False)):
        box = QCheckBox(text)
        box.setChecked(on)
        column.addWidget(box)
    radio = QRadioButton("As separated")
    radio.setChecked(True)
    column.addWidget(radio)
    bar = Bar4("Separating")
    bar.set_fraction(0.36)
    column.addWidget(bar)
    scroll = QScrollBar(Qt.Orientation.Horizontal)
    scroll.setRange(0, 100)
    scroll.setPageStep(60)
    column.addWidget(scroll)
    column.addStretch(1)
    return column


def _transport() -> QHBoxLayout:
    loop = icon_button("loop", "Loop", "L", checkable=True)
    loop.setChecked(True)
    play = icon_button("play", "Play", "Space")
    play.setProperty("look", "raised")
    play.setFixedSize(40, 36)
    redo = icon_button("redo", "Redo")
    redo.setEnabled(False)
    time = Words("1:06.30", theme.TIME, theme.MEDIUM, wrap=False)
    master = slider.volume("Volume")
    off = Filled("Export…", "export")
    off.setEnabled(False)
    return _row(
        icon_button("start", "To the start"), play, loop, time,
        icon_button("undo", "Undo"), redo, master,
        Chip("All stems + MIDI", "all", _files), off, None,
    )  # fmt: skip


def _right() -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(12)
    grid = QComboBox()
    grid.addItems(["Grid 1/16", "Grid 1/8"])
    column.addLayout(_transport())
    fade = slider.crossfader("Hear stem or take")
    fade.setValue(62)
    column.addLayout(
        _row(_choices(), _tools(), grid, Words("Stem", theme.SMALL, wrap=False), fade,
             Words("Take", theme.SMALL, wrap=False), None)
    )  # fmt: skip
    column.addLayout(
        _row(Filled("Open songs…", shortcut="Ctrl+O", large=True),
             Plain("Try the demo song", large=True), Filled("Export…", "export"),
             Plain("Cancel", shortcut="Esc"), LaneButton("A/B", "Song or stems"), None)
    )  # fmt: skip
    mute = mute_button("Drums")
    mute.setChecked(True)
    picks = [PickChip(stem(name)) for name in ("vocals", "drums", "bass", "other", "kick")]
    picks[3].setChecked(False)
    column.addLayout(_row(mute, *picks, Chip("Bass.mid · 672 notes", "Bass", _files), None))
    error = MissingFileError(file="Copper Wire (live).flac", reason="it is no longer in Music")
    ways = [("find", "Find the file…"), ("go", "Go on without it")]
    column.addWidget(ErrorCard.of(error, ways, "no more"))
    column.addWidget(
        ErrorCard("No notes for Vocals: the memory ran out after 2:10.",
                  "Close other programs and try again.", [("again", "Try again")],
                  "details", compact=True)
    )  # fmt: skip
    busy = BusyCard("Finding notes")
    busy.set_state("Finding notes", 0.62, 4)
    waits = BusyCard("Notes come after Bass", can_cancel=False)
    note = NoteCard("Hardly any piano in this song: −58 dB at its loudest")
    column.addLayout(_row(busy, waits, note, None))
    column.addWidget(KeyHints([("Space", "play"), ("S", "solo"), ("Ctrl+E", "export")]))
    column.addLayout(_row(_table(), Icon("lock"), Icon("alarm", "alarm"), None))
    column.addStretch(1)
    return column


def gallery() -> QWidget:
    """All controls, as a user meets them."""
    wall = QFrame()
    wall.setProperty("surface", "panel")
    menu = QMenuBar()
    for name in ("File", "Edit", "Song", "Lane", "Take", "View", "Help"):
        menu.addMenu(name)
    columns = QHBoxLayout()
    columns.setContentsMargins(14, 14, 14, 14)
    columns.setSpacing(24)
    columns.addLayout(_left())
    columns.addLayout(_right(), 1)
    whole = QVBoxLayout(wall)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    whole.addWidget(menu)
    whole.addLayout(columns)
    wall.resize(1180, 620)
    return wall


def picture(widget: QWidget, ratio: float) -> QImage:
    """``widget`` as it looks where a pixel is ``ratio`` device pixels wide."""
    size = widget.size() * ratio
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(255, 0, 255))
    widget.render(image)
    return image


@pytest.mark.parametrize("is_dark", [True, False])
@pytest.mark.parametrize("ratio", [1, 2])
def test_every_control_is_drawn(
    qapp: QApplication, tmp_path: Path, is_dark: bool, ratio: int
) -> None:
    """The wall is covered, in the colours of its palette and in many of them."""
    theme.apply(qapp, dark=is_dark)
    wall = gallery()
    wall.ensurePolished()

    image = picture(wall, ratio)
    image.save(str(tmp_path / "gallery.png"))

    places = [(x, y) for x in range(0, image.width(), 5) for y in range(0, image.height(), 3)]
    seen = {image.pixelColor(x, y).name() for x, y in places}
    palette = theme.current()
    for token in ("panel", "raised", "fill", "edge", "text", "alarm_card"):
        assert getattr(palette, token).name() in seen
    assert "#ff00ff" not in seen
    assert len(seen) > 60
    wall.deleteLater()
