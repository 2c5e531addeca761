"""Musical time and harmony of a song: heard once, then as a person says.

``tempo`` is the worker's task of that name. Its options are ``TempoOptions``; what it answers is a
``TimeView`` as JSON::

    {"tempo": {"steps": [{"beat": 0.0, "bpm": 96.0}], "beats_per_bar": 4, "source": "estimated",
               "confidence": 0.93, "downbeat": 0.31},
     "key": "F# minor", "chords": [{"seconds": 0.31, "name": "F#m"}]}

``key`` is null and ``chords`` empty where they are not sure. What was asked holds from then on: for
``export``, and for the next ``view``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from studio.errors import OptionError
from studio.job import Job
from studio.music.tempo import TempoMap
from studio.pipeline import opening, stages
from studio.project.project import Project, open_project
from studio.project.stages import Result
from studio.rhythm import hand
from studio.rhythm.listen import Columns
from studio.rhythm.tempo import Told, doubts, tempo_of

Change = Literal["halve", "double", "later", "earlier"]
Bpm = Annotated[float, msgspec.Meta(ge=hand.SLOWEST_BPM, le=hand.FASTEST_BPM)]


class TempoOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``tempo`` is asked for; with ``folder`` alone it says what is known.

    At most one of ``estimate``, ``bpm``, ``taps`` and ``map`` makes the map anew; then ``change``,
    then ``beats_per_bar``, then ``downbeat`` are done to it.

    Attributes:
        folder: Of a song.
        estimate: Whether the tempo is found from the song again, whatever was said before.
        bpm: One tempo; where its beats lie is found from the song.
        taps: Seconds in the song at which somebody tapped, the first on the first of a bar. They
            say about which tempo; the song's own beats are used where they agree with the taps.
        map: One that was answered before, as it was: what undo asks for.
        change: ``halve`` or ``double`` the tempo; bars begin a beat ``later`` or ``earlier``.
        beats_per_bar: Quarter notes a bar.
        downbeat: A second on which a bar begins.
    """

    folder: str
    estimate: bool = False
    bpm: Bpm | None = None
    taps: list[float] = []
    map: TempoMap | None = None
    change: Change | None = None
    beats_per_bar: Annotated[int, msgspec.Meta(ge=1, le=16)] | None = None
    downbeat: Annotated[float, msgspec.Meta(ge=0)] | None = None


class TimeView(msgspec.Struct, frozen=True):
    """Tempo, key and chords in use: a ``TempoMap``, the key's name, and markers, as JSON."""

    tempo: dict[str, Any]
    key: str | None
    chords: list[dict[str, Any]]


def tempo(options: TempoOptions, job: Job) -> TimeView:
    """Say or change how musical time runs in a song.

    Raises:
        OptionError: the taps are no tempo, a tempo comes out that is not from 20 to 400 BPM, or a
            bar begins outside the song.
        StudioError: the folder is no song's.
    """
    with open_project(Path(options.folder)) as project:
        source = opening.decoded(project)
        _check_seconds(options, stages.seconds_of(source))
        found = _made(project, source, options, job.part(0, 0.9))
        found = _changed(found, options)
        stages.use_tempo(project, source, found, job.part(0.9, 1))
        for sentence in doubts(found):
            job.note(sentence)
        return view_of(project)


def view_of(project: Project) -> TimeView:
    """What is in use."""
    key, chords = stages.harmony_in_use(project)
    return TimeView(
        tempo=msgspec.to_builtins(stages.tempo_in_use(project)),
        key=None if key is None else key.name,
        chords=msgspec.to_builtins(chords),
    )


def _check_seconds(options: TempoOptions, length: float) -> None:
    """Refuse a bar outside a song of ``length`` seconds; the last taps may come after its end."""
    named = [("taps", min(options.taps))] if options.taps else []
    named += [] if options.downbeat is None else [("downbeat", options.downbeat)]
    for name, second in named:
        if not 0 <= second <= length:
            reason = f"the song is {length:.3f} seconds long"
            raise OptionError(option=name, value=f"{second:g}", reason=reason)


def _made(project: Project, source: Result, options: TempoOptions, job: Job) -> TempoMap:
    """The map to begin with: made anew where that is asked, else the one in use."""
    asked = [
        name
        for name in ("estimate", "bpm", "taps", "map")
        if getattr(options, name) not in (False, None, [])
    ]
    if len(asked) > 1:
        reason = f"a tempo is made in one way, not by {' and '.join(asked)}"
        raise OptionError(option=asked[1], value=str(getattr(options, asked[1])), reason=reason)
    if options.map is not None:
        return options.map
    if not asked and "tempo" in project.document.stages:
        return stages.tempo_in_use(project)
    columns = stages.columns_of(stages.pulse(project, source, job))
    if options.taps:
        return _tapped(options, columns)
    return tempo_of(columns, Told(bpm=options.bpm, beats_per_bar=options.beats_per_bar))


def _tapped(options: TempoOptions, columns: Columns) -> TempoMap:
    """The song's own beats near the tempo of the taps; the taps themselves where it has none."""
    taps = sorted(options.taps)
    try:
        map_of_taps = hand.tapped(taps, columns.seconds, options.beats_per_bar or 4)
    except ValueError as error:
        shown = ",".join(f"{tap:g}" for tap in taps)
        raise OptionError(option="taps", value=shown, reason=str(error)) from error
    near = 60.0 / float(np.median(np.diff(taps)))
    found = tempo_of(columns, Told(near=near, beats_per_bar=options.beats_per_bar))
    if found.downbeat is None or not hand.agrees(found, taps):
        return map_of_taps
    return hand.with_downbeat(found, hand.nearest_beat(found, taps[0]))


def _changed(found: TempoMap, options: TempoOptions) -> TempoMap:
    """What is done to a map."""
    if options.change in ("halve", "double"):
        found = hand.halved(found) if options.change == "halve" else hand.doubled(found)
        if not all(hand.SLOWEST_BPM <= step.bpm <= hand.FASTEST_BPM for step in found.steps):
            reason = f"a tempo is from {hand.SLOWEST_BPM:g} to {hand.FASTEST_BPM:g} BPM"
            raise OptionError(option="change", value=options.change, reason=reason)
    elif options.change is not None:
        found = hand.shifted(found, 1 if options.change == "later" else -1)
    if options.beats_per_bar not in (None, found.beats_per_bar):
        found = hand.with_beats_per_bar(found, int(options.beats_per_bar or 4))
    if options.downbeat is not None:
        found = hand.with_downbeat(found, options.downbeat)
    return found
