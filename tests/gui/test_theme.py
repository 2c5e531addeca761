"""The palettes keep their promises: contrast, colour blindness, and one place for every colour."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QRect
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QToolButton

from studio.gui import icons, theme
from studio.gui.theme import DARK, LIGHT, Palette
from studio.music.stem import KINDS, Stem, stem
from studio.paths import resource

Vector = NDArray[np.float64]
SURFACES = ("window", "panel", "raised", "well")
ICONS = [
    *("rail", "play", "pause", "start", "loop", "undo", "redo", "speaker", "export", "plus"),
    *("search", "close", "clock", "retry", "alarm", "mic", "drum", "bass", "guitar", "piano"),
    *("wave", "note", "pointer", "pencil", "split", "grip", "star", "lock", "chip-cpu", "check"),
    *("folder", "file", "chevron", "more", "crosshair", "copy", "settings", "keyboard"),
]


def linear(colour: QColor) -> Vector:
    """sRGB, IEC 61966-2-1, to linear light."""
    encoded = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def contrast(a: QColor, b: QColor) -> float:
    """WCAG 2 contrast ratio."""
    shares = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(shares @ linear(c)) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


# Machado, Oliveira, Fernandes 2009, severity 1.0, for linear RGB.
MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
SIGHTS = {"normal": np.eye(3), **{name: np.array(rows) for name, rows in MACHADO.items()}}


def lab(rgb: Vector) -> Vector:
    """CIELAB under D65 of linear sRGB."""
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    ratio = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Vector, two: Vector) -> float:
    """Distance of two CIELAB colours after Sharma, Wu, Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean_c7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 0.5 * (1 - math.sqrt(mean_c7 / (mean_c7 + 25**7)))
    c1, c2 = math.hypot((1 + g) * a1, b1), math.hypot((1 + g) * a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, (1 + g) * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = h2 - h1
    turn = 0 if c1 * c2 == 0 else turn - 360 if turn > 180 else turn + 360 if turn < -180 else turn
    d_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    d_l, d_c, mean_l, mean_c = l2 - l1, c2 - c1, (l1 + l2) / 2, (c1 + c2) / 2
    hue = h1 + h2
    if c1 * c2:
        hue = hue / 2 if abs(h1 - h2) <= 180 else (hue + 360) / 2 if hue < 360 else (hue - 360) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / math.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    r_c = 2 * math.sqrt(mean_c**7 / (mean_c**7 + 25**7))
    r_t = -r_c * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    parts = d_l / s_l, d_c / s_c, d_h / s_h
    return math.sqrt(sum(p * p for p in parts) + r_t * parts[1] * parts[2])


def distance(a: QColor, b: QColor, sight: str = "normal") -> float:
    """How far apart two colours look to somebody of this sight."""
    return ciede2000(*(lab(SIGHTS[sight] @ linear(c)) for c in (a, b)))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 3.1571, -77.2803), (50, 0, -82.7485), 2.8615),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_our_ciede2000_gives_the_published_distances(
    one: tuple[float, ...], two: tuple[float, ...], expected: float
) -> None:
    """Pairs of Sharma, Wu, Dalal 2005, table 1, the awkward ones among them."""
    assert ciede2000(np.array(one), np.array(two)) == pytest.approx(expected, abs=6e-5)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
class TestContrast:
    """WCAG 2: 4.5 for words, 3 for what is seen only as a shape."""

    @pytest.mark.parametrize("surface", SURFACES)
    @pytest.mark.parametrize("token", ["text", "text2", "text3", "accent", "alarm"])
    def test_words_are_readable_on_every_surface(
        self, palette: Palette, token: str, surface: str
    ) -> None:
        """4.5 or more."""
        assert contrast(getattr(palette, token), getattr(palette, surface)) >= 4.5

    @pytest.mark.parametrize("surface", SURFACES)
    def test_edges_are_seen_on_every_surface(self, palette: Palette, surface: str) -> None:
        """3 or more."""
        assert contrast(palette.edge, getattr(palette, surface)) >= 3.0

    def test_words_are_readable_on_tints(self, palette: Palette) -> None:
        """Brass, the chosen row, the alarm's card, and what lies under the pointer."""
        pairs = [
            ("ink", "fill"),
            ("text", "chosen"),
            ("accent", "chosen"),
            ("text", "alarm_card"),
            ("text2", "alarm_card"),
            ("alarm", "alarm_card"),
            ("text", "hover"),
            ("text2", "hover"),
            ("accent", "hover"),
        ]
        for words, surface in pairs:
            assert contrast(getattr(palette, words), getattr(palette, surface)) >= 4.5, words

    def test_filled_shapes_stand_out(self, palette: Palette) -> None:
        """The edge of what is brass, and the ring of the focus, on every surface."""
        for surface in SURFACES:
            assert contrast(palette.accent, getattr(palette, surface)) >= 3.0

    @pytest.mark.parametrize("name", sorted(DARK.stems))
    def test_stems_are_seen_on_the_well(self, palette: Palette, name: str) -> None:
        """3 or more, as a shape; icon and name say it too."""
        assert contrast(palette.stems[name], palette.well) >= 3.0


