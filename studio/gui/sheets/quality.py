"""Model, quality and device for the next song, with what each costs, before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from studio import settings
from studio.errors import StudioError
from studio.gui import theme
from studio.gui.sheets.parts import Line, clear, column, scrolled
from studio.gui.sheets.sheet import Sheet
from studio.gui.widgets.buttons import Filled, Plain
from studio.gui.widgets.card import ErrorCard, Words
from studio.gui.widgets.segmented import Segmented
from studio.models import store
from studio.models.catalogue import read_catalogue
from studio.separation.engines import ENGINES

# Shares of a segment that are computed twice: faster, as usual, smoother at the seams.
OVERLAPS = {"fast": 0.1, "usual": 0.25, "smooth": 0.5}
Cost = Callable[[str, str, float], str]


def _unknown(model: str, device: str, overlap: float) -> str:
    """Nothing was measured yet."""
    return ""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model.

    Attributes:
        name: As on the command line.
        label: For people: "Four stems, best quality".
        about: What comes out, what it is best at, its licence.
        available: Whether its weights are here.
        why: What to do to get it.
    """

    name: str
    label: str
    about: str
    available: bool = True
    why: str = ""


class QualitySheet(Sheet):
    """The sheet.

    Signals:
        chosen(choice): "Use this" was pressed: model, device and overlap, which are saved.
        copy_asked(text): a command that would make a device usable, for the clipboard.
    """

    chosen = Signal(dict)
    copy_asked = Signal(str)

    def __init__(self, over: QWidget, cost: Cost = _unknown) -> None:
        """``cost(model, device, overlap)`` says what a song takes: "About 2 min a song"."""
        super().__init__(
            over,
            self.tr("Model, quality and device"),
            self.tr("For songs from now on. Songs that are apart stay as they are."),
        )
        self.setObjectName("qualitySheet")
        self._cost: Cost = cost
        self.models: dict[str, QRadioButton] = {}
        self.devices: dict[str, QRadioButton] = {}
        self._model_group, self._device_group = QButtonGroup(self), QButtonGroup(self)
        self._model_column, self._device_column = column(), column()
        self.overlap = Segmented(self.tr("Quality"))
        for key, text in (
            ("fast", self.tr("Faster")),
            ("usual", self.tr("As usual")),
            ("smooth", self.tr("Smoother seams")),
        ):
            self.overlap.add(key, text)
        self.overlap.choose("usual")
        self.said = Words("", theme.SMALL, theme.MEDIUM)
        self.use = Filled(self.tr("Use this"), large=True)
        self._error: ErrorCard | None = None
        self._fill()
        self.overlap.chosen.connect(self._say)
        self._model_group.buttonClicked.connect(self._say)
        self._device_group.buttonClicked.connect(self._say)
        self.use.clicked.connect(self._use)
        self.opened.connect(self._load)
        self.set_models(models_here())
        self.set_devices([])

    def set_cost(self, cost: Cost) -> None:
        """Another way to tell what a song takes, once speeds are measured."""
        self._cost = cost
        self._say()

    def set_models(self, models: Sequence[ModelChoice]) -> None:
        """The models there are."""
        clear(self._model_column)
        self.models = {}
        for model in models:
            button = self._radio(model.label, model.available)
            button.setObjectName(f"model_{model.name}")
            self.models[model.name] = button
            self._model_group.addButton(button)
            self._model_column.addWidget(button)
            about = model.about if model.available else f"{model.about} {model.why}".strip()
            if about:
                self._model_column.addWidget(_about(about))
            button.setAccessibleDescription(about)

    def set_devices(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """The devices, as the task "devices" returns them, after "the best there is"."""
        clear(self._device_column)
        best = {"id": "auto", "label": self.tr("The best there is"), "usable": True, "reason": ""}
        self.devices = {}
        for row in (best, *rows):
            self._add_device(row)

    def set_chosen(self, model: str, device: str, overlap: float) -> None:
        """What holds now."""
        for buttons, name in ((self.models, model), (self.devices, device)):
            if name in buttons:
                buttons[name].setChecked(True)
        nearest = min(OVERLAPS, key=lambda key: abs(OVERLAPS[key] - overlap))
        self.overlap.choose(nearest)
        self._say()

    def choice(self) -> dict[str, str | float]:
        """What is chosen on the sheet."""
        return {
            "model": _checked(self.models),
            "device": _checked(self.devices),
            "overlap": OVERLAPS[self.overlap.choice()],
        }

    def _fill(self) -> None:
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, theme.GROUP, 0, theme.BLOCK)
        inside.setSpacing(theme.INSET)
        inside.addWidget(_heading(self.tr("Model")))
        inside.addLayout(self._model_column)
        inside.addWidget(Line())
        inside.addWidget(_heading(self.tr("Quality")))
        row = QHBoxLayout()
        row.addWidget(self.overlap)
        row.addStretch()
        inside.addLayout(row)
        inside.addWidget(Line())
        inside.addWidget(_heading(self.tr("Device")))
        inside.addLayout(self._device_column)
        inside.addStretch(1)
        self.body.addWidget(scrolled(page))
        self.foot.addWidget(self.said, 1)
        self.foot.addWidget(self.use)
        self.foot_bar.show()

    def _add_device(self, row: Mapping[str, Any]) -> None:
        button = self._radio(str(row["label"]), bool(row["usable"]))
        button.setObjectName(f"device_{row['id']}")
        self.devices[str(row["id"])] = button
        self._device_group.addButton(button)
        self._device_column.addWidget(button)
        if row["reason"]:
            button.setAccessibleDescription(str(row["reason"]))
            self._device_column.addWidget(_about(str(row["reason"])))
        if command := str(row.get("command", "")):
            copy = Plain(self.tr("Copy the command that adds it"), icon="copy")
            copy.setObjectName("copyCommand")
            copy.setToolTip(command)
            copy.setProperty("command", command)
            copy.clicked.connect(self._copy)
            line = QWidget()
            inside = QHBoxLayout(line)
            inside.setContentsMargins(24, 0, 0, 0)
            inside.addWidget(copy)
            inside.addStretch()
            self._device_column.addWidget(line)

    def _radio(self, text: str, usable: bool) -> QRadioButton:
        button = QRadioButton(text)
        button.setAccessibleName(text)
        button.setEnabled(usable)
        return button

    def _copy(self) -> None:
        self.copy_asked.emit(str(self.sender().property("command")))

    def _say(self) -> None:
        choice = self.choice()
        whole = bool(choice["model"] and choice["device"])
        self.use.setEnabled(whole)
        model, device = str(choice["model"]), str(choice["device"])
        self.said.setText(self._cost(model, device, float(choice["overlap"])) if whole else "")

    def _load(self) -> None:
        """Show what holds; a settings file that is damaged counts as none here."""
        self._drop_error()
        try:
            now = settings.load()
        except StudioError as error:
            now = settings.defaults()
            self._show_error(error)
        overlap = now["overlap"]
        assert isinstance(overlap, float)
        self.set_chosen(str(now["model"]), str(now["device"]), overlap)

    def _use(self) -> None:
        self._drop_error()
        try:
            settings.save(self.choice())
        except StudioError as error:
            self._show_error(error)
            return
        self.chosen.emit(self.choice())
        self.close_sheet()

    def _show_error(self, error: StudioError) -> None:
        self._error = ErrorCard.of(error, parent=self.panel)
        self.body.insertWidget(0, self._error)
        self._error.show()
        self._error.announce()

    def _drop_error(self) -> None:
        if self._error is not None:
            self._error.hide()
            self._error.deleteLater()
            self._error = None


def models_here() -> list[ModelChoice]:
    """Every separation engine that needs no weights, and every model of the catalogue."""
    separating = [model for model in read_catalogue().models if model.purpose == "separation"]
    with_weights = {model.engine for model in separating}
    choices = [
        ModelChoice(entry.name, entry.label, "")
        for entry in ENGINES
        if entry.name not in with_weights
    ]
    for model in separating:
        stems = ", ".join(model.stems).capitalize()
        about = f"{model.summary.rstrip('.')}. {stems}. Licence: {model.licence.rstrip('.')}."
        why = f"Its weights are not here yet: “stemwright models show {model.name}” says how."
        here = store.has(model.name)
        choices.append(ModelChoice(model.name, model.label, about, here, "" if here else why))
    return choices


def _heading(text: str) -> Words:
    return Words(text, theme.BASE, theme.STRONG, wrap=False)


def _about(text: str) -> Words:
    words = Words(text, theme.ASIDE, tone="text3")
    words.setContentsMargins(24, 0, 0, theme.GROUP)
    return words


def _checked(buttons: Mapping[str, QRadioButton]) -> str:
    return next((name for name, button in buttons.items() if button.isChecked()), "")
