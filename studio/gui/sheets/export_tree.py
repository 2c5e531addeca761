"""What an export will write, as a tree of folders and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QBrush, QIcon
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from studio.gui import icons, theme, words
from studio.music.stem import stem

_ROW = 21
_KEPT = ("same", "conflict")


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of the plan; ``state`` is new, same, replaces or conflict."""

    path: str
    role: str
    stem: str | None
    bytes: int
    state: str

    @property
    def folder(self) -> str:
        """The folder it lies in, empty for the song's own."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.path.rpartition("/")[2]


def planned(plan: dict[str, Any]) -> list[PlannedFile]:
    """The files of a plan, as the task "plan" tells it."""
    fields = ("path", "role", "stem", "bytes", "state")
    return [PlannedFile(*(row[field] for field in fields)) for row in plan["files"]]


class FileTree(QTreeWidget):
    """The tree; as high as what it shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exportTree")
        self.setAccessibleName(self.tr("What will be written"))
        self.setColumnCount(3)
        self.setHeaderLabels([self.tr("File"), self.tr("Remark"), self.tr("Size")])
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(22)
        self.setIconSize(QSize(14, 14))
        self.setUniformRowHeights(True)
        self.setItemsExpandable(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(theme.font(theme.SMALL))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(8)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self._shown: tuple[list[PlannedFile], Sequence[str], bool] = ([], (), False)

    def show_files(
        self, files: list[PlannedFile], removed: Sequence[str] = (), replace: bool = False
    ) -> None:
        """Fill the tree.

        Args:
            removed: Files of an earlier export that will go.
            replace: Whether files in conflict are replaced; else they are kept.
        """
        self._shown = (files, removed, replace)
        self.clear()
        for folder in dict.fromkeys(file.folder for file in files):
            inside = [file for file in files if file.folder == folder]
            self._add_folder(folder, inside, replace)
        for path in removed:
            row = self._row(path, self.tr("removed"), "")
            row.setIcon(0, _plain("file"))
            self.addTopLevelItem(row)
        self.expandAll()
        self.setFixedHeight(_ROW * self._count() + 4)

    def changeEvent(self, event: QEvent) -> None:
        """The icons of stems have the colours they were made with."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.show_files(*self._shown)

    def _add_folder(self, folder: str, files: list[PlannedFile], replace: bool) -> None:
        rows = [self._file_row(file, replace) for file in files]
        if not folder:
            self.addTopLevelItems(rows)
            return
        total = sum(file.bytes for file in files if replace or file.state not in _KEPT)
        top = self._row(folder, "", words.size(total) if total else "")
        top.setIcon(0, _plain("folder"))
        top.addChildren(rows)
        self.addTopLevelItem(top)

    def _file_row(self, file: PlannedFile, replace: bool) -> QTreeWidgetItem:
        remark, size = "", words.size(file.bytes)
        if file.state == "same":
            remark, size = self.tr("there already"), self.tr("kept")
        elif file.state == "replaces":
            remark = self.tr("replaces the earlier one")
        elif file.state == "conflict" and replace:
            remark = self.tr("replaces yours")
        elif file.state == "conflict":
            remark, size = self.tr("yours, not replaced"), self.tr("kept")
        row = self._row(file.name, remark, size)
        row.setIcon(0, _icon(file))
        if file.state == "conflict":
            row.setForeground(1, QBrush(theme.current().accent))
        return row

    def _row(self, name: str, remark: str, size: str) -> QTreeWidgetItem:
        row = QTreeWidgetItem([name, remark, size])
        palette = theme.current()
        row.setForeground(0, QBrush(palette.text))
        for column in (1, 2):
            row.setForeground(column, QBrush(palette.text3))
            row.setFont(column, theme.font(theme.ASIDE))
        row.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return row

    def _count(self) -> int:
        tops = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        return sum(1 + top.childCount() for top in tops if top is not None)


def _icon(file: PlannedFile) -> QIcon:
    if file.role == "stem" and file.stem is not None:
        known = stem(file.stem)
        colour = theme.stem_colour(theme.current(), known)
        return QIcon(icons.pixmap(icons.stem_icon(known), colour, 28))
    names = {"part": "note", "midi": "note", "mixture": "wave"}
    return _plain(names.get(file.role, "file"))


def _plain(name: str) -> QIcon:
    """One colour in every state: an open folder is nothing chosen."""
    return QIcon(icons.pixmap(name, theme.current().text3, 28))
