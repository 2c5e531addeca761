"""The score table and the plot: what they show, say, and do."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from studio.errors import WriteError
from studio.gui import theme
from studio.gui.state.take import ScoreRow, TakeModel
from studio.gui.tuning.correlation_plot import CorrelationPlot
from studio.gui.tuning.fit_panel import FitPanel
from studio.gui.tuning.plot_paint import Comparison
from studio.gui.tuning.reading import Curve, Table, counter, parsed
from studio.gui.tuning.score_table import ScoreTable
from studio.music.notes import Note, Notes
from studio.music.stem import stem
from studio.music.take import Edit, Take, TakeOptions

KEYS = ("agreement", "onset_match", "pitch_match", "xcorr_lag_seconds", "xcorr_max")


def candidates(count: int = 71) -> Notes:
    """Strengths lie evenly from 0.2 to 0.9, one candidate a beat."""
    onset = np.arange(count) * 0.5
    return Notes.columns(
        onset, 40 + np.arange(count) % 12, onset + 0.2, 80, np.linspace(0.2, 0.9, count)
    )


def full(threshold: float) -> ScoreRow:
    """A row measured in full; its agreement is 80 at 0.60 and falls to both sides."""
    agreement = 80 - 50 * abs(threshold - 0.6)
    scores = dict(zip(KEYS, (agreement, 79.4, 74.0, -0.004, 1184.2), strict=True))
    return ScoreRow(threshold, 0, scores)


def score(take: TakeModel) -> None:
    """The whole curve, and five rows in full; 0.62 is suggested."""
    curve = [round(0.2 + 0.02 * step, 2) for step in range(36)]
    rows = {t: ScoreRow(t, 0, {"agreement": full(t).scores["agreement"]}) for t in curve}
    rows |= {t: full(t) for t in (0.5, 0.55, 0.58, 0.62, 0.7)}
    take.set_scores(list(rows.values()), 0.62, (0.56, 0.64), None)


@pytest.fixture
def take() -> TakeModel:
    take = TakeModel(stem("bass"), "basic_pitch", "bass", candidates())
    take.set_threshold(0.58)
    return take


@pytest.fixture
def table(dark: QApplication, qtbot: QtBot, take: TakeModel) -> ScoreTable:
    table = ScoreTable(take)
    qtbot.addWidget(table)
    table.resize(328, 140)
    table.show()
    return table


def row(table: ScoreTable, number: int) -> list[str]:
    model = table.model()
    return [str(model.index(number, column).data()) for column in range(model.columnCount())]


def go_to(table: ScoreTable, label: str) -> None:
    labels = [row(table, i)[0] for i in range(table.model().rowCount())]
    table.setCurrentIndex(table.model().index(labels.index(label), 0))


def test_lines_are_thresholds_with_counts_before_any_score(table: ScoreTable) -> None:
    """How many notes a threshold keeps is known at once; what is not measured is a dash."""
    assert [row(table, i)[:3] for i in range(4)] == [
        ["0.50", "41", "–"],
        ["0.55", "36", "–"],
        ["0.58 now", "33", "–"],
        ["0.70", "21", "–"],
    ]


def test_scores_stand_in_units_of_musicians(table: ScoreTable, take: TakeModel) -> None:
    """Of 100 without decimals, milliseconds with a sign, thousands apart."""
    score(take)

    assert row(table, 2) == ["0.58 now", "33", "79", "79", "74", "−4 ms", "1,184"]


def test_the_best_line_says_so(table: ScoreTable, take: TakeModel) -> None:
    """The star is drawn; to the ear it is a word."""
    score(take)
    index = table.model().index(3, 0)

    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "0.62, best"


def test_between_measured_thresholds_the_curve_is_read(table: ScoreTable, take: TakeModel) -> None:
    """Only the agreement, and the line says that it was not measured there."""
    score(take)
    take.set_threshold(0.59)
    texts = row(table, 2)
    tip = table.model().index(2, 2).data(Qt.ItemDataRole.ToolTipRole)

    assert texts[:4] == ["0.59 now", "32", "80", "–"]
    assert tip == "Read off the curve, not measured at this threshold."


def test_headings_say_what_a_score_means(table: ScoreTable) -> None:
    """And what it does not prove."""
    tips = [
        table.model().headerData(c, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        for c in range(7)
    ]

    assert all(tips)
    assert "No proof that each note is right" in tips[2]
    assert tips[6].startswith("Highest cross-correlation, as in the source document")


def test_it_is_a_table_by_name_and_role(table: ScoreTable) -> None:
    """As assistive technology sees it."""
    interface = QAccessible.queryAccessibleInterface(table)

    assert interface.role() == QAccessible.Role.Table
    assert interface.text(QAccessible.Text.Name) == "How well it fits"


def test_enter_uses_a_line(table: ScoreTable, take: TakeModel, qtbot: QtBot) -> None:
    """The threshold is the line's, and the line is now the one in use."""
    score(take)
    go_to(table, "0.62")
    qtbot.keyClick(table, Qt.Key.Key_Return)

    assert take.options.onset_threshold == 0.62
    assert row(table, table.currentIndex().row())[0] == "0.62 now"


