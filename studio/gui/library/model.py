"""The songs of the library, in the order of the queue, kept over restarts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QThreadPool,
    QTimer,
    Signal,
)

from studio.errors import StudioError
from studio.gui.library import store
from studio.gui.library.entry import Entry, State, line, spoken

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
ID_ROLE = Qt.ItemDataRole.UserRole + 2
_NOWHERE = QModelIndex()
_SAVE_AFTER_MS = 400


class Library(QAbstractListModel):
    """The list of songs.

    Changes are written a moment later, off the window's thread; ``close`` writes what is left.
    Progress is not written: a fraction that moves is no reason to touch the disk.

    Attributes:
        problem: Why the kept list could not be used, or None; the window says it once.

    Signals:
        save_failed(error): the list could not be written, a StudioError; it stays as it is here.
        count_changed(count): songs were added or removed.
    """

    save_failed = Signal(object)
    count_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries, self.problem = store.read()
        self._written = store.encoded(self._entries)
        self._writer = QThreadPool(self)
        self._writer.setMaxThreadCount(1)
        self._soon = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self._soon.timeout.connect(self.save)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def entry(self, song: str) -> Entry:
        """The song with this id. Raises KeyError."""
        return self._entries[self.row(song)]

    def row(self, song: str) -> int:
        """Its place in the list. Raises KeyError."""
        for row, entry in enumerate(self._entries):
            if entry.id == song:
                return row
        raise KeyError(song)

    def waiting(self) -> list[str]:
        """The songs that wait, in the order of the queue."""
        return [entry.id for entry in self._entries if entry.state == "waiting"]

    def find(self, source: Path | None = None, folder: Path | None = None) -> str | None:
        """The song that came from ``source`` or is apart in ``folder``, if it is here."""
        for entry in self._entries:
            if source is not None and entry.source == source:
                return entry.id
            if folder is not None and entry.folder == folder:
                return entry.id
        return None

    def add(
        self,
        title: str,
        *,
        source: Path | None = None,
        folder: Path | None = None,
        state: State = "waiting",
        text: str = "",
    ) -> str:
        """Put a song at the end and return its id; one that is here already is found again."""
        known = self.find(source, folder)
        if known is not None:
            return known
        numbers = [int(entry.id) for entry in self._entries if entry.id.isdecimal()]
        song = Entry(str(max(numbers, default=0) + 1), title, folder, source, state, text)
        row = len(self._entries)
        self.beginInsertRows(_NOWHERE, row, row)
        self._entries.append(song)
        self.endInsertRows()
        self._changed(count=True)
        return song.id

    def remove(self, song: str) -> None:
        """Take a song off the list; its files stay. Raises KeyError."""
        row = self.row(song)
        self.beginRemoveRows(_NOWHERE, row, row)
        del self._entries[row]
        self.endRemoveRows()
        self._changed(count=True)

    def move(self, song: str, row: int) -> None:
        """Put a song at place ``row``, as far as there is one. Raises KeyError."""
        before, last = self.row(song), len(self._entries) - 1
        row = min(max(row, 0), last)
        if row != before:
            # Qt counts the place before the song is taken out.
            self.moveRows(_NOWHERE, before, 1, _NOWHERE, row + 1 if row > before else row)

    def update(self, song: str, **changes: Any) -> None:
        """Change fields of an entry: ``update(song, fraction=0.3)``. Raises KeyError."""
        row = self.row(song)
        before, self._entries[row] = self._entries[row], replace(self._entries[row], **changes)
        if self._entries[row] == before:
            return
        self.dataChanged.emit(self.index(row), self.index(row))
        if changes.keys() - {"fraction", "left"}:
            self._changed()

    def save(self) -> None:
        """Write the list now, off this thread, where it differs from what was written last."""
        self._soon.stop()
        content = store.encoded(self._entries)
        if content != self._written:
            self._written = content
            self._writer.start(lambda: self._write(content))

    def close(self) -> None:
        """Write what is left, and wait for it."""
        self.save()
        self._writer.waitForDone()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """See ``QAbstractItemModel``."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """See ``QAbstractItemModel``."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        read = _ROLES.get(role)
        return None if read is None else read(entry)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Songs are dragged between songs, not onto them."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flag = Qt.ItemFlag
        return (
            flag.ItemIsEnabled
            | flag.ItemIsSelectable
            | flag.ItemIsDragEnabled
            | flag.ItemNeverHasChildren
        )

    def supportedDropActions(self) -> Qt.DropAction:
        """See ``QAbstractItemModel``."""
        return Qt.DropAction.MoveAction

    def moveRows(
        self,
        sourceParent: Index,  # noqa: N803
        sourceRow: int,  # noqa: N803
        count: int,
        destinationParent: Index,  # noqa: N803
        destinationChild: int,  # noqa: N803
    ) -> bool:
        """See ``QAbstractItemModel``; ``destinationChild`` is counted before anything moved."""
        first, last, to = sourceRow, sourceRow + count - 1, destinationChild
        if not self.beginMoveRows(sourceParent, first, last, destinationParent, to):
            return False
        moved = self._entries[first : last + 1]
        del self._entries[first : last + 1]
        to = to if to <= first else to - count
        self._entries[to:to] = moved
        self.endMoveRows()
        self._changed()
        return True

    def _changed(self, count: bool = False) -> None:
        self._soon.start()
        if count:
            self.count_changed.emit(len(self._entries))

    def _write(self, content: bytes) -> None:
        """On the writer's thread; the signal finds its own way back."""
        try:
            store.write(content)
        except StudioError as error:
            self._written = b""  # the next change tries again
            self.save_failed.emit(error)


def _told(entry: Entry) -> str:
    """What the pointer is told: the error, else where the song lies."""
    if entry.error is not None:
        return f"{entry.error.message} {entry.error.window_hint}"
    place = entry.source or entry.folder
    return "" if place is None else str(place)


_ROLES: dict[int, Callable[[Entry], Any]] = {
    Qt.ItemDataRole.DisplayRole: lambda entry: entry.shown,
    Qt.ItemDataRole.AccessibleTextRole: spoken,
    Qt.ItemDataRole.AccessibleDescriptionRole: _told,
    Qt.ItemDataRole.ToolTipRole: _told,
    Qt.ItemDataRole.StatusTipRole: line,
    ENTRY_ROLE: lambda entry: entry,
    ID_ROLE: lambda entry: entry.id,
}
