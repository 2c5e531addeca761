"""The list of songs: chosen by click or Enter, put in order by dragging or Alt and arrows."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QToolTip, QWidget

from studio.gui.library.entry import Entry
from studio.gui.library.model import ENTRY_ROLE, Library
from studio.gui.library.rows import Rows, action_of, action_rect

Index = QModelIndex | QPersistentModelIndex
_KEYS = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Delete,
}


class Found(QSortFilterProxyModel):
    """The songs whose title holds what is searched for; in order only where nothing is."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.setSourceModel(library)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._library = library
        self.searched = ""

    def search(self, text: str) -> None:
        """Show only songs whose title holds ``text``; all of them where it is empty."""
        self.searched = text.strip()
        self.setFilterFixedString(self.searched)

    def moveRows(
        self,
        sourceParent: Index,  # noqa: N803
        sourceRow: int,  # noqa: N803
        count: int,
        destinationParent: Index,  # noqa: N803
        destinationChild: int,  # noqa: N803
    ) -> bool:
        """See ``QAbstractItemModel``. What was searched for has no order to change."""
        if self.searched:
            return False
        nowhere = QModelIndex()
        return self._library.moveRows(nowhere, sourceRow, count, nowhere, destinationChild)


class SongList(QListView):
    """The list.

    Signals, each with the id of a song:
        chosen: bring it into the window.
        cancel_asked, retry_asked, remove_asked, show_asked: what the icon and the menu ask for.
    """

    chosen = Signal(str)
    cancel_asked = Signal(str)
    retry_asked = Signal(str)
    remove_asked = Signal(str)
    show_asked = Signal(str)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("songList")
        self.setAccessibleName(self.tr("Songs"))
        self.library = library
        self.found = Found(library)
        self.rows = Rows(self)
        self.setModel(self.found)
        self.setItemDelegate(self.rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setMouseTracking(True)
        self.setProperty("ownFocus", True)  # the row draws it
        self._pressed: tuple[str, str] | None = None
        self.clicked.connect(self._choose)

    @property
    def content_height(self) -> int:
        """How high the list is when all of it is seen."""
        return sum(self.sizeHintForRow(row) for row in range(self.found.rowCount()))

    def set_opened(self, song: str) -> None:
        """``song`` is the one in the window; empty for none."""
        self.rows.opened = song
        for row in range(self.found.rowCount()):
            index = self.found.index(row, 0)
            if _entry(index).id == song:
                self.setCurrentIndex(index)
        self.viewport().update()

    def menu(self, entry: Entry) -> QMenu:
        """What can be done with a song."""
        menu = QMenu(self)
        for words, signal, fits in (
            (self.tr("Open"), self.chosen, True),
            (self.tr("Try again"), self.retry_asked, entry.needs_you),
            (self.tr("Cancel"), self.cancel_asked, entry.is_busy or entry.state == "waiting"),
            (self.tr("Show in folder"), self.show_asked, bool(entry.folder or entry.source)),
        ):
            action = menu.addAction(words)
            action.setEnabled(fits)
            action.triggered.connect(lambda _=False, s=signal: s.emit(entry.id))
        menu.addSeparator()
        # The keys are said, not bound: the list itself hears them while it has the focus.
        for words, keys, step in (
            (self.tr("Earlier in the queue"), "Alt+Up", -1),
            (self.tr("Later in the queue"), "Alt+Down", 1),
        ):
            action = menu.addAction(f"{words}\t{keys}")
            action.setEnabled(not self.found.searched)
            action.triggered.connect(lambda _=False, s=step: self._step(entry.id, s))
        menu.addSeparator()
        action = menu.addAction(self.tr("Remove from list") + "\tDel")
        action.triggered.connect(lambda: self.remove_asked.emit(entry.id))
        return menu

    def event(self, event: QEvent) -> bool:
        """Keys of the list are not the window's while the list has the focus."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See ``QWidget``."""
        index = self.currentIndex()
        key = event.key()
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if not index.isValid():
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(index)
        elif key == Qt.Key.Key_Delete:
            self.remove_asked.emit(_entry(index).id)
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(_entry(index).id, -1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the icon neither chooses nor drags."""
        self._pressed = self._action_at(event.position().toPoint())
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            self._pressed = None
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """See ``QWidget``."""
        if self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        pressed, self._pressed = self._pressed, None
        if self._action_at(event.position().toPoint()) == pressed:
            self._act(*pressed)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse the song under it, by the key the current one."""
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if mouse else self.currentIndex()
        if index.isValid():
            menu = self.menu(_entry(index))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            at = event.pos() if mouse else self.visualRect(index).center()
            menu.popup(self.viewport().mapToGlobal(at))

    def viewportEvent(self, event: QEvent) -> bool:
        """The icon has words of its own."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            action = self._action_at(event.pos())
            if action is not None:
                QToolTip.showText(event.globalPos(), self._words(action[1]), self)
                return True
        return super().viewportEvent(event)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(_entry(index).id)

    def _step(self, song: str, rows: int) -> None:
        if not self.found.searched:
            self.library.move(song, self.library.row(song) + rows)
            self.scrollTo(self.currentIndex())

    def _action_at(self, point: QPoint) -> tuple[str, str] | None:
        """Song and icon under ``point``, if an icon is there."""
        index = self.indexAt(point)
        if not index.isValid():
            return None
        entry = _entry(index)
        name = action_of(entry, hovered=True)
        place = action_rect(self.visualRect(index), self.layoutDirection())
        return (entry.id, name) if name and place.contains(point) else None

    def _act(self, song: str, icon: str) -> None:
        signals = {"close": self.cancel_asked, "retry": self.retry_asked, "alarm": self.chosen}
        signals[icon].emit(song)

    def _words(self, icon: str) -> str:
        return {
            "close": self.tr("Cancel"),
            "retry": self.tr("Try again from where it stopped"),
            "alarm": self.tr("See what is wrong"),
        }[icon]


def _entry(index: Index) -> Entry:
    entry: Entry = index.data(ENTRY_ROLE)
    return entry


def _is_ours(event: QKeyEvent) -> bool:
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return event.key() in _KEYS and not control
