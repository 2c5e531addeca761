"""The picture of one take: the stem, the take, and their cross-correlation over the lag.

Contract: PNG, SVG or PDF by the picture's suffix; the same input gives the same bytes; the file
appears whole or not at all. Only outlines of the sound are kept, so any length will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.errors import UnknownChoiceError
from studio.files import atomic
from studio.job import Job
from studio.music.stem import stem
from studio.music.take import Take
from studio.scoring.signal import MAX_LAG, MAX_LAG_SECONDS, SAMPLE_RATE, Signal
from studio.scoring.stretches import stretches
from studio.synth.render import render

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 1800  # of an outline; a picture is not wider in pixels
# What a file says about its making: no dates, no versions.
_METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_STEM_COLOUR, _TAKE_COLOUR, _PEAK_COLOUR = "#5b6770", "#2f6f9f", "#a8612a"


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The lowest and highest value around each place of a long curve, all of one shape."""

    place: NDArray[np.float64]
    low: NDArray[np.float32]
    high: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What the picture shows.

    Attributes:
        stem, take: Samples over seconds.
        correlation: Full scale squared over seconds of lag, positive where the take is late.
        peak, lag: Its maximum, and where that is, in seconds.
        scale: The square root of the product of both energies. The correlation divided by it is
            the normalised cross-correlation, which lies within -1 and 1; 0 where one is silent.
    """

    stem: Outline
    take: Outline
    correlation: Outline
    peak: float
    lag: float
    scale: float


def plot_take(take: Take, target: Path, picture: Path, job: Job, origin: str = "") -> None:
    """Draw ``take`` against the stem in the WAV ``target`` into the file ``picture``.

    Args:
        origin: Where the take comes from, for its title; engine and threshold if empty.

    Raises:
        UnknownChoiceError: the suffix is none of .png, .svg, .pdf.
        DiskFullError, WriteError: ``picture`` cannot be written.
    """
    kind = picture.suffix.lower().removeprefix(".")
    if kind not in _METADATA:
        raise UnknownChoiceError.among("picture format", kind or "(none)", _METADATA)
    origin = origin or f"{take.engine}, onset threshold {take.options.onset_threshold:g}"
    _draw(take, origin, compare(take, target, job), picture, kind)


def compare(
    take: Take,
    target: Path,
    job: Job,
    start: float = 0.0,
    stop: float = inf,
    columns: int | None = None,
    reach: float = MAX_LAG_SECONDS,
) -> Comparison:
    """Outlines of both sounds and of their cross-correlation.

    The correlations of a long song's stretches are added up.

    Args:
        start, stop: The span to compare, in seconds; the whole song by default.
        columns: Of each outline, at most; None: 1800 a stretch of five minutes.
        reach: Lags up to so many seconds to either side, at most ``MAX_LAG_SECONDS``.
    """
    notes = take.notes()
    stems: list[Outline] = []
    takes: list[Outline] = []
    furthest = round(reach * SAMPLE_RATE)
    lags = slice(MAX_LAG - furthest, MAX_LAG + furthest + 1)
    correlation = np.zeros(2 * furthest + 1)
    energies = np.zeros(2)
    for whole in stretches(target):
        job.update(whole.progress(0.0), "drawing")
        stretch = whole.between(start, stop)
        if stretch is None:
            continue
        sound = Signal(stretch.samples)
        played = Signal(render(notes, take.kind, stretch.start, stretch.stop, SAMPLE_RATE))
        correlation += played.correlation(sound)[lags]
        energies += sound.energy, played.energy
        most = _COLUMNS
        if columns is not None:
            span = min(stop, stretch.whole / SAMPLE_RATE) - start
            most = max(1, int(columns * (stretch.stop - stretch.start) / span))
        for outlines, samples in ((stems, sound.samples), (takes, played.samples)):
            outlines.append(outline(samples, stretch.start, stretch.stop, most))
    top = int(np.argmax(correlation)) if correlation.any() else furthest
    return Comparison(
        _joined(stems),
        _joined(takes),
        outline(correlation.astype(np.float32), -reach, reach, columns or _COLUMNS),
        float(correlation[top]),
        (top - furthest) / SAMPLE_RATE,
        float(np.sqrt(energies.prod())),
    )


def outline(curve: NDArray[np.float32], start: float, stop: float, most: int = _COLUMNS) -> Outline:
    """``curve``, its samples evenly from ``start`` to ``stop``, in at most ``most`` columns."""
    columns = min(most, len(curve))
    edges = len(curve) * np.arange(columns + 1) // max(1, columns)
    middle = (edges[:-1] + edges[1:]) / 2 / max(1, len(curve))
    first = edges[:-1]
    low, high = (
        (np.minimum.reduceat(curve, first), np.maximum.reduceat(curve, first))
        if columns
        else (curve, curve)
    )
    return Outline(start + middle * (stop - start), low, high)


def _joined(parts: list[Outline]) -> Outline:
    """Outlines that follow each other, as one."""
    return Outline(
        np.concatenate([part.place for part in parts]),
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.high for part in parts]),
    )


def _draw(take: Take, origin: str, shown: Comparison, picture: Path, kind: str) -> None:
    """Three panels, one below the other."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 7.0), layout="constrained")
    above, middle, below = figure.subplots(3, 1)
    name = stem(take.stem).label if take.stem.islower() else take.stem
    _panel(above, shown.stem, _STEM_COLOUR, f"Stem: {name}")
    _panel(middle, shown.take, _TAKE_COLOUR, f"Take: {origin}, {len(take.notes())} notes")
    above.sharex(middle)
    for axes in (above, middle):
        axes.set(xlabel="Time (s)", ylabel="Amplitude")
    peak = f"maximum {shown.peak:.1f} at {1000 * shown.lag:+.0f} ms"
    _panel(below, shown.correlation, _STEM_COLOUR, f"Cross-correlation: {peak}")
    below.axvline(shown.lag, color=_PEAK_COLOUR, linewidth=1.0)
    below.set(xlabel="Lag (s), positive where the take is late", ylabel="Sum of products")
    # The salt makes the names inside an SVG the same each time.
    with atomic(picture) as part, rc_context({"svg.hashsalt": "stemwright"}):
        figure.savefig(part, format=kind, dpi=150, metadata=_METADATA[kind])


def _panel(axes: Axes, curve: Outline, colour: str, title: str) -> None:
    """One curve with its title."""
    axes.fill_between(curve.place, curve.low, curve.high, color=colour, linewidth=0.5)
    axes.set_title(title, loc="left", fontsize="medium")
    axes.margins(x=0)
