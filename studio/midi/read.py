"""A standard MIDI file of anybody's to notes in seconds: references for scores and tests.

Files of type 0 and 1, with tempo changes in any track. Ill-kept files are read as a player would
play them: a key is held once, so a second press ends the first; what is never released ends with
its track; a note of no length gets one tick.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import mido
import numpy as np
from mido.midifiles import meta

from studio.errors import MissingFileError, UnreadableMidiError
from studio.midi.general import DRUM_CHANNEL
from studio.midi.write import GUIDE, Part
from studio.music.notes import Notes
from studio.music.tempo import TempoMap, TempoStep

_MINUTE = 60_000_000  # microseconds
_DEFAULT_BPM = 120.0  # of a file that says nothing
_DAMAGE = (EOFError, OSError, ValueError, TypeError, LookupError, struct.error)


@dataclass(frozen=True, slots=True)
class ReadMidi:
    """What a file holds.

    Attributes:
        parts: One for every channel of every track that has notes, in the order of the file; a
            guide note of ours is none.
        tempo: Source ``given``, or ``default`` where the file names no tempo.
    """

    parts: tuple[Part, ...]
    tempo: TempoMap


def read_midi(path: Path) -> ReadMidi:
    """Read the notes and the tempo map of a MIDI file.

    Raises:
        MissingFileError: there is no such file.
        UnreadableMidiError: it is damaged, no MIDI file, or of a kind without beats.
    """
    file = _load(path)
    if file.type not in (0, 1):
        raise UnreadableMidiError(file=str(path), reason=f"it is of type {file.type}, not 0 or 1")
    if file.ticks_per_beat <= 0:
        raise UnreadableMidiError(file=str(path), reason="its clock counts film frames, not beats")
    tempo = _tempo_map(file)
    parts = [
        part
        for number, track in enumerate(file.tracks)
        for part in _parts(track, f"Track {number}", tempo, file.ticks_per_beat)
        if not _is_guide(part)
    ]
    return ReadMidi(tuple(parts), tempo)


def _is_guide(part: Part) -> bool:
    """Whether this is the quiet note as long as the song that our own files may hold."""
    return part.name == GUIDE and part.notes.velocity.tolist() == [1]


def _load(path: Path) -> mido.MidiFile:
    """The messages, or our error."""
    if not path.is_file():
        raise MissingFileError(file=str(path), reason="there is no such file")
    try:
        return mido.MidiFile(path)
    except EOFError as error:
        raise UnreadableMidiError(file=str(path), reason="it is cut short") from error
    except (*_DAMAGE, meta.KeySignatureError) as error:
        reason = f"it is damaged, or no MIDI file ({str(error).rstrip('.')})"
        raise UnreadableMidiError(file=str(path), reason=reason) from error


def _tempo_map(file: mido.MidiFile) -> TempoMap:
    """The tempo changes of all tracks; of several at one tick the last holds."""
    bpm: dict[int, float] = {}
    beats_per_bar = 4
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "set_tempo" and message.tempo > 0:
                bpm[tick] = _MINUTE / message.tempo
            elif message.type == "time_signature" and tick == 0:
                beats_per_bar = max(message.numerator * 4 // message.denominator, 1)
    source = "given" if bpm else "default"
    bpm.setdefault(0, _DEFAULT_BPM)
    steps = [TempoStep(tick / file.ticks_per_beat, bpm[tick]) for tick in sorted(bpm)]
    return TempoMap(tuple(steps), beats_per_bar, source, 1.0 if source == "given" else 0.0)


@dataclass(slots=True)
class _Keys:
    """The keys of one channel: what is held, and the notes that have ended."""

    program: int | None = None
    held: dict[int, tuple[int, int, bool]] = field(default_factory=dict)
    rows: list[tuple[int, int, int, int]] = field(default_factory=list)

    def press(self, pitch: int, tick: int, velocity: int) -> None:
        """Start a note; one that is held on this key ends."""
        pressed_again = pitch in self.held
        if pressed_again:
            self._end(pitch, tick)
        self.held[pitch] = tick, velocity, pressed_again

    def release(self, pitch: int, tick: int) -> None:
        """End the note on this key, if one is held.

        Some programs write a press before the release of the note that went before, at the same
        tick: that release is not meant for the new note.
        """
        if pitch not in self.held:
            return
        onset, velocity, pressed_again = self.held[pitch]
        if pressed_again and onset == tick:
            self.held[pitch] = onset, velocity, False
        else:
            self._end(pitch, tick)

    def release_all(self, tick: int) -> None:
        """End what is still held."""
        for pitch in list(self.held):
            self._end(pitch, tick)

    def _end(self, pitch: int, tick: int) -> None:
        onset, velocity, _ = self.held.pop(pitch)
        self.rows.append((onset, max(tick, onset + 1), pitch, velocity))


def _parts(track: mido.MidiTrack, name: str, tempo: TempoMap, ticks_per_beat: int) -> list[Part]:
    """The parts of one track, by channel."""
    channels: defaultdict[int, _Keys] = defaultdict(_Keys)
    tick = 0
    for message in track:
        tick += message.time
        if message.type == "track_name":
            name = _text(message.name) or name
        elif message.type == "program_change":
            keys = channels[message.channel]
            keys.program = message.program if keys.program is None else keys.program
        elif message.type == "note_on" and message.velocity > 0:
            channels[message.channel].press(message.note, tick, message.velocity)
        elif message.type in ("note_on", "note_off"):
            channels[message.channel].release(message.note, tick)
    for keys in channels.values():
        keys.release_all(tick)
    sounding = {channel: keys for channel, keys in sorted(channels.items()) if keys.rows}
    return [
        Part(
            name if len(sounding) == 1 else f"{name}, channel {channel + 1}",
            _notes(keys, tempo, ticks_per_beat),
            drums=channel == DRUM_CHANNEL,
            program=keys.program,
        )
        for channel, keys in sounding.items()
    ]


def _notes(keys: _Keys, tempo: TempoMap, ticks_per_beat: int) -> Notes:
    """The notes of one channel, in seconds."""
    onset, offset, pitch, velocity = np.array(keys.rows, np.int64).T
    return Notes.columns(
        tempo.seconds(onset / ticks_per_beat),
        pitch,
        tempo.seconds(offset / ticks_per_beat),
        velocity,
    )


def _text(text: str) -> str:
    """A name as its writer meant it: UTF-8 where the bytes are, else Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return text.strip("\0 ")


class _Unlisted(meta.MetaSpec):  # type: ignore[misc]
    """A kind of message mido has no entry for.

    mido 1.3 forgets the time of such a message, and all that follows in the track comes too
    early; with an entry it keeps it.
    """

    attributes = ("data",)
    defaults = ((),)

    def __init__(self, type_byte: int) -> None:
        self.type_byte = type_byte
        self.type = f"unlisted_{type_byte:02x}"

    def decode(self, message: mido.MetaMessage, data: list[int]) -> None:
        message.data = tuple(data)

    def encode(self, message: mido.MetaMessage) -> list[int]:
        return list(message.data)


_LISTED = {*range(8), 0x09, 0x20, 0x21, 0x2F, 0x51, 0x54, 0x58, 0x59, 0x7F}
for _type_byte in set(range(256)) - _LISTED:
    meta.add_meta_spec(partial(_Unlisted, _type_byte))
