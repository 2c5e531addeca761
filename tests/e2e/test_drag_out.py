"""A chip of the window dragged into another program, with a real mouse pointer on a real X server.

The other program is PCManFM, a file manager of another toolkit (GTK), which copies what is dropped
on its folder. Needs Xvfb, openbox, xdotool and pcmanfm; without them these tests fail, and are run
only when asked for: ``pytest -m slow tests/e2e/test_drag_out.py``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from studio.files import sha256
from studio.midi.read import read_midi

pytestmark = pytest.mark.slow

NEEDED = ("Xvfb", "openbox", "xdotool", "pcmanfm")
PATIENCE = 120.0
# The window as ``stemwright app`` opens it; once the notes of the bass are there, it says on its
# standard output where each chip lies on the screen.
WINDOW = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from studio.gui.app import application
from studio.gui.desk.desk import Desk
from studio.gui.looks import Looks
from studio.gui.widgets.chip import Chip
from studio.gui.window import MainWindow

app = application()
desk = Desk()
window = MainWindow(desk, Looks(app))
window.setGeometry(10, 40, 1300, 800)
window.show()


def look():
    found = {}
    for chip in window.findChildren(Chip):
        if chip.isVisible():
            centre = chip.mapToGlobal(chip.rect().center())
            found[chip.toolTip().splitlines()[0]] = (centre.x(), centre.y())
    if desk.song.is_whole and any(".mid" in what for what in found):
        timer.stop()
        QTimer.singleShot(1000, lambda: print(json.dumps(found), flush=True))


timer = QTimer(interval=200)
timer.timeout.connect(look)
timer.start()
QTimer.singleShot(0, lambda: desk.start([Path(sys.argv[1])]))
app.exec()
desk.close()
"""


