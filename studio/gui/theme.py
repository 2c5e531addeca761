"""Colours, type and sizes of the window, in a dark and a light palette.

``apply`` gives them to Qt: style, palette, style sheet and font. What paints itself reads
``current()`` while it paints, so changing the palette is one ``apply``. Colours, sizes of type and
radii stand here and nowhere else. ``tests/gui/test_theme.py`` recomputes every contrast and every
distance between two colours of stems.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QWidget

from studio.gui.sheet import style_sheet
from studio.music.stem import Stem

# Steps of the 4-px grid: within a group, between controls, inset of a panel, between blocks.
GROUP, GAP, INSET, BLOCK = 4, 8, 12, 24
# Radii: notes, buttons in lanes, buttons and fields, cards.
NOTE_RADIUS, LANE_RADIUS, RADIUS, CARD_RADIUS = 2, 3, 4, 6
# Sizes of type in pixels at scale 1.
ASIDE, SMALL, BASE, TITLE, SHEET, TIME, HERO, FIGURE = 11, 12, 13, 14, 18, 22, 28, 44
FIGURE_SMALL = 34  # the threshold's value in low windows
# Letters of large type stand closer, by this share of their size.
_LARGE, _CLOSER = 18, 0.014
REGULAR, MEDIUM, STRONG = 400, 500, 600
# Milliseconds of what moves.
HOVER_MS, SLIDE_MS = 80, 160


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour a token.

    Attributes:
        window, panel, raised, well: Surfaces: behind all and menus; heads and bars; cards and
            selection; waveforms, plots and fields.
        hover: What lies under the pointer, and the usual range of the threshold.
        text, text2, text3: Words; labels and values; asides and placeholders.
        edge, line: Borders of controls; separators, which are decoration.
        accent: "You are here, you chose this": lines and words. ``fill`` is its surface, ``ink``
            what is written on it.
        chosen: The chosen row.
        alarm, alarm_card: "This needs you": words and borders, and the card they stand on.
        groove: The track of a slider.
        stems: Name of a stem to its colour.
    """

    window: QColor
    panel: QColor
    raised: QColor
    well: QColor
    hover: QColor
    text: QColor
    text2: QColor
    text3: QColor
    edge: QColor
    line: QColor
    accent: QColor
    fill: QColor
    ink: QColor
    chosen: QColor
    alarm: QColor
    alarm_card: QColor
    groove: QColor
    stems: dict[str, QColor]

    @property
    def is_dark(self) -> bool:
        """Whether words are lighter than what they stand on."""
        return self.window.lightness() < 128

    @property
    def pale(self) -> QColor:
        """What is disabled: asides at 55 % on a panel."""
        return mixed(self.panel, self.text3, 0.55)


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """``share`` of the way from ``a`` to ``b``, by the encoded values, opaque."""
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(x + share * (y - x)) for x, y in pairs))


def faded(colour: QColor, opacity: float) -> QColor:
    """``colour`` with ``opacity`` in [0, 1]."""
    pale = QColor(colour)
    pale.setAlphaF(opacity)
    return pale


def _palette(stems: dict[str, str], **tokens: str) -> Palette:
    colours = {name: QColor(value) for name, value in tokens.items()}
    return Palette(
        **colours,
        groove=mixed(colours["panel"], colours["edge"], 0.55),
        stems={name: QColor(value) for name, value in stems.items()},
    )


DARK: Final = _palette(
    window="#16181B",
    panel="#1C1F23",
    raised="#262A30",
    well="#101214",
    hover="#2E333A",
    text="#ECEEF0",
    text2="#B4BAC2",
    text3="#8E96A0",
    edge="#727A85",
    line="#30353C",
    accent="#E6B450",
    fill="#E6B450",
    ink="#1A1406",
    chosen="#2E2C27",
    alarm="#FF8A7A",
    alarm_card="#332A2C",
    stems={
        "vocals": "#E181AD",
        "drums": "#A1E0FF",
        "bass": "#7B68DC",
        "other": "#59A66D",
        "guitar": "#D05321",
        "piano": "#E0E7E5",
    },
)

LIGHT: Final = _palette(
    window="#F1F1EE",
    panel="#FAFAF8",
    raised="#FFFFFF",
    well="#FFFFFF",
    hover="#ECECE7",
    text="#1B1D1F",
    text2="#474C52",
    text3="#62686F",
    edge="#7C7E78",
    line="#D9D9D3",
    accent="#8F5F00",
    fill="#F2C464",
    ink="#1A1406",
    chosen="#F3ECDA",
    alarm="#B3261E",
    alarm_card="#F5EBE9",
    stems={
        "vocals": "#C23E73",
        "drums": "#4094AF",
        "bass": "#4F41E1",
        "other": "#155530",
        "guitar": "#DC6D4F",
        "piano": "#3F4345",
    },
)