def test_space_goes_there_and_back(table: ScoreTable, take: TakeModel, qtbot: QtBot) -> None:
    """A and B by one key, as often as one likes; both lines stay in the table."""
    score(take)
    go_to(table, "0.62")
    heard = []
    for _ in range(4):
        qtbot.keyClick(table, Qt.Key.Key_Space)
        heard.append(take.options.onset_threshold)
        assert table.model().rowCount() == 5

    assert heard == [0.62, 0.58, 0.62, 0.58]


def test_a_double_click_uses_a_line(table: ScoreTable, take: TakeModel, qtbot: QtBot) -> None:
    """As Enter does."""
    place = table.visualRect(table.model().index(0, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert take.options.onset_threshold == 0.5


def test_other_takes_have_lines(table: ScoreTable, take: TakeModel, qtbot: QtBot) -> None:
    """A variant that differs only in threshold has the curve's scores; another one has none."""
    score(take)
    take.add_variant()
    take.set_threshold(0.62)
    assert [row(table, i)[0] for i in range(5)] == ["0.50", "0.55", "A 0.58", "0.62 now", "0.70"]
    take.apply([Edit("remove", TakeModel.ids(take.notes)[-1])], "Delete a note")
    lines = {row(table, i)[0]: row(table, i)[1:3] for i in range(5)}
    assert lines["A 0.58"] == ["33", "–"]
    assert lines["0.62 now"][0] == "28"

    go_to(table, "A 0.58")
    qtbot.keyClick(table, Qt.Key.Key_Return)

    assert take.letter == "A"


def test_few_columns_where_there_is_little_room(table: ScoreTable) -> None:
    """Threshold, notes, agreement and onsets, over the whole width."""
    table.set_few(True)
    shown = [c for c in range(7) if not table.isColumnHidden(c)]

    assert shown == [0, 1, 2, 3]
    assert sum(table.columnWidth(c) for c in shown) == table.viewport().width()


@given(
    threshold=st.floats(0.0, 1.0),
    shortest=st.sampled_from([0.0, 0.2, 0.3]),
    lowest=st.integers(36, 52),
    picked=st.lists(st.integers(0, 70), max_size=6),
)
def test_counts_are_those_of_the_take(
    threshold: float, shortest: float, lowest: int, picked: list[int]
) -> None:
    """Counting quickly gives what the take itself would play."""
    found = candidates()
    notes = list(found)
    edits = [
        Edit("remove", notes[i].id)
        if i % 2
        else Edit("change", notes[i].id, Note(notes[i].onset, 60, notes[i].offset))
        for i in picked
    ]
    options = TakeOptions(threshold, shortest, lowest)
    take = Take("bass", "x", "bass", found, options, tuple(edits))

    assert counter(found, options, edits)(threshold) == len(take.notes())


def test_lines_are_worked_out_anew_when_options_change(take: TakeModel) -> None:
    """The counts of all thresholds follow the shortest note."""
    table = Table(take)
    before = [line.notes for line in table.lines()]
    take.set_options(shortest=0.5)

    assert before == [41, 36, 33, 21]
    assert [line.notes for line in table.lines()] == [0, 0, 0, 0]


def test_the_curve_is_not_read_where_it_is_not_known() -> None:
    """Neither beyond its ends nor across a wide gap."""
    curve = Curve.of([full(t) for t in (0.3, 0.6, 0.7)])

    assert (curve.at(0.2), curve.at(0.45), curve.at(0.8)) == (None, None, None)
    assert curve.at(0.6) == 80.0
    assert curve.at(0.65) == pytest.approx(77.5)
    assert Curve.of([]).at(0.5) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.58", 0.58),
        (" .6 ", 0.6),
        ("0,71", 0.71),
        ("62", 0.62),
        ("0.1", None),
        ("91", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("x", None),
    ],
)
def test_a_threshold_as_people_type_it(text: str, value: float | None) -> None:
    """Point or comma, hundredths too; nothing beyond 0.20 and 0.90."""
    assert parsed(text) == value


# The plot

FIT = {
    "stem": [[-0.5, -0.1, 0.0], [0.25, 0.1, 0.0]],
    "take": [[-0.2, -1.0, 0.0], [0.2, 0.5, 0.0]],
    "match": [0.1, 0.2, 0.83, 0.2, 0.1],
    "match_low_s": -0.5,
    "match_high_s": 0.5,
    "peak": 0.83,
    "lag_s": -0.004,
    "stretches": [[60.0, 65.0, 71.0], [65.0, 70.0, None]],
}


@pytest.fixture
def plot(dark: QApplication, qtbot: QtBot, take: TakeModel) -> CorrelationPlot:
    plot = CorrelationPlot(take)
    qtbot.addWidget(plot)
    plot.resize(268, 160)
    plot.show()
    return plot


def test_the_plot_is_a_graphic_that_says_all(plot: CorrelationPlot, take: TakeModel) -> None:
    """What eyes see is in the name."""
    before = plot.accessibleName()
    take.set_comparison(FIT)
    interface = QAccessible.queryAccessibleInterface(plot)

    assert before == "Stem against take: not compared yet"
    assert interface.role() == QAccessible.Role.Graphic
    assert interface.text(QAccessible.Text.Name) == (
        "Stem against take: best match 0.83 at −4 milliseconds"
    )


def test_the_pointer_reads_values(plot: CorrelationPlot, take: TakeModel, qtbot: QtBot) -> None:
    """Time and level of the stem, level of the take, and match at a shift."""
    take.set_comparison(FIT)
    read: list[str] = []
    plot.read.connect(read.append)
    for point in (QPoint(44, 20), QPoint(156, 70), QPoint(156, 120)):
        qtbot.mouseMove(plot, point)

    assert read == ["1:00.00 · −6.0 dB", "1:05.00 · 0.0 dB", "0.83 at 0 ms"]


def test_outlines_are_the_largest_absolute_samples() -> None:
    """What reaches furthest from zero, to either side."""
    shown = Comparison.of(FIT)

    assert shown.outlines[0].tolist() == [0.5, 0.1, 0.0]
    assert shown.span == (60.0, 70.0)


@pytest.mark.parametrize("is_dark", [True, False])
@pytest.mark.parametrize("name", ["plot.png", "plot.svg"])
def test_the_picture_is_saved(
    qapp: QApplication,
    plot: CorrelationPlot,
    take: TakeModel,
    tmp_path: Path,
    name: str,
    is_dark: bool,
) -> None:
    """It opens as a picture, in the colours in use; the same input gives the same bytes."""
    theme.apply(qapp, is_dark)
    take.set_comparison(FIT)
    plot.save(tmp_path / name)
    first = (tmp_path / name).read_bytes()
    plot.save(tmp_path / name)

    picture = QImage(str(tmp_path / name))
    assert first == (tmp_path / name).read_bytes()
    assert picture.pixelColor(2, 2) == theme.current().panel
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_picture_that_cannot_be_written_says_so(plot: CorrelationPlot, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError):
        plot.save(tmp_path / "file" / "plot.png")


def test_the_menu_asks_for_the_picture(
    plot: CorrelationPlot, take: TakeModel, qtbot: QtBot
) -> None:
    """Its two kinds; of nothing there is no picture."""
    menu = plot.findChild(QMenu, "plotMenu")
    assert menu is not None

    def opened() -> list[bool]:
        at = QPoint(5, 5)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, plot.mapToGlobal(at))
        QApplication.sendEvent(plot, event)
        menu.hide()
        return [action.isEnabled() for action in menu.actions()]

    before = opened()
    take.set_comparison(FIT)
    after = opened()
    asked: list[str] = []
    plot.export_asked.connect(asked.append)
    for action in menu.actions():
        action.trigger()

    assert (before, after) == ([False, False], [True, True])
    assert asked == ["png", "svg"]


