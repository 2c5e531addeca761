"""The vocals of a song: a lead, at times doubled, in harmony, or with a choir."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.lab import arrange, instruments
from studio.lab.session import Session, one_voice
from studio.lab.sources import RATE, Shot, Sources, segments
from studio.lab.voices import Reader, analysed, sung
from studio.music.audio import Samples
from studio.music.notes import Note

_FEWEST_SYLLABLES = 6


def vocals(session: Session) -> Samples:
    """The tune's melody on the words of a reader, through what a studio does to voices.

    Silent where the reader's speech or the tune has too little to sing.
    """
    rng = session.rng
    name, reader = _reader(session)
    low = round(reader.pitch + rng.uniform(-3, 4))
    melody = arrange.lead(session.tune.melody, rng, low, low + 14)
    melody = one_voice(session.sections(arrange.humanised(melody, rng, 15), 0.9))
    if not melody or len(reader.syllables) < _FEWEST_SYLLABLES:
        return session.silence()
    session.parts.append(("vocals", f"reader {name}", melody))
    lead = np.stack([sung(reader, melody, session.n_samples, rng)] * 2)
    voice = session.levelled(instruments.compressed(lead, rng.uniform(1.5, 4)), 0)
    voice = instruments.panned(voice, float(np.clip(rng.normal(0, 0.12), -0.6, 0.6)))
    if rng.random() < 0.35:
        voice = voice + _second(session, name, melody)
    if rng.random() < 0.15:
        voice = voice + _choir(session)
    return _studio(session, voice)


def _studio(session: Session, voice: Samples) -> Samples:
    """Distortion at times, a brighter tone, echoes, a room."""
    rng = session.rng
    if rng.random() < 0.1:
        voice = instruments.amplified(voice, rng.uniform(0, 12), rng.uniform(4000, 9000))
    tilt = rng.uniform(0, 0.35)
    voice = instruments.filtered(voice, lambda hz: (np.maximum(hz, 300) / 300) ** tilt * (hz > 70))
    if rng.random() < 0.3:
        beats = session.pick((0.5, 0.75, 1.0))
        voice = instruments.echoed(voice, session.tune.beat * beats, 0.4, 0.2)
    seconds, wet = rng.uniform(0.4, 2.5), float(rng.choice([0.03, 0.12, 0.3]))
    return instruments.in_a_room(voice, rng, seconds, wet)


def _reader(session: Session, name: str | None = None) -> tuple[str, Reader]:
    """The reader called ``name``, or any."""
    name = name or session.pick(session.sources.readers(session.split))[0]
    return name, analysed(session.sources.folder, name)


def _second(session: Session, lead: str, melody: Sequence[Note]) -> Samples:
    """The same line by the same singer again, or another beside it, in one or both ears."""
    rng = session.rng
    up = int(rng.choice([0, 0, 3, 4, 7, -5, 12, -12]))
    name, reader = _reader(session, lead if up == 0 else None)
    if len(reader.syllables) < _FEWEST_SYLLABLES:
        return session.silence()
    moved = [Note(n.onset, n.pitch + up, n.offset, n.velocity) for n in melody]
    line = one_voice(arrange.humanised(moved, rng, 20))
    session.parts.append(("vocals", f"reader {name}", line))
    one = np.stack([sung(reader, line, session.n_samples, rng)] * 2)
    one = session.levelled(one, 0) * np.float32(rng.uniform(0.25, 0.8))
    if rng.random() < 0.5:
        return instruments.panned(one, rng.uniform(-0.8, 0.8))
    late = np.roll(one, int(rng.uniform(0.008, 0.025) * RATE), axis=1)
    return instruments.doubled(one, late, rng.uniform(0.3, 1))


def _choir(session: Session) -> Samples:
    """Held vowels of several people on the harmony."""
    notes = session.sections(arrange.pad(session.tune, session.rng), 0.4)
    group = session.pick(("female_group", "male_group", "female_solo", "male_solo"))
    session.parts.append(("vocals", "choir", notes))
    vowels = _vowels(session.sources, group)
    sound = instruments.sampled(vowels, notes, session.n_samples, release=0.3)
    return session.levelled(sound) * np.float32(0.4)


def _vowels(sources: Sources, group: str) -> list[Shot]:
    """The recorded vowels of a group, those whose name has a pitch."""
    found = []
    for name, stretches in segments(sources.folder, "voices/olpc_berklee").items():
        pitch = _named_pitch(name.rpartition("_")[2])
        if name.startswith(group) and pitch:
            found += [Shot(stretch, pitch) for stretch in stretches]
    return found


def _named_pitch(name: str) -> int | None:
    """The MIDI number of "F#3"; None where ``name`` is no note."""
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    if len(name) < 2 or name[0] not in steps or not name[-1].isdigit():
        return None
    return 12 * (int(name[-1]) + 1) + steps[name[0]] + name.count("#") - name.count("b")
