"""The library on the left: songs, search, what comes next and what it costs; 44 px when small.

In a small window the panel is a rail of three buttons, and its page opens over the lanes. It folds
again when a song is chosen, on Esc, and when the focus goes elsewhere.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from studio.gui import theme
from studio.gui.library.model import Library
from studio.gui.library.page import LibraryPage
from studio.gui.widgets.buttons import icon_button

WIDTH, WIDE, RAIL = 232, 264, 44


class LibraryPanel(QWidget):
    """The library, whole or as a rail.

    Signals, the first five with the id of a song:
        chosen: bring it into the window.
        cancel_asked, retry_asked: stop its work, or go on with it.
        remove_asked: take it off the list; its files stay.
        show_asked: show its folder in the system's file manager.
        open_asked: choose files to open.
        quality_asked: choose model and quality.
        why_asked: say why no graphics card is used.
        unfolded(bool): the page of the rail opened or closed.
    """

    chosen = Signal(str)
    cancel_asked = Signal(str)
    retry_asked = Signal(str)
    remove_asked = Signal(str)
    show_asked = Signal(str)
    open_asked = Signal()
    quality_asked = Signal()
    why_asked = Signal()
    unfolded = Signal(bool)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library")
        self.setAccessibleName(self.tr("Library"))
        self._width = WIDTH
        self._is_rail = False
        self.page = LibraryPage(library, self)
        self.rail = _Rail(self)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.rail)
        self._layout.addWidget(self.page)
        self._connect()
        self.rail.hide()
        self.setFixedWidth(WIDTH)

    @property
    def is_rail(self) -> bool:
        """Whether it is a rail now."""
        return self._is_rail

    def set_opened(self, song: str) -> None:
        """The song in the window, by its id; empty for none."""
        self.page.list.set_opened(song)

    def set_quality(self, heading: str, cost: str, why: str = "") -> None:
        """What the next song is taken apart with.

        Args:
            heading: "Four stems, best quality".
            cost: "About 2 min on this CPU, 8 threads."
            why: "No usable graphics card.", which asks why; empty where there is one.
        """
        self.page.footer.say(heading, cost, why)

    def set_wide(self, wide: bool) -> None:
        """Broader in a window from 1920 px on."""
        self._width = WIDE if wide else WIDTH
        if not self._is_rail:
            self.setFixedWidth(self._width)

    def set_rail(self, rail: bool) -> None:
        """A rail of 44 px, for a small window, or the whole page."""
        if rail == self._is_rail:
            return
        self._is_rail = rail
        self.rail.setVisible(rail)
        self.setFixedWidth(RAIL if rail else self._width)
        if rail:
            self._layout.removeWidget(self.page)
            self.page.setParent(self.window())
            self.page.hide()
        else:
            self._layout.addWidget(self.page)
            self.page.show()
        self.rail.songs.setChecked(False)

    def unfold(self, open_: bool) -> None:
        """Open or close the page of the rail; nothing where there is no rail."""
        if not self._is_rail or open_ == self.page.isVisible():
            return
        if open_:
            self._place_page()
            self.page.show()
            self.page.raise_()
            self.page.list.setFocus()
        else:
            held = self.page.isAncestorOf(QApplication.focusWidget() or self)
            self.page.hide()
            if held:
                self.rail.songs.setFocus()
        self.rail.songs.setChecked(open_)
        self.unfolded.emit(open_)

    def toggle(self) -> None:
        """Open or close: the whole panel, or the page of the rail."""
        if self._is_rail:
            self.unfold(not self.page.isVisible())
        else:
            self.setVisible(not self.isVisible())

    def search(self) -> None:
        """Put the keys into the search field."""
        self.unfold(True)
        self.page.field.setFocus()
        self.page.field.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc folds the page, from wherever in it."""
        if watched is self.page and self._is_rail and isinstance(event, QKeyEvent):
            escape = event.key() == Qt.Key.Key_Escape
            if escape and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if escape and event.type() == QEvent.Type.KeyPress:
                self.unfold(False)
                return True
        return False

    def resizeEvent(self, event: object) -> None:
        """See ``QWidget``."""
        if self._is_rail and self.page.isVisible():
            self._place_page()

    def _place_page(self) -> None:
        over = self.page.parentWidget()
        if over is not None:
            edge = (
                RAIL if self.layoutDirection() == Qt.LayoutDirection.LeftToRight else -self._width
            )
            corner = self.mapTo(over, self.rect().topLeft())
            self.page.setGeometry(corner.x() + edge, corner.y(), self._width, self.height())

    def _connect(self) -> None:
        page, songs = self.page, self.page.list
        for name in ("chosen", "cancel_asked", "retry_asked", "remove_asked", "show_asked"):
            getattr(songs, name).connect(getattr(self, name))
        songs.chosen.connect(self._fold)
        page.plus.clicked.connect(self.open_asked)
        page.footer.quality_asked.connect(self.quality_asked)
        page.footer.why_asked.connect(self.why_asked)
        page.installEventFilter(self)
        self.rail.songs.clicked.connect(self.unfold)
        self.rail.plus.clicked.connect(self.open_asked)
        self.rail.search.clicked.connect(self.search)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_went)

    def _fold(self) -> None:
        self.unfold(False)

    def _focus_went(self, _before: QWidget | None, now: QWidget | None) -> None:
        inside = now is None or now is self.page or self.page.isAncestorOf(now)
        if self._is_rail and not inside and now is not self.rail.songs:
            self.unfold(False)


class _Rail(QWidget):
    """Three buttons in a column."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("libraryRail")
        self.setFixedWidth(RAIL)
        self.songs = icon_button("note", self.tr("Songs"), "Ctrl+B", self, checkable=True)
        self.plus = icon_button("plus", self.tr("Open songs"), "Ctrl+O", self)
        self.search = icon_button("search", self.tr("Find a song"), parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP, 0, 0)
        column.setSpacing(theme.GAP)
        for button in (self.songs, self.plus, self.search):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.panel)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), palette.line)
