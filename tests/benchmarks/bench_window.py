"""How soon the window stands and sounds, how evenly it runs while it works, and what it takes.

Run it by itself, on a machine that does nothing else: ``python tests/benchmarks/bench_window.py``
prints every figure; ``start``, ``work`` or ``memory`` behind it only those. Figures in threes are
median / 99th percentile / longest. It uses the display where there is one, as under ``xvfb-run``,
else it draws off screen. The song is four minutes long: a real one where STEMWRIGHT_DATA names the
songs, else the demo again and again. ``memory FOLDER`` opens a song that is apart already, such as
one of an hour.

A gap is the time from one tick of a 16-ms timer of the window's thread to the next: what is longer
than that, the thread did not answer. Its own work is what it computed between two ticks, which a
busy machine does not make longer. Nothing here is asserted; the load of the machine is printed.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["STEMWRIGHT_AUDIO"] = "null"

import numpy as np
import psutil
import soundfile as sf
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui import app as program
from studio.gui.desk.desk import Desk
from studio.gui.looks import Looks
from studio.gui.window import MainWindow
from studio.paths import resource

MINUTES = 4
_PATIENCE_SECONDS = 600.0
_FIRST_WINDOW = """
from studio.cli.main import main
from studio.gui import window

class Shown(window.MainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("shown", flush=True)

window.MainWindow = Shown
main(["app"])
"""


def say(what: str, *figures: str) -> None:
    """A line of the report."""
    load = os.getloadavg()[0]
    print(f"{what:<34} {', '.join(figures)}  [load {load:.1f}]", flush=True)


# The start.


def start() -> None:
    """Seconds from the start of a process to the first paint of its window.

    Compiled modules are kept, as an installed program has them.
    """
    environment = os.environ | {"PYTHONPYCACHEPREFIX": f"{os.environ['STEMWRIGHT_HOME']}/compiled"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-P", "-c", _FIRST_WINDOW]
    seconds, works = [], []
    for _ in range(6):
        begun = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            process.stdout.readline()
            seconds.append(time.perf_counter() - begun)
            works.append(sum(psutil.Process(process.pid).cpu_times()[:2]))
            process.kill()
    # The first one compiled.
    shown, own = sorted(seconds[1:]), median(works[1:])
    between = f"{shown[0]:.2f} to {shown[-1]:.2f} s"
    say("first window", f"median {median(shown):.2f} s", between, f"own work {own:.2f} s")


# The clock of the window's thread.


class Gaps(QObject):
    """The times between the ticks of a timer that should come every 16 ms."""

    def __init__(self) -> None:
        super().__init__()
        self._ticks = [(time.perf_counter(), time.thread_time())]
        self._timer = QTimer(self, interval=16, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        self._ticks.append((time.perf_counter(), time.thread_time()))

    def stop(self) -> tuple[str, str]:
        """What they were."""
        self._timer.stop()
        gaps, works = np.diff(self._ticks, axis=0).T
        return "gaps " + spread(gaps), "own work " + spread(works)


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Prints the gaps while the block runs."""
    gaps, begun = Gaps(), time.perf_counter()
    yield
    say(what, *gaps.stop(), f"{time.perf_counter() - begun:.1f} s")


def spread(seconds: Sequence[float]) -> str:
    """Median, 99th percentile and longest, in ms."""
    middle, late, longest = (1000 * float(np.quantile(seconds, q)) for q in (0.5, 0.99, 1.0))
    return f"{middle:.1f} / {late:.1f} / {longest:.0f} ms"


@dataclass
class Turns:
    """Repeated work on the window's thread: seconds of the clock, and of its own work."""

    clock: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One of them."""
        begun, worked = time.perf_counter(), time.thread_time()
        yield
        self.clock.append(time.perf_counter() - begun)
        self.own.append(time.thread_time() - worked)

    def told(self) -> tuple[str, str]:
        """What they were."""
        return spread(self.clock), "own work " + spread(self.own)


def rest(seconds: float) -> None:
    """Let the window run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait(condition: Callable[[], bool]) -> None:
    """Let the window run until something is so."""
    begun = time.perf_counter()
    while not condition():
        rest(0.02)
        if time.perf_counter() - begun > _PATIENCE_SECONDS:
            raise SystemExit("it never came")


def again(work: Callable[[], None], seconds: float) -> None:
    """Do ``work`` at every picture, as a hand does that moves."""
    timer = QTimer(interval=16, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(work)
    timer.start()
    rest(seconds)
    timer.stop()


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False

    def wait(self) -> None:
        """Let the window paint it once more."""
        before = self.count
        while self.count == before:
            QApplication.processEvents()


def give_up(error: Exception) -> None:
    """There is nothing to measure."""
    raise SystemExit(str(error))


# The window at work.


@contextmanager
def opened() -> Iterator[MainWindow]:
    """The window as the program opens it."""
    app = QApplication.instance() or program.application()
    assert isinstance(app, QApplication)
    desk, looks = Desk(), Looks(app)
    looks.apply()
    window = MainWindow(desk, looks)
    window.show()
    desk.start([])
    rest(1.0)
    yield window
    window.close()


def a_song(folder: Path) -> Path:
    """Four minutes of music, as a file somebody could drop."""
    songs = Path(os.environ.get("STEMWRIGHT_DATA", "none")) / "songs" / "potassium"
    stems = sorted(songs.glob("*.ogg")) or [resource("demo", "demo.ogg")]
    read = [sf.read(stem, dtype="float32") for stem in stems]
    rate = read[0][1]
    song = sum((sound for sound, _ in read), np.zeros_like(read[0][0]))
    song = np.resize(song, (MINUTES * 60 * rate, song.shape[1]))
    path = folder / "song.wav"
    sf.write(path, np.clip(song, -1, 1), rate, subtype="PCM_16")
    return path


def work() -> None:
    """A song from the drop to the export, then zooming and dragging."""
    with tempfile.TemporaryDirectory() as folder, opened() as window:
        with measured("idle"):
            rest(3.0)
        drop(window, a_song(Path(folder)))
        notes(window)
        export(window)
        drag(window)
        zoom(window)


def drop(window: MainWindow, song: Path) -> None:
    """Take it apart while it plays."""
    desk = window.desk
    begun = time.perf_counter()
    with measured("importing and separating, playing"):
        desk.open_paths([song])
        wait(lambda: desk.song.frames > 0)
        desk.player.play()
        decoded = time.perf_counter() - begun
        wait(lambda: desk.song.finished != [])
        heard = time.perf_counter() - begun
        wait(lambda: desk.song.is_whole)
    say("drop", f"song to be played {decoded:.2f} s", f"first part apart {heard:.2f} s")


def notes(window: MainWindow) -> None:
    """Find the notes of every lane, and measure the curve of the first."""
    names = [lane.name for lane in window.desk.song.lanes]
    with measured("finding notes, first take opens"):
        window.find_notes(names[0])
        wait(lambda: window.slot.take is not None)
        rest(0.5)
    take = window.slot.take
    assert take is not None
    with measured("measuring the curve"):
        wait(lambda: take.suggested is not None and take.measuring is None)
    with measured("finding notes of the others"):
        for name in names[1:]:
            window.desk.notes.hear(name)
        wait(lambda: all(lane.take is not None for lane in window.desk.song.lanes))


def export(window: MainWindow) -> None:
    """All stems and notes."""
    desk = window.desk
    reports: list[object] = []
    desk.exported.connect(reports.append)
    desk.export_failed.connect(give_up)
    options: dict[str, Any] = {
        "targets": ["stems", "midi"],
        "audio_format": "pcm24",
        "force": False,
    }
    with measured("exporting"):
        desk.export({"out": None, "stems": None, **options})
        wait(lambda: reports != [])


def drag(window: MainWindow) -> None:
    """Drag the threshold of the take that is open, while the music plays."""
    desk, panel, roll = window.desk, window.slot.panel, window.slot.roll
    assert panel is not None
    assert roll is not None
    desk.seek(30.0)
    desk.player.play()
    slider, paints = panel.threshold.slider, Paints(roll)
    steps = itertools.cycle([*range(30, 80), *range(80, 30, -1)])
    with measured("dragging the threshold, playing"):
        again(lambda: slider.setValue(next(steps)), 6.0)
    turns = Turns()
    for _ in range(100):
        with turns.turn():
            slider.setValue(next(steps))
            paints.wait()
    say(f"slider to notes, {len(panel.take.candidates)} candidates", *turns.told())
    desk.player.pause()
    window.slot.close_take()


def zoom(window: MainWindow) -> None:
    """Zoom in and out over six lanes, while the music plays and as fast as it can."""
    desk = window.desk
    view = desk.opened.view
    # The classical engine has four: two of them once more, under the names that are left.
    more = zip(("guitar", "piano"), view["stems"], strict=False)
    stems = [*view["stems"], *({**stem, "name": name, "take": None} for name, stem in more)]
    desk.opened.show({**view, "stems": stems})
    rest(1.0)
    body = window.timeline.body("piano")
    factors = itertools.cycle([*[0.9] * 40, *[1 / 0.9] * 40])

    def step() -> None:
        desk.axis.zoom(next(factors), 60.0)

    desk.seek(59.0)
    desk.player.play()
    with measured("zooming six lanes, playing"):
        again(step, 6.0)
    desk.player.pause()
    turns, paints = Turns(), Paints(body)
    for _ in range(240):
        with turns.turn():
            step()
            paints.wait()
    rates = 240 / sum(turns.clock), 240 / sum(turns.own)
    told = "{:.0f} pictures a second, {:.0f} by its own work".format(*rates)
    say("zooming six lanes", told, *turns.told(), f"{body.width()} px wide")


# Memory.


def memory(folder: str) -> None:
    """Private memory of the window's process, all children left out."""
    process = psutil.Process()
    with opened() as window:
        desk = window.desk
        tell_memory("memory, no song", process)
        if folder:
            desk.open_paths([Path(folder)])
            wait(lambda: desk.song.is_whole and all(lane.peaks for lane in desk.song.lanes))
            rest(1.0)
        minutes = desk.song.duration / 60
        tell_memory(f"memory, {minutes:.0f} minutes open", process)
        desk.player.play()
        for place in np.linspace(0, max(0.0, desk.song.duration - 5), 60):
            desk.seek(float(place))
            rest(1.0)
        tell_memory(f"memory, {minutes:.0f} minutes played at 60 places", process)


def tell_memory(what: str, process: psutil.Process) -> None:
    """What belongs to this process alone; files that are mapped can be dropped at any time."""
    rows = process.memory_maps()
    files = sum(row.private_clean for row in rows if row.path.endswith(".wav"))
    private = process.memory_full_info().uss
    say(what, f"{(private - files) / 1e6:.0f} MB", f"and {files / 1e6:.0f} MB of mapped sound")


def main() -> None:
    """Print what is asked for."""
    asked = sys.argv[1:] or ["start", "work", "memory"]
    with tempfile.TemporaryDirectory() as home:
        os.environ["STEMWRIGHT_HOME"] = home
        if "start" in asked:
            start()
        if "work" in asked:
            work()
        if "memory" in asked:
            memory(next((word for word in asked if Path(word).is_dir()), ""))


if __name__ == "__main__":
    main()
