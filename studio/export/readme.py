"""``READ ME FIRST.txt``: what is what, and how it gets into a DAW without moving.

It speaks of the files that are there and of no others. The text holds no date, so that the same
export gives the same bytes.
"""

from __future__ import annotations

import numpy as np

from studio.export.daws import CHANGES, DAWS, GUIDE, LOOSE, OTHERS, Daw, steps
from studio.export.manifest import FileRow, Manifest
from studio.export.midi import QUANTISED
from studio.music.bundle import SongBundle
from studio.music.stem import stem

NAME = "READ ME FIRST.txt"

_ROLES = {
    "mixture": "the song as it was, to compare with",
    "part": "the notes of {stem}",
    "midi": "the tempo, and the notes of all stems",
    "dawproject": "a project for DAWs that open DAWproject",
    "reaper": "a project for Reaper",
    "live": "a set for Ableton Live (experimental)",
    "readme": "a page to read",
    "scores": "how well the notes fit the sound, for programs",
}
_LOOSE = {"mixture", "stem", "part", "midi"}

_SOURCES = {
    "estimated": "estimated from the recording; confidence {confidence:.0%}",
    "given": "as you gave it",
    "default": "only a default: no tempo was found",
}


def readme(manifest: Manifest, licence: str, bundle: SongBundle, daw: str = "any") -> bytes:
    """The text, UTF-8.

    Args:
        licence: What is to be said about the weights that were used.
        bundle: What was written.
        daw: The option of that name; what is said of this DAW comes first.
    """
    blocks = [
        f"{manifest.song}\n{'=' * len(manifest.song)}",
        _about(manifest, bundle),
        "What is what\n------------\n" + "\n".join(_file(row, manifest) for row in manifest.files),
        _bullets("What you should know", _notes(manifest)),
        _bullets("The weights", [licence] if licence else []),
        "Into your DAW\n-------------\n" + _daws(manifest, bundle, daw),
    ]
    return ("\n\n".join(block for block in blocks if block) + "\n").encode()


def _about(manifest: Manifest, bundle: SongBundle) -> str:
    """Length, rate, tempo, key, where the song begins, and engine."""
    seconds = bundle.duration
    tempo = bundle.tempo
    source = _SOURCES.get(tempo.source, tempo.source).format(confidence=tempo.confidence)
    sound = any(row.role in ("mixture", "stem") for row in manifest.files)
    return "\n".join(
        [
            f"Length       {int(seconds // 60)}:{seconds % 60:06.3f} (minutes:seconds)",
            f"Sample rate  {bundle.sample_rate} Hz, {bundle.frames} samples",
            f"Tempo        {_tempo(bundle)} ({source})",
            f"Bar          {tempo.beats_per_bar} quarter notes",
            *([f"Key          {bundle.key.name}"] if bundle.key else []),
            *_offset(bundle),
            f"Taken apart  by {manifest.engine.name}, on {manifest.engine.device}",
            *(["", *_ALIGNED] if sound else []),
        ]
    )


_ALIGNED = (
    "All audio files start together, end together and are in time with the song: put them",
    "at the start of a project, and they stay where they belong.",
)


def _offset(bundle: SongBundle) -> list[str]:
    """Where the song begins in the files, and where its bars do in the song."""
    if bundle.lead_samples:
        return [
            f"Offset       {bundle.lead:.3f} s of silence, then the song; bars fall on bar lines"
        ]
    if bundle.tempo.downbeat is None:
        return []
    return [f"Offset       none; a first bar begins {bundle.tempo.downbeat:.3f} s after the start"]


def _tempo(bundle: SongBundle) -> str:
    """The usual one, and between what it changes.

    The first of several steps is left out: it may only lead to the first beat.
    """
    bpm = _heard(bundle)
    usual = f"{_number(bundle.tempo.usual_bpm)} BPM"
    if len(bpm) == 1:
        return usual
    return f"{usual}, changes from {_number(min(bpm[1:]))} to {_number(max(bpm[1:]))}"


def _heard(bundle: SongBundle) -> list[float]:
    """The tempo of each step that begins within the song."""
    steps = bundle.tempo.steps
    end = float(bundle.tempo.beats(np.array([bundle.duration]))[0])
    return [step.bpm for step in steps if step.beat < end] or [steps[0].bpm]


def _file(row: FileRow, manifest: Manifest) -> str:
    """A line: path and meaning."""
    label = stem(row.stem).label if row.stem else ""
    meaning = label if row.role == "stem" else _ROLES.get(row.role, row.role).format(stem=label)
    return f"{row.path}\n    {meaning}{_moved(row, manifest)}"


def _moved(row: FileRow, manifest: Manifest) -> str:
    """How the notes of a quantised file were."""
    if row.target not in manifest.exports or not row.path.startswith(f"{QUANTISED}/"):
        return ""
    options = manifest.exports[row.target].options
    share = options.get("quantise")
    by = f" by {share:.0%}" if isinstance(share, int | float) else ""
    return f", moved to a grid of {options.get('grid')}{by}"


def _notes(manifest: Manifest) -> list[str]:
    """Everything that was said, about separating first."""
    said = [note for row in manifest.exports.values() for note in row.notes]
    return [*manifest.notes, *said]


def _bullets(title: str, sentences: list[str]) -> str:
    lines = [f"- {sentence}" for sentence in sentences]
    return "\n".join([title, "-" * len(title), *lines]) if lines else ""


def _daws(manifest: Manifest, bundle: SongBundle, chosen: str) -> str:
    """At most five lines for each that something is known of, the chosen one first."""
    every = sorted([*DAWS.values(), *OTHERS], key=lambda daw: daw.name != chosen)
    has = _facts(manifest, bundle)
    blocks = []
    for daw in every:
        project = _project(daw, manifest)
        if daw.lines or project:
            lines = steps(
                daw, bundle.sample_rate, f"{_number(bundle.tempo.usual_bpm)} BPM", project, has
            )
            numbered = [f"  {n}. {line}" for n, line in enumerate(lines, 1)]
            blocks += ["\n".join([daw.label, *numbered])] if lines else []
    return "\n\n".join(blocks)


def _facts(manifest: Manifest, bundle: SongBundle) -> set[str]:
    """What is true of this export, in the words of ``daws.py``."""
    roles = {row.role for row in manifest.files}
    guide = any(row.options.get("guide_note") for row in manifest.exports.values())
    facts = {LOOSE: bool(roles & _LOOSE), GUIDE: guide, CHANGES: len(_heard(bundle)) > 1}
    return roles | {name for name, holds in facts.items() if holds}


def _project(daw: Daw, manifest: Manifest) -> str:
    """Path of the project that ``daw`` opens; empty where none was written."""
    return next((row.path for row in manifest.files if daw.project == row.role), "")


def _number(bpm: float) -> str:
    return f"{bpm:.3f}".rstrip("0").rstrip(".")
