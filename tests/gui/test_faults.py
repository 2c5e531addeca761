"""What goes wrong in the real window: it says so in place, nothing is lost, and it goes on."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil
import pytest
import soundfile as sf
from filelock import FileLock
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from studio import pipeline
from studio.errors import SoundDeviceError
from studio.gui.defects import Defects
from studio.gui.desk.desk import Desk
from studio.gui.library.entry import Entry
from studio.gui.library.model import Library
from studio.gui.looks import Looks
from studio.gui.player import tracks
from studio.gui.player.clock_out import NullOut
from studio.gui.player.out import AudioOut, Lost, Pull
from studio.gui.timeline.lane_cards import LaneCard
from studio.gui.widgets.buttons import Plain
from studio.gui.widgets.card import ErrorCard
from studio.gui.window import MainWindow
from studio.gui.workers import Line
from studio.job import Job
from studio.paths import log_folder, songs_folder
from studio.project import history
from studio.worker import client

RATE = 44100
MS = 60_000
Open = Callable[..., MainWindow]


def write_song(path: Path, seconds: float = 6.0) -> Path:
    """Beats of a low tone and of noise."""
    t = np.arange(round(seconds * RATE)) / RATE
    rng = np.random.default_rng(440)
    tone = 0.3 * np.sin(2 * np.pi * 110 * t) * (np.mod(t, 0.5) < 0.4)
    hit = 0.3 * rng.standard_normal(t.size) * np.exp(-40 * np.mod(t, 0.5))
    path.parent.mkdir(parents=True, exist_ok=True)
    sf.write(path, 0.6 * np.stack([tone + hit, tone + 0.8 * hit], 1), RATE)
    return path


@pytest.fixture(scope="module")
def apart_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short song, apart, with the notes of its bass, as the command line leaves it."""
    folder = tmp_path_factory.mktemp("apart")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_HOME", str(folder / "home"))
        song = write_song(folder / "beats.wav")
        run("apart", song=str(song), out=str(folder / "out"), model="classical", device="cpu")
        run("hear", folder=str(folder / "out" / "beats"), stem="bass", device="cpu")
    return folder / "out" / "beats"


def run(name: str, **options: Any) -> Any:
    """A task of the worker, here."""
    task = pipeline.task(name)
    return task.work(task.options(**options), Job())


@pytest.fixture
def folder(apart_once: Path, tmp_path: Path) -> Path:
    """The folder of a song that is apart, each test its own."""
    return Path(shutil.copytree(apart_once, tmp_path / "mine" / "beats"))


