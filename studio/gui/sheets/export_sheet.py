"""The export: to what, how, where, what will be written and replaced, and whether there is room.

Every change asks for a plan; the tree shows what the plan says, so nobody is surprised by a file.
While it writes, and after, the song goes on playing below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.errors import StudioError
from studio.export.daws import DAWS
from studio.gui import theme, words
from studio.gui.sheets.export_cards import TargetCards, TargetChoice
from studio.gui.sheets.export_conflict import Conflict
from studio.gui.sheets.export_daw import ANY, DawRow
from studio.gui.sheets.export_foot import ExportFoot
from studio.gui.sheets.export_form import ExportForm
from studio.gui.sheets.export_said import Told
from studio.gui.sheets.export_tree import FileTree, PlannedFile, planned
from studio.gui.sheets.parts import Line, scrolled, set_tone
from studio.gui.sheets.sheet import Sheet
from studio.gui.widgets.card import ErrorCard, Words
from studio.music.stem import Stem
from studio.music.tempo import TempoMap

_ASK_AFTER_MS = 120


class ExportSheet(Sheet):
    """The sheet.

    Signals:
        plan_asked(options), export_asked(options): ``options`` are those of the tasks "plan" and
            "export": out, targets, stems (None for all), force, keep, and how files are written.
        daw_chosen(name): the user's DAW is another one, which is to be kept.
        cancel_asked: stop the export that runs.
        folder_asked: choose another folder; ``set_folder`` answers.
        template_asked: choose a set of Live's; ``set_template`` answers.
        show_asked(folder): show it in the system's file manager.
        copy_asked(paths): put the files on the clipboard.
    """

    plan_asked = Signal(dict)
    export_asked = Signal(dict)
    daw_chosen = Signal(str)
    cancel_asked = Signal()
    folder_asked = Signal()
    template_asked = Signal()
    show_asked = Signal(object)
    copy_asked = Signal(object)

    def __init__(self, over: QWidget, targets: Sequence[TargetChoice]) -> None:
        super().__init__(over, self.tr("Export"))
        self.setObjectName("exportSheet")
        self.daw = DawRow()
        self.told = Told()
        self.cards = TargetCards(targets)
        self.form = ExportForm()
        self.tree = FileTree()
        self.summary = Words("", theme.ASIDE, tone="text3", wrap=False)
        self.conflict = Conflict()
        self.bar = ExportFoot()
        self._usual: Sequence[str] = ()
        self._guide_note = False
        self._folder = Path()
        self._out: Path | None = None
        self._plan: dict[str, Any] | None = None
        self._files: list[PlannedFile] = []
        self._written: list[Path] = []
        self._error: ErrorCard | None = None
        self._soon = QTimer(self, singleShot=True, interval=_ASK_AFTER_MS)
        self._fill()
        self._connect()

    def set_song(
        self,
        title: str,
        folder: Path,
        stems: Sequence[Stem],
        sample_rate: int,
        targets: Sequence[str],
        tempo: TempoMap | None = None,
    ) -> None:
        """The song to export.

        Args:
            title: Its name.
            folder: Its own folder, where it is written unless another one is chosen.
            stems: Its lanes.
            sample_rate: In Hz.
            targets: The targets that are ticked at first, where no DAW is chosen.
            tempo: Its tempo, if known.
        """
        self.set_title(
            self.tr("Export {song}").format(song=title),
            self.tr("Everything starts together and is as long as the song."),
        )
        self._usual = targets
        self._folder, self._out = folder, None
        self.form.set_stems(stems)
        self.form.set_rate(sample_rate)
        self.form.set_folder(folder)
        self.form.more.set_song(title, [stem.label for stem in stems], tempo)
        self.daw.set_song(sample_rate, tempo)
        self._prefer()
        self.conflict.reset()
        self._ask()

    def set_folder(self, folder: Path) -> None:
        """Another place, chosen by hand: it gets a folder named like the song."""
        self._out = None if folder in (self._folder, self._folder.parent) else folder
        self.form.set_folder(self.target)
        self._changed()

    def set_template(self, path: str) -> None:
        """A set of Live's, chosen by hand."""
        self.form.more.live.set_path(path)
        self._changed()

    @property
    def target(self) -> Path:
        """The folder that is written."""
        return self._folder if self._out is None else self._out / self._folder.name

    def set_values(self, values: Mapping[str, Any]) -> None:
        """What the settings say of the DAW and of how files are written; before ``set_song``."""
        self.form.set_values(values)
        self.daw.choose(str(values.get("daw", ANY)))
        self._guide_note = values.get("guide_note") == "on"

    def _prefer(self) -> None:
        """The targets of the chosen DAW, first and ticked."""
        daw = self.daw.daw
        targets = self._usual
        if daw.name != ANY:
            targets = self.cards.offered(daw.targets)
            if len(targets) < len(daw.targets):  # the way that is always open
                by_hand = DAWS[ANY].targets
                targets = [*(t for t in targets if t not in by_hand), *by_hand]
        self.cards.offer_first(targets)
        self.cards.choose(targets)
        self._show_live()
        self.form.more.set_guide_note(daw.guide_note or self._guide_note)

    def options(self) -> dict[str, Any]:
        """What is chosen, as the tasks take it."""
        return {
            "folder": str(self._folder),  # the song of the sheet, whatever the window shows by now
            "out": None if self._out is None else str(self._out),
            "targets": self.cards.chosen(),
            **self.form.values,
            "daw": self.daw.daw.name,
            "stems": None if self.form.all_stems else self.form.stems,
            "force": self.conflict.replaces,
            "keep": not self.conflict.replaces,
        }

    def set_plan(self, plan: dict[str, Any]) -> None:
        """The answer to ``plan_asked``, as the task "plan" returns it."""
        if self._soon.isActive() or self._missing():
            return  # something was changed meanwhile: it is the plan of other choices
        self._plan = plan
        self._files = planned(plan)
        self._show_plan()

    def set_progress(self, fraction: float, text: str = "", left: float | None = None) -> None:
        """How far the export is: in [0, 1], the stage, seconds left if known."""
        self._allow(False)
        self.bar.progress(fraction, text, left)

    def set_done(self, files: Sequence[Path]) -> None:
        """It is written; ``files`` are what stands there now."""
        self._written = list(files)
        self._allow(True)
        self.bar.done(len(files))
        if self.daw.daw.name != ANY:
            self.daw.unfold.setChecked(True)
            self.area.ensureWidgetVisible(self.daw, 0, 0)
        if self._holds_focus():
            self.bar.show_folder.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_stopped(self) -> None:
        """It was cancelled; nothing of it was left."""
        self._allow(True)
        self._ask()

    def set_error(self, error: StudioError) -> None:
        """The plan or the export failed; the card says why and what to do."""
        self._allow(True)
        self._drop_error()
        again = ("again", self.tr("Try again"))
        self._error = ErrorCard.of(error, [again], parent=self.panel)
        self._error.acted.connect(self._again)
        self._column.insertWidget(0, self._error)
        self._error.show()
        self.area.verticalScrollBar().setValue(0)
        self._error.announce()
        planned_ = self._plan is not None
        self._show_foot(self._why_not() if planned_ else self.tr("It is not known what to write."))

    def takes(self, event: QKeyEvent) -> bool:
        """Ctrl+Enter too."""
        return super().takes(event) or _is_go(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See ``QWidget``."""
        if _is_go(event) and not self.bar.is_writing and self.bar.go.isEnabled():
            self._go()
            return
        super().keyPressEvent(event)

    def _fill(self) -> None:
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 0, 0, theme.INSET)
        self._column.setSpacing(14)
        heading = QHBoxLayout()
        heading.addWidget(Words(self.tr("What will be written"), theme.SMALL, theme.STRONG), 1)
        heading.addWidget(self.summary)
        for part in (self.daw, self.told, self.cards, self.form, Line()):
            self._column.addWidget(part)
        self._column.addLayout(heading)
        self._column.addWidget(self.tree)
        self._column.addWidget(self.conflict)
        self._column.addStretch(1)
        self.area = scrolled(self._page)
        self.body.addWidget(self.area)
        self.foot.addWidget(self.bar)
        self.foot_bar.show()

    def _connect(self) -> None:
        self._soon.timeout.connect(self._ask)
        self.daw.chosen.connect(self._daw_chosen)
        self.cards.changed.connect(self._changed)
        self.form.changed.connect(self._changed)
        self.form.folder_asked.connect(self.folder_asked)
        self.form.more.live.asked.connect(self.template_asked)
        self.form.more.unfold.toggled.connect(self._unfolded)
        self.conflict.chosen.connect(self._show_plan)
        self.bar.export_asked.connect(self._go)
        self.bar.close_asked.connect(self.close_sheet)
        self.bar.cancel_asked.connect(self.cancel_asked)
        self.bar.show_asked.connect(self._show)
        self.bar.copy_asked.connect(self._copy)

    def _daw_chosen(self, name: str) -> None:
        self._prefer()
        self.daw_chosen.emit(name)
        self._changed()

    def _unfolded(self, on: bool) -> None:
        """What unfolds below the foot is scrolled to, once it has its place."""
        if on:
            QTimer.singleShot(0, self, self._show_more)

    def _show_more(self) -> None:
        self.area.ensureWidgetVisible(self.form.more, 0, 0)

    def _show_live(self) -> None:
        self.form.more.show_live("live" in self.cards.chosen())

    def _changed(self) -> None:
        """The plan on show is no longer that of the choices."""
        self._plan = None
        self._show_live()
        self._show_foot(self._missing() or self.tr("Looking at what is there…"))
        self._soon.start()

    def _ask(self) -> None:
        self._soon.stop()
        self._plan = None
        self.told.clear()
        self._drop_error()
        missing = self._missing()
        if missing:
            self._files = []
            self._show_tree([])
            self._show_foot(missing)
            return
        self._show_foot(self.tr("Looking at what is there…"))
        self.plan_asked.emit(self.options())

    def _go(self) -> None:
        if self._plan is not None and not self._why_not():
            self._drop_error()
            self.told.clear()
            options = self.options()  # before the choices are switched off for the while
            self.set_progress(0.0)
            self.export_asked.emit(options)

    def _again(self) -> None:
        if self._plan is None:
            self._ask()
        else:
            self._go()

    def _show_plan(self) -> None:
        if self._plan is None:
            return
        self.conflict.show_files([f for f in self._files if f.state == "conflict"])
        self._show_tree(self._plan.get("removed", []))
        stems = [file.name for file in self._files if file.role == "stem"]
        if stems:
            self.form.more.set_planned(stems[0])
        self.daw.set_files(self._files, self.form.more.switches["guide_note"].isChecked())
        self._show_foot(self._why_not())

    def _show_tree(self, removed: Sequence[str]) -> None:
        self.tree.show_files(self._files, removed, self.conflict.replaces)
        kept = len(self._files) - self._count()
        said = words.count(len(self._files))
        text = self.tr("1 file") if said == "1" else self.tr("{n} files").format(n=said)
        if kept:
            stays = self.tr(", 1 kept as it is") if kept == 1 else self.tr(", {n} kept as they are")
            text += stays.format(n=words.count(kept))
        self.summary.setText(text if self._files else "")

    def _show_foot(self, reason: str) -> None:
        plan = self._plan or {}
        count = self._count() if self._plan is not None else 0
        self.bar.ask(count, plan.get("needed_bytes"), plan.get("free_bytes"), reason)
        set_tone(self.bar.reason, "alarm" if self._is_short() else "text3")

    def _count(self) -> int:
        """How many files will be written."""
        kept = {"same"} if self.conflict.replaces else {"same", "conflict"}
        return sum(file.state not in kept for file in self._files)

    def _missing(self) -> str:
        """What is not chosen yet."""
        if not self.cards.chosen():
            return self.tr("Choose at least one target.")
        if not self.form.stems:
            return self.tr("Choose at least one lane.")
        return self.tr("The names need mending.") if self.form.more.problem else ""

    def _why_not(self) -> str:
        """Why what is planned cannot be written; empty where it can."""
        if self._is_short():
            return self.tr("Nothing was written. Choose another folder or fewer targets.")
        return "" if self._count() else self.tr("All of it is there already.")

    def _is_short(self) -> bool:
        plan = self._plan or {}
        return bool(plan.get("needed_bytes", 0) > plan.get("free_bytes", 0))

    def _allow(self, on: bool) -> None:
        for part in (self.daw.box, self.cards, self.form, self.conflict):
            part.setEnabled(on)

    def _drop_error(self) -> None:
        if self._error is not None:
            self._column.removeWidget(self._error)
            self._error.hide()
            self._error.deleteLater()
            self._error = None

    def _show(self) -> None:
        self.show_asked.emit(self.target)

    def _copy(self) -> None:
        self.copy_asked.emit(self._written)


def _is_go(event: QKeyEvent) -> bool:
    enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return enter and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
