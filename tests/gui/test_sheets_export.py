"""The export sheet: what is chosen is what is asked for, and what is planned is what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.errors import DiskFullError
from studio.gui.sheets.export_cards import TargetChoice
from studio.gui.sheets.export_sheet import ExportSheet
from studio.music.stem import stem

Key = Qt.Key
FOLDER = Path("/songs/Harbour Lights")


def file(path: str, state: str = "new", role: str = "stem", name: str | None = "bass") -> Any:
    return {"path": path, "role": role, "stem": name, "bytes": 78_300_000, "state": state}


def plan(*files: Any, needed: int = 313_000_000, free: int = 84_200_000_000) -> dict[str, Any]:
    return {"files": list(files), "removed": [], "needed_bytes": needed, "free_bytes": free}


PLAN = plan(
    file("Stems/a.wav"),
    file("MIDI/a.mid", "replaces", "part"),
    file("MIDI/b.mid", "conflict", "part"),
    file("MIDI/c.mid", "same", "midi", None),
    file("READ ME FIRST.txt", "new", "readme", None),
)


@pytest.fixture
def sheet(qtbot: QtBot, dark: QApplication) -> Iterator[ExportSheet]:
    dark.setProperty("reduceMotion", True)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1400, 900)
    window.show()
    choices = [
        TargetChoice("stems", "Stems", "WAV files that add up to the song."),
        TargetChoice("midi", "MIDI", "One file a part."),
        TargetChoice("live", "Ableton Live", "A set.", available=False, why="It does not load."),
    ]
    sheet = ExportSheet(window, choices)
    sheet.keep = window  # type: ignore[attr-defined] # as long as the sheet
    stems = [stem(name) for name in ("vocals", "drums", "bass")]
    sheet.set_song("Harbour Lights", FOLDER, stems, 44100, ["stems", "midi", "live"])
    sheet.open()
    yield sheet
    dark.setProperty("reduceMotion", False)


def rows(sheet: ExportSheet) -> list[tuple[str, str, str]]:
    """Every row of the tree, files after their folder."""
    tops = [sheet.tree.topLevelItem(row) for row in range(sheet.tree.topLevelItemCount())]
    found = [item for top in tops for item in (top, *map(top.child, range(top.childCount())))]
    return [(item.text(0), item.text(1), item.text(2)) for item in found]


def test_opening_asks_for_a_plan_with_what_is_chosen(qtbot: QtBot, sheet: ExportSheet) -> None:
    """What cannot be written is not asked for; all lanes are None."""
    options = sheet.options()
    assert Path(options.pop("folder")).is_absolute()
    assert options == {
        "out": None,
        "targets": ["stems", "midi"],
        "audio_format": "float32",
        "tempo_tag": False,
        "lead_in": False,
        "naming": "{song} - {number} {stem}",
        "programs": True,
        "drum_tracks": False,
        "guide_note": False,
        "quantise": 0.0,
        "grid": "1/16",
        "live_template": None,
        "daw": "any",
        "stems": None,
        "force": False,
        "keep": True,
    }
    assert not sheet.bar.go.isEnabled()
    with qtbot.waitSignal(sheet.plan_asked) as asked:
        sheet.form.chips["drums"].click()
    assert asked.args[0]["stems"] == ["vocals", "bass"]


def test_cards_are_check_boxes_that_say_what_they_open_in(sheet: ExportSheet) -> None:
    """By key; one that is not available says why."""
    card = sheet.cards.cards["midi"]
    interface = QAccessible.queryAccessibleInterface(card)
    assert interface.role() == QAccessible.Role.CheckBox
    assert interface.text(QAccessible.Text.Name) == "MIDI"
    assert interface.text(QAccessible.Text.Description) == "One file a part."
    assert interface.state().checked
    QTest.keyClick(card, Key.Key_Space)
    assert sheet.options()["targets"] == ["stems"]
    live = sheet.cards.cards["live"]
    assert not live.isEnabled()
    assert live.accessibleDescription() == "It does not load."


@pytest.mark.parametrize(
    ("clicks", "want"),
    [
        (["pcm16"], "pcm16"),
        (["pcm24"], "pcm24"),
        (["flac"], "flac"),
        (["mp3"], "mp3"),
        (["pcm16", "flac", "mp3", "wav"], "pcm16"),
    ],
)
def test_the_audio_format_is_one_of_five(sheet: ExportSheet, clicks: list[str], want: str) -> None:
    """FLAC has one depth, MP3 none; going back to WAV finds the one that was chosen."""
    for key in clicks:
        row = sheet.form.container if key in ("wav", "flac", "mp3") else sheet.form.samples
        row.part(key).click()
    assert sheet.options()["audio_format"] == want
    assert sheet.form.samples.part("pcm16").isEnabled() == (want not in ("flac", "mp3"))
    assert sheet.form.samples.isVisible() == (want != "mp3")


def test_the_plan_is_shown_as_a_tree(sheet: ExportSheet) -> None:
    """Folders with what is written into them, files with what happens to them."""
    sheet.set_plan(PLAN)
    assert rows(sheet) == [
        ("Stems", "", "78.3 MB"),
        ("a.wav", "", "78.3 MB"),
        ("MIDI", "", "78.3 MB"),
        ("a.mid", "replaces the earlier one", "78.3 MB"),
        ("b.mid", "yours, not replaced", "kept"),
        ("c.mid", "there already", "kept"),
        ("READ ME FIRST.txt", "", "78.3 MB"),
    ]
    assert sheet.summary.text() == "5 files, 2 kept as they are"
    assert sheet.bar.go.text() == "Export 3 files"
    assert sheet.bar.needs.text() == "313 MB needed, 84.2 GB free"
    assert QAccessible.queryAccessibleInterface(sheet.tree).role() == QAccessible.Role.Tree


def test_a_conflict_is_kept_until_the_user_says_replace(sheet: ExportSheet) -> None:
    """Without asking for another plan: it is the same one."""
    sheet.set_plan(PLAN)
    assert sheet.conflict.isVisible()
    sheet.conflict.choice.part("replace").click()
    assert sheet.options()["force"]
    assert not sheet.options()["keep"]
    assert sheet.bar.go.text() == "Export 4 files"
    assert ("b.mid", "replaces yours", "78.3 MB") in rows(sheet)
    sheet.set_plan(plan(file("Stems/a.wav")))
    assert not sheet.conflict.isVisible()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (plan(file("a.wav"), needed=626_000_000, free=112_000_000), "Nothing was written. Choose"),
        (plan(file("a.wav", "same")), "All of it is there already."),
    ],
    ids=["disk", "same"],
)
def test_what_cannot_be_exported_says_why(
    qtbot: QtBot, sheet: ExportSheet, change: dict[str, Any], reason: str
) -> None:
    """The button is disabled, and says it to a screen reader too."""
    sheet.set_plan(change)
    assert not sheet.bar.go.isEnabled()
    assert sheet.bar.reason.text().startswith(reason)
    assert sheet.bar.go.accessibleDescription().startswith(reason)
    with qtbot.assertNotEmitted(sheet.export_asked):
        QTest.keyClick(sheet.tree, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_nothing_chosen_is_said_and_not_planned(qtbot: QtBot, sheet: ExportSheet) -> None:
    """Neither target nor lane."""
    sheet._soon.stop()
    with qtbot.assertNotEmitted(sheet.plan_asked, wait=200):
        for chip in sheet.form.chips.values():
            chip.click()
    assert sheet.bar.reason.text() == "Choose at least one lane."
    sheet.cards.choose([])
    assert sheet.bar.reason.text() == "Choose at least one target."


def test_too_little_disk_is_in_alarm(sheet: ExportSheet) -> None:
    """Red means: this needs you."""
    sheet.set_plan(plan(file("a.wav"), needed=626_000_000, free=112_000_000))
    assert sheet.bar.needs.property("tone") == "alarm"
    assert sheet.bar.needs.text() == "626 MB needed, 112 MB free"
    sheet.set_plan(PLAN)
    assert sheet.bar.needs.property("tone") != "alarm"


def test_ctrl_enter_exports_from_anywhere_in_it(qtbot: QtBot, sheet: ExportSheet) -> None:
    """And not again while it writes."""
    sheet.set_plan(PLAN)
    field = sheet.form.folder
    with qtbot.waitSignal(sheet.export_asked) as asked:
        QTest.keyClick(field, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert asked.args[0]["targets"] == ["stems", "midi"]
    assert asked.args == [sheet.options()]
    assert sheet.bar.is_writing
    with qtbot.assertNotEmitted(sheet.export_asked):
        QTest.keyClick(sheet.tree, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_writing_shows_progress_and_can_be_stopped(qtbot: QtBot, sheet: ExportSheet) -> None:
    """Nothing can be changed meanwhile; afterwards it can."""
    sheet.set_plan(PLAN)
    sheet.set_progress(0.62, "Writing “a.wav”", 5.0)
    assert sheet.bar.label.text() == "Writing “a.wav” · 62 % · 5 s left"
    assert not sheet.cards.isEnabled()
    with qtbot.waitSignal(sheet.cancel_asked):
        sheet.bar.stop.click()
    with qtbot.waitSignal(sheet.plan_asked):
        sheet.set_stopped()
    assert sheet.cards.isEnabled()
    assert not sheet.bar.is_writing


def test_done_offers_the_folder_and_the_files(qtbot: QtBot, sheet: ExportSheet) -> None:
    """And a change begins anew."""
    files = [FOLDER / "Stems/a.wav", FOLDER / "MIDI/a.mid"]
    sheet.set_plan(PLAN)
    sheet.set_done(files)
    assert sheet.bar.written.text() == "2 files are written."
    with qtbot.waitSignal(sheet.show_asked) as shown:
        sheet.bar.show_folder.click()
    with qtbot.waitSignal(sheet.copy_asked) as copied:
        sheet.bar.copy.click()
    assert (shown.args, copied.args) == ([FOLDER], [files])
    with qtbot.waitSignal(sheet.plan_asked):
        sheet.form.chips["bass"].click()
    assert sheet.bar.go.isVisible()


def test_another_folder_gets_one_named_like_the_song(qtbot: QtBot, sheet: ExportSheet) -> None:
    """Back to the song's own place is no other folder."""
    with qtbot.waitSignal(sheet.folder_asked):
        sheet.form.choose_folder.click()
    with qtbot.waitSignal(sheet.plan_asked) as asked:
        sheet.set_folder(Path("/media/Data"))
    assert asked.args[0]["out"] == str(Path("/media/Data"))
    assert sheet.target == Path("/media/Data/Harbour Lights")
    assert sheet.form.folder.text() == "media / Data / Harbour Lights"
    sheet.set_folder(FOLDER.parent)
    assert sheet.options()["out"] is None


