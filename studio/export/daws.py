"""DAWs: which targets each takes best, and how an export gets into it without moving.

The facts are from their makers' pages: help.ableton.com ("Auto-Warp", "Importing a tempo map",
"Understanding MIDI files"), support.apple.com HT202354 and the Logic Pro guide ("Smart Tempo"),
steinberg.help (MIDI preferences), answers.presonus.com 1326, the FL Studio help ("Import MIDI
data"), the manuals of Pro Tools, Reason and Sonar, and the list of programs in the README of
bitwig/dawproject. None was tried in the DAW itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

_BY_HAND = ("stems", "midi")
LOOSE, GUIDE, CHANGES = "loose_files", "guide_note", "tempo_changes"
"""What may be true of an export beside the roles of its files: that some are sound or MIDI, that
its MIDI files have a note as long as the song, and that its tempo changes."""
_USUAL = frozenset({"mixture", "stem", "part", "midi", LOOSE, GUIDE})


@dataclass(frozen=True, slots=True)
class Line:
    """A step that holds for some exports only.

    Attributes:
        text: What to do.
        needs: Roles of files the export must have, or what else must be true of it.
        without: What must not.
    """

    text: str
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def holds(self, has: Collection[str]) -> bool:
        """Whether this is to be said of an export that has all this."""
        return all(role in has for role in self.needs) and not any(r in has for r in self.without)


def _sound(text: str) -> Line:
    return Line(text, needs=("stem",))


def _midi(text: str) -> Line:
    return Line(text, needs=("midi",))


def _any(text: str) -> Line:
    return Line(text, needs=(LOOSE,))


@dataclass(frozen=True, slots=True)
class Daw:
    """One DAW.

    Attributes:
        name: As the option ``daw`` has it.
        label: For people.
        lines: What to do there with stems and MIDI files, step by step; empty: as in any DAW.
            ``{rate}`` and ``{bpm}`` stand for those of the song. Those that speak of files
            which an export lacks are left out.
        targets: What is written for it where the user says nothing else.
        project: The target that makes a project it opens, or nothing.
        opens: What to do with that project, which is ``{project}``.
        guide_note: Whether it takes the tempo of a MIDI file only with a note as long as the song.
    """

    name: str
    label: str
    lines: tuple[Line, ...] = ()
    targets: tuple[str, ...] = _BY_HAND
    project: str = ""
    opens: str = ""
    guide_note: bool = False


_IN_PLACE = "song, stems, notes, tempo and markers are in place."
_ALL = (
    Daw(
        "any",
        "Any DAW",
        (
            _any("Make a new project of {rate} Hz and {bpm} before you bring in the first file."),
            _any("Put every file at the very start (bar 1, or 0:00), each on a track of its own."),
            _sound("Leave time stretching and tempo matching off: the files are in time already."),
            Line("Turn the mixture's track off; it is there to compare.", needs=("mixture",)),
            Line(
                "The MIDI files hold the tempo. Where yours ignores it, type it in as above.",
                needs=("midi",),
                without=(CHANGES,),
            ),
            Line(
                "The tempo changes: have it taken from the song's MIDI file where yours can.",
                needs=("midi", CHANGES),
            ),
        ),
    ),
    Daw(
        "studio-one",
        "Studio One",
        (
            _midi("The MIDI file sets the tempo only where it starts a new song: begin with it."),
            _midi("Dropped on a song that is open it brings the notes, and the tempo stays."),
            _sound("Set the Tempo mode of the audio tracks to Don't Follow."),
            _sound("Drop the stems at bar 1."),
        ),
        targets=("dawproject",),
        project="dawproject",
        opens="Open {project} (Studio One 6.5 or later): " + _IN_PLACE,
    ),
    Daw(
        "ableton-live",
        "Ableton Live",
        (
            _sound(
                "Turn off Auto-Warp Long Samples in Settings before you drop the stems (it is on "
                "at first), and set Loop/Warp Short Samples to Unwarped One Shot."
            ),
            _any("Drop the files at 1.1.1 in Arrangement View."),
            Line(
                "Answer Yes when asked whether to take the tempo of the song's MIDI file.",
                needs=("midi", GUIDE),
            ),
            Line(
                "Set {bpm} by hand: Live takes the tempo of a MIDI file only if it has a note as "
                "long as the song, and these have none (there is an option for it).",
                needs=("midi",),
                without=(GUIDE,),
            ),
            _midi("Each MIDI track becomes a track of Live's; choose an instrument for each."),
        ),
        targets=("live", "midi"),
        project="live",
        opens="Open {project}, which is experimental.",
        guide_note=True,
    ),
    Daw(
        "cubase",
        "Cubase",
        (
            _midi("Look at the MIDI file preferences first: they decide what is brought in."),
            _midi("Ignore Master Track Events on Merge must be off for the tempo to come along."),
            _midi("With Import to Left Locator on, put the left locator at bar 1."),
            _sound("Let Cubase convert the files if the project has another rate than {rate} Hz."),
        ),
        targets=("dawproject",),
        project="dawproject",
        opens="Import {project} (Cubase 14 or later): " + _IN_PLACE,
    ),
    Daw(
        "bitwig",
        "Bitwig Studio",
        targets=("dawproject",),
        project="dawproject",
        opens="Open {project} (Bitwig Studio 5.0.9 or later): " + _IN_PLACE,
    ),
    Daw(
        "reaper",
        "Reaper",
        targets=("reaper",),
        project="reaper",
        opens="Open {project} where it lies, beside the folder Stems: " + _IN_PLACE,
    ),
    Daw(
        "logic",
        "Logic Pro",
        (
            _midi(
                "Open the song's MIDI file with File > Open: importing or dragging it loses the "
                "tempo."
            ),
            _sound("Turn off trimming the start of new regions in the Smart Tempo settings."),
            _sound("Then select all stems and drop them together at bar 1."),
            _sound("Tick that all selected files are stems from one project."),
        ),
    ),
    Daw(
        "fl-studio",
        "FL Studio",
        (
            _midi(
                "In the dialog for the MIDI file turn off Realign events: it drops silence at "
                "the start."
            ),
            _midi("Turn on Create one channel per track there."),
            _sound("Set {bpm} before you drag the stems into the playlist at bar 1."),
            _sound("Leave the clips' stretching off."),
        ),
    ),
    Daw(
        "pro-tools",
        "Pro Tools",
        (
            _sound(
                "Make the session at {rate} Hz, or convert on import: else files play too fast "
                "or slow."
            ),
            _midi("Import the song's MIDI file with Import Tempo Map From MIDI File."),
            _any("Choose Session Start as the place of every file."),
            _any("Keep the tracks on samples, not on ticks, if you change the tempo later."),
        ),
    ),
    Daw(
        "garageband",
        "GarageBand",
        (
            _any("Set the tempo, {bpm}, by hand before anything else."),
            _sound("Drop the stems at the start of the timeline."),
            _midi("Then drop the MIDI files there."),
        ),
    ),
)
DAWS: Mapping[str, Daw] = {daw.name: daw for daw in _ALL}
OTHERS = (
    Daw(
        "reason",
        "Reason",
        (
            _midi("It takes only the first tempo of a MIDI file."),
            _sound(
                "It stretches audio files that say their tempo; these do only if you asked for it."
            ),
        ),
    ),
    Daw(
        "sonar",
        "Sonar",
        (
            _sound(
                "Drop the stems at bar 1. WAV files are stamped with the time 0, so that Always "
                "Import Broadcast Waves At Their Timestamp puts them there too."
            ),
        ),
    ),
)
"""DAWs of which too little is known to offer them as a choice."""


def steps(
    daw: Daw, rate: int, bpm: str, project: str = "", has: Collection[str] = _USUAL
) -> list[str]:
    """What to do in ``daw``, at most five lines; none where nothing of it is for this one.

    Args:
        rate: Of the audio files, in Hz.
        bpm: Tempo at the start, as people read it: ``96 BPM``.
        project: Name of the project file made for it; empty where there is none.
        has: Roles of the files that are there, with ``LOOSE``, ``GUIDE`` and ``CHANGES`` where
            they hold.
    """
    opens = [daw.opens] if project and daw.opens else []
    known = daw.lines or (() if opens else DAWS["any"].lines)
    by_hand = [line.text for line in known if line.holds(has)]
    if opens and by_hand:
        by_hand[0] = f"Or by hand: {by_hand[0]}"
    return [line.format(rate=rate, bpm=bpm, project=project) for line in [*opens, *by_hand]][:5]
