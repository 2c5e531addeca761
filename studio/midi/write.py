"""Notes to a standard MIDI file that lies on the audio from its first tick to its last.

Type 1, 960 ticks a quarter note. The conductor track comes first, then one named track a part,
all of one length. A MIDI tempo is a whole number of microseconds a quarter note, so the file's
clock is the rounded one: the notes are placed by that clock, which is why nothing drifts.
Texts are UTF-8. The format knows ASCII alone and readers disagree on the rest, so a track whose
name is not ASCII says an ASCII one too, as the name of its instrument (``FF 04``).
The same arguments give the same bytes.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

import mido
import numpy as np
from numpy.typing import NDArray

from studio.files import atomic
from studio.midi.general import DRUM_CHANNEL
from studio.music.bundle import Marker
from studio.music.key import Key
from studio.music.notes import Notes
from studio.music.tempo import TempoMap, TempoStep

TICKS_PER_BEAT = 960
_MINUTE = 60_000_000  # microseconds
_SLOWEST = 2**24 - 1  # microseconds a quarter note that three bytes hold: 3.6 BPM
_MELODIC = [channel for channel in range(16) if channel != DRUM_CHANNEL]
MELODIC_CHANNELS = len(_MELODIC)
"""So many melodic parts have a channel of their own."""
GUIDE = "Tempo map"
"""Name of the track with the guide note."""
_GUIDE_KEY = 0  # the lowest there is: most instruments have no sound for it
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")

Ticks = NDArray[np.int64]
Message: TypeAlias = mido.Message | mido.MetaMessage


@dataclass(frozen=True, slots=True)
class Part:
    """One track: notes and what plays them.

    Attributes:
        name: As people read it; any Unicode.
        notes: In seconds from the start of the song.
        drums: Whether pitches are General MIDI percussion keys.
        program: General MIDI instrument, 0 to 127, or None to leave the choice open.
    """

    name: str
    notes: Notes
    drums: bool = False
    program: int | None = None


def write_midi(
    target: Path,
    parts: Sequence[Part],
    tempo: TempoMap,
    duration: float,
    *,
    key: Key | None = None,
    markers: Sequence[Marker] = (),
    guide: bool = False,
) -> None:
    """Write ``parts`` as a type 1 file; ``duration`` is the song's, in seconds.

    Every melodic part has a channel of its own (from the sixteenth on they are shared, the track
    still its own); drums share channel 10. Every track ends with the bar in which the song ends,
    or the last note if that is later. Of notes of one pitch that start on the same tick the last
    is kept, and a note lasts at least one tick.

    Args:
        key: Becomes the key signature; None: the file has none.
        markers: Those behind the end are left out.
        guide: Whether a last track ``Tempo map`` holds one note of the least velocity from the
            start to the end, without which Live takes no tempo map.

    Raises:
        DiskFullError, WriteError: the file cannot be written.
    """
    written = as_written(tempo)
    columns = [note_ticks(part.notes, written) for part in parts]
    end = end_tick(columns, written, duration)
    tracks = [_conductor(target.stem, written, end, key, markers)]
    melodic = 0
    for number, (part, notes) in enumerate(zip(parts, columns, strict=True), start=1):
        channel = DRUM_CHANNEL if part.drums else _MELODIC[melodic % MELODIC_CHANNELS]
        melodic += not part.drums
        tracks.append(_track(part, notes, channel, end, f"Part {number}"))
    if guide:
        tracks.append(_guide(_MELODIC[melodic % MELODIC_CHANNELS], end))
    # mido asks of a track only that it can be walked: the messages are never all in memory.
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, tracks=tracks)
    with atomic(target) as unfinished:
        file.save(unfinished)


def as_written(tempo: TempoMap) -> TempoMap:
    """``tempo`` as a MIDI file holds it: steps on ticks, whole microseconds a quarter note.

    Each step but the last is rounded so that it ends where it should, given where it starts in
    the file: the rounding error is carried forward, not summed.
    """
    ticks = np.rint([step.beat * TICKS_PER_BEAT for step in tempo.steps]).astype(np.int64)
    # Of steps that fall on one tick, the last holds.
    kept = np.flatnonzero(np.append(np.diff(ticks) > 0, True))
    beats = ticks[kept] / TICKS_PER_BEAT
    ends = tempo.seconds(beats[1:])
    steps, now = [], 0.0
    for index, beat in enumerate(beats.tolist()):
        if index < len(ends):
            length = float(beats[index + 1]) - beat
            exact = (float(ends[index]) - now) * 1e6 / length
        else:
            length, exact = 0.0, _MINUTE / tempo.steps[kept[index]].bpm
        microseconds = min(max(round(exact), 1), _SLOWEST)
        steps.append(TempoStep(beat, _MINUTE / microseconds))
        now += length * microseconds / 1e6
    return replace(tempo, steps=tuple(steps))


def _to_ticks(seconds: NDArray[np.float64], written: TempoMap) -> Ticks:
    """The nearest tick, none before the start."""
    ticks: Ticks = np.rint(written.beats(seconds) * TICKS_PER_BEAT).astype(np.int64)
    return np.maximum(ticks, 0)


def note_ticks(notes: Notes, written: TempoMap) -> Ticks:
    """Ticks of onset and offset, pitch, velocity, shape (4, notes): no key held twice.

    Args:
        written: The tempo map as the file will hold it.
    """
    single = notes.without_overlaps()
    onset, offset = _to_ticks(single.onset, written), _to_ticks(single.offset, written)
    rows = np.stack([onset, np.maximum(offset, onset + 1), single.pitch, single.velocity])
    order = np.lexsort((onset, single.pitch))
    rows = rows[:, order]
    again = (np.diff(rows[0]) == 0) & (np.diff(rows[2]) == 0)
    return rows[:, np.append(~again, True)] if len(order) else rows


def end_tick(columns: Sequence[Ticks], written: TempoMap, duration: float) -> int:
    """The end of the bar, at least the first, in which the song or its last note ends.

    Args:
        columns: From ``note_ticks``, of every part.
        written: The tempo map as the file will hold it.
        duration: Of the song, in seconds.
    """
    last = int(_to_ticks(np.array([duration]), written)[0])
    last = max([last, *(int(notes[1].max()) for notes in columns if notes.size)])
    bar = written.beats_per_bar * TICKS_PER_BEAT
    return max(-(-last // bar), 1) * bar


def _text(text: str) -> str:
    """One line of UTF-8 bytes in the guise of Latin-1, which mido passes through as they are.

    Its own ``charset`` is a switch for the whole process. Half a surrogate, as in the names of
    some files, becomes a question mark.
    """
    return _CONTROL.sub(" ", text).encode("utf-8", "replace").decode("latin-1")


def _ascii(text: str, otherwise: str) -> str:
    """``text`` without its accents and whatever else ASCII lacks, if letters are left of it."""
    plain = unicodedata.normalize("NFKD", _CONTROL.sub(" ", text)).encode("ascii", "ignore")
    words = " ".join(plain.decode().split())
    return words if any(map(str.isalpha, words)) else otherwise


def _conductor(
    title: str, written: TempoMap, end: int, key: Key | None, markers: Sequence[Marker]
) -> Iterator[Message]:
    """The first track: title, time signature, key, tempo, markers. It holds no notes."""
    yield mido.MetaMessage("track_name", name=_text(title))
    yield mido.MetaMessage("time_signature", numerator=written.beats_per_bar)
    if key is not None:
        yield mido.MetaMessage("key_signature", key=key.midi_name)
    now = 0
    for tick, message in heapq.merge(_tempi(written), _marks(markers, written), key=itemgetter(0)):
        if tick < end:
            yield message.copy(time=tick - now)
            now = tick
    yield mido.MetaMessage("end_of_track", time=end - now)


def _tempi(written: TempoMap) -> Iterator[tuple[int, Message]]:
    """Each step and its tick."""
    for step in written.steps:
        tempo = round(_MINUTE / step.bpm)
        yield round(step.beat * TICKS_PER_BEAT), mido.MetaMessage("set_tempo", tempo=tempo)


def _marks(markers: Sequence[Marker], written: TempoMap) -> Iterator[tuple[int, Message]]:
    """Each marker and its tick, in order."""
    ordered = sorted(markers, key=lambda marker: marker.seconds)
    ticks = _to_ticks(np.array([marker.seconds for marker in ordered], np.float64), written)
    for tick, marker in zip(ticks.tolist(), ordered, strict=True):
        yield tick, mido.MetaMessage("marker", text=_text(marker.name))


def _track(part: Part, notes: Ticks, channel: int, end: int, fallback: str) -> Iterator[Message]:
    """One part: name and instrument, then its notes."""
    yield mido.MetaMessage("track_name", name=_text(part.name))
    if not part.name.isascii():
        yield mido.MetaMessage("instrument_name", name=_ascii(part.name, fallback))
    if part.program is not None:
        yield mido.Message("program_change", channel=channel, program=part.program)
    now = 0
    for tick, starts, pitch, velocity in events(notes):
        kind = "note_on" if starts else "note_off"
        yield mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=tick - now)
        now = tick
    yield mido.MetaMessage("end_of_track", time=end - now)


def _guide(channel: int, end: int) -> Iterator[Message]:
    """A track with one note from the start to the end."""
    note = {"channel": channel, "note": _GUIDE_KEY}
    yield mido.MetaMessage("track_name", name=GUIDE)
    yield mido.Message("note_on", velocity=1, **note)
    yield mido.Message("note_off", velocity=0, time=end, **note)
    yield mido.MetaMessage("end_of_track")


def events(notes: Ticks) -> Iterator[tuple[int, int, int, int]]:
    """Tick, 1 for a start or 0 for an end, pitch, velocity; in time, ends before starts."""
    onset, offset, pitch, velocity = notes
    starts = np.stack([onset, np.ones_like(onset), pitch, velocity])
    ends = np.stack([offset, np.zeros_like(onset), pitch, np.zeros_like(onset)])
    events = np.concatenate([ends, starts], axis=1)
    order = np.lexsort((events[2], events[1], events[0]))
    return zip(*events[:, order].tolist(), strict=True)
