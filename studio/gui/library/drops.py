"""Songs dropped on the window: what they are, where they may land, and finding them in folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, QThreadPool, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.errors import StudioError
from studio.gui import theme
from studio.project.gather import gather


def local_paths(mime: QMimeData) -> list[Path]:
    """The files and folders of this machine in a drag, as they were dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Every song in a drag, folders taken recursively as on the command line.

    This walks the disk; the window asks ``Finder`` instead, which does it on another thread.

    Raises:
        MissingFileError: there is no song among them.
    """
    return songs_in(local_paths(mime))


def songs_in(paths: Iterable[Path]) -> list[Path]:
    """Every song among files and folders. Raises MissingFileError."""
    from studio.audio.probe import SUFFIXES  # brings the decoders, which the first picture lacks

    return gather(paths, SUFFIXES)


class Finder(QObject):
    """Finds the songs among files and folders without holding up the window.

    Signals:
        found(list[Path]): the songs, in the order of the names.
        failed(error): there is none, a StudioError.
    """

    found = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def look(self, paths: Iterable[Path]) -> None:
        """Look among ``paths``; one of the signals follows."""
        given = list(paths)
        self._pool.start(lambda: self._look(given))

    def close(self) -> None:
        """Wait for what is being looked for."""
        self._pool.waitForDone()

    def _look(self, paths: list[Path]) -> None:
        try:
            songs = songs_in(paths)
        except StudioError as error:
            self.failed.emit(error)
        else:
            self.found.emit(songs)


class DropTarget(QObject):
    """Makes a whole window take songs, and shows over it that it does.

    Signals:
        dropped(list[Path]): files and folders as they were dragged; ``Finder`` looks into them.
    """

    dropped = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.overlay = DropOverlay(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See ``QObject``: the drag events of the window."""
        if watched is not self.parent():
            return False
        if isinstance(event, (QDragEnterEvent, QDragMoveEvent)):
            return self._enter(event)
        if event.type() == QEvent.Type.DragLeave:
            self.overlay.hide()
            return True
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            return self._drop(event)
        return False

    def _enter(self, event: QDragEnterEvent | QDragMoveEvent) -> bool:
        if event.source() is not None or not local_paths(event.mimeData()):
            return False  # our own chips carry files too, and they are on their way out
        event.setDropAction(Qt.DropAction.CopyAction)  # the user's files stay where they are
        event.accept()
        self.overlay.cover()
        return True

    def _drop(self, event: QDropEvent) -> bool:
        self.overlay.hide()
        paths = local_paths(event.mimeData())
        if event.source() is not None or not paths:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(paths)
        return True


class DropOverlay(QWidget):
    """What lies over the window while songs are dragged across it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropOverlay")
        self.setAccessibleName(self.tr("Drop songs here"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Show over all of the parent."""
        window = self.parentWidget()
        if window is not None and not self.isVisible():
            self.setGeometry(window.rect())
            self.raise_()
            self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        palette = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.faded(palette.window, 0.8))
        frame = QRectF(self.rect()).adjusted(*_MARGINS)
        pen = QPen(palette.accent, 2.0)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(frame, theme.CARD_RADIUS, theme.CARD_RADIUS)
        painter.setPen(palette.text)
        painter.setFont(theme.font(theme.HERO, theme.STRONG))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, self.tr("Drop to add to your songs"))


_MARGINS = (theme.INSET, theme.INSET, -theme.INSET, -theme.INSET)
