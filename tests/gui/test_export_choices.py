"""The export sheet's quieter choices, and the DAW that is chosen once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import mido
import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio import settings
from studio.errors import MissingFileError
from studio.export.daws import DAWS
from studio.export.targets import TARGETS
from studio.gui.sheets.export_cards import TargetChoice
from studio.gui.sheets.export_daw import daw_box
from studio.gui.sheets.export_sheet import ExportSheet
from studio.gui.stops import stops
from studio.gui.widgets.card import Words
from studio.gui.window import MainWindow
from studio.music.stem import stem
from studio.music.tempo import TempoMap, TempoStep
from studio.pipeline import task

FOLDER = Path("/songs/Harbour Lights")
LISTED = ("stems", "midi", "dawproject", "reaper", "live")
USUAL = ["stems", "midi"]


@pytest.fixture
def window(qtbot: QtBot, dark: QApplication) -> Iterator[QWidget]:
    """What a sheet lies over."""
    dark.setProperty("reduceMotion", True)
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    yield made
    dark.setProperty("reduceMotion", False)


def opened(
    window: QWidget,
    values: Mapping[str, Any] | None = None,
    tempo: TempoMap | None = None,
    without: str = "",
) -> ExportSheet:
    """The sheet with a song of three stems, as ``values`` of the settings have it."""
    choices = [TargetChoice(name, name, "About it.") for name in LISTED if name != without]
    sheet = ExportSheet(window, choices)
    sheet.set_values(settings.defaults() | dict(values or {}))
    stems = [stem(name) for name in ("vocals", "drums", "bass")]
    sheet.set_song("Harbour Lights", FOLDER, stems, 44100, USUAL, tempo or TempoMap.constant(96.0))
    sheet.open()
    return sheet


def on_a_bar() -> TempoMap:
    """A tempo of which one knows where a bar begins."""
    return replace(TempoMap.constant(96.0), downbeat=0.4)


def choose_daw(sheet: ExportSheet, name: str) -> None:
    """As by hand."""
    box = sheet.daw.box
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def asks_for(*targets: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a plan is of these targets."""
    return lambda options: options["targets"] == list(targets)


def planned(path: str, role: str) -> dict[str, Any]:
    return {"path": path, "role": role, "stem": None, "bytes": 1000, "state": "new"}


def plan(*files: dict[str, Any]) -> dict[str, Any]:
    return {"files": list(files), "removed": [], "needed_bytes": 1, "free_bytes": 10**9}


def first_cards(sheet: ExportSheet, count: int) -> list[str]:
    """The cards as they are read."""
    cards = [*sheet.cards.cards.values()]
    cards.sort(key=lambda card: (card.y(), card.x()))
    return [card.choice.name for card in cards[:count]]


# The quieter choices.


def test_they_are_folded_away_until_asked_for(window: QWidget) -> None:
    """Targets, format and place first; one line says what lies below, to a screen reader too."""
    sheet = opened(window)
    more = sheet.form.more
    assert not more.naming.isVisible()
    assert more.naming not in stops(sheet)
    said = QAccessible.queryAccessibleInterface(more.unfold)
    assert said.text(QAccessible.Text.Name) == "More"
    assert said.text(QAccessible.Text.Description).startswith("Start, names, tempo")
    more.unfold.setFocus()
    QTest.keyClick(more.unfold, Qt.Key.Key_Space)
    assert more.naming.isVisible()
    assert stops(sheet).index(more.naming) == stops(sheet).index(more.switches["tempo_tag"]) + 1


def test_each_is_asked_for_as_the_tasks_take_it(qtbot: QtBot, window: QWidget) -> None:
    """One change each, and a plan of it."""
    sheet = opened(window, tempo=on_a_bar())
    more = sheet.form.more
    for name, box in more.switches.items():
        before = sheet.options()[name]
        with qtbot.waitSignal(sheet.plan_asked) as asked:
            box.click()
        assert asked.args[0][name] is (not before)
    with qtbot.waitSignal(sheet.plan_asked) as asked:
        more.quantise.part("0.8").click()
        more.grid.setCurrentIndex(more.grid.findData("1/8T"))
        more.grid.activated.emit(0)
    assert (asked.args[0]["quantise"], asked.args[0]["grid"]) == (0.8, "1/8T")
    for name in ("plan", "export"):
        given = msgspec.convert(sheet.options(), task(name).options)
        assert all(getattr(given, key) == value for key, value in more.values().items())


def test_the_settings_are_where_they_begin(window: QWidget) -> None:
    """Also a strength that is none of the row's; the line says what differs."""
    own = {"quantise": 0.65, "grid": "1/8", "programs": "off", "tempo_tag": "on"}
    sheet = opened(window, own)
    more = sheet.form.more
    shares = {key: more.quantise.part(key) for key in ("0", "0.5", "0.65", "0.8", "1")}
    said = [part.text() for part in sorted(shares.values(), key=lambda part: part.x())]
    assert said == ["Off", "50 %", "65 %", "80 %", "100 %"]
    wanted = {"quantise": 0.65, "grid": "1/8", "programs": False, "tempo_tag": True}
    assert wanted.items() <= sheet.options().items()
    said = "WAV files say the tempo · No instruments · Quantised by 65 % to 1/8"
    assert more.unfold.accessibleDescription() == said
    assert more.grid.isEnabled()
    sheet.set_values(settings.defaults())
    assert not more.grid.isEnabled()
    assert not sheet.options()["quantise"]


