"""The timeline: song, ruler and lanes under each other, all on one time axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from studio.gui.state.mixer import Mixer
from studio.gui.state.song import SongState
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline import navigation
from studio.gui.timeline.heights import Measures, lane_heights, measures
from studio.gui.timeline.lane_body import LaneBody
from studio.gui.timeline.lane_head import LaneHead
from studio.gui.timeline.overview import SongOverview
from studio.gui.timeline.rows import Foot, Row, RulerHead
from studio.gui.timeline.ruler import Ruler
from studio.gui.timeline.song_row import SongHead

Prepare = Callable[[str], list[Path]]


class LaneRow(Row):
    """A lane: its head and its body."""

    head: LaneHead
    body: LaneBody


class Timeline(QWidget):
    """Song, ruler and lanes of the open song.

    Args:
        prepare_audio, prepare_notes: Write the files of the lane named, ready to be dragged away.

    Signals:
        lane_chosen(name): keys for a lane go to this one from now on.
        notes_asked(name): find the notes of a lane, or show them.
        copy_asked(name, what): its "audio" or "notes" are to be copied as files.
        failed(error): the files of a chip could not be made, a StudioError.
        cancel_asked(name), retry_asked(name), dismiss_asked(name): what a lane's card was told.
        head_width_changed(px): all heads, the take's too, are to be this wide.
    """

    lane_chosen = Signal(str)
    notes_asked = Signal(str)
    copy_asked = Signal(str, str)
    failed = Signal(object)
    cancel_asked = Signal(str)
    retry_asked = Signal(str)
    dismiss_asked = Signal(str)
    head_width_changed = Signal(int)

    def __init__(
        self,
        axis: TimeAxis,
        mixer: Mixer,
        song: SongState,
        prepare_audio: Prepare,
        prepare_notes: Prepare,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._axis, self._mixer, self._song = axis, mixer, song
        self._prepare = prepare_audio, prepare_notes
        self._rows: dict[str, LaneRow] = {}
        self._take: str | None = None
        self._sizes = measures(1440, 900, take_open=False)
        self.current_lane = ""
        self.setObjectName("timeline")
        self.setAccessibleName(self.tr("Lanes"))
        self._build()
        axis.playhead_moved.connect(self._follow)
        song.changed.connect(self._song_changed)
        self._song_changed()

    def _build(self) -> None:
        self.overview = SongOverview(self._axis, self._song)
        self.ruler = Ruler(self._axis)
        self._song_row = Row(SongHead(self._mixer), self.overview)
        self._ruler_row = Row(RulerHead(self._axis), self.ruler)
        self._lanes = QWidget()
        self._lanes.setObjectName("lanes")
        self._foot = Foot()
        self._stack = _column(self._lanes)
        self._area = _LaneArea(self._axis, self._lanes)
        self._pin = QWidget()
        self._pinned = _column(self._pin)
        column = _column(self)
        column.addWidget(self._song_row)
        column.addWidget(self._ruler_row)
        column.addWidget(self._area, 1)
        column.addWidget(self._pin)

    # What it is told

    @property
    def head_width(self) -> int:
        """Width of the heads in pixels."""
        return self._sizes.head

    def tick(self, levels: Mapping[str, tuple[float, float]], seconds: float) -> None:
        """Peaks of each lane, left and right, linear, and the time since the last tick."""
        for name, row in self._rows.items():
            left, right = levels.get(name, (0.0, 0.0))
            row.head.meter.set_levels(left, right)
            row.head.meter.tick(seconds)

    def set_take_lane(self, name: str | None) -> None:
        """The lane whose notes are open below, or none."""
        self._take = name
        for lane, row in self._rows.items():
            row.head.set_shows_notes(lane == name)
        self.refit()

    def focus_lane(self, name: str) -> None:
        """Give the lane the keyboard and bring it into view."""
        row = self._rows[name]
        row.head.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.choose_lane(name)
        if row.parentWidget() is self._lanes:
            self._area.ensureWidgetVisible(row, 0, 0)

    def choose_lane(self, name: str) -> None:
        """Keys for a lane go to this one from now on."""
        if name == self.current_lane:
            return
        self.current_lane = name
        for lane, row in self._rows.items():
            row.head.set_current(lane == name)
        self.lane_chosen.emit(name)

    def show_keys(self, on: bool) -> None:
        """Whether plain keys are shortcuts, and so worth a line below the lanes."""
        self._foot.show_keys(on)

    def redraw_song(self) -> None:
        """The song's outline came, or grew."""
        self.overview.redraw()
        for row in self._rows.values():
            row.body.redraw()

    def head(self, name: str) -> LaneHead:
        """The head of a lane."""
        return self._rows[name].head

    def body(self, name: str) -> LaneBody:
        """The body of a lane."""
        return self._rows[name].body

    def _follow(self, before: float, now: float) -> None:
        navigation.follow(self._axis, before, now)

    # The lanes

    def _song_changed(self) -> None:
        """Make the lanes anew where they are others, else tell them."""
        names = [lane.name for lane in self._song.lanes]
        if names == list(self._rows):
            for name in names:
                self._rows[name].head.follow_lane()
                self._rows[name].body.follow_lane()
            self.redraw_song()
            return
        for row in self._rows.values():
            row.hide()
            row.setParent(None)
            row.deleteLater()
        self._rows = {name: self._lane_row(name) for name in names}
        self._take = self._take if self._take in self._rows else None
        self.current_lane = ""
        self._foot.tell(len(names))
        self.refit()
        if names:
            self.choose_lane(names[0])

    def _lane_row(self, name: str) -> LaneRow:
        head = LaneHead(self._axis, self._mixer, self._song, name, *self._prepare)
        body = LaneBody(self._axis, self._mixer, self._song, name)
        head.chosen.connect(self.choose_lane)
        head.notes_asked.connect(self.notes_asked)
        head.copy_asked.connect(self.copy_asked)
        head.failed.connect(self.failed)
        body.cancel_asked.connect(self.cancel_asked)
        body.retry_asked.connect(self.retry_asked)
        body.dismiss_asked.connect(self.dismiss_asked)
        row = LaneRow(head, body)
        row.setObjectName(f"lane.{name}")
        return row

    # Sizes

    def refit(self) -> None:
        """Widths and heights for the window as it is; call it when only the window grew."""
        window = self.window().size()
        sizes = measures(window.width(), window.height(), self._take is not None)
        is_new_head = sizes.head != self._sizes.head
        self._sizes = sizes
        self._song_row.setFixedHeight(sizes.song)
        self._ruler_row.setFixedHeight(sizes.ruler)
        for row in (self._song_row, self._ruler_row, *self._rows.values()):
            row.head.setFixedWidth(sizes.head)
        self._foot.set_head_width(sizes.head)
        self._fit_lanes(sizes)
        self.updateGeometry()
        if is_new_head:
            self.head_width_changed.emit(sizes.head)

    def _fit_lanes(self, sizes: Measures) -> None:
        names = list(self._rows)
        take = names.index(self._take) if self._take in self._rows else None
        available = self.height() - sizes.song - sizes.ruler
        heights = lane_heights(sizes, available, len(names), take)
        overflows = sum(heights) > available > 0
        for name, high in zip(names, heights, strict=True):
            row = self._rows[name]
            row.setFixedHeight(high)
            home = self._pinned if overflows and name == self._take else self._stack
            if home.indexOf(row) < 0:
                home.insertWidget(self._place_of(name) if home is self._stack else 0, row)
                row.show()
        if self._stack.indexOf(self._foot) < 0:
            self._stack.addWidget(self._foot, 1)
        self._foot.setVisible(not overflows)

    def _place_of(self, name: str) -> int:
        """Where a lane belongs among those that scroll."""
        above = list(self._rows)[: list(self._rows).index(name)]
        return sum(self._stack.indexOf(self._rows[lane]) >= 0 for lane in above)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self.refit()

    def showEvent(self, event: QShowEvent) -> None:
        """Only now the window is known."""
        super().showEvent(event)
        self.refit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """What no row wanted scrolls in time."""
        navigation.scroll(event, self._axis, self.width() - self.head_width)
        event.accept()

    def sizeHint(self) -> QSize:
        """As much as the lanes take at least."""
        take = self._sizes.take_lane - self._sizes.lane if self._take else 0
        lanes = len(self._rows) * self._sizes.lane + take
        return QSize(900, self._sizes.song + self._sizes.ruler + lanes)

    def minimumSizeHint(self) -> QSize:
        """Song, ruler and one lane."""
        sizes = self._sizes
        return QSize(sizes.head + 240, sizes.song + sizes.ruler + sizes.take_lane)


class _LaneArea(QScrollArea):
    """Scrolls the lanes where they do not fit; where they do, the wheel scrolls in time."""

    def __init__(self, axis: TimeAxis, lanes: QWidget) -> None:
        super().__init__()
        self._axis = axis
        self.setObjectName("laneArea")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(lanes)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Upwards and downwards where there is more, else in time."""
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
            return
        navigation.scroll(event, self._axis, self.viewport().width())
        event.accept()


def _column(owner: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout
