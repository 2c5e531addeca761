"""A Live set of the song, made from one that the user's own Live saved.

Nobody but Ableton knows the format, and a set that is not quite right may take Live down. So the
user's set gives all that we do not have to know: its tracks are copied, the rest of it stays, and
what is made is checked by every rule of ``check.py`` before anybody gets it. It was not opened in
Live: it is an experiment, and is called one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import count
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from studio.errors import LiveTemplateError
from studio.export import colours
from studio.export.contract import ExportOptions
from studio.export.live import check, clips, palette, tempo, tracks
from studio.export.live.document import encode, plain, read_set
from studio.export.live.elements import add, empty, needed, pointees, put, put_any, value, whole
from studio.export.stems import audio_files
from studio.job import Job
from studio.music.bundle import SongBundle
from studio.music.stem import stem
from studio.music.take import Take
from studio.music.tempo import TempoMap

_MIXER = "DeviceChain/Mixer"
_EVENTS = {"Tempo": "FloatEvent", "TimeSignature": "EnumEvent"}
_SHORTEST = 1 / 960  # beats
_QUARTERS = 99 * 2  # how a time signature's number says that its denominator is four
_TOGETHER = 1e-3  # beats; no two locators may stand in one place


def make_set(template: Path, bundle: SongBundle, options: ExportOptions, job: Job) -> bytes:
    """The set as the bytes of a file that lies beside ``Stems/``.

    Raises:
        MissingFileError: there is no such template.
        LiveTemplateError: no set can be made from it.
    """
    root = read_set(template)
    try:
        _patch(root, bundle, options, job)
    except ValueError as error:
        raise LiveTemplateError(file=str(template), reason=str(error)) from error
    if wrong := [*check.findings(root), *check.ours(root)]:
        reason = f"what came of it would not be sound ({wrong[0]})"
        raise LiveTemplateError(file=str(template), reason=reason)
    return encode(root)


def _patch(root: Element, bundle: SongBundle, options: ExportOptions, job: Job) -> None:
    """Make ``root`` the song's set. Raises ValueError, as a reason to follow "since"."""
    live = needed(root, "LiveSet")
    main = _main_track(live)
    written = tempo.as_live(bundle.tempo)
    old = needed(live, "Tracks")
    bare = {kind: _bare(old, kind, main.tag[:-5]) for kind in ("AudioTrack", "MidiTrack")}
    ids = count(max(whole(value(live, "NextPointeeId")), _highest(root) + 1))
    wanted = list(_tracks(root, bundle, options, written))
    kept = old.findall("ReturnTrack")
    for back in kept:
        empty(back, "AutomationEnvelopes/Envelopes")
    numbers = count(1 + max((whole(back.get("Id")) for back in kept), default=0))
    new = []
    for done, (kind, track) in enumerate(wanted):
        job.update(done / len(wanted), f"Writing the track {track.name}")
        new.append(tracks.made(bare[kind], next(numbers), track, ids))
    old[:] = [*new, *kept]
    tracks.forget_tracks(live, main.tag[:-5], {track.get("Id", "") for track in old})
    _set_time(main, written)
    _set_locators(live, bundle, written)
    _set_view(live)
    put(live, "NextPointeeId", next(ids))


def _main_track(live: Element) -> Element:
    """The track all others end in, by the name it has in Live 12 or 11."""
    found = live.find("MainTrack")
    return needed(live, "MasterTrack") if found is None else found


def _bare(old: Element, kind: str, main: str) -> Element:
    track = old.find(kind)
    if track is None:
        raise ValueError(f"it has no {'audio' if kind == 'AudioTrack' else 'MIDI'} track")
    if track.find("Color") is None:
        raise ValueError("it was saved by a Live older than 11")
    return tracks.cleaned(track, main)


def _highest(root: Element) -> int:
    return max((whole(element.get("Id")) for element in pointees(root)), default=0)


Wanted = tuple[str, tracks.NewTrack]


def _tracks(
    root: Element, bundle: SongBundle, options: ExportOptions, written: TempoMap
) -> Iterator[Wanted]:
    """The song, mute, then each stem, and below it its notes; last the notes without a stem."""
    notes = dict(_note_tracks(root, bundle, options, written))
    model = clips.model(root, "AudioClip")
    end = float(written.beats(np.array([bundle.duration]))[0])
    for _, file in audio_files(bundle, options):
        of = stem(file.stem) if file.stem else None
        name = plain(of.label) if of else "Mixture"
        shade = palette.nearest(colours.colour(of) if of else colours.SONG)
        clip = clips.AudioClip(
            *(name, shade, file.path, bundle.frames, bundle.sample_rate, end, written.bpm)
        )
        made = clips.audio_clip(model, clip)
        yield "AudioTrack", tracks.NewTrack(name, shade, made, muted=of is None)
        if file.stem in notes:
            yield notes.pop(file.stem)
    yield from notes.values()


