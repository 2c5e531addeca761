"""The one style sheet: how Qt's own widgets look. Our own controls paint themselves.

Two dynamic properties are for everybody: ``surface`` (window, panel, raised, well, card) gives a
``QFrame`` or ``QWidget`` its background, ``tone`` (text2, text3, accent, alarm) gives a ``QLabel``
its colour.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from studio.paths import resource

if TYPE_CHECKING:
    from studio.gui.theme import Palette

_SHEET = Template("""
*[surface="window"] { background: $window; }
*[surface="panel"] { background: $panel; }
*[surface="raised"] { background: $raised; }
*[surface="well"] { background: $well; }
*[surface="card"] { background: $raised; border: 1px solid $edge; border-radius: 6px; }
* { outline: none; }
QLabel { background: transparent; }
QLabel[tone="text2"] { color: $text2; }
QLabel[tone="text3"] { color: $text3; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="alarm"] { color: $alarm; }

QToolTip { background: $raised; color: $text; border: 1px solid $edge; padding: 4px 7px;
    font-size: 12px; }

QMenuBar { background: $window; color: $text2; border-bottom: 1px solid $line;
    padding: 2px 7px 0 7px; spacing: 0; font-size: 12px; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 4px; }
QMenuBar::item:selected { background: $hover; color: $text; }
QMenuBar::item:pressed { background: $line; color: $text; }
QMenuBar::item:disabled { color: $pale; }
QMenu { background: $window; color: $text; font-size: 13px; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 28px; border-radius: 4px; }
QMenu::item:selected { background: $hover; color: $text; }
QMenu::item:disabled { color: $pale; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 4px; }
QMenu::icon { padding-left: 9px; }
QMenu::indicator { width: 14px; height: 14px; left: 7px; }
QMenu::indicator:checked { image: url("$icons/check-$shade.svg"); }
QMenu::right-arrow { image: url("$icons/arrow-$shade.svg"); width: 14px; height: 14px;
    right: 6px; }

QPushButton { background: transparent; color: $text; border: 1px solid $edge;
    border-radius: 4px; padding: 5px 11px; font-weight: 500; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:checked { background: $chosen; color: $accent; border-color: $accent; }
QPushButton:disabled { color: $pale; border-color: $line; }
QToolButton { background: transparent; color: $text2; border: 1px solid transparent;
    border-radius: 4px; padding: 3px; }
QToolButton:hover { background: $hover; color: $text; }
QToolButton:pressed { background: $line; }
QToolButton[look="raised"] { background: $raised; color: $text; border-radius: 6px; }
QToolButton[look="raised"]:hover { background: $hover; }
QToolButton:checked { background: $chosen; color: $accent; border-color: $accent; }
QToolButton[look="quiet"]:checked { background: transparent; color: $text;
    border-color: transparent; }
QToolButton[look="aside"] { color: $text2; font-size: 11px; padding: 0 4px 2px 4px;
    min-height: 16px; }
QToolButton[look="aside"]:hover { color: $text; }
QToolButton:disabled { color: $pale; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox { background: $well; color: $text;
    border: 1px solid $edge; border-radius: 4px; padding: 4px 8px;
    selection-background-color: $fill; selection-color: $ink;
    placeholder-text-color: $text3; }
QLineEdit { min-height: 18px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus {
    border-color: $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled { color: $pale;
    border-color: $line; }

QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }

QComboBox { background: transparent; color: $text; border: 1px solid $edge;
    border-radius: 4px; padding: 4px 3px 4px 9px; min-height: 16px; font-size: 12px;
    font-weight: 500; }
QComboBox:hover { background: $hover; }
QComboBox:on { background: $line; }
QComboBox:disabled { color: $pale; border-color: $line; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$icons/chevron-$shade.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $window; border: 1px solid $edge; outline: none;
    padding: 4px; selection-background-color: $hover; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 24px; padding: 0 8px; border-radius: 4px; }

QCheckBox, QRadioButton { background: transparent; color: $text; spacing: 8px;
    min-height: 24px; }
QCheckBox:disabled, QRadioButton:disabled { color: $pale; }
QCheckBox::indicator, QAbstractItemView::indicator, QGroupBox::indicator {
    width: 14px; height: 14px;
    border: 1px solid $edge; border-radius: 3px; background: transparent; }
QCheckBox::indicator:hover { background: $hover; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked,
QGroupBox::indicator:checked {
    background: $fill; border-color: $accent; image: url("$icons/check-ink.svg"); }
QCheckBox::indicator:disabled { border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $line; border-color: $line;
    image: url("$icons/check-$shade.svg"); }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $edge;
    border-radius: 8px; background: transparent; }
QRadioButton::indicator:hover { background: $hover; }
QRadioButton::indicator:checked { border: 5px solid $fill; width: 6px; height: 6px;
    background: $ink; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: $groove; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $edge; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }

QAbstractItemView { background: $panel; color: $text2; border: none; outline: none;
    selection-background-color: $chosen; selection-color: $text; gridline-color: $line; }
QTableView::item { padding: 0 8px; border: none; border-bottom: 1px solid $line; }
QTableView::item:selected { background: $chosen; color: $text; }
QTableView::item:hover:!selected, QTreeView::item:hover:!selected { background: $hover;
    color: $text; }
QListView::item:selected, QTreeView::item:selected { background: $raised; color: $text; }
QTreeView::item { min-height: 21px; }
QTreeView::branch { background: transparent; }
QTreeView::branch:selected { background: $raised; }
QTreeView::branch:closed:has-children { image: url("$icons/arrow-$shade.svg"); }
QTreeView::branch:open:has-children { image: url("$icons/chevron-$shade.svg"); }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: $text3; border: none;
    border-bottom: 1px solid $line; padding: 3px 8px; font-size: 12px; font-weight: 400; }
QTableCornerButton::section { background: transparent; border: none; }

QSplitter::handle { background: $line; }
QSplitter::handle:hover, QSplitter::handle:pressed { background: $accent; }
QScrollArea { background: transparent; border: none; }
QStatusBar { background: $panel; color: $text3; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QSizeGrip { width: 0; height: 0; image: none; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: $text2; border: 1px solid $edge;
    padding: 3px 11px; min-height: 18px; margin-left: -1px; }
QTabBar::tab:hover { background: $hover; }
QTabBar::tab:selected { background: $chosen; color: $accent; border-color: $accent; }
QTabBar::tab:first, QTabBar::tab:only-one { border-top-left-radius: 4px;
    border-bottom-left-radius: 4px; margin-left: 0; }
QTabBar::tab:last, QTabBar::tab:only-one { border-top-right-radius: 4px;
    border-bottom-right-radius: 4px; }
QTabWidget::pane { border: none; }
QGroupBox { background: transparent; border: none; margin: 0; padding: 0; }
""")


def style_sheet(palette: Palette) -> str:
    """The sheet in the colours of ``palette``."""
    tokens = {
        name: value.name()
        for name in palette.__dataclass_fields__
        if isinstance(value := getattr(palette, name), QColor)
    }
    return _SHEET.substitute(
        tokens,
        pale=palette.pale.name(),
        shade="dark" if palette.is_dark else "light",
        icons=resource("icons", "sheet").as_posix(),
    )
