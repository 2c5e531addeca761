"""The sheets of the window, made when first asked for, and what can be done about an error.

Each is also imported only then: the first picture of the window does not wait for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from studio import settings
from studio.errors import MissingFileError, StudioError
from studio.gui.notices import Way

if TYPE_CHECKING:
    from studio.gui.sheets.about import AboutSheet
    from studio.gui.sheets.export_cards import TargetChoice
    from studio.gui.sheets.export_sheet import ExportSheet
    from studio.gui.sheets.preferences import PreferencesSheet
    from studio.gui.sheets.quality import QualitySheet
    from studio.gui.sheets.shortcuts import ShortcutsSheet
    from studio.gui.window import MainWindow


class Pages(QObject):
    """Opens sheets and joins them to the desk."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        self.export: ExportSheet | None = None
        self.preferences: PreferencesSheet | None = None
        self.quality: QualitySheet | None = None
        self.shortcuts: ShortcutsSheet | None = None
        self.about: AboutSheet | None = None
        self._closing = False

    # Export.

    def open_export(self) -> None:
        """The export of the song in the window."""
        song = self._desk.song
        if song.folder is None:
            return
        if self.export is None:
            self.export = self._make_export()
        self.export.set_format(str(self._setting("audio_format")))
        self.export.set_song(
            song.title,
            song.folder,
            [lane.stem for lane in song.lanes],
            song.sample_rate,
            list(self._setting("to")),
        )
        self.export.open()

    def _make_export(self) -> ExportSheet:
        from studio.gui.sheets.export_sheet import ExportSheet

        desk, window = self._desk, self._window
        sheet = ExportSheet(window.main_area, target_choices())
        sheet.plan_asked.connect(desk.plan)
        sheet.export_asked.connect(desk.export)
        sheet.cancel_asked.connect(desk.cancel_export)
        sheet.folder_asked.connect(self._ask_folder)
        sheet.show_asked.connect(window.files.show)
        sheet.copy_asked.connect(window.files.copy)
        desk.planned.connect(sheet.set_plan)
        desk.export_progress.connect(sheet.set_progress)
        desk.exported.connect(self._exported)
        desk.export_failed.connect(self._export_failed)
        desk.export_stopped.connect(sheet.set_stopped)
        return sheet

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, self.tr("Where to write"))
        if folder and self.export is not None:
            self.export.set_folder(Path(folder))

    def _exported(self, report: dict[str, Any]) -> None:
        if self.export is not None:
            folder = Path(report["folder"])
            self.export.set_done([folder / path for path in report["files"]])
        if self._closing:
            self._window.close()

    def _export_failed(self, error: Exception) -> None:
        if self.export is not None and isinstance(error, StudioError):
            self.export.set_error(error)
        else:
            self._desk.failed.emit(self._desk.current, error)

    def may_close(self) -> bool:
        """While files are written: says so in place, and closes by itself once they are whole."""
        self._closing = True
        text = self.tr("Writing “{}” is not finished. The window closes when it is.")
        self._window.toast.say(
            text.format(self._desk.song.title), action=("now", self.tr("Close now"))
        )
        self._window.toast.acted.connect(self._close_now)
        return False

    def _close_now(self, key: str) -> None:
        if key == "now":
            self._desk.cancel_export()
            self._desk.forget_export()
            self._window.close()

    # The others.

    def open_preferences(self) -> None:
        """What the user chooses once."""
        from studio.gui.sheets.preferences import PreferencesSheet

        if self.preferences is None:
            self.preferences = PreferencesSheet(self._window.main_area)
            self.preferences.changed.connect(self._settings_changed)
        self.preferences.open()

    def open_quality(self) -> None:
        """Model and device, with what they cost."""
        from studio.gui.sheets.quality import QualitySheet

        if self.quality is None:
            self.quality = QualitySheet(self._window.main_area)
        self.quality.open()

    def open_shortcuts(self) -> None:
        """Every key."""
        from studio.gui.sheets.shortcuts import ShortcutsSheet

        if self.shortcuts is None:
            self.shortcuts = ShortcutsSheet(self._window.main_area)
        self.shortcuts.open()

    def open_about(self) -> None:
        """Version and licences."""
        from studio.gui.sheets.about import AboutSheet

        if self.about is None:
            self.about = AboutSheet(self._window.main_area)
        self.about.open()

    def _settings_changed(self) -> None:
        self._desk.reread_settings()
        self._window.looks.apply()

    def _setting(self, name: str) -> Any:
        try:
            return settings.load()[name]
        except StudioError:
            return settings.option(name).default

    # Errors.

    def failed(self, song: str, error: Exception) -> None:
        """Show what went wrong, with what can be done, if it is about the song in the window."""
        if song and song != self._desk.current:
            return
        self._window.notices.tell(song or "desk", error, self._ways(song, error))

    def _ways(self, song: str, error: Exception) -> dict[str, Way]:
        if not song or self._desk.library.entry(song).state == "done":
            return {}
        ways: dict[str, Way] = {}
        if isinstance(error, MissingFileError):
            ways["find"] = self.tr("Find the file…"), lambda: self._find(song)
        ways["retry"] = self.tr("Try again"), lambda: self._desk.queue.retry(song)
        return ways

    def _find(self, song: str) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Find the file"))
        if path:
            self._desk.library.update(song, source=Path(path))
            self._desk.queue.retry(song)


def target_choices() -> list[TargetChoice]:
    """The cards of the export sheet: every target of the table."""
    from studio.export.targets import TARGETS
    from studio.gui.sheets.export_cards import TargetChoice

    return [
        TargetChoice(entry.name, entry.label, TARGETS.load(entry.name).summary) for entry in TARGETS
    ]
