"""Light or dark, motion or none: as the user chose, else as the system says."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from studio.errors import StudioError
from studio.gui import theme
from studio.settings import load


class Looks(QObject):
    """Applies the palette to the whole application.

    Signals:
        changed: the palette is another one; painters read it anew.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        app.styleHints().colorSchemeChanged.connect(self.apply)

    def apply(self) -> None:
        """Put the palette on that settings and system ask for."""
        try:
            settings = load()
        except StudioError:
            # The window says what is wrong with the file; it is no reason not to open.
            settings = {}
        self._app.setProperty("reduceMotion", settings.get("reduce_motion") == "on")
        theme.apply(self._app, dark=self._dark(str(settings.get("theme", "system"))))
        self.changed.emit()

    def _dark(self, wanted: str) -> bool:
        if wanted != "system":
            return wanted == "dark"
        return self._app.styleHints().colorScheme() != Qt.ColorScheme.Light