def _note_tracks(
    root: Element, bundle: SongBundle, options: ExportOptions, written: TempoMap
) -> Iterator[tuple[str, Wanted]]:
    """Those of the takes that are wanted, by the stem's name."""
    full = root.get("MinorVersion", "").startswith("11.")
    model = clips.model(root, "MidiClip")
    for take in bundle.takes:
        if options.wants(take.stem):
            clip = _note_clip(bundle, take, written)
            made = clips.midi_clip(model, clip, full)
            yield take.stem, ("MidiTrack", tracks.NewTrack(clip.name, clip.colour, made))


def _note_clip(bundle: SongBundle, take: Take, written: TempoMap) -> clips.MidiClip:
    """As long as the song or its last note, and to the end of a bar."""
    of = stem(take.stem)
    played = take.notes().without_overlaps()
    onset = np.maximum(written.beats(played.onset), 0.0)
    duration = np.maximum(written.beats(played.offset) - onset, _SHORTEST)
    ends = np.append(onset + duration, written.beats(np.array([bundle.duration])))
    bar = written.beats_per_bar
    end = float(max(math.ceil(float(ends.max()) / bar), 1) * bar)
    name, shade = plain(f"{of.label} notes"), palette.nearest(colours.colour(of))
    columns = onset, duration, played.pitch, played.velocity
    return clips.MidiClip(name, shade, *columns, end, bar)


def _set_time(main: Element, written: TempoMap) -> None:
    """Tempo and time signature, as the only automation of the main track."""
    mixer = needed(main, _MIXER)
    signature = written.beats_per_bar - 1 + _QUARTERS
    put(mixer, "Tempo/Manual", written.bpm)
    put(mixer, "TimeSignature/Manual", signature)
    envelopes = needed(main, "AutomationEnvelopes/Envelopes")
    model = envelopes.find("AutomationEnvelope")
    if model is None:
        raise ValueError("its tempo is not automated, as it is in all sets of Live 11 and 12")
    envelopes[:] = [
        _envelope(model, 0, mixer, "TimeSignature", [(float(tempo.BEFORE), signature)]),
        _envelope(model, 1, mixer, "Tempo", tempo.points(written)),
    ]


def _envelope(
    model: Element,
    number: int,
    mixer: Element,
    parameter: str,
    events: Iterable[tuple[float, float]],
) -> Element:
    """Automation of a parameter of the mixer: beat and value of each event."""
    made = deepcopy(model)
    made.set("Id", str(number))
    target = needed(mixer, f"{parameter}/AutomationTarget").get("Id", "")
    put(made, "EnvelopeTarget/PointeeId", target)
    points = needed(made, "Automation/Events")
    points[:] = []
    for index, (beat, new) in enumerate(events):
        add(points, _EVENTS[parameter], Id=index, Time=beat, Value=new)
    return made


def _set_locators(live: Element, bundle: SongBundle, written: TempoMap) -> None:
    """Start, the song's markers and end, each in a place of its own."""
    start = bundle.lead_samples / bundle.sample_rate
    marked = [(marker.seconds, marker.name) for marker in bundle.markers]
    named = [*marked, (start, "Start"), (bundle.duration, "End")]
    beats = np.maximum(written.beats(np.array([second for second, _ in named])), 0.0)
    places: dict[int, tuple[float, str]] = {}
    for beat, (_, name) in zip(beats.tolist(), named, strict=True):
        places.setdefault(round(beat / _TOGETHER), (beat, plain(name)))
    locators = needed(live, "Locators/Locators")
    locators[:] = []
    for number, (beat, name) in enumerate(sorted(places.values())):
        locator = add(locators, "Locator", Id=number)
        for tag, new in _locator(beat, name):
            add(locator, tag, Value=new)


def _locator(beat: float, name: str) -> Sequence[tuple[str, object]]:
    return ("LomId", 0), ("Time", beat), ("Name", name), ("Annotation", ""), ("IsSongStart", False)


def _set_view(live: Element) -> None:
    """The arrangement from its start, nothing selected, nothing looped."""
    for path, new in (
        *(("ChooserBar", 0), ("SelectedDocumentViewInMainWindow", 0), ("HighlightedTrackIndex", 0)),
        *(("TimeSelection/AnchorTime", 0), ("TimeSelection/OtherTime", 0)),
        *(("Transport/CurrentTime", 0), ("Transport/LoopOn", False)),
        *(("Transport/PunchIn", False), ("Transport/PunchOut", False)),
    ):
        put_any(live, path, new)
    for path in ("DetailClipKeyMidis", "LinkedTrackGroups", "SignalModulations"):
        empty(live, path)
