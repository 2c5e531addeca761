"""Real widgets, drawn off screen; a warning of Qt fails the test."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

# Said by the off-screen platform alone.
_HARMLESS = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


@pytest.fixture(autouse=True)
def _no_qt_warning() -> Iterator[None]:
    """What Qt complains about is a defect."""
    said: list[str] = []

    def handler(kind: QtMsgType, context: object, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not message.startswith(_HARMLESS):
            said.append(message)

    before = qInstallMessageHandler(handler)
    yield
    qInstallMessageHandler(before)
    assert not said


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    """Widgets of a test go with it: each that stays makes every later change of palette slower."""
    yield
    if QApplication.instance() is not None:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def dark(qapp: QApplication) -> QApplication:
    """The application in its dark palette."""
    from studio.gui import theme

    theme.apply(qapp, dark=True)
    return qapp
