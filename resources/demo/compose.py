"""The demo song "Bring It Home": its notes, its instruments and its mix, made from nothing.

Writes two files beside this script, always the same ones:

* ``demo.ogg``: about half a minute of pop in D major at 104 BPM, stereo, 44.1 kHz;
* ``demo.mid``: the notes and hits that were rendered, tick for tick.

Run it with ``python resources/demo/compose.py``. Every sound is computed here with numpy and
scipy: no recording, no sample, no soundfont. Licence: the project's own.

The data flows one way: ``compose`` writes the score, ``play_...`` turn each part of it into dry
sound, ``render`` mixes the parts into stems. The mixture is the plain sum of the stems, so
tests can measure a separation, or a transcription, against the truth.

Conventions: audio is (2, samples); score times are ticks of 1/960 beat; a sung note starts
with its vowel, so the consonant before it sounds early, as singers do it; a consonant of a
sung note that carries no pitch is not part of the note's length.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import mido  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import soundfile  # type: ignore[import-untyped, unused-ignore]
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates, uniform_filter1d
from scipy.signal import butter, fftconvolve, sosfilt

Floats = NDArray[np.float64]

SAMPLE_RATE = 44_100
SECONDS = 31.0
SAMPLES = round(SECONDS * SAMPLE_RATE)
TICKS = 960
BEATS_IN_BAR = 4
MICROSECONDS_PER_BEAT = 576_923  # 104 BPM as MIDI can say it; the sound follows the same number
PEAK_DB = -1.0
VORBIS_QUALITY = 0.7

KICK, SNARE, CLOSED_HAT, OPEN_HAT, CRASH = 36, 38, 42, 46, 49
HIT_SECONDS = {CLOSED_HAT: 0.08, OPEN_HAT: 0.60, CRASH: 2.6}
MAJOR = {0, 2, 4, 5, 7, 9, 11}
FINAL_LENGTH = round(5.2 * TICKS)


# --------------------------------------------------------------------------- the score


class Note(NamedTuple):
    """One note or hit. ``start`` and ``length`` in ticks; ``text`` is the syllable sung."""

    start: int
    length: int
    pitch: int
    velocity: int
    text: str = ""

    @property
    def end(self) -> int:
        """The tick at which it is over."""
        return self.start + self.length


class Part(NamedTuple):
    """What one player does, and the General MIDI voice that comes nearest."""

    name: str
    channel: int
    program: int
    notes: list[Note]


class Chord(NamedTuple):
    """One harmony as MIDI pitches: the bass note, the keys' voicing, the guitar's shape."""

    root: int
    keys: tuple[int, ...]
    guitar: tuple[int, ...]


class Phrase(NamedTuple):
    """Sung syllables that follow each other: ``text`` is rows of syllable, pitch, beats."""

    bar: int
    beat: float
    velocity: int
    text: str


CHORDS = {
    "D": Chord(38, (57, 62, 64, 66), (62, 69, 74, 78)),
    "A/C#": Chord(37, (57, 61, 64, 69), (61, 69, 73, 76)),
    "Bm7": Chord(35, (57, 59, 62, 66), (62, 66, 71, 74)),
    "Gmaj7": Chord(31, (55, 59, 62, 66), (62, 66, 71, 74)),
    "G": Chord(31, (55, 59, 62, 67), (62, 67, 71, 74)),
    "A": Chord(33, (57, 61, 64, 69), (64, 69, 73, 76)),
    "Asus4": Chord(33, (57, 62, 64, 69), (64, 69, 74, 76)),
    "F#m7": Chord(30, (57, 61, 64, 66), (61, 66, 69, 76)),
    "Dadd9": Chord(38, (50, 57, 62, 64, 66), (50, 57, 62, 66, 69, 74)),
}
CHART = "D | Gmaj7 | D | A/C# | Bm7 | Gmaj7 | G | A | Bm7 | F#m7 | G | Asus4 A | Dadd9"
SECTIONS = {1: "Intro", 3: "Verse", 7: "Chorus", 11: "Tag", 13: "End"}
VERSE, CHORUS, LAST_BAR = 3, 7, 13
KEY = "D"

MELODY = (
    Phrase(3, 0.0, 82, "Sun F#4 .5 | light F#4 .5 | on E4 .5 | the D4 .5"),
    Phrase(3, 2.0, 84, "kitch E4 .75 | en F#4 .75 | floor E4 1.5"),
    Phrase(4, 2.0, 82, "ra C#4 .5 | di D4 .5 | o E4 .5 | hum F#4 .5 | ming E4 .5 | low D4 1.25"),
    Phrase(5, 2.0, 86, "ev D4 .5 | ery E4 .5 | part F#4 .5 | I've F#4 .5"),
    Phrase(6, 0.0, 88, "heard G4 .5 | be F#4 .5 | fore D4 .75"),
    Phrase(6, 2.0, 94, "now D4 .5 | I E4 .5 | want F#4 .5 | to G4 .5 | know B4 1.5"),
    Phrase(7, 2.0, 100, "Take A4 .5 | it A4 .5 | a G4 .5 | part A4 2"),
    Phrase(8, 2.0, 100, "hear A4 .5 | ev A4 .5 | ery G4 .5 | heart F#4 2"),
    Phrase(9, 2.0, 96, "beat F#4 .5 | on E4 .5 | its D4 .5 | own C#4 1.75"),
    Phrase(10, 2.0, 96, "then C#4 .5 | bring D4 .5 | it E4 .5 | home A4 2"),
    Phrase(11, 2.0, 104, "bring B4 .5 | it B4 .5 | all A4 .5 | the G4 .5 | way A4 1.75"),
    Phrase(12, 2.0, 92, "back E4 2 | home D4 4.75"),
)

# A lower case sound is a consonant, an upper case one a vowel; two vowels glide.
PRONUNCIATION = {
    "a": "AH", "all": "AO l", "back": "b AE k", "be": "b IY", "beat": "b IY t",
    "bring": "b r IH ng", "di": "d IY", "en": "ch IH n", "ery": "r IY", "ev": "EH v",
    "floor": "f l AO r", "fore": "f AO r", "hear": "h IY r", "heard": "h ER d",
    "heart": "h AA r t", "home": "h OW UW m", "hum": "h AH", "I": "AA IY", "I've": "AA IY v",
    "it": "IH t", "its": "IH t s", "kitch": "k IH", "know": "n OW UW", "light": "l AA IY t",
    "low": "l OW UW", "ming": "m IH ng", "now": "n AA UW", "o": "OW UW", "on": "AO n",
    "own": "OW UW n", "part": "p AA r t", "ra": "r EH IY", "Sun": "s AH n",
    "Take": "t EH IY k", "the": "dh AH", "then": "dh EH n", "to": "t UW", "want": "w AO n t",
    "way": "w EH IY",
}  # fmt: skip

# Rows of (beat in the bar, length in beats, which note of the chord).
BASS_VERSE = ((0, 1.2, "root"), (1.5, 0.45, "root"), (2.5, 0.7, "fifth"), (3.5, 0.45, "lead"))
BASS_CHORUS = (
    (0, 0.45, "root"), (0.5, 0.4, "root"), (1, 0.4, "root"), (1.5, 0.4, "octave"),
    (2, 0.45, "root"), (2.5, 0.4, "root"), (3, 0.4, "fifth"), (3.5, 0.45, "lead"),
)  # fmt: skip
KEYS_INTRO = ((0, 2.4), (2.5, 1.4))
KEYS_VERSE = ((0, 1.4), (1.5, 0.9), (2.5, 1.4))
KEYS_CHORUS = ((0, 0.9), (1, 0.45), (1.5, 1.4), (3, 0.9))
GUITAR_FINGERS = (0, 2, 1, 3, 2, 1, 3, 2)

# Beats of the bar at which each piece of the kit is hit, by section.
GROOVES: dict[str, dict[int, tuple[float, ...]]] = {
    "verse": {
        KICK: (0, 1.5, 2.5),
        SNARE: (1, 3),
        CLOSED_HAT: (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5),
    },
    "chorus": {
        KICK: (0, 1.5, 2, 3.5),
        SNARE: (1, 3),
        CLOSED_HAT: (0, 0.5, 1, 1.5, 2, 2.5, 3),
        OPEN_HAT: (3.5,),
    },
    "pickup": {CLOSED_HAT: (0, 1, 2, 2.5, 3), SNARE: (3.5, 3.75)},
    "fill": {
        KICK: (0, 1.5, 2.5),
        SNARE: (1, 2.75, 3, 3.25, 3.5, 3.75),
        CLOSED_HAT: (0, 0.5, 1, 1.5, 2, 2.5),
    },
    "end": {KICK: (0,), CRASH: (0,)},
}
DRUM_BARS = (
    "", "pickup", "verse", "verse", "verse", "fill",
    "chorus", "chorus", "chorus", "chorus", "chorus", "fill", "end",
)  # fmt: skip
CRASH_BARS = (7, 11)


def ticks(bar: int, beat: float) -> int:
    """Where a beat stands in the score; bars count from 1, beats of a bar from 0."""
    return round(((bar - 1) * BEATS_IN_BAR + beat) * TICKS)


def seconds(at_ticks: int) -> float:
    """When a place in the score sounds."""
    return at_ticks * MICROSECONDS_PER_BEAT / TICKS / 1e6


def in_ticks(length_seconds: float) -> int:
    """A length of time as the score writes it."""
    return round(length_seconds * 1e6 * TICKS / MICROSECONDS_PER_BEAT)


def dice(purpose: str) -> Generator:
    """Random numbers: the same in every run, others for every purpose."""
    return np.random.default_rng(list(purpose.encode()))


def pitch_number(name: str) -> int:
    """MIDI number of a written pitch: F#4 is 66."""
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    return 12 * (int(name[-1]) + 1) + steps[name[0]] + name.count("#")


