"""The page of the library: heading, search, the list or the words in its place, and the footer."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui import icons, theme, words
from studio.gui.library.entry import about_time
from studio.gui.library.model import Library
from studio.gui.library.songs import SongList
from studio.gui.sheets.parts import paint_dashed
from studio.gui.widgets.buttons import icon_button

_HINT = 68


class LibraryPage(QWidget):
    """All of the library but the rail; ``LibraryPanel`` speaks for it."""

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryPage")
        self.library = library
        self.heading = QLabel(self)
        self.heading.setFont(theme.font(theme.SMALL))
        self.plus = icon_button("plus", self.tr("Open songs"), "Ctrl+O", self)
        self.field = _field(self)
        self.list = SongList(library, self)
        self.area = _Area(self.list, self)
        self.footer = Footer(self)
        self._lay_out()
        self.field.textChanged.connect(self._search)
        library.count_changed.connect(self._refresh)
        library.dataChanged.connect(self._refresh)
        library.rowsMoved.connect(self._refresh)
        self._refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.panel)
        leading = self.layoutDirection() == Qt.LayoutDirection.LeftToRight
        painter.fillRect(self.width() - 1 if leading else 0, 0, 1, self.height(), palette.line)

    def changeEvent(self, event: QEvent) -> None:
        """The heading names colours, so it is made anew with another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(theme.INSET, 6, 8, 0)
        head.addWidget(self.heading, 1)
        head.addWidget(self.plus)
        search = QHBoxLayout()
        search.setContentsMargins(theme.INSET, 0, theme.INSET, theme.GAP)
        search.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(theme.GROUP - 2)
        column.addLayout(head)
        column.addLayout(search)
        column.addWidget(self.area, 1)
        column.addWidget(self.footer)

    def _search(self, text: str) -> None:
        self.list.found.search(text)
        self._refresh()

    def _refresh(self) -> None:
        """Count, words in place of the list, and the time until all is done."""
        count = len(self.library)
        grey = theme.current().text3.name()
        title = self.tr("Songs")
        figure = f' <span style="color:{grey}">{count}</span>' if count else ""
        self.heading.setText(f"<b>{title}</b>{figure}")
        self.heading.setAccessibleName(f"{title}, {count}")
        self.area.say(self._words(), self._total())

    def _words(self) -> str:
        count = len(self.library)
        if not count:
            return self.tr("Songs you drop appear here and stay until you remove them.")
        if self.list.found.rowCount():
            return ""
        name = words.quoted(self.list.found.searched)
        return self.tr("No song called {name}. Clear the search to see all {count}.").format(
            name=name, count=count
        )

    def _total(self) -> float | None:
        """Seconds until the queue is done, where every song in it says how long it takes."""
        queue = [song for song in self.library if song.is_busy or song.state == "waiting"]
        known = [song.left for song in queue if song.left is not None]
        return sum(known) if queue and len(known) == len(queue) else None


class Footer(QWidget):
    """What the next song is taken apart with, what that costs, and why no faster."""

    quality_asked = Signal()
    why_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryFooter")
        self.heading = _Heading(self)
        self.heading.clicked.connect(self.quality_asked)
        self.text = QLabel(self)
        self.text.setObjectName("libraryCost")
        self.text.setFont(theme.font(theme.ASIDE))
        self.text.setProperty("tone", "text3")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.text.linkActivated.connect(self._follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.INSET, 8, theme.INSET, 10)
        column.setSpacing(1)
        column.addWidget(self.heading)
        column.addWidget(self.text)
        self._said = ("", "", "")
        self.hide()

    def say(self, heading: str, cost: str, why: str) -> None:
        """See ``LibraryPanel.set_quality``."""
        self._said = (heading, cost, why)
        self.heading.setText(heading)
        words_, target = (self.tr("Why?"), "why") if why else (self.tr("Change…"), "change")
        plain = "<br>".join(part for part in (cost, why) if part)
        colour = theme.current().accent.name()
        link = f'<a href="{target}" style="color:{colour};text-decoration:none">{words_}</a>'
        self.text.setText(f"{plain} {link}")
        self.text.setAccessibleName(f"{heading}. {cost} {why} {words_}")
        self.setVisible(bool(heading))

    def changeEvent(self, event: QEvent) -> None:
        """A link has the colour it was made with."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._said[0]:
            self.say(*self._said)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        QPainter(self).fillRect(0, 0, self.width(), 1, theme.current().line)

    def _follow(self, link: str) -> None:
        (self.why_asked if link == "why" else self.quality_asked).emit()


class _Heading(QToolButton):
    """The name of what is chosen, which leads to the choice."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("libraryQuality")
        self.setFont(theme.font(theme.SMALL, theme.MEDIUM))
        self.setToolTip(self.tr("Change model, quality and device"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words alone; under the pointer they are what one can choose."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setPen(palette.accent if self.underMouse() else palette.text)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(self.rect(), flags, self.text())


class _Area(QWidget):
    """The list as high as its songs, and below it, where there is room, the place to drop more."""

    def __init__(self, songs: SongList, parent: QWidget) -> None:
        super().__init__(parent)
        self._songs = songs
        songs.setParent(self)
        self.words = QLabel(self)
        self.words.setObjectName("libraryWords")
        self.words.setWordWrap(True)
        self.words.setProperty("tone", "text3")
        self.words.setFont(theme.font(theme.SMALL))
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self.hint = _Hint(self)

    def say(self, text: str, total: float | None) -> None:
        """Show ``text`` in place of the list, or the list where it is empty."""
        self.words.setText(text)
        self.words.setVisible(bool(text))
        self._songs.setVisible(not text)
        self.hint.say(total)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See ``QWidget``."""
        self._fit()

    def _fit(self) -> None:
        width, height = self.width(), self.height()
        inner = width - 2 * theme.INSET
        content = min(self._songs.content_height, height)
        self._songs.setGeometry(0, 0, width, content)
        self.words.setGeometry(theme.INSET, theme.GAP, inner, max(0, height - theme.GAP))
        self.hint.setGeometry(theme.INSET, content + theme.INSET, inner, _HINT - theme.INSET + 4)
        self.hint.setVisible(not self.words.text() and height - content >= _HINT + theme.GAP)


class _Hint(QWidget):
    """A dashed frame that says where more songs go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("libraryHint")
        self._text = ""

    def say(self, total: float | None) -> None:
        """``total``: seconds until the queue is done, if known."""
        self._text = self.tr("Drop more songs here.")
        if total:
            self._text += "\n" + self.tr("All done in about {time}.").format(time=about_time(total))
        self.setAccessibleName(self._text)
        self.update()

    def sizeHint(self) -> QSize:
        """See ``QWidget``."""
        return QSize(200, _HINT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        paint_dashed(painter, QRectF(self.rect()))
        painter.setPen(palette.text3)
        painter.setFont(theme.font(theme.SMALL))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


def _field(parent: LibraryPage) -> QLineEdit:
    field = QLineEdit(parent)
    field.setObjectName("librarySearch")
    field.setAccessibleName(QCoreApplication.translate("LibraryPage", "Find a song"))
    field.setPlaceholderText(QCoreApplication.translate("LibraryPage", "Find a song"))
    field.setFont(theme.font(theme.SMALL))
    field.setTextMargins(-6, 0, 0, 0)  # nearer to the glass than Qt puts it
    field.setClearButtonEnabled(True)
    field.setAcceptDrops(False)  # a song dropped here is a song, not words
    field.addAction(
        QAction(icons.icon("search", "text3"), "", field), QLineEdit.ActionPosition.LeadingPosition
    )
    return field