def test_a_failure_is_a_card_and_the_next_try_takes_it_away(
    qtbot: QtBot, sheet: ExportSheet
) -> None:
    """Sentence and hint of the error; what was chosen stays."""
    sheet.set_plan(PLAN)
    sheet.set_progress(0.5)
    sheet.set_error(DiskFullError(folder="/media/Data", reason="no space left on device"))
    card = sheet._error
    assert card is not None
    assert card.accessibleName().startswith("/media/Data has no room left")
    assert card.isVisible()
    assert QAccessible.queryAccessibleInterface(card).role() == QAccessible.Role.AlertMessage
    with qtbot.waitSignal(sheet.export_asked):
        card.buttons["again"].click()
    assert sheet._error is None
    sheet.set_error(DiskFullError(folder="/media/Data", reason="no space left on device"))
    with qtbot.waitSignal(sheet.plan_asked):
        sheet.cards.cards["midi"].click()
    assert sheet._error is None


def test_a_plan_that_fails_can_be_asked_for_again(qtbot: QtBot, sheet: ExportSheet) -> None:
    """Nothing has to be changed for that."""
    sheet.set_error(DiskFullError(folder="/media/Data", reason="no space left on device"))
    assert not sheet.bar.go.isEnabled()
    assert sheet._error is not None
    with qtbot.waitSignal(sheet.plan_asked):
        sheet._error.buttons["again"].click()


def test_a_plan_of_what_is_no_longer_chosen_is_not_shown(qtbot: QtBot, sheet: ExportSheet) -> None:
    """Export waits for the plan of what is chosen now."""
    sheet.form.chips["bass"].click()
    sheet.set_plan(PLAN)
    assert not sheet.bar.go.isEnabled()
    with qtbot.waitSignal(sheet.plan_asked):
        pass
    sheet.set_plan(PLAN)
    assert sheet.bar.go.isEnabled()