@pytest.fixture
def open_window(
    qtbot: QtBot, dark: QApplication, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens the window as the program does, with songs; closes what is open at the end."""
    monkeypatch.setenv("STEMWRIGHT_AUDIO", "null")
    opened: list[MainWindow] = []

    def make(*songs: Path, **desk_options: Any) -> MainWindow:
        window = MainWindow(Desk(**desk_options), Looks(dark))
        qtbot.addWidget(window)
        opened.append(window)
        window.show()
        window.desk.start(list(songs))
        return window

    yield make
    for window in opened:
        window.desk.forget_export()
        window.close()


def entry(window: MainWindow, place: int = 0) -> Entry:
    """A row of the library."""
    return list(window.desk.library)[place]


def cards(window: MainWindow) -> list[ErrorCard]:
    """The cards above the song, newest first."""
    found = window.notices.findChildren(ErrorCard)
    return sorted((c for c in found if not c.isHidden()), key=lambda card: card.y())


def said(window: MainWindow) -> str:
    """What all cards say."""
    return "\n".join(card.accessibleName() for card in cards(window))


def press(window: MainWindow, key: str) -> None:
    """A button of the newest card."""
    cards(window)[0].buttons[key].click()


def whole(qtbot: QtBot, window: MainWindow, place: int = 0) -> None:
    """Wait until a song is apart."""
    qtbot.waitUntil(lambda: len(window.desk.library) > place, timeout=MS)
    qtbot.waitUntil(lambda: entry(window, place).state == "done", timeout=MS)
    if window.desk.current == entry(window, place).id:
        qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)


def kill(line: Line) -> None:
    """Its worker dies as the system kills it; one that just died stays dead."""
    process = line._worker._process
    assert process is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)


def with_take(qtbot: QtBot, window: MainWindow) -> None:
    """Open the notes of the bass."""
    qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)
    qtbot.waitUntil(lambda: window.desk.song.lane("bass").take is not None, timeout=MS)
    window.find_notes("bass")
    assert window.slot.take is not None


# The worker.


def test_a_worker_that_dies_goes_on_by_itself_once(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """Then a card asks, with the log; what was done is never done again."""
    window = open_window()
    desk = window.desk
    begun: list[list[int]] = []
    deaths: list[int] = []

    def found(song: str, name: str, facts: dict[str, Any]) -> None:
        if name == "separating":
            begun.append(facts["done"])
            if len(begun) == 2:
                deaths.append(-1)
                kill(desk.apart_line)
        if name == "hop" and not deaths:
            deaths.append(facts["hop"])
            kill(desk.apart_line)

    desk.queue.found.connect(found)
    desk.open_paths([write_song(tmp_path / "long.wav", 30)])
    with qtbot.waitSignal(desk.noticed, timeout=MS) as noticed:
        pass
    assert noticed.args is not None
    assert "started again" in noticed.args[0]
    assert "is kept, it goes on by itself" in noticed.args[0]
    assert window.toast.isVisible()
    assert cards(window) == []

    qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
    assert entry(window).state == "stopped"
    card = cards(window)[0]
    assert "The engine stopped during the work on long" in card.accessibleName()
    assert card.details_text is not None
    assert "SIGKILL" in card.details_text.toPlainText()
    press(window, "retry")
    whole(qtbot, window)

    assert cards(window) == []
    assert deaths[0] in begun[1]
    assert deaths[0] in begun[2]


def test_a_worker_that_dies_over_notes_says_so_in_the_lane(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """Its card tries again; the others of the song go on."""
    window = open_window(folder)
    desk = window.desk
    qtbot.waitUntil(lambda: desk.song.is_whole, timeout=MS)
    window.find_notes("drums")
    # At once, in the thread that waits: a busy window would hear of it when all is over.
    at_once = Qt.ConnectionType.DirectConnection
    desk.notes._hearing["drums"].progress.connect(lambda *_: kill(desk.ask_line), at_once)

    lane = desk.song.lane("drums")
    qtbot.waitUntil(lambda: lane.error is not None, timeout=MS)
    shown = [c for c in window.timeline.findChildren(LaneCard) if c.kind == "error"]
    assert [card.isVisible() for card in shown] == [True]
    assert "Drums" in shown[0].accessibleName()
    assert "command" not in shown[0].accessibleName()
    assert cards(window) == []
    shown[0].findChildren(Plain)[0].click()
    qtbot.waitUntil(lambda: lane.take is not None, timeout=MS)
    assert lane.error is None


def test_a_worker_that_dies_over_scores_leaves_the_notes(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """A card tries again; nothing says that it is still measured."""
    window = open_window(folder)
    with_take(qtbot, window)
    take = window.slot.take
    assert take is not None
    qtbot.waitUntil(lambda: take.comparison is not None, timeout=MS)
    kill(window.desk.ask_line)

    qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
    assert take.measuring is None
    assert len(take.notes) > 0
    press(window, "retry")
    qtbot.waitUntil(
        lambda: window.slot.take is not None and window.slot.take.comparison is not None,
        timeout=MS,
    )


def test_a_defect_in_the_worker_is_called_one(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its log; and the window can try again."""
    broken = "import studio.pipeline.apart as a; a._shown = lambda *_: 1 / 0"
    monkeypatch.setattr(client, "command", lambda: worker_after(broken))
    window = open_window(write_song(tmp_path / "song.wav", 2))

    qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
    assert "This is a defect of Stemwright: ZeroDivisionError" in said(window)
    assert str(log_folder() / "stemwright.log") in said(window)
    assert entry(window).state == "stopped"
    monkeypatch.undo()
    monkeypatch.setenv("STEMWRIGHT_AUDIO", "null")
    press(window, "retry")
    whole(qtbot, window)


def test_a_worker_that_cannot_be_started_holds_nothing_up(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and the line of work stands."""
    with monkeypatch.context() as patch:
        patch.setattr(client, "command", lambda: [str(tmp_path / "no such program")])
        window = open_window(write_song(tmp_path / "song.wav", 1))
        qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
        assert "no such program" in said(window)
        assert entry(window).state == "stopped"
    press(window, "retry")
    whole(qtbot, window)


def worker_after(lines: str) -> list[str]:
    """What starts a worker in which ``lines`` were run first."""
    code = f"{lines}; import sys; from studio.worker.server import main; sys.exit(main())"
    return [sys.executable, "-P", "-c", code]


# Sound.


class Unpluggable(NullOut):
    """An output that can be lost, or be missing."""

    there = True
    last: Unpluggable

    def open(self, sample_rate: int, pull: Pull, lost: Lost, device: str | None = None) -> None:
        """As a device."""
        if not Unpluggable.there:
            raise SoundDeviceError(reason="there is no sound device")
        self.name = "Scarlett 2i2"
        Unpluggable.last = self
        super().open(sample_rate, pull, lost, device)

    def unplug(self) -> None:
        """As the system says it, on a thread of its own."""
        threading.Thread(target=self._lost, args=("",), daemon=True).start()


@pytest.fixture
def outs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AudioOut]:
    """Makes outputs that can be unplugged."""
    monkeypatch.setattr(Unpluggable, "there", True)
    return Unpluggable


def test_a_device_that_is_unplugged_pauses_the_music(
    qtbot: QtBot, open_window: Open, folder: Path, outs: Callable[[], AudioOut]
) -> None:
    """One sentence says where; play goes on from there on what there is."""
    window = open_window(folder, make_out=outs)
    desk = window.desk
    qtbot.waitUntil(lambda: desk.song.is_whole, timeout=MS)
    desk.player.play()
    qtbot.waitUntil(lambda: desk.player.position > 0.2, timeout=MS)
    with qtbot.waitSignal(desk.player.device_lost, timeout=MS):
        Unpluggable.last.unplug()

    assert not desk.player.playing
    assert "“Scarlett 2i2” was unplugged. Playing is paused at 0:00." in (
        window.toast.accessibleName()
    )
    assert window.status.device.text() == "Audio paused"
    at = desk.player.position
    desk.player.play()
    qtbot.waitUntil(lambda: desk.player.position > at + 0.1, timeout=MS)
    assert "Scarlett 2i2" in window.status.device.text()


def test_without_a_sound_device_everything_else_works(
    qtbot: QtBot,
    open_window: Open,
    folder: Path,
    outs: Callable[[], AudioOut],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is said once, and the playhead moves in silence."""
    monkeypatch.setattr(Unpluggable, "there", False)
    window = open_window(folder, make_out=outs)
    desk = window.desk
    with_take(qtbot, window)
    desk.player.play()
    qtbot.waitUntil(lambda: desk.player.position > 0.2, timeout=MS)
    qtbot.waitUntil(lambda: "Nothing can be heard" in window.toast.accessibleName(), timeout=MS)
    assert "No sound device" in window.status.device.text()
    take = window.slot.take
    assert take is not None
    take.set_threshold(0.7)
    assert take.options.onset_threshold == 0.7


# The disk.


@pytest.mark.skipif(os.name != "posix", reason="limits are of POSIX systems")
def test_a_full_disk_stops_the_separation_and_it_goes_on_when_there_is_room(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card speaks of room, not of commands; what was decoded is kept."""
    full = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (4_000_000, 4_000_000))"
    with monkeypatch.context() as patch:
        patch.setattr(client, "command", lambda: worker_after(full))
        window = open_window(write_song(tmp_path / "song.wav"))
        qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
    assert "has no room left" in said(window)
    assert "Free some space and try again" in said(window)
    assert entry(window).state == "stopped"
    window.desk.apart_line._worker.kill()  # which has the limit for life
    press(window, "retry")
    whole(qtbot, window)


def test_without_room_to_listen_ahead_the_song_is_still_taken_apart(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is heard before the end lies in the cache, whose disk may be full."""

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tracks, "_write_all", no_room)
    window = open_window(write_song(tmp_path / "song.wav", 2))
    qtbot.waitUntil(lambda: "has no room left" in said(window), timeout=MS)
    assert [list(card.buttons) for card in cards(window)] == [["dismiss"]]
    whole(qtbot, window)


def test_a_change_that_cannot_be_written_is_said_and_the_next_one_tries_again(
    qtbot: QtBot, open_window: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was changed before is lost; what is seen is what is kept."""
    window = open_window(folder)
    with_take(qtbot, window)
    take, panel = window.slot.take, window.slot.panel
    assert take is not None
    assert panel is not None
    take.set_threshold(0.6)
    take.settle()
    notes = take.notes

    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(history, "_append", no_room)
        panel.threshold.slider.nudge(10)
        assert "has no room left" in said(window)
        window.desk.opened.undo()
    assert take.notes == notes
    assert take.options.onset_threshold == 0.6
    assert panel.threshold.slider.value() == 60
    panel.threshold.slider.nudge(5)
    assert take.options.onset_threshold == 0.65
    window.close()
    assert (
        history.History.peek(folder / ".stemwright").setup("bass").options.onset_threshold == 0.65
    )


def test_an_export_without_room_cannot_be_begun(
    qtbot: QtBot, open_window: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button is off and says why."""
    small = "import shutil; shutil.disk_usage = lambda _: type('U', (), {'free': 1000})"
    monkeypatch.setattr(client, "command", lambda: worker_after(small))
    window = open_window(folder)
    qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)
    window.pages.open_export()
    sheet = window.pages.export
    assert sheet is not None
    with qtbot.waitSignal(window.desk.planned, timeout=MS):
        pass
    assert not sheet.bar.go.isEnabled()
    assert "free" in sheet.bar.needs.text()
    assert sheet.bar.reason.text() == (
        "Nothing was written. Choose another folder or fewer targets."
    )


# Files.


def test_a_song_that_went_before_its_turn_can_be_shown_again(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Find the file, and it goes on."""
    window = open_window(write_song(tmp_path / "a.wav"), write_song(tmp_path / "b.wav", 3))
    qtbot.waitUntil(lambda: len(window.desk.library) == 2, timeout=MS)
    moved = (tmp_path / "b.wav").rename(tmp_path / "elsewhere.wav")
    qtbot.waitUntil(lambda: entry(window, 1).state == "unreadable", timeout=MS)
    assert cards(window) == []
    window.desk.choose(entry(window, 1).id)
    assert "b.wav: there is no such file" in said(window)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(moved), ""))
    press(window, "find")
    whole(qtbot, window, 1)
    assert window.desk.song.is_whole


def test_a_song_that_went_after_its_turn_is_not_needed(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """Notes and export go on."""
    song = write_song(tmp_path / "song.wav", 1.5)
    window = open_window(song)
    whole(qtbot, window)
    song.unlink()
    window.find_notes("bass")
    qtbot.waitUntil(lambda: window.slot.take is not None, timeout=MS)
    with qtbot.waitSignal(window.desk.exported, timeout=MS):
        window.desk.export({"targets": ["stems"]})
    window.close()
    window = open_window(songs_folder() / "song")
    qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)
    assert cards(window) == []


@pytest.mark.parametrize("gone", ["moved", pytest.param("deleted", marks=pytest.mark.slow)])
def test_a_folder_that_goes_while_it_is_open_is_said_and_not_made_again(
    qtbot: QtBot,
    open_window: Open,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gone: str,
) -> None:
    """The window goes on, other songs too; a folder that is shown again is whole."""
    window = open_window(folder)
    desk = window.desk
    with_take(qtbot, window)
    take = window.slot.take
    assert take is not None
    take.set_threshold(0.7)
    desk.player.play()
    new = tmp_path / "new" / "beats"
    new.parent.mkdir()
    qtbot.waitUntil(lambda: desk.ask_line.is_idle, timeout=MS)  # nobody writes meanwhile
    if gone == "moved":
        folder.rename(new)
    else:
        shutil.rmtree(folder)

    take.set_threshold(0.8)
    assert "the folder of this song is gone" in said(window)
    assert "saved" not in window.status.sentence.text()
    assert entry(window).state == "missing"
    desk.opened.undo()
    window.files.copy_lane("bass")
    window.find_notes("drums")
    qtbot.waitUntil(lambda: desk.song.lane("drums").error is not None, timeout=MS)
    window.pages.open_export()
    sheet = window.pages.export
    assert sheet is not None
    with qtbot.waitSignal(desk.export_failed, timeout=MS):
        pass
    assert not sheet.bar.go.isEnabled()
    sheet.close_sheet()

    desk.open_paths([write_song(tmp_path / "other.wav", 2)])
    qtbot.waitUntil(lambda: len(desk.library) == 2, timeout=MS)
    whole(qtbot, window, 1)
    desk.choose(entry(window, 0).id)
    qtbot.waitUntil(lambda: "the folder of this song is gone" in said(window), timeout=MS)
    assert not folder.exists()
    if gone == "moved":
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(new))
        press(window, "find")
        with_take(qtbot, window)
        assert window.slot.take is not None
        assert window.slot.take.options.onset_threshold == 0.7
        assert entry(window).state == "done"
    window.close()
    assert not folder.exists()


def test_a_file_that_holds_no_song_leaves_nothing(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """A cut one, a text, an empty one: a card, a row, and no folder."""
    write_song(tmp_path / "in" / "a.flac", 3)
    cut = tmp_path / "in" / "a.flac"
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    (tmp_path / "in" / "b.mp3").write_text("This is a shopping list.\n" * 50)
    (tmp_path / "in" / "c.wav").touch()
    window = open_window(tmp_path / "in")

    def over() -> bool:
        return len(window.desk.library) == 3 and not window.desk.library.waiting()

    qtbot.waitUntil(over, timeout=MS)
    qtbot.waitUntil(lambda: window.desk.queue.running is None, timeout=MS)
    assert [e.state for e in window.desk.library] == ["unreadable"] * 3
    assert "a.flac" in said(window)
    for row, name in ((1, "b.mp3"), (2, "c.wav")):
        window.desk.choose(entry(window, row).id)
        assert name in said(window)
        assert "Open it in an audio editor" in said(window)
    assert not songs_folder().exists() or list(songs_folder().iterdir()) == []


def test_a_file_that_was_mended_is_read_when_it_is_dropped_again(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """Its row is the same."""
    song = tmp_path / "song.wav"
    song.touch()
    window = open_window(song)
    qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
    window.desk.open_paths([write_song(song, 2)])
    whole(qtbot, window)
    assert len(window.desk.library) == 1
    assert cards(window) == []


def test_a_folder_without_songs_is_a_sentence(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """And no row."""
    (tmp_path / "empty").mkdir()
    window = open_window(tmp_path / "empty")
    qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
    assert str(tmp_path / "empty") in said(window)
    assert len(window.desk.library) == 0


# Closing.


def test_what_is_closed_in_the_middle_goes_on_the_next_time(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """Nothing is asked; hops that are done are not done again; who waits behind it waits again."""
    songs = [write_song(tmp_path / "a.wav", 30), write_song(tmp_path / "b.wav", 1)]
    window = open_window(*songs)
    hop = []
    with qtbot.waitSignal(
        window.desk.queue.found, timeout=MS, check_params_cb=lambda _, name, facts: name == "hop"
    ) as found:
        pass
    assert found.args is not None
    hop = found.args[2]["hop"]
    window.close()
    qtbot.wait(50)
    assert not window.isVisible()
    assert not [t for t in threading.enumerate() if t.name == "worker line"]
    assert [e.state for e in Library()] == ["waiting", "waiting"]

    window = open_window()
    begun: list[list[int]] = []
    window.desk.queue.found.connect(
        lambda _, name, facts: begun.append(facts["done"]) if name == "separating" else None
    )
    window.desk.choose(entry(window).id)
    whole(qtbot, window)
    assert hop in begun[0]
    whole(qtbot, window, 1)


def test_closing_while_files_are_written_waits_for_them(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """It says so in place, as often as it is asked, and closes by itself."""
    window = open_window(folder)
    qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)
    window.desk.song.title = "Small Hours"
    window.pages.open_export()
    window.desk.export({"targets": ["stems"]})
    window.close()
    window.close()
    assert window.isVisible()
    assert "Writing “Small Hours” is not finished" in window.toast.accessibleName()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=MS)
    assert len(list((folder / "Stems").glob("*.wav"))) == 5


def test_an_export_that_fails_after_closing_was_asked_keeps_the_window(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """It says why, and the next export does not close it."""
    window = open_window(folder)
    qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)
    window.pages.open_export()
    window.desk.export({"targets": ["no such"]})
    window.close()
    with qtbot.waitSignal(window.desk.export_failed, timeout=MS):
        pass
    assert window.isVisible()
    with qtbot.waitSignal(window.desk.exported, timeout=MS):
        window.desk.export({"targets": ["stems"]})
    assert window.isVisible()


# Others on the same song.


def test_a_second_window_reads_the_notes_and_changes_none(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """It says so when it opens and when one tries; alone it may."""
    first = open_window(folder)
    with_take(qtbot, first)
    second = open_window(folder)
    with_take(qtbot, second)
    assert "notes cannot be changed here" in second.toast.accessibleName()
    take = second.slot.take
    assert take is not None
    before = take.options
    take.set_threshold(0.9)
    assert take.options == before
    assert "is being worked on by another Stemwright" in said(second)
    first.close()
    press(second, "retry")
    qtbot.waitUntil(lambda: second.slot.take not in (None, take), timeout=MS)
    take = second.slot.take
    assert take is not None
    take.set_threshold(0.9)
    assert take.options.onset_threshold == 0.9


def test_a_song_the_command_line_works_on_opens_when_it_is_free(
    qtbot: QtBot, open_window: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and asked again only when the user asks."""
    impatient = "import studio.project.project as p; p._LOCK_SECONDS = 0.2"
    monkeypatch.setattr(client, "command", lambda: worker_after(impatient))
    with FileLock(folder / ".stemwright" / "lock"):
        window = open_window(folder)
        qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
        assert "is being worked on by another Stemwright" in said(window)
        assert entry(window).state == "done"
    press(window, "retry")
    qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)
    assert cards(window) == []


def test_a_project_of_a_later_version_is_left_as_it_is(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """One sentence."""
    document = folder / ".stemwright" / "project.json"
    content = msgspec.json.decode(document.read_bytes())
    content["format_version"] = 99
    document.write_bytes(msgspec.json.encode(content))
    before = document.read_bytes()
    window = open_window(folder)
    qtbot.waitUntil(lambda: bool(cards(window)), timeout=MS)
    assert "was written by a later version of Stemwright" in said(window)
    assert "Update Stemwright to open it. Nothing was changed." in said(window)
    window.close()
    assert document.read_bytes() == before


# Turning to another song.


def test_what_was_found_for_one_song_never_lands_in_another(
    qtbot: QtBot, open_window: Open, folder: Path, tmp_path: Path
) -> None:
    """Not even what was on its way when the other came."""
    other = Path(shutil.copytree(folder, tmp_path / "mine" / "other"))
    window = open_window(folder)
    desk = window.desk
    with_take(qtbot, window)
    window.find_notes("drums")
    desk.notes.rate("bass")
    hearing, rating, fitting = desk.notes._hearing["drums"], desk.notes._rating, desk.notes._fitting
    assert rating is not None
    assert fitting is not None
    desk.choose(desk.library.add("other", folder=other, state="done"))
    facts = {"stem": "drums", "candidates": str(folder / "none.npz")}
    for request in (hearing, rating, fitting):
        request.blockSignals(False)
        request.done.emit(facts)
        request.progress.emit(0.5, "", None)
        request.failed.emit(ZeroDivisionError("of the other song"))
    with_take(qtbot, window)
    assert desk.song.folder == other
    assert desk.song.lane("drums").take is None
    assert desk.song.lane("drums").busy is None
    assert cards(window) == []


def test_a_song_taken_off_the_list_while_it_is_separated_makes_way(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """Its worker too; the next one begins."""
    window = open_window(write_song(tmp_path / "a.wav", 20), write_song(tmp_path / "b.wav", 2))
    desk = window.desk
    with qtbot.waitSignal(
        desk.queue.found, timeout=MS, check_params_cb=lambda _, name, __: name == "separating"
    ):
        pass
    kill(desk.apart_line)
    desk.remove(entry(window).id)
    assert desk.current == ""
    qtbot.waitUntil(lambda: entry(window).state == "done", timeout=MS)
    assert entry(window).title == "b"
    assert cards(window) == []


@pytest.mark.slow
def test_twenty_songs_are_taken_apart_in_their_order(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """While the one in the window stays the first."""
    for number in range(20):
        write_song(tmp_path / "in" / f"{number:02}.wav", 0.5)
    window = open_window(tmp_path / "in")
    order: list[str] = []
    window.desk.queue.finished.connect(lambda _, view: order.append(view["name"]))
    qtbot.waitUntil(lambda: len(order) == 20, timeout=2 * MS)
    assert order == [f"{number:02}" for number in range(20)]
    assert window.desk.song.title == "00"
    assert {e.state for e in window.desk.library} == {"done"}


# Settings, and ourselves.


def test_settings_that_cannot_be_read_are_said_and_left(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """The defaults hold, also once a song is open; the file is as it was."""
    from studio.settings import settings_file

    settings_file().parent.mkdir(parents=True)
    settings_file().write_text("model = [broken")
    window = open_window(folder)
    qtbot.waitUntil(lambda: window.desk.song.is_whole, timeout=MS)
    assert "settings.toml cannot be used" in said(window)
    assert window.desk.queue.how.model == "classical"
    assert settings_file().read_text() == "model = [broken"


@pytest.fixture
def watched(open_window: Open) -> Iterator[MainWindow]:
    """A window whose defects are caught as in the program."""
    window = open_window()
    defects = Defects(window.desk)
    yield window
    defects.close()


def fail() -> None:
    """A defect."""
    raise ZeroDivisionError("a defect for the test")


@pytest.mark.parametrize("where", ["slot", "loader", "thread", "often"])
def test_a_defect_of_ours_is_one_card_and_stands_in_the_log(
    qtbot: QtBot, watched: MainWindow, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever it happens; the window goes on."""
    match where:
        case "slot":
            QTimer.singleShot(0, fail)
        case "loader":
            watched.desk.opened._loader.run(fail, print)
        case "thread":
            threading.Thread(target=fail, daemon=True).start()
        case "often":
            for _ in range(5):
                QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: bool(cards(watched)), timeout=MS)
    qtbot.wait(20)
    log = log_folder() / "stemwright.log"
    assert len(cards(watched)) == 1
    assert "This is a defect of Stemwright: ZeroDivisionError: a defect" in said(watched)
    assert str(log) in said(watched)
    assert log.read_text().count("in fail") == 1
    details = cards(watched)[0].details_text
    assert details is not None
    assert "in fail" in details.toPlainText()
    press(watched, "dismiss")
    assert cards(watched) == []


def test_nothing_runs_on_after_the_window_closed(
    qtbot: QtBot, open_window: Open, folder: Path
) -> None:
    """Neither worker, whatever it was doing."""
    window = open_window(folder)
    with_take(qtbot, window)
    window.desk.notes.rate("bass")
    window.close()
    workers = [p for p in psutil.Process().children(recursive=True) if "--worker" in p.cmdline()]
    assert workers == []
