"""What Tab reaches in a part of the window, in the order in which it is read.

Qt's own chain is of no use here: it is the order in which widgets were made, and asking one for
the next ties both together, so that the window would outlive its closing.
"""

from __future__ import annotations

from functools import cmp_to_key

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QRadioButton, QWidget


def stops(region: QWidget) -> list[QWidget]:
    """What Tab reaches in a region, line by line as it is read."""
    found = [region] if _is_stop(region) else []
    for child in _in_reading_order(region):
        found += stops(child)
    return found


def walk(region: QWidget, forward: bool) -> bool:
    """Give the keyboard to the next stop of a region, going round in it; whether it has any."""
    ring = stops(region)
    if not ring:
        return False
    now = QApplication.focusWidget()
    at = ring.index(now) if now in ring else (-1 if forward else 0)
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    ring[(at + (1 if forward else -1)) % len(ring)].setFocus(reason)
    return True


def _is_stop(widget: QWidget) -> bool:
    by_tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    if not by_tab or not widget.isEnabled():
        return False
    # Of a row of choices only the chosen one is a stop; arrows go to the others.
    return not isinstance(widget, QRadioButton) or widget.isChecked()


def _in_reading_order(parent: QWidget) -> list[QWidget]:
    """The children that can be seen, those of one line from its beginning to its end."""
    inside = [
        child
        for child in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if child.isVisible() and not child.isWindow()
    ]
    sign = 1 if parent.layoutDirection() == Qt.LayoutDirection.LeftToRight else -1

    def compared(one: QWidget, other: QWidget) -> int:
        return _compared(one.geometry(), other.geometry(), sign)

    return sorted(inside, key=cmp_to_key(compared))


def _compared(one: QRect, other: QRect, sign: int) -> int:
    """Below zero where ``one`` is read first."""
    together = min(one.bottom(), other.bottom()) - max(one.top(), other.top())
    same_line = together > min(one.height(), other.height()) / 2
    across = sign * (one.center().x() - other.center().x())
    return across if same_line else one.center().y() - other.center().y()
