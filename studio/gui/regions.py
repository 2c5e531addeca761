"""The regions of the window, which F6 goes round: library, transport, lanes, take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from studio.gui.window import MainWindow

_REASON = Qt.FocusReason.ShortcutFocusReason


def go(window: MainWindow, step: int) -> None:
    """Give the keyboard to the next region, or with ``step`` -1 to the one before."""
    regions = _regions(window)
    focus = QApplication.focusWidget()
    at = next((i for i, r in enumerate(regions) if focus and r.isAncestorOf(focus)), -step)
    _enter(window, regions[(at + step) % len(regions)])


def walk_lanes(window: MainWindow, step: int) -> None:
    """Give the keyboard to the lane below, or with ``step`` -1 above."""
    names = [lane.name for lane in window.desk.song.lanes]
    if names:
        at = names.index(window.timeline.current_lane) + step
        window.timeline.focus_lane(names[min(max(at, 0), len(names) - 1)])


def _regions(window: MainWindow) -> list[QWidget]:
    if window.stack.currentIndex() == 0:
        return [window.library, window.transport, window.first_start]
    regions: list[QWidget] = [window.library, window.transport, window.timeline]
    return regions if window.slot.panel is None else [*regions, window.slot]


def _enter(window: MainWindow, region: QWidget) -> None:
    if region is window.timeline and window.timeline.current_lane:
        window.timeline.focus_lane(window.timeline.current_lane)
    elif region is window.slot and window.slot.roll is not None:
        window.slot.roll.setFocus(_REASON)
    else:
        _first(region)


def _first(region: QWidget) -> None:
    for child in region.findChildren(QWidget):
        by_tab = child.focusPolicy() & Qt.FocusPolicy.TabFocus
        if by_tab and child.isVisibleTo(region) and child.isEnabled():
            child.setFocus(_REASON)
            return
