"""What the window is told of a song: while it is taken apart, and when it is.

Names only: nothing is computed here, so that the window may import it. Between the processes all
of it is JSON; paths are absolute.

While ``apart`` or ``view`` runs, ``job.found`` says, in this order:

=============  =====================================================================================
name           facts
=============  =====================================================================================
``song``       the fields of ``SongView`` as known so far: the song is decoded and can be played
               from ``mixture``; ``peaks`` is empty, ``tempo`` and ``engine`` are None, ``stems`` is
               empty, also of a song that is apart: they follow with ``stems``
``peaks``      ``path``: the outline of the song, for ``Peaks.load``
``separating`` ``folder``, ``stems`` (in the order of the file), ``channels``, ``sample_rate``,
               ``frames``, ``hop_frames`` (the engine's rate, and counts at that rate), ``done``
               (the hops an earlier run finished): all that ``FinishedHops`` needs. Only where a
               separation runs. An engine that gives a part of the song names no ``rest`` yet.
``hop``        ``hop``: the number of a hop that can be read from now on
``stems``      the fields of ``SongView``: every stem is whole, with its outline; the hops are gone,
               and ``tempo`` may still be missing
=============  =====================================================================================

``rate`` says ``score``, see there. The result of ``apart`` and ``view`` is a ``SongView`` with
everything. ``job.listen(seconds)`` moves ``apart`` to the hop that sounds there; what sounds after
it follows, then the beginning of the song.
"""

from __future__ import annotations

from typing import Any

import msgspec


class TakeView(msgspec.Struct, frozen=True):
    """The notes found in a stem.

    Attributes:
        engine: The detector's name; ``engine_label`` is for people.
        kind: What the stem was heard as: one of ``music.stem.KINDS``.
        candidates: An ``.npz`` with the columns onset, pitch, offset, velocity and strength.
        why: One sentence: why this engine heard this stem.
        suggested: The onset threshold that is nearest the recording; None where nothing tells.
        rows: As in ``scores.json``: stem, engine, threshold, notes, scores.
    """

    stem: str
    engine: str
    engine_label: str
    kind: str
    candidates: str
    why: str = ""
    suggested: float | None = None
    rows: list[dict[str, Any]] = []


class StemView(msgspec.Struct, frozen=True):
    """One stem.

    Attributes:
        wav: A float32 WAV of the song's rate and length.
        peaks: Its outline, for ``Peaks.load``.
        silent: Whether nobody would hear it.
        loudest_db: Its loudest sample in dB of full scale; None where there is no sound at all.
        take: Its notes, where they were found.
    """

    name: str
    wav: str
    peaks: str
    silent: bool
    loudest_db: float | None
    take: TakeView | None = None


class EngineView(msgspec.Struct, frozen=True):
    """What took the song apart: an engine or a model as the user named it, and where it ran."""

    name: str
    device: str


class SongView(msgspec.Struct, frozen=True):
    """A song and all that is known of it.

    Attributes:
        folder: The song's folder, which holds the project.
        source: The file it came from; ``source_there`` says whether that is still there.
        sample_rate: In Hz, of the song and its stems.
        frames: Samples a channel.
        mixture: The decoded song, a float32 WAV.
        peaks: The outline of the song, for ``Peaks.load``; empty while there is none.
        tempo: A ``TempoMap`` as JSON, or None while it is not known.
        key: The key's name, ``F# minor``; None where it is not known or not sure.
        chords: Markers as JSON, rising; none where they are not sure.
        engine: None while no stem is there.
        notes: What the user must hear, such as a down-mix.
        sum_error_db: How far the sum of the stems is from the song at worst, in dB of full scale
            (at least -200); None while no stem is there.
        stems: In the order in which they are shown; none while the song is not apart.
    """

    name: str
    folder: str
    source: str
    source_there: bool
    sample_rate: int
    frames: int
    mixture: str
    peaks: str = ""
    tempo: dict[str, Any] | None = None
    key: str | None = None
    chords: list[dict[str, Any]] = []
    engine: EngineView | None = None
    notes: list[str] = []
    sum_error_db: float | None = None
    stems: list[StemView] = []
