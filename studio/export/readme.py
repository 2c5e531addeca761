"""``READ ME FIRST.txt``: what is what, and how it gets into a DAW without moving.

The facts about DAWs are from their makers' pages: help.ableton.com ("Auto-Warp", "Importing a
tempo map"), support.apple.com HT202354 and the Logic Pro guide ("Smart Tempo"), steinberg.help
(MIDI preferences), answers.presonus.com 1326, the FL Studio help ("Import MIDI data") and the
Pro Tools reference guide. None was tried in the DAW itself. The text holds no date, so that the
same export gives the same bytes.
"""

from __future__ import annotations

from studio.export.manifest import FileRow, Manifest, Tempo
from studio.music.stem import stem

NAME = "READ ME FIRST.txt"

_ROLES = {
    "mixture": "the song as it was, to compare with",
    "part": "the notes of {stem}",
    "midi": "the notes of all stems, one track each, with the tempo",
    "dawproject": "a project for DAWs that open DAWproject",
    "reaper": "a project for Reaper",
    "live": "a set for Ableton Live",
    "scores": "how well the notes fit the sound, for programs",
}

_SOURCES = {
    "estimated": "estimated from the recording; confidence {confidence:.0%}",
    "given": "as you gave it",
    "default": "only a default: no tempo was found",
}

_DAWS = {
    "Any DAW": (
        "Make a new project of {rate} Hz and {bpm} before you bring in the first file.",
        "Put every file at the very start (bar 1, or 0:00), each on a track of its own.",
        "Leave time stretching and tempo matching off: the files are in time with each other.",
        "Turn the mixture's track off; it is there to compare.",
        "The MIDI files hold the tempo. Where yours ignores it, type it in as above.",
    ),
    "Ableton Live": (
        "Turn off Auto-Warp Long Samples in Settings before you drop the stems; it is on at first.",
        "Set Loop/Warp Short Samples to Unwarped One Shot.",
        "Drop the files at 1.1.1 in Arrangement View.",
        "Drop the song's MIDI file there and answer Yes when asked for its tempo.",
        "Each MIDI track becomes a track of Live's; choose an instrument for each.",
    ),
    "Logic Pro": (
        "Open the song's MIDI file with File > Open: importing or dragging it loses the tempo.",
        "Turn off trimming the start of new regions in the Smart Tempo settings.",
        "Then select all stems and drop them together at bar 1.",
        "Tick that all selected files are stems from one project.",
    ),
    "GarageBand": (
        "Set the tempo by hand before anything else.",
        "Drop the stems at the start of the timeline, then the MIDI files.",
    ),
    "Cubase": (
        "Look at the MIDI file preferences first: they decide what is brought in.",
        "Ignore Master Track Events on Merge must be off for the tempo to come along.",
        "With Import to Left Locator on, put the left locator at bar 1.",
        "Let Cubase convert the files if the project has another rate than {rate} Hz.",
    ),
    "Studio One": (
        "The MIDI file sets the tempo only where it starts a new song: begin with it.",
        "Dropped on a song that is open it brings the notes, and the tempo stays.",
        "Set the Tempo mode of the audio tracks to Don't Follow.",
        "Drop the stems at bar 1.",
    ),
    "FL Studio": (
        "In the dialog for the MIDI file turn off Realign events: it drops silence at the start.",
        "Turn on Create one channel per track.",
        "Set the tempo above before you drag the stems into the playlist at bar 1.",
        "Leave the clips' stretching off.",
    ),
    "Pro Tools": (
        "Make the session at {rate} Hz, or convert on import: else files play too fast or slow.",
        "Import the song's MIDI file with Import Tempo Map From MIDI File.",
        "Choose Session Start as the place, for MIDI and audio alike.",
        "Keep the tracks on samples, not on ticks, if you change the tempo later.",
    ),
}


def readme(manifest: Manifest, licence: str) -> bytes:
    """The text, UTF-8; ``licence`` is what is to be said about the weights that were used."""
    blocks = [
        f"{manifest.song}\n{'=' * len(manifest.song)}",
        _about(manifest),
        "What is what\n------------\n" + "\n".join(map(_file, manifest.files)),
        _bullets("What you should know", _notes(manifest)),
        _bullets("The weights", [licence] if licence else []),
        "Into your DAW\n-------------\n" + _daws(manifest),
    ]
    return ("\n\n".join(block for block in blocks if block) + "\n").encode()


def _about(manifest: Manifest) -> str:
    """Length, rate, tempo and engine."""
    seconds = manifest.frames / manifest.sample_rate
    tempo = manifest.tempo
    source = _SOURCES.get(tempo.source, tempo.source).format(confidence=tempo.confidence)
    return "\n".join(
        [
            f"Length       {int(seconds // 60)}:{seconds % 60:06.3f} (minutes:seconds)",
            f"Sample rate  {manifest.sample_rate} Hz, {manifest.frames} samples",
            f"Tempo        {_bpm(tempo)} at the start ({source})",
            f"Taken apart  by {manifest.engine.name}, on {manifest.engine.device}",
            "",
            "All audio files start together, end together and are in time with the song: put them",
            "at the start of a project, and they stay where they belong.",
        ]
    )


def _file(row: FileRow) -> str:
    """A line: path and meaning."""
    label = stem(row.stem).label if row.stem else ""
    meaning = label if row.role == "stem" else _ROLES.get(row.role, row.role).format(stem=label)
    return f"{row.path}\n    {meaning}"


def _notes(manifest: Manifest) -> list[str]:
    """Everything that was said, about separating first."""
    said = [note for row in manifest.exports.values() for note in row.notes]
    return [*manifest.notes, *said]


def _bullets(title: str, sentences: list[str]) -> str:
    lines = [f"- {sentence}" for sentence in sentences]
    return "\n".join([title, "-" * len(title), *lines]) if lines else ""


def _daws(manifest: Manifest) -> str:
    """At most five lines for each."""
    facts = {"rate": manifest.sample_rate, "bpm": _bpm(manifest.tempo)}
    return "\n\n".join(
        "\n".join([name, *(f"  {n}. {line.format(**facts)}" for n, line in enumerate(lines, 1))])
        for name, lines in _DAWS.items()
    )


def _bpm(tempo: Tempo) -> str:
    return f"{tempo.bpm:.3f}".rstrip("0").rstrip(".") + " BPM"
