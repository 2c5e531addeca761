"""Preferences: what ``settings.toml`` keeps, in the words of a musician. Changes hold at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from studio import settings
from studio.errors import StudioError
from studio.gui import theme
from studio.gui.sheets.export_daw import daw_box
from studio.gui.sheets.parts import scrolled
from studio.gui.sheets.sheet import Sheet
from studio.gui.widgets.buttons import Plain
from studio.gui.widgets.card import ErrorCard, Words
from studio.gui.widgets.segmented import Segmented
from studio.settings import Value

Choice = tuple[str, str]  # key, words
_HEADS = 120


class PreferencesSheet(Sheet):
    """The sheet.

    Signals:
        changed(name, value): an option of ``studio.settings`` was set, and is saved.
        folder_asked: choose the folder for songs; ``choose_value("out", ...)`` answers.
        quality_asked: model, quality and device have a sheet of their own.
    """

    changed = Signal(str, object)
    folder_asked = Signal()
    quality_asked = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, self.tr("Preferences"), self.tr("Every change holds at once."))
        self.setObjectName("preferencesSheet")
        self.looks = self._segments("theme", self.tr("Appearance"), self._looks())
        self.motion = self._switch("reduce_motion", self.tr("Reduce motion"))
        self.letters = self._switch("letter_keys", self.tr("Letters are shortcuts"))
        self.format = self._segments("audio_format", self.tr("Audio files"), self._formats())
        self.daw = daw_box(self.tr("Your DAW"))
        self.daw.setObjectName("daw")
        self.output = QComboBox()
        self.output.setObjectName("audio_device")
        self.output.setAccessibleName(self.tr("Play on"))
        self.folder = QLineEdit()
        self.folder.setObjectName("out")
        self.folder.setAccessibleName(self.tr("Folder for songs"))
        self.folder.setReadOnly(True)
        self.choose = Plain(self.tr("Choose…"))
        self.quality = Plain(self.tr("Change…"))
        self.quality_words = Words("", theme.BASE)
        self._error: ErrorCard | None = None
        self._fill()
        self.set_audio_devices([])
        self.output.activated.connect(self._output_chosen)
        self.daw.activated.connect(self._daw_chosen)
        self.choose.clicked.connect(self.folder_asked)
        self.quality.clicked.connect(self.quality_asked)
        self.opened.connect(self._load)

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Show what ``settings.load`` returns; says nothing."""
        for name in ("theme", "audio_format", "reduce_motion", "letter_keys", "out", "daw"):
            if name in values:
                self.set_value(name, values[name])
        self._select_output(str(values.get("audio_device", "default")))

    def set_value(self, name: str, value: Value) -> None:
        """Show one option; says nothing."""
        if name == "theme":
            self.looks.choose(str(value))
        elif name == "audio_format":
            self.format.choose(str(value))
        elif name == "daw":
            self.daw.setCurrentIndex(max(self.daw.findData(str(value)), 0))
        elif name == "out":
            self.folder.setText(str(value))
            self.folder.setToolTip(str(Path(str(value)).absolute()))
        elif name in ("reduce_motion", "letter_keys"):
            box = self.motion if name == "reduce_motion" else self.letters
            box.blockSignals(True)
            box.setChecked(value == "on")
            box.blockSignals(False)

    def choose_value(self, name: str, value: Value) -> None:
        """Set an option as if by hand: it is kept, shown and told."""
        try:
            settings.save({name: value})
        except StudioError as error:
            self._restore(name)
            self.set_error(error)
            return
        self.set_error(None)
        self.set_value(name, value)
        self.changed.emit(name, value)

    def set_audio_devices(self, names: Sequence[str]) -> None:
        """What can be played on, beside what the system plays on."""
        chosen = self.output.currentData()
        self.output.clear()
        self.output.addItem(self.tr("As the system"), "default")
        for name in names:
            self.output.addItem(name, name)
        self._select_output(str(chosen or "default"))

    def set_quality(self, text: str) -> None:
        """Model, quality and device as they are chosen: "Four stems, best quality, on the CPU"."""
        self.quality_words.setText(text)

    def set_error(self, error: StudioError | None) -> None:
        """Why a change could not be kept; None when all is well again."""
        if self._error is not None:
            self._error.hide()
            self._error.deleteLater()
            self._error = None
        if error is not None:
            self._error = ErrorCard.of(error, parent=self.panel)
            self.body.insertWidget(0, self._error)
            self._error.show()
            self._error.announce()

    def _restore(self, name: str) -> None:
        """What was refused is not what holds."""
        try:
            values = settings.load()
        except StudioError:
            values = settings.defaults()
        if name == "audio_device":
            self._select_output(str(values[name]))
        elif name != "out":  # which is shown once it is kept
            self.set_value(name, values[name])

    def _load(self) -> None:
        self.set_error(None)
        try:
            self.set_values(settings.load())
        except StudioError as error:  # the defaults are shown, and the card says what to mend
            self.set_values(settings.defaults())
            self.set_error(error)

    def _fill(self) -> None:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, theme.GROUP, 0, theme.BLOCK)
        grid.setVerticalSpacing(16)
        grid.setColumnMinimumWidth(0, _HEADS)
        grid.setColumnStretch(1, 1)
        rows: list[tuple[str, QWidget, str]] = [
            (self.tr("Appearance"), _left(self.looks), ""),
            ("", self.motion, self.tr("Panels appear without sliding.")),
            (
                self.tr("Keyboard"),
                self.letters,
                self.tr("Switch this off where a screen reader needs the letters for itself."),
            ),
            (self.tr("Play on"), self.output, ""),
            (
                self.tr("Songs"),
                _beside(self.folder, self.choose),
                self.tr("Each song gets a folder of its own in it."),
            ),
            (
                self.tr("Your DAW"),
                _left(self.daw),
                self.tr("Its targets and its steps come first when you export."),
            ),
            (self.tr("Audio files"), _left(self.format), self.tr("How stems are exported.")),
            (self.tr("Taking apart"), _beside(self.quality_words, self.quality), ""),
        ]
        for place, (heading, part, about) in enumerate(rows):
            words = Words(heading, theme.SMALL, tone="text2", wrap=False)
            words.setFixedHeight(26)
            grid.addWidget(words, 2 * place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(part, 2 * place, 1)
            if about:
                grid.addWidget(Words(about, theme.ASIDE, tone="text3"), 2 * place + 1, 1)
                grid.setRowMinimumHeight(2 * place + 1, 0)
        grid.setRowStretch(2 * len(rows), 1)
        grid.setVerticalSpacing(theme.GAP)
        self.body.addWidget(scrolled(page))

    def _segments(self, option: str, name: str, choices: Sequence[Choice]) -> Segmented:
        row = Segmented(name)
        row.setObjectName(option)
        for key, text in choices:
            row.add(key, text)
        row.chosen.connect(self._segment_chosen)
        return row

    def _switch(self, option: str, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(option)
        box.toggled.connect(self._switched)
        return box

    def _segment_chosen(self, key: str) -> None:
        self.choose_value(self.sender().objectName(), key)

    def _switched(self, on: bool) -> None:
        self.choose_value(self.sender().objectName(), "on" if on else "off")

    def _output_chosen(self) -> None:
        self.choose_value("audio_device", str(self.output.currentData()))

    def _daw_chosen(self) -> None:
        self.choose_value("daw", str(self.daw.currentData()))

    def _select_output(self, name: str) -> None:
        place = self.output.findData(name)
        if place < 0:  # chosen once, not plugged in now: it stays the choice
            self.output.addItem(self.tr("{name} (not here now)").format(name=name), name)
            place = self.output.count() - 1
        self.output.setCurrentIndex(place)

    def _looks(self) -> list[Choice]:
        return [
            ("system", self.tr("As the system")),
            ("dark", self.tr("Dark")),
            ("light", self.tr("Light")),
        ]

    def _formats(self) -> list[Choice]:
        return [
            ("pcm16", self.tr("WAV 16-bit")),
            ("pcm24", self.tr("24-bit")),
            ("float32", self.tr("32-bit float")),
            ("flac", "FLAC"),
            ("mp3", "MP3"),
        ]


def _left(part: QWidget) -> QWidget:
    """``part`` as broad as it wants to be, at the start of its row."""
    return _row(part, None)


def _beside(wide: QWidget, button: QWidget) -> QWidget:
    return _row(wide, button)


def _row(first: QWidget, second: QWidget | None) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.GAP)
    layout.addWidget(first, 0 if second is None else 1)
    if second is None:
        layout.addStretch()
    else:
        layout.addWidget(second)
    return row