def stem_colour(palette: Palette, stem: Stem) -> QColor:
    """The colour of ``stem``; one we have no colour for takes its parent's, else "other"'s."""
    for name in (stem.name, stem.parent):
        if name in palette.stems:
            return palette.stems[name]
    return palette.stems["other"]


def current() -> Palette:
    """The palette in use, read off the application's own."""
    window = QApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT


def is_still() -> bool:
    """Whether nothing is to move: the application's property ``reduceMotion``."""
    app = QCoreApplication.instance()
    return app is not None and bool(app.property("reduceMotion"))


def motion(milliseconds: int) -> int:
    """How long something moves: ``milliseconds``, or not at all under "reduce motion"."""
    return 0 if is_still() else milliseconds


def shows_focus(widget: QWidget) -> bool:
    """Whether ``widget`` has the focus and got it from the keyboard.

    Where a shortcut moves the focus, give it with ``Qt.FocusReason.ShortcutFocusReason``.
    """
    keyboard = Qt.WidgetAttribute.WA_KeyboardFocusChange
    return widget.hasFocus() and widget.window().testAttribute(keyboard)


def outlined(painter: QPainter, rect: QRectF | QRect, colour: QColor) -> QRectF:
    """Give ``painter`` a hairline pen; the box to draw with it for an outline just inside ``rect``.

    Both lie on whole device pixels, whatever the scale and wherever the widget is.
    """
    device, area = painter.deviceTransform(), QRectF(rect)
    scale, dx, dy = device.m11() or 1.0, device.dx(), device.dy()
    width = max(1, int(scale + 0.01))
    painter.setPen(QPen(colour, width / scale))
    left = math.ceil(area.left() * scale + dx - 0.01) + width / 2
    top = math.ceil(area.top() * scale + dy - 0.01) + width / 2
    right = math.floor(area.right() * scale + dx + 0.01) - width / 2
    bottom = math.floor(area.bottom() * scale + dy + 0.01) - width / 2
    corner = QPointF((left - dx) / scale, (top - dy) / scale)
    return QRectF(corner, QPointF((right - dx) / scale, (bottom - dy) / scale))


def font(px: int, weight: int = REGULAR) -> QFont:
    """The window's font, ``px`` pixels high at scale 1, with figures of one width."""
    made = QFont(QApplication.font())
    made.setPixelSize(px)
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    if px >= _LARGE:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -_CLOSER * px)
    return made


def apply(app: QApplication, dark: bool) -> None:
    """Give ``app`` the look: Fusion, palette, font and style sheet. Call again to change it."""
    palette = DARK if dark else LIGHT
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(_qt_palette(palette))
    app.setFont(_base_font())
    app.setStyleSheet(style_sheet(palette))


def _base_font() -> QFont:
    """The system's font; where the system has no opinion, the best of the usual ones."""
    base = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if base.family() in {"Sans Serif", "sans-serif", ""}:
        present = set(QFontDatabase.families())
        usual = ("Inter", "Adwaita Sans", "Cantarell", "Noto Sans", "Ubuntu", "DejaVu Sans")
        base.setFamilies([name for name in usual if name in present] or [base.family()])
    base.setPixelSize(BASE)
    base.setFeature(QFont.Tag("tnum"), 1)
    return base


def _qt_palette(palette: Palette) -> QPalette:
    """The tokens in the roles Qt's own widgets read."""
    role = QPalette.ColorRole
    made = QPalette()
    roles = {
        role.Window: palette.window,
        role.WindowText: palette.text,
        role.Base: palette.well,
        role.AlternateBase: palette.raised,
        role.Text: palette.text,
        role.PlaceholderText: palette.text3,
        role.Button: palette.panel,
        role.ButtonText: palette.text,
        role.BrightText: palette.alarm,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.Highlight: palette.fill,
        role.HighlightedText: palette.ink,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.Accent: palette.accent,
        role.Light: palette.hover,
        role.Midlight: palette.hover,
        role.Mid: palette.line,
        role.Dark: palette.line,
        role.Shadow: palette.well,
    }
    for which, colour in roles.items():
        made.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, palette.pale)
    return made
