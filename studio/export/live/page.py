"""``Ableton Live.txt``: how stems and notes get into Live without moving.

What Live does is told by help.ableton.com ("Auto-Warp in Live 11.3 or later", "Importing a tempo
map", "Default Set and Template Sets") and its manual; none of it was tried in Live itself.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from studio.export.contract import ExportOptions
from studio.export.names import song_file
from studio.music.bundle import SongBundle

NAME = "Ableton Live.txt"
_WIDTH = 88


def page(bundle: SongBundle, options: ExportOptions, has_set: bool) -> bytes:
    """The text, UTF-8; ``has_set`` tells whether there is a set to open."""
    title = f"{bundle.song} in Ableton Live"
    midi = f"MIDI/{song_file(bundle.song, '.mid')}"
    blocks = [
        f"{title}\n{'=' * len(title)}",
        *([_numbered("The set (experimental)", _the_set(bundle))] if has_set else []),
        _numbered("Before you bring in files", _settings(bundle)),
        _numbered("Stems and notes by hand", _by_hand(midi, bundle, options)),
        _numbered("A set made by Stemwright", _template(has_set)),
    ]
    return ("\n\n".join(blocks) + "\n").encode("utf-8", "replace")


def _the_set(bundle: SongBundle) -> Sequence[str]:
    return (
        f"Open {song_file(bundle.song, '.als')} where it lies: Live finds the sounds by the "
        "folders Stems and Ableton Project Info beside it.",
        "Nobody has opened it in Live yet. If Live refuses it, or looks wrong, close it without "
        "saving and do as below; stems and MIDI files do not depend on it.",
        "The song itself is on the first track, which is off. Tracks of notes have no "
        "instrument: choose one for each.",
        "Sounds are not warped, so they stay as they are when you change the tempo; notes follow.",
        "Save it under a name of your own before you work in it: the next export writes this "
        "one again.",
    )


def _settings(bundle: SongBundle) -> Sequence[str]:
    return (
        "In Settings (Live 11: Preferences) > Record, Warp & Launch turn Auto-Warp Long Samples "
        "off. It is on at first, and stretches every stem to a tempo that Live guesses.",
        "There too set Loop/Warp Short Samples to Unwarped One-Shot.",
        f"In Settings > Audio choose {bundle.sample_rate} Hz, the rate of the files, unless you "
        "have a reason for another: Live converts as it plays.",
    )


def _by_hand(midi: str, bundle: SongBundle, options: ExportOptions) -> Sequence[str]:
    steady = f"type in {bundle.tempo.bpm:.2f} BPM"
    changing = "do without the tempo, which changes in this song"
    guide = (
        "The MIDI files hold a quiet note as long as the song on a track of its own; without "
        "one Live takes no tempo from them. Delete that track afterwards."
        if options.guide_note
        else "Live takes the tempo only of a MIDI file that holds a note as long as the song, "
        "which these do not: export with the guide note on, or "
        f"{steady if len(bundle.tempo.steps) == 1 else changing}."
    )
    return (
        "Begin with a new set and go to the Arrangement View.",
        f"Drag {midi} to the start (1.1.1) of a MIDI track and answer Yes when asked whether to "
        "import its tempo.",
        guide,
        "Drag the stems to the start, each onto a track of its own.",
        "Look at one of the clips: Warp is off. If it is on, undo and look at the settings again.",
        "Turn the mixture's track off; it is there to compare. Choose an instrument for each "
        "track of notes.",
    )


def _template(has_set: bool) -> Sequence[str]:
    first = (
        "It was made from a set that your own Live saved."
        if has_set
        else "There is none, since Stemwright makes one only from a set that your own Live saved."
    )
    return (
        f"{first} What serves best has an audio track with any clip on it and a MIDI track with "
        "any clip on it.",
        "In Live 11 or 12 make such a set, choose File > Save Live Set as Template, and export "
        "again: the newest of your templates is taken. Or choose any other set of yours.",
        "Of the set its version, main track and return tracks are kept; tracks, clips, devices "
        "on tracks and locators are replaced by the song's.",
    )


def _numbered(title: str, sentences: Sequence[str]) -> str:
    lines = [
        textwrap.fill(sentence, _WIDTH, initial_indent=f"{number}. ", subsequent_indent="   ")
        for number, sentence in enumerate(sentences, start=1)
    ]
    return "\n".join([title, "-" * len(title), *lines])
