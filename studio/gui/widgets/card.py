"""Cards inside the window: what failed, what is under way, what is to know.

An ``ErrorCard`` says what happened to what, then what to do, and stays until it is dealt with. Its
words come from ``StudioError`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.errors import StudioError
from studio.gui import icons, theme, words
from studio.gui.widgets.accessible import alert, set_role
from studio.gui.widgets.buttons import Filled, Plain, icon_button
from studio.gui.widgets.progress import Bar4

Action = tuple[str, str]  # key, words


class Words(QLabel):
    """A line or paragraph of ``px`` high type; wraps unless told not to."""

    def __init__(
        self, text: str, px: int, weight: int = theme.REGULAR, tone: str = "", wrap: bool = True
    ) -> None:
        super().__init__(text)
        self.setFont(theme.font(px, weight))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


class Icon(QWidget):
    """One icon in a colour of the palette. Says nothing: the words beside it do."""

    def __init__(self, name: str, token: str = "text2", parent: QWidget | None = None) -> None:  # noqa: S107
        super().__init__(parent)
        self._name, self._token = name, token
        self.setFixedSize(icons.SIZE, icons.SIZE)

    def set_icon(self, name: str) -> None:
        """Another icon; "" for none."""
        self._name = name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._name:
            return
        colour = getattr(theme.current(), self._token)
        icons.paint_icon(QPainter(self), self._name, self.rect(), colour)


class Card(QFrame):
    """A rounded surface with an edge; ``back`` and ``edge`` are tokens of the palette."""

    back, edge = "raised", "edge"

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = theme.outlined(painter, self.rect(), getattr(palette, self.edge))
        painter.setBrush(getattr(palette, self.back))
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)


class ErrorCard(Card):
    """What failed, in place, with a way on.

    Args:
        sentence, hint: What happened to what, and what to do.
        actions: (key, words) of each way on; the first is the filled button.
        details: For the curious and for reports; can be shown and copied.
        compact: One row, as it lies in a lane; details are behind "more".

    Signals:
        acted(key): one of ``actions`` was chosen.
    """

    acted = Signal(str)
    back, edge = "alarm_card", "alarm"

    def __init__(
        self,
        sentence: str,
        hint: str = "",
        actions: Sequence[Action] = (),
        details: str = "",
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._details = details
        self.buttons: dict[str, Filled | Plain] = {}
        self.setObjectName("errorCard")
        self.setAccessibleName(f"{sentence} {hint}".strip())
        set_role(self, QAccessible.Role.AlertMessage)
        self.details_text = self._details_text() if details and not compact else None
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 11, 10, 11)
        row.setSpacing(13)
        icon = Icon("alarm", "alarm", self)
        if compact:
            self._lay_out_compact(row, icon, sentence, hint, actions)
        else:
            self._lay_out(row, icon, sentence, hint, actions)

    @staticmethod
    def of(
        error: StudioError,
        actions: Sequence[Action] = (),
        details: str = "",
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> ErrorCard:
        """The card of ``error``; its code and facts stand in the details."""
        facts = "\n".join(f"{name}: {fact}" for name, fact in error.facts.items())
        whole = "\n".join(part for part in (error.code, facts, details) if part)
        return ErrorCard(error.message, error.window_hint, actions, whole, compact, parent)

    def announce(self) -> None:
        """Say it, once it is in the window."""
        alert(self)

    def _lay_out(
        self, row: QHBoxLayout, icon: Icon, sentence: str, hint: str, actions: Sequence[Action]
    ) -> None:
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(Words(sentence, theme.BASE, theme.STRONG))
        if hint:
            column.addWidget(Words(hint, theme.SMALL, tone="text2"))
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 8, 0, 0)
        foot.setSpacing(theme.GAP)
        self._add_actions(foot, actions, fill_first=True)
        foot.addStretch(1)
        if self._details:
            foot.addWidget(self._details_button())
            foot.addWidget(self._copy_button())
        if actions or self._details:
            column.addLayout(foot)
        if self.details_text is not None:
            column.addSpacing(theme.GROUP)
            column.addWidget(self.details_text)
        row.addLayout(column, 1)

    def _lay_out_compact(
        self, row: QHBoxLayout, icon: Icon, sentence: str, hint: str, actions: Sequence[Action]
    ) -> None:
        row.setContentsMargins(14, 7, 8, 7)
        row.addWidget(icon)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(Words(sentence, theme.BASE, theme.STRONG))
        if hint:
            column.addWidget(Words(hint, theme.SMALL, tone="text2"))
        row.addLayout(column, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        self._add_actions(buttons, actions, fill_first=False)
        if self._details:
            buttons.addWidget(self._more_button())
        row.addLayout(buttons)

    def _add_actions(self, row: QHBoxLayout, actions: Sequence[Action], fill_first: bool) -> None:
        for place, (key, text) in enumerate(actions):
            button = Filled(text) if fill_first and place == 0 else Plain(text)
            button.setObjectName(key)
            button.clicked.connect(self._clicked)
            self.buttons[key] = button
            row.addWidget(button)

    def _clicked(self) -> None:
        self.acted.emit(self.sender().objectName())

    def _details_text(self) -> QPlainTextEdit:
        text = QPlainTextEdit(self._details, self)
        text.setObjectName("details")
        text.setAccessibleName(self.tr("Details"))
        text.setReadOnly(True)
        text.setFont(theme.font(theme.ASIDE))
        text.setFixedHeight(96)
        text.hide()
        return text

    def _details_button(self) -> QToolButton:
        button = _quiet(self.tr("Details"), "detailsButton")
        button.setIcon(icons.icon("chevron", when_on="text2"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setLayoutDirection(
            Qt.LayoutDirection.LeftToRight
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            else Qt.LayoutDirection.RightToLeft
        )
        button.setCheckable(True)
        button.toggled.connect(self._show_details)
        return button

    def _copy_button(self) -> QToolButton:
        button = _quiet(self.tr("Copy details"), "copyDetails")
        button.clicked.connect(self.copy_details)
        return button

    def _more_button(self) -> QToolButton:
        button = icon_button("more", self.tr("More"))
        menu = QMenu(button)
        menu.addAction(self.tr("Copy details")).triggered.connect(self.copy_details)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _show_details(self, on: bool) -> None:
        assert self.details_text is not None
        self.details_text.setVisible(on)

    def copy_details(self) -> None:
        """Sentence, hint and details to the clipboard."""
        QGuiApplication.clipboard().setText(f"{self.accessibleName()}\n\n{self._details}")


class BusyCard(Card):
    """What is being done, how far it is, and a way to stop it; or what it waits for.

    Signals:
        cancel_asked: the user wants it stopped.
    """

    cancel_asked = Signal()

    def __init__(self, label: str, can_cancel: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("busyCard")
        set_role(self, QAccessible.Role.Grouping)
        self.icon = Icon("clock", "text2", self)
        self.label = Words(label, theme.BASE, theme.STRONG, wrap=False)
        self.aside = Words("", theme.SMALL, tone="text2", wrap=False)
        self.bar = Bar4(label, self)
        self.bar.setMinimumWidth(188)
        self.cancel = Plain(self.tr("Cancel"))
        self.cancel.setObjectName("cancel")
        self.cancel.clicked.connect(self.cancel_asked)
        self.cancel.setVisible(can_cancel)
        self._lay_out(12 if not can_cancel else 8)
        self.set_state(label)

    def _lay_out(self, right: int) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, right, 7)
        row.setSpacing(theme.GAP)
        row.addWidget(self.icon)
        column = QVBoxLayout()
        column.setSpacing(5)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.label)
        line.addWidget(self.aside, 1)
        column.addLayout(line)
        column.addWidget(self.bar)
        row.addLayout(column, 1)
        row.addWidget(self.cancel)

    def set_state(
        self, label: str, fraction: float | None = None, left: float | None = None
    ) -> None:
        """The stage it is at; how much is done, None while it waits; seconds left, if known."""
        runs = fraction is not None
        parts = [words.percent(fraction)] if fraction is not None else []
        if left is not None:
            parts.append(self.tr("{0} left").format(words.left(left)))
        self.label.setText(label)
        type_ = (theme.BASE, theme.STRONG) if runs else (theme.SMALL, theme.REGULAR)
        self.label.setFont(theme.font(*type_))
        self.aside.setText(" · ".join(parts))
        self.aside.setVisible(bool(parts))
        self.bar.setVisible(runs)
        self.bar.set_fraction(fraction)
        self.bar.setAccessibleName(label)
        self.icon.setVisible(not runs)
        self.setAccessibleName(", ".join([label, *parts]))


class NoteCard(Card):
    """One sentence that is good to know, as "hardly any piano in this song"."""

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edge = "line"
        self.setObjectName("noteCard")
        self.setAccessibleName(sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.addWidget(Words(sentence, theme.SMALL, tone="text2", wrap=False))


def _quiet(text: str, name: str) -> QToolButton:
    """A button of words alone."""
    button = QToolButton()
    button.setText(text)
    button.setProperty("look", "quiet")
    button.setObjectName(name)
    button.setAccessibleName(text)
    button.setMinimumHeight(26)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
