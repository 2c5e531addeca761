"""The steps of undo: what each changed, and the line that says it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from studio.music.tempo import TempoMap
from studio.project.changes import Change, Setup, Variants, change

# Stands where a stem would for a change of the song's tempo map.
TEMPO = ""


@dataclass(frozen=True, slots=True)
class StemStep:
    """A change of a stem; ``before`` is None where nothing had been said of it."""

    stem: str
    label: str
    before: Variants | None
    after: Variants


@dataclass(frozen=True, slots=True)
class TimingStep:
    """A change of the song's tempo map."""

    label: str
    before: TempoMap
    after: TempoMap
    stem: str = TEMPO


Step = StemStep | TimingStep


def changed(now: Variants, line: Change) -> Variants:
    """What is known of a stem after the change ``line`` says. Raises ValueError."""
    setups, chosen = dict(now.setups), line.chosen or now.chosen
    if line.letter is not None:
        edits = setups.get(line.letter, Setup()).edits[: line.kept] + line.edits
        setups[line.letter] = Setup(line.options, edits, line.engine, line.kind)
    if chosen not in setups:
        raise ValueError(f"it chooses {chosen}, which is not there")
    return Variants(setups, chosen)


def line_of(step: StemStep, before: Variants) -> Change:
    """The line that says ``step``, of which at most one letter and the choice are new."""
    after = step.after
    line = Change(step.stem, step.label)
    for letter, setup in after.setups.items():
        old = before.setups.get(letter)
        if old != setup:
            line = change(step.stem, letter, old or Setup(), setup, step.label, replaces=False)
    if after.chosen != before.chosen:
        line = msgspec.structs.replace(line, chosen=after.chosen)
    return line


def pop(steps: list[Step]) -> Step:
    """Take the last step. Raises ValueError where there is none."""
    if not steps:
        raise ValueError("there is nothing to take back")
    return steps.pop()
