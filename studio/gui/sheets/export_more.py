"""The quieter choices of an export: where it starts, names, the tempo in WAV files, MIDI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QWidget,
)

from studio.errors import OptionError
from studio.export.contract import ExportOptions, Grid
from studio.export.names import stem_files
from studio.gui import theme, words
from studio.gui.sheets.export_live import LiveSet
from studio.gui.sheets.parts import HEADS, column, set_tone
from studio.gui.widgets.card import Words
from studio.gui.widgets.chip import UNKNOWN_BPM
from studio.gui.widgets.disclosure import Disclosure
from studio.gui.widgets.segmented import Segmented
from studio.music.tempo import TempoMap
from studio.settings import OPTIONS

_SHARES = (0.0, 0.5, 0.8, 1.0)
_SWITCHES = ("lead_in", "tempo_tag", "programs", "drum_tracks", "guide_note")
NAMES = ("naming", "quantise", "grid", "live_template", *_SWITCHES)
"""The options of ``ExportOptions`` that are chosen here."""
DEFAULTS: dict[str, Any] = {
    field.name: field.default for field in fields(ExportOptions) if field.name in NAMES
}


class ExportMore(QWidget):
    """One line, which says what is chosen; the choices unfold below.

    Attributes:
        problem: Why the template for names cannot be used; empty where it can.

    Signals:
        changed: something was chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportMore")
        self.switches = {
            "lead_in": QCheckBox(self.tr("Start on a bar")),
            "tempo_tag": QCheckBox(self.tr("WAV files say the tempo")),
            "programs": QCheckBox(self.tr("Choose instruments")),
            "drum_tracks": QCheckBox(self.tr("A track a drum piece")),
            "guide_note": QCheckBox(self.tr("Guide note for Live")),
        }
        self.naming = QLineEdit()
        self.naming.setObjectName("naming")
        self.naming.setAccessibleName(self.tr("Names of the stems"))
        self.example = Words("", theme.ASIDE, tone="text3")
        self.live = LiveSet()
        self.quantise = Segmented(self.tr("Quantised copies of the MIDI files"))
        self.grid = QComboBox()
        self.grid.setObjectName("exportGrid")
        self.grid.setAccessibleName(self.tr("Grid of the quantised copies"))
        triplets = self.tr("{grid} triplets")
        for key in get_args(Grid):
            is_triplet = key.endswith("T")
            self.grid.addItem(triplets.format(grid=key[:-1]) if is_triplet else key, key)
        self.problem = ""
        self._quiet = False
        self._song: tuple[str, Sequence[str], float] = ("", (), UNKNOWN_BPM)
        self._suffix = ".wav"
        self._page = QWidget()
        self.unfold = Disclosure(self.tr("More"), self._page)
        self.unfold.setObjectName("exportMoreUnfold")
        self._offer_shares(_SHARES)
        self.quantise.choose("0")
        self._lay_out()
        self._connect()
        self.set_values({})

    def values(self) -> dict[str, Any]:
        """What is chosen, as the tasks take it."""
        return {
            **{n: box.isChecked() and box.isEnabledTo(self) for n, box in self.switches.items()},
            "naming": self.naming.text().strip(),
            "quantise": float(self.quantise.choice()),
            "grid": self.grid.currentData(),
            "live_template": self.live.path,
        }

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show these as chosen, defaults for those not named; says nothing."""
        chosen = DEFAULTS | {name: values[name] for name in NAMES if name in values}
        self._quiet = True
        for name, box in self.switches.items():
            box.setChecked(chosen[name] in (True, "on"))
        self.naming.setText(str(chosen["naming"]))
        share = float(f"{float(chosen['quantise']):g}")
        self._offer_shares(sorted({*_SHARES, share}))
        self.quantise.choose(f"{share:g}")
        self.grid.setCurrentIndex(self.grid.findData(str(chosen["grid"])))
        self.live.set_path(None if chosen["live_template"] == "auto" else chosen["live_template"])
        self._quiet = False
        self._follow()

    def show_live(self, on: bool) -> None:
        """Whether a set for Live is made, and so from which."""
        for part in (self._live_head, self.live):
            part.setVisible(on)

    def set_guide_note(self, on: bool) -> None:
        """Switch the guide note; says nothing."""
        self._quiet = True
        self.switches["guide_note"].setChecked(on)
        self._quiet = False
        self._follow()

    def set_song(self, title: str, labels: Sequence[str], tempo: TempoMap | None) -> None:
        """What the example of a name is made of; what was unfolded is folded again."""
        self._song = (title, labels, tempo.usual_bpm if tempo is not None else UNKNOWN_BPM)
        knows = tempo is not None and tempo.downbeat is not None
        box = self.switches["lead_in"]
        box.setEnabled(knows)
        box.setToolTip(
            self._tips()["lead_in"]
            if knows
            else self.tr("Where a bar begins is not known of this song")
        )
        self.unfold.setChecked(False)
        self._follow()

    def set_planned(self, name: str) -> None:
        """What a stem will be called indeed: only the plan knows the key of the song."""
        self._show_example(name)

    def set_suffix(self, suffix: str) -> None:
        """How the files of the stems end: ``.flac``."""
        self._suffix = suffix
        self._follow()

    def _changed(self) -> None:
        if not self._quiet:
            self._follow()
            self.changed.emit()

    def _follow(self) -> None:
        """What depends on the choices: the example, the grid, and the line that sums them up."""
        self.problem = ""
        try:
            self._show_example(self._example())
        except OptionError as error:
            reason = str(error.facts["reason"])
            self.problem = self.tr("Files cannot be called so: {reason}.").format(reason=reason)
            self.example.setText(self.problem)
            self.unfold.setChecked(True)
        set_tone(self.example, "alarm" if self.problem else "text3")
        self.naming.setAccessibleDescription(self.example.text())
        self.grid.setEnabled(self.quantise.choice() != "0")
        self.unfold.set_aside(" · ".join(self._summary()))

    def _example(self) -> str:
        """What the first stem will be called. Raises OptionError."""
        title, labels, bpm = self._song
        template = self.naming.text().strip()
        named = ["Mixture", *labels]  # which has number 0
        return stem_files(template, title, named, self._suffix, bpm, None)[min(1, len(labels))]

    def _show_example(self, name: str) -> None:
        fields = [f"{{{field}}}" for field in OPTIONS["naming"].choices]
        other = [field for field in fields if field not in self.naming.text()]
        said = self.tr("As in {file}; there are {fields} too.")
        if not other:
            said = self.tr("As in {file}.")
        self.example.setText(said.format(file=words.quoted(name), fields=" ".join(other)))

    def _summary(self) -> list[str]:
        """What was chosen that is not the default; else what there is."""
        said = [
            box.text() if box.isChecked() else self.tr("No instruments")
            for name, box in self.switches.items()
            if (box.isChecked() and box.isEnabledTo(self)) != DEFAULTS[name]
        ]
        if self.naming.text().strip() != DEFAULTS["naming"]:
            said.append(self.tr("Other names"))
        if self.live.path is not None:
            said.append(self.live.text())
        if self.quantise.choice() != "0":
            share = words.percent(float(self.quantise.choice()))
            text = self.tr("Quantised by {share} to {grid}")
            said.append(text.format(share=share, grid=self.grid.currentText()))
        return said or [self.tr("Start, names, tempo, instruments, quantised copies")]

    def _offer_shares(self, shares: Sequence[float]) -> None:
        off = self.tr("Off")
        self.quantise.set_choices(
            [(f"{share:g}", words.percent(share) if share else off) for share in shares]
        )

    def _connect(self) -> None:
        for box in self.switches.values():
            box.toggled.connect(self._changed)
        self.naming.textChanged.connect(self._changed)
        self.quantise.chosen.connect(self._changed)
        self.grid.activated.connect(self._changed)
        self.live.forgotten.connect(self._changed)

    def _lay_out(self) -> None:
        switches = self.switches
        for name, box in switches.items():
            box.setObjectName(name)
            box.setFont(theme.font(theme.SMALL))
            box.setToolTip(self._tips()[name])
        grid = QGridLayout(self._page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(theme.GAP)
        grid.setHorizontalSpacing(theme.GAP)
        grid.setColumnMinimumWidth(0, HEADS)
        grid.setColumnStretch(1, 1)
        names = column(spacing=theme.GROUP)
        names.addWidget(self.naming)
        names.addWidget(self.example)
        rows: list[tuple[str, QLayout]] = [
            (self.tr("Time"), _line(switches["lead_in"], switches["tempo_tag"])),
            (self.tr("Names"), names),
            (
                self.tr("MIDI"),
                _line(*(switches[name] for name in ("programs", "drum_tracks", "guide_note"))),
            ),
            (self.tr("Quantised"), _line(self.quantise, self.grid)),
        ]
        for place, (heading, row) in enumerate(rows):
            head = Words(heading, theme.SMALL, tone="text2", wrap=False)
            head.setFixedHeight(26)
            grid.addWidget(head, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(row, place, 1)
        self._live_head = Words(self.tr("Live set"), theme.SMALL, tone="text2", wrap=False)
        grid.addWidget(self._live_head, len(rows), 0)
        grid.addWidget(self.live, len(rows), 1)
        self.show_live(False)
        self.naming.setFont(theme.font(theme.SMALL))
        whole = column(self)
        whole.addWidget(self.unfold)
        whole.addWidget(self._page)

    def _tips(self) -> dict[str, str]:
        """What each does that its words do not say."""
        return {
            "lead_in": self.tr(
                "Silence goes before song, stems and notes alike, so that the first downbeat "
                "falls on a bar line"
            ),
            "tempo_tag": self.tr("Several DAWs stretch a file that says its tempo"),
            "programs": self.tr("MIDI tracks choose a General MIDI instrument"),
            "drum_tracks": self.tr("Each piece of a drum kit has a MIDI track of its own"),
            "guide_note": self.tr(
                "A note as long as the song, hardly heard, without which Live takes no tempo"
            ),
        }


def _line(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GAP * 2)
    for part in parts:
        row.addWidget(part)
    row.addStretch()
    return row
