"""How an export is written: audio format, lanes, folder; and the quieter choices folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLayout, QLineEdit, QWidget

from studio.gui import icons, theme
from studio.gui.sheets.export_more import ExportMore
from studio.gui.sheets.parts import HEADS, clear
from studio.gui.widgets.buttons import Plain
from studio.gui.widgets.card import Words
from studio.gui.widgets.chip import PickChip
from studio.gui.widgets.segmented import Segmented
from studio.music.stem import Stem

_CHIPS_A_ROW = 4
# What the option ``audio_format`` is called by its two choices; only WAV has more than one depth.
_DEPTHS = {"pcm16": "16-bit", "pcm24": "24-bit", "float32": "32-bit float"}


class ExportForm(QWidget):
    """The rows of choices.

    Signals:
        changed: something was chosen.
        folder_asked: choose another folder.
    """

    changed = Signal()
    folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.container = Segmented(self.tr("Audio file"))
        self.container.add("wav", "WAV")
        self.container.add("flac", "FLAC")
        self.container.add("mp3", "MP3")
        self.samples = Segmented(self.tr("Sample format"))
        for key, text in _DEPTHS.items():
            self.samples.add(key, text)
        self.rate = Words("", theme.ASIDE, tone="text3", wrap=False)
        self.more = ExportMore()
        self.chips: dict[str, PickChip] = {}
        self.folder = _folder_field(self)
        self.choose_folder = Plain(self.tr("Choose…"))
        self.choose_folder.setObjectName("chooseFolder")
        self._chip_grid = QGridLayout()
        self._hertz = 44100
        self._depth = "float32"
        self._lay_out()
        self.container.chosen.connect(self._container_chosen)
        self.samples.chosen.connect(self._depth_chosen)
        self.choose_folder.clicked.connect(self.folder_asked)
        self.more.changed.connect(self.changed)
        self.set_format("float32")

    @property
    def audio_format(self) -> str:
        """As the option of that name: float32, pcm24, pcm16, flac or mp3."""
        container = self.container.choice()
        return self._depth if container == "wav" else container

    @property
    def stems(self) -> list[str]:
        """The lanes that are picked."""
        return [name for name, chip in self.chips.items() if chip.isChecked()]

    @property
    def all_stems(self) -> bool:
        """Whether every lane is picked."""
        return len(self.stems) == len(self.chips)

    def set_format(self, audio_format: str) -> None:
        """Show this format as chosen; says nothing."""
        is_wav = audio_format in _DEPTHS
        self._depth = audio_format if is_wav else self._depth
        self.container.choose("wav" if is_wav else audio_format)
        # FLAC is written with 24 bits, which the row says without offering what there is not.
        self.samples.choose(audio_format if is_wav else "pcm24")
        self.samples.setVisible(audio_format != "mp3")
        for key in _DEPTHS:
            self.samples.part(key).setEnabled(is_wav or key == "pcm24")
        self.more.set_suffix(".wav" if is_wav else f".{audio_format}")
        self._tell_rate()

    def set_values(self, values: Mapping[str, Any]) -> None:
        """What the settings say; says nothing."""
        self.set_format(str(values.get("audio_format", self.audio_format)))
        self.more.set_values(values)

    @property
    def values(self) -> dict[str, Any]:
        """Format and quieter choices, as the tasks take them."""
        return {"audio_format": self.audio_format, **self.more.values()}

    def set_stems(self, stems: Sequence[Stem]) -> None:
        """The lanes of the song, all of them picked."""
        clear(self._chip_grid)
        self.chips = {stem.name: PickChip(stem, self) for stem in stems}
        for place, chip in enumerate(self.chips.values()):
            self._chip_grid.addWidget(chip, place // _CHIPS_A_ROW, place % _CHIPS_A_ROW)
            chip.toggled.connect(self.changed)
        self._chip_grid.setColumnStretch(_CHIPS_A_ROW, 1)

    def set_rate(self, sample_rate: int) -> None:
        """The sample rate of the song."""
        self._hertz = sample_rate
        self._tell_rate()

    def _tell_rate(self) -> None:
        """Kept as it is, but for MP3, which knows none above 48 kHz and is for listening."""
        said = self.tr("{rate:g} kHz, as the song").format(rate=self._hertz / 1000)
        if self.container.choice() == "mp3":
            said = self.tr("320 kbit/s: small, and no longer exact")
        self.rate.setText(said)

    def set_folder(self, folder: Path) -> None:
        """Where it is written."""
        home = Path.home()
        inside = folder.is_relative_to(home) and folder != home
        shown = folder.relative_to(home) if inside else folder
        self.folder.setText(" / ".join(part for part in shown.parts if part != folder.anchor))
        self.folder.setToolTip(str(folder))
        self.folder.setAccessibleDescription(str(folder))
        self.folder.setCursorPosition(0)

    def _container_chosen(self, key: str) -> None:
        self.set_format(self._depth if key == "wav" else key)
        self.changed.emit()

    def _depth_chosen(self, key: str) -> None:
        if self.container.choice() == "wav":
            self._depth = key
        self.changed.emit()

    def _lay_out(self) -> None:
        self._chip_grid.setContentsMargins(0, 0, 0, 0)
        self._chip_grid.setSpacing(6)
        audio = _row(self.container, self.samples, self.rate)
        audio.addStretch()
        folder = QHBoxLayout()
        folder.setSpacing(theme.GAP)
        folder.addWidget(self.folder, 1)
        folder.addWidget(self.choose_folder)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(theme.GAP)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setColumnMinimumWidth(0, HEADS)
        grid.setColumnStretch(1, 1)
        rows: list[tuple[str, QLayout]] = [
            (self.tr("Audio"), audio),
            (self.tr("Lanes"), self._chip_grid),
            (self.tr("Folder"), folder),
        ]
        for place, (heading, row) in enumerate(rows):
            words = Words(heading, theme.SMALL, tone="text2", wrap=False)
            words.setFixedHeight(26)
            grid.addWidget(words, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(row, place, 1)
        grid.addWidget(self.more, len(rows), 0, 1, 2)


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GAP)
    for part in parts:
        row.addWidget(part)
    return row


def _folder_field(parent: ExportForm) -> QLineEdit:
    """A field that shows a folder; it is changed by the button beside it."""
    field = QLineEdit(parent)
    field.setObjectName("exportFolder")
    field.setAccessibleName(QCoreApplication.translate("ExportForm", "Folder"))
    field.setReadOnly(True)
    field.setFont(theme.font(theme.SMALL))
    field.setTextMargins(-4, 0, 0, 0)
    field.addAction(icons.icon("folder"), QLineEdit.ActionPosition.LeadingPosition)
    return field