def test_contrast_is_what_was_promised() -> None:
    """A few cells of the table, to its one decimal."""
    cells = [
        (DARK.text, DARK.window, 15.3),
        (DARK.text3, DARK.raised, 4.8),
        (DARK.edge, DARK.raised, 3.3),
        (DARK.accent, DARK.well, 9.8),
        (DARK.ink, DARK.fill, 9.6),
        (LIGHT.text2, LIGHT.window, 7.7),
        (LIGHT.accent, LIGHT.window, 4.9),
        (LIGHT.ink, LIGHT.fill, 11.2),
        (LIGHT.edge, LIGHT.window, 3.6),
        (DARK.stems["bass"], DARK.well, 4.3),
        (LIGHT.stems["guitar"], LIGHT.well, 3.3),
    ]
    for a, b, expected in cells:
        assert contrast(a, b) == pytest.approx(expected, abs=0.06)


# Least distance between two stems, of the four usual ones and of all six.
FOUR = ("vocals", "drums", "bass", "other")
PROMISED = {
    "normal": ((26.9, 16.1), (28.6, 22.1)),
    "protanopia": ((17.8, 13.7), (18.1, 13.3)),
    "deuteranopia": ((17.7, 14.0), (18.8, 12.9)),
    "tritanopia": ((19.0, 16.6), (19.3, 11.4)),
}


@pytest.mark.parametrize("sight", sorted(PROMISED))
@pytest.mark.parametrize("place", [0, 1], ids=["dark", "light"])
def test_stems_are_told_apart_by_every_sight(sight: str, place: int) -> None:
    """10 is easily told apart; the figures are those of the design."""
    stems = (DARK, LIGHT)[place].stems
    of_four = min(distance(stems[a], stems[b], sight) for a, b in itertools.combinations(FOUR, 2))
    of_six = min(distance(a, b, sight) for a, b in itertools.combinations(stems.values(), 2))

    assert (of_four, of_six) == pytest.approx(PROMISED[sight][place], abs=0.06)
    assert of_six >= 10


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_no_stem_is_taken_for_the_accent(palette: Palette) -> None:
    """Brass means "chosen", to every sight."""
    for sight in SIGHTS:
        assert min(distance(c, palette.accent, sight) for c in palette.stems.values()) >= 11.1


@pytest.mark.parametrize("is_dark", [True, False])
def test_applying_a_palette_makes_it_the_current_one(qapp: QApplication, is_dark: bool) -> None:
    """Painters read it off the application; Qt's roles hold the tokens."""
    theme.apply(qapp, dark=is_dark)

    palette = theme.current()
    assert palette is (DARK if is_dark else LIGHT)
    assert palette.is_dark == is_dark
    role = QPalette.ColorRole
    assert qapp.palette().color(role.Window) == palette.window
    assert qapp.palette().color(role.Base) == palette.well
    assert qapp.palette().color(role.Highlight) == palette.fill
    assert qapp.palette().color(role.PlaceholderText) == palette.text3


def test_a_stem_takes_its_own_colour_or_its_parents() -> None:
    """A kick is drums; what nobody knows is other."""
    assert theme.stem_colour(DARK, stem("bass")) == DARK.stems["bass"]
    assert theme.stem_colour(DARK, stem("kick")) == DARK.stems["drums"]
    assert theme.stem_colour(DARK, Stem("theremin")) == DARK.stems["other"]
    assert set(DARK.stems) == set(LIGHT.stems) == set(KINDS)


def test_figures_have_one_width(dark: QApplication) -> None:
    """So that a running clock does not shiver."""
    metrics = QFontMetricsF(theme.font(theme.TIME, theme.MEDIUM))

    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")
    assert theme.font(11).pixelSize() == 11