# Both


@pytest.fixture
def fit(dark: QApplication, qtbot: QtBot, take: TakeModel) -> FitPanel:
    panel = FitPanel(take)
    qtbot.addWidget(panel)
    panel.resize(637, 204)
    panel.show()
    return panel


def text(panel: FitPanel, name: str) -> str:
    label = panel.findChild(QLabel, name)
    assert label is not None
    return label.text()


def test_the_foot_says_what_the_number_proves(fit: FitPanel, take: TakeModel) -> None:
    """Before, that it is not there yet; while measuring, how far; then what it means."""
    seen = [text(fit, "fitFoot")]
    take.set_scores([], None, None, (12, 36))
    seen.append(text(fit, "fitFoot"))
    score(take)
    seen.append(text(fit, "fitFoot"))

    assert seen == [
        "Scores are not measured yet. Press R, about 20 s.",
        "Measuring, 12 of 36.",
        "79 of 100: so alike do stem and take sound. It is no proof that each note is right.",
    ]


def test_what_was_compared_stands_over_it(fit: FitPanel) -> None:
    """The whole song, or the loop."""
    before = text(fit, "fitScope")
    fit.set_scope("loop, bars 25 to 28")

    assert (before, text(fit, "fitScope")) == ("whole song", "loop, bars 25 to 28")