def test_names_show_an_example_while_they_are_typed(qtbot: QtBot, window: QWidget) -> None:
    """What cannot be one is said in place, in alarm, and nothing is planned."""
    sheet = opened(window)
    more = sheet.form.more
    more.unfold.click()
    assert more.example.text().startswith("As in “Harbour Lights - 01 Vocals.wav”")
    sheet.form.container.part("flac").click()
    with qtbot.waitSignal(sheet.plan_asked) as asked:
        more.naming.clear()
        QTest.keyClicks(more.naming, "{stem} {tempo}")
    assert more.example.text().startswith("As in “Vocals 96.flac”")
    assert asked.args[0]["naming"] == "{stem} {tempo}"
    sheet.set_plan(plan(planned("Stems/Vocals 95.9.flac", "stem")))
    assert more.example.text().startswith("As in “Vocals 95.9.flac”")
    with qtbot.assertNotEmitted(sheet.plan_asked, wait=300):
        QTest.keyClicks(more.naming, "{nr}")
    assert more.example.property("tone") == "alarm"
    assert more.example.text().startswith("Files cannot be called so: ")
    assert sheet.bar.reason.text() == "The names need mending."
    assert not sheet.bar.go.isEnabled()


def test_a_plan_that_comes_late_makes_nothing_go(qtbot: QtBot, window: QWidget) -> None:
    """What was asked before the names became wrong is no plan of them."""
    sheet = opened(window)
    sheet.form.more.naming.setText("{nr}")
    qtbot.waitUntil(lambda: not sheet._soon.isActive())
    sheet.set_plan(plan(planned("Stems/a.wav", "stem")))
    assert not sheet.bar.go.isEnabled()
    assert sheet.form.more.example.text().startswith("Files cannot be called so: ")


def test_what_starts_on_a_bar_needs_to_know_of_one(window: QWidget) -> None:
    """Else the box is off and says why, whatever the settings say."""
    sheet = opened(window, {"lead_in": "on"})
    box = sheet.form.more.switches["lead_in"]
    assert not box.isEnabled()
    assert "not known" in box.toolTip()
    assert not sheet.options()["lead_in"]
    sheet.set_song("B", FOLDER, [stem("bass")], 44100, USUAL, on_a_bar())
    assert box.isEnabled()
    assert sheet.options()["lead_in"]


# The DAW.


@pytest.mark.parametrize("name", DAWS)
def test_every_daw_brings_its_targets_and_its_steps(window: QWidget, name: str) -> None:
    """Ticked, first among the cards, and no others; at most five steps."""
    sheet = opened(window, {"daw": name})
    wanted = USUAL if name == "any" else list(DAWS[name].targets)
    assert set(sheet.options()["targets"]) == set(wanted)
    assert first_cards(sheet, len(wanted)) == wanted
    assert sheet.options()["guide_note"] == (name == "ableton-live")
    assert 1 <= len(sheet.daw.lines) <= 5
    assert not sheet.daw.page.isVisible()


def test_the_daws_are_those_of_the_settings_and_their_targets_exist() -> None:
    """Nobody is asked for what cannot be kept or written."""
    assert tuple(DAWS) == settings.DAWS
    known = {*(entry.name for entry in TARGETS), "live"}
    assert {target for daw in DAWS.values() for target in daw.targets} <= known


def test_the_steps_know_of_a_tempo_that_changes(window: QWidget) -> None:
    """Then no single figure is to be typed in, before and after it is known what is written."""
    changing = TempoMap((TempoStep(0.0, 30.0), TempoStep(1.0, 96.0), TempoStep(9.0, 99.0)))
    sheet = opened(window, tempo=changing)
    for _ in range(2):
        said = " ".join(line.text() for line in sheet.daw.lines)
        assert "The tempo changes" in said
        assert "type it in" not in said
        assert "96.0 BPM" in said
        sheet.set_plan(plan(planned("Stems/a.wav", "stem"), planned("MIDI/a.mid", "midi")))


def test_why_nothing_is_known_is_seen(qtbot: QtBot, window: QWidget) -> None:
    """Wherever the sheet was scrolled to."""
    window.resize(1400, 500)
    sheet = opened(window)
    bar = sheet.area.verticalScrollBar()
    sheet.form.more.unfold.click()
    qtbot.waitUntil(lambda: bar.value() > 0)
    sheet.set_error(MissingFileError(file="My set.als", reason="it is gone"))
    assert bar.value() == 0


def test_a_target_that_cannot_be_written_leaves_the_way_by_hand(window: QWidget) -> None:
    """Stems and MIDI open everywhere."""
    sheet = opened(window, {"daw": "ableton-live"}, without="live")
    assert sheet.options()["targets"] == ["stems", "midi"]


