"""Bars begin where the song's first bar does: axis, ruler, roll, quantising, chords."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from studio.gui.roll import edits
from studio.gui.state.timeaxis import TimeAxis
from studio.gui.timeline import chords
from studio.gui.timeline.grid import grid
from studio.gui.timeline.ruler import Ruler
from studio.music.bundle import Marker
from studio.music.notes import Note
from studio.music.tempo import TempoMap, TempoStep

# Beats of half a second; the first bar begins at 0.8 s, after a beat and a bit.
_LATE = TempoMap(steps=(TempoStep(0.0, 120.0),), downbeat=0.8)


@pytest.fixture
def axis(qapp: QApplication) -> TimeAxis:
    """A minute at 120 BPM whose first bar begins at 0.8 s."""
    made = TimeAxis()
    made.load(60.0)
    made.set_tempo(_LATE)
    return made


@pytest.mark.parametrize(
    ("seconds", "place"),
    [(0.8, (1, 1, 0)), (1.3, (1, 2, 0)), (2.8, (2, 1, 0)), (0.3, (0, 4, 0)), (0.0, (0, 3, 40))],
)
def test_bars_are_counted_from_the_first(
    axis: TimeAxis, seconds: float, place: tuple[int, int, int]
) -> None:
    """What comes before is bar 0."""
    assert axis.bar_beat(seconds) == place


def test_a_later_bar_is_not_the_first(axis: TimeAxis) -> None:
    """Whichever bar line a map names, bars are counted from the first in the song."""
    for downbeat in (0.8, 2.8, 40.8):
        axis.set_tempo(TempoMap(steps=_LATE.steps, downbeat=downbeat))
        assert axis.bar_beat(4.8) == (3, 1, 0)


def test_next_to_nothing_before_the_first_bar_is_no_bar(axis: TimeAxis) -> None:
    """Seven milliseconds before it, the song begins with bar 1."""
    axis.set_tempo(TempoMap(steps=_LATE.steps, downbeat=0.007))
    assert axis.bar_beat(0.0) == (1, 1, 0)
    assert axis.bar_start(0.0) == pytest.approx(0.007)


@given(
    downbeat=st.floats(0, 30), bpm=st.floats(40, 240), seconds=st.floats(0, 60), bar=st.just(4.0)
)
def test_what_snaps_lies_on_a_beat_of_the_bars(
    downbeat: float, bpm: float, seconds: float, bar: float
) -> None:
    """A whole number of beats from the downbeat, or an end of the song; bars on bar lines."""
    axis = TimeAxis()
    axis.load(60.0)
    axis.set_tempo(TempoMap(steps=(TempoStep(0.0, bpm),), downbeat=downbeat))
    for division in (1.0, bar):
        at = axis.snapped(seconds, division)
        beats = (at - downbeat) * bpm / 60 / division
        assert at in (0.0, 60.0) or beats == pytest.approx(round(beats), abs=1e-6)


def test_the_ruler_writes_bars_where_they_begin(axis: TimeAxis) -> None:
    """And nothing before the song."""
    lines = grid(axis, 1200)
    strong = {
        text: at for text, at in zip(lines.labels, lines.seconds.tolist(), strict=True) if text
    }
    assert strong["1"] == pytest.approx(0.8)
    assert lines.seconds.min() >= 0
    bar, beat = strong["5"] - strong["1"], 0.5
    assert bar == pytest.approx(4 * 4 * beat)


def test_notes_go_to_the_lines_that_are_drawn(axis: TimeAxis) -> None:
    """The grid of quantising goes through the first bar line."""
    note = Note(1.36, 40, 1.6)
    (edit,) = edits.quantised([note], edits.Room(60.0, frozenset()), _LATE, 1.0)[-1:]
    assert edit.note is not None
    assert edit.note.onset == pytest.approx(1.3)


def test_chords_are_written_all_or_none(axis: TimeAxis, dark: QApplication) -> None:
    """After the figure of their bar; too close together, none is."""
    made = [Marker(0.8 + 2.0 * bar, name) for bar, name in enumerate(("Am", "F", "C#", "Bb") * 7)]
    axis.set_tempo(_LATE, made)
    axis.show(0.0, 9.0)
    wide = chords.labels(axis, grid(axis, 1200), 1200)
    assert [name for _, _, name in wide] == ["Am", "F", "C♯", "B♭", "Am"]
    assert all(
        x > axis.x(chord.seconds, 1200) for (x, _, _), chord in zip(wide, made, strict=False)
    )
    axis.fit_song()
    assert chords.labels(axis, grid(axis, 500), 500) == []


def test_the_ruler_shows_and_says_chords(axis: TimeAxis, dark: QApplication) -> None:
    """Other pixels, and words for who does not see them."""
    ruler = Ruler(axis)
    ruler.resize(1200, 26)
    axis.show(0.0, 9.0)
    without = _picture(ruler)
    assert ruler.accessibleDescription() == ""
    axis.set_tempo(_LATE, [Marker(0.8, "F#m"), Marker(4.8, "D")])
    assert (without != _picture(ruler)).sum() > 30
    assert ruler.accessibleDescription() == "Chords: F♯m, D"


def _picture(ruler: Ruler) -> np.ndarray:
    image = QImage(ruler.size(), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    ruler.render(painter, QPointF(0, 0).toPoint(), QRect(0, 0, 1200, 26))
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).copy()
