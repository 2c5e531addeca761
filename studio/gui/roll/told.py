"""What the roll says of a note: in the tooltip, in the status line, to a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.gui import words
from studio.gui.roll.overtones import fundamental
from studio.gui.roll.rows import Rows
from studio.gui.state.take import TakeModel
from studio.music.notes import Note

_RELATIONS = {
    12: "octave above a kept note",
    19: "octave and a fifth above a kept note",
    24: "two octaves above a kept note",
    28: "two octaves and a third above a kept note",
    31: "two octaves and a fifth above a kept note",
    -12: "octave below a kept note",
}


def of_note(note: Note, rows: Rows, edited: bool) -> str:
    """C3 at 1:06.30, 0.31 s, velocity 80, strength 0.61."""
    text = _said("{pitch} at {start}, {length} s, velocity {velocity}, strength {strength}").format(
        pitch=rows.name(note.pitch),
        start=words.clock(note.onset),
        length=words.hundredths(note.offset - note.onset),
        velocity=note.velocity,
        strength=words.hundredths(note.strength),
    )
    return f"{text} · {_said('changed by hand')}" if edited else text


def of_ghost(ghost: Note, rows: Rows, model: TakeModel) -> str:
    """C3, strength 0.44 · octave above a kept note · click to keep."""
    parts = [
        _said("{pitch}, strength {strength}").format(
            pitch=rows.name(ghost.pitch), strength=words.hundredths(ghost.strength)
        )
    ]
    low = None if rows.drums else fundamental(ghost, model.notes)
    if low is not None:
        parts.append(_said(_RELATIONS[ghost.pitch - low]))
    return " · ".join([*parts, _said("click to keep")])


def of_nothing(model: TakeModel) -> str:
    """Why the roll is empty."""
    if not len(model.candidates):
        return _said("No notes were heard in this stem.")
    text = _said("No note is stronger than {}. Move the threshold left").format(
        words.hundredths(model.options.onset_threshold)
    )
    if model.suggested is None:
        return f"{text}."
    return text + _said("; {} is suggested.").format(words.hundredths(model.suggested))


def name_of(model: TakeModel | None) -> str:
    """Notes of Bass, 672."""
    if model is None:
        return _said("Notes")
    return _said("Notes of {stem}, {count}").format(
        stem=model.stem.label, count=words.count(len(model.notes))
    )


def _said(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("roll", text)
