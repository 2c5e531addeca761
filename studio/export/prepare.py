"""What every target writes: the song, with the silence that an export puts before it.

A target writes the bundle it gets as it is. With ``lead_in`` that bundle starts earlier, by whole
samples, so that the first downbeat falls on a bar line of the tempo map: notes, markers and tempo
are moved here, once, and sound files are written with the silence first. A MIDI file has no time
before 0 and many DAWs take tempo maps from bar 1 only, so nothing less lines up everywhere.

The tempo of the first step runs from 0, and beats stay beats: what stood on whole ones does so
still. The silence is what that comes to in samples; half a sample at most lies between the two.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from studio.errors import LiveTemplateError, OptionError
from studio.export.contract import ExportOptions
from studio.export.names import checked
from studio.music.bundle import Marker, SongBundle
from studio.music.notes import Notes
from studio.music.take import Take, TakeOptions
from studio.music.tempo import TempoMap, TempoStep

MP3_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000})
_ROUNDING = 1e-6  # bars: a downbeat so little behind a bar line lies on it
_UNKNOWN = (
    "The first downbeat of this song is not known, so no silence was put before it; choose where "
    "bar 1 begins and export again."
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What targets get, and what is to be said about it."""

    bundle: SongBundle
    notes: tuple[str, ...] = ()


def prepare(bundle: SongBundle, options: ExportOptions) -> Prepared:
    """``bundle`` as ``options`` want it written.

    Raises:
        OptionError: of the options one cannot be, for any song or for this one.
    """
    checked(options.naming)
    if not options.lead_in:
        return Prepared(bundle)
    if bundle.tempo.downbeat is None:
        return Prepared(bundle, (_UNKNOWN,))
    beats = _missing_beats(bundle.tempo, bundle.tempo.downbeat)
    samples = round(beats * 60.0 / bundle.tempo.bpm * bundle.sample_rate)
    if samples <= 0:
        return Prepared(bundle)
    said = (
        f"{samples / bundle.sample_rate:.3f} seconds of silence ({samples} samples) were put "
        "before song, stems and notes, so that the first downbeat falls on a bar line."
    )
    return Prepared(_later(bundle, beats, samples), (said,))


def check_options(options: ExportOptions, targets: Collection[str], sample_rate: int) -> None:
    """Refuse what no song of ``sample_rate`` can be written as by ``targets``.

    Raises:
        OptionError: of the options one cannot be.
        LiveTemplateError: the set to make another from is not there.
    """
    checked(options.naming)
    if "live" in targets and options.live_template and not options.live_template.is_file():
        raise LiveTemplateError(file=str(options.live_template), reason="there is no such file")
    if options.audio_format == "mp3" and "stems" in targets and sample_rate not in MP3_RATES:
        reason = f"MP3 has no rate of {sample_rate} Hz, which this song has"
        raise OptionError(option="--audio-format", value="mp3", reason=reason)


def _missing_beats(tempo: TempoMap, downbeat: float) -> float:
    """How many beats must go before beat 0 for ``downbeat``, in seconds, to be on a bar line."""
    at = float(tempo.beats(np.array([downbeat]))[0])
    return math.ceil(at / tempo.beats_per_bar - _ROUNDING) * tempo.beats_per_bar - at


def _later(bundle: SongBundle, beats: float, samples: int) -> SongBundle:
    """The bundle that begins ``samples``, which are ``beats`` but for the rounding, earlier."""
    lead = samples / bundle.sample_rate
    return replace(
        bundle,
        frames=bundle.frames + samples,
        lead_samples=samples,
        takes=tuple(_take(take, lead) for take in bundle.takes),
        tempo=_tempo(bundle.tempo, beats),
        markers=tuple(Marker(marker.seconds + lead, marker.name) for marker in bundle.markers),
    )


def _tempo(tempo: TempoMap, beats: float) -> TempoMap:
    """The same steps, ``beats`` later; the first reaches back to 0."""
    first, *others = tempo.steps
    later = (TempoStep(step.beat + beats, step.bpm) for step in others)
    moved = replace(tempo, steps=(first, *later))
    downbeat = None
    if tempo.downbeat is not None:
        bar = tempo.beats(np.array([tempo.downbeat])) + beats
        downbeat = float(moved.seconds(np.rint(bar))[0])
    return replace(moved, downbeat=downbeat)


def _take(take: Take, lead: float) -> Take:
    """What plays of a take, later; nothing is left to choose in it."""
    notes = take.notes()
    candidates = Notes(
        notes.onset + lead, notes.pitch, notes.offset + lead, notes.velocity, notes.strength
    )
    options = TakeOptions(onset_threshold=0.0)
    return replace(take, candidates=candidates, options=options, edits=())