def test_reduced_motion_stops_all_of_it(dark: QApplication) -> None:
    """The application's property is asked each time."""
    assert theme.motion(160) == 160
    dark.setProperty("reduceMotion", True)
    try:
        assert theme.motion(160) == 0
    finally:
        dark.setProperty("reduceMotion", None)


def test_mixing_goes_from_one_to_the_other() -> None:
    """The ends are the colours themselves."""
    a, b = QColor(0, 100, 200), QColor(100, 0, 200)

    assert theme.mixed(a, b, 0) == a
    assert theme.mixed(a, b, 1) == b
    assert theme.mixed(a, b, 0.5) == QColor(50, 50, 200)


def test_colours_stand_in_the_theme_alone() -> None:
    """No other file of the window names one."""
    folder = resource().parent / "studio" / "gui"
    literal = re.compile(r"#[0-9a-fA-F]{6}\b|QColor\(\d")
    named = [
        path.name
        for path in folder.rglob("*.py")
        if path.name != "theme.py" and literal.search(path.read_text(encoding="utf-8"))
    ]
    assert named == []


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_drawn_at_every_scale(qapp: QApplication, name: str) -> None:
    """On its grid, in one colour that is asked for, and not empty at 1, 1.5 or 2."""
    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 16 16"' in text
    assert "currentColor" in text
    assert "#" not in text
    assert QSvgRenderer(QByteArray(text.encode())).isValid()
    for ratio in (1.0, 1.5, 2.0):
        image = icons.pixmap(name, QColor("red"), 16, ratio).toImage()
        assert image.width() == round(16 * ratio)
        solid = [
            QColor(image.pixelColor(x, y))
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 128
        ]
        assert len(solid) >= 8 * ratio
        assert {(c.green(), c.blue()) for c in solid} == {(0, 0)}


def test_every_stem_has_an_icon() -> None:
    """A part of the drums has theirs; what nobody knows has the wave."""
    assert {icons.stem_icon(Stem(kind)) for kind in KINDS} <= set(icons.names())
    assert icons.stem_icon(stem("snare")) == "drum"
    assert icons.stem_icon(Stem("theremin")) == "wave"
    assert set(ICONS) <= set(icons.names())


def test_an_icon_follows_the_palette(qapp: QApplication) -> None:
    """The same button in the dark and in the light, without being told."""
    button = QToolButton()
    button.setIcon(icons.icon("plus", "text"))
    middles = []
    for is_dark in (True, False):
        theme.apply(qapp, dark=is_dark)
        image = button.icon().pixmap(32, 32).toImage()
        middles.append(image.pixelColor(16, 16))

    assert middles == [DARK.text, LIGHT.text]


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("offset", [0, 11])
def test_outlines_lie_on_whole_device_pixels(qapp: QApplication, scale: float, offset: int) -> None:
    """No half-lit row beside the line, wherever the widget is."""
    image = QImage(90, 90, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(offset, offset)
    painter.drawRect(theme.outlined(painter, QRect(0, 0, 20, 20), QColor("black")))
    painter.end()

    row = round((offset + 10) * scale)
    seen = {image.pixelColor(x, row).lightness() for x in range(90)}
    assert seen == {0, 255}


def test_an_icon_is_painted_in_the_middle_of_its_place(qapp: QApplication) -> None:
    """At scale 2, from a cached drawing."""
    image = QImage(80, 40, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(2)
    image.fill(QColor("white"))
    painter = QPainter(image)
    icons.paint_icon(
        painter,
        "plus",
        QRect(0, 0, 40, 20),
        QColor("black"),
    )
    painter.end()

    assert image.pixelColor(40, 20) == QColor("black")


@pytest.mark.parametrize(("shade", "palette"), [("dark", DARK), ("light", LIGHT)])
def test_pictures_of_the_style_sheet_wear_the_tokens(shade: str, palette: Palette) -> None:
    """Qt takes them as files, so their colour is written in them."""
    for name in ("chevron", "check", "arrow"):
        text = resource("icons", "sheet", f"{name}-{shade}.svg").read_text(encoding="utf-8")
        assert palette.text2.name().lower() in text.lower()
    ink = resource("icons", "sheet", "check-ink.svg").read_text(encoding="utf-8")
    assert palette.ink.name().lower() in ink.lower()