def test_tabs_choose_where_there_is_no_room_for_both(fit: FitPanel, qtbot: QtBot) -> None:
    """One at a time, by the mouse; side by side again there are no tabs."""
    both = (fit.table.isVisible(), fit.plot.isVisible())
    fit.set_tabbed(233)
    first = (fit.table.isVisible(), fit.plot.isVisible())
    tab = fit.findChild(QAbstractButton, "plot")
    assert tab is not None
    qtbot.mouseClick(tab, Qt.MouseButton.LeftButton)
    second = (fit.table.isVisible(), fit.plot.isVisible())
    fit.set_widths(344, 292)

    assert (both, first, second) == ((True, True), (True, False), (False, True))
    assert (fit.table.isVisible(), fit.plot.isVisible(), tab.isVisible()) == (True, True, False)


def test_painting_costs_about_a_frame(
    fit: FitPanel, take: TakeModel, capsys: pytest.CaptureFixture[str]
) -> None:
    """With everything known: the processor's own time, of the quickest of twenty; no clock."""
    score(take)
    take.set_comparison(FIT | {name: [[-0.5] * 600, [0.5] * 600] for name in ("stem", "take")})
    spent: dict[str, list[float]] = {"table": [], "plot": []}
    for step in range(20):
        take.set_threshold(0.4 + step / 100)
        for name, part in (("table", fit.table), ("plot", fit.plot)):
            begun = time.thread_time()
            part.grab()
            spent[name].append(1000 * (time.thread_time() - begun))

    best = {name: round(min(times), 1) for name, times in spent.items()}
    with capsys.disabled():
        print(f"\nmilliseconds to paint: {best}")
    assert max(best.values()) <= 50  # 3 to 5 on an idle machine


@pytest.mark.parametrize("is_dark", [True, False])
def test_both_palettes_render(
    qapp: QApplication, fit: FitPanel, take: TakeModel, is_dark: bool
) -> None:
    """The line in use has the tint of the palette."""
    theme.apply(qapp, is_dark)
    score(take)
    take.set_comparison(FIT)
    picture = fit.table.viewport().grab().toImage()
    place = fit.table.visualRect(fit.table.model().index(2, 3))

    assert picture.pixelColor(place.left() + 2, place.center().y()) == theme.current().chosen
