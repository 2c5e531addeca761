"""A control under a line that says what it is and what its value is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.gui import theme

_CONTROL_HEIGHT = 22


def caption(text: str) -> QLabel:
    """What a control is."""
    label = QLabel(text)
    label.setFont(theme.font(theme.SMALL))
    label.setProperty("tone", "text3")
    return label


def value_label(name: str) -> QLabel:
    """The value of a control."""
    label = QLabel()
    label.setObjectName(name)
    label.setFont(theme.font(theme.SMALL, theme.MEDIUM))
    return label


def aside(name: str) -> QLabel:
    """A quiet sentence, as many lines as it needs."""
    label = QLabel()
    label.setObjectName(name)
    label.setFont(theme.font(theme.ASIDE))
    label.setProperty("tone", "text3")
    label.setWordWrap(True)
    return label


def captioned(text: str, value: QLabel, control: QWidget) -> QWidget:
    """What it is and its value over the control."""
    block = QWidget()
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    line = QHBoxLayout()
    line.addWidget(caption(text))
    line.addStretch(1)
    line.addWidget(value)
    column.addLayout(line)
    control.setMinimumSize(1, _CONTROL_HEIGHT)
    column.addWidget(control)
    return block
