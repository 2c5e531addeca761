"""The list of songs: found again, put in order, kept over restarts, said aloud."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.errors import MissingFileError, UnreadableAudioError
from studio.gui.library import store
from studio.gui.library.drops import DropTarget, Finder, dropped_paths
from studio.gui.library.entry import Entry, about_time, line, spoken
from studio.gui.library.model import Library
from studio.project.gather import gather

NOWHERE = QModelIndex()


def titles(library: Library) -> list[str]:
    return [entry.title for entry in library]


def three() -> Library:
    library = Library()
    for name in ("one", "two", "three"):
        library.add(name, source=Path(f"/music/{name}.wav"))
    return library


@pytest.mark.parametrize(
    ("entry", "shown", "said"),
    [
        (
            Entry("1", "Harbour Lights", state="separating", fraction=0.36, left=78),
            "Separating 36 % · 1 min 18 s left",
            "Harbour Lights, separating, 36 percent, 1 minute 18 left",
        ),
        (
            Entry("1", "Night Ferry", left=122),
            "Waiting · about 2 min",
            "Night Ferry, waiting, about 2 minutes",
        ),
        (
            Entry("1", "Small Hours", state="done", text="4 stems · 3 takes"),
            "4 stems · 3 takes",
            "Small Hours, done, 4 stems, 3 takes",
        ),
        (
            Entry("1", "Night Ferry", state="stopped", fraction=0.61),
            "Stopped at 61 %, kept",
            "Night Ferry, stopped, what is done is kept, 61 percent",
        ),
        (
            Entry("1", "mix.m4a", state="unreadable"),
            "Could not be read",
            "mix.m4a, could not be read",
        ),
        (
            Entry("1", "Gone", state="missing"),
            "Its folder is missing",
            "Gone, its folder is missing",
        ),
        (
            Entry("1", "Small Hours", state="writing", text="Writing 7 of 10 files", fraction=0.7),
            "Writing 7 of 10 files",
            "Small Hours, writing, Writing 7 of 10 files, 70 percent",
        ),
    ],
    ids=lambda value: value.state if isinstance(value, Entry) else "",
)
def test_a_song_says_its_state(qapp: QApplication, entry: Entry, shown: str, said: str) -> None:
    """To eyes with figures, to ears in words."""
    assert line(entry) == shown
    assert spoken(entry) == said


def test_a_guess_is_in_whole_minutes(qapp: QApplication) -> None:
    """Seconds would say more than anybody knows."""
    assert [about_time(s) for s in (18, 57, 100, 418)] == ["18 s", "1 min", "2 min", "7 min"]


def test_a_song_is_found_again_instead_of_added_twice(qtbot: QtBot) -> None:
    """By its file or by its folder."""
    library = three()
    library.update("2", folder=Path("/out/two"))

    assert library.add("again", source=Path("/music/one.wav")) == "1"
    assert library.add("again", folder=Path("/out/two")) == "2"
    assert titles(library) == ["one", "two", "three"]
    library.close()


def test_the_order_is_the_queue_and_comes_back(qtbot: QtBot) -> None:
    """Moved by hand, kept on disk; what ran when the window closed waits again."""
    library = three()
    library.move("3", 0)
    library.update("1", state="separating", fraction=0.4)
    library.update(
        "2", state="stopped", fraction=0.61, error=MissingFileError(file="a", reason="b")
    )
    library.close()

    again = Library()

    assert again.problem is None
    assert titles(again) == ["three", "one", "two"]
    assert again.waiting() == ["3", "1"]
    assert again.entry("2").fraction == 0.61
    assert again.entry("2").error is not None
    assert again.entry("2").error.message == "a: b."  # type: ignore[union-attr]


def test_rows_move_as_qt_counts_them(qtbot: QtBot) -> None:
    """The place is counted before the row is taken out."""
    library = three()

    with qtbot.waitSignal(library.rowsMoved):
        assert library.moveRows(NOWHERE, 0, 1, NOWHERE, 3)
    assert titles(library) == ["two", "three", "one"]
    assert not library.moveRows(NOWHERE, 0, 1, NOWHERE, 1)
    library.move("1", -5)
    assert titles(library) == ["one", "two", "three"]
    library.close()


def test_an_id_is_never_given_twice_while_its_song_is_here(qtbot: QtBot) -> None:
    """Removing the first does not give its number to the next."""
    library = three()
    library.remove("1")

    assert library.add("four", source=Path("/music/four.wav")) == "4"
    with pytest.raises(KeyError):
        library.entry("1")
    library.close()


def test_progress_is_told_but_not_written(qtbot: QtBot) -> None:
    """A fraction that moves is no reason to touch the disk."""
    library = three()
    library.update("1", state="separating", fraction=0.0)
    library.close()
    before = store.library_file().read_bytes()

    with qtbot.waitSignal(library.dataChanged):
        library.update("1", fraction=0.5, left=10.0)
    assert not library._soon.isActive()
    library.update("1", title="other")
    assert library._soon.isActive()
    library.close()
    assert store.library_file().read_bytes() != before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "Expecting property name"),
        (b"\x80abc", "decode"),
        (b"[]", "Expected `object`, got `array`"),
        (json.dumps({"schema_version": 9}).encode(), "a later version of Stemwright wrote it"),
        (
            json.dumps(
                {"schema_version": 1, "songs": [{"id": "1", "title": "a", "state": "odd"}]}
            ).encode(),
            "it holds an unknown state, odd",
        ),
        (
            json.dumps(
                {
                    "schema_version": 1,
                    "songs": [{"id": "1", "title": "a", "state": "done", "code": "file.missing"}],
                }
            ).encode(),
            "the error of a lacks",
        ),
    ],
    ids=["cut", "bytes", "array", "newer", "state", "facts"],
)
def test_a_damaged_or_newer_list_is_set_aside_and_said(
    qtbot: QtBot, content: bytes, reason: str
) -> None:
    """Never written over, never a crash."""
    file = store.library_file()
    file.parent.mkdir(parents=True)
    file.write_bytes(content)

    library = Library()

    assert len(library) == 0
    assert library.problem is not None
    assert reason in library.problem.message
    kept = Path(str(library.problem.facts["kept"]))
    assert kept.read_bytes() == content
    library.add("new", source=Path("/a.wav"))
    library.close()
    assert kept.read_bytes() == content
    assert titles(Library()) == ["new"]


def test_a_name_in_no_encoding_is_kept(qtbot: QtBot) -> None:
    """Shown with a mark, stored as it is."""
    library = Library()
    library.add("b\udce9te", source=Path("/music/b\udce9te.wav"))
    library.close()

    entry = next(iter(Library()))

    assert entry.source == Path("/music/b\udce9te.wav")
    assert entry.shown == "b�te"


def test_a_list_that_cannot_be_written_is_said(qtbot: QtBot) -> None:
    """And stays as it is in the window."""
    store.library_file().parent.parent.mkdir(parents=True, exist_ok=True)
    store.library_file().parent.write_text("in the way")
    library = Library()
    library.add("one", source=Path("/a.wav"))

    with qtbot.waitSignal(library.save_failed, timeout=3000):
        library.close()
    assert titles(library) == ["one"]


def songs_on_disk(folder: Path) -> list[Path]:
    """Two songs, one in a folder below, and things that are none."""
    for name in ("b.wav", "below/a.FLAC", "below/.hidden.wav", "note.txt", "out/.stemwright/x.wav"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / "out/.stemwright/project.json").write_text("{}")
    (folder / "out/stem.wav").write_bytes(b"")
    return [folder / "b.wav", folder / "below/a.FLAC"]


def test_a_drop_is_taken_recursively_as_on_the_command_line(tmp_path: Path) -> None:
    """Neither hidden files, nor what we made, nor addresses on the net."""
    songs = songs_on_disk(tmp_path)
    mime = QMimeData()
    net = QUrl("https://example.org/a.wav")
    mime.setUrls([net, QUrl.fromLocalFile(str(tmp_path)), QUrl.fromLocalFile(str(songs[0]))])

    assert dropped_paths(mime) == songs
    assert gather([tmp_path / "out"], frozenset()) == [tmp_path / "out"]
    with pytest.raises(MissingFileError, match="there is no song in it"):
        gather([tmp_path / "below"], frozenset({".mp3"}))


def test_the_finder_looks_off_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    """Exactly one answer each."""
    songs = songs_on_disk(tmp_path)
    (tmp_path / "empty").mkdir()
    finder = Finder()

    with qtbot.waitSignal(finder.found) as found:
        finder.look([tmp_path])
    with qtbot.waitSignal(finder.failed) as failed:
        finder.look([tmp_path / "empty"])
    assert found.args == [songs]
    assert isinstance(failed.args[0], MissingFileError)
    finder.close()


def drag(kind: type, mime: QMimeData) -> QDragEnterEvent | QDropEvent:
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    return kind(QPoint(10, 10), action, mime, button, none)  # type: ignore[no-any-return]


def test_the_whole_window_takes_songs(qtbot: QtBot, dark: QApplication, tmp_path: Path) -> None:
    """It says so while they are dragged across it, and the files stay where they are."""
    window = QWidget()
    qtbot.addWidget(window)
    target = DropTarget(window)
    window.show()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    text = QMimeData()
    text.setText("words")

    enter = drag(QDragEnterEvent, mime)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert target.overlay.isVisible()
    assert target.overlay.size() == window.size()
    target.overlay.grab()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not target.overlay.isVisible()
    words = drag(QDragEnterEvent, text)
    QApplication.sendEvent(window, words)
    assert not target.overlay.isVisible()
    QApplication.sendEvent(window, drag(QDragEnterEvent, mime))
    with qtbot.waitSignal(target.dropped) as dropped:
        QApplication.sendEvent(window, drag(QDropEvent, mime))
    assert dropped.args == [[tmp_path]]


def test_the_pointer_is_told_the_error(qtbot: QtBot) -> None:
    """Sentence and hint; without one, where the song lies."""
    library = three()
    error = UnreadableAudioError(file="two.wav", reason="it is empty")
    library.update("2", state="unreadable", error=error)
    role = Qt.ItemDataRole

    told = [library.data(library.index(row), role.ToolTipRole) for row in (0, 1)]
    assert told == ["/music/one.wav", f"{error.message} {error.window_hint}"]
    assert library.data(library.index(1), role.AccessibleTextRole) == "two, could not be read"
    library.close()
