"""Wheels and fingers on anything that shows the time axis: scrolling and zooming."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QWheelEvent

from studio.gui.state.timeaxis import TimeAxis

ARROWS = frozenset((Qt.Key.Key_Left, Qt.Key.Key_Right))
_A_NOTCH = 120.0
_ZOOM_A_NOTCH = 0.8
_SCROLL_A_NOTCH = 0.12  # of the view
_PAGE_MARGIN = 0.04  # of the view, left of the playhead on a new page
_ZOOM_PX = 240.0  # pixels of a trackpad that zoom by e


def wheel(event: QWheelEvent, axis: TimeAxis, width: int) -> bool:
    """Do what a wheel asks of the time axis; whether it asked for anything.

    Ctrl zooms around the pointer, Shift or a sideways wheel scrolls. A plain wheel is left to
    whoever may scroll upwards and downwards.
    """
    pixels, notches = event.pixelDelta(), event.angleDelta()
    modifiers = event.modifiers()
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            return False
        zoom(event, axis, axis.seconds(event.position().x(), width))
        return True
    sideways = abs(notches.x()) > abs(notches.y()) or abs(pixels.x()) > abs(pixels.y())
    if sideways or modifiers & Qt.KeyboardModifier.ShiftModifier:
        scroll(event, axis, width)
        return True
    return False


def zoom(event: QWheelEvent, axis: TimeAxis, around: float) -> None:
    """Zoom by the wheel; the time ``around`` stays where it is."""
    axis.zoom(_factor(event.pixelDelta(), event.angleDelta()), around)


def scroll(event: QWheelEvent, axis: TimeAxis, width: int) -> None:
    """Scroll in time, whichever way the wheel turns."""
    pixels, notches = event.pixelDelta(), event.angleDelta()
    if not pixels.isNull():
        axis.scroll(-_greater(pixels) / max(1, width) * axis.span)
    else:
        axis.scroll(-_greater(notches) / _A_NOTCH * _SCROLL_A_NOTCH * axis.span)


def keeps_key(event: QEvent, keys: frozenset[Qt.Key]) -> bool:
    """Whether ``event`` asks for one of ``keys``: then it is no shortcut of the window here."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if Qt.Key(event.key()) in keys:
        event.accept()
        return True
    return False


def pinch(event: QNativeGestureEvent, axis: TimeAxis, around: float) -> bool:
    """Zoom by two fingers on a trackpad, whether it was that; the time ``around`` stays."""
    if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
        return False
    axis.zoom(math.exp(-event.value()), around)
    return True


def follow(axis: TimeAxis, before: float, now: float) -> None:
    """Turn the page when the playhead leaves the view; a view it is not in stays as it is."""
    if axis.start <= before <= axis.end and not axis.start <= now <= axis.end:
        axis.scroll(now - axis.start - _PAGE_MARGIN * axis.span)


def _factor(pixels: QPoint, notches: QPoint) -> float:
    if not pixels.isNull():
        return math.exp(-_greater(pixels) / _ZOOM_PX)
    return float(_ZOOM_A_NOTCH ** (_greater(notches) / _A_NOTCH))


def _greater(delta: QPoint) -> int:
    return delta.y() if abs(delta.y()) >= abs(delta.x()) else delta.x()
