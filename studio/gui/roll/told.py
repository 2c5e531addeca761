"""What the roll says of a note: in the tooltip, in the status line, to a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.gui import words
from studio.gui.roll.overtones import fundamental
from studio.gui.roll.rows import Rows
from studio.gui.state.take import TakeModel
from studio.gui.words import QT_TR_NOOP
from studio.music.notes import Note

# By this name the words are found for translators.
translate = QCoreApplication.translate
_RELATIONS = {
    12: QT_TR_NOOP("octave above a kept note"),
    19: QT_TR_NOOP("octave and a fifth above a kept note"),
    24: QT_TR_NOOP("two octaves above a kept note"),
    28: QT_TR_NOOP("two octaves and a third above a kept note"),
    31: QT_TR_NOOP("two octaves and a fifth above a kept note"),
    -12: QT_TR_NOOP("octave below a kept note"),
}


def of_note(note: Note, rows: Rows, edited: bool) -> str:
    """C3 at 1:06.30, 0.31 s, velocity 80, strength 0.61."""
    text = translate(
        "roll", "{pitch} at {start}, {length} s, velocity {velocity}, strength {strength}"
    ).format(
        pitch=rows.name(note.pitch),
        start=words.clock(note.onset),
        length=words.hundredths(note.offset - note.onset),
        velocity=note.velocity,
        strength=words.hundredths(note.strength),
    )
    by_hand = translate("roll", "changed by hand")
    return f"{text} · {by_hand}" if edited else text


def of_ghost(ghost: Note, rows: Rows, model: TakeModel) -> str:
    """C3, strength 0.44 · octave above a kept note · click to keep."""
    parts = [
        translate("roll", "{pitch}, strength {strength}").format(
            pitch=rows.name(ghost.pitch), strength=words.hundredths(ghost.strength)
        )
    ]
    low = None if rows.drums else fundamental(ghost, model.notes)
    if low is not None:
        parts.append(translate("", _RELATIONS[ghost.pitch - low]))
    return " · ".join([*parts, translate("roll", "click to keep")])


def of_nothing(model: TakeModel) -> str:
    """Why the roll is empty."""
    if not len(model.candidates):
        return translate("roll", "No notes were heard in this stem.")
    text = translate("roll", "No note is stronger than {}. Move the threshold left").format(
        words.hundredths(model.options.onset_threshold)
    )
    if model.suggested is None:
        return f"{text}."
    return text + translate("roll", "; {} is suggested.").format(words.hundredths(model.suggested))


def name_of(model: TakeModel | None) -> str:
    """Notes of Bass, 672."""
    if model is None:
        return translate("roll", "Notes")
    return translate("roll", "Notes of {stem}, {count}").format(
        stem=model.stem.label, count=words.count(len(model.notes))
    )
