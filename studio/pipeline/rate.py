"""How near a take is to its stem over the threshold, and along the song.

``rate`` fills the curve behind the window's threshold; ``fit`` compares one take with its stem.
Both take options and edits as the window has them, saved or not. What was measured is kept in the
project, so it is there at once when the song is opened again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from studio.audio.wav import Wav
from studio.errors import OptionError
from studio.files import write_bytes
from studio.job import Job
from studio.music.take import Edit, TakeOptions
from studio.music.tempo import TempoMap
from studio.pipeline import stages
from studio.pipeline.hear import Heard, heard
from studio.pipeline.takes import TakeRow, measures, row_of, said_of
from studio.project.stages import Stage
from studio.scoring.along import agreements
from studio.scoring.curve import coarse_to_fine, score_curve
from studio.scoring.measures import MEASURES
from studio.scoring.plot import Outline, compare
from studio.scoring.suggest import flat_range, suggest
from studio.scoring.table import Row

GRID = tuple(round(0.2 + 0.02 * step, 2) for step in range(36))
_VERSION = 2
_CURVE_KEYS = ("agreement",)
# Results of this many changes by hand are kept, a stem; each is a few kilobytes.
_KEPT = 12
_COLUMNS = 600
# Lags that are shown: a note is never off by more, and columns are fine enough to tell 2 ms.
_REACH_SECONDS = 0.5
_MOST_STRETCHES = 2000

Threshold = Annotated[float, msgspec.Meta(ge=0, le=1)]


class RateOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``rate`` is asked for.

    Attributes:
        folder: Of a song that is apart.
        stem: A stem that was heard.
        options, edits: Of the take; its own threshold does not matter.
        thresholds: Those of the curve; none: ``GRID``.
        rows: Thresholds at which every score is wanted, not agreement alone.
    """

    folder: str
    stem: str
    options: TakeOptions = msgspec.field(default_factory=TakeOptions)
    edits: tuple[Edit, ...] = ()
    thresholds: Annotated[list[Threshold], msgspec.Meta(max_length=200)] = []
    rows: Annotated[list[Threshold], msgspec.Meta(max_length=50)] = []


class Rated(msgspec.Struct, frozen=True):
    """The curve.

    Attributes:
        rows: By threshold, rising.
        suggested: The threshold ``scoring.suggest`` picks; None where none agrees at all.
        flat: Lowest and highest threshold around it that agree within 5 % of the best.
    """

    rows: list[TakeRow]
    suggested: float | None
    flat: tuple[float, float] | None


def rate(options: RateOptions, job: Job) -> Rated:
    """The scores of a take at many thresholds, first far apart, then those between.

    Says ``score`` of each row as soon as it is known: ``stem``, ``engine``, ``threshold``,
    ``notes``, ``scores``, and how many are ``known`` of how many (``of``). A run that is stopped
    keeps what it has measured.

    Raises:
        MissingFileError: nothing was heard in the stem yet.
        StudioError: the folder is no song of ours.
    """
    asked = sorted({*(options.thresholds or GRID), *options.rows})
    with heard(options.folder, options.stem) as stem:
        known = _Known(stem, options, asked, job)
        whole = known.missing(options.rows, all_scores=True)
        known.measure(whole, MEASURES.names(), job.part(0, 0.3 if whole else 0))
        rest = known.missing([asked[index] for index in coarse_to_fine(len(asked))])
        known.measure(rest, _CURVE_KEYS, job.part(0.3 if whole else 0, 1))
        rows = [known.rows[threshold] for threshold in asked]
    settings = [(row.threshold or 0.0, row.scores, row.notes) for row in rows]
    return Rated(rows, suggest(settings), flat_range(settings))


class _Known:
    """The rows measured of one take with its options and edits, kept in a small file."""

    def __init__(self, stem: Heard, options: RateOptions, asked: list[float], job: Job) -> None:
        self._take = stem.set(options.options, options.edits)
        self._target = stem.file.path
        self._asked = set(asked)
        self._job = job
        about = {"scores": measures(), **said_of(self._take)}
        stage = Stage(f"rate/{self._take.stem}", _VERSION, (stem.key,), about)
        self._file = stem.project.root / f"{stage.folder_name}.json"
        self.rows = {row.threshold or 0.0: row for row in _read(self._file)}
        _remove_oldest(self._file)

    def missing(self, thresholds: Iterable[float], all_scores: bool = False) -> list[float]:
        """Those of ``thresholds`` that were not measured yet, or not with all scores."""
        keys = MEASURES.names() if all_scores else _CURVE_KEYS
        known = {t for t, row in self.rows.items() if row.scores.keys() >= set(keys)}
        return [threshold for threshold in thresholds if threshold not in known]

    def measure(self, thresholds: list[float], keys: Sequence[str], job: Job) -> None:
        """Measure ``thresholds`` in their order."""
        if thresholds:
            settings = dict.fromkeys(thresholds, keys)
            score_curve(self._take, self._target, settings, job, self._add)

    def _add(self, row: Row) -> None:
        """Keep a row, and say it."""
        said = row_of(row)
        self.rows[row.take.options.onset_threshold] = said
        write_bytes(self._file, msgspec.json.encode(list(self.rows.values())))
        facts = msgspec.to_builtins(said)
        known = len(self._asked & self.rows.keys())
        self._job.found("score", **facts, known=known, of=len(self._asked))


