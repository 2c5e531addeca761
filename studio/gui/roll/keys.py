"""The keys of the roll; they count while it has the focus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from studio.gui.roll.acts import Acts
from studio.gui.roll.hand import Tool

Act = Callable[[], object]
_Key = Qt.Key
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_LOUDER = 5  # steps of velocity


def act(event: QKeyEvent, acts: Acts, use_tool: Callable[[Tool], None], escape: Act) -> Act | None:
    """What a key does here and now; None where it is not ours.

    Arrows, + and − are ours only while notes are selected.
    """
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = _Key(event.key())
    if acts.model is None:
        return None
    if modifiers in {_NONE, _SHIFT}:
        found = _walk(key, modifiers == _SHIFT, acts)
        if found is None and acts.model.selection:
            found = _push(key, modifiers == _SHIFT, acts)
        if found is not None:
            return found
    plain: dict[Qt.Key, Act] = {
        _Key.Key_V: partial(use_tool, "select"),
        _Key.Key_D: partial(use_tool, "draw"),
        _Key.Key_C: partial(use_tool, "split"),
        _Key.Key_J: acts.join,
        _Key.Key_K: acts.keep,
        _Key.Key_Q: acts.quantise,
        _Key.Key_Delete: acts.delete,
        _Key.Key_Backspace: acts.delete,
        _Key.Key_Escape: escape,
    }
    with_ctrl: dict[Qt.Key, Act] = {
        _Key.Key_A: acts.select_all,
        _Key.Key_C: acts.copy,
        _Key.Key_X: acts.cut,
        _Key.Key_V: acts.paste,
    }
    if modifiers == _NONE:
        return plain.get(key)
    return with_ctrl.get(key) if modifiers == _CTRL else None


def _walk(key: Qt.Key, shift: bool, acts: Acts) -> Act | None:
    """From note to note, with Shift from ghost to ghost."""
    step = {_Key.Key_PageUp: -1, _Key.Key_PageDown: 1}.get(key)
    return None if step is None else partial(acts.walk, step, shift)


def _push(key: Qt.Key, shift: bool, acts: Acts) -> Act | None:
    """The selected notes, a step further."""
    rows = {_Key.Key_Up: 1, _Key.Key_Down: -1}.get(key)
    if rows is not None:
        return partial(acts.shift, rows * (12 if shift else 1))
    steps = {_Key.Key_Left: -1, _Key.Key_Right: 1}.get(key)
    if steps is not None:
        return partial(acts.lengthen if shift else acts.move, steps)
    louder = {_Key.Key_Plus: 1, _Key.Key_Equal: 1, _Key.Key_Minus: -1}.get(key)
    return None if louder is None else partial(acts.louder, louder * _LOUDER)
