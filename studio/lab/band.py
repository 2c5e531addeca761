"""Bass and everything else: what plays around a singer, and what sings where nobody does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from studio.lab import arrange, instruments
from studio.lab.session import Session, one_voice
from studio.lab.sources import shots
from studio.music.audio import Samples
from studio.music.notes import Note

Play = Callable[[Sequence[Note], int], Samples]

_BASSES = tuple(range(32, 40))
_LEADS = (
    22, 26, 27, 29, 30, 40, 42, 56, 57, 59, 60, 61, 64, 65, 66, 67, 68, 69, 71, 73, 75, 80, 81, 82,
    87,
)  # fmt: skip
# General MIDI programs that suit each way of playing.
_COMPS: dict[str, tuple[int, ...]] = {
    "strummed": (24, 25, 26, 27, 28, 104, 105),
    "power": (29, 30, 81),
    "arpeggio": (0, 4, 5, 6, 8, 11, 12, 24, 25, 26, 46, 80, 81, 88, 108),
    "riff": (7, 16, 17, 25, 27, 28, 29, 45, 61, 62, 63, 80, 81, 87),
    "pad": (16, 18, 19, 21, 48, 49, 50, 51, 60, 61, 88, 89, 90, 91, 94, 95),
    "stabs": (4, 5, 7, 16, 17, 28, 56, 61, 62, 63, 65, 66),
    "keys": (0, 1, 2, 4, 5, 16, 17, 18),
}
_GUITAR = {"train": "guitar/black", "dev": "guitar/green"}
_BASS = {"train": "bass/growly", "dev": "bass/yr"}


def bass(session: Session) -> Samples:
    """A line on a recorded or synthesised bass, through an amplifier or not."""
    rng = session.rng
    line = one_voice(arrange.bass_line(session.tune, rng))
    notes = session.sections(arrange.humanised(line, rng), 0.9)
    if rng.random() < 0.4:
        name = _BASS[session.split]
        bank = shots(session.sources.folder, name)
        sound = instruments.sampled(bank, notes, session.n_samples)
    else:
        font, program = session.program(_BASSES)
        sound, name = instruments.soundfont(font, program, notes, session.n_samples), font.stem
        if rng.random() < 0.8:
            sound = np.stack([sound.mean(axis=0)] * 2)
        name = f"{name} {program}"
    session.parts.append(("bass", name, notes))
    sound = session.levelled(sound, 0)
    if rng.random() < 0.45:
        sound = instruments.amplified(sound, rng.uniform(-6, 12), rng.uniform(1500, 5000))
    if rng.random() < 0.4:
        sound = instruments.compressed(sound, rng.uniform(2, 5))
    return sound


def other(session: Session) -> Samples:
    """Two to four parts around the harmony, and a lead where nobody sings or as a solo."""
    rng = session.rng
    kinds = list(rng.permutation(list(_COMPS))[: int(rng.integers(2, 5))])
    total = session.silence()
    for kind in kinds:
        total += _comp(session, str(kind))
    if not session.sung or rng.random() < 0.3:
        loudness = np.float32(0.9 if session.sung else 1.6)
        total += loudness * _lead(session)
    if rng.random() < 0.5:
        total = instruments.in_a_room(total, rng, rng.uniform(0.3, 2.0), rng.uniform(0.05, 0.25))
    return total


def _comp(session: Session, kind: str) -> Samples:
    """One part: its notes, its instrument, its place."""
    rng = session.rng
    notes = session.sections(arrange.humanised(arrange.COMPS[kind](session.tune, rng), rng))
    play, name = _instrument(session, kind)
    session.parts.append(("other", name, notes))
    sound = play(notes, session.n_samples)
    width = float(rng.uniform(0, 1))
    if kind in {"strummed", "power"} and rng.random() < 0.5:
        again = play(arrange.humanised(notes, rng, 12), session.n_samples)
        sound = instruments.doubled(sound, again, width)
    elif rng.random() < 0.7:
        sound = instruments.panned(sound, float(rng.choice([-1, 1])) * width)
    return session.levelled(sound)


def _instrument(session: Session, kind: str) -> tuple[Play, str]:
    """What plays a part, with its amplifier where it has one, and its name."""
    rng = session.rng
    guitar = kind in {"strummed", "power", "arpeggio", "riff"} and rng.random() < 0.45
    piano = kind in {"keys", "arpeggio"} and session.split == "train" and rng.random() < 0.2
    drive, corner = rng.uniform(-8, 10), rng.uniform(3000, 7000)
    if kind == "power":
        drive = rng.uniform(10, 30)
    driven = kind == "power" or (guitar and rng.random() < 0.6)
    play, name = _recorded(session, piano) if guitar or piano else _synthesised(session, kind)
    if not driven:
        return play, name
    return lambda notes, n: instruments.amplified(play(notes, n), drive, corner), name


def _recorded(session: Session, piano: bool) -> tuple[Play, str]:
    name = "piano" if piano else _GUITAR[session.split]
    bank = shots(session.sources.folder, name)
    return lambda notes, n: instruments.sampled(bank, notes, n), name


def _synthesised(session: Session, kind: str) -> tuple[Play, str]:
    font, program = session.program(_COMPS[kind])
    name = f"{font.stem} {program}"
    return lambda notes, n: instruments.soundfont(font, program, notes, n), name


def _lead(session: Session) -> Samples:
    """An instrument that sings: the melody where nobody else does, else the tune's bridge."""
    rng, tune = session.rng, session.tune
    low = int(rng.integers(50, 70))
    line = tune.bridge if session.sung and len(tune.bridge) else tune.melody
    melody = arrange.lead(line, rng, low, low + 14)
    notes = one_voice(session.sections(melody, 0.5 if session.sung else 1.0))
    if not notes:
        return session.silence()
    font, program = session.program(_LEADS)
    bend = instruments.singing_bend(notes, rng)
    sound = instruments.soundfont(font, program, notes, session.n_samples, bend=bend)
    session.parts.append(("other", f"{font.stem} {program}", notes))
    if 24 <= program < 32 or rng.random() < 0.2:
        sound = instruments.amplified(sound, rng.uniform(0, 25), rng.uniform(3000, 7000))
    place = float(np.clip(rng.normal(0, 0.25), -1, 1))
    sound = instruments.panned(session.levelled(sound, 2), place)
    if rng.random() < 0.3:
        sound = instruments.echoed(sound, tune.beat * 0.75, 0.4, 0.25)
    return instruments.in_a_room(sound, rng, rng.uniform(0.3, 2), 0.15)
