"""Stems with known notes, for the study: some to choose constants on, others to report on.

Nothing that is reported on was heard when a constant was chosen: other instruments, other tunes,
other players. ``STEMWRIGHT_DATA`` names the folder of recordings; its ``eval/`` reports only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import degrade
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from studio.lab import arrange, instruments, sources
from studio.lab.notes import played, sung
from studio.midi.read import read_midi
from studio.music.notes import Note, Notes
from studio.scoring.signal import SAMPLE_RATE

SECONDS = 12.0
SONGS = ("rock", "reggae", "hendrix", "beatles", "britpop")
_GM = {"KD": 36, "SD": 38, "HH": 42, "TT": 45, "CY": 49, "OT": 56}
_KIT = {36: "kick_l", 38: "snare", 42: "hihat_closed", 46: "hihat_open", 49: "crash_l",
        51: "ride_l", 48: "tom_1", 45: "tom_2", 47: "tom_3", 43: "tom_4"}  # fmt: skip
_SINGLE = {36: "bd_pure", 38: "sn_dolf", 42: "hat_snap", 46: "drum_cymbal_open",
           49: "drum_splash_hard", 51: "drum_cymbal_pedal", 48: "drum_tom_hi_hard",
           45: "drum_tom_mid_hard", 47: "drum_tom_mid_hard", 43: "drum_tom_lo_hard"}  # fmt: skip
# What electronic drum pads send beside General MIDI.
_PADS = {22: 42, 44: 42, 26: 46, 58: 43, 40: 38, 37: 38, 50: 48, 55: 49, 57: 49, 52: 49,
         59: 51, 53: 51}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """A sound and its notes.

    Attributes:
        family: Whom it is counted with.
        kind: What it is heard as.
        samples: Mono at 22.05 kHz.
    """

    name: str
    family: str
    kind: str
    truth: Notes
    samples: NDArray[np.float32]


def to_choose_on(data: Path) -> Iterator[Stem]:
    """Rendered voices and parts, recorded single notes of a guitar, a bass and drums."""
    for seed in (1, 2):
        notes = degrade.melody(seed, SECONDS)
        yield Stem(f"sawtooth {seed}", "rendered", "piano", notes, degrade.plucked(notes, SECONDS))
    for family in ("piano", "guitar", "strings"):
        yield _part(family, 1000)
    for number in (1000, 1001, 1002):
        yield _sung(number)
    yield _sampled(data, "guitar/green", "guitar", 0)
    yield _sampled(data, "bass/growly", "bass", 1)
    yield _drums(data, "sonicpi", 0)
    yield _drums(data, "sonicpi", 1)


def to_report_on(data: Path) -> Iterator[Stem]:
    """Other rendered parts and lines, other recorded notes, a singer, a pianist and drummers."""
    yield _part("bass", 0)
    yield _part("winds", 0)
    yield _part("strings", 1)
    for number in (0, 1, 2):
        yield _sung(number)
    yield _sampled(data, "piano", "piano", 2)
    yield _sampled(data, "piano", "piano", 3)
    yield _sampled(data, "guitar/black", "guitar", 4)
    yield _sampled(data, "bass/yr", "bass", 5)
    yield vocadito(data)
    yield madmom_piano(data)
    yield _drums(data, "muldjord", 2)
    for song in SONGS:
        yield mdb(data, song)


def vocadito(data: Path) -> Stem:
    """Solo singing with the notes a listener took down (CC BY 4.0)."""
    folder = data / "eval" / "notes" / "vocadito_1"
    onset, hertz, length = np.loadtxt(folder / "notesA1.csv", delimiter=",").T
    pitch = np.rint(69 + 12 * np.log2(hertz / 440)).astype(int)
    notes = Notes.columns(onset, pitch, onset + length)
    return Stem("vocadito 1", "singer", "vocals", notes, mono(folder / "audio.flac"))


def madmom_piano(data: Path) -> Stem:
    """Eight notes of a real piano, of madmom's tests."""
    folder = data / "eval" / "notes" / "madmom_piano"
    onset, key, length, _ = np.loadtxt(folder / "stereo_sample.notes").T
    notes = Notes.columns(onset, key.astype(int), onset + length)
    return Stem("madmom piano", "pianist", "piano", notes, mono(folder / "stereo_sample.flac"))


def mdb(data: Path, song: str) -> Stem:
    """The drums of a song with its annotated hits (MDB Drums, CC BY-NC-SA 4.0)."""
    folder = data / "eval" / "mdb" / song
    rows = [line.split() for line in (folder / "drums.txt").read_text().splitlines() if line]
    onset = np.array([float(row[0]) for row in rows])
    notes = Notes.columns(onset, np.array([_GM[row[1]] for row in rows]), onset + 0.1)
    return Stem(song, "drummers", "drums", notes, mono(folder / "drums.flac"))


def mono(path: Path) -> NDArray[np.float32]:
    """A recording at 22.05 kHz."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE), np.float32)


def _part(family: str, number: int) -> Stem:
    sound, notes = played.part(played.FAMILIES[family], number, SECONDS)
    kind = played.FAMILIES[family].kind
    return Stem(f"{family} {number}", "rendered", kind, notes, sound)


def _sung(number: int) -> Stem:
    sound, notes = sung.sung_line(number, SECONDS)
    return Stem(f"sung line {number}", "sung", "vocals", notes, sound)


def _sampled(data: Path, instrument: str, kind: str, tune: int) -> Stem:
    """A POP909 tune on recorded single notes: its piano part, or a bass made from it."""
    rng = np.random.default_rng(tune)
    song = arrange.read_tune(sorted((data / "midi/pop909").glob("*.mid"))[tune], SECONDS, rng)
    notes = {"bass": arrange.bass_line(song, rng), "guitar": [*song.bridge, *song.melody]}
    some = notes.get(kind, list(song.piano))
    shots = sources.shots(data, instrument)
    low, high = min(s.pitch for s in shots), max(s.pitch for s in shots)
    kept = Notes.of(n for n in some if low - 3 <= n.pitch <= high + 3).without_overlaps()
    sound = instruments.sampled(shots, list(kept), round(SECONDS * sources.RATE))
    return Stem(f"{instrument} {tune}", "sampled", kind, kept, _half(sound[0]))


def _drums(data: Path, kit: str, number: int) -> Stem:
    """A drummer's playing (Groove MIDI Dataset, CC BY 4.0) on a kit of recorded hits."""
    groove = sorted((data / "midi/groove").glob("*beat_4-4.mid"))[5 * number]
    hits = [note for part in read_midi(groove).parts for note in part.notes]
    keys = _KIT if kit == "muldjord" else _SINGLE
    kept = [
        Note(n.onset, _PADS.get(n.pitch, n.pitch), n.onset + 0.1, n.velocity)
        for n in hits
        if n.onset < SECONDS - 0.5 and _PADS.get(n.pitch, n.pitch) in keys
    ]
    shots = sources.drum_shots(data, kit)
    pieces = {key: shots[name] for key, name in keys.items()}
    rng = np.random.default_rng(number)
    sound = instruments.kit(pieces, kept, round(SECONDS * sources.RATE), rng)
    return Stem(f"{kit} {number}", "sampled drums", "drums", Notes.of(kept), _half(sound.mean(0)))


def _half(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(soxr.resample(samples, sources.RATE, SAMPLE_RATE), np.float32)
