"""Where the window says what went wrong: cards above the song, newest on top, until dealt with.

What is wrong with the program itself has a key that begins with ``DESK`` and outlives the song.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.errors import StudioError
from studio.gui import theme
from studio.gui.widgets.card import ErrorCard
from studio.worker.client import BugError

Way = tuple[str, Callable[[], None]]
DESK = "desk"
_MOST = 3


class Notices(QWidget):
    """The cards.

    Signals:
        count_changed(count): how many things need the user.
    """

    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notices")
        self.setAccessibleName(self.tr("What needs you"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.INSET, theme.INSET, theme.INSET, theme.INSET)
        self._column.setSpacing(theme.GAP)
        self._cards: dict[str, ErrorCard] = {}
        self._said: dict[str, str] = {}
        self.hide()

    def tell(self, key: str, error: Exception, ways: Mapping[str, Way]) -> None:
        """Show ``error``; another of the same ``key`` replaces it, the same one is said once.

        Args:
            ways: What can be done: name to its words and what it does; the first is the best.
                "Dismiss" is added.
        """
        if key in self._cards and self._said[key] == str(error):
            return
        self.drop(key)
        actions = [(name, words) for name, (words, _) in ways.items()]
        actions.append(("dismiss", self.tr("Dismiss")))
        card = self._card(error, actions)
        card.setParent(self)

        def act(name: str) -> None:
            self.drop(key)
            if name in ways:
                ways[name][1]()

        card.acted.connect(act)
        self._cards[key], self._said[key] = card, str(error)
        self._column.insertWidget(0, card)
        while len(self._cards) > _MOST:
            self.drop(next(iter(self._cards)))
        self.show()
        card.announce()
        self.count_changed.emit(len(self._cards))

    def drop(self, key: str) -> None:
        """It was dealt with."""
        card = self._cards.pop(key, None)
        if card is None:
            return
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
        self.setVisible(bool(self._cards))
        self.count_changed.emit(len(self._cards))

    def clear(self) -> None:
        """Another song: its troubles go with it; they stand in the library too."""
        for key in [key for key in self._cards if not key.startswith(DESK)]:
            self.drop(key)

    def _card(self, error: Exception, actions: list[tuple[str, str]]) -> ErrorCard:
        if isinstance(error, StudioError):
            return ErrorCard.of(error, actions)
        sentence = self.tr("This is a defect of Stemwright: {error}.").format(error=error)
        log = error.log if isinstance(error, BugError) else ""
        hint = self.tr("What is on the disk is whole. Please report it with the log: {log}")
        hint = hint.format(log=log or self.tr("it could not be written"))
        story = "".join(traceback.format_exception(error.__cause__ or error))
        return ErrorCard(sentence, hint, actions, details=story)
