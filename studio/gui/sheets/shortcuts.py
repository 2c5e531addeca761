"""All shortcuts, by group, with a field to search them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.gui import icons, theme
from studio.gui.sheets.parts import clear, scrolled
from studio.gui.sheets.sheet import Sheet
from studio.gui.widgets.card import Words
from studio.gui.widgets.keycap import caps_width, paint_caps


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What a key does; ``keys`` are alternatives, as "Ctrl+E"."""

    text: str
    keys: tuple[str, ...]


Groups = Sequence[tuple[str, Sequence[Shortcut]]]


def of_actions(actions: Iterable[QAction]) -> list[Shortcut]:
    """Those of ``actions`` that have a key."""
    native = QKeySequence.SequenceFormat.NativeText
    made = []
    for action in actions:
        keys = tuple(key.toString(native) for key in action.shortcuts() if not key.isEmpty())
        if keys:
            made.append(Shortcut(action.text().rstrip("…"), keys))
    return made


class ShortcutsSheet(Sheet):
    """The sheet; ``set_groups`` before each opening, for keys can be changed."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, self.tr("Shortcuts"))
        self.setObjectName("shortcutsSheet")
        self.field = QLineEdit()
        self.field.setObjectName("shortcutSearch")
        self.field.setAccessibleName(self.tr("Find a shortcut"))
        self.field.setPlaceholderText(self.tr("Find a shortcut"))
        self.field.setClearButtonEnabled(True)
        self.field.addAction(
            icons.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.nothing = Words("", theme.BASE, tone="text3")
        self.groups: list[_Group] = []
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, theme.BLOCK)
        self._column.setSpacing(theme.BLOCK)
        self.body.addWidget(self.field)
        self.body.addWidget(self.nothing)
        self.body.addWidget(scrolled(page), 1)
        self.field.textChanged.connect(self._search)
        self.opened.connect(self._begin)

    def set_groups(self, groups: Groups) -> None:
        """What to show, group by group."""
        clear(self._column)
        self.groups = [_Group(title, shortcuts) for title, shortcuts in groups if shortcuts]
        for group in self.groups:
            self._column.addWidget(group)
        self._column.addStretch(1)
        self._search(self.field.text())

    def _begin(self) -> None:
        self.field.clear()
        self.field.setFocus(Qt.FocusReason.TabFocusReason)

    def _search(self, text: str) -> None:
        found = [group.search(text.strip().casefold()) for group in self.groups]
        self.nothing.setVisible(not any(found))
        nothing = self.tr("No shortcut with “{text}”.").format(text=text.strip())
        self.nothing.setText("" if any(found) else nothing)


class _Group(QWidget):
    """A heading and its rows."""

    def __init__(self, title: str, shortcuts: Sequence[Shortcut]) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.rows = [_Row(shortcut) for shortcut in shortcuts]
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(Words(title, theme.BASE, theme.STRONG, wrap=False))
        inside.addSpacing(theme.GROUP)
        for row in self.rows:
            inside.addWidget(row)

    def search(self, text: str) -> bool:
        """Show the rows that hold ``text``; whether there is one."""
        for row in self.rows:
            row.setVisible(text in row.searched)
        there = any(text in row.searched for row in self.rows)
        self.setVisible(there)
        return there


class _Row(QWidget):
    """What it does on the left, its keys on the right."""

    def __init__(self, shortcut: Shortcut) -> None:
        super().__init__()
        keys = ", ".join(shortcut.keys)
        self.searched = f"{shortcut.text} {keys}".casefold()
        words = Words(shortcut.text, theme.BASE, tone="text2", wrap=False)
        words.setAccessibleName(f"{shortcut.text}: {keys}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.GAP, 0)
        row.addWidget(words, 1)
        for key in shortcut.keys:
            row.addWidget(_Caps(key))
        self.setFixedHeight(26)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline below leads the eye to the keys."""
        line = theme.current().line
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, line)


class _Caps(QLabel):
    """Keys as one sees them on the keyboard."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self._keys = keys
        self.setAccessibleName(keys)
        self.setFixedSize(QSize(round(caps_width(keys)) + 2, 22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """See ``QWidget``."""
        paint_caps(QPainter(self), self._keys, 0, self.height() / 2)
