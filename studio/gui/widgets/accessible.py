"""What assistive technology hears beyond what Qt says by itself.

Qt gives a painted widget the role Client. ``set_role`` gives it a true one; ``announce`` says
something once, as a live region of a web page would.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
)
from PySide6.QtWidgets import QAccessibleWidget, QApplication, QWidget

_ROLE = "accessibleRole"
_INSTALLED = "accessibleRolesInstalled"


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Give ``widget`` the role ``role`` (``Graphic``, ``AlertMessage``...)."""
    app = QApplication.instance()
    if app is not None and not app.property(_INSTALLED):
        QAccessible.installFactory(_interface)
        app.setProperty(_INSTALLED, True)
    widget.setProperty(_ROLE, role.value)


def _interface(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    if not isinstance(thing, QWidget) or thing.property(_ROLE) is None:
        return None
    made = QAccessibleWidget(thing, QAccessible.Role(thing.property(_ROLE)), "")
    thing._accessible_interface = made  # type: ignore[attr-defined] # it lives as long as the widget
    return made


def announce(widget: QWidget, text: str, assertive: bool = False) -> None:
    """Have ``text`` spoken: when the listener pauses, or at once where it is ``assertive``."""
    event = QAccessibleAnnouncementEvent(widget, text)
    manner = QAccessible.AnnouncementPoliteness
    event.setPoliteness(manner.Assertive if assertive else manner.Polite)
    QAccessible.updateAccessibility(event)


def alert(widget: QWidget) -> None:
    """Say that ``widget`` needs the user."""
    QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Alert))
