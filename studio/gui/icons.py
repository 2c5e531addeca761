"""The icons: SVG on a 16-px grid, drawn in whatever colour the palette asks for.

Each lies in ``resources/icons`` as ``<name>.svg`` and names its colour ``currentColor``. Drawn
icons are kept in Qt's own pixmap cache, so painting one is a lookup.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from studio.gui import theme
from studio.music.stem import Stem
from studio.paths import resource

SIZE = 16

_STEMS = {
    "vocals": "mic",
    "drums": "drum",
    "bass": "bass",
    "guitar": "guitar",
    "piano": "piano",
    "other": "wave",
}


def names() -> list[str]:
    """All icons there are."""
    return sorted(path.stem for path in resource("icons").glob("*.svg"))


def stem_icon(stem: Stem) -> str:
    """The icon of ``stem``: its own, its parent's, or the wave."""
    return _STEMS.get(stem.name) or _STEMS[stem.kind]


@cache
def _source(name: str) -> str:
    """Text of the SVG. Raises FileNotFoundError."""
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: QColor, size: float = SIZE, ratio: float = 1.0) -> QPixmap:
    """The icon ``size`` pixels high at scale 1, for a screen of ``ratio`` device pixels each."""
    side = max(1, round(size * ratio))
    key = f"stemwright/{name}/{colour.rgba():08x}/{side}/{ratio}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    drawn = QPixmap(side, side)
    drawn.fill(Qt.GlobalColor.transparent)
    text = _source(name).replace("currentColor", colour.name())
    painter = QPainter(drawn)
    painter.setOpacity(colour.alphaF())
    renderer = QSvgRenderer(QByteArray(text.encode()))
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    QPixmapCache.insert(key, drawn)
    return drawn


def paint_icon(painter: QPainter, name: str, rect: QRectF | QRect, colour: QColor) -> None:
    """Draw the icon in the middle of ``rect``, as large as fits, sharp on the device's pixels."""
    area = QRectF(rect)
    size = min(area.width(), area.height())
    device = painter.deviceTransform()
    ratio = device.m11() or 1.0
    corner = area.center() - QPointF(size / 2, size / 2)
    snapped = QPointF(
        (round(corner.x() * ratio + device.dx()) - device.dx()) / ratio,
        (round(corner.y() * ratio + device.dy()) - device.dy()) / ratio,
    )
    painter.drawPixmap(snapped, pixmap(name, colour, size, ratio))


class _Engine(QIconEngine):
    """An icon that asks for its colour when it is drawn, and so follows the palette."""

    def __init__(self, name: str, token: str, when_on: str) -> None:
        super().__init__()
        self._name, self._token, self._when_on = name, token, when_on

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint_icon(painter, self._name, rect, self._colour(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # ``size`` is in device pixels; Qt sets the ratio of what it gets.
        side = min(size.width(), size.height())
        return pixmap(self._name, self._colour(mode, state), side, 1.0)

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._token, self._when_on)

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        palette = theme.current()
        if mode == QIcon.Mode.Disabled:
            return palette.pale
        is_on = state == QIcon.State.On
        colour: QColor = getattr(palette, self._when_on if is_on else self._token)
        return colour


def icon(name: str, token: str = "text2", when_on: str = "accent") -> QIcon:  # noqa: S107
    """The icon for buttons, menus and lists, in the colour ``token`` of the palette in use.

    ``when_on`` is its colour where it is checked; a tree draws what is unfolded so too.
    """
    _source(name)
    return QIcon(_Engine(name, token, when_on))