def read_chart(chart: str) -> list[tuple[int, Chord]]:
    """The chords and the tick each begins at; chords in one bar share it evenly."""
    return [
        (ticks(bar, place * BEATS_IN_BAR / len(names)), CHORDS[name])
        for bar, names in enumerate((text.split() for text in chart.split("|")), start=1)
        for place, name in enumerate(names)
    ]


HARMONY = read_chart(CHART)


def chord_at(at_ticks: int) -> Chord:
    """The chord that sounds there."""
    return [chord for start, chord in HARMONY if start <= at_ticks][-1]


def humanised(notes: Iterable[Note], spread: int, purpose: str) -> list[Note]:
    """The notes as a person plays them: up to ``spread`` ticks off, not all equally loud."""
    random = dice(purpose)
    return sorted(
        note._replace(
            start=max(0, note.start + int(random.integers(-spread, spread + 1))),
            velocity=int(np.clip(note.velocity + random.integers(-6, 7), 1, 127)),
        )
        for note in notes
    )


def one_per_string(notes: Sequence[Note], string_of: Callable[[Note], int]) -> list[Note]:
    """Every note ends, at the latest, where the next one on its string begins."""
    next_start: dict[int, int] = {}
    ended = []
    for note in reversed(notes):
        end = min(note.end, next_start.get(string_of(note), note.end))
        next_start[string_of(note)] = note.start
        ended.append(note._replace(length=end - note.start))
    return ended[::-1]


class Spelling(NamedTuple):
    """The sounds of a syllable, split where singers split it."""

    onset: list[str]
    vowels: list[str]
    pitched_coda: list[str]
    coda: list[str]


def spell(syllable: str) -> Spelling:
    """Look a syllable up and split its sounds around the vowel."""
    sounds = PRONUNCIATION[syllable].split()
    vowels = [place for place, sound in enumerate(sounds) if sound.isupper()]
    after = sounds[vowels[-1] + 1 :]
    return Spelling(
        sounds[: vowels[0]],
        sounds[vowels[0] : vowels[-1] + 1],
        [sound for sound in after if sound in PITCHED],
        [sound for sound in after if sound not in PITCHED],
    )


def long(consonants: Iterable[str]) -> float:
    """Seconds that some consonants take."""
    return sum(CONSONANTS[consonant].seconds for consonant in consonants)


