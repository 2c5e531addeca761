"""The drums of a song: a human groove on one of many kits, in a room, pressed and driven."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.lab import arrange, instruments
from studio.lab.session import Session
from studio.lab.sources import RATE, Mono, drum_shots, segments
from studio.music.audio import Samples

Kit = dict[int, Sequence[Mono]]

_KITS = (0, 1, 2, 4, 8, 9, 11, 13, 16, 17, 24, 25, 32, 33, 40, 48)
# The drummers' keys and the pieces of the recorded kit.
_PIECES = {
    36: "kick_l", 38: "snare", 37: "snare", 40: "snare", 42: "hihat_closed", 22: "hihat_closed",
    44: "hihat_closed", 46: "hihat_open", 26: "hihat_open", 48: "tom_1", 50: "tom_1", 45: "tom_2",
    47: "tom_2", 43: "tom_4", 58: "tom_3", 49: "crash_l", 55: "crash_l", 57: "crash_r",
    52: "china", 51: "ride_l", 59: "ride_r", 53: "ride_bell_l",
}  # fmt: skip
# What the pieces of a kit of single hits are picked from, by the start of the file's name; the
# keys each is played by, and how loud.
_SINGLE = (
    (("bd_", "drum_heavy", "drum_bass"), (36,), 1.0),
    (("sn_", "drum_snare", "elec_snare", "elec_hi_s", "elec_lo", "elec_mid"), (38, 40, 37), 1.0),
    (("hat_", "drum_cymbal_closed", "drum_cymbal_pedal"), (42, 22, 44, 51, 59, 53), 0.4),
    (("drum_cymbal_open", "elec_cymbal", "drum_cymbal_soft", "hat_"), (46, 26), 0.7),
    (("drum_tom", "elec_"), (48, 50, 45, 47, 43, 58), 0.7),
    (("drum_splash", "drum_cymbal_hard", "drum_cymbal"), (49, 55, 57, 52), 1.0),
)  # fmt: skip


def drums(session: Session) -> Samples:
    """A groove at the tune's tempo."""
    rng = session.rng
    groove = session.pick(session.sources.grooves(session.split))
    notes = session.sections(arrange.groove(groove, session.tune, rng), 0.9)
    which = rng.random()
    if which < 0.35 and session.split == "train":
        name, sound = "muldjord", instruments.kit(_recorded(session), notes, session.n_samples, rng)
    elif which < 0.55:
        name, sound = "sonicpi", instruments.kit(_mixed(session), notes, session.n_samples, rng)
    else:
        font, program = session.program(_KITS)
        sound = instruments.soundfont(font, program, notes, session.n_samples, drums=True)
        name = f"{font.stem} kit {program}"
    session.parts.append(("drums", name, notes))
    sound = session.levelled(sound, 0)
    if rng.random() < 0.2:
        sound = sound + _percussion(session)
    if rng.random() < 0.5:
        sound = instruments.in_a_room(sound, rng, rng.uniform(0.2, 1.2), rng.uniform(0.1, 0.6))
    if rng.random() < 0.4:
        sound = instruments.compressed(sound, rng.uniform(2, 6))
    if rng.random() < 0.3:
        sound = np.tanh(sound * np.float32(rng.uniform(1, 6)))
    return sound


def _recorded(session: Session) -> Kit:
    """The recorded kit with every piece at a loudness of its own."""
    hits = drum_shots(session.sources.folder, "muldjord")
    gains = {piece: np.float32(10 ** (session.rng.normal(0, 3) / 20)) for piece in hits}
    return {key: [gains[p] * hit for hit in hits[p]] for key, p in _PIECES.items() if p in hits}


def _mixed(session: Session) -> Kit:
    """A kit put together from single hits, of which a third is kept for development."""
    hits = drum_shots(session.sources.folder, "sonicpi")
    dev = session.split == "dev"
    names = [name for n, name in enumerate(sorted(hits)) if (n % 3 == 2) == dev]
    kit: Kit = {}
    for starts, keys, gain in _SINGLE:
        fit = [name for name in names if name.startswith(starts)] or names
        hit = hits[session.pick(fit)][0]
        even = hit * np.float32(0.7 * gain / max(1e-3, float(np.abs(hit).max())))
        kit |= {key: [even] for key in keys}
    return kit


def _percussion(session: Session) -> Samples:
    """A played loop of hand drums or shakers, over again."""
    found = segments(session.sources.folder, "bands/olpc_berklee")
    loops = [
        stretch
        for name, stretches in found.items()
        if name.startswith("percussion/")
        for stretch in stretches
        if len(stretch) > 2 * RATE
    ]
    loop = session.pick(loops)
    sound = np.tile(loop, session.n_samples // len(loop) + 1)[: session.n_samples]
    placed = instruments.panned(np.stack([sound, sound]), session.rng.uniform(-0.8, 0.8))
    return session.levelled(placed, 3) * np.float32(0.4)