def _read(file: Path) -> list[TakeRow]:
    """What was measured before; what cannot be read is measured again."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[TakeRow])
    except (OSError, msgspec.MsgspecError):
        return []


def _remove_oldest(file: Path) -> None:
    """Every change by hand makes another file: keep the latest of this stem."""
    begin = file.name.rpartition("-")[0]
    like = [
        path for path in file.parent.glob("rate-*.json") if path.name.rpartition("-")[0] == begin
    ]
    for path in sorted(like, key=lambda path: path.stat().st_mtime_ns)[:-_KEPT]:
        path.unlink()


class FitOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``fit`` is asked for.

    Attributes:
        folder: Of a song that is apart.
        stem: A stem that was heard.
        options, edits: Of the take.
        start, end: A span in seconds; None: from the start, to the end of the song.
    """

    folder: str
    stem: str
    options: TakeOptions = msgspec.field(default_factory=TakeOptions)
    edits: tuple[Edit, ...] = ()
    start: float | None = None
    end: float | None = None


class Fit(msgspec.Struct, frozen=True):
    """A take beside its stem.

    Attributes:
        start, end: The span compared, in seconds.
        stem, take: Lowest and highest sample in each of at most 600 columns over the span.
        match: Highest normalised cross-correlation in each of at most 600 columns of lag: the sum
            of products over the square root of both energies, in [-1, 1]; 0 where one is silent.
        match_low_s, match_high_s: The lags of its ends, half a second to either side; positive:
            the take is late.
        peak, lag_s: Its maximum, and where that is. The raw maximum over all lags is the score
            ``xcorr_max`` of ``rate``.
        stretches: Four bars each: start, end, and agreement in [0, 100]; None where both are
            silent.
    """

    start: float
    end: float
    stem: tuple[list[float], list[float]]
    take: tuple[list[float], list[float]]
    match: list[float]
    match_low_s: float
    match_high_s: float
    peak: float
    lag_s: float
    stretches: list[tuple[float, float, float | None]]


def fit(options: FitOptions, job: Job) -> Fit:
    """Both sounds, their cross-correlation, and the agreement every four bars.

    Raises:
        OptionError: the span is empty.
        MissingFileError: nothing was heard in the stem yet.
        StudioError: the folder is no song of ours.
    """
    with heard(options.folder, options.stem) as stem:
        take = stem.set(options.options, options.edits)
        with Wav(stem.file.path) as wav:
            length = wav.frames / wav.sample_rate
        start, end = _span(options, length)
        part = job.part(0, 0.5)
        shown = compare(take, stem.file.path, part, start, end, _COLUMNS, _REACH_SECONDS)
        edges = _bars(stages.tempo_in_use(stem.project), start, end)
        fits = agreements(take, stem.file.path, edges, job.part(0.5, 1))
    scale = shown.scale or 1.0
    return Fit(
        start=start,
        end=end,
        stem=_columns(shown.stem),
        take=_columns(shown.take),
        match=_rounded(shown.correlation.high / np.float32(scale)),
        match_low_s=-_REACH_SECONDS,
        match_high_s=_REACH_SECONDS,
        peak=shown.peak / scale,
        lag_s=shown.lag,
        stretches=[(a, b, value) for (a, b), value in zip(pairwise(edges), fits, strict=True)],
    )


def _span(options: FitOptions, length: float) -> tuple[float, float]:
    start = max(0.0, options.start or 0.0)
    end = min(length, length if options.end is None else options.end)
    if not start < end:
        reason = f"it ends at {end:g} s, in a song of {length:g} s"
        raise OptionError(option="The span", value=f"from {start:g} s", reason=reason)
    return start, end


def _bars(tempo: TempoMap, start: float, end: float) -> list[float]:
    """``start``, every fourth bar line between, and ``end``.

    The fours are counted from bar 1; what comes before it belongs to the first.
    """
    beats = 4.0 * tempo.beats_per_bar
    first, last = (tempo.beats(np.array([start, end])) - tempo.first_bar) / beats
    fours = np.arange(max(1, np.floor(first) + 1), np.ceil(last))
    lines = tempo.seconds(beats * fours + tempo.first_bar)
    if len(lines) > _MOST_STRETCHES:
        lines = lines[:: -(-len(lines) // _MOST_STRETCHES)]
    return [start, *(line for line in lines.tolist() if start < line < end), end]


def _columns(shown: Outline) -> tuple[list[float], list[float]]:
    return _rounded(shown.low), _rounded(shown.high)


def _rounded(values: NDArray[np.float32]) -> list[float]:
    """Short in JSON, and finer than a pixel."""
    return [float(f"{value:.5g}") for value in values.tolist()]