def test_choosing_one_asks_to_keep_it_and_plans_anew(qtbot: QtBot, window: QWidget) -> None:
    """And its project stands in its steps once it is planned."""
    sheet = opened(window)
    with (
        qtbot.waitSignal(sheet.plan_asked, check_params_cb=asks_for("dawproject")),
        qtbot.waitSignal(sheet.daw_chosen) as told,
    ):
        choose_daw(sheet, "studio-one")
    assert told.args == ["studio-one"]
    choose_daw(sheet, "ableton-live")
    assert sheet.options()["guide_note"]
    choose_daw(sheet, "studio-one")
    assert not sheet.options()["guide_note"]
    sheet._ask()
    sheet.set_plan(plan(planned("Harbour Lights.dawproject", "dawproject")))
    assert "“Harbour Lights.dawproject”" in sheet.daw.lines[0].text()
    assert sheet.daw.unfold.accessibleName() == "What to do in Studio One"


def test_once_written_its_steps_are_shown(window: QWidget) -> None:
    """For whoever chose a DAW; the others find them in READ ME FIRST.txt."""
    written = plan(planned("Stems/a.wav", "stem"), planned("MIDI/a.mid", "midi"))
    for name, shown in (("any", False), ("logic", True)):
        sheet = opened(window, {"daw": name})
        sheet.set_plan(written)
        sheet.set_done([FOLDER / "Stems/a.wav"])
        assert sheet.daw.page.isVisible() == shown
        assert all(line.isVisible() == shown for line in sheet.daw.lines)
        sheet.close_sheet()


def test_it_is_chosen_in_a_box_with_a_name(qtbot: QtBot, dark: QApplication) -> None:
    """Every DAW by the name people know."""
    box = daw_box("Your DAW")
    qtbot.addWidget(box)
    assert QAccessible.queryAccessibleInterface(box).role() == QAccessible.Role.ComboBox
    assert box.accessibleName() == "Your DAW"
    labels = [box.itemText(row) for row in range(box.count())]
    assert labels[:3] == ["Any DAW", "Studio One", "Ableton Live"]


# What is said, and Live's set.


def test_what_must_be_heard_is_said_once_and_goes_with_its_plan(
    qtbot: QtBot, window: QWidget
) -> None:
    """Where it is seen without looking for it."""
    sheet = opened(window)
    assert not sheet.told.isVisible()
    for text in ("All files are 2 dB softer.", "No MIDI is written.", "No MIDI is written."):
        sheet.told.add(text)
    assert sheet.told.isVisible()
    assert sheet.told.accessibleName() == "All files are 2 dB softer. No MIDI is written."
    assert len({word.text() for word in sheet.told.findChildren(Words)}) == 2
    with qtbot.waitSignal(sheet.plan_asked):
        sheet.cards.cards["midi"].click()
    assert not sheet.told.isVisible()


def test_the_set_for_live_is_looked_for_or_chosen(qtbot: QtBot, window: QWidget) -> None:
    """Asked only where one is made."""
    sheet = opened(window)
    live = sheet.form.more.live
    sheet.form.more.unfold.click()
    assert not live.isVisible()
    sheet.cards.cards["live"].click()
    assert live.isVisible()
    assert sheet.options()["live_template"] is None
    with qtbot.waitSignal(sheet.template_asked):
        live.choose.click()
    with qtbot.waitSignal(sheet.plan_asked) as asked:
        sheet.set_template("/music/My set.als")
    assert asked.args[0]["live_template"] == "/music/My set.als"
    assert live.accessibleName() == "Live set: My set.als"
    with qtbot.waitSignal(live.forgotten):
        live.forget.click()
    assert sheet.options()["live_template"] is None
    assert not live.forget.isVisible()


def test_an_export_for_live_from_the_window(qtbot: QtBot, song_window: MainWindow) -> None:
    """The DAW is kept, what could not be written is said, and its steps are shown."""
    pages = song_window.pages
    song_window.actions_by_name["export"].trigger()
    sheet = pages.export
    assert sheet is not None
    qtbot.waitUntil(sheet.bar.go.isEnabled, timeout=60_000)
    choose_daw(sheet, "ableton-live")
    assert settings.load()["daw"] == "ableton-live"
    qtbot.waitUntil(sheet.bar.go.isEnabled, timeout=60_000)
    with qtbot.waitSignal(song_window.desk.exported, timeout=60_000) as done:
        sheet.bar.go.click()
    files = [Path(done.args[0]["folder"], path) for path in done.args[0]["files"]]
    qtbot.waitUntil(lambda: bool(sheet.told.texts))
    assert any("No set for Ableton Live was written" in text for text in sheet.told.texts)
    assert sheet.daw.page.isVisible()
    song = next(path for path in files if path.name == "demo.mid")
    page = next(path for path in files if path.name == "READ ME FIRST.txt").read_text("utf-8")
    after = page.split("Into your DAW\n-------------\n")[1]
    assert after.startswith("Ableton Live\n")
    assert "Tempo map" in [track.name for track in mido.MidiFile(song).tracks]
