"""The sheets of the window, made when first asked for, and what can be done about an error.

Each is also imported only then: the first picture of the window does not wait for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from studio import settings
from studio.errors import (
    MissingFileError,
    OutOfMemoryError,
    ProjectBusyError,
    StudioError,
    WorkerCrashedError,
)
from studio.gui import actions
from studio.gui.library.entry import FAILED
from studio.gui.notices import DESK, Way

if TYPE_CHECKING:
    from studio.gui.sheets.about import AboutSheet
    from studio.gui.sheets.export_cards import TargetChoice
    from studio.gui.sheets.export_sheet import ExportSheet
    from studio.gui.sheets.preferences import PreferencesSheet
    from studio.gui.sheets.quality import QualitySheet
    from studio.gui.sheets.sheet import Sheet
    from studio.gui.sheets.shortcuts import ShortcutsSheet
    from studio.gui.window import MainWindow

# What may be gone the next time, of a song that is apart.
_PASSING = (MissingFileError, OutOfMemoryError, ProjectBusyError, WorkerCrashedError)


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
        # Whether plain letters and digits are shortcuts.
        self.letters = True

    def open_sheet(self) -> Sheet | None:
        """The sheet that is open, if one is."""
        sheets = (self.export, self.preferences, self.quality, self.shortcuts, self.about)
        return next((sheet for sheet in sheets if sheet is not None and sheet.is_open), None)

    # Export.

    def open_export(self) -> None:
        """The export of the song in the window."""
        song = self._desk.song
        if song.folder is None:
            return
        if self.export is None:
            self.export = self._make_export()
        if self._desk.is_exporting:  # the sheet is still about what is being written
            self.export.open()
            return
        values = self._settings()
        self.export.set_values(values)
        self.export.set_song(
            song.title,
            song.folder,
            [lane.stem for lane in song.lanes],
            song.sample_rate,
            list(values["to"]),
            self._desk.axis.tempo,
        )
        self.export.open()

    def _make_export(self) -> ExportSheet:
        from studio.gui.sheets.export_sheet import ExportSheet

        desk, window = self._desk, self._window
        sheet = ExportSheet(window.main_area, target_choices())
        sheet.opened.connect(lambda: window.transport.export.set_open(True))
        sheet.closed.connect(lambda: window.transport.export.set_open(False))
        sheet.plan_asked.connect(desk.plan)
        sheet.export_asked.connect(desk.export)
        sheet.cancel_asked.connect(desk.cancel_export)
        sheet.daw_chosen.connect(lambda name: self._keep("daw", name))
        sheet.folder_asked.connect(self._ask_folder)
        sheet.template_asked.connect(self._ask_live_set)
        sheet.form.more.live.forgotten.connect(lambda: self._keep("live_template", "auto"))
        sheet.show_asked.connect(window.files.show)
        sheet.copy_asked.connect(window.files.copy)
        desk.planned.connect(sheet.set_plan)
        desk.export_told.connect(sheet.told.add)
        desk.export_progress.connect(sheet.set_progress)
        desk.exported.connect(self._exported)
        desk.export_failed.connect(self._export_failed)
        desk.export_stopped.connect(self._export_stopped)
        desk.chosen.connect(self._other_song)
        return sheet

    def _keep(self, name: str, value: str) -> None:
        """What was chosen in the export and holds from now on."""
        try:
            settings.save({name: value})
        except StudioError as error:
            self._desk.failed.emit("", error)  # it holds for this export

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, self.tr("Where to write"))
        if folder and self.export is not None:
            self.export.set_folder(Path(folder))

    def _ask_live_set(self) -> None:
        title = self.tr("A set saved by your Ableton Live")
        kinds = self.tr("Live sets ({})").format("*.als")
        path, _ = QFileDialog.getOpenFileName(self._window, title, "", kinds)
        if path and self.export is not None:
            self.export.set_template(path)
            self._keep("live_template", path)

    def _exported(self, report: dict[str, Any]) -> None:
        if self.export is not None:
            folder = Path(report["folder"])
            self.export.set_done([folder / path for path in report["files"]])
        if self._closing:
            self._window.close()

    def _export_failed(self, error: Exception) -> None:
        self._closing = False
        if self.export is not None and isinstance(error, StudioError):
            self.export.set_error(error)
            return
        if self.export is not None:
            self.export.set_stopped()
        self._desk.failed.emit(self._desk.current, error)

    def _export_stopped(self) -> None:
        self._closing = False
        if self.export is not None:
            self.export.set_stopped()

    def _other_song(self) -> None:
        """A plan is of one song; while it is written, the sheet stays."""
        if self.export is not None and self.export.is_open and not self._desk.is_exporting:
            self.export.close_sheet()

    def may_close(self) -> bool:
        """While files are written: says so in place, and closes by itself once they are whole."""
        self._closing = True
        text = self.tr("Writing “{}” is not finished. The window closes when it is.")
        self._window.toast.say(
            text.format(self._desk.song.title), action=("now", self.tr("Close now"))
        )
        return False

    # The others.

    def open_preferences(self) -> None:
        """What the user chooses once."""
        from studio.gui.sheets.preferences import PreferencesSheet

        if self.preferences is None:
            sheet = PreferencesSheet(self._window.main_area)
            sheet.changed.connect(self._settings_changed)
            sheet.folder_asked.connect(self._ask_songs_folder)
            sheet.quality_asked.connect(self._from_preferences)
            self._desk.player.devices_changed.connect(self._list_outputs)
            self.preferences = sheet
        self._list_outputs()
        self.preferences.set_quality(self._quality_words())
        self.preferences.open()
        self.preferences.set_value("out", str(self._desk.queue.how.out))

    def open_quality(self) -> None:
        """Model and device, with what they cost."""
        from studio.gui.sheets.quality import QualitySheet

        if self.quality is None:
            self.quality = QualitySheet(self._window.main_area, self._cost)
            self.quality.chosen.connect(self._quality_chosen)
            self.quality.copy_asked.connect(_copy_text)
            self._desk.costs.changed.connect(self._tell_costs)
        self._desk.costs.ask(cards=True)
        self._tell_costs()
        self.quality.open()

    def open_shortcuts(self) -> None:
        """Every key."""
        from studio.gui.sheets.shortcuts import ShortcutsSheet, of_actions

        if self.shortcuts is None:
            self.shortcuts = ShortcutsSheet(self._window.main_area)
        by_name = self._window.actions_by_name
        groups = []  # anew each time: letters may have been switched off since
        for menu in actions.MENUS:
            names = [declared.name for declared in actions.DECLARED if declared.menu == menu]
            groups.append((actions.said(menu), of_actions(by_name[name] for name in names)))
        self.shortcuts.set_groups(groups)
        self.shortcuts.open()

    def open_about(self) -> None:
        """Version and licences."""
        from studio.gui.sheets.about import AboutSheet

        if self.about is None:
            self.about = AboutSheet(self._window.main_area)
        self.about.open()

    def tell_quality(self) -> None:
        """The footer of the library and the first page: model, cost, and why no card."""
        model, device = str(self._setting("model")), str(self._setting("device"))
        costs = self._desk.costs
        cost = costs.cost(self._engine(model), device, float(self._setting("overlap")))
        why = self.tr("No usable graphics card.") if costs.why else ""
        self._window.library.set_quality(self._quality_words(), cost, why)
        threads = self.tr("Runs on the CPU here, {} threads").format(os.cpu_count() or 1)
        self._window.first_start.set_machine(
            threads, cost or self.tr("No graphics card is needed.")
        )
        self._window.first_start.set_models(self.tr("Four stems: vocals, drums, bass and other."))

    def _quality_words(self) -> str:
        from studio.separation.engines import ENGINES

        model = str(self._setting("model"))
        return ENGINES.entry(model).label if model in ENGINES else model

    def _engine(self, model: str) -> str:
        """The engine of a model, or the engine itself."""
        from studio.models.catalogue import read_catalogue

        found = [known for known in read_catalogue().models if known.name == model]
        return found[0].engine if found else model

    def _cost(self, model: str, device: str, overlap: float) -> str:
        return self._desk.costs.cost(self._engine(model), device, overlap)

    def _tell_costs(self) -> None:
        self.tell_quality()
        if self.quality is not None:
            self.quality.set_devices(self._desk.costs.devices)
            model, device = str(self._setting("model")), str(self._setting("device"))
            self.quality.set_chosen(model, device, float(self._setting("overlap")))

    def _quality_chosen(self) -> None:
        """The settings have it; the song in the window is done again, if it is apart."""
        self._settings_changed("model", None)
        desk = self._desk
        if desk.song.is_whole and not desk.is_working:
            self._window.toast.say(
                self.tr("Songs will be taken apart this way from now on."),
                action=("again", self.tr("This one too")),
            )

    def toast_acted(self, key: str) -> None:
        """A button of the toast."""
        if key == "again":
            self._desk.separate_again()
        elif key == "now":
            self._desk.cancel_export()
            self._desk.forget_export()
            self._window.close()

    def _list_outputs(self) -> None:
        if self.preferences is not None:
            names = [device.name for device in self._desk.player.devices()]
            self.preferences.set_audio_devices(names)

    def _ask_songs_folder(self) -> None:
        title = self.tr("The folder for songs")
        folder = QFileDialog.getExistingDirectory(self._window, title)
        if folder and self.preferences is not None:
            self.preferences.choose_value("out", folder)

    def _from_preferences(self) -> None:
        if self.preferences is not None:
            self.preferences.close_sheet()
        self.open_quality()

    def _settings_changed(self, name: str, value: object) -> None:
        self._desk.reread_settings()
        if name in ("theme", "reduce_motion"):
            self._window.looks.apply()
        self.use_settings()
        self.tell_quality()

    def use_settings(self) -> None:
        """What settings say of keys and sound."""
        self.letters = self._setting("letter_keys") != "off"
        actions.use_letters(self._window.actions_by_name, self.letters)
        self._window.tips.use_letters(self.letters)
        self._window.timeline.show_keys(self.letters)
        wanted = str(self._setting("audio_device"))
        if wanted != "default":
            chosen = [d.id for d in self._desk.player.devices() if d.name == wanted]
            self._desk.player.choose_device(chosen[0] if chosen else None)
        elif self._desk.player.chosen_device is not None:
            self._desk.player.choose_device(None)

    def _setting(self, name: str) -> Any:
        return self._settings()[name]

    def _settings(self) -> dict[str, Any]:
        """The user's; where they cannot be read, the defaults."""
        try:
            return dict(settings.load())
        except StudioError:
            return dict(settings.defaults())

    # Errors.

    def failed(self, song: str, error: Exception) -> None:
        """Show what went wrong, with what can be done, if it is about the song in the window."""
        if song and song != self._desk.current:
            return
        key = song or f"{DESK} {type(error).__name__} {error}"
        self._window.notices.tell(key, error, self._ways(song, error))
        self._window.status.say(str(error))  # it said "Everything is saved."

    def _ways(self, song: str, error: Exception) -> dict[str, Way]:
        if not song:
            return {}
        state = self._desk.library.entry(song).state
        if state not in FAILED and not (state == "done" and isinstance(error, _PASSING)):
            return {}  # it goes on by itself, or with the next change
        ways: dict[str, Way] = {}
        if state == "missing":
            ways["find"] = self.tr("Find the folder…"), lambda: self._find_folder(song)
        elif isinstance(error, MissingFileError):
            ways["find"] = self.tr("Find the file…"), lambda: self._find(song)
        ways["retry"] = self.tr("Try again"), lambda: self._desk.retry(song)
        return ways

    def _find(self, song: str) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Find the file"))
        if path:
            self._desk.found_again(song, Path(path))

    def _find_folder(self, song: str) -> None:
        title = self.tr("Find the folder of the song")
        folder = QFileDialog.getExistingDirectory(self._window, title)
        if folder:
            self._desk.found_again(song, Path(folder))


def _copy_text(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def target_choices() -> list[TargetChoice]:
    """The cards of the export sheet: every target of the table."""
    from studio.export.targets import TARGETS
    from studio.gui.sheets.export_cards import TargetChoice

    return [
        TargetChoice(entry.name, entry.label, TARGETS.load(entry.name).summary) for entry in TARGETS
    ]
