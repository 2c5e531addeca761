"""Every action has words and keys of its own, and stands in a menu."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow

from studio.gui import actions


def test_no_two_actions_share_keys() -> None:
    """One key, one meaning."""
    used = Counter(key for declared in actions.DECLARED for key in declared.keys)
    assert [key for key, count in used.items() if count > 1] == []


def test_every_key_is_one_that_qt_knows(qapp: QApplication) -> None:
    """A misspelt key would be an action nobody reaches."""
    for declared in actions.DECLARED:
        for key in declared.keys:
            assert QKeySequence(key).count() == 1, declared.name
            assert QKeySequence(key).toString(), declared.name


def test_every_action_is_in_its_menu_with_its_keys(dark: QApplication) -> None:
    """What can be done can be found, and its keys are shown where it is found."""
    window = QMainWindow()
    made = actions.make(window)
    menus = actions.fill(window.menuBar(), made)
    for declared in actions.DECLARED:
        action = made[declared.name]
        assert action in menus[declared.menu].actions()
        assert action.objectName() == f"action_{declared.name}"
        if declared.keys:
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            assert shown in action.toolTip()


def test_plain_keys_can_be_switched_off(dark: QApplication) -> None:
    """For those whose reader or switch needs the letters."""
    window = QMainWindow()
    made = actions.make(window)
    actions.use_letters(made, on=False)
    assert made["solo"].shortcuts() == []
    assert made["export"].shortcuts() != []
    actions.use_letters(made, on=True)
    assert made["solo"].shortcut() == QKeySequence("S")
