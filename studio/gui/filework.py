"""Files into the window and out of it: choosing, copying, showing, keeping the plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.errors import StudioError
from studio.gui.desk import handout
from studio.gui.desk.desk import Desk
from studio.gui.widgets.chip import files_mime

if TYPE_CHECKING:
    from studio.gui.tuning.take_panel import TakePanel


class FileWork(QObject):
    """What actions, chips and cards do with files. The file choosers are the system's own."""

    def __init__(self, desk: Desk, window: QWidget, say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._desk, self._window, self._say = desk, window, say

    def choose_songs(self) -> None:
        """Ask for songs and open them."""
        from studio.audio.probe import SUFFIXES  # brings the decoders

        patterns = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        kinds = self.tr("Songs ({})").format(patterns)
        files, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Open songs"), "", kinds)
        if files:
            self._desk.open_paths([Path(file) for file in files])

    def choose_folder(self) -> None:
        """Ask for the folder of a song that is apart, or of songs, and open it."""
        title = self.tr("Open a song’s folder")
        folder = QFileDialog.getExistingDirectory(self._window, title)
        if folder:
            self._desk.open_paths([Path(folder)])

    def audio_of(self, name: str) -> list[Path]:
        """A lane's sound, written now. Raises DiskFullError, WriteError."""
        return handout.audio(self._desk.song, self._desk.song.lane(name))

    def notes_of(self, name: str) -> list[Path]:
        """A lane's notes, written now. Raises DiskFullError, WriteError."""
        desk = self._desk
        return handout.notes(desk.song, desk.song.lane(name), desk.axis.tempo)

    def everything(self) -> list[Path]:
        """Every file of the song, written now. Raises DiskFullError, WriteError."""
        return handout.everything(self._desk.song, self._desk.axis.tempo)

    def copy_all(self) -> None:
        """Every file of the song to the clipboard."""
        self._copy_made(self.everything)

    def copy_lane(self, name: str, what: str = "both") -> None:
        """A lane's "audio", "notes" or "both" to the clipboard."""
        makers = {"audio": [self.audio_of], "notes": [self.notes_of]}
        chosen = makers.get(what, [self.audio_of, self.notes_of])
        self._copy_made(lambda: [path for make in chosen for path in make(name)])

    def copy(self, paths: Sequence[Path]) -> None:
        """Files to the clipboard, to be pasted into a DAW or a folder."""
        if paths:
            QGuiApplication.clipboard().setMimeData(files_mime(paths))
            names = ", ".join(path.name for path in paths)
            self._say(self.tr("Copied: {}").format(names))

    @property
    def place(self) -> Path | None:
        """The folder of the song in the window, or that of its file; None without a song."""
        desk = self._desk
        known = desk.library.entry(desk.current).place if desk.current else None
        return desk.song.folder or known

    def show(self, folder: Path | None) -> None:
        """The folder in the system's file manager."""
        if folder is not None and folder.exists():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        elif folder is not None:
            self._say(self.tr("{} is not there any more.").format(folder))

    def save_plot(self, panel: TakePanel, suffix: str) -> None:
        """Ask where, and keep the plot of a take as a picture."""
        name = f"{self._desk.song.title} - {panel.take.stem.label}.{suffix}"
        path, _ = QFileDialog.getSaveFileName(self._window, self.tr("Keep the plot"), name)
        if path:
            self._guarded(lambda: panel.fit.plot.save(Path(path)))

    def _copy_made(self, make: Callable[[], list[Path]]) -> None:
        self._guarded(lambda: self.copy(make()))

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except StudioError as error:
            self._desk.failed.emit(self._desk.current, error)
