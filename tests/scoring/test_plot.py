"""The picture: what it shows, in which formats, and the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from studio.errors import UnknownChoiceError, WriteError
from studio.job import Job
from studio.music.notes import NO_NOTES
from studio.music.take import Take
from studio.scoring.plot import compare, outline, plot_take

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.fixture
def late(
    degrade: SimpleNamespace, write_stem: Callable[..., Path], make_take: Callable[..., Take]
) -> tuple[Take, Path]:
    """A take that is 50 ms late, and its stem."""
    notes = degrade.melody(seconds=5.0)
    spoiled = degrade.ALL["all 50 ms late"](notes, np.random.default_rng(1), False)
    return make_take(spoiled), write_stem(degrade.plucked(notes, 5.0))


@pytest.mark.parametrize("kind", MAGIC)
def test_the_same_take_gives_the_same_bytes(
    late: tuple[Take, Path], tmp_path: Path, kind: str
) -> None:
    """In each format, with no date inside."""
    one, two = tmp_path / f"one.{kind}", tmp_path / f"two.{kind}"
    for picture in (one, two):
        plot_take(*late, picture, Job())
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().startswith(MAGIC[kind])


def test_the_picture_has_three_panels_and_names_the_lag(
    late: tuple[Take, Path], tmp_path: Path
) -> None:
    """Stem, take, correlation; the text of the SVG's comments is what is drawn."""
    plot_take(*late, tmp_path / "plot.svg", Job())
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    groups = {g.get("id") for g in ET.fromstring(text).iter("{http://www.w3.org/2000/svg}g")}
    assert {"axes_1", "axes_2", "axes_3"} <= groups
    assert "axes_4" not in groups
    assert "Stem: Piano" in text
    assert "+50 ms" in text


def test_what_is_drawn_is_the_sound(late: tuple[Take, Path]) -> None:
    """The lag is the take's; the outlines span the whole song and all lags."""
    shown = compare(*late, Job())
    assert shown.lag == pytest.approx(0.05, abs=0.002)
    assert shown.peak == pytest.approx(float(shown.correlation.high.max()), rel=1e-6)
    assert (shown.stem.place[0], shown.stem.place[-1]) == pytest.approx((0, 5), abs=0.01)
    assert (shown.correlation.place[0], shown.correlation.place[-1]) == pytest.approx(
        (-10, 10), abs=0.01
    )


def test_lags_within_reach_alone(late: tuple[Take, Path]) -> None:
    """A shorter reach shows the middle, with the same peak and scale."""
    whole, near = compare(*late, Job()), compare(*late, Job(), reach=0.5)
    assert (near.peak, near.lag, near.scale) == (whole.peak, whole.lag, whole.scale)
    assert (near.correlation.place[0], near.correlation.place[-1]) == pytest.approx(
        (-0.5, 0.5), abs=0.001
    )
    assert 0 < near.peak / near.scale <= 1


@pytest.mark.parametrize("samples", [0, 1, 7, 1800, 1801, 100_000])
def test_an_outline_holds_every_extreme(rng: np.random.Generator, samples: int) -> None:
    """However many samples share a column, the highest and lowest of all are still there."""
    curve = rng.standard_normal(samples).astype(np.float32)
    drawn = outline(curve, 1.0, 2.0)
    assert len(drawn.place) == min(samples, 1800)
    assert drawn.high.max(initial=-9) == curve.max(initial=-9)
    assert drawn.low.min(initial=9) == curve.min(initial=9)


def test_an_empty_take_is_drawn(
    write_stem: Callable[..., Path], make_take: Callable[..., Take], tmp_path: Path
) -> None:
    """A flat line is an answer too; so is a stem without length."""
    for samples in (np.ones(5000), np.zeros(0)):
        plot_take(make_take(NO_NOTES), write_stem(samples), tmp_path / "flat.png", Job())
        assert (tmp_path / "flat.png").stat().st_size > 1000


def test_another_suffix_is_refused_before_any_work(late: tuple[Take, Path], tmp_path: Path) -> None:
    """The error lists what can be drawn."""
    with pytest.raises(UnknownChoiceError) as caught:
        plot_take(*late, tmp_path / "plot.gif", Job())
    assert "png, svg, pdf" in caught.value.hint
    assert not (tmp_path / "plot.gif").exists()


def test_a_folder_that_is_a_file_is_the_users_error(
    late: tuple[Take, Path], tmp_path: Path
) -> None:
    """Not Python's."""
    (tmp_path / "file").write_text("here")
    with pytest.raises(WriteError):
        plot_take(*late, tmp_path / "file" / "plot.png", Job())


def test_scores_do_not_load_the_plotting_library() -> None:
    """Only a plot does, so that scoring starts at once; and never its global state."""
    check = (
        "import sys, studio.scoring.table, studio.scoring.plot\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from matplotlib.figure import Figure\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
