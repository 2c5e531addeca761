"""The application: starts, shows its window, and ends with it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import studio
from studio.gui import theme
from studio.gui.defects import Defects
from studio.gui.desk.desk import Desk
from studio.gui.looks import Looks
from studio.gui.window import MainWindow
from studio.paths import resource

# Outlines are read on another thread; a picture waits for them.
_PICTURE_MS = 1500


def main(songs: Sequence[str], picture: str | None = None) -> int:
    """Open the window with ``songs``, and run until it is closed. Returns the exit status.

    Args:
        picture: A PNG to keep of the window once the first song is apart; the window then closes.
    """
    app = application()
    desk = Desk()
    Defects(desk)
    looks = Looks(app)
    looks.apply()
    window = MainWindow(desk, looks)
    window.show()
    # The first picture stands before anything else is loaded.
    QTimer.singleShot(0, lambda: desk.start([Path(song).absolute() for song in songs]))
    if picture is not None:
        keep_picture(window, Path(picture))
    try:
        return app.exec()
    finally:
        desk.close()


def keep_picture(window: MainWindow, picture: Path) -> None:
    """Save ``picture`` of the window a moment after its song is apart, and close it."""

    def keep() -> None:
        window.grab().save(str(picture))
        window.close()

    # Once: a song may be whole more than once, and a closed window holds none.
    window.desk.opened_up.connect(
        lambda: QTimer.singleShot(_PICTURE_MS, keep), Qt.ConnectionType.SingleShotConnection
    )


def application() -> QApplication:
    """The one QApplication, named, translated and with its icon."""
    QGuiApplication.setDesktopFileName("stemwright")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("stemwright")
    app.setApplicationDisplayName("Stemwright")
    app.setApplicationVersion(studio.__version__)
    app.setWindowIcon(QIcon(str(resource("icons", "stemwright.svg"))))
    _translate(app)
    theme.apply(app, dark=True)
    return app


def _translate(app: QApplication) -> None:
    """Qt's own words and ours, where there is a translation for the user's language."""
    locale = QLocale()
    folders = {
        "qtbase": QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath),
        "stemwright": str(resource("translations")),
    }
    for name, folder in folders.items():
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)
