"""Figures read as a musician says them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.gui import words


def test_a_clock_reads_as_on_the_transport() -> None:
    """Cut, never rounded up: 59.999 is not yet a minute."""
    assert words.clock(66.3) == "1:06.30"
    assert words.clock(0) == "0:00.00"
    assert words.clock(59.999) == "0:59.99"
    assert words.clock_short(66.9) == "1:06"
    assert words.clock_short(3726) == "1:02:06"


@given(st.floats(0, 86400, allow_nan=False))
def test_both_clocks_tell_the_same_time(seconds: float) -> None:
    """The short one is the start of the long one."""
    assert words.clock(seconds).startswith(words.clock_short(seconds)[:-1])


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 s"),
        (17.2, "18 s"),
        (60, "1 min"),
        (78, "1 min 18 s"),
        (3599.5, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_what_is_left_is_said_in_two_units(seconds: float, said: str) -> None:
    """Rounded up: "0 s left" would be a promise."""
    assert words.left(seconds) == said


def test_levels_have_a_sign() -> None:
    """A true minus; zero has none, also when it is nearly zero."""
    assert [words.db(x) for x in (-1.5, 0.8, 0, -0.04)] == ["−1.5", "+0.8", "0.0", "0.0"]
    assert words.db(-math.inf) == "−∞"
    assert words.signed(-4) == "−4"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (4_096, "4 kB"),
        (78_300_000, "78.3 MB"),
        (313_000_000, "313 MB"),
        (999_900, "1.0 MB"),
        (84_200_000_000, "84.2 GB"),
    ],
)
def test_sizes_have_three_figures(count: int, said: str) -> None:
    """Decimal units."""
    assert words.size(count) == said


def test_nothing_is_whole_before_it_is() -> None:
    """99.9 % is 99 %."""
    assert [words.percent(x) for x in (0, 0.36, 0.999, 1, 1.2, -1)] == [
        "0 %",
        "36 %",
        "99 %",
        "100 %",
        "100 %",
        "0 %",
    ]


def test_pitches_are_scientific() -> None:
    """60 is the middle C, C4."""
    assert [words.pitch(p) for p in (0, 21, 60, 61, 127)] == ["C−1", "A0", "C4", "C♯4", "G9"]


def test_the_rest() -> None:
    """Thresholds, counts, names."""
    assert words.hundredths(0.58) == "0.58"
    assert words.count(1214) == "1,214"
    assert words.quoted("Night Ferry") == "“Night Ferry”"
