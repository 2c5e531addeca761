"""``Song.rpp``: the song as a project for Reaper.

The song comes first, mute; then each stem, and below it its notes. The sound is not in the project
but beside it, in the files of the target ``stems``, which is written with it. Everything starts
at 0: positions are seconds, notes are ticks of the tempo map, which is written as it is.

Audio tracks keep to time and note tracks to beats, so that stems stay whole when the tempo is
changed afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from studio.export import colours
from studio.export.contract import ExportedFile, ExportOptions, PlannedFile, Written
from studio.export.names import song_file
from studio.export.rpp import block, colour, number, quoted
from studio.export.stems import audio_files
from studio.files import atomic
from studio.job import Job
from studio.midi.general import DRUM_CHANNEL
from studio.midi.write import TICKS_PER_BEAT, Ticks, end_tick, events, note_ticks
from studio.music.bundle import Marker, SongBundle
from studio.music.stem import stem
from studio.music.take import Take

_FORMAT = "6.0"  # Reaper warns of a project of a version later than its own
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "reaper.stemwright")
_STEP = 1  # 0 would be a ramp
_SOURCES = {".wav": "WAVE", ".flac": "FLAC", ".mp3": "MP3"}


class ReaperTarget:
    """One text file, which names the files of ``Stems/`` beside it."""

    summary = "A project with tracks, notes, tempo and colours."
    needs = ("stems",)

    def plan(self, bundle: SongBundle, options: ExportOptions) -> tuple[PlannedFile, ...]:
        """The lines are made and counted."""
        size = sum(len(_bytes(line)) for line in _project(bundle, options, Job()))
        return (PlannedFile(_file(bundle), size),)

    def write(self, bundle: SongBundle, folder: Path, options: ExportOptions, job: Job) -> Written:
        """See ``contract.Target``."""
        file = _file(bundle)
        with atomic(folder / file.path) as part, part.open("wb") as out:
            out.writelines(map(_bytes, _project(bundle, options, job)))
        silent = "No stem was transcribed, so the Reaper project holds audio and tempo alone."
        return Written((file,), notes=() if bundle.takes else (silent,))


@dataclass(frozen=True, slots=True)
class _Track:
    """A track with one item, which starts at 0.

    Attributes:
        key: What tells it from the others of its song.
        name, shade: For people; the colour is ``#rrggbb``.
        seconds: Length of the item.
        source: Lines of the block that says what sounds.
        follows_tempo: Whether the item moves when the tempo is changed.
    """

    key: str
    name: str
    shade: str
    seconds: float
    source: Iterable[str]
    follows_tempo: bool = False
    muted: bool = False


def _bytes(line: str) -> bytes:
    return f"{line}\n".encode()


def _file(bundle: SongBundle) -> ExportedFile:
    return ExportedFile(song_file(bundle.song, ".rpp"), "reaper")


def _project(bundle: SongBundle, options: ExportOptions, job: Job) -> Iterator[str]:
    """The project, line by line."""
    takes = [take for take in bundle.takes if options.wants(take.stem)]
    ticks = [note_ticks(take.notes(), bundle.tempo) for take in takes]
    end = end_tick(ticks, bundle.tempo, bundle.duration)
    settings = [
        "PANLAW 1",  # a track in the middle is as loud as its file
        f"SAMPLERATE {bundle.sample_rate} 1 0",
        "TIMELOCKMODE 1",
        "TEMPOENVLOCKMODE 1",
        f"TEMPO {_signature(bundle)}",
    ]
    notes = [_notes(bundle, take, own, end) for take, own in zip(takes, ticks, strict=True)]
    tracks = _in_order(_sounds(bundle, options), {track.key: track for track in notes})
    yield from block(
        f'REAPER_PROJECT 0.1 "{_FORMAT}" 0',
        settings,
        _tempo(bundle, end),
        _markers(bundle),
        _tracks(bundle, tracks, job),
    )


def _signature(bundle: SongBundle) -> str:
    """Tempo and time signature at the start."""
    return f"{number(bundle.tempo.bpm)} {bundle.tempo.beats_per_bar} 4"


def _tempo(bundle: SongBundle, end: int) -> Iterator[str]:
    """A point for each step within the song; the first says the time signature too."""
    steps = [step for step in bundle.tempo.steps if step.beat * TICKS_PER_BEAT < end]
    seconds = bundle.tempo.seconds(np.array([step.beat for step in steps]))
    signature = 4 << 16 | bundle.tempo.beats_per_bar
    points = [
        f"PT {number(at)} {number(step.bpm)} {_STEP}"
        for at, step in zip(seconds.tolist(), steps, strict=True)
    ]
    points[0] += f" {signature} 0 1"
    looks = ["ACT 1 -1", "VIS 1 0 1", "LANEHEIGHT 0 0", "ARM 0", f"DEFSHAPE {_STEP} -1 -1"]
    return block("TEMPOENVEX", looks, points)


def _markers(bundle: SongBundle) -> Iterator[str]:
    """Where the song starts, what is marked in it, and where it ends, in seconds."""
    marked = sorted(bundle.markers, key=lambda marker: marker.seconds)
    rows = [Marker(bundle.lead, "Start"), *marked, Marker(bundle.duration, "End")]
    for index, marker in enumerate(rows, start=1):
        yield f"MARKER {index} {number(max(marker.seconds, 0.0))} {quoted(marker.name)} 0"


def _sounds(bundle: SongBundle, options: ExportOptions) -> list[_Track]:
    """The song and the stems that are wanted."""
    tracks = []
    for _, file in audio_files(bundle, options):
        of = stem(file.stem) if file.stem else None
        kind = _SOURCES[PurePosixPath(file.path).suffix]
        tracks.append(
            _Track(
                key=file.stem or "",
                name=of.label if of else "Mixture",
                shade=colours.colour(of) if of else colours.SONG,
                seconds=bundle.duration,
                source=block(f"SOURCE {kind}", [f"FILE {quoted(file.path)}"]),
                muted=of is None,
            )
        )
    return tracks


def _notes(bundle: SongBundle, take: Take, ticks: Ticks, end: int) -> _Track:
    """The notes of a take, until the end of the bar all tracks end with."""
    of = stem(take.stem)
    head = [f"HASDATA 1 {TICKS_PER_BEAT} QN"]
    tail = [f"IGNTEMPO 0 {_signature(bundle)}"]
    return _Track(
        key=take.stem,
        name=f"{of.label} notes",
        shade=colours.colour(of),
        seconds=float(bundle.tempo.seconds(np.array([end / TICKS_PER_BEAT]))[0]),
        source=block("SOURCE MIDI", head, _events(take.kind == "drums", ticks, end), tail),
        follows_tempo=True,
    )


def _events(drums: bool, ticks: Ticks, end: int) -> Iterator[str]:
    """Ticks since the event before, and its bytes; "all notes off" says where the source ends."""
    channel, now = DRUM_CHANNEL if drums else 0, 0
    for tick, starts, pitch, velocity in events(ticks):
        status = (0x90 if starts else 0x80) | channel
        yield f"E {tick - now} {status:02x} {pitch:02x} {velocity:02x}"
        now = tick
    yield f"E {end - now} {0xB0 | channel:02x} 7b 00"


def _in_order(sounds: list[_Track], notes: dict[str, _Track]) -> list[_Track]:
    """Notes right after the sound they were heard in, those without one last."""
    tracks = []
    for sound in sounds:
        tracks.append(sound)
        if sound.key in notes:
            tracks.append(notes.pop(sound.key))
    return [*tracks, *notes.values()]


def _tracks(bundle: SongBundle, tracks: list[_Track], job: Job) -> Iterator[str]:
    for index, track in enumerate(tracks):
        job.update(index / len(tracks), f"Writing the track {track.name}")
        yield from _track(bundle.song, track)


def _track(song: str, track: _Track) -> Iterator[str]:
    """The track, all of it, with its item."""
    own = _guid(song, track, "track")
    settings = [
        f"NAME {quoted(track.name)}",
        f"PEAKCOL {colour(track.shade)}",
        f"BEAT {int(track.follows_tempo)}",
        "VOLPAN 1 0 -1 -1 1",
        f"MUTESOLO {int(track.muted)} 0 0",
        "NCHAN 2",
        f"TRACKID {own}",
    ]
    return block(f"TRACK {own}", settings, _item(song, track))


def _item(song: str, track: _Track) -> Iterator[str]:
    """Neither looped, nor faded, nor stretched."""
    settings = [
        "POSITION 0",
        "SNAPOFFS 0",
        f"LENGTH {number(track.seconds)}",
        "LOOP 0",
        "FADEIN 1 0 0 1 0 0",
        "FADEOUT 1 0 0 1 0 0",
        f"IGUID {_guid(song, track, 'item')}",
        f"NAME {quoted(track.name)}",
        "VOLPAN 1 0 1 -1",
        "SOFFS 0",
        "PLAYRATE 1 1 0 -1 0 0.0025",
        f"GUID {_guid(song, track, 'take')}",
    ]
    return block("ITEM", settings, track.source)


def _guid(song: str, track: _Track, part: str) -> str:
    """The same for the same part of the same song."""
    kind = "notes" if track.follows_tempo else "sound"
    name = "/".join((song, track.key, kind, part)).encode("utf-8", "replace").decode()
    return f"{{{uuid.uuid5(_NAMESPACE, name)}}}".upper()