def melody() -> Iterable[Note]:
    """The tune as written, each note lasting until the next."""
    for phrase in MELODY:
        start = ticks(phrase.bar, phrase.beat)
        for row in phrase.text.split("|"):
            syllable, pitch, beats = row.split()
            length = round(float(beats) * TICKS)
            yield Note(start, length, pitch_number(pitch), phrase.velocity, syllable)
            start += length


def sung(notes: Sequence[Note]) -> list[Note]:
    """The tune as sung: a note gives way to the consonants between it and the next."""
    limits = [after.start - in_ticks(long(spell(after.text).onset)) for after in notes[1:]]
    return [
        note._replace(
            length=min(note.end, limit) - in_ticks(long(spell(note.text).coda)) - note.start
        )
        for note, limit in zip(notes, [*limits, notes[-1].end], strict=True)
    ]


def bass_pitch(role: str, root: int, next_root: int) -> int:
    """The pitch that plays a role; a lead is the step of D major beside the next root."""
    if role == "lead" and next_root != root:
        side = 1 if next_root < root else -1
        return next(p for p in (next_root + side, next_root + 2 * side) if (p - 2) % 12 in MAJOR)
    return root + {"root": 0, "octave": 12, "fifth": 7, "lead": 7}[role]


def bass_line() -> Iterable[Note]:
    """Bass from the verse on, after one note that leads in."""
    yield Note(ticks(2, 3.5), TICKS // 2, 37, 84)
    for bar in range(VERSE, LAST_BAR):
        for beat, length, role in BASS_VERSE if bar < CHORUS else BASS_CHORUS:
            at = ticks(bar, beat)
            pitch = bass_pitch(role, chord_at(at).root, chord_at(ticks(bar + 1, 0)).root)
            velocity = (84 if bar < CHORUS else 92) + (8 if beat == 0 else 0)
            yield Note(at, round(length * TICKS), pitch, velocity)
    yield Note(ticks(LAST_BAR, 0), FINAL_LENGTH, 38, 100)


def drum_hits() -> Iterable[Note]:
    """The kit: the groove of each bar, and a crash where a section begins."""
    for bar, groove in enumerate(DRUM_BARS, start=1):
        for pitch, beats in GROOVES.get(groove, {}).items():
            for beat in beats:
                length = in_ticks(HIT_SECONDS.get(pitch, 0.08))
                yield Note(ticks(bar, beat), length, pitch, hit_velocity(pitch, beat))
    for bar in CRASH_BARS:
        yield Note(ticks(bar, 0), in_ticks(HIT_SECONDS[CRASH]), CRASH, 100)


def hit_velocity(pitch: int, beat: float) -> int:
    """Accents: hats lean on the beat, a snare off it is a ghost or leads into the next bar."""
    if pitch == CLOSED_HAT:
        return 92 if beat % 1 == 0 else 66
    if pitch == SNARE and beat % 2 != 1:
        return round(36 + 26 * (beat - 2))
    return {KICK: 108, SNARE: 110, OPEN_HAT: 90, CRASH: 108}[pitch]


def keys_chords() -> Iterable[Note]:
    """Electric piano: chords that get busier from section to section."""
    for bar in range(1, LAST_BAR):
        rows = KEYS_INTRO if bar < VERSE else KEYS_VERSE if bar < CHORUS else KEYS_CHORUS
        for beat, length in rows:
            at = ticks(bar, beat)
            for pitch in chord_at(at).keys:
                velocity = (72 if bar < CHORUS else 82) + (6 if beat == 0 else 0)
                yield Note(at, round(length * TICKS), pitch, velocity)
    for pitch in chord_at(ticks(LAST_BAR, 0)).keys:
        yield Note(ticks(LAST_BAR, 0), FINAL_LENGTH, pitch, 86)


def guitar_picking() -> Iterable[Note]:
    """Guitar: broken chords in eighths, each string ringing on; at the end one slow strum."""
    for step in range((LAST_BAR - 1) * 2 * BEATS_IN_BAR):
        at = ticks(1, step / 2)
        pitch = chord_at(at).guitar[GUITAR_FINGERS[step % len(GUITAR_FINGERS)]]
        yield Note(at, round(1.9 * TICKS), pitch, 92 if step % 4 == 0 else 80)
    for order, pitch in enumerate(chord_at(ticks(LAST_BAR, 0)).guitar):
        yield Note(ticks(LAST_BAR, 0.06 * order), FINAL_LENGTH, pitch, 92)


def compose() -> list[Part]:
    """The whole score, humanised: what is rendered and what ``demo.mid`` holds."""
    vocals = sung(humanised(melody(), 9, "vocals"))
    bass = one_per_string(humanised(bass_line(), 5, "bass"), lambda _: 0)
    hits = one_per_string(
        humanised(drum_hits(), 5, "drums"),
        lambda hit: CLOSED_HAT if hit.pitch == OPEN_HAT else hit.pitch,
    )
    keys = one_per_string(humanised(keys_chords(), 8, "keys"), lambda note: note.pitch)
    guitar = one_per_string(humanised(guitar_picking(), 7, "guitar"), lambda note: note.pitch)
    return [
        Part("Vocals", 0, 53, vocals),
        Part("Bass", 1, 33, bass),
        Part("Drums", 9, 0, hits),
        Part("Keys", 2, 5, keys),
        Part("Guitar", 3, 25, guitar),
    ]


# --------------------------------------------------------------------------- small tools


def hertz(pitch: int) -> float:
    """Frequency of a MIDI number, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69) / 12))


def gain(decibels: float) -> float:
    """The factor that some decibels are."""
    return float(10 ** (decibels / 20))


def force(note: Note, exponent: float) -> float:
    """How hard a note is struck, 1 for a velocity of 100."""
    return float((note.velocity / 100) ** exponent)


def at_sample(note: Note) -> int:
    """The sample a note begins at."""
    return round(seconds(note.start) * SAMPLE_RATE)


def clock(length_seconds: float) -> Floats:
    """Time in seconds of each sample of a sound."""
    return np.arange(round(length_seconds * SAMPLE_RATE)) / SAMPLE_RATE


def add(track: Floats, sound: Floats, at: int) -> None:
    """Mix a sound into a track, both (..., samples); what hangs over the end is lost."""
    room = min(sound.shape[-1], track.shape[-1] - at)
    track[..., at : at + room] += sound[..., :room]


def faded_in(sound: Floats, length_seconds: float) -> Floats:
    """The sound with a short ramp at its start, against clicks."""
    return sound * np.minimum(1, np.arange(len(sound)) / (length_seconds * SAMPLE_RATE))


def released(sound: Floats, held_seconds: float, fade_seconds: float) -> Floats:
    """The sound let go after a while: a cosine fade, then nothing."""
    past = (np.arange(len(sound)) / SAMPLE_RATE - held_seconds) / fade_seconds
    return sound * (0.5 + 0.5 * np.cos(np.pi * np.clip(past, 0, 1)))


def band(sound: Floats, low: float, high: float, order: int = 2) -> Floats:
    """Only what lies between two frequencies in Hz; ``low`` 0 or ``high`` inf leave a side open."""
    if low > 0:
        sound = sosfilt(butter(order, low, "highpass", fs=SAMPLE_RATE, output="sos"), sound)
    if high < SAMPLE_RATE / 2:
        sound = sosfilt(butter(order, high, "lowpass", fs=SAMPLE_RATE, output="sos"), sound)
    return sound


def panned(sound: Floats, place: float) -> Floats:
    """A mono sound in stereo at equal power, -1 left to 1 right."""
    angle = (place + 1) * np.pi / 4
    return np.stack([np.cos(angle) * sound, np.sin(angle) * sound])


def power_of(sound: Floats, window_seconds: float) -> Floats:
    """Power of a sound around each sample."""
    window = round(window_seconds * SAMPLE_RATE)
    return np.maximum(uniform_filter1d(uniform_filter1d(sound**2, window), window), 0)


def compressed(sound: Floats, ratio: float) -> Floats:
    """Evens out loudness: ``ratio`` dB of level in give 1 dB out, around the median level."""
    power = power_of(sound, 0.05)
    heard = power > 1e-4 * power.max()
    level = np.maximum(power, 1e-4 * power.max()) / np.median(power[heard])
    return np.asarray(sound * level ** (0.5 * (1 / ratio - 1)))


def loudness(power: Floats) -> float:
    """RMS over those places that are not 30 dB below the loudest, so that rests do not count."""
    return float(np.sqrt(power[power >= 1e-3 * power.max()].mean()))


def to_level(sound: Floats, decibels: float) -> Floats:
    """Scales a stereo part to a loudness."""
    return sound * (gain(decibels) / loudness(power_of(sound, 0.25).mean(axis=0)))


# --------------------------------------------------------------------------- the voice


class Consonant(NamedTuple):
    """How a consonant is made.

    ``formants`` in Hz are where the mouth is, () where the next vowel has it. ``voicing`` and
    ``breath`` feed the mouth with pulses and with air; ``band`` (Hz) and ``noise`` are the hiss
    made in front of it, which a stop lets out only at its end.
    """

    seconds: float
    formants: tuple[float, ...] = ()
    voicing: float = 0.0
    breath: float = 0.0
    band: tuple[float, float] = (0.0, 0.0)
    noise: float = 0.0
    stop: bool = False


# Formants of women after Hillenbrand, Getty, Clark and Wheeler, JASA 97(5), 1995, rounded.
VOWELS = {
    "AA": (900.0, 1480.0, 2820.0),
    "AE": (760.0, 2100.0, 2950.0),
    "AH": (750.0, 1430.0, 2900.0),
    "AO": (760.0, 1120.0, 2820.0),
    "EH": (720.0, 2060.0, 2980.0),
    "ER": (520.0, 1580.0, 1980.0),
    "IH": (480.0, 2350.0, 3050.0),
    "IY": (420.0, 2750.0, 3360.0),
    "OW": (560.0, 1030.0, 2820.0),
    "UW": (450.0, 1080.0, 2730.0),
}
CONSONANTS = {
    "m": Consonant(0.070, (280, 1000, 2300), voicing=0.40),
    "n": Consonant(0.060, (280, 1600, 2600), voicing=0.40),
    "ng": Consonant(0.070, (280, 2100, 2800), voicing=0.40),
    "l": Consonant(0.060, (380, 1100, 2900), voicing=0.60),
    "r": Consonant(0.060, (420, 1250, 1750), voicing=0.60),
    "w": Consonant(0.060, (330, 700, 2400), voicing=0.55),
    "v": Consonant(0.055, (280, 1100, 2300), 0.35, 0.1, (3000, 9000), 0.04),
    "dh": Consonant(0.045, (300, 1400, 2600), 0.35, 0.1, (3000, 9000), 0.04),
    "h": Consonant(0.070, breath=1.0),
    "s": Consonant(0.095, (350, 1700, 2700), band=(5500, 12000), noise=0.24),
    "f": Consonant(0.080, (350, 1000, 2200), band=(2500, 11000), noise=0.09),
    "ch": Consonant(0.090, (330, 2000, 2700), band=(2400, 8000), noise=0.30, stop=True),
    "t": Consonant(0.060, (350, 1800, 2800), 0, 0.1, (3500, 10000), 0.30, stop=True),
    "k": Consonant(0.065, (350, 2100, 2700), 0, 0.1, (1500, 4500), 0.25, stop=True),
    "p": Consonant(0.060, (350, 900, 2300), 0, 0.1, (500, 3000), 0.20, stop=True),
    "b": Consonant(0.050, (300, 900, 2300), 0.12, 0, (400, 2500), 0.10, stop=True),
    "d": Consonant(0.045, (300, 1800, 2800), 0.12, 0, (3000, 9000), 0.12, stop=True),
}
PITCHED = {"m", "n", "ng", "l", "r", "v"}
BREATH_IN = Consonant(0.24, (600, 1500, 2700), breath=0.2)
HIGH_FORMANTS = (4150.0, 5100.0, 6200.0, 7400.0, 8700.0)
BANDWIDTHS = np.array([95, 120, 170, 240, 300, 380, 450, 550])
FRAME = 128  # samples from one position of the mouth to the next
RESPONSE = 2048  # samples a mouth may ring
DELAY = np.exp(-2j * np.pi * np.arange(RESPONSE // 2 + 1) / RESPONSE)
TABLE = 4096  # samples of one period of the voice


class Phone(NamedTuple):
    """One sound of the singer, in seconds, with the mouth it is made with."""

    sound: Consonant
    start: float
    end: float
    effort: float


class Gesture(NamedTuple):
    """What the singer does, frame by frame: formants (frames, 3) in Hz, the rest (frames,)."""

    formants: Floats
    voicing: Floats
    breath: Floats
    pitch: Floats


def phones_of(note: Note) -> list[Phone]:
    """The sounds of a sung note, laid around its start and its end."""
    word = spell(note.text)
    start, end = seconds(note.start), seconds(note.end)
    pitched_end = end - long(word.pitched_coda)
    mouth = VOWELS[word.vowels[0]]
    before = [CONSONANTS[name] for name in word.onset]
    vowels = [
        Consonant((pitched_end - start) / len(word.vowels), VOWELS[name], voicing=1, breath=0.14)
        for name in word.vowels
    ]
    after = [CONSONANTS[name] for name in word.pitched_coda + word.coda]
    at = start - sum(sound.seconds for sound in before)
    phones = []
    for sound in before + vowels + after:
        shaped = sound._replace(formants=sound.formants or mouth)
        phones.append(Phone(shaped, at, at + sound.seconds, note.velocity / 100))
        at += sound.seconds
    return phones


def breaths(phones: Sequence[Phone]) -> list[Phone]:
    """The singer breathes in before a phrase wherever there is time for it."""
    gaps = [(0.0, phones[0].start)] + [(a.end, b.start) for a, b in pairwise(phones)]
    return [
        Phone(BREATH_IN, end - BREATH_IN.seconds - 0.04, end - 0.04, 0.8)
        for start, end in gaps
        if end - start > BREATH_IN.seconds + 0.06
    ]


def pitch_curve(notes: Sequence[Note], times: Floats) -> Floats:
    """Frequency in Hz: glides from note to note, scoops into phrases, vibrato on long notes."""
    starts = np.array([seconds(note.start) for note in notes])
    lengths = np.array([seconds(note.length) for note in notes])
    pitches = np.array([note.pitch for note in notes], dtype=np.float64)
    frames_a_second = SAMPLE_RATE / FRAME
    current = np.searchsorted(starts - 0.02, times, side="right").clip(1) - 1
    glide = gaussian_filter1d(pitches[current], 0.022 * frames_a_second)
    into = times - starts[current]
    fresh = np.diff(starts, prepend=-1.0) - np.concatenate([[0.0], lengths[:-1]]) > 0.25
    scoop = -0.9 * fresh[current] * np.exp(-np.maximum(into + 0.05, 0) / 0.05)
    random = dice("pitch")
    drift = gaussian_filter1d(random.normal(size=len(times)), 0.12 * frames_a_second)
    jitter = gaussian_filter1d(random.normal(size=len(times)), 0.008 * frames_a_second)
    wander = 0.06 * drift / drift.std() + 0.035 * jitter / jitter.std()
    depth = 0.32 * np.clip((into - 0.22) / 0.35, 0, 1) * (lengths[current] > 0.5)
    rate = 5.4 + 0.3 * drift / drift.std()
    vibrato = depth * np.sin(2 * np.pi * np.cumsum(rate) / frames_a_second)
    return np.asarray(440 * 2 ** ((glide + scoop + wander + vibrato - 69) / 12))


def gesture_of(notes: Sequence[Note], phones: Sequence[Phone]) -> Gesture:
    """Joins the sounds into one movement: targets held, then smoothed, as a mouth is slow."""
    times = np.arange(SAMPLES // FRAME + 1) * FRAME / SAMPLE_RATE
    frames_a_second = SAMPLE_RATE / FRAME
    ordered = sorted(phones, key=lambda phone: phone.start)
    current = np.searchsorted([p.start for p in ordered], times, side="right").clip(1) - 1
    starts, ends = np.array([(p.start, p.end) for p in ordered])[current].T
    sounding = (starts <= times) & (times < ends)
    effort = np.array([p.effort for p in ordered])[current] ** 1.5

    def smooth(values: Floats, slowness: float) -> Floats:
        return gaussian_filter1d(values, slowness * frames_a_second, axis=0)

    formants = np.array([p.sound.formants for p in ordered])[current]
    voicing = np.array([p.sound.voicing for p in ordered])[current] * sounding * effort
    breath = np.array([p.sound.breath for p in ordered])[current] * sounding
    return Gesture(
        smooth(formants, 0.020),
        smooth(voicing, 0.009),
        smooth(breath, 0.008),
        pitch_curve(notes, times),
    )


def glottal_tables(harmonics: Sequence[int], open_part: float) -> Floats:
    """Periods of a glottal pulse's slope, (tables, samples), each with so many harmonics.

    The pulse is KLGLOTT88 (Klatt and Klatt, JASA 87(2), 1990), open for a share of the period.
    """
    place = np.arange(TABLE) / TABLE / open_part
    spectrum = np.fft.rfft(np.where(place < 1, 2 * place - 3 * place**2, 0))
    number = np.arange(len(spectrum))
    cut = [spectrum * (number > 0) * (number <= most) for most in harmonics]
    return np.asarray(np.fft.irfft(cut, axis=1) / np.abs(spectrum[1]) * TABLE / 2)


def voice_source(gesture: Gesture) -> Floats:
    """Air through the vocal folds: pulses at the pitch, and breath, strongest while they part."""
    frame_starts = np.arange(len(gesture.pitch)) * FRAME
    now = np.arange(SAMPLES)
    pitch = np.interp(now, frame_starts, gesture.pitch)
    turns = np.cumsum(pitch) / SAMPLE_RATE
    # Bandlimited tables: a sampled pulse would fold its edge back as whistles.
    harmonics = range(16, 80, 4)
    table = (np.clip(12_000 / pitch, harmonics[0], harmonics[-1]) - harmonics[0]) / harmonics.step
    pulses = map_coordinates(
        glottal_tables(harmonics, 0.62), [table, turns % 1 * TABLE], order=1, mode="grid-wrap"
    )
    air = band(dice("breath").normal(size=SAMPLES), 1_200, 9_000, order=1)
    puffs = 0.35 + 0.65 * np.maximum(0, np.sin(2 * np.pi * turns))
    voicing = np.interp(now, frame_starts, gesture.voicing)
    breath = np.interp(now, frame_starts, gesture.breath)
    return np.asarray(voicing * pulses + breath * air * puffs)


def formant_response(frequencies: Floats) -> NDArray[np.complex128]:
    """Spectrum of a mouth: resonators in a chain, each passing 0 Hz unchanged."""
    radius = np.exp(-np.pi * BANDWIDTHS / SAMPLE_RATE)
    a1 = -2 * radius * np.cos(2 * np.pi * frequencies / SAMPLE_RATE)
    a2 = radius**2
    sections = (1 + a1 + a2)[:, None] / (1 + np.outer(a1, DELAY) + np.outer(a2, DELAY**2))
    return np.asarray(np.prod(sections, axis=0))


def through_mouth(source: Floats, gesture: Gesture) -> Floats:
    """Filters the source by the formants; overlapping frames let them slide without a step."""
    first, second, third = gesture.formants.T
    # A singer whose pitch climbs over the first formant opens the mouth to keep the tone.
    first = np.maximum(first, 1.05 * gesture.pitch)
    window = np.hanning(2 * FRAME + 1)[:-1]
    padded = np.concatenate([np.zeros(FRAME), source, np.zeros(RESPONSE)])
    out = np.zeros_like(padded)
    for frame, low_formants in enumerate(np.column_stack([first, second, third])):
        begin = frame * FRAME
        spectrum = np.fft.rfft(window * padded[begin : begin + 2 * FRAME], RESPONSE)
        spectrum *= formant_response(np.concatenate([low_formants, HIGH_FORMANTS]))
        out[begin : begin + RESPONSE] += np.fft.irfft(spectrum)
    return out[FRAME : FRAME + len(source)]


def hisses(phones: Iterable[Phone]) -> Floats:
    """The noises made at teeth and lips, which the mouth behind them does not shape."""
    random = dice("hisses")
    track = np.zeros(SAMPLES)
    for phone in phones:
        if phone.sound.noise == 0:
            continue
        length = phone.end - phone.start
        held = 0.55 * length if phone.sound.stop else 0.0
        time = clock(length - held)
        if phone.sound.stop:
            shape = np.minimum(1, time / 0.001) * np.exp(-time / (0.35 * (length - held)))
        else:
            shape = np.hanning(len(time)) ** 0.3
        noise = band(random.normal(size=len(time)), *phone.sound.band)
        sound = phone.sound.noise * shape * noise / noise.std()
        add(track, sound, round((phone.start + held) * SAMPLE_RATE))
    return track


def play_vocals(notes: Sequence[Note]) -> Floats:
    """The singer: pulses and breath through a moving mouth, and consonants in front of it."""
    phones = [phone for note in notes for phone in phones_of(note)]
    phones += breaths(phones)
    gesture = gesture_of(notes, phones)
    tone = compressed(through_mouth(voice_source(gesture), gesture), 2.5)
    tone += 0.7 * band(tone, 2_000, np.inf, order=1)
    power = power_of(tone, 0.04)
    # Formants leave nothing over 9 kHz, where the air of a close microphone would be.
    tone += 0.015 * np.sqrt(power) * band(dice("air").normal(size=SAMPLES), 5_000, 14_000)
    return panned(band(tone / loudness(power) + hisses(phones), 110, np.inf), 0)


# --------------------------------------------------------------------------- strings and keys


class Strings(NamedTuple):
    """A plucked string: where (share of its length), how it rings (s) and how bright it is."""

    pluck: float
    ring: float
    damping: float
    stiffness: float
    tilt: float
    top: float


BASS_STRING = Strings(pluck=0.16, ring=1.6, damping=0.035, stiffness=1e-4, tilt=0.9, top=1_500)
GUITAR_STRING = Strings(pluck=0.21, ring=1.5, damping=0.012, stiffness=8e-5, tilt=1.0, top=5_000)


def plucked(string: Strings, note: Note, let_ring: float, random: Generator) -> Floats:
    """A plucked string as the sum of its modes; high ones die first, soft plucks are duller."""
    length = seconds(note.length) + let_ring
    tone = np.zeros(round(length * SAMPLE_RATE))
    base = hertz(note.pitch)
    tilt = string.tilt + 0.9 * (1 - note.velocity / 127)
    for mode in range(1, 60):
        frequency = mode * base * np.sqrt(1 + string.stiffness * mode**2)
        if frequency > 12_000:
            break
        ring = string.ring * (110 / base) ** 0.4 / (1 + string.damping * mode**2)
        weight = np.sin(np.pi * mode * string.pluck) / mode**tilt
        weight /= np.sqrt(1 + (frequency / string.top) ** 2)
        time = clock(min(length, 7 * ring))
        angle = 2 * np.pi * frequency * time + 0.3 * random.normal()
        tone[: len(time)] += weight * np.exp(-time / ring) * np.sin(angle)
    touch = band(random.normal(size=round(0.012 * SAMPLE_RATE)), string.top, 3 * string.top)
    tone[: len(touch)] += 0.05 * touch * np.hanning(len(touch))[: len(tone)]
    tone = released(faded_in(tone, 0.0015), seconds(note.length), let_ring)
    return tone * force(note, 1.2)


def play_bass(notes: Sequence[Note]) -> Floats:
    """The bass guitar, through an amplifier that rounds it off a little."""
    random = dice("bass tone")
    track = np.zeros(SAMPLES)
    for note in notes:
        add(track, plucked(BASS_STRING, note, 0.05, random), at_sample(note))
    return panned(band(np.tanh(1.2 * track), 30, 4_000, order=1), 0)


def play_guitar(notes: Sequence[Note]) -> Floats:
    """The guitar on the right; a second microphone hears it later, darker and on the left."""
    random = dice("guitar tone")
    track = np.zeros(SAMPLES)
    for note in notes:
        add(track, plucked(GUITAR_STRING, note, 0.12, random), at_sample(note))
    body = band(track, 90, 230, order=1)
    near = band(track, 140, np.inf, order=1) + 0.5 * body
    far = np.zeros(SAMPLES)
    add(far, band(near, 200, 3_500, order=1), round(0.013 * SAMPLE_RATE))
    return panned(near, 0.65) + panned(0.35 * far, -0.8)


def electric_piano(note: Note) -> Floats:
    """Frequency modulation (Chowning, 1973): a round tone that mellows, and a tine's ping."""
    let_go = 0.15
    time = clock(seconds(note.length) + let_go)
    turn = 2 * np.pi * hertz(note.pitch) * time
    bite = force(note, 1.0)
    ring = 1.7 * (260 / hertz(note.pitch)) ** 0.5
    tone = np.sin(turn + 1.7 * bite * np.exp(-time / 0.5) * np.sin(turn))
    tine = np.sin(turn + 0.7 * bite**2 * np.exp(-time / 0.12) * np.sin(14 * turn))
    warm = np.sin(1.0012 * turn + 0.4 * bite * np.sin(1.0012 * turn))
    sound = (0.5 * tone + 0.25 * tine + 0.4 * warm) * np.exp(-time / ring)
    return released(faded_in(sound, 0.003), seconds(note.length), let_go) * force(note, 1.3)


def play_keys(notes: Sequence[Note]) -> Floats:
    """The electric piano on the left, its tremolo swaying between the speakers."""
    track = np.zeros(SAMPLES)
    for note in notes:
        add(track, electric_piano(note), at_sample(note))
    track = band(track, 120, 7_000, order=1)
    sway = 0.28 * np.sin(2 * np.pi * 4.3 * np.arange(SAMPLES) / SAMPLE_RATE)
    angle = (-0.35 + sway + 1) * np.pi / 4
    return np.stack([np.cos(angle), np.sin(angle)]) * track


# --------------------------------------------------------------------------- the drum kit


def kick(random: Generator) -> Floats:
    """A skin that falls from a knock to a boom within some milliseconds."""
    time = clock(0.45)
    falling = 50 + 90 * np.exp(-time / 0.030) + 260 * np.exp(-time / 0.006)
    boom = np.sin(2 * np.pi * np.cumsum(falling) / SAMPLE_RATE) * np.exp(-time / 0.13)
    click = band(random.normal(size=len(time)), 1_800, 6_500) * np.exp(-time / 0.004)
    return released(faded_in(np.tanh(1.8 * boom) + 0.25 * click, 0.0005), 0.3, 0.15)


def snare(random: Generator) -> Floats:
    """Two modes of a skin, and the wires under it."""
    time = clock(0.40)
    bend = 1 + 0.25 * np.exp(-time / 0.008)
    skin = np.sin(2 * np.pi * np.cumsum(188 * bend) / SAMPLE_RATE) * np.exp(-time / 0.075)
    ring = np.sin(2 * np.pi * np.cumsum(331 * bend) / SAMPLE_RATE) * np.exp(-time / 0.045)
    noise = random.normal(size=len(time))
    wires = band(noise, 1_100, 10_000, order=1) * np.exp(-time / 0.085)
    snap = band(noise, 2_500, 12_000) * np.exp(-time / 0.010)
    return released(faded_in(0.9 * skin + 0.45 * ring + 0.5 * wires + 0.5 * snap, 5e-4), 0.3, 0.1)


def metal(length: float, random: Generator) -> Floats:
    """Cymbal material: partials that share no octave, blurred by noise."""
    time = clock(length)
    partials = 2_100 * 1.137 ** np.arange(12) * random.uniform(0.985, 1.015, 12)
    phases = random.uniform(0, 2 * np.pi, 12)
    ring = sum((np.sin(2 * np.pi * f * time + p) for f, p in zip(partials, phases, strict=True)))
    return np.asarray(0.25 * ring) + random.normal(size=len(time))


def hat(held: float, decay: float, random: Generator) -> Floats:
    """Two small cymbals, closed (short decay) or open until the foot shuts them."""
    sound = band(metal(held + 0.03, random), 6_800, 16_000, order=3)
    time = clock(held + 0.03)[: len(sound)]
    body = np.exp(-time / decay) + 0.8 * np.exp(-time / 0.006)
    return released(faded_in(sound * body, 3e-4), held, 0.03)


def crash(random: Generator) -> Floats:
    """A large cymbal: a burst, then a long shimmer whose low end dies first."""
    time = clock(2.6)
    sound = metal(2.6, random)
    low = band(sound, 900, 3_500) * np.exp(-time / 0.35)
    high = band(sound, 3_500, 15_000) * (np.exp(-time / 0.75) + 0.8 * np.exp(-time / 0.05))
    return released(faded_in(0.7 * low + high, 1e-3), 2.0, 0.6)


class Piece(NamedTuple):
    """One piece of the kit: how it sounds when held so long, how loud, and where it stands."""

    sound: Callable[[float, Generator], Floats]
    level: float
    place: float


KIT = {
    KICK: Piece(lambda _, random: kick(random), 1.0, 0.0),
    SNARE: Piece(lambda _, random: snare(random), 0.62, 0.0),
    CLOSED_HAT: Piece(lambda held, random: hat(held, 0.035, random), 0.30, -0.3),
    OPEN_HAT: Piece(lambda held, random: hat(held, 0.22, random), 0.30, -0.3),
    CRASH: Piece(lambda _, random: crash(random), 0.20, 0.35),
}


def hit(note: Note, random: Generator) -> Floats:
    """One hit in stereo."""
    piece = KIT[note.pitch]
    sound = piece.sound(seconds(note.length), random)
    return panned(piece.level * force(note, 1.6) * sound, piece.place)


def play_drums(notes: Sequence[Note]) -> Floats:
    """The kit."""
    random = dice("drum tone")
    track = np.zeros((2, SAMPLES))
    for note in notes:
        add(track, hit(note, random), at_sample(note))
    return band(track, 25, np.inf, order=1)


# --------------------------------------------------------------------------- the mix


class Channel(NamedTuple):
    """A part on the desk: who plays it, in which stem, its level (dB RMS) and its reverb (dB)."""

    play: Callable[[Sequence[Note]], Floats]
    stem: str
    level: float
    reverb: float


DESK = {
    "Vocals": Channel(play_vocals, "vocals", -19.5, -13.0),
    "Bass": Channel(play_bass, "bass", -21.5, -40.0),
    "Drums": Channel(play_drums, "drums", -19.5, -18.0),
    "Keys": Channel(play_keys, "other", -25.5, -14.0),
    "Guitar": Channel(play_guitar, "other", -25.5, -12.0),
}
STEMS = ("vocals", "drums", "bass", "other")


def room() -> Floats:
    """Impulse response of a small hall (2, samples): decaying noise of unit energy a side."""
    time = clock(1.6)
    noise = dice("room").normal(size=(2, len(time)))
    late = np.stack([band(side, 250, 6_000, order=1) for side in noise])
    late *= np.exp(-6.9 * time / 1.3) * np.minimum(1, time / 0.02)
    late = np.concatenate([np.zeros((2, round(0.018 * SAMPLE_RATE))), late], axis=1)
    return np.asarray(late / np.sqrt(np.sum(late**2, axis=1, keepdims=True)))


def with_reverb(sound: Floats, decibels: float) -> Floats:
    """The sound in the room; each side sends its own, so a centred sound stays centred."""
    wet = fftconvolve(sound, room(), axes=1)[:, :SAMPLES]
    return sound + gain(decibels) * wet


def ending() -> Floats:
    """The fade of the last chord, the same for everybody."""
    past = (np.arange(SAMPLES) / SAMPLE_RATE - (SECONDS - 2.2)) / 2.15
    return np.asarray(np.cos(0.5 * np.pi * np.clip(past, 0, 1)) ** 2)


def render(score: Sequence[Part] | None = None) -> dict[str, NDArray[np.float32]]:
    """The stems of the song as they lie in the mixture.

    Args:
        score: What to play; ``compose()`` if left out.

    Returns:
        ``vocals``, ``drums``, ``bass``, ``other``, each (2, samples) at 44.1 kHz. One gain,
        common to all, is already in them: their sum is the mixture and peaks at -1 dBFS.
    """
    stems = {name: np.zeros((2, SAMPLES)) for name in STEMS}
    for part in compose() if score is None else score:
        channel = DESK[part.name]
        dry = to_level(channel.play(part.notes), channel.level)
        stems[channel.stem] += with_reverb(dry, channel.reverb) * ending()
    peak = np.abs(sum(stems.values())).max()
    common = gain(PEAK_DB) / peak
    return {name: (common * stem).astype(np.float32) for name, stem in stems.items()}


def mixture(stems: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """The song: the stems added up, and nothing else."""
    return np.asarray(sum(stems[name] for name in STEMS))


# --------------------------------------------------------------------------- the files


def crc_table(polynomial: int) -> list[int]:
    """What each leading byte leaves in a 32-bit checksum."""
    table = []
    for byte in range(256):
        rest = byte << 24
        for _ in range(8):
            rest = (rest << 1 & 0xFFFFFFFF) ^ (polynomial if rest >> 31 else 0)
        table.append(rest)
    return table


OGG_CRC = crc_table(0x04C11DB7)


def tempo_track() -> mido.MidiTrack:
    """Tempo, metre, key and the names of the sections."""
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name="Bring It Home"))
    track.append(mido.MetaMessage("set_tempo", tempo=MICROSECONDS_PER_BEAT))
    track.append(mido.MetaMessage("time_signature", numerator=BEATS_IN_BAR, denominator=4))
    track.append(mido.MetaMessage("key_signature", key=KEY))
    now = 0
    for bar, name in SECTIONS.items():
        track.append(mido.MetaMessage("marker", text=name, time=ticks(bar, 0) - now))
        now = ticks(bar, 0)
    return track


