"""Clips of the arrangement, which begin with it.

Live reads the elements of a clip by their order, and those differ from version to version. So a
clip is made from one that the user's own Live saved, where the set holds any; else from the
pattern of a version whose sets we have seen, and from no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from studio.export.live.elements import add, empty, needed, put, put_any
from studio.export.live.patterns import pattern

Kind = Literal["AudioClip", "MidiClip"]
_WARP_BEATS = 1 / 32  # Live's own distance of the two markers of a clip that is not warped
_PROJECT = 3  # of the kinds of paths: within the project's folder
_FILE = 1


@dataclass(frozen=True, slots=True)
class AudioClip:
    """A sound file, played as it is.

    Attributes:
        name, colour: For people; the colour is a number of ``palette.py``.
        file: Its path below the folder of the set, with ``/``.
        samples, sample_rate: Of the file.
        end: The beat on which it ends.
        bpm: The tempo at its start.
    """

    name: str
    colour: int
    file: str
    samples: int
    sample_rate: int
    end: float
    bpm: float


@dataclass(frozen=True, slots=True, eq=False)
class MidiClip:
    """Notes, as columns of shape (notes,), in beats.

    Attributes:
        name, colour: For people; the colour is a number of ``palette.py``.
        end: The beat on which the clip ends.
        beats_per_bar: Quarter notes a bar.
    """

    name: str
    colour: int
    onset: NDArray[np.float64]
    duration: NDArray[np.float64]
    pitch: NDArray[np.int16]
    velocity: NDArray[np.int16]
    end: float
    beats_per_bar: int


def model(root: Element, kind: Kind) -> Element:
    """A clip of ``kind`` to fill in, as the Live that saved the set writes it.

    Raises:
        ValueError: there is none in the set, and its version is not one we have seen.
    """
    for path in (f".//Events/{kind}", f".//ClipSlot/Value/{kind}"):
        if (found := root.find(f"LiveSet/Tracks{path[1:]}")) is not None:
            return deepcopy(found)
    if (known := pattern(root, kind)) is not None:
        return known
    what = "audio" if kind == "AudioClip" else "MIDI"
    saved = root.get("Creator") or "that version of Live"
    raise ValueError(f"it holds no {what} clip, and how {saved} writes one is not known")


def audio_clip(model: Element, clip: AudioClip) -> Element:
    """``clip``, not warped: what its loop says is seconds, not beats."""
    made = _clip(model, clip.name, clip.colour, clip.end, clip.samples / clip.sample_rate)
    put(made, "IsWarped", False)
    markers = needed(made, "WarpMarkers")
    markers[:] = []
    for number, beat in enumerate((0.0, _WARP_BEATS)):
        add(markers, "WarpMarker", Id=number, SecTime=beat * 60.0 / clip.bpm, BeatTime=beat)
    for path, new in _AS_IT_IS:
        put_any(made, path, new)
    for path in ("Onsets/UserOnsets", "SavedWarpMarkersForStretched", "SampleRef/SourceContext"):
        empty(made, path)
    reference = needed(made, "SampleRef")
    for path, new in _REFERENCE:
        put(reference, path, new)
    put(reference, "FileRef/RelativePath", clip.file)
    put(reference, "DefaultDuration", clip.samples)
    put(reference, "DefaultSampleRate", clip.sample_rate)
    put_any(reference, "FileRef/SourceHint", "")
    put_any(reference, "SamplesToAutoWarp", 0)
    return made


def midi_clip(model: Element, clip: MidiClip, full: bool) -> Element:
    """``clip``; ``full`` writes what Live 12 leaves out where it is as usual."""
    made = _clip(model, clip.name, clip.colour, clip.end, clip.end)
    put(made, "IsWarped", True)
    signature = "TimeSignature/TimeSignatures/RemoteableTimeSignature"
    put(made, f"{signature}/Numerator", clip.beats_per_bar)
    put(made, f"{signature}/Denominator", 4)
    for name in ("BankSelectCoarse", "BankSelectFine", "ProgramChange"):
        put_any(made, name, -1)
    empty(made, "Notes/PerNoteEventStore/EventLists")
    empty(made, "Notes/NoteProbabilityGroups")
    put_any(made, "Notes/ProbabilityGroupIdGenerator/NextId", 1)
    put(made, "Notes/NoteIdGenerator/NextId", len(clip.onset) + 1)
    _write_notes(needed(made, "Notes/KeyTracks"), clip, full)
    return made


def _clip(model: Element, name: str, colour: int, beats: float, inside: float) -> Element:
    """What all clips say; ``inside`` is the length in the unit of what it holds."""
    made = deepcopy(model)
    made.set("Id", "0")
    made.set("Time", "0")
    for path, new in (
        *(("CurrentStart", 0), ("CurrentEnd", beats), ("Name", name), ("Color", colour)),
        *(("Loop/LoopStart", 0), ("Loop/LoopEnd", inside), ("Loop/StartRelative", 0)),
        *(("Loop/LoopOn", False), ("Loop/OutMarker", inside)),
        *(("Loop/HiddenLoopStart", 0), ("Loop/HiddenLoopEnd", inside)),
        *(("Disabled", False), ("GrooveSettings/GrooveId", -1), ("Annotation", "")),
        *(("TimeSelection/AnchorTime", 0), ("TimeSelection/OtherTime", 0)),
    ):
        put(made, path, new)
    put_any(made, "ScrollerTimePreserver/LeftTime", 0)
    put_any(made, "ScrollerTimePreserver/RightTime", inside)
    put_any(made, "FollowAction/FollowActionEnabled", False)
    put_any(made, "TakeId", 0)  # those of the session have -1
    for path in ("LomId", "LomIdView"):
        put_any(made, path, 0)
    empty(made, "Envelopes/Envelopes")
    return made


def _write_notes(tracks: Element, clip: MidiClip, full: bool) -> None:
    """A key track for each pitch that sounds, from the lowest up; in each the notes in time."""
    tracks[:] = []
    shown = {"VelocityDeviation": 0, "Probability": 1, "IsEnabled": True} if full else {}
    order = np.lexsort((clip.onset, clip.pitch))
    columns = [column[order].tolist() for column in (clip.onset, clip.duration, clip.velocity)]
    notes, last = tracks, None
    rows = zip(clip.pitch[order].tolist(), *columns, strict=True)
    for number, (pitch, onset, duration, velocity) in enumerate(rows, start=1):
        if pitch != last:
            track = add(tracks, "KeyTrack", Id=len(tracks))
            notes, last = add(track, "Notes"), pitch
            add(track, "MidiKey", Value=pitch)
        about = {"Time": onset, "Duration": duration, "Velocity": min(max(velocity, 1), 127)}
        add(notes, "MidiNoteEvent", **about, OffVelocity=64, **shown, NoteId=number)


# Values that a clip of the user's may have otherwise.
_AS_IT_IS: Sequence[tuple[str, object]] = (
    *(("PitchCoarse", 0), ("PitchFine", 0), ("SampleVolume", 1), ("Sync", True), ("HiQ", True)),
    *(("Ram", False), ("Fade", False), ("Fades/FadeInLength", 0), ("Fades/FadeOutLength", 0)),
    *(("Onsets/HasUserOnsets", False), ("MarkersGenerated", False)),
    *(("IsSongTempoMaster", False), ("IsSongTempoLeader", False)),
)
# Sizes and sums of 0 are in sets of Live's own; it looks at them to find what was moved.
_REFERENCE: Sequence[tuple[str, object]] = (
    *(("FileRef/RelativePathType", _PROJECT), ("FileRef/Path", ""), ("FileRef/Type", _FILE)),
    *(("FileRef/LivePackName", ""), ("FileRef/LivePackId", "")),
    *(("FileRef/OriginalFileSize", 0), ("FileRef/OriginalCrc", 0)),
    *(("LastModDate", 0), ("SampleUsageHint", 0)),
)
