"""The regions of the window, which F6 goes round and which Tab stays inside.

Library, transport, lanes, take and status; what went wrong, a toast and an open sheet are regions
while they are there, and an open sheet stands for what it covers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.stops import stops, walk

if TYPE_CHECKING:
    from studio.gui.window import MainWindow

_REASON = Qt.FocusReason.ShortcutFocusReason


def go(window: MainWindow, step: int) -> None:
    """Give the keyboard to the next region, or with ``step`` -1 to the one before."""
    regions = around(window)
    at = next((i for i, region in enumerate(regions) if _holds(region)), min(-step, 0))
    enter(window, regions[(at + step) % len(regions)])


def tab(window: MainWindow, forward: bool) -> bool:
    """Give the keyboard to the next stop of the region that has it, going round in it."""
    region = next((region for region in around(window) if _holds(region)), None)
    if region is None:
        go(window, 1 if forward else -1)
        return True
    return walk(region, forward)


def around(window: MainWindow) -> list[QWidget]:
    """The regions that are there, in the order of F6."""
    page = window.library.page
    unfolded = window.library.is_rail and page.isVisible()
    asides = [
        aside
        for aside in (window.notices, window.toast, window.tempo.panel)
        if aside.isVisible() and stops(aside)
    ]
    sheet = window.pages.open_sheet()
    if sheet is not None:
        main: list[QWidget] = [sheet]
    elif window.stack.currentIndex() == 0:
        main = [window.first_start]
    else:
        # Work under way can be stopped where it says so: above the lanes.
        main = [window.progress] if stops(window.progress) else []
        main += [part for part in (window.timeline, window.slot) if part.isVisible()]
    library = page if unfolded else window.library
    beside = [library] if library.isVisible() else []
    return [*beside, window.transport, *asides, *main, window.status]


def enter(window: MainWindow, region: QWidget) -> None:
    """Give the keyboard to a region, where it is most useful there."""
    if region is window.timeline and window.timeline.current_lane:
        window.timeline.focus_lane(window.timeline.current_lane)
    elif region is window.slot and window.slot.roll is not None:
        window.slot.focus_notes()
    elif region is window.status:
        window.status.sentence.setFocus(_REASON)
    elif ring := stops(region):
        ring[0].setFocus(_REASON)


def walk_lanes(window: MainWindow, step: int) -> None:
    """Give the keyboard to the lane below, or with ``step`` -1 above."""
    names = [lane.name for lane in window.desk.song.lanes]
    if names:
        at = names.index(window.timeline.current_lane) + step
        window.timeline.focus_lane(names[min(max(at, 0), len(names) - 1)])


def _holds(region: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and (region is focus or region.isAncestorOf(focus))