def part_track(part: Part) -> mido.MidiTrack:
    """One player's notes; sung syllables become lyrics."""
    events = []
    for note in part.notes:
        on = mido.Message("note_on", channel=part.channel, note=note.pitch, velocity=note.velocity)
        events.append((note.start, 2, on))
        off = mido.Message("note_off", channel=part.channel, note=note.pitch)
        events.append((note.end, 0, off))
        if note.text:
            events.append((note.start, 1, mido.MetaMessage("lyrics", text=note.text)))
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=part.name))
    track.append(mido.Message("program_change", channel=part.channel, program=part.program))
    now = 0
    for at, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=at - now))
        now = at
    return track


def write_midi(score: Sequence[Part], path: Path) -> None:
    """The score as a type 1 file, tempo track first."""
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    file.tracks = [tempo_track(), *(part_track(part) for part in score)]
    file.save(path)


def ogg_checksum(page: bytes) -> int:
    """CRC-32 of an Ogg page, polynomial 0x04c11db7 (RFC 3533, section 6)."""
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFFFFFF) ^ OGG_CRC[crc >> 24 ^ byte]
    return crc


def with_serial(ogg: bytes, serial: int) -> bytes:
    """The same Ogg stream under another serial number."""
    pages, at = [], 0
    while at < len(ogg):
        segments = ogg[at + 26]
        body = at + 27 + segments
        end = body + sum(ogg[at + 27 : body])
        page = bytearray(ogg[at:end])
        page[14:18] = serial.to_bytes(4, "little")
        page[22:26] = bytes(4)
        page[22:26] = ogg_checksum(bytes(page)).to_bytes(4, "little")
        pages.append(page)
        at = end
    return b"".join(pages)


def write_ogg(audio: NDArray[np.float32], path: Path) -> None:
    """The sound as Ogg Vorbis, the same bytes each time."""
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE, 2, "VORBIS", format="OGG", compression_level=1 - VORBIS_QUALITY
    ) as file:
        # libsndfile's Vorbis writer overflows its stack on one long block.
        for start in range(0, audio.shape[1], 65_536):
            file.write(audio.T[start : start + 65_536])
    # libsndfile draws the serial number from the clock.
    path.write_bytes(with_serial(path.read_bytes(), serial=104))


def main() -> None:
    """Writes ``demo.mid`` and ``demo.ogg`` beside this script."""
    here = Path(__file__).parent
    score = compose()
    write_midi(score, here / "demo.mid")
    write_ogg(mixture(render(score)), here / "demo.ogg")


if __name__ == "__main__":
    main()