@dataclass
class Screen:
    """An X server with a window manager, and the programs on it."""

    env: dict[str, str]
    programs: list[subprocess.Popen[str]]

    def start(self, *command: object) -> subprocess.Popen[str]:
        """Start a program on it; what it prints can be read."""
        program = subprocess.Popen(
            [str(part) for part in command],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.programs.append(program)
        return program

    def xdotool(self, *words: object) -> str:
        """What ``xdotool`` answers."""
        done = subprocess.run(
            ["xdotool", *map(str, words)],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout.strip()

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at ``start``, move to ``end`` as a hand does, and let go."""
        self.xdotool("mousemove", *start)
        time.sleep(0.3)
        self.xdotool("mousedown", 1)
        time.sleep(0.5)  # the file is written
        for share in np.linspace(0, 1, 30)[1:]:
            x, y = (round(a + share * (b - a)) for a, b in zip(start, end, strict=True))
            self.xdotool("mousemove", x, y)
            time.sleep(0.03)
        for wiggle in (3, 0, 2, 0):  # the other program answers to moves
            self.xdotool("mousemove", end[0] + wiggle, end[1])
            time.sleep(0.2)
        self.xdotool("mouseup", 1)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """Its own display, with a home folder nobody else uses."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    assert not missing, f"dragging out needs {', '.join(missing)} on the path"
    home = tmp_path / "home"
    home.mkdir()
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        display = told.readline().strip()
    env = {key: value for key, value in os.environ.items() if key != "WAYLAND_DISPLAY"}
    env |= {
        "DISPLAY": f":{display}",
        "QT_QPA_PLATFORM": "xcb",
        "GDK_BACKEND": "x11",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "STEMWRIGHT_HOME": str(home / "stemwright"),
        "STEMWRIGHT_AUDIO": "null",
        "NO_AT_BRIDGE": "1",
    }
    made = Screen(env, [])
    made.start("openbox")
    yield made
    for program in reversed(made.programs):
        program.terminate()
        program.communicate(timeout=20)
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo song, apart, with the notes of its bass."""
    import msgspec

    from studio.job import Job
    from studio.paths import resource
    from studio.pipeline import task

    def done(name: str, **options: Any) -> Any:
        found = task(name)
        return msgspec.to_builtins(found.work(msgspec.convert(options, found.options), Job()))

    folder = tmp_path_factory.mktemp("apart")
    song = str(resource("demo", "demo.ogg"))
    view = done("apart", song=song, out=str(folder), model="classical", device="cpu")
    done("hear", folder=view["folder"], stem="bass", device="cpu")
    return Path(view["folder"])


@pytest.fixture
def chips(screen: Screen, apart: Path, tmp_path: Path) -> dict[str, tuple[int, int]]:
    """What each chip of the window says comes out, and where it lies on the screen."""
    script = tmp_path / "window.py"
    script.write_text(WINDOW)
    window = screen.start(sys.executable, "-P", script, apart)
    assert window.stdout is not None
    found: dict[str, list[int]] = json.loads(window.stdout.readline())
    return {what: (place[0], place[1]) for what, place in found.items()}


@pytest.fixture
def folder(screen: Screen, tmp_path: Path) -> tuple[Path, tuple[int, int]]:
    """A folder that is open in the file manager, and where on the screen one drops into it."""
    made = tmp_path / "session"
    made.mkdir()
    screen.start("pcmanfm", "--no-desktop", made)
    window = wait(lambda: screen.xdotool("search", "--onlyvisible", "--name", "^session$"))
    window = window.split()[-1]
    screen.xdotool("windowsize", "--sync", window, 520, 500)
    screen.xdotool("windowmove", "--sync", window, 1360, 200)
    time.sleep(1.0)
    return made, (1360 + 380, 200 + 350)


def wait(fact: Callable[[], Any]) -> Any:
    """What ``fact`` says, as soon as that is something."""
    until = time.monotonic() + PATIENCE
    while not (said := fact()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)
    return said


def arrived(folder: Path, count: int) -> list[Path]:
    """The files dropped into ``folder``, once there are so many and none grows any more."""

    def there() -> list[Path]:
        sizes = {path: path.stat().st_size for path in folder.iterdir()}
        time.sleep(0.5)
        same = all(path.stat().st_size == size > 0 for path, size in sizes.items())
        return sorted(sizes) if len(sizes) == count and same else []

    found: list[Path] = wait(there)
    return found


def only(chips: dict[str, tuple[int, int]], pattern: str) -> tuple[int, int]:
    """Where the one chip lies whose words match ``pattern``."""
    (place,) = [where for what, where in chips.items() if re.fullmatch(pattern, what)]
    return place


def test_a_stem_and_its_notes_are_dropped_into_another_program(
    screen: Screen,
    chips: dict[str, tuple[int, int]],
    folder: tuple[Path, tuple[int, int]],
    apart: Path,
) -> None:
    """Each is whole there, as its chip said, and stays where it came from when the window ends."""
    session, place = folder
    screen.drag(only(chips, r"Bass\.wav, 0:31, 32-bit float"), place)
    (wav,) = arrived(session, 1)
    screen.drag(only(chips, r"Bass\.mid, 104\.0 BPM, \d+ notes"), place)
    mid, wav = arrived(session, 2)
    screen.programs[-2].terminate()
    screen.programs[-2].wait(timeout=30)

    sources = {path.name: path for path in (apart / "Dragged out").iterdir()}
    for path in (mid, wav):
        assert sha256(path) == sha256(sources[path.name])
    assert sf.info(wav).subtype == "FLOAT"
    assert round(sf.info(wav).duration) == 31
    notes = sum(len(part.notes) for part in read_midi(mid).parts)
    assert re.search(rf"Bass\.mid, 104\.0 BPM, {notes} notes", "\n".join(chips))


def test_all_files_are_dropped_at_once(
    screen: Screen,
    chips: dict[str, tuple[int, int]],
    folder: tuple[Path, tuple[int, int]],
    apart: Path,
) -> None:
    """Four stems and the notes of one."""
    session, place = folder
    screen.drag(only(chips, r"4 WAV files, .*; 1 MIDI file, .*"), place)
    files = arrived(session, 5)

    sources = {path.name: path for path in (apart / "Dragged out").iterdir()}
    assert {path.suffix for path in files} == {".wav", ".mid"}
    assert [sha256(path) for path in files] == [sha256(sources[path.name]) for path in files]
