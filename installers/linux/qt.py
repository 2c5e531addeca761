"""Which parts of Qt the window needs on Linux, and which the freezer would add."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

Row = tuple[str, str, str]

# Plugins by folder. Screens: X11, Wayland, and none (tests). Pictures: our icons are SVG, PNG is
# built in. Input: dead keys and input methods. Not libqgtk3: it would load the system's GTK beside
# our older glib.
_PLUGINS = {
    "platforms": ("libqxcb", "libqwayland", "libqoffscreen"),
    "imageformats": ("libqsvg", "libqjpeg"),
    "iconengines": ("libqsvgicon",),
    "platformthemes": ("libqxdgdesktopportal",),
    "platforminputcontexts": ("libcompose", "libibus"),
    "wayland-shell-integration": ("lib",),
    "wayland-decoration-client": ("lib",),
    "xcbglintegrations": (),
}


def worth_shipping(rows: Iterable[Row]) -> list[Row]:
    """The rows without plugins and words of Qt the window never loads."""
    return [row for row in rows if _is_used(PurePosixPath(row[0]))]


def asked_for(rows: Iterable[Row], imports: Callable[[str], Iterable[str]]) -> list[Row]:
    """The rows without libraries that only dropped plugins asked for.

    Args:
        rows: Binaries.
        imports: The names of all libraries a file loads, and those they load.
    """
    rows = list(rows)
    wanted = {name for row in rows if not _is_library(row) for name in imports(row[1])}
    return [row for row in rows if not _is_library(row) or PurePosixPath(row[0]).name in wanted]


def _is_used(place: PurePosixPath) -> bool:
    if "plugins" in place.parts and "PySide6" in place.parts:
        return place.name.startswith(_PLUGINS.get(place.parent.name) or ("-",))
    return place.parent.name != "translations" or place.name.startswith("qtbase_")


def _is_library(row: Row) -> bool:
    """Whether it is there for others alone: Qt's libraries and the system's."""
    place, source, kind = row
    if place.startswith("libpython") or kind == "EXTENSION":
        return False
    return "Qt/lib/" in f"{place} {source}" or source.startswith(("/usr/lib", "/lib"))
