"""A song that is apart, laid out as tracks: the song, each stem, each take, the master."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio import __version__
from studio.audio.wav import Wav
from studio.export.colours import SONG, colour
from studio.export.contract import ExportOptions
from studio.export.dawproject.model import (
    AudioClip,
    BeatNotes,
    NoteClip,
    Project,
    Track,
    unstretched,
)
from studio.music.bundle import Marker, SongBundle
from studio.music.stem import stem
from studio.music.take import Take

# Below a tick of most DAWs a note would have no length at all.
_SHORTEST = 1 / 960


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound of the package.

    Attributes:
        file: Its path there.
        source: The float32 WAV it is written from.
        name, colour: Of its track.
        stem: The stem's name; None for the song itself.
    """

    file: str
    source: Path
    name: str
    colour: str
    stem: str | None = None


def sounds(bundle: SongBundle, options: ExportOptions) -> tuple[Sound, ...]:
    """The song and the stems that are wanted, numbered as among all."""
    found = [Sound(_entry(0, "Mixture"), bundle.mixture, "Mixture", SONG)]
    for number, file in enumerate(bundle.stems, start=1):
        label, shade = file.stem.label, colour(file.stem)
        found.append(Sound(_entry(number, label), file.path, label, shade, file.stem.name))
    return tuple(sound for sound in found if options.wants(sound.stem or "mixture"))


def build(bundle: SongBundle, options: ExportOptions) -> Project:
    """Everything starts at beat 0; the song's own track is mute.

    Raises:
        MissingFileError, UnreadableAudioError: a source cannot be read.
    """
    takes = [take for take in bundle.takes if options.wants(take.stem)]
    heard = sounds(bundle, options)
    known = {sound.stem for sound in heard}
    tracks = []
    for sound in heard:
        tracks.append(_audio_track(bundle, sound))
        tracks += [_note_track(bundle, take) for take in takes if take.stem == sound.stem]
    tracks += [_note_track(bundle, take) for take in takes if take.stem not in known]
    tracks.append(Track("Master", None, ("audio", "notes"), master=True))
    return Project(
        title=bundle.song,
        application=("Stemwright", __version__),
        tempo=bundle.tempo,
        tracks=tuple(tracks),
        markers=_markers(bundle),
    )


def _markers(bundle: SongBundle) -> tuple[tuple[float, str], ...]:
    """Where the song starts, what is marked in it, and where it ends, each on its beat."""
    marked = sorted(bundle.markers, key=lambda marker: marker.seconds)
    rows = [Marker(bundle.lead, "Start"), *marked, Marker(bundle.duration, "End")]
    beats = np.maximum(bundle.tempo.beats(np.array([row.seconds for row in rows])), 0.0)
    return tuple(zip(beats.tolist(), (row.name for row in rows), strict=True))


def _end(bundle: SongBundle) -> float:
    """The beat on which the song ends."""
    return float(bundle.tempo.beats(np.array([bundle.duration]))[0])


def _audio_track(bundle: SongBundle, sound: Sound) -> Track:
    with Wav(sound.source) as wav:
        channels = wav.channels
    clip = AudioClip(
        name=sound.name,
        time=0.0,
        duration=_end(bundle),
        file=sound.file,
        channels=channels,
        sample_rate=bundle.sample_rate,
        seconds=bundle.duration,
        warps=unstretched(bundle.tempo, 0.0, bundle.duration),
    )
    is_song = sound.stem is None
    return Track(sound.name, sound.colour, ("audio",), (clip,), min(channels, 2), muted=is_song)


def _note_track(bundle: SongBundle, take: Take) -> Track:
    """The notes of a take; its clip is as long as the song, or as its last note needs."""
    of = stem(take.stem)
    name = f"{of.label} notes"
    played = take.notes().without_overlaps()
    onset = np.maximum(bundle.tempo.beats(played.onset), 0.0)
    duration = np.maximum(bundle.tempo.beats(played.offset) - onset, _SHORTEST)
    end = max(_end(bundle), float((onset + duration).max(initial=0.0)))
    notes = BeatNotes(onset, duration, played.pitch, played.velocity)
    return Track(name, colour(of), ("notes",), (NoteClip(name, 0.0, end, notes),))


def _entry(number: int, label: str) -> str:
    """A path in the package that every reader of ZIP files takes: ASCII, forward slashes."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    plain = " ".join(re.sub(r"[^A-Za-z0-9 _-]", " ", plain).split())[:40].strip()
    return f"audio/{number:02d} {plain or 'Stem'}.wav"
